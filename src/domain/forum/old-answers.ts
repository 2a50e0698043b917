import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { acceptedAnswers, answerChecks, bumpChanges, db, members, prepared, transaction } from '#db/client.ts';
import { addMonths, formatDate } from '#lib/dates.ts';
import { rowId } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied } from '../errors.ts';
import { isNamelessPost, shownName } from '../anonymity.ts';
import { post as mail } from '../mail/outbox.ts';
import { noteShownIn } from '../mail/withdrawing.ts';
import { recordAct } from '../moderation/log.ts';
import { canWrite, forumsOf, mustModerateForum, mustModerateSomething, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { canAccept } from './accepting.ts';
import { postPlace, postUrl } from './addresses.ts';
import { lastConfirmed, oldAfterMonths } from './answers.ts';
import { findPost, type FoundPost } from './posts.ts';

/** An old accepted answer that nobody has confirmed lately, as coordinators see it. */
export interface OldAnswer { postId: number; title: string; author: string; writtenAt: Date; confirmed: Date | null; askedAt: Date | null }

interface Row { post_id: number; title: string; author: string; written: number; confirmed: number | null; asked: number | null }

/** Accepted answers older than 24 months that nobody has confirmed in the last 24, the oldest first, at most 200. For coordinators. */
export function oldAnswers(viewer: Viewer, now = new Date()): OldAnswer[] {
  mustModerateSomething(viewer);
  return rows(viewer, now).map((row) => ({
    postId: row.post_id, title: row.title, author: row.author, writtenAt: new Date(row.written),
    confirmed: row.confirmed === null ? null : new Date(row.confirmed), askedAt: row.asked === null ? null : new Date(row.asked),
  }));
}

/** How many of them there are for this coordinator; 200 stands for more. */
export const countOldAnswers = (viewer: Viewer, now = new Date()): number => rows(viewer, now).length;

const rows = (viewer: Viewer, now: Date) => unconfirmed().all({ before: addMonths(now, -oldAfterMonths).getTime(), forums: JSON.stringify(forumsOf(viewer)) }) as Row[];
const unconfirmed = prepared((d) => d.$client.prepare(`
  select * from (
    select p.id as post_id, t.title, ${shownName(isNamelessPost('p.id'), 'w')} as author, p.created_at as written, ${lastConfirmed('p.id')} as confirmed,
      (select asked_at from answer_checks c where c.post_id = p.id and (c.confirmed_at is null or c.confirmed_at < c.asked_at)) as asked
    from accepted_answers yes join posts p on p.id = yes.post_id join threads t on t.id = p.thread_id join members w on w.id = p.author_id
    where p.created_at <= @before and p.number > 1 and p.removed_at is null and t.removed_at is null and t.kind = 'question'
      and (@forums = 'null' or t.forum_id in (select value from json_each(@forums))))
  where coalesce(confirmed, 0) <= @before order by written limit 200`));

export const answerInput = z.object({ postId: rowId });

/** Asks who asked and who answered, once, whether an old accepted answer is still right. For coordinators. Throws NotFound, Denied. */
export function askAboutAnswer(actor: Member, { postId }: z.output<typeof answerInput>): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    const post = acceptedPost(actor, postId);
    mustModerateForum(actor, post.thread.forumId);
    if (addMonths(post.createdAt, oldAfterMonths) > new Date()) throw new Denied(`This answer is not old yet: it is asked about after ${oldAfterMonths} months.`);
    const known = db.select().from(answerChecks).where(eq(answerChecks.postId, postId)).get();
    if (known?.askedAt && (!known.confirmedAt || known.confirmedAt < known.askedAt)) throw new Denied('They were asked already.');
    const asked = { askedAt: new Date(), askedById: actor.id };
    db.insert(answerChecks).values({ postId, ...asked }).onConflictDoUpdate({ target: answerChecks.postId, set: asked }).run();
    for (const id of new Set([post.thread.authorId, post.authorId])) tell(id, post);
    recordAct(actor, 'ask about answer', `an answer to “${post.thread.title}”`, postUrl(postId));
    return { url: '/desk/answers' };
  });
}

function tell(memberId: number, post: FoundPost): void {
  const member = db.select({ email: members.email }).from(members).where(eq(members.id, memberId)).get();
  if (!member) return;
  const letterId = mail(member.email, `Is this answer still right? ${post.thread.title}`, [
    `${memberId === post.authorId ? 'Your answer' : 'The answer that was accepted'} to “${post.thread.title}” is from ${formatDate(post.createdAt)}. Colleagues still find it and rely on it.`,
    `Is it still right? Say so with one click below the answer, or reply with what has changed: ${settings().url}${postUrl(post.id)}`,
    'You are asked once, because you asked the question or wrote the answer.',
  ]);
  noteShownIn(letterId, [post.id]);
}

/** Whether the viewer may say that an accepted answer is still right: who asked, who answered, or a coordinator, while its forum is open. */
export function canConfirmAnswer(viewer: Viewer, post: Pick<FoundPost, 'authorId' | 'thread'>): boolean {
  return canAccept(viewer, post.thread) || (canWrite(viewer) && viewer.id === post.authorId && !post.thread.removed && post.thread.forumClosedReason === null);
}

/** Says that an accepted answer is still right. Returns where it stands. Throws NotFound, Denied. */
export function reconfirmAnswer(actor: Member, { postId }: z.output<typeof answerInput>): { url: string } {
  mustWrite(actor);
  return transaction(() => {
    const post = acceptedPost(actor, postId);
    if (!canConfirmAnswer(actor, post)) throw new Denied('Only who asked, who answered, or a coordinator says that an answer is still right. You can say that it works for you too.');
    const confirmed = { confirmedAt: new Date(), confirmedById: actor.id };
    db.insert(answerChecks).values({ postId, ...confirmed }).onConflictDoUpdate({ target: answerChecks.postId, set: confirmed }).run();
    if (actor.id !== post.thread.authorId && actor.id !== post.authorId) recordAct(actor, 'confirm answer', `an answer to “${post.thread.title}”`, postUrl(postId));
    bumpChanges();
    return { url: postPlace(post.thread.url, post.number) };
  });
}

function acceptedPost(viewer: Member, postId: number): FoundPost {
  const post = findPost(viewer, postId);
  const accepted = db.select({ id: acceptedAnswers.postId }).from(acceptedAnswers).where(eq(acceptedAnswers.postId, postId)).get();
  if (!accepted || post.removed || post.number === 1 || post.thread.kind !== 'question') throw new Denied('This is not an accepted answer.');
  return post;
}
