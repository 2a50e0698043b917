import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, forums, posts, prepared, threadActs, threads } from '#db/client.ts';
import { rowId } from '#lib/fields.ts';
import { mustShowNobody } from '../anonymity.ts';
import { Denied, NotFound } from '../errors.ts';
import { recordAct, wordsOfAct } from '../moderation/log.ts';
import { mustModerateForum, mustModerateIn, mustModerateSomething } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { wayOf } from '../thread-addresses.ts';
import { carryFollows, carryReads, carryReadsBack, carryWriting, takeFollowsBack, type Carried } from './carrying.ts';
import { hideTitleThatCameBack } from './hidden-titles.ts';
import { whyNotOfKind } from './kinds.ts';
import { appendPosts, authorsOf, closeUp, leadTo, mustStandStill, placesIn, putBack, renumber, settleThreads, standAgain, type Place } from './moving-posts.ts';
import { tellMoved, tellMovedBack } from './notifying.ts';
import { transactionOnThread } from './refused-looks.ts';
import { indexThread, indexWholeThread } from './searchable.ts';
import { movedSince, undoSchema, whyNotOnOwn, type Undo } from './thread-acts.ts';
import { areStill, closingOf, putClosing, putFields } from './thread-fields.ts';
import { findThread } from './threads.ts';

export const undoThreadActInput = z.object({ actId: rowId });

/**
 * Undoes what was done to a thread. What was changed again since must be undone first (Denied says so). Posts go back to where they stood;
 * posts written since stay where they were written, or go along with a thread that is taken back: `left` says what did not become as it was,
 * in sentences. What members set and have read goes back too, where they have not changed it. For coordinators, not where another has done it to a thread of theirs. Returns where the thread is.
 */
export function undoThreadAct(actor: Member, { actId }: z.output<typeof undoThreadActInput>): { url: string; left: string[] } {
  mustModerateSomething(actor);
  const row = db.select().from(threadActs).where(eq(threadActs.id, actId)).get();
  if (!row) throw new NotFound('There is no such act.');
  return transactionOnThread(actor, row.threadId, () => {
    const touched = [row.threadId, ...(row.otherId === null ? [] : [row.otherId])];
    for (const thread of db.select({ id: threads.id, forumId: threads.forumId, authorId: threads.authorId }).from(threads).where(inArray(threads.id, touched)).all()) {
      mustModerateIn(actor, thread);
      const own = whyNotOnOwn(actor, thread, row.byId);
      if (own !== null) throw new Denied(own);
    }
    if (row.undoneAt !== null) throw new Denied('This was undone already.');
    const undo = undoSchema.parse(row.undo);
    for (const forumId of forumsTouched(row, undo)) mustModerateForum(actor, forumId);
    const left = putBackAsItWas(actor, row, undo);
    db.update(threadActs).set({ undoneAt: new Date(), undoneById: actor.id, undo: left.length > 0 ? { ...undo, left } : undo }).where(eq(threadActs.id, actId)).run();
    const { title, url } = findThread(actor, row.threadId);
    recordAct(actor, 'undo thread act', `“${title}”: ${wordsOfAct(row.act)}`, url);
    bumpChanges();
    return { url, left };
  });
}

/** The forums in which an act, and its undoing, changes something. */
function forumsTouched({ threadId, otherId }: { threadId: number; otherId: number | null }, undo: Undo): (number | null)[] {
  const now = db.select({ forumId: threads.forumId }).from(threads).where(inArray(threads.id, otherId === null ? [threadId] : [threadId, otherId])).all();
  return [...now.map(({ forumId }) => forumId), ...(undo.as === 'fields' && undo.before.forumId !== undefined ? [undo.before.forumId] : [])];
}

interface Act { id: number; threadId: number; at: Date }

function putBackAsItWas(actor: Member, { id, threadId, at }: Act, undo: Undo): string[] {
  switch (undo.as) {
    case 'fields': return undoFields(actor, threadId, undo);
    case 'closing': return undoClosing(threadId, undo);
    case 'removal': throw new Denied('A removed thread is restored on its own page, with a reason.');
    case 'posts': return undo.fresh ? undoNewThread(actor, at, undo) : undoMovedPosts(actor, { id, at }, undo);
    case 'thread': return undoMerge(actor, { id, at }, undo);
  }
}

const changedSince = () => new Denied('This was changed again since: undo that first.');

function undoFields(actor: Member, threadId: number, { before, after }: Extract<Undo, { as: 'fields' }>): string[] {
  mustStandStill(threadId, { removed: true });
  if (!areStill(threadId, after)) throw changedSince();
  if (before.forumId != null && !db.select({ id: forums.id }).from(forums).where(eq(forums.id, before.forumId)).get()) throw new Denied('The forum where the thread stood before is not there any more.');
  const whyNot = before.kind !== undefined ? whyNotOfKind(findThread(actor, threadId).kind, before.kind, placesIn(threadId).map((p) => p.id)) : null;
  if (whyNot) throw new Denied(whyNot);
  putFields(threadId, before);
  if (before.kind === undefined) indexThread(threadId);
  else indexWholeThread(threadId);
  if (before.title !== undefined) hideTitleThatCameBack(threadId);
  return [];
}

function undoClosing(threadId: number, { before, after }: Extract<Undo, { as: 'closing' }>): string[] {
  mustStandStill(threadId, { removed: true });
  if (JSON.stringify(closingOf(threadId)) !== JSON.stringify(after)) throw changedSince();
  putClosing(threadId, before);
  return [];
}

/** Takes posts back out of the thread that they were moved to; what stands after them there moves up. */
function undoMovedPosts(actor: Member, act: Pick<Act, 'id' | 'at'>, { from, to, lastNumber, posts: places, carried }: Extract<Undo, { as: 'posts' }>): string[] {
  mustStandStill(from);
  mustStandStill(to);
  const { here, sentences } = stillIn(to, places);
  mustShowNobody(to, from, here.map((p) => p.id));
  let late = 0;
  carryReadsBack(readsSince(act.id, { from, to, carried }), { from, to, keptIn: null }, () => {
    late = putBack(from, here);
    closeUp(to, lastNumber);
  });
  if (carried) takeFollowsBack(to, carried, act.at);
  settleThreads([from, to], here.map((p) => p.id));
  tellMovedBack(actor, here.map((p) => p.id));
  return [...sentences, ...lateSentence(late)];
}

/** Takes a thread that was made for moved posts back into the one they came from, with what was written in it since. */
function undoNewThread(actor: Member, at: Date, { from, to, posts: places, carried }: Extract<Undo, { as: 'posts' }>): string[] {
  mustStandStill(from);
  mustStandStill(to);
  const { here, sentences } = stillIn(to, places);
  const since = placesIn(to).filter(({ id }) => !here.some((p) => p.id === id)).map((p) => p.id);
  mustShowNobody(to, from, [...here.map((p) => p.id), ...since]);
  let late = 0;
  carryReads([from, to], () => {
    late = putBack(from, here);
    appendPosts(from, since);
  });
  if (carried) takeFollowsBack(to, carried, at);
  carryFollows(to, from);
  leadTo(actor, to, from, 'It was taken back into the thread it came from.');
  settleThreads([from, to], [...here.map((p) => p.id), ...since]);
  tellMovedBack(actor, here.map((p) => p.id));
  tellMoved(actor, since, 'The thread was taken back into the one it came from.');
  return [...sentences, ...lateSentence(late), ...(since.length > 0 ? [`${many(since.length, 'that was', 'that were')} written in the new thread since went along, to the end.`] : [])];
}

/** Lets a merged thread stand again with its posts, and with what was held for it when it was merged and let through since; what was written since stays in the other one. */
function undoMerge(actor: Member, act: Pick<Act, 'id' | 'at'>, { from, to, lastNumber, posts: places, own, carried }: Extract<Undo, { as: 'thread' }>): string[] {
  mustStandStill(to);
  const { here, sentences } = stillIn(to, places);
  if (!here.some(({ number }) => number === 1)) throw new Denied('Its opening post has been moved to another thread since: undo that first.');
  const sent = letThrough().all({ actId: act.id, from, to, places: JSON.stringify(places) }) as number[];
  const back = [...here.map((p) => p.id), ...sent];
  mustShowNobody(to, from, back);
  standAgain(from);
  carryReadsBack(readsSince(act.id, { from, to, carried }), { from, to, keptIn: from }, () => {
    putBack(from, here);
    appendPosts(from, sent);
    if (own) renumber(to, placesBefore(to, own, lastNumber));
    else closeUp(to, lastNumber);
  });
  if (carried) takeFollowsBack(to, carried, act.at);
  carryWriting(to, from, authorsOf(sent), act.at);
  db.update(threads).set({ lastNumber: Math.max(lastNumber, highest(to)) }).where(eq(threads.id, to)).run();
  settleThreads([from, to], back);
  tellMovedBack(actor, back);
  const since = placesIn(to).filter(({ number }) => number > lastNumber).length;
  return [...sentences, ...(since > 0 ? [`${many(since, 'that was', 'that were')} written after the merge stayed in the other thread.`] : [])];
}

/** Posts that were written before a merge, for the thread that went or one that had gone into it, and waited for a coordinator until after it. */
const letThrough = prepared((d) => d.$client.prepare(`
  select p.id from posts p join held_posts h on h.post_id = p.id join thread_acts a on a.id = @actId
  where p.thread_id = @to and p.created_at >= a.at and h.at <= a.at and @from in ${wayOf('h.thread_id')} and p.id not in (select value ->> '$.id' from json_each(@places)) order by p.number`).pluck());

/** Positions that can be put back as they were: none when posts were moved here since, for then their numbers mean something else. */
function readsSince(actId: number, { from, to, carried }: { from: number; to: number; carried?: Carried | undefined }): Carried['reads'] {
  return carried && !movedSince(actId, [from, to]) ? carried.reads : [];
}

/** The numbers that the posts of a thread had before others came among them; what came since follows. */
function placesBefore(threadId: number, own: readonly Place[], lastNumber: number): Place[] {
  const before = new Map(own.map((p) => [p.id, p.number]));
  let next = lastNumber;
  return placesIn(threadId).map(({ id }) => ({ id, number: before.get(id) ?? ++next }));
}

/** Which of the posts are still where they were put; that some are not, in a sentence. Throws Denied when none is. */
function stillIn(threadId: number, places: readonly Place[]): { here: Place[]; sentences: string[] } {
  const ids = new Set(db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, threadId), inArray(posts.id, places.map((p) => p.id)))).all().map((p) => p.id));
  const here = places.filter((p) => ids.has(p.id));
  const gone = places.length - here.length;
  if (here.length === 0) throw new Denied('All of these posts have been moved on since: undo that first.');
  return { here, sentences: gone > 0 ? [`${many(gone, 'has', 'have')} been moved on since and ${gone === 1 ? 'stays' : 'stay'} there.`] : [] };
}

const many = (n: number, verb: string, verbs: string) => (n === 1 ? `1 post ${verb}` : `${n} posts ${verbs}`);
const lateSentence = (late: number) => (late > 0 ? [`${many(late, 'stands', 'stand')} at the end: the old place was given to another one since.`] : []);
const highest = (threadId: number) => placesIn(threadId).at(-1)?.number ?? 0;
