import { prepared } from '#db/client.ts';

/**
 * What a member is told of. Of one new post a member is told once, by the first of `mention`, `quote`, `reply` and `new-thread` that holds;
 * the others tell of something that happened to what they wrote.
 */
export type NotificationKind = 'mention' | 'quote' | 'reply' | 'new-thread' | 'accepted' | 'flag-decision' | 'word';

/** Why a member is told, in the order of strength. `own` is about what they wrote themselves. */
export type NotificationReason = 'mentioned' | 'quoted' | 'started' | 'follows-thread' | 'follows-member' | 'follows-forum' | 'follows-theme' | 'own';

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
  /** For what no post tells: a sentence, and the path it leads to. */
  words?: string | null;
  url?: string | null;
}

/** Tells a member of something, unless they did it themselves or are told of this post already. Call inside the transaction of the fact. Returns whether they are told. */
export function putNotification({ reasonRef = null, threadId = null, postId = null, words = null, url = null, ...told }: Notification): boolean {
  if (told.actorId === told.memberId) return false;
  return insert().run({ ...told, reasonRef, threadId, postId, words, url }).changes > 0;
}
const insert = prepared((d) => d.$client.prepare(`
  insert into notifications (member_id, kind, reason, reason_ref, actor_id, thread_id, post_id, words, url)
  select id, @kind, @reason, @reasonRef, @actorId, @threadId, @postId, @words, @url from members where id = @memberId and email_confirmed_at is not null
  on conflict do nothing`));
