import { and, eq, isNull, lte } from 'drizzle-orm';
import { z } from 'zod';
import { db, notifications, prepared } from '#db/client.ts';
import { rowId } from '#lib/fields.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { isNamelessIn, isNamelessPost, nameApart, namelessName, shownName } from '../anonymity.ts';
import { hasBlocked } from '../blocked.ts';
import { NotFound } from '../errors.ts';
import type { NotificationKind, NotificationReason } from '../mail/notifications.ts';
import { mustSignIn } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { threadNow } from '../thread-addresses.ts';
import { postUrl } from './addresses.ts';

/** Something the viewer is told. */
export interface Told {
  id: number;
  /** One sentence: who did what where. */
  words: string;
  /** Why they are told, as a sentence. */
  why: string;
  at: Date;
  unread: boolean;
}

/** A notification with what it is about, as the database has it. */
export interface ToldRow {
  id: number; kind: NotificationKind; reason: NotificationReason; reason_name: string | null; post_id: number | null; thread_id: number | null; words: string | null; url: string | null;
  created_at: number; read_at: number | null; number: number | null; markdown: string | null; title: string | null; comment: number; /** Whether the reader started the thread in which it stands now. */ started: number; author_name: string | null; actor_name: string | null;
}

/**
 * Columns and joins that tell a notification; what holds no more is not told: a removed or hidden post or thread, a resource that was retired, an
 * answer that is not accepted any more, what somebody did whom the reader has blocked (unless in office). A post that quotes something hidden comes without its text.
 */
export const toldColumns = `
  n.id, n.kind, n.reason, n.post_id, coalesce(p.thread_id, n.thread_id) as thread_id, n.words, n.url, n.created_at, n.read_at, p.number, t.title, t.resource_id is not null as comment, t.author_id is n.member_id as started, ${shownName(isNamelessPost('p.id'), 'w', `${nameApart('w')} || iif(w.vendor, ' (vendor)', '')`)} as author_name,
  case when n.actor_id is null and ${isNamelessIn('t.id', 't.author_id')} then '${namelessName}' else a.name end as actor_name,
  case when not exists (select 1 from blanked_quotes b where b.post_id = p.id) then p.markdown end as markdown,
  case n.reason when 'follows-forum' then (select f.name from forums f where f.id = cast(n.reason_ref as integer))
    when 'follows-theme' then (select h.label from themes h where h.code = n.reason_ref) end as reason_name`;
export const toldJoins = `
  left join posts p on p.id = n.post_id left join threads t on t.id = coalesce(p.thread_id, n.thread_id) left join members w on w.id = p.author_id
  left join members a on a.id = n.actor_id left join resources s on s.id = t.resource_id`;
export const stands = `not (n.kind = 'word' and n.url like '/members/%' and ${hasBlocked('n.member_id', 'n.actor_id')}) and (n.post_id is null or (p.removed_at is null and t.removed_at is null and (t.resource_id is null or s.status = 'published')
  and (n.kind <> 'accepted' or (p.number > 1 and t.kind = 'question' and exists (select 1 from accepted_answers y where y.post_id = n.post_id)))
  and not (n.kind in ('mention', 'quote', 'reply', 'new-thread') and ${hasBlocked('n.member_id', 'p.author_id')} and not ${isNamelessPost('p.id')})
  and not (n.kind = 'accepted' and n.actor_id is t.author_id and ${hasBlocked('n.member_id', 'n.actor_id')})))`;

/** How many notifications the viewer has not read. 0 for visitors. */
export function countUnreadTold(viewer: Viewer): number {
  return viewer ? (unreadTold().get(viewer.id) as number) : 0;
}
const unreadTold = prepared((d) => d.$client.prepare(`select count(*) from notifications n ${toldJoins} where n.member_id = ? and n.read_at is null and ${stands}`).pluck());

/** One page of 30 of what the viewer was told, the newest first, and the newest id of all. Throws SignInRequired. */
export function listTold(viewer: Viewer, page: string | null): { told: Told[]; total: number; unread: number; newest: number; paging: Paging } {
  mustSignIn(viewer);
  const total = allTold().get(viewer.id) as number;
  const slice = paging(total, 30, page);
  const rows = someTold().all(viewer.id, slice.size, slice.offset) as ToldRow[];
  return { told: rows.map((row) => ({ id: row.id, words: whatHappened(row) + whereItStands(row), why: whyTold(row), at: new Date(row.created_at), unread: row.read_at === null })), total, unread: countUnreadTold(viewer), newest: (newestOf().get(viewer.id) as number | null) ?? 0, paging: slice };
}
const newestOf = prepared((d) => d.$client.prepare('select max(id) from notifications where member_id = ?').pluck());
const allTold = prepared((d) => d.$client.prepare(`select count(*) from notifications n ${toldJoins} where n.member_id = ? and ${stands}`).pluck());
const someTold = prepared((d) => d.$client.prepare(`select ${toldColumns} from notifications n ${toldJoins} where n.member_id = ? and ${stands} order by n.id desc limit ? offset ?`));

/**
 * Which thread a sentence of its own is about, such as one on a decision: as it is called now, where the post stands now, and only while everybody
 * may see that thread. The sentence itself is kept without it, since a title may have to go.
 */
function whereItStands({ post_id, kind, url }: ToldRow): string {
  const [, page, id] = (kind === 'word' && post_id === null && /^\/(posts|appeals|corrections)\/(\d+)$/.exec(url ?? '')) || [];
  if (!page) return '';
  const thread = threadTold().get({ post: page === 'posts' ? id : null, decision: page === 'appeals' ? id : null, correction: page === 'corrections' ? id : null }) as { title: string; comment: number } | undefined;
  if (!thread) return '';
  return thread.comment ? ` It is in the comments on “${thread.title}”.` : ` The thread is “${thread.title}”.`;
}
const threadTold = prepared((d) => d.$client.prepare(`
  with about (post_id, held_id) as (
    select cast(@post as integer), null where @post is not null
    union all select c.post_id, c.held_id from decisions d join cases c on c.id = d.case_id where d.id = cast(@decision as integer)
    union all select post_id, null from corrections where case_id = cast(@correction as integer))
  select t.title, t.resource_id is not null as comment from about left join held_posts h on h.id = about.held_id left join posts p on p.id = coalesce(about.post_id, h.post_id)
  join threads t on t.id = coalesce(p.thread_id, ${threadNow('h.thread_id')}) left join resources s on s.id = t.resource_id
  where t.removed_at is null and (t.resource_id is null or s.status = 'published') limit 1`));

/** What happened, in a sentence. */
export function whatHappened(row: ToldRow): string {
  if (row.post_id === null) return row.words ?? '';
  const who = row.kind === 'accepted' ? row.actor_name ?? 'A coordinator' : row.author_name ?? '';
  const where = row.comment ? `the comments on “${row.title}”` : `“${row.title}”`;
  switch (row.kind) {
    case 'mention': return `${who} mentioned you in ${where}`;
    case 'quote': return `${who} quoted you in ${where}`;
    // Merged into another since, it is one of the posts there.
    case 'new-thread': return row.number === 1 ? `${who} started ${where}` : `${who} wrote in ${where}`;
    case 'accepted': return `${who} accepted your answer in ${where}`;
    case 'moved': return `A coordinator has moved what you wrote to ${where}. The reason given: ${row.words ?? ''}`;
    default: return row.words ?? (row.comment ? `${who} commented on “${row.title}”` : `${who} replied in ${where}`);
  }
}

/** Why somebody is told, as a sentence about them. */
export function whyTold({ reason, reason_name, author_name, started }: ToldRow): string {
  switch (reason) {
    case 'mentioned': return 'You are told because you were mentioned.';
    case 'quoted': return 'You are told because you were quoted.';
    case 'started': return started ? 'You are told because you started this thread.' : 'You are told because it was written in a thread that you started, and was moved here since.';
    case 'follows-thread': return 'You are told because you follow this thread.';
    case 'follows-member': return `You are told because you follow ${author_name ?? 'them'}.`;
    case 'follows-forum': return `You are told because you follow the forum ${reason_name ?? ''}.`.replace(' .', '.');
    case 'follows-theme': return `You are told because you follow the theme ${reason_name ?? ''}.`.replace(' .', '.');
    case 'flagged': return 'You are told because you flagged it.';
    case 'about-you': return 'You are told because it is about you.';
    case 'own': return 'You are told because it is about what you wrote.';
  }
}

/** Where one of the viewer's notifications leads; going there makes it read. Throws SignInRequired, NotFound for another's. */
export function openTold(viewer: Viewer, id: number): string {
  mustSignIn(viewer);
  const row = Number.isSafeInteger(id) ? db.select().from(notifications).where(and(eq(notifications.id, id), eq(notifications.memberId, viewer.id))).get() : undefined;
  if (!row) throw new NotFound('You have no such notification.');
  readNotification(viewer, { id });
  return row.postId !== null ? postUrl(row.postId) : row.url ?? '/account/inbox';
}

export const readOneInput = z.object({ id: rowId });
export const readAllInput = z.object({ upTo: rowId });

/** Marks one of the actor's notifications as read; another's stays as it is. */
export function readNotification(actor: Member, { id }: z.output<typeof readOneInput>): void {
  mustSignIn(actor);
  db.update(notifications).set({ readAt: new Date() }).where(and(eq(notifications.id, id), eq(notifications.memberId, actor.id), isNull(notifications.readAt))).run();
}

/** Marks all of the actor's notifications as read, up to the newest that they were shown. */
export function readAllNotifications(actor: Member, { upTo }: z.output<typeof readAllInput>): void {
  mustSignIn(actor);
  db.update(notifications).set({ readAt: new Date() }).where(and(eq(notifications.memberId, actor.id), lte(notifications.id, upTo), isNull(notifications.readAt))).run();
}
