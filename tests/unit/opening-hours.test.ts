import { expect, test } from 'vitest';
import { afterWorkingHours, isWorkingTime } from '#lib/working-hours.ts';
import { randomFrom } from '../support/random.ts';

test.each([
  ['within a day', '2026-11-24T09:00:00Z', 3, '2026-11-24T12:00:00Z'],
  ['over night', '2026-11-24T15:30:00Z', 8, '2026-11-25T15:30:00Z'],
  ['over a weekend', '2026-11-27T16:00:00Z', 8, '2026-11-30T16:00:00Z'],
  ['begun on a Sunday', '2026-11-29T03:10:00Z', 8, '2026-11-30T17:00:00Z'],
  ['begun before opening, at an odd minute', '2026-11-24T06:47:13Z', 1, '2026-11-24T10:00:00Z'],
  ['exactly to closing', '2026-11-24T16:00:00Z', 1, '2026-11-24T17:00:00Z'],
])('%s', (_, from, hours, expected) => expect(afterWorkingHours(new Date(from), hours).toISOString()).toBe(expected.replace('Z', '.000Z')));

test('between a moment and the end lie exactly so many working minutes', () => {
  const random = randomFrom(9);
  for (let n = 0; n < 50; n++) {
    const from = new Date(Date.UTC(2026, 0, 1) + random.below(360 * 24 * 60) * 60_000);
    const hours = random.below(20) + 1;
    const end = afterWorkingHours(from, hours).getTime();
    let minutes = 0;
    for (let at = from.getTime(); at < end; at += 60_000) if (isWorkingTime(new Date(at))) minutes++;
    expect([from.toISOString(), minutes]).toEqual([from.toISOString(), hours * 60]);
  }
});
