import { describe, expect, test } from 'vitest';
import { afterWorkingHours, federalHolidays, isTimeZone, workingHoursBetween, type WorkingCalendar } from '#lib/working-hours.ts';
import { randomFrom } from '../support/random.ts';

const office: WorkingCalendar = { days: [1, 2, 3, 4, 5], opens: 8 * 60, closes: 17 * 60, timeZone: 'America/New_York', holidays: [{ day: '2026-11-26', name: 'Thanksgiving Day' }] };
const always: WorkingCalendar = { days: [1, 2, 3, 4, 5, 6, 7], opens: 0, closes: 1440, timeZone: 'America/New_York', holidays: [] };

describe('working hours', () => {
  test.each([
    // Monday 23 November 2026 is UTC-5: 8:00 there is 13:00 UTC.
    ['within a day', office, '2026-11-23T15:00Z', '2026-11-23T18:30Z', 3.5],
    ['before it opens', office, '2026-11-23T05:00Z', '2026-11-23T14:00Z', 1],
    ['after it closes', office, '2026-11-23T21:00Z', '2026-11-24T04:00Z', 1],
    ['a whole day', office, '2026-11-23T05:00Z', '2026-11-24T05:00Z', 9],
    ['over a night', office, '2026-11-23T21:00Z', '2026-11-24T14:00Z', 2],
    ['over a weekend', office, '2026-11-20T21:00Z', '2026-11-23T14:00Z', 2],
    ['a weekend alone', office, '2026-11-21T12:00Z', '2026-11-22T20:00Z', 0],
    ['a holiday alone', office, '2026-11-26T05:00Z', '2026-11-27T05:00Z', 0],
    ['over a holiday', office, '2026-11-25T21:00Z', '2026-11-27T14:00Z', 2],
    ['a working week with a holiday', office, '2026-11-23T05:00Z', '2026-11-28T05:00Z', 36],
    ['no time', office, '2026-11-23T15:00Z', '2026-11-23T15:00Z', 0],
    ['time backwards', office, '2026-11-24T15:00Z', '2026-11-23T15:00Z', 0],
    ['half hours', { ...office, opens: 8 * 60 + 30, closes: 9 * 60 }, '2026-11-23T05:00Z', '2026-11-24T05:00Z', 0.5],
    // Daylight saving ends on 1 November 2026 and begins on 8 March 2026, both Sundays, at two in the morning.
    ['an office does not notice that clocks change', office, '2026-10-30T04:00Z', '2026-11-03T05:00Z', 18],
    ['nine in the morning after the change is an hour later', office, '2026-10-30T21:00Z', '2026-11-02T14:00Z', 1],
    ['a day of 25 hours', always, '2026-11-01T04:00Z', '2026-11-02T05:00Z', 25],
    ['a day of 23 hours', always, '2026-03-08T05:00Z', '2026-03-09T04:00Z', 23],
    ['a line that is open on Sundays when clocks go forward', { ...always, opens: 0, closes: 4 * 60 }, '2026-03-08T05:00Z', '2026-03-09T04:00Z', 3],
    ['another zone, ahead of UTC', { ...office, timeZone: 'Europe/Warsaw', holidays: [] }, '2026-11-23T00:00Z', '2026-11-23T08:00Z', 1],
    ['a day that is Monday there already', { ...office, timeZone: 'Pacific/Auckland', holidays: [] }, '2026-11-22T19:00Z', '2026-11-22T21:00Z', 2],
    ['days of one\'s own', { ...office, days: [6] }, '2026-11-16T05:00Z', '2026-11-30T05:00Z', 18],
  ])('%s', (_, calendar, from, to, hours) => {
    expect(workingHoursBetween(calendar, new Date(from), new Date(to))).toBeCloseTo(hours, 9);
  });

  test('parts add up to the whole, and nobody works longer than time passes', () => {
    const random = randomFrom(311);
    for (let n = 0; n < 60; n++) {
      const calendar = { ...office, opens: random.below(600), closes: 601 + random.below(840), timeZone: random.from(['America/New_York', 'Europe/Warsaw', 'Asia/Kolkata', 'Pacific/Auckland', 'UTC']) };
      const [a = 0, b = 0, c = 0] = [0, 1, 2].map(() => Date.UTC(2026, 0, 1) + random.below(365 * 86_400) * 1000).sort((x, y) => x - y);
      const hours = (from: number, to: number) => workingHoursBetween(calendar, new Date(from), new Date(to));
      expect(hours(a, b) + hours(b, c)).toBeCloseTo(hours(a, c), 6);
      expect(hours(a, c)).toBeLessThanOrEqual((c - a) / 3_600_000 + 1e-9);
    }
  });

  test.each([
    ['within a day', office, '2026-11-23T15:00Z', 3, '2026-11-23T18:00Z'],
    ['over night', office, '2026-11-23T20:30Z', 8, '2026-11-24T19:30Z'],
    ['over a holiday and a weekend', office, '2026-11-25T21:00Z', 11, '2026-11-30T14:00Z'],
    ['begun on a Sunday', office, '2026-11-22T03:10Z', 9, '2026-11-23T22:00Z'],
    ['begun before opening, at an odd minute', office, '2026-11-23T06:47:13Z', 1, '2026-11-23T14:00Z'],
    ['over the change of clocks', office, '2026-10-30T20:00Z', 2, '2026-11-02T14:00Z'],
    ['with a calendar of holidays alone, as on any clock', { ...office, days: [] }, '2026-11-23T15:00Z', 8, '2026-11-23T23:00Z'],
  ])('so many after a moment: %s', (_, calendar, from, hours, expected) => {
    expect(afterWorkingHours(calendar, new Date(from), hours)).toEqual(new Date(expected));
  });

  test('between a moment and the moment so many hours after it lie exactly so many', () => {
    const random = randomFrom(9);
    for (let n = 0; n < 60; n++) {
      const calendar = { ...office, timeZone: random.from(['America/New_York', 'Asia/Kolkata', 'Pacific/Auckland']) };
      const from = new Date(Date.UTC(2026, 0, 1) + random.below(360 * 24 * 60) * 60_000);
      const hours = random.below(20) + 1;
      const end = afterWorkingHours(calendar, from, hours);
      expect(workingHoursBetween(calendar, from, end)).toBeCloseTo(hours, 9);
      expect(workingHoursBetween(calendar, from, new Date(end.getTime() - 60_000))).toBeLessThan(hours);
    }
  });
});

describe('federal holidays', () => {
  test('of 2026, as the Office of Personnel Management lists them', () => {
    expect(federalHolidays(2026).map(({ day }) => day)).toEqual([
      '2026-01-01', '2026-01-19', '2026-02-16', '2026-05-25', '2026-06-19', '2026-07-03', '2026-09-07', '2026-10-12', '2026-11-11', '2026-11-26', '2026-12-25',
    ]);
  });
  test('on a Sunday they are kept on Monday', () => {
    expect(federalHolidays(2027).map(({ day }) => day)).toEqual([
      '2027-01-01', '2027-01-18', '2027-02-15', '2027-05-31', '2027-06-18', '2027-07-05', '2027-09-06', '2027-10-11', '2027-11-11', '2027-11-25', '2027-12-24',
    ]);
  });
});

test('time zones are those there are', () => {
  expect(['America/New_York', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
});
