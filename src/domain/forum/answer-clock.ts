import { and, eq, inArray, ne } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, facts, members, posts, prepared, questionTurns, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { workingHoursBetween, type WorkingCalendar } from '#lib/working-hours.ts';
import { isNamelessStarter } from '../anonymity.ts';
import { Denied, Invalid } from '../errors.ts';
import { post as mail } from '../mail/outbox.ts';
import { noteShownIn } from '../mail/withdrawing.ts';
import { recordAct } from '../moderation/log.ts';
import { forumsOf, mustModerateForum, mustModerateSomething } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { threadUrl } from './addresses.ts';
import { waitingSql } from './answered.ts';
import { currentCalendar } from './calendar.ts';
import { eligibleIn, lookers } from './question-owners.ts';
import { findThread, type Thread } from './threads.ts';

/** After so many working hours without an answer a question is given to somebody who looks for one. */
export const ownerAfterHours = 24;

interface Row { id: number; title: string; slug: string; forum_id: number; forum_slug: string; asker_id: number; created_at: number; owner_id: number | null; since: number | null }

/** Who must not be asked to look for an answer first; nobody for a question without a name: leaving one of two out would tell who asked. */
const namedAsker = `case when ${isNamelessStarter('threads.id', 'threads.author_id')} then 0 else threads.author_id end`;

const waiting = prepared((d) => d.$client.prepare(`
  select threads.id, threads.title, threads.slug, threads.forum_id, forums.slug as forum_slug, ${namedAsker} as asker_id, threads.created_at, turn.owner_id, turn.at as since
  from threads join forums on forums.id = threads.forum_id
  left join question_turns turn on turn.id = (select max(id) from question_turns where thread_id = threads.id)
  where ${waitingSql} and (@id is null or threads.id = @id) order by threads.created_at, threads.id`));
const waitingRows = (id: number | null = null) => waiting().all({ id }) as Row[];

/**
 * Gives every overdue question that has no owner, or whose owner cannot look after it any more, to the coordinator whose turn it is: who has
 * fewest open questions, and among those who was given one longest ago. They are told by one letter. Returns how many were given.
 */
export function assignOverdue(now = new Date()): number {
  return transaction(() => giveOverdue(waitingRows(), now).size);
}

/** Returns which of them were given to somebody. */
function giveOverdue(rows: readonly Row[], now: Date): Set<Row> {
  const people = lookers(now);
  const calendar = currentCalendar();
  const overdue = rows.filter((row) => (row.owner_id === null || !people.has(row.owner_id, row.forum_id)) && isOverdue(calendar, row, now));
  const given = new Map<number, Row[]>();
  const holding = new Map<number, number>();
  for (const { owner_id: owner } of rows) if (owner !== null) holding.set(owner, (holding.get(owner) ?? 0) + 1);
  const last = new Map(lastTurns().all() as [number, number][]);
  for (const row of overdue) {
    const [next] = people.inForum(row.forum_id, row.asker_id).map((id) => ({ id, open: holding.get(id) ?? 0, last: last.get(id) ?? 0 }))
      .sort((a, b) => a.open - b.open || a.last - b.last || a.id - b.id);
    if (!next) continue;
    const turn = db.insert(questionTurns).values({ threadId: row.id, ownerId: next.id, at: now }).returning({ id: questionTurns.id }).get();
    last.set(next.id, turn.id);
    holding.set(next.id, next.open + 1);
    if (row.owner_id !== null) holding.set(row.owner_id, (holding.get(row.owner_id) ?? 1) - 1);
    given.set(next.id, [...given.get(next.id) ?? [], row]);
  }
  for (const [id, questions] of given) tellOwner(id, questions);
  if (given.size > 0) bumpChanges();
  return new Set([...given.values()].flat());
}
// The number of the turn and not its time: of two given in one moment the later counts as later.
const lastTurns = prepared((d) => d.$client.prepare('select owner_id, max(id) from question_turns where by_id is null group by owner_id').raw());

const isOverdue = (calendar: WorkingCalendar, row: Row, now: Date): boolean => workingHoursBetween(calendar, new Date(row.created_at), now) >= ownerAfterHours;

function tellOwner(memberId: number, questions: readonly Row[], from: { name: string; reason: string } | null = null): void {
  const member = db.select({ email: members.email }).from(members).where(eq(members.id, memberId)).get();
  if (!member) return;
  const [first] = questions;
  const one = questions.length === 1 && first;
  const letterId = mail(member.email, one ? `A question waits for an answer: ${one.title}` : `${questions.length} questions wait for an answer`, [
    from ? `${from.name} has handed this question over to you. The reason given: ${from.reason}` : `${one ? 'This question has' : 'These questions have'} waited for an answer for ${ownerAfterHours} working hours or more. It is your turn to look for one: answer, or find somebody who knows.`,
    ...questions.map((row) => `${row.title}\n${settings().url}${urlOf(row)}`),
    `Everybody sees that you are looking. If you cannot, hand it over: ${settings().url}/desk/questions?mine`,
    'You receive this because you are a coordinator.',
  ]);
  noteShownIn(letterId, openingsOf(questions.map(({ id }) => id)));
}

const openingsOf = (threadIds: readonly number[]) => db.select({ id: posts.id }).from(posts).where(and(inArray(posts.threadId, [...threadIds]), eq(posts.number, 1))).all().map(({ id }) => id);

const urlOf = (row: Row) => threadUrl({ id: row.id, slug: row.slug, forumSlug: row.forum_slug, resourceSlug: null });

/** How long a question has waited, and who looks for an answer. */
export interface AnswerClock {
  /** Whole working hours since it was asked. */
  hours: number;
  owner: { id: number; name: string; handle: string; since: Date } | null;
}

/** The clock of a question that waits for an answer, null for every other thread. An overdue question without an owner is given one first. */
export function clockOf(thread: Thread, now = new Date()): AnswerClock | null {
  if (!thread.waiting) return null;
  const read = () => {
    const [row] = waitingRows(thread.id);
    return row ? clock(currentCalendar(), row, now) : null;
  };
  const found = read();
  if (!found || found.hours < ownerAfterHours) return found;
  const people = lookers(now);
  // Where nobody can look after it, nobody is looked for again with every reader.
  if ((found.owner && people.has(found.owner.id, thread.forumId ?? 0)) || people.inForum(thread.forumId ?? 0, 0).length === 0) return found;
  assignOverdue(now);
  return read();
}

function clock(calendar: WorkingCalendar, row: Row, now: Date): AnswerClock {
  const owner = row.owner_id === null ? undefined : db.select({ id: members.id, name: members.name, handle: members.handle }).from(members).where(eq(members.id, row.owner_id)).get();
  return {
    hours: Math.floor(workingHoursBetween(calendar, new Date(row.created_at), now)),
    owner: owner && row.since !== null ? { ...owner, since: new Date(row.since) } : null,
  };
}

/** Gives overdue questions their owners and tells the page caches when what they say of a wait has changed. For the chores. */
export function tickAnswerClock(now = new Date()): void {
  transaction(() => {
    const calendar = currentCalendar();
    // Read once: where thousands wait, that is most of the work, and requests wait for it.
    const rows = waitingRows();
    const given = giveOverdue(rows, now);
    const shown = rows.filter((row) => row.owner_id === null && !given.has(row)).reduce((sum, row) => sum + 1 + clock(calendar, row, now).hours, 0);
    const { changes } = db.insert(facts).values({ name: 'answer-clock', value: shown })
      .onConflictDoUpdate({ target: facts.name, set: { value: shown }, setWhere: ne(facts.value, shown) }).run();
    if (changes) bumpChanges();
  });
}

export const ages = ['under-24', '24-72', 'over-72'] as const;
export type Age = (typeof ages)[number];

export interface OpenQuestion extends AnswerClock { threadId: number; forumId: number; title: string; url: string; askedAt: Date; age: Age }

/** The questions that wait in a coordinator's forums. */
function waitingFor(viewer: Viewer): Row[] {
  const own = forumsOf(viewer);
  return own === null ? waitingRows() : waitingRows().filter((row) => own.includes(row.forum_id));
}

/** Every question that waits in the viewer's forums, the oldest first; with `mine` those they look after. For coordinators. */
export function openQuestions(viewer: Viewer, mine: boolean, now = new Date()): OpenQuestion[] {
  mustModerateSomething(viewer);
  assignOverdue(now);
  const calendar = currentCalendar();
  return waitingFor(viewer).filter((row) => !mine || row.owner_id === viewer.id).map((row) => {
    const { hours, owner } = clock(calendar, row, now);
    return { threadId: row.id, forumId: row.forum_id, title: row.title, url: urlOf(row), askedAt: new Date(row.created_at), hours, owner, age: hours < 24 ? 'under-24' : hours < 72 ? '24-72' : 'over-72' };
  });
}

export const handOverInput = z.object({
  threadId: rowId, to: z.coerce.number({ error: 'To whom?' }).int('To whom?').positive('To whom?'),
  reason: text({ missing: 'Please give the reason: who takes it over reads it.', max: 500 }),
});

/** Gives an open question to another coordinator, who is told why. For coordinators. Throws NotFound, Denied, Invalid. */
export function handOverQuestion(actor: Member, { threadId, to, reason }: z.output<typeof handOverInput>): { url: string } {
  mustModerateSomething(actor);
  const now = new Date();
  return transaction(() => {
    const thread = findThread(actor, threadId);
    mustModerateForum(actor, thread.forumId);
    const [row] = waitingRows(thread.id);
    if (!row) throw new Denied('This question has an answer by now, or takes none.');
    if (!eligibleIn(row.forum_id, now).some(({ id }) => id === to)) throw new Invalid({ to: 'This person does not coordinate this forum now, or is suspended.' });
    if (row.owner_id === to) throw new Invalid({ to: 'They look after it already.' });
    db.insert(questionTurns).values({ threadId, ownerId: to, byId: actor.id, reason, at: now }).run();
    if (to !== actor.id) tellOwner(to, [row], { name: actor.name, reason });
    recordAct(actor, 'hand over question', thread.title, thread.url, reason);
    bumpChanges();
    return { url: '/desk/questions' };
  });
}
