import { and, eq } from 'drizzle-orm';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { db, follows, mailStops, posts, sessions, threads } from '#db/client.ts';
import { removeThread } from '#domain/decisions/removing.ts';
import { closeThread } from '#domain/forum/closing.ts';
import { addForum } from '#domain/forum/keeping-forums.ts';
import { lockThread } from '#domain/forum/moderating.ts';
import { createPost, editPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import type { Thread } from '#domain/forum/threads.ts';
import { limitsForAll } from '#domain/people/limits.ts';
import { useBrowser, useCast } from '../support/browser.ts';
import { forgetLimits } from '../support/cast.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

let made = 0;
async function start(who: Parameters<typeof enter>[0] = 'nadia'): Promise<Thread> {
  const { member } = await enter(who);
  return createThread(member, { forum: 'measures', kind: 'discussion', title: `Which waits do you publish, part ${++made}?`, body: 'All of them.', themes: [] });
}
async function as(who: Parameters<typeof enter>[0], options: Parameters<typeof browser.open>[0] = {}) {
  const { member, cookie } = await enter(who);
  const { page, context } = await browser.open({ javaScriptEnabled: false, ...options });
  await context.addCookies([cookie]);
  return { member, page };
}
beforeAll(forgetLimits);

describe.each([['with JavaScript', true], ['without', false]])('sent, gone back and sent again, %s', (how, javaScriptEnabled) => {
  test('a reply is one post', async () => {
    forgetLimits();
    const thread = await start();
    const { member, page } = await as('tom', { javaScriptEnabled });
    const words = `We publish the median, ${how}.`;
    for (let n = 0; n < 2; n++) {
      if (n === 0) await page.goto(hub.base + thread.url); else await page.goBack();
      const body = page.getByLabel('Your reply');
      if (await body.inputValue() === '') await body.fill(words);
      await page.getByRole('button', { name: 'Reply', exact: true }).click();
      await page.waitForURL('**#post-2');
    }
    expect(db.select().from(posts).where(and(eq(posts.authorId, member.id), eq(posts.markdown, words))).all()).toHaveLength(1);
  });

  test('a thread is one thread, and its forum is chosen', async () => {
    forgetLimits();
    const { member, page } = await as('tom', { javaScriptEnabled, expectErrors: /400/ });
    const title = `Do you publish the median, ${how}?`;
    await page.goto(`${hub.base}/forums/new`);
    expect(await page.getByLabel('Forum', { exact: true }).evaluate((select: HTMLSelectElement) => [select.value, select.selectedOptions[0]?.textContent])).toEqual(['', 'Choose a forum']);
    await page.getByLabel('Title').fill(title);
    await page.getByLabel('Text', { exact: true }).fill('Or the mean?');
    await page.locator('#write').evaluate((form: HTMLFormElement) => { form.noValidate = true; });
    await page.getByRole('button', { name: 'Start the thread' }).click();
    await page.locator('#forum-error', { hasText: 'Please choose a forum.' }).waitFor();
    for (let n = 0; n < 2; n++) {
      if (n > 0) {
        await page.goto(`${hub.base}/forums/new?forum=measures`);
        await page.getByLabel('Title').fill(title);
        await page.getByLabel('Text', { exact: true }).fill('Or the mean?');
      }
      await page.getByLabel('Forum', { exact: true }).selectOption('measures');
      await page.getByRole('button', { name: 'Start the thread' }).click();
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    }
    expect(db.select().from(threads).where(and(eq(threads.authorId, member.id), eq(threads.title, title))).all()).toHaveLength(1);
  });
});

test('the page about trust has the limits for everybody', async () => {
  const { page } = await browser.open();
  await page.goto(`${hub.base}/trust`);
  const rows = await page.getByRole('region', { name: 'Limits for everybody' }).locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
  expect(rows).toEqual(limitsForAll().map(({ what, most }) => [what, most]));
});

test('an empty forum of coordinators invites them alone to start', async () => {
  const { member, page } = await as('nadia');
  const { slug } = addForum((await enter('abe')).member, { name: 'News of the hub', description: 'What changes here.', startedBy: 'coordinators', themes: [] });
  const rosa = (await as('rosa')).page;
  const visitor = (await browser.open()).page;
  for (const reader of [rosa, visitor]) {
    await reader.goto(`${hub.base}/forums/${slug}`);
    expect([await reader.getByText('Start the first one').count(), await reader.getByText('When there is one, you are welcome to reply.').count()]).toEqual([0, 1]);
  }
  expect(member.role).toBe('coordinator');
  await page.goto(`${hub.base}/forums/${slug}`);
  expect(await page.getByText('Start the first one').count()).toBe(1);
});

test('the form that edits a post says before anything is typed that its thread is locked; a hidden post can be put right there', async () => {
  forgetLimits();
  const thread = await start();
  const { member, page } = await as('rosa');
  const { id } = createPost(member, { threadId: thread.id, body: 'Maple and cedar.' });
  lockThread((await enter('nadia')).member, { threadId: thread.id, reason: 'It went in circles.' });
  await page.goto(hub.base + thread.url);
  expect(await page.locator('#post-2').getByRole('link', { name: /^Edit/ }).count()).toBe(0);
  await page.goto(`${hub.base}/posts/${id}/edit`);
  expect([await page.getByText('The reason given: It went in circles.').count(), await page.getByRole('button', { name: 'Save', exact: true }).count()]).toEqual([1, 0]);
  db.update(posts).set({ removedAt: new Date(), removedById: member.id, removedReason: 'Flagged.', hidden: true }).where(eq(posts.id, id)).run();
  await page.goto(hub.base + thread.url);
  await page.locator('#post-2').getByRole('link', { name: /^Edit/ }).click();
  await page.getByLabel('Your post').fill('Maple.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(`${hub.base}${thread.url}**`);
});

test('a thread that is locked and closed is said to be open only when it is both no longer', async () => {
  forgetLimits();
  const thread = await start('rosa');
  const { member, page } = await as('nadia');
  const done = async (button: string, sentence: string) => {
    await page.goto(hub.base + thread.url);
    const act = page.getByRole('button', { name: button, exact: true });
    if (!await act.isVisible()) await page.locator('summary', { hasText: button === 'Unlock' ? 'Coordinate this thread' : 'Open this thread again' }).click();
    if (button === 'Unlock') await page.locator('#unlock-reason').fill('It is calm again.');
    await act.click();
    await page.getByRole('status').filter({ hasText: sentence }).waitFor();
  };
  lockThread(member, { threadId: thread.id, reason: 'It went in circles.' });
  closeThread(member, { threadId: thread.id, reason: 'All is said.' });
  await done('Open it again', 'It is no longer closed; it stays locked.');
  closeThread(member, { threadId: thread.id, reason: 'All is said.' });
  await done('Unlock', 'It is no longer locked; it stays closed.');
  await done('Open it again', 'The thread is open again.');
  lockThread(member, { threadId: thread.id, reason: 'It went in circles.' });
  removeThread(member, { threadId: thread.id, reason: 'A resident is named.' });
  await done('Unlock', 'It is no longer locked; it stays out of view.');
});

test('of two windows that edit one post the second sees both texts and loses nothing', async () => {
  forgetLimits();
  const thread = await start();
  const { member, page } = await as('rosa', { expectErrors: /400/ });
  const { id } = createPost(member, { threadId: thread.id, body: 'First words.' });
  await page.goto(`${hub.base}/posts/${id}/edit`);
  editPost(member, { postId: id, body: 'Words of the other window.' });
  await page.getByLabel('Your post').fill('Words of this window.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { name: 'What the post says now' }).waitFor();
  expect(await page.locator('pre', { hasText: 'Words of the other window.' }).count()).toBe(1);
  expect(await page.getByLabel('Your post').inputValue()).toBe('Words of this window.');
  expect(db.select().from(posts).where(eq(posts.id, id)).get()?.markdown).toBe('Words of the other window.');
  await page.getByLabel('Your post').fill('Words of both windows.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.locator('#post-2', { hasText: 'Words of both windows.' }).waitFor();
});

test('a page past the end leads to the last one', async () => {
  forgetLimits();
  const thread = await start();
  const { member } = await enter('nadia');
  for (let n = 0; n < 21; n++) createPost(member, { threadId: thread.id, body: `Number ${n}.` });
  for (const [asked, to] of [['?page=999999', '?page=2'], ['?page=3', '?page=2'], ['?page=3&quote=13', '?quote=13&page=2']]) {
    const response = await fetch(hub.base + thread.url + asked, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, thread.url + to]);
  }
  expect((await fetch(`${hub.base}${thread.url}?page=2`, { redirect: 'manual' })).status).toBe(200);
  expect((await fetch(`${hub.base}${(await start()).url}?page=7`, { redirect: 'manual' })).headers.get('location')).not.toContain('page=');
});

test('the settings say near their heading what was just set', async () => {
  const thread = await start();
  const { member, page } = await as('tom');
  db.insert(follows).values({ memberId: member.id, kind: 'thread', ref: String(thread.id), level: 'tracking' }).run();
  db.insert(mailStops).values({ memberId: member.id, subject: `thread-${thread.id}` }).run();
  await page.goto(`${hub.base}/account/notifications`);
  expect(await page.getByText(`You get no more letters about “${thread.title}”`).count()).toBe(1);
  await page.getByLabel(thread.title, { exact: true }).selectOption('muted');
  await page.getByRole('button', { name: new RegExp(`^Set.*part ${made}`) }).click();
  expect(await page.locator('.notice', { hasText: `${thread.title}: Muted: you are told of nothing in it` }).count()).toBe(1);
  db.delete(mailStops).where(eq(mailStops.memberId, member.id)).run();
  db.delete(follows).where(and(eq(follows.memberId, member.id), eq(follows.ref, String(thread.id)))).run();
});

test('what is looked at or kept on a later page of a thread comes back on that page, also after signing in again', async () => {
  forgetLimits();
  const thread = await start();
  const { member, page } = await as('nadia', { expectErrors: /40[13]/ });
  for (let n = 2; n < 23; n++) createPost(member, { threadId: thread.id, body: `Number ${n}.` });
  const later = `${thread.url}?page=2`;
  await page.goto(hub.base + later);
  await page.getByLabel('Your reply').fill('Half a thought.');
  await page.getByRole('button', { name: 'Preview', exact: true }).click();
  await page.getByRole('heading', { name: /^Preview/ }).waitFor();
  expect(await page.locator('#post-22, #post-1').evaluateAll((all) => all.map(({ id }) => id))).toEqual(['post-22']);
  await page.getByRole('button', { name: 'Save draft' }).click();
  await page.waitForURL((url) => url.searchParams.has('draft'));
  expect(await page.locator('#post-22').count()).toBe(1);
  await page.getByRole('button', { name: 'Throw it away' }).click();
  await page.waitForURL((url) => url.pathname + url.search === later);
  await page.getByLabel('Your reply').fill('Another.');
  db.delete(sessions).where(eq(sessions.memberId, member.id)).run();
  await page.getByRole('button', { name: 'Reply', exact: true }).click();
  const next = await page.getByRole('link', { name: 'Sign in and go on writing' }).getAttribute('href');
  expect(new URL(String(next), hub.base).searchParams.get('next')).toBe(`${later}&draft#write`);
});
