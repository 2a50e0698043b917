import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, threads, transaction } from '#db/client.ts';
import { optionalText, rowId, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { slugify } from '#lib/slug.ts';
import { Denied, Invalid } from '../errors.ts';
import { post as mail } from '../mail/outbox.ts';
import { recordAct, type Act } from '../moderation/log.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { postUrl, threadUrl } from './addresses.ts';
import { titleField } from './fields.ts';
import { chosenForum } from './forums.ts';
import { findPost, markRemoved, markRestored } from './posts.ts';
import { dropThreadFromSearch, indexThread, indexWholeThread } from './searchable.ts';
import { noteAct, type ThreadFields } from './thread-acts.ts';
import { fieldsOf, putFields, sameFields } from './thread-fields.ts';
import { findThread, type Thread } from './threads.ts';

const reason = text({ missing: 'Please give the reason: it stands in the public log.', max: 1_000 });

/** Runs a coordinator's act on a thread of a forum in one transaction and tells the page caches. Returns where the thread is afterwards. */
export function onThread(actor: Member, threadId: number, act: (thread: Thread) => void): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const thread = findThread(actor, threadId);
    if (thread.forumId === null) throw new Denied('Comments belong to their resource: remove single comments, or retire the resource.');
    act(thread);
    bumpChanges();
    return { url: findThread(actor, threadId).url };
  });
}

/** Changes columns of a thread and remembers what they were, for its undoing. */
function change(actor: Member, thread: Thread, act: Act, after: ThreadFields, reason: string | null): void {
  const before = sameFields(fieldsOf(thread.id), after);
  putFields(thread.id, after);
  noteAct(actor, act, thread.id, reason, { as: 'fields', before, after });
}

export const renameThreadInput = z.object({ threadId: rowId, title: titleField, reason: optionalText(1_000) });

/** Gives a thread a better title. Its old address leads to the new one. */
export function renameThread(actor: Member, input: z.output<typeof renameThreadInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    change(actor, thread, 'rename thread', { title: input.title, slug: slugify(input.title) }, input.reason);
    indexThread(thread.id);
    recordAct(actor, 'rename thread', `“${thread.title}” is now “${input.title}”`, findThread(actor, thread.id).url, input.reason);
  });
}

export const moveThreadInput = z.object({ threadId: rowId, forum: z.string({ error: 'Please choose a forum.' }), reason: optionalText(1_000) });

/** Moves a thread to another forum. Its old address leads to the new one. */
export function moveThread(actor: Member, input: z.output<typeof moveThreadInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    const forum = chosenForum(input.forum);
    if (forum.id === thread.forumId) throw new Invalid({ forum: 'The thread is in this forum already.' });
    if (forum.closedReason !== null) throw new Invalid({ forum: 'This forum is closed: nothing is added to it.' });
    change(actor, thread, 'move thread', { forumId: forum.id }, input.reason);
    indexThread(thread.id);
    recordAct(actor, 'move thread', `“${thread.title}” from ${thread.forum?.name} to ${forum.name}`,
      threadUrl({ id: thread.id, slug: thread.slug, forumSlug: forum.slug, resourceSlug: null }), input.reason);
  });
}

export const lockThreadInput = z.object({ threadId: rowId, reason });
export const threadActInput = z.object({ threadId: rowId, reason: optionalText(1_000).optional() });

/** Closes a thread for further posts, with the reason shown above it. */
export function lockThread(actor: Member, input: z.output<typeof lockThreadInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    change(actor, thread, 'lock thread', { lockedAt: Date.now(), lockedReason: input.reason }, input.reason);
    recordAct(actor, 'lock thread', thread.title, thread.url, input.reason);
  });
}

/** Opens a locked thread again. */
export function unlockThread(actor: Member, input: z.output<typeof threadActInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    change(actor, thread, 'unlock thread', { lockedAt: null, lockedReason: null }, input.reason ?? null);
    recordAct(actor, 'unlock thread', thread.title, thread.url, input.reason);
  });
}

/** Keeps a thread at the top of its forum. */
export function pinThread(actor: Member, input: z.output<typeof threadActInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    change(actor, thread, 'pin thread', { pinned: true }, input.reason ?? null);
    recordAct(actor, 'pin thread', thread.title, thread.url, input.reason);
  });
}

/** Lets a pinned thread take its place by date again. */
export function unpinThread(actor: Member, input: z.output<typeof threadActInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    change(actor, thread, 'unpin thread', { pinned: false }, input.reason ?? null);
    recordAct(actor, 'unpin thread', thread.title, thread.url, input.reason);
  });
}

export const removeThreadInput = z.object({ threadId: rowId, reason });

/**
 * Takes a thread off every public surface; its address says that it was removed and why. Its author is told by mail. It is brought back by
 * restoring it (see decisions/removing.ts), not by undoing an act: only so is the decision behind it taken back too.
 */
export function removeThread(actor: Member, input: z.output<typeof removeThreadInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    db.update(threads).set({ removedAt: new Date(), removedReason: input.reason, removedById: actor.id, hidden: false }).where(eq(threads.id, thread.id)).run();
    dropThreadFromSearch(thread.id);
    tell(thread.authorId, `Your thread on ${settings().name} was removed`, `A coordinator has removed your thread “${thread.title}”.`, input.reason);
    recordAct(actor, 'remove thread', thread.title, thread.url, input.reason);
  });
}

/** Brings a removed thread back. */
export function restoreThread(actor: Member, input: z.output<typeof threadActInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    db.update(threads).set({ removedAt: null, removedReason: null, removedById: null, hidden: false }).where(eq(threads.id, thread.id)).run();
    indexWholeThread(thread.id);
    recordAct(actor, 'restore thread', thread.title, thread.url, input.reason);
  });
}

export const removePostInput = z.object({ postId: rowId, reason });

/** Removes somebody's post or comment; its place stays and shows the reason, and its author is told by mail. */
export function removePost(actor: Member, input: z.output<typeof removePostInput>): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const post = findPost(actor, input.postId);
    if (post.removed) throw new Denied('This post was removed already.');
    if (post.number === 1 && post.thread.forumId !== null) throw new Denied('This is the opening post: remove the whole thread instead.');
    markRemoved(post, actor, input.reason);
    tell(post.authorId, `Your post on ${settings().name} was removed`, `A coordinator has removed your post in “${post.thread.title}”: ${settings().url}${postUrl(post.id)}`, input.reason);
    recordAct(actor, 'remove post', `a post in “${post.thread.title}”`, postUrl(post.id), input.reason);
    return { url: postUrl(post.id) };
  });
}

export const restorePostInput = z.object({ postId: rowId });

/** Brings back a post that a coordinator removed; what its author took back stays taken back. */
export function restorePost(actor: Member, input: z.output<typeof restorePostInput>): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const post = findPost(actor, input.postId);
    if (!post.removed || post.removedById === post.authorId) throw new Denied('Only what a coordinator removed can be brought back.');
    markRestored(post);
    recordAct(actor, 'restore post', `a post in “${post.thread.title}”`, postUrl(post.id));
    return { url: postUrl(post.id) };
  });
}

function tell(memberId: number, subject: string, what: string, why: string): void {
  const member = db.select({ email: members.email }).from(members).where(eq(members.id, memberId)).get();
  if (member) mail(member.email, subject, [what, `The reason given: ${why}`, 'If you think this is wrong, answer in the community forum or to any coordinator.']);
}
