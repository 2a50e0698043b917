import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, transaction, untilChange, workingCalendar } from '#db/client.ts';
import { optionalText } from '#lib/fields.ts';
import { federalHolidays, isTimeZone, type WorkingCalendar } from '#lib/working-hours.ts';
import { Invalid } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustAdminister } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';

/** The calendar by which the wait of a question and the claim of a case are counted; office hours in New York with federal holidays until somebody sets another. */
export const currentCalendar = untilChange((): WorkingCalendar => {
  const row = db.select().from(workingCalendar).where(eq(workingCalendar.id, 1)).get();
  return row ?? { days: [1, 2, 3, 4, 5], opens: 8 * 60, closes: 17 * 60, timeZone: 'America/New_York', holidays: usualHolidays() };
});

function usualHolidays(now = new Date()) {
  const year = now.getUTCFullYear();
  return [year - 1, year, year + 1, year + 2].flatMap(federalHolidays);
}

const time = (missing: string) => z.coerce.number({ error: missing }).int(missing).min(0, missing).max(1440, missing);

export const calendarInput = z.object({
  days: z.array(z.coerce.number().int().min(1).max(7), { error: 'Please choose at least one day.' }).min(1, 'Please choose at least one day.').default([]),
  opens: time('When does the day begin?'), closes: time('When does the day end?'),
  timeZone: z.string({ error: 'Please name a time zone.' }).trim(),
  /** One a line: 2026-12-25 Christmas Day. */
  holidays: optionalText(20_000),
});

/** Sets the working calendar. For administrators. Throws Invalid with what cannot be read. */
export function setCalendar(actor: Member, input: z.output<typeof calendarInput>): void {
  mustAdminister(actor);
  const { opens, closes, timeZone } = input;
  if (input.days.length === 0) throw new Invalid({ days: 'Please choose at least one day.' });
  if (closes <= opens) throw new Invalid({ closes: 'The day ends before it begins.' });
  if (!isTimeZone(timeZone)) throw new Invalid({ timeZone: 'This is not the name of a time zone. It has a form such as America/Chicago.' });
  const set = { days: [...new Set(input.days)].sort(), opens, closes, timeZone, holidays: readHolidays(input.holidays ?? ''), changedAt: new Date() };
  transaction(() => {
    db.insert(workingCalendar).values({ id: 1, ...set }).onConflictDoUpdate({ target: workingCalendar.id, set }).run();
    recordAct(actor, 'change calendar', 'the working calendar', '/desk/calendar');
    bumpChanges();
  });
}

function readHolidays(text: string): { day: string; name: string }[] {
  const lines = text.split('\n').map((l) => l.trim()).filter(Boolean);
  if (lines.length > 400) throw new Invalid({ holidays: 'At most 400 days, please.' });
  return lines.map((written) => {
    const [, day = '', name = ''] = /^(\d{4}-\d\d-\d\d)\b[\s,:–-]*(.*)$/.exec(written) ?? [];
    const date = new Date(`${day}T00:00:00Z`);
    if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== day) throw new Invalid({ holidays: `“${written.slice(0, 60)}” has no day that I can read. Write one a line, such as 2026-12-25 Christmas Day.` });
    return { day, name: name.slice(0, 80) };
  }).sort((a, b) => a.day.localeCompare(b.day));
}

/** Holidays as the form shows them, one a line. */
export const writeHolidays = ({ holidays }: WorkingCalendar): string => holidays.map(({ day, name }) => `${day} ${name}`.trim()).join('\n');
