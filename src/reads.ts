import { countReadsOfAddresses } from '#domain/library/reads.ts';
import { addActivity } from '#domain/people/activity.ts';
import { isoDate } from '#lib/dates.ts';

let waiting = new Map<string, number>();

/** Notes one reading of a page by its path. Nothing is kept about who read. */
export function countRead(pathname: string): void {
  waiting.set(pathname, (waiting.get(pathname) ?? 0) + 1);
}

let today = '';
/** Members seen today, and which threads they opened: known only to this process, and only until the day ends. */
const seenToday = new Set<string>();
let activity = new Map<number, { day: string; threadsRead: number }>();

/** Notes that a member was here. */
export function noteVisit(memberId: number): void {
  note(memberId, `${memberId}`, 0);
}

/** Notes that a member opened a thread: each thread counts once a day. */
export function noteThreadRead(memberId: number, threadId: number): void {
  note(memberId, `${memberId}:${threadId}`, 1);
}

function note(memberId: number, what: string, threadsRead: number): void {
  const day = isoDate(new Date());
  if (day !== today || seenToday.size > 200_000) {
    writeActivity();
    seenToday.clear();
    today = day;
  }
  if (seenToday.has(what)) return;
  seenToday.add(what);
  activity.set(memberId, { day, threadsRead: (activity.get(memberId)?.threadsRead ?? 0) + threadsRead });
}

function writeActivity(): void {
  if (activity.size === 0) return;
  const batch = activity;
  activity = new Map();
  addActivity([...batch].map(([memberId, { day, threadsRead }]) => ({ memberId, day, threadsRead })));
}

/** Writes what was noted since the last time into the database. */
export function writeReads(): void {
  writeActivity();
  if (waiting.size === 0) return;
  const batch = waiting;
  waiting = new Map();
  countReadsOfAddresses(batch);
}
