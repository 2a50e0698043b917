import { prepared } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { memberById } from '../people/members.ts';
import { mentionedMembers, mentionsIn } from './mentions.ts';
import { daysGood } from './notification-letters.ts';
import { notifyOfEdit, notifyOfPost, type Addressed } from './notifying.ts';
import { membersQuoted } from './quoted.ts';

/**
 * Tells of posts that are shown again: whoever they name or quote and was never told, and of those that are still news whoever follows. What was
 * to be mailed when they went out of view is good for as long as it was then. Call inside the transaction that shows them.
 * @param since when they went out of view
 */
export function tellOfShown(postIds: readonly number[], since: Date, now = new Date()): void {
  const posts = JSON.stringify(postIds);
  const fresh = addDays(now, -daysGood);
  goOn().run({ posts, old: addDays(since, -daysGood).getTime(), since: since.getTime(), now: now.getTime() });
  for (const post of changed().all({ posts, fresh: fresh.getTime() }) as Shown[]) {
    if (post.created_at > fresh.getTime()) notifyOfPost(post.id, addressedBy(post));
    else notifyOfEdit(post.id, addressedBy(post));
  }
  seenBefore().run({ posts, now: now.getTime() });
}

interface Shown { id: number; author_id: number; markdown: string; html: string; created_at: number }

/** Posts of which something may be untold: written lately, or edited, perhaps while they did not show. */
const changed = prepared((d) => d.$client.prepare(`
  select p.id, p.author_id, p.markdown, p.html, p.created_at from json_each(@posts) j cross join posts p on p.id = j.value
  where p.removed_at is null and (p.created_at > @fresh or p.edited_at is not null) order by p.id`));
const goOn = prepared((d) => d.$client.prepare(`
  update notifications set created_at = created_at + (@now - @since)
  where post_id in (select value from json_each(@posts)) and read_at is null and mailed_at is null and created_at between @old and @since`));

// Whoever has begun to follow since has perhaps read it before it went.
const seenBefore = prepared((d) => d.$client.prepare(`
  delete from notifications where post_id in (select value from json_each(@posts)) and kind in ('reply', 'new-thread') and created_at >= @now and read_at is null
    and exists (select 1 from posts p join thread_reads r on r.thread_id = p.thread_id where p.id = notifications.post_id and r.member_id = notifications.member_id and r.number >= p.number)`));

function addressedBy({ id, author_id, markdown, html }: Shown): Addressed {
  const named = new Set(mentionsIn(markdown));
  return { mentioned: mentionedMembers(id).filter(({ handle }) => named.has(handle)).map((member) => member.id), quoted: membersQuoted(memberById(author_id), html) };
}
