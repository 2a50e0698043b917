import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, facts, prepared, transaction } from '#db/client.ts';
import { isNamelessPost } from '../anonymity.ts';
import { levelOf } from '../people/levels.ts';
import { mustAdminister } from '../people/permissions.ts';
import { secondsSince, type Trap } from '../people/traps.ts';
import type { Member } from '../people/types.ts';
import { recordAct } from './log.ts';
import { spamScore, spamThreshold } from './spam.ts';
import { likelihood } from './spam-words.ts';

/** Whether the first posts of new members wait for a coordinator. Off at first. */
export function holdsFirstPosts(): boolean {
  return db.select({ value: facts.value }).from(facts).where(eq(facts.name, 'hold-first-posts')).get()?.value === 1;
}

export const holdingInput = z.object({ hold: z.enum(['yes', 'no'], { error: 'Please choose.' }) });

/** Turns the holding of first posts on or off. For administrators. */
export function setHolding(actor: Member, input: z.output<typeof holdingInput>): void {
  mustAdminister(actor);
  transaction(() => {
    const value = input.hold === 'yes' ? 1 : 0;
    if (holdsFirstPosts() === (value === 1)) return;
    db.insert(facts).values({ name: 'hold-first-posts', value }).onConflictDoUpdate({ target: facts.name, set: { value } }).run();
    recordAct(actor, 'change holding', value ? 'first posts wait for a look' : 'first posts are shown at once', null);
  });
}

/** Why something a member wrote is held for a coordinator, or null: nobody who has risen above new, or keeps order, is held for being new. `labels` say what its files are; `body` is what is kept of the text as the post itself, without its title; `postId` is the post that is edited, which does not repeat itself. */
export function whyHeld(author: Member, text: string, trap: Trap, labels: readonly string[] = [], body = text, postId: number | null = null): { why: 'first' | 'spam' | 'trap'; signals: string[] } | null {
  if (author.role !== 'member') return null;
  const level = levelOf(author.id);
  if (level === 'trusted') return null;
  if (trap.website) return { why: 'trap', signals: ['filled a field that people do not see'] };
  const all = [text, ...labels].join('\n\n');
  const { score, signals } = spamScore(all, {
    newcomer: level === 'new', seconds: secondsSince(trap.shown), likelihood: likelihood(all), ...repeats(author.id, body, postId),
  });
  if (score >= spamThreshold) return { why: 'spam', signals };
  if (level === 'new' && holdsFirstPosts() && !standing().get(author.id)) return { why: 'first', signals };
  return null;
}
const standing = prepared((d) => d.$client.prepare('select 1 from posts where author_id = ? and removed_at is null limit 1'));

/** Short thanks are written by many; only longer texts tell anything. Looks at the last two weeks, at what waits or was declined as well as at what was written; not at what has no name, as a coordinator reads what was found. */
function repeats(authorId: number, text: string, postId: number | null): { ownRepeats: number; othersWithIt: number } {
  const body = text.trim();
  if (body.length < 40) return { ownRepeats: 0, othersWithIt: 0 };
  const row = same().get({ authorId, body, postId, since: Date.now() - 14 * 86_400_000 }) as { own: number; others: number } | undefined;
  return { ownRepeats: row?.own ?? 0, othersWithIt: row?.others ?? 0 };
}
const same = prepared((d) => d.$client.prepare(`
  select coalesce(sum(author_id = @authorId), 0) as own, count(distinct case when author_id <> @authorId then author_id end) as others
  from (select author_id from posts where length(trim(markdown)) = length(@body) and created_at > @since and trim(markdown) = @body and id is not @postId and not ${isNamelessPost('posts.id')}
    union all select author_id from held_posts where at > @since and state <> 'approved' and withdrawn_at is null and trim(markdown) = @body and not nameless)`));
