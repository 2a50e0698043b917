import { setTimeout } from 'node:timers/promises';
import { and, asc, eq, gt, like, lte, ne } from 'drizzle-orm';
import { bumpChanges, db, facts, posts, prepared, transaction } from '#db/client.ts';
import { rendererVersion } from '#lib/markdown.ts';
import { blankHidden } from './blanked-quotes.ts';
import { replacePostLinks } from './post-links.ts';
import { renderPost } from './rendering.ts';

/** Milliseconds that one portion is to take, and that whoever asks for a page has between two. */
const goal = 15;
/** Posts that one portion looks at, and that it renders at most: only those of an earlier renderer cost more than a look. */
const mostLookedAt = 2_000;
const mostRendered = 50;
/** How far this renderer has come: another one begins anew. */
const reached = `rendered-to-${rendererVersion}`;

/** Renders posts again that an earlier version of the renderer has rendered, for about so many milliseconds. For the chores. */
export async function renderAgain(milliseconds = 2_000): Promise<void> {
  const until = performance.now() + milliseconds;
  while (renderSomeAgain() && performance.now() < until) await setTimeout(goal);
}

/** One portion. Nobody is told that a post names them. Returns whether there is more to do; nothing is asked of the posts once all of them are done. */
export function renderSomeAgain(): boolean {
  if (fact('renderer') === rendererVersion) return false;
  return transaction(() => {
    const from = fact(reached) ?? 0;
    const end = endOfPortion().get(from, mostLookedAt) as number | null;
    if (end === null) {
      note('renderer', rendererVersion);
      db.delete(facts).where(like(facts.name, 'rendered-to%')).run();
      return false;
    }
    note(reached, renderBetween(from, end));
    return true;
  });
}
const endOfPortion = prepared((d) => d.$client.prepare('select max(id) from (select id from posts where id > ? order by id limit ?)').pluck());

/** Renders what is old among the posts after one and up to another, as long as a portion may take. Returns up to which it came. */
function renderBetween(from: number, end: number): number {
  const until = performance.now() + goal;
  const old = db.select({ id: posts.id, threadId: posts.threadId, number: posts.number, markdown: posts.markdown, html: posts.html }).from(posts)
    .where(and(gt(posts.id, from), lte(posts.id, end), ne(posts.renderedBy, rendererVersion))).orderBy(asc(posts.id)).limit(mostRendered).all();
  for (const post of old) {
    renderOne(post);
    if (performance.now() > until) return post.id;
  }
  return old.length < mostRendered ? end : old.at(-1)?.id ?? end;
}

function renderOne({ id, threadId, number, markdown, html: before }: Pick<typeof posts.$inferSelect, 'id' | 'threadId' | 'number' | 'markdown' | 'html'>): void {
  const { html, linked } = renderPost(markdown, `p${threadId}-${number}`);
  put().run(html, rendererVersion, id);
  replacePostLinks(id, linked);
  // What it quotes and must not show was taken out of the earlier HTML.
  blankHidden(id);
  if (html !== before) bumpChanges();
}
const put = prepared((d) => d.$client.prepare('update posts set html = ?, rendered_by = ? where id = ?'));

function fact(name: string): number | undefined {
  return db.select({ value: facts.value }).from(facts).where(eq(facts.name, name)).get()?.value;
}

function note(name: string, value: number): void {
  db.insert(facts).values({ name, value }).onConflictDoUpdate({ target: facts.name, set: { value } }).run();
}
