import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, cases, corrections, db, flags, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied, NotFound } from '../errors.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { hasBlankedQuotes } from '../forum/blanked-quotes.ts';
import { recordAct } from '../moderation/log.ts';
import { countAttempt } from '../people/limits.ts';
import { canModerate, canModerateForum, mustSignIn, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { accept } from './deciding.ts';
import { tell } from './letters.ts';
import { caseById, flaggersOf, subjectOf } from './subjects.ts';

export interface CorrectionView {
  caseId: number; wrong: string; source: string; answer: string | null; closed: boolean; accepted: 'author' | 'coordinator' | null;
  /** Without Markdown once it was removed, except for coordinators. */
  post: { id: number; title: string; markdown: string };
  own: boolean;
}

/** A proposed correction, for the author of the post, whoever proposed it, and coordinators, as far as they may see the post. Throws SignInRequired, NotFound, Gone. */
export function correctionFor(viewer: Viewer, caseId: number): CorrectionView {
  mustSignIn(viewer);
  const { row, closed, post } = find(viewer, caseId);
  const proposed = db.select({ memberId: flags.memberId }).from(flags).where(eq(flags.caseId, caseId)).get()?.memberId === viewer.id;
  const own = post.authorId === viewer.id;
  const moderates = canModerateForum(viewer, post.thread.forumId);
  if (!own && !proposed && !moderates) throw new NotFound('There is no such correction.');
  const withheld = !own && !moderates && (post.removed || post.thread.removed || hasBlankedQuotes(post.id));
  return {
    caseId, wrong: threadsByNumber(row.wrong), source: threadsByNumber(row.source), answer: row.answer && threadsByNumber(row.answer), closed, accepted: row.acceptedAs, own,
    post: { id: post.id, title: post.thread.title, markdown: withheld ? '' : threadsByNumber(post.markdown) },
  };
}

function find(viewer: Member, caseId: number) {
  const row = Number.isSafeInteger(caseId) ? db.select().from(corrections).where(eq(corrections.caseId, caseId)).get() : undefined;
  if (!row) throw new NotFound('There is no such correction.');
  const { closedAt } = caseById(caseId);
  const subject = subjectOf(viewer, { postId: row.postId, memberId: null, heldId: null, decisionId: null });
  if (subject.kind !== 'post') throw new NotFound('There is no such correction.');
  const { resourceStatus } = subject.post.thread;
  if (resourceStatus !== null && resourceStatus !== 'published' && !canModerate(viewer)) throw new NotFound('This resource is not in the library any more.');
  return { row, closed: closedAt !== null, post: subject.post, subject };
}

function mustBeOpenAndOwn(actor: Member, caseId: number) {
  mustWrite(actor);
  const found = find(actor, caseId);
  if (found.post.authorId !== actor.id) throw new NotFound('There is no such correction.');
  if (found.closed) throw new Denied('This correction was decided already.');
  return found;
}

export const acceptCorrectionInput = z.object({ caseId: rowId });

/** The author takes the correction up: it stands under the post from now on, and whoever proposed it is told. Throws NotFound, Denied. */
export function acceptCorrection(actor: Member, input: z.output<typeof acceptCorrectionInput>, now = new Date()): { url: string } {
  return transaction(() => {
    const { post, subject } = mustBeOpenAndOwn(actor, input.caseId);
    accept(input.caseId, actor.id, 'author', now);
    db.update(cases).set({ closedAt: now, claimedById: null, claimedUntil: null }).where(eq(cases.id, input.caseId)).run();
    // The log names who keeps order, and no author.
    recordAct(null, 'accept correction', subject.words, subject.url, 'Its author has accepted it.');
    for (const proposer of flaggersOf(input.caseId)) {
      tell(proposer, {
        subject: `Your correction on ${settings().name} was accepted`, paragraphs: [`The author has accepted your correction; it stands under the post: ${settings().url}/posts/${post.id}`, 'Thank you.'],
      }, { reason: 'flagged', words: 'An author has accepted the correction that you proposed.', url: `/corrections/${input.caseId}` });
    }
    bumpChanges();
    return { url: `/posts/${post.id}` };
  });
}

export const answerCorrectionInput = z.object({ caseId: rowId, answer: text({ missing: 'Please write your answer.', max: 1_000 }) });

/** The author answers a correction instead of accepting it: a coordinator decides, and whoever proposed it reads the answer, and has a letter of the first. Throws NotFound, Denied, TooMany. */
export function answerCorrection(actor: Member, input: z.output<typeof answerCorrectionInput>, now = new Date()): { url: string } {
  return transaction(() => {
    const { row } = mustBeOpenAndOwn(actor, input.caseId);
    countAttempt('editPerMember', actor.id);
    db.update(corrections).set({ answer: input.answer, answeredAt: now }).where(eq(corrections.caseId, input.caseId)).run();
    // An answer that is changed brings no further letter.
    for (const proposer of row.answer === null ? flaggersOf(input.caseId) : []) {
      tell(proposer, {
        subject: `An answer to your correction on ${settings().name}`, paragraphs: [`The author answers: ${input.answer}`, `A coordinator decides now. Both texts: ${settings().url}/corrections/${input.caseId}`],
      }, { reason: 'flagged', words: 'An author has answered the correction that you proposed. A coordinator decides now.', url: `/corrections/${input.caseId}` });
    }
    return { url: `/corrections/${input.caseId}` };
  });
}
