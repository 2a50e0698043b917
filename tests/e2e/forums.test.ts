import { beforeAll, describe, expect, inject, test } from 'vitest';
import { and, eq, isNotNull, desc, like } from 'drizzle-orm';
import { db, posts, threads } from '#db/client.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, type Thread } from '#domain/forum/threads.ts';
import { rendererVersion, renderMarkdown } from '#lib/markdown.ts';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';
import { forgetLimits } from '../support/cast.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();
let thread: Thread, long: Thread;

const path = (url: string) => url.replace(/#.*/, '');
const answer = async (address: string, headers: Record<string, string> = {}) => {
  const response = await fetch(hub.base + address, { redirect: 'manual', headers });
  return { status: response.status, location: response.headers.get('location'), type: response.headers.get('content-type'), text: await response.text() };
};

beforeAll(async () => {
  const [rosa, tom] = [(await enter('rosa')).member, (await enter('tom')).member];
  thread = createThread(rosa, { forum: 'operations', kind: 'question', title: 'Who calls back after a storm?', body: 'We have **nobody** for it.', themes: [] });
  for (const body of ['We have two people.', 'Pelicans do it here.', 'Another matter: the *heat* plan.', 'And heat again.']) createPost(tom, { threadId: thread.id, body });
  long = createThread(rosa, { forum: 'operations', kind: 'discussion', title: 'A thread of a thousand posts', body: 'The first of them.', themes: [] });
  const words = 'call centre request service resident agent department city county number phone data report time level agreement staff training budget knowledge article channel';
  const markdown = `${words}\n\n- ${words}\n- **${words.slice(0, 30)}** ${words}\n\n${words} ${words}`;
  const html = renderMarkdown(markdown);
  const insert = db.$client.prepare('insert into posts (thread_id, number, author_id, markdown, html, rendered_by, created_at) values (?, ?, ?, ?, ?, ?, ?)');
  db.$client.transaction(() => { for (let n = 2; n <= 1000; n++) insert.run(long.id, n, n % 2 ? rosa.id : tom.id, markdown, html, rendererVersion, Date.now()); }).immediate();
  db.update(threads).set({ postCount: 1000, lastNumber: 1000 }).where(eq(threads.id, long.id)).run();
});

describe('a thread', () => {
  test('of a thousand posts opens any page in at most 100 KB, for visitors, members and coordinators', async () => {
    for (const who of [null, 'tom', 'nadia'] as const) {
      const headers: Record<string, string> = who ? { cookie: (await enter(who)).header } : {};
      for (const page of [1, 25, 50]) {
        const { status, text } = await answer(`${long.url}?page=${page}`, headers);
        expect([status, text.match(/class="post"/g)?.length]).toEqual([200, 20]);
        expect(Buffer.byteLength(text), `${who} on page ${page}`).toBeLessThanOrEqual(100 * 1024);
      }
    }
  });

  test('is read without JavaScript: find in it, jump to the newest, go on to the next', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false, viewport: phone });
    await page.goto(hub.base + thread.url);
    await page.getByLabel('Find in this thread').fill('HEAT');
    await page.getByRole('button', { name: 'Find' }).click();
    expect(await page.getByRole('heading', { name: '2 posts have these words' }).count()).toBe(1);
    expect(await page.locator('.hit-list mark').allTextContents()).toEqual(['heat', 'heat']);
    await page.getByRole('link', { name: '#4' }).click();
    expect(page.url()).toBe(`${hub.base}${thread.url}#post-4`);
    await page.getByRole('link', { name: 'Newest post' }).click();
    expect(page.url()).toBe(`${hub.base}${thread.url}#post-5`);
    await page.getByRole('navigation', { name: 'Other threads' }).getByRole('link').last().click();
    expect(page.url()).toBe(hub.base + long.url);
  });

  test('is answered with a quotation and a reaction, without JavaScript', async () => {
    const { page, context } = await browser.open({ javaScriptEnabled: false });
    await context.addCookies([(await enter('rosa')).cookie]);
    await page.goto(hub.base + thread.url);
    await page.locator('#post-3').getByRole('link', { name: 'Quote' }).click();
    const area = page.getByLabel('Your reply');
    expect(await area.inputValue()).toMatch(/^> \[Tom Achterberg wrote\]\(\/posts\/\d+\):\n>\n> Pelicans do it here\.\n\n$/);
    await area.fill(`${await area.inputValue()}Do they?`);
    await page.getByRole('button', { name: 'Reply' }).click();
    await page.waitForURL('**#post-6');
    await page.locator('#post-6 blockquote').getByRole('link', { name: 'Tom Achterberg wrote' }).click();
    expect(page.url()).toBe(`${hub.base}${thread.url}#post-3`);

    await page.locator('#post-2').getByRole('button', { name: 'We do this too' }).click();
    expect(page.url()).toBe(`${hub.base}${thread.url}#post-2`);
    expect(await page.locator('#post-2').getByRole('button', { name: 'We do this too 1' }).getAttribute('aria-pressed')).toBe('true');
    await page.locator('#post-2').getByRole('link', { name: /^Who/ }).click();
    expect(await page.getByRole('listitem').filter({ hasText: 'Rosa Delgado' }).count()).toBe(1);
    await page.goto(hub.base + thread.url);
    await page.locator('#post-2').getByRole('button', { name: 'We do this too 1' }).click();
    expect(await page.locator('#post-2').getByRole('button', { name: 'We do this too' }).getAttribute('aria-pressed')).toBe('false');
  });

  test('with JavaScript the selected words go into what is being written', async () => {
    const { page, context } = await browser.open();
    await context.addCookies([(await enter('rosa')).cookie]);
    await page.goto(hub.base + thread.url);
    await page.getByLabel('Your reply').fill('Before.');
    await page.locator('#post-2 .prose p').evaluate((p) => getSelection()?.setBaseAndExtent(p.firstChild as Node, 8, p.firstChild as Node, 18));
    await page.locator('#post-2').getByRole('link', { name: 'Quote' }).click();
    expect(await page.getByLabel('Your reply').inputValue()).toMatch(/^Before\.\n\n> \[Tom Achterberg wrote\]\(\/posts\/\d+\):\n>\n> two people\n\n$/);
  });

  test('is closed and opened again by who started it', async () => {
    const { page, context } = await browser.open({ javaScriptEnabled: false });
    await context.addCookies([(await enter('rosa')).cookie]);
    await page.goto(hub.base + thread.url);
    await page.getByText('The question is settled').click();
    await page.getByLabel('How it was settled').fill('Two people, by rota.');
    await page.getByRole('button', { name: 'Close the thread' }).click();
    expect(await page.locator('.notice.success').textContent()).toContain('Two people, by rota.');
    await page.getByText('Open this thread again').click();
    await page.getByRole('button', { name: 'Open it again' }).click();
    expect(await page.getByLabel('Your reply').count()).toBe(1);
  });
});

test.each(['toString', 'constructor', '__proto__', 'nonsense'])('an address that names no act says nothing: %s', async (word) => {
  const answer = await fetch(`${hub.base}${thread.url}?done=${word}`);
  expect(answer.status).toBe(200);
  expect(await answer.text()).not.toMatch(/native code|object Object/);
});

test('coordinators keep the forums', async () => {
  const { page, context } = await browser.open({ expectErrors: /400|410/, javaScriptEnabled: false });
  await context.addCookies([(await enter('nadia')).cookie]);
  await page.goto(`${hub.base}/desk/forums`);
  await page.getByLabel('Name').fill('Night shifts');
  await page.getByLabel('What belongs here').fill('After ten in the evening.');
  await page.getByLabel('Who starts threads here').selectOption('coordinators');
  await page.getByRole('button', { name: 'Add the forum' }).click();
  expect(await page.locator('.flash').textContent()).toContain('Night shifts');
  await page.getByRole('button', { name: 'Up Night shifts' }).click();
  expect(page.url()).toContain('#forum-night-shifts');
  const visitor = await browser.open();
  await visitor.page.goto(`${hub.base}/forums/night-shifts`);
  expect(await visitor.page.getByText('Coordinators start the threads here; members reply.').count()).toBe(1);
  await page.goto(`${hub.base}/desk/forums/night-shifts`);
  await page.getByLabel('Reason').fill('Folded into operations.');
  await page.getByRole('button', { name: 'Close it' }).click();
  await visitor.page.goto(`${hub.base}/forums/night-shifts`);
  expect(await visitor.page.getByText('Folded into operations.').count()).toBe(1);
  await page.getByRole('button', { name: 'Take the forum away' }).click();
  expect((await answer('/forums/night-shifts')).status).toBe(410);
});

test('coordinators start a case of the week from a text to begin with', async () => {
  const { page, context } = await browser.open();
  await context.addCookies([(await enter('nadia')).cookie]);
  await page.goto(`${hub.base}/forums/new?forum=operations`);
  await page.getByRole('link', { name: 'a text to begin with' }).click();
  expect(await page.getByRole('textbox', { name: 'Text' }).inputValue()).toContain('What we would like to hear from you');
  await page.getByLabel('Title').fill('Case of the week: the flood that was not');
  await page.getByRole('button', { name: 'Start the thread' }).click();
  await page.waitForURL('**-case-of-the-week-the-flood-that-was-not');
  await page.goto(`${hub.base}/forums?kind=case-of-the-week`);
  expect(await page.locator('.thread').filter({ hasText: 'the flood that was not' }).count()).toBe(1);
});

test('a split and a merge are done and undone in the browser, and every address goes on leading somewhere', async () => {
  const { page, context } = await browser.open({ expectErrors: /400/, javaScriptEnabled: false });
  await context.addCookies([(await enter('nadia')).cookie]);
  const heat = db.select().from(posts).where(and(eq(posts.threadId, thread.id), eq(posts.number, 4))).get()?.id ?? 0;
  await page.goto(hub.base + thread.url);
  await page.getByText('Coordinate this thread').click();
  await page.getByRole('link', { name: 'Split: move posts' }).click();
  await page.getByLabel('Reason').fill('The heat is another question.');
  await page.getByRole('button', { name: 'Move the posts' }).click();
  expect(await page.locator('#posts-error').textContent()).toContain('at least one');
  await page.getByRole('checkbox', { name: /Another matter/ }).check();
  await page.getByRole('checkbox', { name: /heat again/ }).check();
  await page.getByLabel('Title of the new thread').fill('What does your heat plan say?');
  expect(await page.getByLabel('What it is').inputValue()).toBe('discussion');
  await page.getByRole('button', { name: 'Move the posts' }).click();
  await page.waitForURL('**-what-does-your-heat-plan-say?done=split');
  expect(await page.locator('.flash').textContent()).toContain('The posts stand here now');
  const made = new URL(page.url()).pathname;
  expect((await answer(`/posts/${heat}`)).location).toBe(`${made}#post-1`);
  expect((await answer(thread.url)).text).toContain('2 posts were moved to');

  await page.getByText('Coordinate this thread').click();
  await page.getByRole('link', { name: 'Merge into another' }).click();
  await page.getByLabel('Words of its title, its address or its number').fill('somewhere');
  await page.getByLabel('Reason').fill('Together after all.');
  await page.getByRole('button', { name: 'Merge', exact: true }).click();
  expect(await page.locator('#target-error').textContent()).toContain('Choose one of the threads');
  await page.getByRole('radio', { name: long.title }).check();
  await page.getByRole('button', { name: 'Merge', exact: true }).click();
  await page.waitForURL(`**${long.url}?done=merge`);
  expect(await page.locator('.flash').textContent()).toContain('one now');
  expect(await page.locator('.post-moved').first().textContent()).toMatch(/^“.+” was merged into this thread on .+: 2 posts\.$/);
  expect(await answer(made)).toMatchObject({ status: 301, location: long.url });
  expect(await answer(`${made}.atom`)).toMatchObject({ status: 301, location: `${long.url}.atom` });
  expect((await answer(`/posts/${heat}`)).location).toBe(`${long.url}?page=51#post-1001`);

  await page.getByText('Coordinate this thread').click();
  await page.getByRole('button', { name: /^Undo that .* merged two threads$/ }).click();
  expect(await page.locator('.flash').textContent()).toContain('undone');
  expect(page.url()).toContain(made);
  await page.goto(`${hub.base}/desk/acts`);
  await page.getByRole('button', { name: /^Undo that .* moved posts to another thread: Who calls back/ }).click();
  expect(await page.locator('.flash').textContent()).toContain('undone');
  expect((await answer(`/posts/${heat}`)).location).toBe(`${thread.url}#post-4`);
  expect((await answer(made)).location).toBe(thread.url);
  expect((await answer('/log')).text).toContain('undid: moved posts to another thread');
});

test('feeds stand beside what they follow, and say nothing a visitor may not see', async () => {
  const { status: gone } = await answer(`${(() => { const removed = db.select().from(threads).where(isNotNull(threads.forumId)).orderBy(desc(threads.id)).all().find((t) => t.removedAt !== null && t.postCount > 0); return removed ? findThread(null, removed.id).url : '/forums/operations/999999-none'; })()}.atom`);
  expect([404, 410]).toContain(gone);
  for (const address of ['/forums', '/forums/operations', path(thread.url), '/members/tom', '/themes/equity']) {
    const page = await answer(address);
    const atom = await answer(`${address}.atom`);
    const json = await answer(`${address}.json`);
    expect([atom.status, atom.type, json.status, json.type]).toEqual([200, 'application/atom+xml; charset=utf-8', 200, 'application/feed+json; charset=utf-8']);
    expect(page.text).toContain(`href="${address}.atom"`);
    const feed = JSON.parse(json.text) as { version: string; feed_url: string; items: { id: string; url: string; title: string; content_text: string }[] };
    expect(feed.feed_url).toMatch(new RegExp(`${address}\\.json$`));
    expect(feed.items.length).toBeGreaterThan(0);
    expect(new Set(feed.items.map((i) => i.id)).size).toBe(feed.items.length);
    expect(atom.text.match(/<entry>/g)).toHaveLength(feed.items.length);
  }
  expect((await answer('/forums/operations.rss')).status).toBe(404);
  const { items } = JSON.parse((await answer(`${thread.url}.json`)).text) as { items: { url: string; title: string; content_text: string }[] };
  expect(items.at(-1)).toMatchObject({ title: thread.title, content_text: 'We have nobody for it.' });
  expect(items[0]?.title).toBe(`Re: ${thread.title}`);
});

test('eight forms are sent twice at once: nothing twice, nothing lost', async () => {
  const { header, member } = await enter('tom');
  forgetLimits();
  const token = (n: number) => `double-${n}`;
  const send = (n: number) => fetch(`${hub.base}${thread.url}?_action=posts.create`, {
    method: 'POST', redirect: 'manual', headers: { cookie: header, origin: hub.base, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ threadId: String(thread.id), body: `Me too, ${n}.`, token: token(n) }),
  });
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => n).flatMap((n) => [send(n), send(n)]));
  const places = answers.map((response) => [response.status, response.headers.get('location')]);
  expect(places.map(([status]) => status)).toEqual(Array(16).fill(303));
  for (let n = 0; n < 8; n++) expect(places[n * 2]).toEqual(places[n * 2 + 1]);
  expect(new Set(places.map(([, location]) => location)).size).toBe(8);
  expect(db.select().from(posts).where(and(eq(posts.threadId, thread.id), like(posts.markdown, 'Me too, _.'), eq(posts.authorId, member.id))).all()).toHaveLength(8);
});

test.each([['desktop, light', desktop, 'light'], ['desktop, dark', desktop, 'dark'], ['phone, light', phone, 'light'], ['phone, dark', phone, 'dark']] as const)('the pages meet WCAG 2.2 AA on %s', async (_, viewport, colorScheme) => {
  const { page, context } = await browser.open({ viewport, colorScheme });
  await context.addCookies([(await enter('nadia')).cookie]);
  const heat = db.select().from(posts).where(eq(posts.threadId, thread.id)).get()?.id ?? 0;
  for (const address of ['/forums?show=mine&kind=question', '/forums/operations?show=new', `${thread.url}?quote=${heat}`, `${thread.url}?find=heat`, `${long.url}?page=25`, `/posts/${heat}/reactions`, '/desk/forums', '/desk/forums/operations', '/desk/acts', `/desk/threads/${thread.id}/split`, `/desk/threads/${thread.id}/merge`, '/forums/new?kind=case-of-the-week']) {
    await page.goto(hub.base + address);
    for (const details of await page.locator('main details').all()) await details.evaluate((e) => e.setAttribute('open', ''));
    expect(await axeViolations(page), address).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), address).toBe(0);
  }
});
