import { prepared } from '#db/client.ts';
import type { NotificationKind } from './notifications.ts';

/** Notes which notifications a letter tells, where one was written. Call inside the transaction that writes it. */
export function noteToldIn(letterId: number | null, notificationIds: readonly number[]): void {
  if (letterId === null) return;
  for (const id of notificationIds) tellsOf().run(letterId, id);
}
const tellsOf = prepared((d) => d.$client.prepare('insert into letter_notifications (letter_id, notification_id) values (?, ?)'));

/** Notes which posts a letter without a notification shows, or names the threads of, where one was written. Call inside the transaction that writes it. */
export function noteShownIn(letterId: number | null, postIds: readonly number[]): void {
  if (letterId === null) return;
  for (const id of postIds) shows().run(letterId, id);
}
const shows = prepared((d) => d.$client.prepare('insert into letter_posts (letter_id, post_id) values (?, ?)'));

/** Takes letters that still wait and tell something of one kind about a post out of the outbox; what else they told is told anew. Call inside the transaction of the fact. */
export function withdrawLettersTelling(postId: number, kind: NotificationKind): void {
  withdraw(tellingKind().all({ post: postId, kind }));
}

/**
 * Takes letters that still wait and show one of these posts out of the outbox. What else they told is told by letters that are written anew, and
 * so is the post if it is shown again. Call inside the transaction that takes the posts out of view.
 */
export function withdrawLettersAbout(postIds: readonly number[]): void {
  const given = { posts: JSON.stringify(postIds) };
  withdraw([...tellingOf().all(given), ...searchesFinding().all(given), ...showingOnly().all(given)]);
}

/** Takes all letters of news that still wait for a member back: they are written anew by what holds now. Call inside the transaction that changes what they are told. */
export function withdrawLettersTo(memberId: number): void {
  withdraw(lettersOf().all({ member: memberId }));
}

function withdraw(found: readonly unknown[]): void {
  const letters = JSON.stringify([...new Set(found)]);
  if (letters === '[]') return;
  for (const step of [unmailed, unlooked, forgotten, taken]) step().run({ letters });
}

const waits = 'exists (select 1 from outbox o where o.id = l.letter_id and o.sent_at is null)';
const tellingOf = prepared((d) => d.$client.prepare(`
  select distinct l.letter_id from json_each(@posts) j cross join notifications n on n.post_id = j.value cross join letter_notifications l on l.notification_id = n.id where ${waits}`).pluck());
const tellingKind = prepared((d) => d.$client.prepare(`
  select distinct l.letter_id from notifications n cross join letter_notifications l on l.notification_id = n.id where n.post_id = @post and n.kind = @kind and ${waits}`).pluck());
// One that also names what still stands is for those who may see the rest: it goes out.
const showingOnly = prepared((d) => d.$client.prepare(`
  select distinct l.letter_id from json_each(@posts) j cross join letter_posts l on l.post_id = j.value where ${waits} and not exists (
    select 1 from letter_posts o join posts p on p.id = o.post_id join threads t on t.id = p.thread_id
    where o.letter_id = l.letter_id and p.removed_at is null and t.removed_at is null and o.post_id not in (select value from json_each(@posts)))`).pluck());
const searchesFinding = prepared((d) => d.$client.prepare(`
  select distinct l.letter_id from outbox w cross join letter_searches l on l.letter_id = w.id cross join json_each(@posts) j cross join posts p on p.id = j.value
  where w.sent_at is null and exists (select 1 from saved_search_hits h where h.search_id = l.search_id and h.mailed_at = l.mailed_at
    and ((h.kind = 'post' and h.ref = cast(p.id as text)) or (h.kind = 'thread' and p.number = 1 and h.ref = cast(p.thread_id as text))))`).pluck());

const lettersOf = prepared((d) => d.$client.prepare(`
  select l.letter_id from notifications n cross join letter_notifications l on l.notification_id = n.id where n.member_id = @member and ${waits}
  union select l.letter_id from saved_searches s cross join letter_searches l on l.search_id = s.id where s.member_id = @member and ${waits}`).pluck());

const of = '(select value from json_each(@letters))';
const unmailed = prepared((d) => d.$client.prepare(`update notifications set mailed_at = null where id in (select notification_id from letter_notifications where letter_id in ${of})`));
// A search that was looked through again since stays where it is.
const unlooked = prepared((d) => d.$client.prepare(`
  update saved_searches as s set last_document_id = l.last_document_id, last_mailed_at = l.last_mailed_at from letter_searches l
  where l.letter_id in ${of} and l.search_id = s.id and s.last_mailed_at = l.mailed_at`));
const forgotten = prepared((d) => d.$client.prepare(`
  delete from saved_search_hits where (search_id, mailed_at) in (select search_id, mailed_at from letter_searches where letter_id in ${of})`));
const taken = prepared((d) => d.$client.prepare(`delete from outbox where id in ${of}`));
