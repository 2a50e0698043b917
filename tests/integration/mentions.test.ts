import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { db, facts, formerSlugs, merges, postLinks, posts, resources, threads } from '#db/client.ts';
import { removePost, removeThread, restorePost, restoreThread } from '#domain/decisions/removing.ts';
import { createComment } from '#domain/forum/comments.ts';
import { renameThread } from '#domain/forum/moderating.ts';
import { backfillPostLinks, linksIn } from '#domain/forum/post-links.ts';
import { createPost, editPost, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { threadsMentioning } from '#domain/library/mentions.ts';
import type { Member } from '#domain/people/types.ts';
import { renderMarkdown } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let nadia: Member;
let rosa: Member;
let tom: Member;
const hub = settings().url;
const work = 'ref:behn2003why';
beforeAll(async () => {
  [nadia, rosa, tom] = [await enter('nadia'), await enter('rosa'), await enter('tom')];
  putCatalogue(catalogue(['behn2003why', 'nam2014', 'other2010', 'twin2003', 'twin-of-twin'].map((slug) => piece({ slug, kind: 'reference' }))));
});
beforeEach(() => {
  forgetLimits();
  db.delete(threads).run();
  db.delete(formerSlugs).run();
  db.delete(merges).run();
});

const start = (body: string, title = 'What do you read about measures?') => createThread(rosa, { forum: 'measures', kind: 'question', title, body, themes: [] });
const mentioned = (id = work, viewer: Member | null = null) => threadsMentioning(viewer, id).map((m) => [m.title, m.url]);
const linksOf = (postId: number) => db.select({ path: postLinks.path }).from(postLinks).where(eq(postLinks.postId, postId)).all().map((l) => l.path).sort();
const setDate = (postId: number, day: string) => db.update(posts).set({ createdAt: new Date(day) }).where(eq(posts.id, postId)).run();
const firstPost = (threadId: number) => db.select({ id: posts.id }).from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;

describe('links inside the hub that a post holds', () => {
  test.each([
    ['a link', '[Behn](/library/behn2003why)', ['/library/behn2003why']],
    ['a pasted address', `See ${hub}/library/behn2003why, it is good.`, ['/library/behn2003why']],
    ['one in angle brackets, with query and fragment', `<${hub}/library/behn2003why?comments=2#post-3>`, ['/library/behn2003why']],
    ['the other scheme', `${hub.replace('http:', 'https:')}/library/behn2003why`, ['/library/behn2003why']],
    ['an empty last part', '[x](/library/behn2003why/)', ['/library/behn2003why']],
    ['a reference at the end', 'See [this][1].\n\n[1]: /library/behn2003why', ['/library/behn2003why']],
    ['a footnote', 'See.[^1]\n\n[^1]: [Behn](/library/behn2003why)', ['/library/behn2003why']],
    ['a picture, which becomes a link', '![x](/library/behn2003why)', ['/library/behn2003why']],
    ['each once, all kinds', '[a](/library/b) [b](/library/b) [c](/forums/measures/1-x?page=2) [d](/posts/7) [e](/library/c#x)', ['/library/b', '/forums/measures/1-x', '/posts/7', '/library/c']],
    ['other places of the hub', '[a](/library) [b](/library/) [c](/members/tom) [d](/) [e](/search?q=/library/x) [f](/libraryx/y)', []],
    ['other hubs', `[a](https://elsewhere.example/library/behn2003why) [b](//elsewhere.example/library/x) [c](${hub}.evil.example/library/x) [d](http://localhost:1/library/x)`, []],
    ['no links', 'The address /library/behn2003why as text, `[a](/library/b)` as code, [x](library/b) [m](mailto:a@b.example)', []],
    ['a disguise', `[a](https://evil.example/?${hub}/library/x) [b](http://localhost:4321@evil.example/library/x)`, []],
    ['dots', '[a](/library/../members/tom) [b](/members/../library/behn2003why)', ['/library/behn2003why']],
  ])('%s', (_, markdown, paths) => expect(linksIn(renderMarkdown(markdown))).toEqual(paths));

  test('a wall of links is cut, quickly', () => {
    const before = performance.now();
    expect(linksIn(renderMarkdown(Array.from({ length: 900 }, (_, n) => `[a](/library/r${n})`).join(' '))).length).toBe(200);
    expect(linksIn('<a href="'.repeat(50_000))).toEqual([]);
    expect(performance.now() - before).toBeLessThan(1500);
  });
});

describe('kept in step with what is written', () => {
  test('threads, replies and comments; an edit replaces; the rest of the hub stays as it was', () => {
    const thread = start('[Behn](/library/behn2003why)');
    const reply = createPost(tom, { threadId: thread.id, body: 'And [Nam](/library/nam2014).' });
    const comment = createComment(tom, { resourceId: 'ref:other2010', body: 'As [Behn](/library/behn2003why) says.' });
    expect([linksOf(firstPost(thread.id)), linksOf(reply.id), linksOf(comment.id)]).toEqual([['/library/behn2003why'], ['/library/nam2014'], ['/library/behn2003why']]);
    editPost(tom, { postId: reply.id, body: 'And [Other](/library/other2010), [Behn](/library/behn2003why).' });
    expect(linksOf(reply.id)).toEqual(['/library/behn2003why', '/library/other2010']);
    editPost(tom, { postId: reply.id, body: 'Never mind.' });
    expect(linksOf(reply.id)).toEqual([]);
  });

  test('what was written before is caught up with, once', () => {
    const thread = start('[Behn](/library/behn2003why)');
    for (let n = 0; n < 5; n++) db.insert(posts).values({ threadId: thread.id, number: n + 2, authorId: tom.id, markdown: 'x', html: `<p><a href="/library/old${n}">x</a></p>`, renderedBy: 1 }).run();
    const all = () => db.select().from(postLinks).all().map((l) => l.path).sort();
    db.delete(postLinks).run();
    backfillPostLinks();
    expect(all()).toEqual(['/library/behn2003why', '/library/old0', '/library/old1', '/library/old2', '/library/old3', '/library/old4']);
    db.delete(postLinks).run();
    backfillPostLinks();
    expect(all()).toEqual([]);
    expect(db.select().from(facts).where(eq(facts.name, 'post-links')).get()?.value).toBe(1);
  });
});

describe('who mentions a resource', () => {
  test('each discussion once, at its newest post that links, newest first', () => {
    const older = start('[Behn](/library/behn2003why)', 'An older question of ours');
    setDate(firstPost(older.id), '2026-01-01');
    const newer = start('Something else.', 'A newer question of ours');
    for (let n = 0; n < 21; n++) createPost(tom, { threadId: newer.id, body: `[Behn](/library/behn2003why) ${n}` });
    createPost(rosa, { threadId: newer.id, body: 'Thanks.' });
    expect(mentioned()).toEqual([['A newer question of ours', `${newer.url}?page=2#post-22`], ['An older question of ours', `${older.url}#post-1`]]);
    expect(threadsMentioning(null, work)[0]).toMatchObject({ posts: 21, forum: { slug: 'measures', name: 'Measuring and reporting' }, author: { name: 'Tom Achterberg', handle: 'tom', sample: true }, removed: false });
    expect(threadsMentioning(null, work, 1).length).toBe(1);
    expect(mentioned('ref:nam2014')).toEqual([]);
  });

  test('comments on other published resources count, its own do not', () => {
    createComment(tom, { resourceId: work, body: 'See [above](/library/behn2003why).' });
    createComment(tom, { resourceId: 'ref:other2010', body: 'See [Behn](/library/behn2003why).' });
    expect(mentioned()).toEqual([['Title of other2010', '/library/other2010#post-1']]);
    expect(threadsMentioning(null, work)[0]?.forum).toBeNull();
    db.update(resources).set({ status: 'retired', retiredReason: 'Old.' }).where(eq(resources.id, 'ref:other2010')).run();
    expect(mentioned()).toEqual([]);
    db.update(resources).set({ status: 'published' }).where(eq(resources.id, 'ref:other2010')).run();
  });

  test('what was removed does not, until it is back', () => {
    const thread = start('A question without links, about nothing much.');
    const reply = createPost(tom, { threadId: thread.id, body: '[Behn](/library/behn2003why)' });
    const found = [[thread.title, `${thread.url}#post-2`]];
    expect(mentioned()).toEqual(found);
    removePost(nadia, { postId: reply.id, reason: 'Spam.' });
    expect(mentioned()).toEqual([]);
    expect(mentioned(work, nadia)).toEqual([]);
    restorePost(nadia, { postId: reply.id, reason: 'In order.' });
    expect(mentioned()).toEqual(found);
    removeThread(nadia, { threadId: thread.id, reason: 'Spam.' });
    expect(mentioned()).toEqual([]);
    expect(threadsMentioning(rosa, work)).toEqual([]);
    expect(threadsMentioning(nadia, work)).toMatchObject([{ removed: true }]);
    restoreThread(nadia, { threadId: thread.id, reason: 'In order.' });
    renameThread(nadia, { threadId: thread.id, title: 'A better title for this', reason: 'Tidying.' });
    expect(mentioned()[0]?.[0]).toBe('A better title for this');
    removeOwnPost(tom, { postId: reply.id });
    expect(mentioned()).toEqual([]);
  });

  test('under a former address, and under that of a duplicate that was merged into it, over two steps', () => {
    db.insert(formerSlugs).values([{ slug: 'behn-2003', resourceId: work }, { slug: 'twin-before', resourceId: 'ref:twin2003' }]).run();
    for (const slug of ['behn-2003', 'twin2003', 'twin-before', 'twin-of-twin', 'nam2014']) start(`[x](/library/${slug})`, `A thread about ${slug}`);
    const about = () => mentioned().map(([title]) => title?.replace('A thread about ', '')).sort();
    expect(about()).toEqual(['behn-2003']);
    db.insert(merges).values([{ keptId: work, mergedId: 'ref:twin2003', moved: {} }, { keptId: 'ref:twin2003', mergedId: 'ref:twin-of-twin', moved: {} }]).run();
    expect(about()).toEqual(['behn-2003', 'twin-before', 'twin-of-twin', 'twin2003']);
    db.update(merges).set({ undoneAt: new Date() }).where(eq(merges.mergedId, 'ref:twin2003')).run();
    expect(about()).toEqual(['behn-2003']);
  });

  test('a post that links under two addresses counts once', () => {
    db.insert(formerSlugs).values({ slug: 'behn-2003', resourceId: work }).run();
    const thread = start('[x](/library/behn-2003) [y](/library/behn2003why)');
    expect(threadsMentioning(null, work)).toMatchObject([{ threadId: thread.id, posts: 1 }]);
  });
});
