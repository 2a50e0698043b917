import { expect, test } from 'vitest';
import { amount } from '../../src/components/amount.ts';

test('a sign stands at each number, a word is told once for the whole figure', () => {
  expect([amount(61, '%'), amount(3.4, '$'), amount(1200, 'hours'), amount(7, '')]).toEqual(['61\u00a0%', '$3.40', '1,200', '7']);
});
