import { describe, expect, test } from 'vitest';
import { figureData, mdxToMarkdown, scanComponents } from '#domain/library/mdx.ts';

const measure = (id: string) => (id === 'CC-01' ? { name: 'Service level', formula: 'Hs / O', unit: '%', better: 'up', means: 'Answered in time.', pitfall: 'Say the variant.' } : undefined);
const plain = (body: string) => mdxToMarkdown(body, measure);

describe('an MDX body as Markdown', () => {
  test('citations become keys', () => {
    expect(plain('It fell by a third.<Cite work="a2001x" /> Then <Cite work="b2002y c2003z" at="p. 12" />.')).toBe('It fell by a third. [@a2001x] Then  [@b2002y; @c2003z, p. 12].');
  });
  test('a callout becomes a quote with what is inside', () => {
    expect(plain('Before.\n\n<Callout kind="tip" title="Mind this">\n\nOne **thing**.<Cite work="k" />\n\n- a\n- b\n\n</Callout>\n\nAfter.')).toBe('Before.\n\n> **Mind this**\n>\n> One **thing**. [@k]\n>\n> - a\n> - b\n\nAfter.');
  });
  test('a figure becomes a table with its source', () => {
    expect(plain('<Figure title="Calls" unit="%" data={[\n  { label: "32 agents", value: 61 },\n  { label: "a } b", value: 8.5 },\n]} source="k1 k2" note="Computed." />'))
      .toBe('**Calls**\n\n| What | % |\n| --- | --- |\n| 32 agents | 61 |\n| a } b | 8.5 |\n\nComputed. [@k1; @k2]');
    expect(plain('<Figure title="T" note="n">\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n</Figure>')).toBe('**T**\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\nn');
  });
  test('a measure becomes its definition, a checklist its list', () => {
    expect(plain('<Measure id="CC-01" />')).toBe('**Service level** (CC-01): Answered in time.\n\n- Formula: `Hs / O`\n- Unit: %\n- Better: up\n- Beware: Say the variant.');
    expect(plain('<Checklist title="On Monday">\n\n- do\n\n</Checklist>')).toBe('**On Monday**\n\n- do');
  });
  test('code is left alone', () => {
    expect(plain('`<Cite work="x" />`\n\n```\n<Callout>\n```')).toBe('`<Cite work="x" />`\n\n```\n<Callout>\n```');
  });
});

test('tags that do not close are told with their line', () => {
  expect(scanComponents('a\n\n<Callout kind="note" title="t">\n\ntext').problems).toEqual([{ line: 3, message: '<Callout> has no </Callout>.' }]);
  expect(scanComponents('a\n</Figure>').problems).toEqual([{ line: 2, message: '</Figure> closes nothing.' }]);
  expect(scanComponents('<Figure data={[ title="x" />').problems).toEqual([{ line: 1, message: '<Figure> does not close.' }]);
});

test('data of a figure must be plain', () => {
  expect(figureData('[{ label: "a", value: 1 }]')).toEqual([{ label: 'a', value: 1 }]);
  expect(figureData('[{ label: "a", value: "1" }]')).toBeNull();
  expect(figureData('rows.map(x => x)')).toBeNull();
});
