import type { APIRoute } from 'astro';
import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changes, db, formTokens, posts, reactions, threads } from '#db/client.ts';
import { appealableRemovals, appealDecision } from '#domain/decisions/appealing.ts';
import { removePost, removeThread } from '#domain/decisions/removing.ts';
import { Denied, Invalid, NotFound, SignInRequired, TooMany } from '#domain/errors.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { clockOf } from '#domain/forum/answer-clock.ts';
import { closeThread } from '#domain/forum/closing.ts';
import { createComment } from '#domain/forum/comments.ts';
import { findInThread } from '#domain/forum/finding.ts';
import { follow } from '#domain/forum/follows.ts';
import { forgetOldForms } from '#domain/forum/form-tokens.ts';
import { lockThread } from '#domain/forum/moderating.ts';
import { createPost, editPost, ownPost, postsOnPage, removeOwnPost, versionOf, whyNoEdit } from '#domain/forum/posts.ts';
import { putPostFiles, type TakenFile } from '#domain/forum/post-files.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { newestPostsBy, newestPostsIn, newestThreads } from '#domain/forum/recent-posts.ts';
import { react, whoReacted } from '#domain/forum/reacting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, listThreads, type Thread } from '#domain/forum/threads.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { limits } from '#domain/people/limits.ts';
import type { Member, Viewer } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { renderMarkdown } from '#lib/markdown.ts';
import { textOfHtml } from '#lib/html-as-text.ts';
import { settings } from '#lib/settings.ts';
import { feedOfTheme, feedOfThread } from '../../src/feeds.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { piece } from '../support/pieces.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member;
beforeAll(async () => { [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')]; });
beforeEach(forgetLimits);

let written = 0;
const start = (author = rosa, more: Partial<Parameters<typeof createThread>[1]> = {}): Thread =>
  createThread(author, { forum: 'operations', kind: 'question', title: `Do you call back, case ${++written}?`, body: `We do not. ${written}`, themes: [], ...more });
const reply = (thread: Thread, author = tom, body = `We do. ${++written}`) => createPost(author, { threadId: thread.id, body });
const postIn = (viewer: Viewer, thread: Thread, number: number) => postsOnPage(viewer, findThread(viewer, thread.id), 1).find((p) => p.number === number);

describe('a reaction', () => {
  test('is given once by each member, seen by all, and taken back', () => {
    const thread = start();
    const { id, url } = reply(thread);
    const before = changes();
    expect(react(rosa, { postId: id, give: 'helpful' })).toEqual({ url });
    react(rosa, { postId: id, give: 'helpful' });
    react(nadia, { postId: id, give: 'helpful' });
    react(rosa, { postId: id, give: 'we-do-this-too' });
    expect(changes()).toBe(before + 3);
    expect(postIn(null, thread, 2)).toMatchObject({ reactions: [{ kind: 'helpful', count: 2, mine: false }, { kind: 'we-do-this-too', count: 1, mine: false }], mayReact: [] });
    expect(postIn(nadia, thread, 2)).toMatchObject({ reactions: [{ kind: 'helpful', count: 2, mine: true }, { mine: false }], mayReact: ['helpful', 'thanks', 'we-do-this-too'] });
    expect(whoReacted(null, id)).toMatchObject([{ kind: 'helpful', members: [{ name: rosa.name }, { name: nadia.name }] }, { kind: 'we-do-this-too', members: [{ name: rosa.name }] }]);
    react(rosa, { postId: id, take: 'helpful' });
    react(rosa, { postId: id, take: 'helpful' });
    expect(postIn(null, thread, 2)?.reactions[0]).toMatchObject({ kind: 'helpful', count: 1 });
  });

  test('fits its post: only a question is the same question, and not to one’s own', () => {
    const thread = start();
    const { id } = reply(thread);
    const opening = postIn(tom, thread, 1);
    expect(opening?.mayReact).toEqual(['same-question', 'thanks']);
    expect(postIn(tom, thread, 2)?.mayReact).toEqual([]);
    react(tom, { postId: opening?.id ?? 0, give: 'same-question' });
    expect(() => react(rosa, { postId: id, give: 'same-question' })).toThrow(Invalid);
    expect(() => react(tom, { postId: id, give: 'helpful' })).toThrow(/your own/);
    const talk = start(rosa, { kind: 'discussion' });
    expect(postIn(tom, talk, 1)?.mayReact).toEqual(['helpful', 'thanks', 'we-do-this-too']);
  });

  test('goes with its post, needs somebody who may write, and has a limit', () => {
    const thread = start();
    const { id } = reply(thread);
    react(rosa, { postId: id, give: 'thanks' });
    expect(() => react(null as unknown as Member, { postId: id, give: 'thanks' })).toThrow(SignInRequired);
    expect(() => react({ ...rosa, suspendedUntil: addDays(new Date(), 1) }, { postId: id, give: 'helpful' })).toThrow(Denied);
    expect(() => react(rosa, { postId: 999_999, give: 'helpful' })).toThrow(NotFound);
    lockThread(nadia, { threadId: thread.id, reason: 'x' });
    expect(() => react(rosa, { postId: id, give: 'helpful' })).not.toThrow();
    removePost(nadia, { postId: id, reason: 'x' });
    expect(() => react(rosa, { postId: id, give: 'helpful' })).toThrow(Denied);
    expect([postIn(rosa, thread, 2)?.reactions, whoReacted(rosa, id)]).toEqual([[], []]);
    const other = reply(start());
    forgetLimits();
    for (let n = 0; n < limits.reactPerMember.most; n++) react(rosa, { postId: other.id, give: 'thanks' });
    expect(() => react(rosa, { postId: other.id, give: 'thanks' })).toThrow(TooMany);
    expect(() => db.insert(reactions).values({ postId: other.id, memberId: tom.id, kind: 'boo' as 'thanks' }).run()).toThrow(/constraint/i);
  });
});

describe('quoting', () => {
  test('says who wrote it, leads back, and leaves out what was quoted there', () => {
    const thread = start();
    const { id } = reply(thread, tom, '> They said so.\n\nWe **do**:\n\n```\n> not a quote\n```\n\n- one');
    expect(quoteOf(null, id)).toBe(`> [Tom Achterberg wrote](/posts/${id}):\n>\n> We **do**:\n>\n> \`\`\`\n> > not a quote\n> \`\`\`\n>\n> - one\n\n`);
    const html = renderMarkdown(`${quoteOf(null, id)}I see.`);
    expect(html).toContain(`<blockquote>\n<p><a href="/posts/${id}">Tom Achterberg wrote</a>:</p>`);
    expect(html).toContain('</blockquote>\n<p>I see.</p>');
    removeOwnPost(tom, { postId: id });
    expect(quoteOf(rosa, id)).toBe('');
    const long = reply(thread, tom, 'word '.repeat(3_000));
    expect(quoteOf(null, long.id).length).toBeLessThan(4_200);
  });

  test('leaves footnotes out, which would stand under the words of whoever replies', () => {
    const thread = start();
    const { id } = reply(thread, tom, 'We count twice.[^1] 🎉 And *again*[^two], `[^1]` is code and [^none] is nothing.\n\n[^1]: A first note\ngoes on\n\n    and on.\n\nAfter it.\n\n[^two]: Two[^1].');
    expect(quoteOf(null, id)).toBe(`> [Tom Achterberg wrote](/posts/${id}):\n>\n> We count twice. 🎉 And *again*, \`[^1]\` is code and [^none] is nothing.\n>\n> After it.\n\n`);
    const plainly = reply(thread, tom, 'We count twice.[^1] And again.\n\n[^1]: A note.').id;
    const answer = reply(thread, rosa, `${quoteOf(null, plainly)}So do we.[^1]\n\n[^1]: Since 2019.`);
    const html = postsOnPage(null, thread, 1).find((post) => post.id === answer.id)?.html ?? '';
    expect(html).toContain('Tom Achterberg wrote</a>');
    expect(html.match(/<li id=/g)).toHaveLength(1);
  });

  test('a name with brackets in it stays a name', () => {
    const thread = start({ ...tom, name: 'x' });
    db.$client.prepare('update members set name = ? where id = ?').run('Tom [x](https://evil.example) *A*', tom.id);
    const { id } = reply(thread, tom);
    expect(renderMarkdown(quoteOf(null, id))).toContain(`<a href="/posts/${id}">Tom [x](https://evil.example) *A* wrote</a>`);
    db.$client.prepare('update members set name = ? where id = ?').run('Tom Achterberg', tom.id);
  });
});

describe('finding in a thread', () => {
  test('every word counts, parts of words too, capitals and accents not; removed posts are not found', () => {
    const thread = start(rosa, { body: 'The <b>Québec</b> desk answers in French & English.' });
    const { id, url } = reply(thread, tom, 'In QUEBEC the frenchmen answered <script>alert(1)</script> quickly.');
    const { hits, total } = findInThread(thread, ' quebec FRENCH ', null);
    expect([total, hits.map((h) => h.number)]).toEqual([2, [1, 2]]);
    expect(hits[1]).toMatchObject({ id, url, author: { name: 'Tom Achterberg' } });
    expect(hits[0]?.snippetHtml).toContain('<mark>Québec</mark>');
    expect(hits[1]?.snippetHtml).toBe('In <mark>QUEBEC</mark> the <mark>french</mark>men answered &lt;script&gt;alert(1)&lt;/script&gt; quickly.');
    expect(findInThread(thread, 'quebec german', null).total).toBe(0);
    expect(findInThread(thread, ' " ', null).total).toBe(0);
    removeOwnPost(tom, { postId: id });
    expect(findInThread(thread, 'quebec', null).total).toBe(1);
  });

  test('many hits are paged', () => {
    const thread = start();
    for (let n = 0; n < 25; n++) { forgetLimits(); reply(thread, tom, `Pelican ${n}`); }
    expect(findInThread(thread, 'pelican', '2')).toMatchObject({ total: 25, paging: { page: 2, pages: 2 }, hits: { length: 5 } });
  });
});

test('views: new, of one kind, unanswered, with me', () => {
  const [asked, talk, answered] = [start(rosa), start(tom, { kind: 'discussion' }), start(tom)];
  reply(answered, rosa);
  const forumId = asked.forumId ?? 0;
  const ids = (filter: Parameters<typeof listThreads>[1], by?: 'start') => listThreads(null, { forumId, ...filter }, null, by).threads.map((t) => t.id);
  expect(ids({}, 'start').slice(0, 3)).toEqual([answered.id, talk.id, asked.id]);
  expect(ids({ kind: 'discussion' })[0]).toBe(talk.id);
  expect(ids({ kind: 'discussion' })).not.toContain(asked.id);
  expect(ids({ unanswered: true })).toContain(asked.id);
  expect(ids({ unanswered: true })).not.toContain(answered.id);
  expect(ids({ unanswered: true, kind: 'discussion' })[0]).toBe(talk.id);
  expect(ids({ unanswered: true, kind: 'question' })).toEqual(ids({ unanswered: true }));
  expect(ids({ withMember: rosa.id })).toEqual(expect.arrayContaining([asked.id, answered.id]));
  expect(ids({ withMember: rosa.id })).not.toContain(talk.id);
});

test('unanswered in the list is what the clock runs for, whatever happened to the question', () => {
  const questions = [start(rosa), start(rosa), start(rosa), start(rosa), start(rosa), start(rosa), start(rosa), start(rosa)] as const;
  const [, own, selfAnswered, answered, removed, locked, closed, takenBack] = questions;
  reply(own, rosa);
  acceptAnswer(rosa, { postId: reply(selfAnswered, rosa).id });
  reply(answered, tom);
  removePost(nadia, { postId: reply(removed, tom).id, reason: 'Spam.' });
  lockThread(nadia, { threadId: locked.id, reason: 'Heat.' });
  closeThread(rosa, { threadId: closed.id, reason: 'Found it.' });
  removeOwnPost(tom, { postId: reply(takenBack, tom).id });
  const listed = listThreads(null, { unanswered: true }, null, 'start').threads.map((t) => t.id);
  expect(questions.map(({ id }) => listed.includes(id))).toEqual([true, true, false, false, true, false, false, true]);
  expect(questions.map(({ id }) => clockOf(findThread(null, id)) !== null)).toEqual(questions.map(({ id }) => listed.includes(id)));
});

test('the view of what one follows: by level on the thread, or of its forum or theme or who started it, where the thread itself says nothing else', () => {
  const [own, ofTheme, ofMember, none, left] = [start(), start(rosa, { themes: ['equity'] }), start(tom, { forum: 'measures' }), start(rosa, { forum: 'measures' }), start(rosa, { themes: ['equity'] })];
  const followed = () => listThreads(nadia, { followedBy: nadia.id }, null).threads.map((t) => t.id);
  expect(followed()).toEqual([]);
  for (const [kind, ref, level] of [['thread', own.id, 'tracking'], ['theme', 'equity', 'following'], ['member', tom.id, 'following'], ['thread', left.id, 'normal']] as const) follow(nadia, { kind, ref: String(ref), level });
  expect(followed()).toEqual(expect.arrayContaining([own.id, ofTheme.id, ofMember.id]));
  for (const id of [none.id, left.id]) expect(followed()).not.toContain(id);
  follow(nadia, { kind: 'thread', ref: String(own.id), level: 'muted' });
  expect(followed()).not.toContain(own.id);
  follow(nadia, { kind: 'forum', ref: String(none.forumId), level: 'following' });
  expect(followed()).toContain(none.id);
});

test('feeds carry what every visitor may see, the newest first', () => {
  const [thread, gone] = [start(rosa, { body: 'An *opening* of it.' }), start()];
  const { id } = reply(thread, tom, 'A reply.');
  const taken = reply(thread, tom, 'Taken back.');
  removeOwnPost(tom, { postId: taken.id });
  reply(gone, tom, 'In a removed thread.');
  removeThread(nadia, { threadId: gone.id, reason: 'x' });
  expect(newestThreads(30)[0]).toMatchObject({ title: thread.title, words: 'An opening of it.', opening: true, forum: 'Running the centre', author: rosa.name });
  expect(newestThreads(30, thread.forumId ?? 0).map((p) => p.title)).not.toContain(gone.title);
  expect(newestPostsIn(thread.id, 30).map((p) => p.words)).toEqual(['A reply.', 'An opening of it.']);
  expect(newestPostsIn(gone.id, 30)).toEqual([]);
  expect(newestPostsBy(tom.id, 30)[0]).toMatchObject({ url: `/posts/${id}`, words: 'A reply.', opening: false });
  editPost(tom, { postId: id, body: 'A better reply.' });
  expect(newestPostsBy(tom.id, 1)[0]).toMatchObject({ words: 'A better reply.', editedAt: expect.any(Date) });
});

test('feeds carry a post as HTML that holds anywhere, and as text with its paragraphs', async () => {
  const other = start(rosa, { title: 'How long do you keep recordings?' });
  const thread = start(rosa, { themes: ['equity'], body: 'First.' });
  const { id } = reply(thread, tom, `${quoteOf(tom, postIn(tom, thread, 1)!.id)}We **do**, see ${other.url} and [the list](/library).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nA note.[^1] <script>alert(1)</script>\n\n[^1]: Of it.`);
  const picture = { hash: 'ab'.repeat(32), label: 'Calls "by" hour', size: 1000, textState: 'none' } as const;
  putPostFiles(id, [{ ...picture, name: 'chart.png', mediaType: 'image/png', width: 40, height: 30 }, { ...picture, hash: 'cd'.repeat(32), label: 'Our script', name: 'script.pdf', mediaType: 'application/pdf', width: null, height: null }]);
  const hub = settings().url;
  const [post] = newestPostsIn(thread.id, 30);
  const html = post?.html ?? '';
  expect(html).toContain(`<a href="${hub}/posts/${id - 1}"`);
  expect(html).toContain(`<a href="${hub}/forums/operations/${other.id}-how-long-do-you-keep-recordings" class="address">How long do you keep recordings?</a>`);
  expect(html).toContain(`<a href="${hub}/library">the list</a>`);
  expect(html).toContain('<li>one</li>');
  expect(html).toContain(`"${hub}/posts/${id}#p`);
  expect(html).toMatch(new RegExp(`<img src="${hub}/files/p\\d+/chart.png" alt="Calls &quot;by&quot; hour" width="40" height="30">`));
  expect(html).toMatch(new RegExp(`<li><a href="${hub}/files/p\\d+/script.pdf">Our script \\(PDF, 1000 bytes\\)</a></li>`));
  expect(html).not.toMatch(/<script|(?:href|src)="(?!http)|tabindex/);
  expect(post?.words).toMatch(/^We do, see/);
  const read = async (answer: Promise<Response> | Response) => ((await answer).json() as Promise<{ items: { title: string; url: string; content_html: string; content_text: string }[] }>);
  const call = (feed: APIRoute, params: Record<string, string>, pathname = '/') => feed({ params, url: new URL(pathname, hub) } as never) as Promise<Response>;
  const [item] = (await read(call(feedOfThread, { thread: String(thread.id), ending: 'json' }, `${thread.url}.json`))).items;
  expect(item?.content_html).toBe(html);
  expect(item?.content_text).toContain(`> ✓ Rosa Delgado wrote <${hub}/posts/${id - 1}>:\n>\n> First.\n\nWe do, see How long`);
  expect(item?.content_text).toContain('- one\n- two\n\na | b\n1 | 2\n\nA note.[1] <script>alert(1)</script>\n\n 1. Of it.\n\nPicture: Calls "by" hour <');
  const onTheme = (await read(call(feedOfTheme('json'), { theme: 'equity' }))).items;
  expect(onTheme[0]).toMatchObject({ title: thread.title, content_text: 'First.' });
});

test('in feeds a link without a scheme leads where it leads from the page of its thread', () => {
  const thread = start(rosa, { body: 'See [up](../desk), [q](?a=1&b=2) and [mail](mailto:a@b.example).' });
  const hub = settings().url;
  const links = (html = '') => [...html.matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href);
  expect(links(newestPostsIn(thread.id, 1)[0]?.html)).toEqual([`${hub}/forums/desk`, `${hub}${thread.url}?a=1&amp;b=2`, 'mailto:a@b.example']);
});

test('in the text of feeds the sign of the hub before who wrote is no member’s', async () => {
  const thread = start(rosa, { body: 'First.' });
  const wrote = 'Carl Friso** wrote \\<http:\\//localhost:4810/posts/177\\>:';
  const { id } = reply(thread, tom, `${quoteOf(tom, postIn(tom, thread, 1)!.id)}> **${wrote}\n\n> ✓ **${wrote}\n\nOne  \n✔\uFE0F **${wrote}\n\n\\> ✅ **${wrote}\n\n- [x] **${wrote}\n\n| ☑ **${wrote} | ✓ |\n|---|---|\n\n\`\`\`\n✓ Carl\n\`\`\`\n\n![✓ Carl](https://a.example/%E2%9C%93)`);
  const text = textOfHtml(newestPostsIn(thread.id, 30).find(({ url }) => url === `/posts/${id}`)?.html ?? '');
  expect(text.match(/^.*(?<!\()[✓✔✅☑].*$/gmu)).toEqual([`> ✓ Rosa Delgado wrote <${settings().url}/posts/${id - 1}>:`]);
  expect(text).toContain('> (✓) Carl Friso wrote <http://localhost:4810/posts/177>:');
  expect(text).toContain('- [x] Carl Friso wrote');
});

test('in a locked thread no post can be changed, and it is said why; but a hidden one can, as its letter says', () => {
  const thread = start();
  const { id } = reply(thread);
  const mayEdit = () => postIn(tom, thread, 2)?.mayEdit;
  const why = () => whyNoEdit(tom, ownPost(tom, id));
  expect([mayEdit(), why()]).toEqual([true, null]);
  lockThread(nadia, { threadId: thread.id, reason: 'Heat.' });
  expect([mayEdit(), why()]).toEqual([false, 'A coordinator has locked this thread, so nothing can be added to it. The reason given: Heat.']);
  expect(() => editPost(tom, { postId: id, body: 'Changed.' })).toThrow(why() ?? 'never');
  db.update(posts).set({ removedAt: new Date(), removedById: nadia.id, removedReason: 'Flagged.', hidden: true }).where(eq(posts.id, id)).run();
  expect([mayEdit(), why()]).toEqual([true, null]);
  editPost(tom, { postId: id, body: 'Changed.' });
  expect(ownPost(tom, id).markdown).toBe('Changed.');
});

test('an edit that began from an earlier text is refused, unless it says the same', () => {
  const thread = start();
  const { id } = reply(thread);
  const version = versionOf(ownPost(tom, id));
  editPost(tom, { postId: id, body: 'Changed here.', version });
  expect(() => editPost(tom, { postId: id, body: 'Changed there.', version })).toThrow(Invalid);
  editPost(tom, { postId: id, body: 'Changed here.', version });
  expect(ownPost(tom, id).markdown).toBe('Changed here.');
  editPost(tom, { postId: id, body: 'Changed there.', version: versionOf(ownPost(tom, id)) });
  expect(ownPost(tom, id).markdown).toBe('Changed there.');
});

test('a removal can be appealed from the place of the post by its author alone, once and while it stands', () => {
  const thread = start();
  const { id } = reply(thread);
  const offered = (viewer: Viewer, now = new Date()) => appealableRemovals(viewer, postsOnPage(viewer, findThread(viewer, thread.id), 1), now).get(id);
  expect(offered(tom)).toBeUndefined();
  removePost(nadia, { postId: id, reason: 'Off topic.' });
  expect([offered(tom), offered(rosa), offered(null), offered(tom, addDays(new Date(), 31))]).toEqual([expect.any(Number), undefined, undefined, undefined]);
  appealDecision(tom, { decisionId: offered(tom) ?? 0, text: 'It is not.' });
  expect(offered(tom)).toBeUndefined();
  const other = reply(thread).id;
  removeOwnPost(tom, { postId: other });
  expect(appealableRemovals(tom, postsOnPage(tom, findThread(tom, thread.id), 1)).size).toBe(0);
});

test('a thread without a forum says that one must be chosen', () => {
  expect(() => start(rosa, { forum: '' })).toThrow(expect.objectContaining({ fields: { forum: 'Please choose a forum.' } }));
});

describe('a form with a token', () => {
  test('sent again leads to what it wrote, and so do the same words in a new form, for ten minutes', () => {
    const thread = start();
    const send = (token: string, body = 'Same here.') => createPost(tom, { threadId: thread.id, body, token });
    const first = send('one');
    expect([send('one'), send('two')]).toEqual([first, first]);
    // Gone back, changed and sent: nothing of it is lost.
    expect(send('one', 'Same here, in Trenton.').id).not.toBe(first.id);
    expect(send('three')).toEqual(first);
    expect(createPost(rosa, { threadId: thread.id, body: 'Same here.', token: 'one' }).id).not.toBe(first.id);
    // Who thanks a second person has not sent the first thanks again.
    expect(send('four').id).not.toBe(first.id);
    // A long text is the same whoever has answered meanwhile.
    const long = 'We count a call once, whoever takes it, and again only when the caller asks for something else.';
    const whole = send('five', long);
    createPost(rosa, { threadId: thread.id, body: 'And we.' });
    expect(send('six', long)).toEqual(whole);
    expect(findThread(null, thread.id).replies).toBe(6);
    const typed = { title: 'Twice on purpose, or not?', body: 'Words.' };
    const made = start(rosa, { ...typed, token: 'a' });
    expect([start(rosa, { ...typed, token: 'a' }).id, start(rosa, { ...typed, token: 'b' }).id]).toEqual([made.id, made.id]);
    const others: Partial<Parameters<typeof createThread>[1]>[] = [{ body: 'Other words.' }, { kind: 'discussion' }, { forum: 'measures' }, { nameless: true }, { themes: ['equity', 'technology'] }, { themes: ['equity'] }];
    for (const other of others) expect(start(rosa, { ...typed, ...other, token: 'a' }).id).not.toBe(made.id);
    for (const [at, other] of others.entries()) expect(start(rosa, { ...typed, ...other, token: `c${at}` }).id).not.toBe(made.id);
  });

  test('what was written an hour ago, or removed since, or now comes with a file is written anew', () => {
    const thread = start();
    const file: TakenFile = { hash: 'b'.repeat(64), name: 'a.pdf', label: 'A script', mediaType: 'application/pdf', size: 10, width: null, height: null, textState: 'none' };
    const send = (token: string, files: TakenFile[] = []) => createPost(tom, { threadId: thread.id, body: 'Thank you!', token, files }).id;
    const first = send('one');
    db.update(posts).set({ createdAt: new Date(Date.now() - 3_600_000) }).where(eq(posts.id, first)).run();
    const second = send('two');
    expect(second).not.toBe(first);
    removeOwnPost(tom, { postId: second });
    const third = send('three');
    expect(third).not.toBe(second);
    const fourth = send('four', [file]);
    expect([fourth === third, send('five', [file])]).toEqual([false, fourth]);
    const made = start(rosa, { title: 'With a file, or without?', body: 'Words.' });
    db.update(posts).set({ createdAt: new Date(Date.now() - 3_600_000) }).where(eq(posts.threadId, made.id)).run();
    expect(start(rosa, { title: 'With a file, or without?', body: 'Words.', token: 'later' }).id).not.toBe(made.id);
  });

  test('sent again with a file that was forgotten, or after what it wrote was removed, writes anew', () => {
    putCatalogue({ pieces: [piece({ id: 'ref:forgotten', slug: 'forgotten' })], themes: [], forums: [] });
    const thread = start();
    const file: TakenFile = { hash: 'c'.repeat(64), name: 'a.csv', label: 'A list', mediaType: 'text/csv', size: 10, width: null, height: null, textState: 'none' };
    const forms: ((files: TakenFile[]) => number)[] = [
      (files) => createPost(tom, { threadId: thread.id, body: 'Here is our script.', token: 'same', files }).id,
      (files) => createComment(tom, { resourceId: 'ref:forgotten', body: 'Here is our script.', token: 'same', files }).id,
      (files) => start(tom, { title: 'Here is our script, for all', body: 'Here is our script.', token: 'same', files }).id,
    ];
    for (const send of forms) {
      const [without, withFile] = [send([]), send([file])];
      expect(withFile).not.toBe(without);
      expect(send([file])).toBe(withFile);
      expect([without, withFile]).toContain(send([]));
      const described = send([{ ...file, label: 'A list of May' }]);
      expect([without, withFile]).not.toContain(described);
      expect(send([{ ...file, label: 'A list of May' }, { ...file, label: 'The same again' }])).toBe(described);
      expect([withFile, described]).toContain(send([{ ...file, label: '' }]));
    }
    const send = () => createPost(tom, { threadId: thread.id, body: 'Once, and then once more.', token: 'one' }).id;
    const removed = send();
    removeOwnPost(tom, { postId: removed });
    const anew = send();
    expect([anew === removed, send()]).toEqual([false, anew]);
  });

  test('a failed one leaves nothing behind and may be sent again', () => {
    const thread = start();
    lockThread(nadia, { threadId: thread.id, reason: 'x' });
    expect(() => createPost(tom, { threadId: thread.id, body: 'Words.', token: 'later' })).toThrow(Denied);
    db.update(threads).set({ lockedAt: null, lockedReason: null }).where(eq(threads.id, thread.id)).run();
    expect(createPost(tom, { threadId: thread.id, body: 'Words.', token: 'later' }).url).toContain('#post-2');
  });

  test('on comments too, the first one included', () => {
    putCatalogue({ pieces: [piece({ id: 'ref:tokens', slug: 'tokens' })], themes: [], forums: [] });
    const send = (token = 'c') => createComment(tom, { resourceId: 'ref:tokens', body: 'Read it.', token });
    const first = send();
    expect([send(), send('d')]).toEqual([first, first]);
    expect(db.select().from(posts).where(eq(posts.markdown, 'Read it.')).all()).toHaveLength(1);
  });

  test('is forgotten after a day', () => {
    forgetOldForms();
    expect(db.select().from(formTokens).all().length).toBeGreaterThan(0);
    forgetOldForms(addDays(new Date(), 1.1));
    expect(db.select().from(formTokens).all()).toEqual([]);
  });
});
