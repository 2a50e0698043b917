import { DateTime } from 'luxon';
import { isoDate } from './dates.ts';

/** When people work. */
export interface WorkingCalendar {
  /** Days of the week, 1 = Monday. */
  days: readonly number[];
  /** Minutes from midnight, 0 to 1440. */
  opens: number;
  closes: number;
  /** IANA name of the time zone. */
  timeZone: string;
  holidays: readonly { day: string; name: string }[];
}

const hour = 3_600_000;
const day = 24 * hour;

/**
 * Working hours between two moments, as time that really passes: a working day on which the clocks change may be an hour longer or shorter.
 * 0 where `to` is not after `from`. Costs the same for ten years as for a day.
 */
export function workingHoursBetween(calendar: WorkingCalendar, from: Date, to: Date): number {
  if (to <= from) return 0;
  const days = daysOf(calendar, firstDay(from));
  return (workedUntil(days, to) - workedUntil(days, from)) / hour;
}

/**
 * The moment at which `hours` working hours (more than 0) have passed since `from`. A calendar whose every day for two years is a holiday
 * has no such moment: then the hours pass as on any clock.
 */
export function afterWorkingHours(calendar: WorkingCalendar, from: Date, hours: number): Date {
  const days = daysOf(calendar, firstDay(from));
  let left = hours * hour;
  for (let number = firstDay(from); number < firstDay(from) + 730; number++) {
    const window = days.at(number);
    if (!window) continue;
    const start = Math.max(window.start, from.getTime());
    const open = Math.max(0, window.end - start);
    if (left <= open) return new Date(start + left);
    left -= open;
  }
  return new Date(from.getTime() + hours * hour);
}

/** The first day that may hold a moment, wherever the calendar is: a day begins at most 14 hours before it does in UTC, and at most 12 after. */
const firstDay = (moment: Date): number => Math.floor(moment.getTime() / day) - 1;

interface Window { start: number; end: number }

/** The days of one calendar from `first` on, given as days since 1 January 1970, looked at when somebody asks and then remembered. */
class Days {
  private readonly windows: (Window | null)[] = [];
  /** Milliseconds worked before each of them, since the first. */
  private readonly before = [0];

  private readonly calendar: WorkingCalendar;
  readonly first: number;

  constructor(calendar: WorkingCalendar, first: number) {
    this.calendar = calendar;
    this.first = first;
  }

  /** When people work on a day; null where they do not. */
  at(number: number): Window | null {
    while (this.first + this.windows.length <= number) {
      const window = windowOf(this.calendar, this.first + this.windows.length);
      this.before.push((this.before.at(-1) ?? 0) + (window ? window.end - window.start : 0));
      this.windows.push(window);
    }
    return this.windows[number - this.first] ?? null;
  }

  /** Milliseconds worked before a day that was looked at. */
  workedBefore(number: number): number {
    return this.before[number - this.first] ?? 0;
  }
}

function workedUntil(days: Days, moment: Date): number {
  const first = firstDay(moment);
  const parts = [first, first + 1, first + 2].map((number) => days.at(number)).map((window) => (window ? Math.max(0, Math.min(window.end, moment.getTime()) - window.start) : 0));
  return days.workedBefore(first) + parts.reduce((sum, part) => sum + part, 0);
}

/** By what a calendar says: a new object that says the same is the same calendar. Finding the hour in a zone is slow, and thousands of questions may wait. */
const known = new Map<string, Days>();
let latest: { calendar: WorkingCalendar; days: Days } | null = null;

function daysOf(calendar: WorkingCalendar, first: number): Days {
  if (latest?.calendar === calendar && latest.days.first <= first) return latest.days;
  const { days, opens, closes, timeZone, holidays } = calendar;
  const key = JSON.stringify([days, opens, closes, timeZone, holidays]);
  let found = known.get(key);
  if (!found || found.first > first) {
    if (known.size >= 20) known.clear();
    known.set(key, found = new Days(calendar, first - 366));
  }
  latest = { calendar, days: found };
  return found;
}

/** From when to when people work on a day, given as days since 1 January 1970; null where they do not. */
function windowOf({ days, opens, closes, timeZone, holidays }: WorkingCalendar, number: number): Window | null {
  const midnight = DateTime.fromMillis(number * day, { zone: 'utc' }).setZone(timeZone, { keepLocalTime: true });
  if (!days.includes(midnight.weekday) || holidays.some((holiday) => holiday.day === midnight.toISODate())) return null;
  // 1440 is the next midnight, which may be 23 or 25 hours away.
  const at = (minutes: number) => (minutes === 1440 ? midnight.plus({ days: 1 }) : midnight.set({ hour: Math.floor(minutes / 60), minute: minutes % 60 })).toMillis();
  return { start: at(opens), end: at(closes) };
}

/** Whether a time zone of this name is known. */
export function isTimeZone(name: string): boolean {
  return Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC';
}

/**
 * U.S. federal holidays of a year, on the day they are observed (5 U.S.C. 6103; one that falls on a Saturday is kept on the Friday before,
 * on a Sunday on the Monday after).
 */
export function federalHolidays(year: number): { day: string; name: string }[] {
  const fixed = (month: number, dayOfMonth: number, name: string) => {
    const date = DateTime.utc(year, month, dayOfMonth);
    return { date: date.plus({ days: date.weekday === 6 ? -1 : date.weekday === 7 ? 1 : 0 }), name };
  };
  /** The nth Monday … of a month; the last one for -1. */
  const floating = (month: number, weekday: number, nth: number, name: string) => {
    const first = DateTime.utc(year, month, 1);
    const date = first.plus({ days: (weekday - first.weekday + 7) % 7 + 7 * ((nth > 0 ? nth : 1) - 1) });
    const end = DateTime.utc(year, month, 1).endOf('month').startOf('day');
    return { date: nth > 0 ? date : end.minus({ days: (end.weekday - weekday + 7) % 7 }), name };
  };
  return [
    fixed(1, 1, 'New Year’s Day'), floating(1, 1, 3, 'Birthday of Martin Luther King, Jr.'), floating(2, 1, 3, 'Washington’s Birthday'), floating(5, 1, -1, 'Memorial Day'),
    fixed(6, 19, 'Juneteenth'), fixed(7, 4, 'Independence Day'), floating(9, 1, 1, 'Labor Day'), floating(10, 1, 2, 'Columbus Day'),
    fixed(11, 11, 'Veterans Day'), floating(11, 4, 4, 'Thanksgiving Day'), fixed(12, 25, 'Christmas Day'),
  ].map(({ date, name }) => ({ day: isoDate(date.toJSDate()), name }));
}
