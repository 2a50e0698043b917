import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { cases, db, decisions, heldFiles, heldPosts, prepared, resources, threads, transaction } from '#db/client.ts';
import { renderMarkdown } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';
import { isNameless } from '../anonymity.ts';
import { NotFound } from '../errors.ts';
import { commentInput, commentMadeBefore, createComment } from '../forum/comments.ts';
import { draftPlace, forgetDraftOf } from '../forum/drafts.ts';
import { filesOfOnePost, namelessPictures, type PostFile, type TakenFile } from '../forum/post-files.ts';
import { createPost, editPost, postEditInput, postInput, postMadeBefore } from '../forum/posts.ts';
import { showKept } from '../forum/rendering.ts';
import { bringsNothingNew, sameSince } from '../forum/sent-again.ts';
import { createThread, threadInput, threadMadeBefore } from '../forum/starting-threads.ts';
import { findThread } from '../forum/threads.ts';
import { whyHeld } from '../moderation/holding.ts';
import { countForLevel, mustKeepToLevel } from '../people/limits.ts';
import { canModerateForum, mustSignIn } from '../people/permissions.ts';
import { trapFields, type Trap } from '../people/traps.ts';
import { computeTrust } from '../people/trust.ts';
import type { Member, Viewer } from '../people/types.ts';
import { forumOfHeld, threadOfHeld, workOfHeld } from './case-areas.ts';
import { flagByHub } from './flagging.ts';
import { heldFilesOf, holdFiles } from './held-files.ts';
import { addressOfHeld, publicTitleOfHeld, titleOfHeld } from './subjects.ts';
import { whyItStays } from './taking-back-held.ts';

type WithFiles = { files?: readonly TakenFile[] };

/** Where what was written stands, or waits for a look. */
export interface Submitted { url: string; held: boolean }

export const submitThreadInput = threadInput.extend(trapFields);

/** Starts a thread from the form: within the limits of the member's level, and held for a coordinator when there is reason to. Throws what `createThread` throws, Invalid. */
export function submitThread(actor: Member, { website, shown, ...input }: z.output<typeof submitThreadInput> & WithFiles): Submitted {
  return submit(actor, { website, shown }, {
    count: 'threadsPerDay', draft: draftPlace.newThread, title: input.title, body: input.body, token: input.token, files: input.files ?? [], text: `${input.title}\n\n${input.body}`,
    made: () => threadMadeBefore(actor, input), create: () => createThread(actor, input),
    nameless: () => input.nameless ?? false, held: () => ({ kind: 'thread', input: threadInput.parse(input), title: input.title, threadId: null, resourceId: null }),
  });
}

export const submitPostInput = postInput.extend(trapFields);

/** Replies from the form; see `submitThread`. */
export function submitPost(actor: Member, { website, shown, ...input }: z.output<typeof submitPostInput> & WithFiles): Submitted {
  return submit(actor, { website, shown }, {
    count: 'postsPerHour', draft: draftPlace.reply(input.threadId), body: input.body, token: input.token, files: input.files ?? [], text: input.body,
    made: () => postMadeBefore(actor, input), create: () => createPost(actor, input),
    nameless: () => isNameless(actor.id, findThread(actor, input.threadId).id), held: () => ({ kind: 'post', input: postInput.parse(input), title: titleOf(input.threadId), threadId: input.threadId, resourceId: null }),
  });
}

export const submitCommentInput = commentInput.extend(trapFields);

/** Comments from the form; see `submitThread`. */
export function submitComment(actor: Member, { website, shown, ...input }: z.output<typeof submitCommentInput> & WithFiles): Submitted {
  return submit(actor, { website, shown }, {
    count: 'postsPerHour', draft: draftPlace.comment(input.resourceId), body: input.body, token: input.token, files: input.files ?? [], text: input.body,
    made: () => commentMadeBefore(actor, input), create: () => createComment(actor, input),
    nameless: () => false, held: () => ({ kind: 'comment', input: commentInput.parse(input), title: db.select({ title: resources.title }).from(resources).where(eq(resources.id, input.resourceId)).get()?.title ?? null, threadId: null, resourceId: input.resourceId }),
  });
}

const titleOf = (threadId: number) => db.select({ title: threads.title }).from(threads).where(eq(threads.id, threadId)).get()?.title ?? null;

interface Submission {
  count: 'threadsPerDay' | 'postsPerHour'; draft: string; title?: string; body: string; token: string | undefined; files: readonly TakenFile[]; text: string;
  /** What the same form, or the same words just now, wrote before: sent again it writes nothing, and is not counted or looked at again. */
  made: () => { url: string } | null;
  create: () => { url: string };
  /** Whether its author is shown to nobody. */
  nameless: () => boolean;
  held: () => Pick<typeof heldPosts.$inferInsert, 'kind' | 'input' | 'title' | 'threadId' | 'resourceId'>;
}

function submit(actor: Member, trap: Trap, { count, draft, title, body, token, files, text, made, create, nameless, held }: Submission): Submitted {
  return transaction(() => {
    const before = made();
    if (before) {
      forgetDraftOf(actor.id, draft, { title, body });
      return { url: before.url, held: false };
    }
    const row = held();
    const waitsAlready = justHeld(actor, row, body, files);
    if (waitsAlready !== null) {
      forgetDraftOf(actor.id, draft, { title, body });
      return { url: `/posts/held/${waitsAlready}`, held: true };
    }
    // Not with what is published later: by then another draft may stand there.
    forgetDraftOf(actor.id, draft, { title, body, token });
    mustKeepToLevel(actor, countsOf(body, files.filter((file) => typeof file.width === 'number').length), 'body');
    const hold = whyHeld(actor, text, trap, files.map((file) => file.label), body);
    if (!hold) {
      countForLevel(actor, count, 'body');
      const { url } = create();
      computeTrust(actor.id);
      return { url, held: false };
    }
    countForLevel(actor, count, 'body');
    rehearse(create);
    const waiting = db.insert(heldPosts).values({ ...row, authorId: actor.id, markdown: body, nameless: nameless(), ...hold }).returning({ id: heldPosts.id }).get();
    holdFiles(waiting.id, nameless() ? namelessPictures(files) : files);
    db.insert(cases).values({ kind: 'held', heldId: waiting.id }).run();
    return { url: `/posts/held/${waiting.id}`, held: true };
  });
}

/** The id of what waits with these words for the same place, by the same member, from the last ten minutes. */
function justHeld(author: Member, { kind, title, threadId, resourceId, input }: ReturnType<Submission['held']>, markdown: string, files: readonly TakenFile[]): number | null {
  const rows = db.select({ id: heldPosts.id }).from(heldPosts).where(and(
    eq(heldPosts.authorId, author.id), eq(heldPosts.state, 'waiting'), isNull(heldPosts.withdrawnAt), gt(heldPosts.at, sameSince()), eq(heldPosts.markdown, markdown), eq(heldPosts.kind, kind),
    sql`${heldPosts.title} is ${title ?? null}`, sql`${heldPosts.threadId} is ${threadId ?? null}`, sql`${heldPosts.resourceId} is ${resourceId ?? null}`,
    sql`json_extract(${heldPosts.input}, '$.themes') is ${'themes' in input ? JSON.stringify(input['themes']) : null}`,
    ...['forum', 'kind'].map((field) => sql`json_extract(${heldPosts.input}, ${`$.${field}`}) is ${input[field] ?? null}`),
    sql`coalesce(json_extract(${heldPosts.input}, '$.nameless'), 0) = ${input['nameless'] === true ? 1 : 0}`,
  )).all();
  return rows.find(({ id }) => bringsNothingNew(files, filesWaiting(id)))?.id ?? null;
}

const filesWaiting = (heldId: number) => db.select({ hash: heldFiles.hash, label: heldFiles.label }).from(heldFiles).where(eq(heldFiles.heldId, heldId)).all();

/** Runs a command for what it refuses; nothing of it stays. Call inside a transaction. */
function rehearse(command: () => unknown): void {
  db.$client.exec('savepoint rehearsal');
  command();
  db.$client.exec('rollback to rehearsal; release rehearsal');
}

/** Links to other sites, mail addresses and telephones, and images, of a text in Markdown and of its files, `pictures` of which are images. */
export function countsOf(markdown: string, pictures: number): { linksPerPost: number; imagesPerPost: number } {
  const html = renderMarkdown(markdown);
  const home = new URL(settings().url).host;
  const links = [...html.matchAll(/<a href="((?:https?|mailto|tel):[^"]*)"/gi)].filter(([, href = '']) => URL.parse(href.replaceAll('&amp;', '&'))?.host !== home);
  return { linksPerPost: links.length, imagesPerPost: (html.match(/<img\b/gi) ?? []).length + pictures };
}

export const submitEditInput = postEditInput.extend(trapFields);

/** Edits one's own post from the form, within the limits; an edit that turns it into spam puts it before the coordinators and hides it, of a thread in which others wrote its opening text and title alone. Throws what `editPost` throws, Invalid. */
export function submitEdit(actor: Member, { website, shown, ...input }: Parameters<typeof editPost>[1] & Trap): { url: string } {
  return transaction(() => {
    const saved = editPost(actor, { ...input, shown });
    const files = filesOfOnePost(input.postId);
    mustKeepToLevel(actor, countsOf(input.body, files.filter((file) => file.picture !== null).length), 'body');
    const hold = whyHeld(actor, input.body, { website, shown }, files.map((file) => file.label), input.body, input.postId);
    if (hold && hold.why !== 'first') flagByHub(input.postId, `The edit looks like spam: ${hold.signals.join(', ')}.`);
    return saved;
  });
}

export interface HeldView { id: number; kind: 'thread' | 'post' | 'comment'; title: string | null; html: string; at: Date; state: 'waiting' | 'approved' | 'declined' | 'withdrawn'; url: string | null; files: PostFile[]; /** By its author, on its page. */ mayTakeBack: boolean; /** Why they may not while it waits, in a sentence. */ staysBecause: string | null; /** What a coordinator decided last, where it was not let through. */ declined: { reason: string; appealUrl: string } | null }

/** A held post, for its author and coordinators. Throws SignInRequired, NotFound. */
export function heldPost(viewer: Viewer, id: number): HeldView {
  mustSignIn(viewer);
  const row = Number.isSafeInteger(id) ? db.select().from(heldPosts).where(eq(heldPosts.id, id)).get() : undefined;
  if (!row || (row.authorId !== viewer.id && !canModerateForum(viewer, forumOfHeld(row.id)))) throw new NotFound('There is no such post.');
  return asView(row, viewer);
}

/** What waits in a thread, under a resource, or (with neither) anywhere, of this viewer's own: shown to them alone. */
export function ownWaiting(viewer: Viewer, where: { threadId?: number; resourceId?: string } = {}): HeldView[] {
  if (!viewer) return [];
  return waitingOf().all({ authorId: viewer.id })
    .filter((row) => (where.threadId === undefined || threadOfHeld(row.id) === where.threadId) && (where.resourceId === undefined || workOfHeld(row.id) === where.resourceId))
    .map((row) => asView(row, viewer));
}
const waitingOf = prepared((d) => d.select().from(heldPosts).where(and(eq(heldPosts.authorId, sql.placeholder('authorId')), eq(heldPosts.state, 'waiting'), isNull(heldPosts.withdrawnAt))).orderBy(heldPosts.id).prepare());

function asView(row: typeof heldPosts.$inferSelect, viewer: Member): HeldView {
  const state = row.withdrawnAt === null ? row.state : 'withdrawn';
  const waitsForAuthor = state === 'waiting' && row.authorId === viewer.id;
  const staysBecause = waitsForAuthor ? whyItStays(row) : null;
  return { id: row.id, kind: row.kind, title: (canModerateForum(viewer, forumOfHeld(row.id)) ? titleOfHeld : publicTitleOfHeld)(row), html: showKept(row.markdown, `h${row.id}`), at: row.at, state, url: addressOfHeld(row), files: heldFilesOf(row.id), mayTakeBack: waitsForAuthor && staysBecause === null, staysBecause, declined: state === 'declined' ? whyDeclined(row.id) : null };
}

function whyDeclined(heldId: number): HeldView['declined'] {
  const decision = db.select({ id: decisions.id, reason: decisions.reason }).from(decisions).innerJoin(cases, eq(cases.id, decisions.caseId))
    .where(and(eq(cases.heldId, heldId), eq(decisions.outcome, 'decline'), isNull(decisions.undoneAt))).orderBy(desc(decisions.id)).limit(1).get();
  return decision ? { reason: decision.reason, appealUrl: `/appeals/${decision.id}` } : null;
}
