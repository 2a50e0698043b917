import { and, count, eq, inArray, like, ne } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changes, db, facts, postLinks, posts, resources, threads } from '#db/client.ts';
import { removePost, removeThread } from '#domain/decisions/removing.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { acceptedAnswersOf } from '#domain/forum/answers.ts';
import { createComment } from '#domain/forum/comments.ts';
import { renameThread } from '#domain/forum/moderating.ts';
import { createPost, postsOnPage, previewPost } from '#domain/forum/posts.ts';
import { renderAgain, renderSomeAgain } from '#domain/forum/rendering-again.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { markAddresses } from '#domain/forum/titles.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import type { Member } from '#domain/people/types.ts';
import { rendererVersion, renderMarkdown } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
const hub = settings().url;
let rosa: Member, tom: Member, nadia: Member;
beforeAll(async () => {
  [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
  putCatalogue(catalogue([piece({ slug: 'behn2003why', kind: 'reference', title: 'Why measure <performance>?' }), piece({ slug: 'hidden2020', kind: 'reference', title: 'Not for the public' })]));
  db.update(resources).set({ status: 'draft' }).where(eq(resources.slug, 'hidden2020')).run();
});
beforeEach(() => {
  forgetLimits();
  db.delete(threads).run();
});

const start = (body: string, title = 'Who counts repeat calls apart?') => createThread(rosa, { forum: 'measures', kind: 'question', title, body, themes: [] });
const shown = (threadId: number, viewer: Member | null = null) => postsOnPage(viewer, findThread(viewer, threadId), 1)[0]?.html ?? '';

test('the box of accepted answers names what a bare address leads to, as the answer itself does', () => {
  const [asked, other] = [start('Who does?'), start('Text.', 'Where did we count them before?')];
  const { id } = createPost(tom, { threadId: asked.id, body: `See ${other.url} first.` });
  acceptAnswer(rosa, { postId: id });
  expect(acceptedAnswersOf(findThread(null, asked.id))).toMatchObject([{ words: 'See Where did we count them before? first.' }]);
});

test('the address of a thread that is called otherwise now says nothing of what it was called, nor does one that is removed', () => {
  const thread = start('Text.', 'Who is Juniper Applewood?');
  const linking = start(`See ${thread.url}#post-1.`);
  renameThread(nadia, { threadId: thread.id, title: 'Another title of it', reason: 'Says what it is about.' });
  expect(shown(linking.id)).toContain(`<a href="/forums/measures/${thread.id}-another-title-of-it#post-1" class="address">Another title of it</a>`);
  expect(shown(linking.id)).not.toContain('juniper');
  removeThread(nadia, { threadId: thread.id, reason: 'Rude.' });
  expect(shown(linking.id)).toContain(`<a href="/forums/measures/${thread.id}#post-1" class="address">/forums/measures/${thread.id}#post-1</a>`);
});

describe('what is a bare address', () => {
  test.each([
    ['/library/behn2003why', '<a href="/library/behn2003why" class="address">/library/behn2003why</a>'],
    ['see /forums/measures/12-who-counts?page=2#post-25.', 'see <a href="/forums/measures/12-who-counts?page=2#post-25" class="address">/forums/measures/12-who-counts?page=2#post-25</a>.'],
    ['(/posts/7)', '(<a href="/posts/7" class="address">/posts/7</a>)'],
    [`${hub}/library/behn2003why`, `<a href="/library/behn2003why" class="address">${hub}/library/behn2003why</a>`],
    [`<${hub}/posts/7>`, `<a href="/posts/7" class="address">${hub}/posts/7</a>`],
  ])('%s is', (markdown, html) => expect(markAddresses(renderMarkdown(markdown))).toBe(`<p>${html}</p>\n`));

  test.each([
    `[this](${hub}/library/behn2003why)`, '[this](/library/behn2003why)', '`/library/behn2003why`', 'https://other.example/library/behn2003why', 'city/library/behn2003why', '/library', '/library/', '/forums/measures', '//library/x', '/desk/library/x', '../library/x',
    `${hub}/account`, `${hub}.example/library/x`, '\\/libraryx/y', 'a=/library/x',
  ])('%s is not', (markdown) => expect(markAddresses(renderMarkdown(markdown))).not.toContain('class="address"'));
});

describe('what a bare address shows', () => {
  test('the title of a resource, as it is called now, escaped', () => {
    const { id } = start('Read /library/behn2003why first.');
    expect(shown(id)).toContain('<a href="/library/behn2003why" class="address">Why measure &lt;performance&gt;?</a>');
    db.update(resources).set({ title: 'Why measure?' }).where(eq(resources.slug, 'behn2003why')).run();
    expect(shown(id)).toContain('>Why measure?</a> first.');
  });

  test('the title of a thread, before and after it is renamed, and none when it is removed', () => {
    const other = start('The question.', 'How long do people wait?');
    const { id } = start(`As in ${hub}${other.url}#post-1`);
    expect(shown(id)).toContain(`<a href="${other.url}#post-1" class="address">How long do people wait?</a>`);
    renameThread(nadia, { threadId: other.id, title: 'How long do callers wait?', reason: 'Tidying.' });
    expect(shown(id)).toContain('>How long do callers wait?</a>');
    removeThread(nadia, { threadId: other.id, reason: 'Twice.' });
    for (const viewer of [null, tom, nadia]) expect(shown(id, viewer)).toContain(`class="address">${hub}/forums/measures/${other.id}#post-1</a>`);
  });

  test('what a post belongs to; none when it is removed', () => {
    const other = start('The question.', 'How long do people wait?');
    const reply = createPost(tom, { threadId: other.id, body: 'Two minutes.' });
    const comment = createComment(tom, { resourceId: 'ref:behn2003why', body: 'Still true.' });
    const first = db.select({ id: posts.id }).from(posts).where(eq(posts.threadId, other.id)).get()?.id;
    const { id } = start(`/posts/${first} and /posts/${reply.id} and /posts/${comment.id} and /posts/999999`);
    expect(shown(id)).toContain('>How long do people wait?</a> and');
    expect(shown(id)).toContain('>a reply in “How long do people wait?”</a>');
    expect(shown(id)).toMatch(/>a comment on “Why measure/);
    expect(shown(id)).toContain('class="address">/posts/999999</a>');
    removePost(nadia, { postId: reply.id, reason: 'Spam.' });
    expect(shown(id)).toContain(`class="address">/posts/${reply.id}</a>`);
  });

  test('nothing of what is not published, to nobody', () => {
    const { id } = start('Soon: /library/hidden2020');
    for (const viewer of [null, tom, nadia]) expect(shown(id, viewer)).not.toContain('Not for the public');
  });

  test('in the preview too', () => expect(previewPost(tom, { body: '/library/behn2003why' }).html).toContain('Why measure'));
});

describe('posts that an earlier renderer has rendered', () => {
  test('are rendered again, once, and the page caches hear of it', () => {
    const { id } = start('---\nAsk @tom, see /library/behn2003why');
    const post = db.select({ id: posts.id }).from(posts).where(eq(posts.threadId, id)).get()?.id ?? 0;
    db.update(posts).set({ html: '<p>old</p>', renderedBy: 1 }).run();
    db.delete(postLinks).run();
    db.delete(facts).where(eq(facts.name, 'renderer')).run();
    const before = changes();
    expect(renderSomeAgain()).toBe(true);
    expect(shown(id)).toContain('href="/members/tom"');
    expect(db.select({ path: postLinks.path }).from(postLinks).where(eq(postLinks.postId, post)).all()).toEqual([{ path: '/library/behn2003why' }]);
    expect(changes()).toBe(before + 1);
    expect([renderSomeAgain(), renderSomeAgain()]).toEqual([false, false]);
    expect(changes()).toBe(before + 1);
    db.update(posts).set({ html: '<p>old</p>', renderedBy: 1 }).run();
    expect(renderSomeAgain()).toBe(false);
  });

  test('are all reached, with few looks at those that are not old, and from the first again where another renderer was on its way', async () => {
    const { id } = start('A thread of many posts.');
    db.$client.prepare(`with recursive n(i) as (select 2 union all select i + 1 from n where i < 5000) insert into posts (thread_id, number, author_id, markdown, html, rendered_by) select ?, i, ?, 'Text.', ?, ? from n`).run(id, tom.id, renderMarkdown('Text.'), rendererVersion);
    const old = db.select({ id: posts.id }).from(posts).where(and(eq(posts.threadId, id), inArray(posts.number, [2, 4_000]))).all().map((post) => post.id);
    db.update(posts).set({ renderedBy: rendererVersion - 1 }).where(inArray(posts.id, old)).run();
    db.delete(facts).where(eq(facts.name, 'renderer')).run();
    db.insert(facts).values({ name: `rendered-to-${rendererVersion - 1}`, value: 1_000_000 }).run();
    const before = changes();
    let portions = 1;
    while (renderSomeAgain()) portions++;
    expect(portions).toBeLessThan(8);
    expect(db.select({ n: count() }).from(posts).where(ne(posts.renderedBy, rendererVersion)).get()).toEqual({ n: 0 });
    expect(db.select({ name: facts.name }).from(facts).where(like(facts.name, 'render%')).all()).toEqual([{ name: 'renderer' }]);
    // They say what they said: no page that is remembered is wrong.
    expect(changes()).toBe(before);
    db.delete(facts).where(eq(facts.name, 'renderer')).run();
    await renderAgain();
    expect(db.select({ value: facts.value }).from(facts).where(eq(facts.name, 'renderer')).get()?.value).toBe(rendererVersion);
  });
});
