import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { db, drafts, strayDrafts } from '#db/client.ts';
import { createPost, editPost, previewPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import type { Thread } from '#domain/forum/threads.ts';
import { endSessionsOf } from '#domain/people/sessions.ts';
import { axeViolations, phone, useBrowser, useCast } from '../support/browser.ts';
import { forgetLimits, password } from '../support/cast.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

let thread: Thread;
beforeAll(async () => {
  const { member } = await enter('tom');
  thread = createThread(member, { forum: 'measures', kind: 'question', title: 'Which repeat calls do you count?', body: 'All of them?', themes: [] });
});

const picture = async () => ({ name: 'IMG_0001.jpg', mimeType: 'image/jpeg', buffer: await sharp({ create: { width: 2400, height: 1200, channels: 3, background: '#386' } }).jpeg().toBuffer() });

describe('a session that ends while somebody writes', () => {
  test.each([['with JavaScript', true], ['without', false]])('costs no word, %s', async (how, javaScriptEnabled) => {
    forgetLimits();
    const { member, cookie } = await enter('rosa');
    const { page, context } = await browser.open({ javaScriptEnabled, expectErrors: /401|403/ });
    await context.addCookies([cookie]);
    await page.goto(hub.base + thread.url);
    const text = `Two hours of work, ${how}.\n\nWith **marks** & <signs>.`;
    endSessionsOf(member.id);
    await page.locator('#body').fill(text);
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    await page.getByText('You are not signed in any more').first().waitFor();
    expect(await page.locator('#body').inputValue()).toBe(text);
    expect((await context.cookies()).map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite])).toContainEqual(['hub_draft', true, 'Lax']);
    await page.getByRole('link', { name: 'Sign in and go on writing' }).click();
    await page.getByLabel('E-mail address').fill(member.email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This is your draft').waitFor();
    expect(await page.locator('#body').inputValue()).toBe(text);
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('hub_draft');
    // Forms of other journeys wait for an hour.
    expect(db.select().from(strayDrafts).all().filter(({ place }) => !place.startsWith('form:'))).toEqual([]);
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    await page.locator('.post', { hasText: `Two hours of work, ${how}.` }).waitFor();
    expect(await page.getByText('You have a draft').count()).toBe(0);
  });

  test('also in a new thread and in an edit', async () => {
    forgetLimits();
    const { member } = await enter('rosa');
    const { id } = createPost(member, { threadId: thread.id, body: 'To be edited.' });
    for (const [path, button] of [['/forums/new', 'Start the thread'], [`/posts/${id}/edit`, 'Save']] as const) {
      const { cookie } = await enter('rosa');
      const { page, context } = await browser.open({ expectErrors: /401|403/ });
      await context.addCookies([cookie]);
      await page.goto(hub.base + path);
      if (path === '/forums/new') {
        await page.getByLabel('Forum', { exact: true }).selectOption('measures');
        await page.getByLabel('Title').fill('Half a question here');
      }
      await page.locator('#body').fill(`Not lost from ${path}.`);
      endSessionsOf(member.id);
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.getByRole('link', { name: 'Sign in and go on writing' }).click();
      await page.getByLabel('E-mail address').fill(member.email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('This is your draft').waitFor();
      expect(await page.locator('#body').inputValue()).toBe(`Not lost from ${path}.`);
      if (path === '/forums/new') expect(await page.getByLabel('Title').inputValue()).toBe('Half a question here');
      await page.getByRole('button', { name: 'Throw it away' }).click();
      await page.waitForURL((url) => !url.search.includes('draft'));
    }
    // Whatever else this member has begun to write in other tests.
    expect(db.select().from(drafts).all().filter((d) => d.memberId === member.id && ['new-thread', `edit:${id}`].includes(d.place))).toEqual([]);
  });
});

describe('drafts', () => {
  test('are saved while somebody types, offered later, and listed', async () => {
    forgetLimits();
    const { cookie } = await enter('nadia');
    const { page, context } = await browser.open();
    await context.addCookies([cookie]);
    await page.goto(hub.base + thread.url);
    await page.locator('#body').fill('A thought that is not finished');
    await page.getByText(/^Draft saved \d\d:\d\d$/).waitFor();
    await page.goto(`${hub.base}/account/drafts`);
    await page.getByRole('link', { name: `A reply in “${thread.title}”` }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.goto(hub.base + thread.url);
    expect(await page.locator('#body').inputValue()).toBe('');
    await page.getByRole('link', { name: 'Use it' }).click();
    expect(await page.locator('#body').inputValue()).toBe('A thought that is not finished');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Throw it away' }).click();
    await page.waitForURL((url) => !url.search.includes('draft'));
    expect(await page.getByText('You have a draft').count()).toBe(0);
  });

  test('of one place stand beside each other: what is passed over is there still when another text is sent, without JavaScript', async () => {
    forgetLimits();
    const { cookie } = await enter('tom');
    const { page, context } = await browser.open({ javaScriptEnabled: false });
    await context.addCookies([cookie]);
    await page.goto(hub.base + thread.url);
    await page.locator('#body').fill('Two hours of work, not finished');
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('This is your draft').waitFor();
    await page.goto(hub.base + thread.url);
    await page.getByText('Left alone it stays among your drafts.').waitFor();
    await page.locator('#body').fill('Thanks, will do.');
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByText('You have a draft').waitFor();
    await page.goto(`${hub.base}/account/drafts`);
    expect(await page.locator('.post-source').allTextContents()).toEqual(['Thanks, will do.', 'Two hours of work, not finished']);
    await page.goto(hub.base + thread.url);
    await page.getByText('your drafts, with 1 more for the same place').waitFor();
    await page.getByRole('link', { name: 'Use it' }).click();
    expect(await page.locator('#body').inputValue()).toBe('Thanks, will do.');
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    await page.locator('.post', { hasText: 'Thanks, will do.' }).waitFor();
    await page.getByRole('link', { name: 'Use it' }).click();
    expect(await page.locator('#body').inputValue()).toBe('Two hours of work, not finished');
    await page.getByRole('button', { name: 'Throw it away' }).click();
    await page.waitForURL((url) => !url.search.includes('draft'));
    expect(await page.getByText('You have a draft').count()).toBe(0);
  });

  test('are saved by a button, and when a form is refused, without JavaScript', async () => {
    forgetLimits();
    const { cookie } = await enter('ines');
    const { page, context } = await browser.open({ javaScriptEnabled: false, expectErrors: /400/ });
    await context.addCookies([cookie]);
    await page.goto(hub.base + thread.url);
    await page.locator('#body').fill('Kept by hand');
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('This is your draft').waitFor();
    expect(await page.locator('#body').inputValue()).toBe('Kept by hand');
    await page.goto(`${hub.base}/forums/new`);
    await page.getByLabel('Forum', { exact: true }).selectOption('measures');
    await page.getByLabel('Title').fill('Short');
    await page.locator('#body').fill('Refused and kept');
    await page.getByRole('button', { name: 'Start the thread' }).click();
    await page.getByText('A few more words, please').first().waitFor();
    for (const button of ['Preview', 'Save draft']) {
      await page.goto(`${hub.base}/forums/new`);
      await page.getByRole('button', { name: button }).click();
      await page.getByText('You have a draft').waitFor();
      expect(await page.locator('#body').inputValue()).toBe('');
    }
    await page.goto(`${hub.base}/forums/new?draft`);
    expect([await page.getByLabel('Title').inputValue(), await page.locator('#body').inputValue()]).toEqual(['Short', 'Refused and kept']);
    await page.getByLabel('Title').fill('Kept, and sent in other words');
    await page.locator('#body').fill('Not refused any more');
    await page.getByRole('button', { name: 'Start the thread' }).click();
    await page.getByRole('heading', { level: 1, name: 'Kept, and sent in other words' }).waitFor();
    await page.goto(`${hub.base}/forums/new`);
    expect(await page.getByText('You have a draft').count()).toBe(0);
  });
});

describe('pictures and files', () => {
  test('come with a reply, described, without JavaScript, and go with an edit', async () => {
    forgetLimits();
    const { cookie } = await enter('rosa');
    const { page, context } = await browser.open({ javaScriptEnabled: false, viewport: phone, expectErrors: /400/ });
    await context.addCookies([cookie]);
    await page.goto(hub.base + thread.url);
    await page.locator('#body').fill('Look at the hours.');
    await page.getByText('Add pictures or files').click();
    await page.locator('#file1').setInputFiles(await picture());
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    await page.getByText('Say what the picture shows').first().waitFor();
    expect(await page.locator('#body').inputValue()).toBe('Look at the hours.');
    // The picture is here still; only what it shows was missing.
    await page.getByText('is here: you need not choose it again').waitFor();
    expect(await page.locator('.error-summary li').allTextContents()).toEqual(['Say what the picture shows, for those who cannot see it, or mark it as decoration.']);
    await page.locator('#label1').fill('Calls by hour: most at nine.');
    await page.locator('#file2').setInputFiles({ name: 'calls.csv', mimeType: 'text/csv', buffer: Buffer.from('hour,calls\n9,200\n') });
    await page.locator('#label2').fill('The numbers');
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    const image = page.getByAltText('Calls by hour: most at nine.');
    await image.scrollIntoViewIfNeeded();
    expect([await image.getAttribute('width'), await image.getAttribute('height'), await image.getAttribute('loading')]).toEqual(['2000', '1000', 'lazy']);
    const file = await fetch(hub.base + await image.getAttribute('src'));
    expect([file.status, file.headers.get('content-type'), file.headers.get('content-security-policy')]).toEqual([200, 'image/jpeg', expect.stringContaining('sandbox')]);
    expect(await page.getByRole('link', { name: 'The numbers (CSV table' }).count()).toBe(1);
    await page.locator('.post', { hasText: 'Look at the hours.' }).getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Calls by hour').check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('link', { name: 'The numbers (CSV table' }).waitFor();
    expect(await page.getByAltText('Calls by hour: most at nine.').count()).toBe(0);
    expect((await fetch(hub.base + await page.getByRole('link', { name: 'The numbers (CSV table' }).getAttribute('href'))).headers.get('content-disposition')).toContain('attachment');
  });

  test('too large for the hub cost nobody their words, without JavaScript, and a preview is read from its heading', async () => {
    forgetLimits();
    const { cookie } = await enter('rosa');
    const { page, context } = await browser.open({ javaScriptEnabled: false, viewport: phone, expectErrors: /400/ });
    await context.addCookies([cookie]);
    await page.goto(hub.base + thread.url);
    await page.locator('#body').fill('Words that took me an hour.');
    await page.getByText('Add pictures or files').click();
    const folder = mkdtempSync(join(tmpdir(), 'hub-large-'));
    writeFileSync(join(folder, 'report.pdf'), Buffer.alloc(40 * 1024 * 1024, 'a'));
    await page.locator('#file1').setInputFiles(join(folder, 'report.pdf'));
    await page.locator('#label1').fill('The whole report');
    await page.getByRole('button', { name: 'Reply', exact: true }).click();
    await page.getByText('This file is too large: the hub takes at most 25 megabytes.').first().waitFor();
    rmSync(folder, { recursive: true });
    expect([await page.locator('#body').inputValue(), await page.locator('#label1').inputValue()]).toEqual(['Words that took me an hour.', 'The whole report']);
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByRole('heading', { name: 'Preview: only you see it so far' }).waitFor();
    expect(await page.locator('h2:focus').textContent()).toBe('Preview: only you see it so far');
    expect(await page.locator('#body').inputValue()).toBe('Words that took me an hour.');
  });

  test('larger than a megabyte is taken from members and refused in words from others', async () => {
    forgetLimits();
    const { header } = await enter('rosa');
    const noise = await sharp({ create: { width: 1500, height: 1100, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 60 } } }).png().toBuffer();
    expect(noise.length).toBeGreaterThan(1_100_000);
    const send = (cookie: string) => {
      const form = new FormData();
      for (const [name, value] of [['threadId', String(thread.id)], ['body', 'A large picture.'], ['label', 'Noise']] as const) form.append(name, value);
      form.append('file', new File([new Uint8Array(noise)], 'noise.png'));
      return fetch(`${hub.base}${thread.url}?_action=posts.create`, { method: 'POST', body: form, redirect: 'manual', headers: { origin: hub.base, cookie } });
    };
    expect((await send(header)).status).toBe(303);
    expect((await send('hub_session=made-up')).status).toBe(413);
  });
});

describe('the toolbar', () => {
  test('is one stop of the Tab key, and arrows, Home and End go through it', async () => {
    const { cookie } = await enter('rosa');
    const { page, context } = await browser.open();
    await context.addCookies([cookie]);
    await page.goto(`${hub.base}/forums/new`);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.id);
    await page.getByRole('button', { name: 'Bold' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('Italic');
    await page.keyboard.press('End');
    expect(await focused()).toBe('Picture or file');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('Bold');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    expect(await focused()).toBe('Table');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('body');
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('Table');
    await page.keyboard.press('Enter');
    expect(await page.locator('#body').inputValue()).toMatch(/^\| Heading \| Heading \|\n\| --- \| --- \|/);
  });

  test.each([
    ['Bold', 'word', '**word**'], ['Italic', 'word', '*word*'], ['Link', 'word', '[word](https://)'], ['Quote', 'a\nb', '> a\n> b'], ['List', 'a\nb', '- a\n- b'], ['Numbered list', 'a\nb', '1. a\n2. b'], ['Code', 'x', '`x`'], ['Code', 'a\nb', '```\na\nb\n```'],
  ])('%s makes of %j %j', async (button, before, after) => {
    const { cookie } = await enter('rosa');
    const { page, context } = await browser.open();
    await context.addCookies([cookie]);
    await page.goto(`${hub.base}/forums/new`);
    await page.locator('#body').fill(before);
    await page.locator('#body').selectText();
    await page.getByRole('toolbar').getByRole('button', { name: button, exact: true }).click();
    expect(await page.locator('#body').inputValue()).toBe(after);
  });

  test('puts a table behind the line, not between two stars', async () => {
    const { cookie } = await enter('rosa');
    const { page, context } = await browser.open();
    await context.addCookies([cookie]);
    await page.goto(`${hub.base}/forums/new`);
    await page.locator('#body').fill('Before');
    for (const name of ['Bold', 'Table']) await page.getByRole('toolbar').getByRole('button', { name, exact: true }).click();
    expect(await page.locator('#body').inputValue()).toMatch(/^Before\*\*\*\*\n\n\| Heading/);
  });

  test('opens the fields for files', async () => {
    const { cookie } = await enter('rosa');
    const { page, context } = await browser.open();
    await context.addCookies([cookie]);
    await page.goto(`${hub.base}/forums/new`);
    await page.getByRole('button', { name: 'Picture or file' }).click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('file1');
    expect(await axeViolations(page)).toEqual([]);
  });
});

test('what a post said before is a page that everybody reads', async () => {
  forgetLimits();
  const { member } = await enter('tom');
  const { id } = createPost(member, { threadId: thread.id, body: 'We count two days.' });
  editPost(member, { postId: id, body: 'We count three days.' });
  const { page } = await browser.open();
  await page.goto(`${hub.base}/posts/${id}/history`);
  expect([await page.locator('ins').innerText(), await page.locator('del').innerText()]).toEqual([expect.stringContaining('three'), expect.stringContaining('two')]);
  expect(await axeViolations(page)).toEqual([]);
  // On a phone what changed has the whole width.
  await page.setViewportSize(phone);
  const widths = await page.locator('.version-diff').evaluate((table) => [table.querySelector('td')?.clientWidth ?? 0, table.clientWidth]);
  expect(widths[0]).toBe(widths[1]);
  expect(await axeViolations(page)).toEqual([]);
});

test('a quotation put into what is written already is the post as it was typed, without its footnotes and quotations', async () => {
  forgetLimits();
  const { member } = await enter('tom');
  const { url } = createPost(member, { threadId: thread.id, body: '> By others\n\nWe count repeats.[^1]\n\n~~Twice~~ a year, H~2~O: /forums/operations/1\n\n```\n> code\n```\n\n[^1]: A note of my own.' });
  const { page, context } = await browser.open();
  await context.addCookies([(await enter('rosa')).cookie]);
  await page.goto(hub.base + url);
  await page.locator('#body').fill('I think so too.');
  await page.locator('.post', { hasText: 'We count repeats.' }).getByRole('link', { name: /^Quote/ }).click();
  await expect.poll(() => page.locator('#body').inputValue()).toMatch(/^I think so too\.\n\n> \[Tom Achterberg wrote\]\(\/posts\/\d+\):\n>\n> We count repeats\.\n>\n> ~~Twice~~ a year, H~2~O: \/forums\/operations\/1\n>\n> ```\n> > code\n> ```\n\n$/);
  expect(await page.locator('.footnotes').last().isVisible()).toBe(true);
});

test('a selection of items, of rows and of numbered words is quoted under the name of its writer', async () => {
  forgetLimits();
  const { member } = await enter('tom');
  const { url } = createPost(member, { threadId: thread.id, body: '2\\. Vendors\n\nWe ask them all.\n\n7. Acme\n8. Bolt\n   1. Paper\n   2. Ink\n9. Crux\n\n| Name | Yes | No |\n|---|---|---|\n| Ann | x | y |\n| Bob | y | x |' });
  const { page, context } = await browser.open();
  await context.addCookies([(await enter('rosa')).cookie]);
  await page.goto(hub.base + url);
  const post = page.locator('.post', { hasText: 'We ask them all.' });
  for (const [from, to] of [['p:first-child', 'p:nth-child(2)'], ['ol > li:nth-child(2)', 'ol > li:nth-child(3)'], ['tbody tr:nth-child(1)', 'tbody tr:nth-child(2)']] as const) {
    await post.locator('.prose').evaluate((prose, [first, last]) => {
      const [start, end] = [prose.querySelector(first), prose.querySelector(last)];
      getSelection()?.setBaseAndExtent(start as Node, 0, end as Node, end?.childNodes.length ?? 0);
    }, [from, to] as const);
    await page.locator('#body').evaluate((area: HTMLTextAreaElement) => { area.value = ''; });
    await post.getByRole('link', { name: /^Quote/ }).click();
    const quotation = await page.locator('#body').inputValue();
    expect([quotation, previewPost(member, { body: quotation }).html]).toEqual([expect.stringMatching(/^> \[Tom Achterberg wrote\]/), expect.stringContaining('class="said-by"')]);
  }
});

test('typing @ offers members; the keyboard takes one, and Escape leaves what was typed', async () => {
  forgetLimits();
  const { cookie } = await enter('rosa');
  const { page, context } = await browser.open();
  await context.addCookies([cookie]);
  await page.goto(hub.base + thread.url);
  const area = page.locator('#body');
  await area.pressSequentially('Ask @achterb');
  await page.getByRole('option', { name: /Tom Achterberg @tom/ }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  // Other journeys have members of that name too.
  const tom = page.getByRole('option', { name: /Tom Achterberg @tom/ });
  while (await tom.getAttribute('aria-selected') !== 'true') await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(await area.inputValue()).toBe('Ask @tom ');
  await area.pressSequentially('or @to');
  await page.getByRole('listbox', { name: 'Members to mention' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  expect(await area.inputValue()).toBe('Ask @tom or @to\n');
  await area.pressSequentially('mail a@to');
  await page.waitForTimeout(400);
  expect(await page.getByRole('listbox', { name: 'Members to mention' }).isVisible()).toBe(false);
});
