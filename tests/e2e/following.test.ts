import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { db, follows, mailStops, members, notifications, outbox, transaction } from '#db/client.ts';
import { mailNotifications } from '#domain/forum/notification-letters.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

/** Rosa follows a thread of Tom's; told in order, each step stands on the one before. No step needs a script. */
describe('following a thread, from choosing it to stopping its letters', () => {
  let rosa: Awaited<ReturnType<typeof enter>>;
  let tom: Awaited<ReturnType<typeof enter>>;
  const thread = { id: 0, url: '' };
  beforeAll(async () => {
    [rosa, tom] = [await enter('rosa'), await enter('tom')];
    for (const table of [notifications, follows, mailStops]) db.delete(table).where(eq(table.memberId, rosa.member.id)).run();
    const made = createThread(tom.member, threadInput.parse({ forum: 'community', title: 'How long do you keep call recordings', body: 'We keep them for ninety days.', themes: [] }));
    Object.assign(thread, { id: made.id, url: made.url });
  });
  afterAll(() => { db.delete(mailStops).where(eq(mailStops.memberId, rosa.member.id)).run(); });
  const signedIn = async (options: Parameters<typeof browser.open>[0] = {}) => {
    const { page, context } = await browser.open({ javaScriptEnabled: false, ...options });
    await context.addCookies([rosa.cookie]);
    return page;
  };

  test('the menu of a phone has its lines in one alignment, each on one line', async () => {
    const { page, context } = await browser.open({ viewport: { width: 360, height: 740 } });
    await context.addCookies([rosa.cookie]);
    await page.goto(hub.base);
    await page.getByRole('button', { name: 'Menu' }).click();
    const boxes = await page.locator('#menu :is(.account a, .account button, .nav a)').evaluateAll((all) => all.map((line) => {
      const style = getComputedStyle(line);
      const box = line.getBoundingClientRect();
      return { text: line.textContent?.trim() ?? '', left: Math.round(box.left + parseFloat(style.paddingLeft) + parseFloat(style.borderLeftWidth)), lines: Math.round((box.height - 12) / 20), bottom: box.bottom };
    }));
    const first = boxes.find(({ text }) => text === 'Library')?.left;
    const columns = [...new Set(boxes.map(({ left }) => left))];
    expect(columns.length, JSON.stringify(boxes)).toBeLessThanOrEqual(2);
    expect(columns).toContain(first);
    expect(await page.locator('#menu form button').evaluate((button) => button.getClientRects().length === 1 && button.scrollHeight <= 44)).toBe(true);
  });

  test('she opens it, sees what is unread, and follows it', async () => {
    const page = await signedIn();
    await page.goto(`${hub.base}/forums/community`);
    const row = page.locator('.thread', { hasText: 'How long do you keep call recordings' });
    expect(await row.getByText('1 unread').count()).toBe(1);
    await page.goto(hub.base + thread.url);
    await page.getByLabel(/^Follow/).selectOption('following');
    await page.getByRole('button', { name: /^Set/ }).click();
    await page.waitForURL(`**${thread.url}?set=*`);
    expect(await page.getByLabel(/^Follow/).inputValue()).toBe('following');
    expect(await page.locator('.follow [role=status]').textContent()).toContain('From now on you are told of every reply');
    await page.goto(`${hub.base}/forums/community`);
    expect(await row.getByText('1 unread').count()).toBe(0);
  });

  test('Tom adds to it: the bell tells her, leads to the post, and is quiet again', async () => {
    createPost(tom.member, { threadId: thread.id, body: 'Make it a hundred and twenty.' });
    const page = await signedIn();
    await page.goto(hub.base);
    const bell = page.locator('.bell');
    expect((await bell.innerText()).trim()).toMatch(/^1\b/);
    expect(await page.getByRole('link', { name: '1 unread' }).count()).toBe(1);
    await page.goto(`${hub.base}/account/inbox`);
    await page.getByText('You are told because you follow this thread.').waitFor();
    await page.getByRole('link', { name: 'Tom Achterberg replied in “How long do you keep call recordings”' }).click();
    await page.waitForURL(`**${thread.url}#post-2`);
    expect((await bell.innerText()).trim()).toBe('No new notifications');
  });

  test('what she has not read is mailed, and the mail program stops it with one POST', async () => {
    createPost(tom.member, { threadId: thread.id, body: 'Or a hundred and fifty.' });
    // At once, or the hub has sent the letter and forgotten its words.
    const letter = transaction(() => {
      expect(mailNotifications(rosa.member.id, new Date(Date.now() + 3 * 60_000))).toBe(1);
      return db.select().from(outbox).where(eq(outbox.to, rosa.member.email)).all().find(({ subject }) => subject.startsWith('Re: How long'));
    });
    expect(letter?.text).toContain('> Or a hundred and fifty.');
    const url = /^<https?:\/\/[^/]+(\/unsubscribe\/\S+)>$/.exec(letter?.headers?.['List-Unsubscribe'] ?? '')?.[1] ?? '';
    const answer = await fetch(hub.base + url, { method: 'POST', body: 'List-Unsubscribe=One-Click', headers: { 'content-type': 'application/x-www-form-urlencoded' }, redirect: 'manual' });
    expect(answer.status).toBe(200);
    createPost(tom.member, { threadId: thread.id, body: 'Two hundred.' });
    expect(mailNotifications(rosa.member.id, new Date(Date.now() + 3 * 60_000))).toBe(0);
    const page = await signedIn();
    await page.goto(`${hub.base}/account/notifications`);
    await page.getByText('You get no more letters about “How long do you keep call recordings”.').waitFor();
    await page.getByRole('button', { name: 'Send them again' }).click();
    await page.getByText('These letters come again.').waitFor();
  });

  test('she changes when she is written to, and how closely she follows, on one page', async () => {
    const page = await signedIn();
    await page.goto(`${hub.base}/account/notifications`);
    await page.getByLabel('Letters about what you are told').selectOption('daily');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await page.getByLabel('Letters about what you are told').inputValue()).toBe('daily');
    const level = page.getByLabel('How long do you keep call recordings', { exact: true });
    await level.selectOption('muted');
    await page.getByRole('button', { name: /^Set ?: How long/ }).click();
    await page.waitForURL('**/account/notifications?set=*');
    expect(await level.inputValue()).toBe('muted');
    expect(await page.locator('.follow [role=status]').textContent()).toContain('Muted');
    await page.goto(`${hub.base}/forums/community`);
    expect(await page.getByText('How long do you keep call recordings').count()).toBe(0);
    await page.goto(hub.base + thread.url);
    await page.getByLabel(/^Follow/).selectOption('tracking');
    await page.getByRole('button', { name: /^Set/ }).click();
  });

  test('marks a forum and everything as read', async () => {
    db.update(members).set({ createdAt: new Date(Date.now() - 50 * 86_400_000) }).where(eq(members.id, rosa.member.id)).run();
    const page = await signedIn();
    await page.goto(`${hub.base}/forums`);
    await page.getByText(/threads? unread/).first().waitFor();
    await page.goto(`${hub.base}/forums/community`);
    await page.getByRole('button', { name: 'Mark all in this forum as read' }).click();
    await page.waitForURL('**/forums/community');
    expect(await page.getByText(/\d unread/).count()).toBe(0);
    await page.goto(`${hub.base}/forums`);
    const everything = page.getByRole('button', { name: 'Mark everything as read' });
    if (await everything.count()) await everything.click();
    await page.waitForURL('**/forums');
    expect(await page.getByText(/threads? unread/).count()).toBe(0);
  });

  test.each([['desktop', desktop, 'light'], ['phone', phone, 'dark']] as const)('its pages are accessible on a %s', async (_, viewport, colorScheme) => {
    createPost(tom.member, { threadId: thread.id, body: `For a ${colorScheme} look.` });
    const page = await signedIn({ viewport, colorScheme, javaScriptEnabled: true });
    for (const path of ['/account/inbox', '/account/notifications', '/forums', '/forums/community', thread.url, '/members/tom', '/themes/equity']) {
      await page.goto(hub.base + path);
      expect(await axeViolations(page), path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), path).toBeLessThanOrEqual(0);
    }
  });

  test('a visitor is shown none of it', async () => {
    for (const path of ['/forums', '/forums/community', thread.url]) {
      const html = await (await fetch(hub.base + path)).text();
      expect(html).not.toContain('class="follow');
      expect(html).not.toContain('class="bell"');
      expect(html).not.toMatch(/\d unread/);
    }
  });
});
