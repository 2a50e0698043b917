const day = new Intl.DateTimeFormat('en-CA', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const dayAndTime = new Intl.DateTimeFormat('en-CA', {
  day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC',
});

const inOrder = (parts: Intl.DateTimeFormatPart[]) => {
  const part = (type: string) => parts.find((p) => p.type === type)?.value.replace('.', '') ?? '';
  const date = `${part('day')} ${part('month')} ${part('year')}`;
  return part('hour') ? `${date}, ${part('hour')}:${part('minute')} UTC` : date;
};

/** "23 Nov 2026", in UTC so that every visitor and every cached page says the same. */
export function formatDate(date: Date): string {
  return inOrder(day.formatToParts(date));
}

/** "23 Nov 2026, 14:05 UTC". */
export function formatTime(date: Date): string {
  return inOrder(dayAndTime.formatToParts(date));
}

/** "2026-11-23" in UTC. */
export function isoDate(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The moment `days` days (decimals allowed) after `date`; negative for before. */
export function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * 86_400_000);
}
