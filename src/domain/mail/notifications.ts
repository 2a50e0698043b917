import { prepared } from '#db/client.ts';

/**
 * What a member is told of. Of one new post a member is told once, by the first of `mention`, `quote`, `reply` and `new-thread` that holds;
 * the others tell of something that happened to what they wrote: an answer was `accepted`, a post was `moved`, for the reason in `words`. A `word`
 * is a sentence of its own, such as a decision of a coordinator.
 */
export type NotificationKind = 'mention' | 'quote' | 'reply' | 'new-thread' | 'accepted' | 'moved' | 'word';

/** Why a member is told, in the order of strength. `own` is about what they wrote themselves, `about-you` about them, `flagged` about what they flagged. */
export type NotificationReason = 'mentioned' | 'quoted' | 'started' | 'follows-thread' | 'follows-member' | 'follows-forum' | 'follows-theme' | 'own' | 'about-you' | 'flagged';

export interface Notification {
  memberId: number;
  kind: NotificationKind;
  reason: NotificationReason;
  /** Code of the theme, id of the forum or member, that is followed. */
  reasonRef?: string | null;
  /** Who did it; null where nobody is to be named. */
  actorId: number | null;
  threadId?: number | null;
  /** The post it is about: the notification shows while the post does. */
  postId?: number | null;
  /** For what no post tells: a sentence, and the path it leads to. It shows for ever, so it quotes nothing that may have to go: no title, no text. */
  words?: string | null;
  url?: string | null;
  /** A letter of its own tells it already: it is in no other. */
  mailed?: boolean;
}

/** Tells a member of something, unless they did it themselves or are told of this post already. Call inside the transaction of the fact. Returns its id, or null when they are not told. */
export function putNotification({ reasonRef = null, threadId = null, postId = null, words = null, url = null, mailed = false, ...told }: Notification): number | null {
  if (told.actorId === told.memberId) return null;
  const { changes, lastInsertRowid } = insert().run({ ...told, reasonRef, threadId, postId, words, url, mailedAt: mailed ? Date.now() : null });
  return changes > 0 ? Number(lastInsertRowid) : null;
}
const insert = prepared((d) => d.$client.prepare(`
  insert into notifications (member_id, kind, reason, reason_ref, actor_id, thread_id, post_id, words, url, mailed_at)
  select id, @kind, @reason, @reasonRef, @actorId, @threadId, @postId, @words, @url, @mailedAt from members where id = @memberId and email_confirmed_at is not null
  on conflict do nothing`));

/** Tells many members of one post as `putNotification` tells one, in one statement: a thread may have thousands of followers. Call inside the transaction of the post. */
export function putNotifications(post: { id: number; threadId: number; authorId: number; /** Who is named: null where nobody is. */ actorId: number | null }, told: readonly { memberId: number; kind: NotificationKind; reason: NotificationReason; ref: string | null }[]): void {
  if (told.length > 0) insertMany().run({ ...post, told: JSON.stringify(told.map(({ memberId, kind, reason, ref }) => [memberId, kind, reason, ref])) });
}
const insertMany = prepared((d) => d.$client.prepare(`
  insert into notifications (member_id, kind, reason, reason_ref, actor_id, thread_id, post_id)
  select m.id, j.value ->> 1, j.value ->> 2, j.value ->> 3, @actorId, @threadId, @id from json_each(@told) j cross join members m on m.id = j.value ->> 0
  where m.id <> @authorId and m.email_confirmed_at is not null
  on conflict do nothing`));

/** Takes back what was to be told about a post, of one kind, as far as nobody has read it or been sent it. Call inside the transaction of the fact. */
export function dropUnseen(postId: number, kind: NotificationKind): void {
  drop().run(postId, kind);
}
const drop = prepared((d) => d.$client.prepare('delete from notifications where post_id = ? and kind = ? and read_at is null and mailed_at is null'));

/** Says who did anew what its receiver was told of a post before. Call inside the transaction of the fact. Returns whether they were told. */
export function renewNotification(postId: number, kind: NotificationKind, actorId: number | null): boolean {
  return renew().run(actorId, postId, kind).changes > 0;
}
const renew = prepared((d) => d.$client.prepare('update notifications set actor_id = ? where post_id = ? and kind = ?'));
