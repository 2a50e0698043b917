import { eq, inArray } from 'drizzle-orm';
import { beforeAll, expect, test } from 'vitest';
import { db, posts, postVersions, threads } from '#db/client.ts';
import { historyOfPost } from '#domain/forum/post-history.ts';
import { createPost, editPost, previewPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import type { Member } from '#domain/people/types.ts';
import { rendererVersion } from '#lib/markdown.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { randomFrom } from '../support/random.ts';

/* A save must not keep others waiting, whatever is quoted in it: its work is counted here in characters, since a time depends on the machine. */

useDatabase();
const most = 20_000;
const { below } = randomFrom(311);
/** A text that is as long as it may be. */
const longest = () => Array.from({ length: most / 5 }, () => (100_000 + below(900_000)).toString(36).slice(0, 4)).join(' ');
/** As many of these pieces as a text takes. */
const filled = (piece: (n: number) => string, room = most): string => {
  let text = '';
  for (let n = 0; ; n++) {
    const next = piece(n);
    if (text.length + next.length > room) return text;
    text += next;
  }
};

let rosa: Member, tom: Member, nadia: Member;
let thread = 0;
/** Posts of the thread, each with what it said before, and posts of another one. */
let quoted: { id: number; before: string[] }[] = [];
let elsewhere: number[] = [];

beforeAll(async () => {
  [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
  const start = (title: string) => createThread(rosa, { forum: 'operations', kind: 'discussion', title, body: 'Text.', themes: [] }).id;
  const put = (threadId: number, number: number) => {
    const markdown = longest();
    return db.insert(posts).values({ threadId, number, authorId: tom.id, markdown, html: `<p>${markdown}</p>`, renderedBy: rendererVersion }).returning().get().id;
  };
  thread = start('A thread of a thousand posts');
  const other = start('Another thread of many posts');
  db.$client.prepare(`with recursive n(i) as (select 2 union all select i + 1 from n where i < 900) insert into posts (thread_id, number, author_id, markdown, html, rendered_by) select ?, i, ?, 'Yes.', '<p>Yes.</p>', ? from n`).run(thread, tom.id, rendererVersion);
  quoted = Array.from({ length: 60 }, (_, n) => {
    const id = put(thread, 901 + n);
    const before = Array.from({ length: 5 }, longest);
    for (const markdown of before) db.insert(postVersions).values({ postId: id, markdown, writtenAt: new Date(), replacedById: tom.id }).run();
    return { id, before };
  });
  elsewhere = Array.from({ length: 190 }, (_, n) => put(other, 2 + n));
  db.update(threads).set({ lastNumber: 1_000 }).where(inArray(threads.id, [thread, other])).run();
});

/** Characters of other posts that were read, and compared, while something was done. */
function workOf(act: () => unknown): { read: number; compared: number } {
  const work = { read: 0, compared: 0 };
  const { toLowerCase, includes } = String.prototype;
  String.prototype.toLowerCase = function (this: string) { work.read += this.length; return toLowerCase.call(this); };
  String.prototype.includes = function (this: string, ...args) { work.compared += this.length; return includes.apply(this, args); };
  try { act(); } finally { Object.assign(String.prototype, { toLowerCase, includes }); }
  return work;
}
const save = (body: string) => {
  forgetLimits();
  let id = 0;
  const work = workOf(() => { id = createPost(rosa, { threadId: thread, body }).id; });
  const edited = workOf(() => editPost(rosa, { postId: id, body: `${body.slice(0, -2)}!` }));
  return { html: db.select({ html: posts.html }).from(posts).where(eq(posts.id, id)).get()?.html ?? '', read: Math.max(work.read, edited.read), compared: Math.max(work.compared, edited.compared) };
};
const of = (n: number) => quoted[n % quoted.length] ?? { id: 0, before: [] };
const wordsOf = (text: string | undefined, from: number, to: number) => (text ?? '').split(' ').slice(from, to);

test.each<[string, () => string]>([
  ['of more posts than may be named, in words that they never said', () => filled((n) => `> [x wrote](/posts/${of(n).id}):\n> no such words\n\n`)],
  ['of what they said long ago, one word at a time', () => filled((n) => `> [x wrote](/posts/${of(n % 4).id}):\n> ${wordsOf(of(n % 4).before[0], n * 9, n * 9 + 900).join('…')}\n\n`)],
  ['inside each other', () => filled((n) => `${Array.from({ length: 12 }, (_, depth) => `${'> '.repeat(depth + 1)}[x wrote](/posts/${of(n + depth).id}):\n`).join('>\n')}\n\n`, 12_000)],
])('quotations %s cost a save little', (_, body) => {
  const { html, read, compared } = save(body());
  expect(html).toContain('<blockquote>');
  expect(read).toBeLessThan(1_500_000);
  expect(compared).toBeLessThan(15_000_000);
});

test('quotations beside much that is hidden cost a save little, and what is hidden is still found', () => {
  const hidden = [...quoted.map(({ id }) => id), ...elsewhere];
  db.update(posts).set({ removedAt: new Date(), removedById: nadia.id }).where(inArray(posts.id, hidden)).run();
  db.update(posts).set({ removedAt: new Date(Date.now() + 1_000) }).where(eq(posts.id, of(59).id)).run();
  const said = wordsOf(db.select({ markdown: posts.markdown }).from(posts).where(eq(posts.id, of(59).id)).get()?.markdown, 30, 40).join(' ');
  const links = elsewhere.map((id) => `[a](/posts/${id})`).join(' ');
  const about = `\n\n> ${said}\n\n> [x wrote](/posts/${elsewhere.at(-1)}): nothing at all\n\n`;
  const { html, read, compared } = save(`${links}${about}${filled((n) => `> ${wordsOf(of(3).before[0], n * 4, n * 4 + 4).reverse().join(' ')}\n\nYes.\n\n`, most - links.length - about.length)}`);
  expect(html.match(/This quotation is not shown/g)).toHaveLength(2);
  expect([html.includes(said), html.includes('nothing at all')]).toEqual([false, false]);
  expect(read).toBeLessThan(3_000_000);
  expect(compared).toBeLessThan(15_000_000);
  db.update(posts).set({ removedAt: null, removedById: null }).where(inArray(posts.id, hidden)).run();
});

test('the history of a post that quotes much beside what is hidden costs a visitor little, and what was not looked at is not shown', () => {
  const hidden = quoted.map(({ id }) => id);
  db.update(posts).set({ removedAt: new Date(), removedById: nadia.id }).where(inArray(posts.id, hidden)).run();
  const versions = Array.from({ length: 11 }, (_, version) => filled((n) => `> ${wordsOf(of(3).before[version % 5], n * 4, n * 4 + 4).reverse().join(' ')}${version}\n\nYes.\n\n`));
  const write = (texts: readonly string[]) => {
    const id = createPost(rosa, { threadId: thread, body: `${texts[0]}` }).id;
    for (const markdown of texts.slice(1)) db.insert(postVersions).values({ postId: id, markdown, writtenAt: new Date(), replacedById: rosa.id }).run();
    return id;
  };
  forgetLimits();
  const [many, few] = [write(versions), write([...Array(10).fill(versions[1]), versions[0]])];
  const looks = [many, few].map((id) => {
    let history: ReturnType<typeof historyOfPost> | undefined;
    const work = workOf(() => { history = historyOfPost(null, id); });
    return { ...work, withheld: history?.withheld, versions: history?.versions.length };
  });
  expect(looks.map(({ withheld, versions: shown }) => [withheld, shown])).toEqual([[true, 0], [false, 10]]);
  for (const { read, compared } of looks) {
    expect(read).toBeLessThan(3_000_000);
    expect(compared).toBeLessThan(15_000_000);
  }
  db.update(posts).set({ removedAt: null, removedById: null }).where(inArray(posts.id, hidden)).run();
});

/** How often something was looked for in a text while this was done. */
function looksOf(act: () => unknown): number {
  let looks = 0;
  const { exec } = RegExp.prototype;
  RegExp.prototype.exec = function (this: RegExp, text: string) { looks++; return exec.call(this, text); };
  try { act(); } finally { RegExp.prototype.exec = exec; }
  return looks;
}

test.each<[string, string]>([
  ['empty, in each other', '> >\n>\n'], ['that begin with nothing that is seen', '> ---\n\n'], ['with links in them', '> [a](/posts/1)\n\n'], ['with empty links', '> [](/a)\n'], ['after links', '[](/a) [b](/a)\n\n> x\n\n'], ['deep', `${'> '.repeat(15)}[a wrote](/posts/1):\n\n`],
])('twice as many quotations cost twice as much: %s', (_, piece) => {
  const id = of(0).id;
  db.update(posts).set({ removedAt: new Date(), removedById: nadia.id }).where(inArray(posts.id, [id])).run();
  const most = Math.min(1_000, Math.floor(5_000 / piece.length));
  const costs = [most, 2 * most].map((n) => {
    forgetLimits();
    const body = `${piece.repeat(n)}\n\n[hidden](/posts/${id})`;
    let made = 0;
    return [
      looksOf(() => previewPost(rosa, { body })), looksOf(() => { made = createPost(rosa, { threadId: thread, body }).id; }),
      looksOf(() => editPost(rosa, { postId: made, body: `${body} again` })), looksOf(() => historyOfPost(null, made)),
    ];
  });
  costs[0]?.forEach((cost, at) => expect(costs[1]?.[at]).toBeLessThan(3 * cost + 2_000));
  db.update(posts).set({ removedAt: null, removedById: null }).where(inArray(posts.id, [id])).run();
});
