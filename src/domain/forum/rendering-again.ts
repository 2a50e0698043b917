import { setTimeout } from 'node:timers/promises';
import { and, asc, eq, gt, like, lte, ne } from 'drizzle-orm';
import { bumpChanges, db, facts, posts, prepared, transaction } from '#db/client.ts';
import { rendererVersion } from '#lib/markdown.ts';
import { isNamelessPost } from '../anonymity.ts';
import { blankHidden } from './blanked-quotes.ts';
import { replacePostLinks } from './post-links.ts';
import { renderPost } from './rendering.ts';
import { indexWritten } from './searchable.ts';

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

/**
 * Lets the posts be rendered again within seconds that may quote members who are called so by name, as when one of them took another name: the chores do
 * it. Call inside the transaction of the change.
 */
export function renderQuotesLater(names: readonly string[]): void {
  const ids = madeOld().all(JSON.stringify(names)) as number[];
  if (ids.length === 0) return;
  const first = ids.reduce((least, id) => Math.min(least, id));
  note(reached, Math.min(first - 1, fact('renderer') === rendererVersion ? Infinity : fact(reached) ?? 0));
  db.delete(facts).where(eq(facts.name, 'renderer')).run();
}
const madeOld = prepared((d) => d.$client.prepare(`
  update posts set rendered_by = 0 where html like '%<blockquote>%' and id in (
    select l.post_id from members m join posts o on o.author_id = m.id join post_links l on l.path = '/posts/' || o.id where m.name in (select value from json_each(?)) and not ${isNamelessPost('o.id')})
  returning id`).pluck());

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
  blankHidden(id, linked);
  if (html === before) return;
  indexWritten(id);
  bumpChanges();
}
const put = prepared((d) => d.$client.prepare('update posts set html = ?, rendered_by = ? where id = ?'));

function fact(name: string): number | undefined {
  return db.select({ value: facts.value }).from(facts).where(eq(facts.name, name)).get()?.value;
}

function note(name: string, value: number): void {
  db.insert(facts).values({ name, value }).onConflictDoUpdate({ target: facts.name, set: { value } }).run();
}
