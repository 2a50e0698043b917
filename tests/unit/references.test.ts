import { expect, test } from 'vitest';
import type { Csl } from '#domain/library/csl.ts';
import { amount } from '../../src/components/amount.ts';
import { referenceParts } from '../../src/components/reference-parts.ts';

test('a work in a list is cut at its title, its container and its address', () => {
  const csl: Partial<Csl> = { id: 'k', type: 'article-journal', title: 'Why Measure?', author: [{ family: 'Behn', given: 'Robert' }], issued: { 'date-parts': [[2003]] }, 'container-title': 'Public Administration Review', DOI: '10.1111/1540-6210.00322' };
  expect(referenceParts(csl)).toEqual({ head: 'Behn, R. (2003). ', title: 'Why Measure?', middle: ' ', container: 'Public Administration Review', tail: '. ', address: 'doi.org/10.1111/1540-6210.00322' });
  expect(referenceParts({ type: 'webpage', title: 'Data', URL: 'https://www.example.gov/a/very/long/address/of/a/page.html' })).toMatchObject({ head: '', title: 'Data', address: 'example.gov/…' });
});

test('a sign stands at each number, a word is told once for the whole figure', () => {
  expect([amount(61, '%'), amount(3.4, '$'), amount(1200, 'hours'), amount(7, '')]).toEqual(['61\u00a0%', '$3.40', '1,200', '7']);
});
