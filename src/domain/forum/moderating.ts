import { z } from 'zod';
import { bumpChanges } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { slugify } from '#lib/slug.ts';
import { Denied, Invalid } from '../errors.ts';
import { recordAct, type Act } from '../moderation/log.ts';
import { mustModerateForum, mustModerateIn, mustModerateSomething } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { threadUrl } from './addresses.ts';
import { titleField } from './fields.ts';
import { chosenForum } from './forums.ts';
import { whyNotOfKind } from './kinds.ts';
import { transactionOnThread } from './refused-looks.ts';
import { takeHiddenTitle } from './hidden-titles.ts';
import { indexThread, indexWholeThread } from './searchable.ts';
import { placesIn } from './moving-posts.ts';
import { lastBy, noteAct, whyNotOnOwn, type ThreadFields } from './thread-acts.ts';
import { fieldsOf, putFields, sameFields } from './thread-fields.ts';
import { findThread, type Thread } from './threads.ts';
import { threadKinds, threadKindWords } from './types.ts';

const reason = text({ missing: 'Please give the reason: it stands in the public log.', max: 1_000 });

/** Runs a coordinator's act on a thread of a forum of theirs in one transaction and tells the page caches. Returns where the thread is afterwards. Throws SignInRequired, Denied, NotFound. */
export function onThread(actor: Member, threadId: number, act: (thread: Thread) => void): { url: string } {
  mustModerateSomething(actor);
  return transactionOnThread(actor, threadId, () => {
    const thread = findThread(actor, threadId);
    mustModerateIn(actor, thread);
    if (thread.forumId === null) throw new Denied('Comments belong to their resource: remove single comments, or retire the resource.');
    act(thread);
    bumpChanges();
    return { url: findThread(actor, threadId).url };
  });
}

/** Changes columns of a thread and remembers what they were, for its undoing. */
function change(actor: Member, thread: Thread, act: Act, after: ThreadFields, reason: string): void {
  const before = sameFields(fieldsOf(thread.id), after);
  putFields(thread.id, after);
  noteAct(actor, act, thread.id, reason, { as: 'fields', before, after });
}

/** Throws Denied where another coordinator has done this to a thread that the actor started. */
function mustNotTakeBackOnOwn(actor: Member, thread: Thread, act: 'lock thread' | 'move thread'): void {
  const own = whyNotOnOwn(actor, thread, lastBy(thread.id, act));
  if (own !== null) throw new Denied(own);
}

/** Why a coordinator does not merge or split a thread, in a sentence: it was removed, or another one has locked it and they started it, so that its posts would go where it goes on. */
export function whyPostsStay(actor: { id: number }, thread: Thread): string | null {
  if (thread.removed) return 'This thread was removed: bring it back first.';
  return thread.locked ? whyNotOnOwn(actor, thread, lastBy(thread.id, 'lock thread')) : null;
}

/** Throws Denied with it. */
export function mustLetPostsGo(actor: Member, thread: Thread): void {
  const why = whyPostsStay(actor, thread);
  if (why !== null) throw new Denied(why);
}

export const renameThreadInput = z.object({ threadId: rowId, title: titleField, reason });

/** Gives a thread a better title. Its old address leads to the new one. */
export function renameThread(actor: Member, input: z.output<typeof renameThreadInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    // Under its new title it shows at once. The log names the one that everybody saw, undoing brings back its own.
    const own = takeHiddenTitle(thread.id);
    if (own !== null) putFields(thread.id, { title: own, slug: slugify(own) });
    change(actor, thread, 'rename thread', { title: input.title, slug: slugify(input.title) }, input.reason);
    indexThread(thread.id);
    recordAct(actor, 'rename thread', `“${thread.title}” is now “${input.title}”`, findThread(actor, thread.id).url, input.reason);
  });
}

export const changeKindInput = z.object({ threadId: rowId, kind: z.enum(threadKinds, { error: 'Please choose what it is.' }), reason });

/** Makes a thread another kind: what was asked as a discussion is a question after all. Throws Invalid. */
export function changeThreadKind(actor: Member, { threadId, kind, reason }: z.output<typeof changeKindInput>): { url: string } {
  return onThread(actor, threadId, (thread) => {
    if (kind === thread.kind) throw new Invalid({ kind: 'The thread is of this kind already.' });
    const whyNot = whyNotOfKind(thread.kind, kind, placesIn(thread.id).map((p) => p.id));
    if (whyNot) throw new Invalid({ kind: whyNot });
    change(actor, thread, 'change kind', { kind }, reason);
    indexWholeThread(thread.id);
    recordAct(actor, 'change kind', `“${thread.title}” from ${threadKindWords[thread.kind].one} to ${threadKindWords[kind].one}`, thread.url, reason);
  });
}

export const moveThreadInput = z.object({ threadId: rowId, forum: z.string({ error: 'Please choose a forum.' }), reason });

/** Moves a thread to another forum. Its old address leads to the new one. Throws Denied, Invalid. */
export function moveThread(actor: Member, input: z.output<typeof moveThreadInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    mustNotTakeBackOnOwn(actor, thread, 'move thread');
    const before = { forumId: thread.forumId };
    const after = { forumId: putInForum(actor, thread, input) };
    noteAct(actor, 'move thread', thread.id, input.reason, { as: 'fields', before, after });
  });
}

/** The same as part of a decision: it is taken back with the decision and not as an act of its own, so that there is one way to undo it. */
export function moveThreadByDecision(actor: Member, input: z.output<typeof moveThreadInput>): void {
  onThread(actor, input.threadId, (thread) => { putInForum(actor, thread, input); });
}

function putInForum(actor: Member, thread: Thread, input: z.output<typeof moveThreadInput>): number {
  const forum = chosenForum(input.forum);
  if (forum.id === thread.forumId) throw new Invalid({ forum: 'The thread is in this forum already.' });
  if (forum.closedReason !== null) throw new Invalid({ forum: 'This forum is closed: nothing is added to it.' });
  mustModerateForum(actor, forum.id);
  putFields(thread.id, { forumId: forum.id });
  indexThread(thread.id);
  recordAct(actor, 'move thread', `“${thread.title}” from ${thread.forum?.name} to ${forum.name}`,
    threadUrl({ id: thread.id, slug: thread.slug, forumSlug: forum.slug, resourceSlug: null }), input.reason);
  return forum.id;
}

export const lockThreadInput = z.object({ threadId: rowId, reason });
export const threadActInput = z.object({ threadId: rowId, reason });

/** Closes a thread for further posts, with the reason shown above it. */
export function lockThread(actor: Member, input: z.output<typeof lockThreadInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    change(actor, thread, 'lock thread', { lockedAt: Date.now(), lockedReason: input.reason }, input.reason);
    recordAct(actor, 'lock thread', thread.title, thread.url, input.reason);
  });
}

/** Opens a locked thread again; one's own only where one has locked it oneself. Throws Denied. */
export function unlockThread(actor: Member, input: z.output<typeof threadActInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    mustNotTakeBackOnOwn(actor, thread, 'lock thread');
    change(actor, thread, 'unlock thread', { lockedAt: null, lockedReason: null }, input.reason);
    recordAct(actor, 'unlock thread', thread.title, thread.url, input.reason);
  });
}

/** Keeps a thread at the top of its forum. */
export function pinThread(actor: Member, input: z.output<typeof threadActInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    change(actor, thread, 'pin thread', { pinned: true }, input.reason);
    recordAct(actor, 'pin thread', thread.title, thread.url, input.reason);
  });
}

/** Lets a pinned thread take its place by date again. */
export function unpinThread(actor: Member, input: z.output<typeof threadActInput>): { url: string } {
  return onThread(actor, input.threadId, (thread) => {
    change(actor, thread, 'unpin thread', { pinned: false }, input.reason);
    recordAct(actor, 'unpin thread', thread.title, thread.url, input.reason);
  });
}
