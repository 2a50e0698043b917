import { and, asc, between, count, desc, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, posts, postVersions, prepared, threads, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { plainText, rendererVersion } from '#lib/markdown.ts';
import { hideAuthor, isNamedAuthor, isNameless, isWrittenNamelessly, nameless, personColumns } from '../anonymity.ts';
import { blockedBy, postsByBlocked } from '../blocked.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { withdrawLettersAbout } from '../mail/withdrawing.ts';
import { correctionsUnder } from '../moderation/corrections.ts';
import { countAttempt } from '../people/limits.ts';
import { canModerate, canModerateForum, canModerateIn, canWrite, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { postPlace, postsPerPage } from './addresses.ts';
import { blankHidden, blankQuotes, lookAgainAtQuotes, withoutHidden } from './blanked-quotes.ts';
import { draftPlace, forgetDraftOfForm } from './drafts.ts';
import { editedLate } from './edited.ts';
import { bodyField } from './fields.ts';
import { followByWriting } from './follows.ts';
import { formToken, madeBefore, rememberForm } from './form-tokens.ts';
import { putMentions } from './mentions.ts';
import { notifyOfEdit, notifyOfPost, type Addressed } from './notifying.ts';
import { versionsClosedUntil } from './open-versions.ts';
import { dropPostFiles, filesOfOnePost, filesOfPosts, namelessPictures, putPostFiles, type PostFile, type TakenFile } from './post-files.ts';
import { putPostLinks, replacePostLinks } from './post-links.ts';
import { besideQuotes } from './quote-boxes.ts';
import { membersQuoted, postsSaid, withFoldedQuotes } from './quoted.ts';
import { canReact, reactionsBetween, reactionsFor } from './reactions.ts';
import { renderNewPost } from './rendering.ts';
import { dropPostFromSearch, indexPost, indexThread } from './searchable.ts';
import { justWritten, standing } from './sent-again.ts';
import { findThread, type Thread } from './threads.ts';
import { withTitles } from './titles.ts';
import type { PostView } from './types.ts';

/** Whether this person may add to the thread. */
export function canReply(viewer: Viewer, thread: Thread): boolean {
  return canWrite(viewer) && !thread.removed && isOpenResource(thread) && thread.forumClosedReason === null && ((!thread.locked && thread.closing === null) || canModerateIn(viewer, thread));
}

const isOpenResource = (thread: Thread) => thread.resourceStatus === null || thread.resourceStatus === 'published';

/** Throws in words what keeps this person from adding to the thread; what was written before it was locked or closed, or its forum, and `waited` for a look, that does not keep out. */
export function mustReply(actor: Viewer, thread: Thread, waited = false): asserts actor is Member {
  mustWrite(actor);
  const why = whyNoReply(actor, thread, waited);
  if (why !== null) throw new Denied(why);
}

function whyNoReply(actor: Member, thread: Thread, waited: boolean): string | null {
  if (thread.removed) return thread.hidden ? 'This thread is hidden while coordinators look at it: nothing can be added to it for now.' : 'This thread was removed: nothing can be added to it.';
  if (!isOpenResource(thread)) return 'This resource is not in the library any more, so nothing can be added to its comments.';
  if (waited) return null;
  if (thread.forumClosedReason !== null) return `The forum is closed, so nothing can be added to its threads. The reason given: ${thread.forumClosedReason}`;
  if (canReply(actor, thread)) return null;
  if (thread.closing && !thread.locked) return `This thread is closed, so nothing can be added to it. The reason given: ${thread.closing.reason}`;
  return `A coordinator has locked this thread, so nothing can be added to it.${thread.lockedReason ? ` The reason given: ${thread.lockedReason}` : ''}`;
}

/** Why one's own post cannot be changed now, in a sentence; null when it can. What is hidden can be put right in a locked thread too. */
export function whyNoEdit(actor: Member, { thread, hidden }: Pick<FoundPost, 'thread' | 'hidden'>): string | null {
  return thread.hidden ? null : whyNoReply(actor, thread, hidden);
}

/**
 * Writes a post as the newest of its thread and keeps the thread's counters; without a name where its author writes so in this thread. Call inside a
 * transaction, after the checks. Returns its id and number, and whom it speaks to by name.
 */
export function writePost(author: Member, threadId: number, markdown: string, files: readonly TakenFile[] = [], hidden = isNameless(author.id, threadId)): { id: number; number: number; addressed: Addressed } {
  const createdAt = new Date();
  const { number } = db.update(threads).set({
    lastNumber: sql`${threads.lastNumber} + 1`, postCount: sql`${threads.postCount} + 1`, lastPostAt: createdAt, lastPosterId: author.id,
  }).where(eq(threads.id, threadId)).returning({ number: threads.lastNumber }).get();
  const { html, linked, ...names } = renderNewPost(author, markdown, `p${threadId}-${number}`);
  const { id } = db.insert(posts).values({ threadId, number, authorId: author.id, markdown, html, renderedBy: rendererVersion, createdAt }).returning({ id: posts.id }).get();
  putPostLinks(id, linked);
  blankHidden(id, linked);
  if (hidden) hideAuthor(id, author.id);
  const mentioned = putMentions(author, id, names).map((member) => member.id);
  putPostFiles(id, hidden ? namelessPictures(files) : files);
  return { id, number, addressed: { mentioned, quoted: membersQuoted(author, html) } };
}

export const postInput = z.object({ threadId: rowId, body: bodyField, token: formToken });

const wordsOf = (input: z.output<typeof postInput>) => [String(input.threadId), input.body];

/** What a command that writes gets beside its form; `waited` of what a coordinator lets through after a look, `unnamed` of what was written without a name before that. */
export interface Beside { files?: readonly TakenFile[]; waited?: boolean; unnamed?: boolean }

/** The reply that the same form wrote when it was sent before, or a new form with the same words just now; null for the first time. Throws NotFound, Gone. */
export function postMadeBefore(actor: Member, input: z.output<typeof postInput> & Beside): { id: number; url: string } | null {
  const { token, files = [] } = input;
  const id = standing(files, eq(posts.id, (token ? madeBefore(actor, token, wordsOf(input)) : null) ?? 0))
    ?? justWritten(actor, input.body, files, eq(posts.threadId, findThread(actor, input.threadId).id));
  return id === null ? null : { id, url: placeOfPost(actor, id) };
}

/** Adds a reply to a thread. Returns where it stands; the same form, or the same words just now, lead to what it wrote. Throws NotFound, Gone, Denied, Invalid, TooMany. */
export function createPost(actor: Member, input: z.output<typeof postInput> & Beside): { id: number; url: string } {
  mustWrite(actor);
  return transaction(() => {
    const before = postMadeBefore(actor, input);
    if (before) return before;
    const thread = findThread(actor, input.threadId);
    mustReply(actor, thread, input.waited);
    countAttempt('postPerMember', actor.id);
    const post = writePost(actor, thread.id, input.body, input.files, input.unnamed);
    indexPost(post.id);
    notifyOfPost(post.id, post.addressed);
    followByWriting(actor.id, thread.id, 'replied');
    if (input.token) rememberForm(actor, input.token, wordsOf(input), post.id);
    bumpChanges();
    return { id: post.id, url: postPlace(thread.url, post.number) };
  });
}

const postsBetween = prepared((d) => d.select({
  id: posts.id, number: posts.number, createdAt: posts.createdAt, editedAt: posts.editedAt, html: posts.html,
  removedAt: posts.removedAt, removedById: posts.removedById, removedReason: posts.removedReason, hidden: posts.hidden, authorId: posts.authorId, author: personColumns(members),
}).from(posts).leftJoin(members, isNamedAuthor(members))
  .where(and(eq(posts.threadId, sql.placeholder('threadId')), between(posts.number, sql.placeholder('first'), sql.placeholder('last'))))
  .orderBy(asc(posts.number)).prepare());

/** The posts on one page of a thread; removed ones are there without their text, so that numbers and pages stay as they were. Whoever wrote one that is hidden reads it. */
export function postsOnPage(viewer: Viewer, thread: Thread, page: number): PostView[] {
  const first = (page - 1) * postsPerPage + 1;
  return shownBetween(viewer, thread, first, first + postsPerPage - 1);
}

/** The opening post of a thread, for pages on which it does not stand. */
export function openingPost(viewer: Viewer, thread: Thread): PostView | null {
  return shownBetween(viewer, thread, 1, 1)[0] ?? null;
}

function shownBetween(viewer: Viewer, thread: Thread, first: number, last: number): PostView[] {
  const writes = canReply(viewer, thread);
  const blocked = blockedBy(viewer);
  const rows = postsBetween().all({ threadId: thread.id, first, last });
  const ownHidden = (row: { hidden: boolean; authorId: number }) => row.hidden && viewer?.id === row.authorId;
  const shown = rows.map((row) => (row.removedAt === null || ownHidden(row) ? row.html : ''));
  const quoted = postsByBlocked(viewer, blocked.size > 0 ? shown.flatMap(postsSaid) : []);
  const htmls = withTitles(shown.map((html) => withFoldedQuotes(html, quoted)));
  const files = filesOfPosts(thread.id, first, last);
  const corrections = correctionsUnder(rows.map((row) => row.id));
  const reacts = canReact(viewer, thread);
  const reactions = reactionsBetween(viewer, thread.id, first, last);
  return rows.map((row, at) => {
    const removed = row.removedAt !== null;
    const own = viewer?.id === row.authorId;
    return {
      id: row.id, number: row.number, author: row.author ?? nameless, own, ownNameless: own && row.author === null, createdAt: row.createdAt, editedAt: removed ? null : editedLate(row), html: htmls[at] ?? '', files: files.get(row.id) ?? (ownHidden(row) ? filesOfOnePost(row.id) : []),
      removed: removed ? { by: row.removedById === row.authorId ? 'author' as const : 'coordinator' as const, reason: row.removedReason && threadsByNumber(row.removedReason) } : null,
      hidden: row.hidden, folded: row.author !== null && blocked.has(row.authorId),
      corrections: removed ? [] : corrections.get(row.id) ?? [],
      mayEdit: own && (!removed || row.hidden) && canWrite(viewer) && whyNoEdit(viewer, { thread, hidden: row.hidden }) === null,
      mayRemove: own && writes && !removed && (row.number > 1 || thread.resourceId !== null),
      mayFlag: !own && !removed && canWrite(viewer),
      reactions: removed ? [] : reactions.get(row.id) ?? [], mayReact: reacts && !own && !removed ? reactionsFor(thread, row.number) : [],
      mayQuote: writes && !removed && (!row.html.includes('<blockquote>') || plainText(besideQuotes(row.html)) !== ''),
    };
  });
}

export interface FoundPost {
  id: number; number: number; authorId: number; markdown: string; /** Empty where the Markdown is. */ html: string; removed: boolean; hidden: boolean; removedById: number | null;
  createdAt: Date; editedAt: Date | null; thread: Thread;
}

/** A post with its thread, as far as the viewer may see both: comments go out of view with their resource. Throws NotFound, Gone. */
export function findPost(viewer: Viewer, id: number): FoundPost {
  const row = Number.isSafeInteger(id) ? db.select().from(posts).where(eq(posts.id, id)).get() : undefined;
  if (!row) throw new NotFound('There is no such post.');
  const thread = findThread(viewer, row.threadId);
  if (!isOpenResource(thread) && !canModerate(viewer)) throw new NotFound('This resource is not in the library any more, nor are its comments.');
  const shown = row.removedAt === null || (row.hidden && viewer?.id === row.authorId) || canModerateForum(viewer, thread.forumId);
  return {
    id: row.id, number: row.number, authorId: row.authorId, markdown: shown ? row.markdown : '', html: shown ? row.html : '',
    removed: row.removedAt !== null, hidden: row.hidden, removedById: row.removedById, createdAt: row.createdAt, editedAt: row.editedAt, thread,
  };
}

/** Where a post stands now: what its permanent address leads to. */
export function placeOfPost(viewer: Viewer, id: number): string {
  const post = findPost(viewer, id);
  return postPlace(post.thread.url, post.number);
}

/** One's own post with its Markdown, for the form that edits it. Throws NotFound, Denied. */
export function ownPost(viewer: Viewer, id: number): FoundPost {
  mustWrite(viewer);
  const post = findPost(viewer, id);
  if (post.removed && !post.hidden) throw new NotFound('This post was removed.');
  if (post.authorId !== viewer.id) throw new Denied('You can edit only what you wrote yourself.');
  return post;
}

/** The files of one's own post, for the form that edits it. */
export function filesOfPost(post: FoundPost): PostFile[] {
  return filesOfOnePost(post.id);
}

export const postEditInput = z.object({ postId: rowId, body: bodyField, takeOff: z.array(rowId).default([]), version: z.string().max(20).optional(), token: formToken });

/** Names the text that a post has now, so that a form can say which one it began from. */
export const versionOf = (post: Pick<FoundPost, 'editedAt'>): string => String(post.editedAt?.getTime() ?? 0);

/** Changes one's own post; what it said before is kept. `takeOff` are files of it, `files` come to it; `version` is what the form began from, `token` and `shown` are the form’s own. Returns where it stands. Throws NotFound, Denied, TooMany, and Invalid where the text was changed since. */
export function editPost(actor: Member, input: { postId: number; body: string; version?: string; token?: string; shown?: string | null; takeOff?: readonly number[]; files?: readonly TakenFile[] }): { url: string } {
  countAttempt('editPerMember', actor.id);
  return transaction(() => {
    const post = ownPost(actor, input.postId);
    const why = whyNoEdit(actor, post);
    if (why !== null) throw new Denied(why);
    if (input.version && input.version !== versionOf(post) && input.body !== post.markdown) throw new Invalid({ body: 'This post was changed since you began, maybe in another window. Both texts are on this page: put together what you need, and save again.' });
    forgetDraftOfForm(actor.id, draftPlace.edit(post.id), input);
    const [files, dropped] = [input.files ?? [], dropPostFiles(post.id, input.takeOff ?? [])];
    putPostFiles(post.id, isWrittenNamelessly(post.id) ? namelessPictures(files, filesOfOnePost(post.id).length) : files);
    if (post.markdown !== input.body) {
      const editedAt = new Date();
      db.insert(postVersions).values({ postId: post.id, markdown: post.markdown, writtenAt: post.editedAt ?? post.createdAt, replacedAt: editedAt, replacedById: actor.id }).run();
      const { html, linked, ...names } = renderNewPost(actor, input.body, `p${post.thread.id}-${post.number}`);
      db.update(posts).set({ markdown: input.body, html, renderedBy: rendererVersion, editedAt }).where(eq(posts.id, post.id)).run();
      replacePostLinks(post.id, linked);
      blankHidden(post.id, linked);
      // What is edited away while it is flagged is quoted by nobody any more.
      if (versionsClosedUntil(post.id) >= editedAt.getTime()) lookAgainAtQuotes({ postId: post.id });
      const mentioned = putMentions(actor, post.id, names).map((member) => member.id);
      const before = new Set(membersQuoted(actor, post.html));
      notifyOfEdit(post.id, { mentioned, quoted: membersQuoted(actor, html).filter((id) => !before.has(id)) });
    }
    if (post.markdown !== input.body || files.length + dropped > 0) {
      if (post.number === 1 && post.thread.forumId !== null) indexThread(post.thread.id);
      else indexPost(post.id);
      bumpChanges();
    }
    return { url: postPlace(post.thread.url, post.number) };
  });
}

export const postRemoveInput = z.object({ postId: rowId });

/** Takes one's own post back. Its place stays, its text does not show. The opening post goes only with its thread. */
export function removeOwnPost(actor: Member, input: z.output<typeof postRemoveInput>): { url: string } {
  return transaction(() => {
    const post = ownPost(actor, input.postId);
    mustReply(actor, post.thread);
    if (post.hidden) throw new Denied('This post is hidden while coordinators look at it.');
    if (post.number === 1 && post.thread.forumId !== null) throw new Denied('The opening post stays as long as its thread. Ask a coordinator to remove the thread.');
    markRemoved(post, actor, null);
    blankQuotes(post.id);
    return { url: postPlace(post.thread.url, post.number) };
  });
}

/** Marks a post as removed (or only hidden until a coordinator decides) and keeps counters, search and letters in step. Call inside a transaction, after the checks. */
export function markRemoved(post: { id: number; thread: { id: number } }, by: { id: number }, reason: string | null, hidden = false): void {
  db.update(posts).set({ removedAt: new Date(), removedById: by.id, removedReason: reason, hidden }).where(eq(posts.id, post.id)).run();
  withdrawLettersAbout([post.id]);
  recount(post.thread.id);
  dropPostFromSearch(post.id);
  indexThread(post.thread.id);
  bumpChanges();
}

/** Brings a removed post back. Call inside a transaction, after the checks. */
export function markRestored(post: Pick<FoundPost, 'id' | 'number' | 'thread'>): void {
  db.update(posts).set({ removedAt: null, removedById: null, removedReason: null, hidden: false }).where(eq(posts.id, post.id)).run();
  recount(post.thread.id);
  // One that was removed as a reply may open a thread again, after a merge was undone.
  if (post.number > 1 || post.thread.forumId === null) indexPost(post.id);
  indexThread(post.thread.id);
  bumpChanges();
}

/** Sets a thread's counters from its posts: the newest that is not removed tells when and by whom it was last written to. */
export function recount(threadId: number): void {
  const standing = and(eq(posts.threadId, threadId), isNull(posts.removedAt));
  const { n } = db.select({ n: count() }).from(posts).where(standing).get() ?? { n: 0 };
  const last = db.select({ at: posts.createdAt, by: posts.authorId }).from(posts).where(standing).orderBy(desc(posts.createdAt), desc(posts.number)).limit(1).get();
  db.update(threads).set({ postCount: n, ...(last && { lastPostAt: last.at, lastPosterId: last.by }) }).where(eq(threads.id, threadId)).run();
}

export const previewInput = z.object({ body: text({ missing: 'There is nothing to preview yet.', max: 20_000 }) });

/** What the Markdown will look like. Writes nothing. */
export function previewPost(actor: Member, input: z.output<typeof previewInput>): { html: string } {
  mustWrite(actor);
  countAttempt('previewPerMember', actor.id);
  const [html = ''] = withTitles([withoutHidden(renderNewPost(actor, input.body, 'preview'))]);
  return { html };
}
