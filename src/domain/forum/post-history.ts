import { and, asc, count, eq, gt } from 'drizzle-orm';
import { db, members, postVersions, withheldVersions } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { diffText, type Part } from '#lib/text-diff.ts';
import { Gone, NotFound } from '../errors.ts';
import { canModerateForum } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { hasBlankedQuotes, quoteHidden } from './blanked-quotes.ts';
import { versionsClosedUntil } from './open-versions.ts';
import { findPost, type FoundPost } from './posts.ts';
import { whyNotShow } from './withholding-versions.ts';

/** A post as it was from one moment until the next, with what that version changed; the first has nothing before it. */
export interface PostVersion { number: number; at: Date; markdown: string; changes: Part[] | null }

export interface PostHistory {
  id: number; title: string; url: string;
  /** Edits that the viewer may see. */
  edits: number;
  /** Of this page, the newest first. */
  versions: PostVersion[];
  paging: Paging;
  /** Whether something is for its author and coordinators alone: earlier versions that were edited away or taken out of view, or all that quotes what is out of view itself. */
  withheld: boolean;
  /** For coordinators: who took earlier versions out of view and why; null when nobody did. */
  outOfView: { at: Date; by: string; reason: string } | null;
  /** Whether the viewer may bring them back. */
  mayShow: boolean;
  /** Whether there are earlier versions that the viewer may take out of view. */
  mayWithhold: boolean;
}

const versionsPerPage = 10;
/** Milliseconds for comparing all versions of a page: what is not compared by then is shown whole. */
const patience = 300;

/**
 * What a post said from its beginning on, ten versions a page, for everybody who sees it. What was edited away while it was flagged, and what coordinators
 * took out of view, only its author and coordinators see, with all before it; likewise versions that quote what is out of view. Throws NotFound, Gone.
 */
export function historyOfPost(viewer: Viewer, id: number, page: string | null = null): PostHistory {
  const post = findPost(viewer, id);
  if (post.hidden && post.markdown === '') throw new NotFound('This post is hidden while coordinators look at it.');
  // What somebody took with them when they left is kept as an empty place.
  if (post.removed && post.html === '') throw new Gone('This post was removed, and what it said before with it.');
  const moderates = canModerateForum(viewer, post.thread.forumId);
  const seesAll = viewer?.id === post.authorId || moderates;
  const withheld = withheldOf(id);
  const until = seesAll ? -1 : versionsClosedUntil(id);
  const shown = and(eq(postVersions.postId, id), gt(postVersions.replacedAt, new Date(until)));
  const edits = countOf(shown);
  const slice = paging(edits + 1, versionsPerPage, page);
  const versions = versionsBetween(post, shown, Math.max(0, edits + 1 - slice.offset - slice.size), edits + 1 - slice.offset);
  const quoting = !seesAll && isQuoting(post, versions);
  return {
    id, title: post.thread.title, url: `/posts/${id}`, edits, paging: slice, versions: quoting ? [] : versions.map(({ number, at, markdown, changes }) => ({ number, at, markdown, changes })),
    withheld: quoting || countOf(eq(postVersions.postId, id)) > edits,
    outOfView: withheld && moderates ? withheld : null,
    mayShow: withheld !== null && moderates && whyNotShow(viewer, post) === null,
    mayWithhold: moderates && countOf(and(eq(postVersions.postId, id), gt(postVersions.replacedAt, withheld?.at ?? new Date(-1)))) > 0,
  };
}

const countOf = (which: ReturnType<typeof and>) => db.select({ n: count() }).from(postVersions).where(which).get()?.n ?? 0;

function withheldOf(postId: number): PostHistory['outOfView'] {
  return db.select({ at: withheldVersions.at, by: members.name, reason: withheldVersions.reason }).from(withheldVersions)
    .innerJoin(members, eq(members.id, withheldVersions.byId)).where(eq(withheldVersions.postId, postId)).get() ?? null;
}

/** The versions from one place until before another, counted from 0 from the oldest; the last of all is what stands now. The newest first. */
function versionsBetween(post: FoundPost, shown: ReturnType<typeof and>, from: number, to: number): (PostVersion & { before: string | null })[] {
  const first = Math.max(0, from - 1);
  const rows = db.select({ markdown: postVersions.markdown, at: postVersions.writtenAt }).from(postVersions).where(shown).orderBy(asc(postVersions.id)).limit(to - first).offset(first).all();
  const texts = (rows.length < to - first ? [...rows, { markdown: post.markdown, at: post.editedAt ?? post.createdAt }] : rows)
    .map(({ markdown, at }) => ({ markdown: threadsByNumber(markdown), at }));
  const end = Date.now() + patience;
  return texts.map(({ markdown, at }, n) => {
    const before = texts[n - 1]?.markdown ?? null;
    return { number: first + n + 1, at, markdown, before, changes: before === null ? null : diffText(before, markdown, end - Date.now()) };
  }).slice(from - first).toReversed();
}

/** Whether something of this is a quotation of what is out of view. */
function isQuoting(post: FoundPost, versions: readonly { markdown: string; before: string | null }[]): boolean {
  if (hasBlankedQuotes(post.id)) return true;
  const texts = new Set(versions.flatMap(({ markdown, before }) => [markdown, before ?? '']));
  return quoteHidden(post.thread.id, [...texts].filter((markdown) => markdown.includes('>')));
}
