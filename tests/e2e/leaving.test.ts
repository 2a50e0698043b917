import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { db, members, outbox } from '#db/client.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { startSession } from '#domain/people/sessions.ts';
import type { Member } from '#domain/people/types.ts';
import { zipEntries } from '#lib/zip-entries.ts';
import { axeViolations, phone, useBrowser, useCast } from '../support/browser.ts';
import { ownMember } from '../support/members.ts';

const hub = inject('demo');
useCast(hub);
const browser = useBrowser();
let una: Member, lou: Member;
let thread = { id: 0, url: '' };

const cookieOf = async (member: Member) => {
  const { name, value } = await startSession(member.id, 'a test');
  return { name, value, url: hub.base };
};
/** A page without JavaScript, of a member who has just signed in. */
const openAs = async (member: Member, options: object = {}) => {
  const opened = await browser.open({ javaScriptEnabled: false, ...options });
  await opened.context.addCookies([await cookieOf(member)]);
  return opened.page;
};

beforeAll(async () => {
  [una, lou] = [await ownMember('Una Stillwater', 'una-stillwater'), await ownMember('Lou Parting', 'lou-parting')];
  thread = createThread(lou, { forum: 'measures', kind: 'question', title: 'Which numbers does a council read', body: 'Ours reads the first page only.', themes: [], token: undefined });
  createPost(una, { threadId: thread.id, body: 'Ours asks @lou-parting for a chart.', token: undefined });
});

describe('without JavaScript', () => {
  test('somebody is blocked on their page, folded where they wrote, and unblocked from the list', async () => {
    const page = await openAs(una);
    await page.goto(`${hub.base}/members/lou-parting`);
    await page.getByRole('button', { name: 'Block Lou Parting' }).click();
    await page.getByText('You blocked this member').waitFor();
    await page.goto(hub.base + thread.url);
    const fold = page.getByText('You blocked this member. Show it anyway');
    expect(await page.getByText('Ours reads the first page only.').isVisible()).toBe(false);
    await fold.click();
    expect(await page.getByText('Ours reads the first page only.').isVisible()).toBe(true);
    await page.goto(`${hub.base}/account/blocked`);
    await page.getByRole('button', { name: 'Unblock Lou Parting' }).click();
    await page.getByText('Unblocked.').waitFor();
    await page.goto(hub.base + thread.url);
    expect(await page.getByText('Ours reads the first page only.').isVisible()).toBe(true);
  });

  test('somebody takes everything with them, and leaves; the thread still makes sense', async () => {
    const page = await openAs(lou, { expectErrors: /400/ });
    await page.goto(`${hub.base}/account/export`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the zip file' }).click()]);
    const parts: Buffer[] = [];
    for await (const part of await download.createReadStream()) parts.push(part as Buffer);
    expect(download.suggestedFilename()).toBe('lou-parting.zip');
    expect(zipEntries(Buffer.concat(parts)).map(({ name }) => name)).toEqual(expect.arrayContaining(['README.md', 'data/posts.json', 'text/posts.md']));

    await page.goto(`${hub.base}/account/leave`);
    await page.getByRole('group', { name: 'Your threads and posts' }).getByLabel('Delete them').check();
    await page.getByLabel(/Type your handle/).fill('lou');
    await page.getByRole('button', { name: 'Leave for good' }).click();
    await page.getByText('Please type lou-parting').first().waitFor();
    // What was chosen is still chosen.
    expect(await page.getByRole('group', { name: 'Your threads and posts' }).getByLabel('Delete them').isChecked()).toBe(true);
    await page.getByLabel(/Type your handle/).fill('lou-parting');
    await page.getByRole('button', { name: 'Leave for good' }).click();
    await page.getByRole('heading', { name: 'You have left' }).waitFor();
    expect(page.url()).toBe(`${hub.base}/left`);
    await page.goto(`${hub.base}/account`);
    expect(page.url()).toContain('/sign-in');

    await page.goto(hub.base + thread.url);
    expect(await page.getByText('Removed by its author.').count()).toBe(1);
    expect(await page.getByText('A former member').count()).toBeGreaterThan(0);
    expect(await page.getByText('Ours asks a former member for a chart.').count()).toBe(1);
    for (const address of [thread.url, `${thread.url}.atom`, '/members', '/search?q=parting', '/forums/measures', '/log']) expect([address, await (await fetch(hub.base + address)).text()]).toEqual([address, expect.not.stringMatching(/Lou Parting|lou-parting/)]);
    expect((await fetch(`${hub.base}/members/lou-parting`)).status).toBe(404);
    // Without a mail server the last letter is in no file, and soon in no table.
    await expect.poll(() => db.select().from(outbox).where(eq(outbox.to, lou.email)).all(), { timeout: 15_000 }).toEqual([]);
    expect((existsSync(join(hub.folder, 'mail')) ? readdirSync(join(hub.folder, 'mail')) : []).filter((file) => file.endsWith(`-${lou.email}.eml`))).toEqual([]);
    expect(db.select().from(members).where(eq(members.email, lou.email)).all()).toEqual([]);
  });

  test('without a fresh proof both ask for one first', async () => {
    const page = await openAs(una);
    db.$client.prepare('update sessions set proved_at = null where member_id = ?').run(una.id);
    for (const path of ['/account/export', '/account/leave']) {
      await page.goto(hub.base + path);
      expect(page.url()).toBe(`${hub.base}/account/prove?next=${encodeURIComponent(path)}`);
    }
  });

  test('a proof that grew too old meanwhile can be given again, and what was chosen and typed is still there', async () => {
    for (const [path, label, words, send] of [['/account/leave', /^Type your handle/, 'not-my-handle', 'Leave for good'], ['/account/email', 'New e-mail address', 'una@new.example', 'Send the link']] as const) {
      const { page, context } = await browser.open({ javaScriptEnabled: false, expectErrors: /403/ });
      await context.addCookies([await cookieOf(una)]);
      await page.goto(hub.base + path);
      await page.getByLabel(label).fill(words);
      db.$client.prepare('update sessions set proved_at = null where member_id = ?').run(una.id);
      await page.getByRole('button', { name: send }).click();
      await page.getByText('For your safety this takes a proof').waitFor();
      expect(await page.getByLabel(label).inputValue()).toBe(words);
      expect(await page.getByRole('link', { name: 'Show that it is you' }).getAttribute('href')).toBe(`/account/prove?next=${encodeURIComponent(path)}`);
    }
  });
});

test.each(['/account/blocked', '/account/export', '/account/leave', '/members/una-stillwater', '/left'])('%s is accessible, on a phone too', async (path) => {
  const { page, context } = await browser.open();
  // Whoever has left is signed out.
  if (path !== '/left') await context.addCookies([await cookieOf(una)]);
  for (const viewport of [{ width: 1280, height: 900 }, phone]) {
    await page.setViewportSize(viewport);
    await page.goto(hub.base + path);
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/${path.replaceAll('/', '_')}-${viewport.width}.png`, fullPage: true });
  }
});
