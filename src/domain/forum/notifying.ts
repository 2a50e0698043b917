import { prepared } from '#db/client.ts';
import { isNameless, isNamelessPost, isNamelessStarter } from '../anonymity.ts';
import type { NotificationKind, NotificationReason } from '../mail/notifications.ts';
import { dropUnseen, putNotification, putNotifications, renewNotification } from '../mail/notifications.ts';
import { withdrawLettersTelling } from '../mail/withdrawing.ts';
import type { FollowKind, FollowLevel } from './follows.ts';
import { notMuted } from './muted.ts';

/** Whom a post speaks to by name. Ids of members; who is no member, or the author, is left out. */
export interface Addressed { mentioned?: readonly number[]; quoted?: readonly number[] }

/** What a member has set for a thread and for what is around it. */
export interface Followed {
  /** On the thread itself; null where nothing is set. */
  thread: FollowLevel | null;
  /** The thread is followed because they wrote in it, not by choice. */
  auto: boolean;
  /** On its forum, its themes, and the member who started it; `ref` names the theme, forum or member. */
  around: readonly { kind: Exclude<FollowKind, 'thread'>; ref: string; level: FollowLevel }[];
  /** On the author of the post. */
  author: FollowLevel | null;
}

/** What a post is to a member, besides what they follow. */
export interface Post { first: boolean; mentioned: boolean; quoted: boolean; starter: boolean; authorRef: string }

/** Whether and why a member is told of a new post: the strongest reason, or null. The rules stand at `followLevels`. */
export function reasonFor(post: Post, { thread, auto, around, author }: Followed): { kind: NotificationKind; reason: NotificationReason; ref: string | null } | null {
  if (author === 'muted' || thread === 'muted' || (thread === null && around.some(({ level }) => level === 'muted'))) return null;
  if (post.mentioned) return { kind: 'mention', reason: 'mentioned', ref: null };
  if (post.quoted) return { kind: 'quote', reason: 'quoted', ref: null };
  const kind = post.first ? 'new-thread' : 'reply';
  const wanted = (level: FollowLevel | null) => level === 'following' || (post.first && level === 'first-post');
  if (thread === 'following') return { kind, reason: auto && post.starter ? 'started' : 'follows-thread', ref: null };
  if (wanted(author)) return { kind, reason: 'follows-member', ref: post.authorRef };
  if (thread !== null) return null;
  for (const [of, reason] of [['forum', 'follows-forum'], ['theme', 'follows-theme']] as const) {
    const found = around.find(({ kind: what, level }) => what === of && wanted(level));
    if (found) return { kind, reason, ref: found.ref };
  }
  // Whoever follows the one who started the thread follows what they write, not what others answer.
  return null;
}

/**
 * Tells everybody who is to know of a new post, each once. Call inside the transaction that writes it, when the thread stands with its
 * themes and before its author follows it by writing.
 */
export function notifyOfPost(postId: number, { mentioned = [], quoted = [] }: Addressed = {}): void {
  tell(postId, mentioned, quoted, false);
}

/** Tells those whom an edit newly mentions or quotes; whoever was told of the post before is not told again. Call inside the transaction of the edit. */
export function notifyOfEdit(postId: number, { mentioned = [], quoted = [] }: Addressed): void {
  tell(postId, mentioned, quoted, true);
}

function tell(postId: number, mentioned: readonly number[], quoted: readonly number[], byNameOnly: boolean): void {
  const post = facts().get(postId) as Facts | undefined;
  if (!post) return;
  // To follow or mute somebody says nothing of what they write without their name: being told, or not, would give the name away.
  const authorRef = post.nameless ? '' : String(post.author_id);
  const starterRef = post.starter_nameless ? '' : String(post.starter_id);
  const rows = concerned().all({ thread: String(post.thread_id), threadId: post.thread_id, forum: String(post.forum_id ?? ''), author: authorRef, starter: starterRef, named: JSON.stringify([...mentioned, ...quoted]) }) as Row[];
  const byMember = new Map<number, Row[]>([...mentioned, ...quoted].map((id) => [id, []]));
  for (const row of rows) {
    const known = byMember.get(row.member_id);
    if (known) known.push(row);
    else byMember.set(row.member_id, [row]);
  }
  const first = post.number === 1 && post.forum_id !== null;
  putNotifications({ id: postId, threadId: post.thread_id, authorId: post.author_id, actorId: post.nameless ? null : post.author_id }, [...byMember].flatMap(([memberId, set]) => {
    const thread = set.find(({ kind }) => kind === 'thread');
    const told = reasonFor({ first, mentioned: mentioned.includes(memberId), quoted: quoted.includes(memberId), starter: memberId === post.starter_id, authorRef }, {
      thread: thread?.level ?? null, auto: thread?.auto === 1,
      around: set.flatMap(({ kind, ref, level }) => (kind === 'thread' || (kind === 'member' && ref !== starterRef) ? [] : [{ kind, ref, level }])),
      author: set.find(({ kind, ref }) => kind === 'member' && ref === authorRef)?.level ?? null,
    });
    return !told || (byNameOnly && told.kind !== 'mention' && told.kind !== 'quote') ? [] : [{ memberId, ...told }];
  }));
}

interface Row { member_id: number; kind: FollowKind; ref: string; level: FollowLevel; auto: number }

interface Facts { thread_id: number; number: number; forum_id: number | null; author_id: number; nameless: number; starter_id: number; starter_nameless: number }

const facts = prepared((d) => d.$client.prepare(`
  select p.thread_id, p.number, t.forum_id, p.author_id, ${isNamelessPost('p.id')} as nameless, t.author_id as starter_id, ${isNamelessStarter('t.id', 't.author_id')} as starter_nameless from posts p join threads t on t.id = p.thread_id
  where p.id = ? and p.removed_at is null and t.removed_at is null`));

/** All that was set on the thread and around it by members whom it could matter to: those who follow something of it closely enough, or are named. */
const concerned = prepared((d) => d.$client.prepare(`
  with around (kind, ref) as (
    values ('thread', @thread), ('forum', @forum), ('member', @author), ('member', @starter)
    union select 'theme', theme from thread_themes where thread_id = @threadId),
  some (id) as (
    select f.member_id from around a cross join follows f on f.kind = a.kind and f.ref = a.ref and f.level in ('first-post', 'following')
    union select value from json_each(@named))
  select distinct f.member_id, f.kind, f.ref, f.level, f.auto from some s cross join around a cross join follows f on f.member_id = s.id and f.kind = a.kind and f.ref = a.ref`));

/**
 * Tells the author of an answer that it was accepted, unless they have muted the thread or blocked who asked by name; by whom, unless that one is nameless in it. Accepted
 * again after it was taken back, it shows again but is no news. Call inside the transaction of the accepting.
 */
export function notifyOfAccepted(postId: number, byId: number): void {
  const post = facts().get(postId) as Facts | undefined;
  if (!post || post.author_id === byId || !listens().get({ thread: post.thread_id, member: post.author_id })) return;
  const actorId = isNameless(byId, post.thread_id) ? null : byId;
  if (actorId === post.starter_id && ownBlocks().get(post.author_id, actorId)) return;
  if (!renewNotification(postId, 'accepted', actorId)) putNotification({ memberId: post.author_id, kind: 'accepted', reason: 'own', actorId, threadId: post.thread_id, postId });
}
const ownBlocks = prepared((d) => d.$client.prepare('select 1 from blocks where member_id = ? and blocked_id = ?'));
const listens = prepared((d) => d.$client.prepare(`select 1 from threads t where t.id = @thread and ${notMuted('t', '@member')}`));

/** Takes back that the author of an answer is to be told; if they know already, it shows no more while the answer is not accepted. Call inside the transaction that takes the acceptance back. */
export function forgetAccepted(postId: number): void {
  withdrawLettersTelling(postId, 'accepted');
  dropUnseen(postId, 'accepted');
}

/** Tells the authors of posts that stand in another thread now where and why, each once, whatever they have muted. Call inside the transaction, when the posts have moved. */
export function tellMoved(actor: { id: number }, postIds: readonly number[], reason: string): void {
  takeMovedBack(postIds);
  for (const { id, thread_id, author_id } of firstOfEach().all(JSON.stringify(postIds)) as { id: number; thread_id: number; author_id: number }[]) {
    putNotification({ memberId: author_id, kind: 'moved', reason: 'own', actorId: actor.id, threadId: thread_id, postId: id, words: reason });
  }
}
const firstOfEach = prepared((d) => d.$client.prepare(`
  select p.id, p.thread_id, p.author_id, min(p.number) from json_each(?) j join posts p on p.id = j.value where p.removed_at is null group by p.author_id`));

/** Tells those who know that their posts were moved that they are back; the others need not know. Call inside the transaction. */
export function tellMovedBack(actor: { id: number }, postIds: readonly number[]): void {
  const knowing = takeMovedBack(postIds);
  tellMoved(actor, writtenBy().all({ posts: JSON.stringify(postIds), members: JSON.stringify(knowing) }) as number[], 'The move was undone.');
}
const writtenBy = prepared((d) => d.$client.prepare(`
  select p.id from json_each(@posts) j join posts p on p.id = j.value where p.author_id in (select value from json_each(@members))`).pluck());

/** What was told of earlier moves says a wrong place now. Returns the members who had read it or been sent it. */
function takeMovedBack(postIds: readonly number[]): number[] {
  const gone = movedTold().all(JSON.stringify(postIds)) as { member_id: number; seen: number }[];
  return gone.filter(({ seen }) => seen).map(({ member_id }) => member_id);
}
const movedTold = prepared((d) => d.$client.prepare(`
  delete from notifications where kind = 'moved' and post_id in (select value from json_each(?)) returning member_id, (read_at is not null or mailed_at is not null) as seen`));
