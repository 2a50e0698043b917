import { eq, gt } from 'drizzle-orm';
import { bumpChanges, db, facts, posts, transaction } from '#db/client.ts';
import { rendererVersion } from '#lib/markdown.ts';
import { blankHidden } from './blanked-quotes.ts';
import { replacePostLinks } from './post-links.ts';
import { renderPost } from './rendering.ts';

/** Posts that are rendered again in one go: the next go comes ten seconds later, and nobody waits meanwhile. */
const portion = 200;

/**
 * Renders some of the posts again that an earlier version of the renderer has rendered. Nobody is told that a post names them.
 * Returns how many; nothing is asked of the posts once all of them are done.
 */
export function renderSomeAgain(): number {
  const done = db.select({ value: facts.value }).from(facts).where(eq(facts.name, 'renderer')).get()?.value;
  if (done === rendererVersion) return 0;
  return transaction(() => {
    const from = db.select({ value: facts.value }).from(facts).where(eq(facts.name, 'rendered-to')).get()?.value ?? 0;
    const rows = db.select({ id: posts.id, threadId: posts.threadId, number: posts.number, markdown: posts.markdown, renderedBy: posts.renderedBy }).from(posts).where(gt(posts.id, from)).orderBy(posts.id).limit(portion).all();
    const old = rows.filter((row) => row.renderedBy !== rendererVersion);
    for (const { id, threadId, number, markdown } of old) {
      const { html, linked } = renderPost(markdown, `p${threadId}-${number}`);
      db.update(posts).set({ html, renderedBy: rendererVersion }).where(eq(posts.id, id)).run();
      replacePostLinks(id, linked);
      // What it quotes and must not show was taken out of the earlier HTML.
      blankHidden(id);
    }
    const last = rows.at(-1)?.id;
    if (last !== undefined) note('rendered-to', last);
    else for (const [name, value] of [['renderer', rendererVersion], ['rendered-to', 0]] as const) note(name, value);
    if (old.length > 0) bumpChanges();
    return old.length;
  });
}

function note(name: string, value: number): void {
  db.insert(facts).values({ name, value }).onConflictDoUpdate({ target: facts.name, set: { value } }).run();
}
