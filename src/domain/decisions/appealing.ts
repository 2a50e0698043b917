import { and, asc, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { appeals, cases, db, decisions, members, transaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { rowId, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied, NotFound } from '../errors.ts';
import type { Confirmation } from '../forum/confirming.ts';
import { post as mail } from '../mail/outbox.ts';
import { coordinates, coordinatorsBesides, type Colleague } from '../people/coordinators.ts';
import { canModerate, mustSignIn } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { keeper } from './flagging.ts';
import { whatIsSaid } from './letters.ts';
import { appealable, daysToAppeal, isSuspension } from './outcomes.ts';
import { asDecided, caseById, decisionById, publicWords, subjectOf, type Decision, type Subject } from './subjects.ts';

export interface AppealView {
  decision: Decision;
  /** What its author is told that was decided. */
  said: string;
  /** Null where it is not said: who suspends is not told to whom they suspend. */
  decider: string | null;
  words: string;
  /** What was decided about, as its author wrote it; null for a profile and a "works for us too". */
  markdown: string | null;
  /** A "works for us too" that was decided about, while its words are kept and it is not back. */
  confirmation: Pick<Confirmation, 'place' | 'year' | 'note'> | null;
  /** Where it stands or stood. */
  url: string;
  /** Until when it can be appealed; null when it cannot, with the sentence in `closed`. */
  until: Date | null;
  closed: string | null;
  appeal: { text: string; at: Date } | null;
  /** What came of the appeal. */
  result: (Decision & { decider: string | null; said: string }) | null;
  /** Who can look at it at present: a different coordinator, the one who decided first, or nobody but its author; null where nobody can. */
  again: 'another' | 'same' | 'author' | null;
}

/** A decision as its author reads it, with the form to appeal or what came of it. For the author and coordinators. Throws SignInRequired, NotFound. */
export function appealFor(viewer: Viewer, decisionId: number, now = new Date()): AppealView {
  mustSignIn(viewer);
  const decision = decisionById(decisionId);
  if (decision.authorId !== viewer.id && !canModerate(viewer)) throw new NotFound('There is no such decision.');
  const appeal = db.select({ text: appeals.text, at: appeals.at }).from(appeals).where(eq(appeals.decisionId, decision.id)).get() ?? null;
  const until = addDays(decision.at, daysToAppeal);
  const closed = whyClosed(decision, appeal !== null, now);
  const result = db.select({ decision: decisions, decider: members.name }).from(cases).innerJoin(decisions, eq(decisions.caseId, cases.id)).innerJoin(members, eq(members.id, decisions.deciderId))
    .where(eq(cases.decisionId, decision.id)).get();
  const row = caseById(decision.caseId);
  const subject = asDecided(decision, subjectOf(keeper, row));
  const about = subject.kind === 'appeal' ? subject.about : subject;
  const namesDecider = !isSuspension(decision) || canModerate(viewer);
  return {
    decision, said: whatIsSaid(row.kind, decision, subject), decider: namesDecider ? nameOf(decision.deciderId) : null, words: wordsFor(viewer, subject), url: subject.url, markdown: about.kind === 'post' ? about.post.markdown : about.kind === 'held' ? about.held.markdown : null, confirmation: about.kind === 'confirmation' ? about.said : null, until: closed === null ? until : null, closed, appeal,
    result: result ? { ...result.decision, said: whatIsSaid('appeal', result.decision, { kind: 'appeal', decision, about: subject, author: subject.author, words: subject.words, url: subject.url }), decider: namesDecider ? result.decider : null } : null, again: whoLooksAgain(decision, now).again,
  };
}

/** An appeal is for coordinators of all, as is whatever belongs to no forum. `asked` are told of it. */
function whoLooksAgain({ deciderId, authorId }: Decision, now: Date): Pick<AppealView, 'again'> & { asked: Colleague[] } {
  const others = coordinatorsBesides([deciderId, authorId], now);
  if (others.length > 0) return { again: 'another', asked: others };
  const same = coordinatorsBesides([authorId], now);
  if (same.length > 0) return { again: 'same', asked: same };
  return { again: coordinates({ id: authorId }, null, now) ? 'author' : null, asked: [] };
}

/** What was decided about, as somebody may read it. */
function wordsFor(viewer: Member, subject: Subject): string {
  if (subject.kind === 'appeal') return `the decision about ${wordsFor(viewer, subject.about)}`;
  if (subject.kind === 'member' && subject.suspension && viewer.id === subject.author.id) return 'your suspension';
  return canModerate(viewer) ? subject.words : publicWords(subject);
}

const nameOf = (id: number) => db.select({ name: members.name }).from(members).where(eq(members.id, id)).get()?.name ?? 'a former coordinator';

function whyClosed(decision: Decision, appealed: boolean, now: Date): string | null {
  if (appealed) return 'You have appealed: a decision can be appealed once.';
  if (decision.undoneAt) return 'This decision was taken back already.';
  if (!appealable.includes(decision.outcome)) return 'There is nothing to appeal in this decision.';
  if (addDays(decision.at, daysToAppeal) < now) return `A decision can be appealed within ${daysToAppeal} days; they are over.`;
  return null;
}

/** Decisions that removed posts of this viewer and can be appealed still, by id of the post. */
export function appealableRemovals(viewer: Viewer, posts: readonly { id: number; own: boolean; removed: { by: 'author' | 'coordinator' } | null }[], now = new Date()): Map<number, number> {
  const ids = posts.flatMap(({ id, own, removed }) => (own && removed?.by === 'coordinator' ? [id] : []));
  if (!viewer || ids.length === 0) return new Map();
  const rows = db.select({ postId: cases.postId, decision: decisions, appealedAt: appeals.at }).from(decisions).innerJoin(cases, eq(cases.id, decisions.caseId)).leftJoin(appeals, eq(appeals.decisionId, decisions.id))
    .where(and(inArray(cases.postId, ids), eq(decisions.authorId, viewer.id), eq(decisions.outcome, 'remove'))).orderBy(asc(decisions.id)).all();
  return new Map(rows.flatMap(({ postId, decision, appealedAt }) => (postId !== null && whyClosed(decision, appealedAt !== null, now) === null ? [[postId, decision.id] as const] : [])));
}

export const appealInput = z.object({ decisionId: rowId, text: text({ missing: 'Please say why the decision is wrong.', max: 4_000 }) });

/**
 * Asks a different coordinator to look at a decision about something of one's own, once, within 30 days. A suspended member may too.
 * Throws NotFound, Denied.
 */
export function appealDecision(actor: Member, input: z.output<typeof appealInput>, now = new Date()): { url: string } {
  mustSignIn(actor);
  return transaction(() => {
    const { decision, closed, words } = appealFor(actor, input.decisionId, now);
    if (decision.authorId !== actor.id) throw new NotFound('There is no such decision.');
    if (closed !== null) throw new Denied(closed);
    db.insert(appeals).values({ decisionId: decision.id, text: input.text, at: now }).run();
    const { id } = db.insert(cases).values({ kind: 'appeal', decisionId: decision.id, openedAt: now }).returning({ id: cases.id }).get();
    const { name, url } = settings();
    const { again, asked } = whoLooksAgain(decision, now);
    for (const { email } of asked) {
      mail(email, `An appeal waits on ${name}`, [`${decision.before.suspendedUntil === undefined ? `The author of ${words}` : 'A suspended member'} has appealed a decision.${again === 'another' ? '' : ' There is nobody else than the one who decided first: please look at it again.'}`, `${url}/desk/flags/${id}`]);
    }
    return { url: `/appeals/${decision.id}?sent` };
  });
}
