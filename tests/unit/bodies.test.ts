import { expect, test } from 'vitest';
import { headingsOf, renderBody } from '#domain/library/bodies.ts';

const ids = (markdown: string) => headingsOf(renderBody(markdown, new Map())).map((h) => h.id);

test('headings of a body have ids of their own, whatever they are called', () => {
  expect(ids('## main\n\n## comments\n\n## Write\n')).toEqual(['s-main', 's-comments', 's-write']);
  expect(ids('## A\n\n## A\n\n## A 2\n\n## A\n\n## A 2\n')).toEqual(['s-a', 's-a-2', 's-a-2-2', 's-a-3', 's-a-2-3']);
});

test('ten thousand headings of one name take no longer than ten thousand names', () => {
  const many = ids('## Same\n\n'.repeat(10_000));
  expect(new Set(many).size).toBe(10_000);
  expect(many.at(-1)).toBe('s-same-10000');
});
