import { eq } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { attachments, attempts, collectionItems, collections, db, members, postFiles, posts, resources } from '#db/client.ts';
import { createComment } from '#domain/forum/comments.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { asMember } from '#domain/people/members.ts';
import { profileInput } from '#domain/profiles/editing.ts';
import type { Member } from '#domain/people/types.ts';
import { nameForSaving } from '#lib/file-kind.ts';
import { allPayloads } from '../fixtures/xss/payloads.ts';
import { useBrowser, useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

const batches = Array.from({ length: Math.ceil(allPayloads.length / 20) }, (_, n) => allPayloads.slice(n * 20, n * 20 + 20));
const cut = (text: string, most: number) => [...text].slice(0, most).join('').trim() || 'x';
const forgetLimits = () => db.delete(attempts).run();

/** A page on which everything that would run tells of itself. */
async function guarded(member?: { cookie: { name: string; value: string; url: string } }): Promise<Page> {
  const { page, context } = await browser.open();
  await watch(page);
  if (member) await context.addCookies([member.cookie]);
  page.on('dialog', (dialog) => { void dialog.dismiss(); throw new Error(`A dialog opened on ${page.url()}: ${dialog.message()}`); });
  return page;
}

/** Puts down in `__ran` what runs, and what the content security policy stops. */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const ran: string[] = [];
    Object.assign(window, { xss: () => { ran.push('a script'); }, __ran: ran });
    document.addEventListener('securitypolicyviolation', (event) => { ran.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`); });
  });
}

/** What of the page was not made by us: scripts that ran or were stopped, and whatever could run. */
function harmOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { __ran = ['the watch was thrown out'] } = window as unknown as { __ran?: string[] };
    const harm = [...__ran];
    for (const element of document.querySelectorAll('*')) {
      const name = element.localName;
      if (['iframe', 'object', 'embed', 'base', 'frame', 'applet', 'style', 'math', 'template', 'foreignobject', 'image', 'marquee', 'plaintext', 'xmp'].includes(name)) harm.push(`<${name}>`);
      if (name === 'script' && !(element instanceof HTMLScriptElement && (element.type === 'application/ld+json' || element.src.startsWith(`${location.origin}/`)))) harm.push(`script ${element.outerHTML.slice(0, 80)}`);
      if (name === 'svg' && !element.classList.contains('icon') && !element.closest('header, footer')) harm.push(`svg ${element.outerHTML.slice(0, 80)}`);
      if (name === 'meta' && element.hasAttribute('http-equiv')) harm.push('meta http-equiv');
      if (name === 'form' && new URL(element.getAttribute('action') ?? '', location.href).origin !== location.origin) harm.push(`form to ${element.getAttribute('action')}`);
      for (const { name: attribute, value } of element.attributes) {
        if (/^on|^style$|^srcdoc$|^formaction$/.test(attribute) && !(attribute === 'formaction' && value.startsWith('?_action='))) harm.push(`${attribute} of <${name}>: ${value.slice(0, 60)}`);
        if (['href', 'src', 'action', 'xlink:href', 'data', 'poster'].includes(attribute) && !/^(?:https?|mailto|tel):$/.test(new URL(value, location.href).protocol) && !(name === 'link' && value.startsWith('data:'))) harm.push(`${attribute} of <${name}>: ${value.slice(0, 60)}`);
      }
    }
    return harm;
  });
}

async function expectHarmless(page: Page, path: string): Promise<void> {
  await page.goto(hub.base + path);
  expect([path, await harmOn(page)]).toEqual([path, []]);
}

let writers: Member[];
let reader: Awaited<ReturnType<typeof enter>>;
beforeAll(async () => {
  reader = await enter('rosa');
  writers = allPayloads.map((payload, n) => {
    const profile = profileInput.safeParse({ name: cut(payload, 80), jobTitle: cut(payload, 80), place: cut(payload, 80) });
    return asMember(db.insert(members).values({ ...(profile.success ? profile.data : { name: 'x' }), email: `xss-${n}@test.example`, handle: `xss-${n}`, emailConfirmedAt: new Date(), listed: true }).returning().get());
  });
});
const writerOf = (payload: string) => { const writer = writers[allPayloads.indexOf(payload)]; if (!writer) throw new Error('Nobody.'); return writer; };

test('what watches the pages sees what runs, what is stopped, and what could run', async () => {
  const { page } = await browser.open({ expectErrors: /Content Security Policy/ });
  await watch(page);
  await page.goto(hub.base);
  expect(await harmOn(page)).toEqual([]);
  await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<img src="/favicon.svg" onload="xss()"><a href="javascript:xss()">x</a><iframe></iframe>');
    Reflect.get(window, 'xss')();
  });
  await page.waitForFunction(() => (Reflect.get(window, '__ran') as string[]).some((what) => what.startsWith('script-src')));
  const harm = await harmOn(page);
  for (const part of ['a script', 'script-src', 'onload of <img>', 'href of <a>', '<iframe>']) expect(harm.some((what) => what.startsWith(part)), part).toBe(true);
});

describe('three hundred hostile texts run nowhere', () => {
  test('as posts, names, job titles, places, file names and labels', async () => {
    const page = await guarded();
    for (const batch of batches) {
      forgetLimits();
      const [first = '', ...others] = batch;
      const thread = createThread(writerOf(first), threadInput.parse({ forum: 'community', kind: 'discussion', title: `${cut(first, 140)} as a title`, body: first }));
      for (const payload of others) createPost(writerOf(payload), { threadId: thread.id, body: payload });
      for (const { id, markdown } of db.select({ id: posts.id, markdown: posts.markdown }).from(posts).where(eq(posts.threadId, thread.id)).all()) {
        db.insert(postFiles).values([
          { postId: id, hash: 'a'.repeat(64), name: nameForSaving(markdown, 'csv'), label: cut(markdown, 300), mediaType: 'text/csv', size: 9, textState: 'none' },
          { postId: id, hash: 'b'.repeat(64), name: nameForSaving(markdown, 'csv'), label: cut(`"${markdown}`, 300), mediaType: 'text/csv', size: 9, textState: 'none' },
        ]).run();
      }
      await expectHarmless(page, thread.url);
      expect(await page.locator('.post').count()).toBe(batch.length);
      expect(await page.locator('.post-documents a').count()).toBe(batch.length * 2);
    }
  });

  test('as titles of threads, in lists and in search', async () => {
    const page = await guarded();
    for (const payload of allPayloads) {
      forgetLimits();
      createThread(writerOf(payload), threadInput.parse({ forum: 'measures', kind: 'discussion', title: `xylograph ${cut(payload, 130)}`, body: 'Nothing.' }));
    }
    for (let n = 1; n <= Math.ceil(allPayloads.length / 30); n++) await expectHarmless(page, `/forums/measures?page=${n}`);
    for (let n = 1; n <= 6; n++) await expectHarmless(page, `/search?q=xylograph&page=${n}`);
    for (const path of ['/forums', '/', '/members/xss-0', '/members/xss-30', '/members/xss-200']) await expectHarmless(page, path);
  });

  test('as comments on a resource, and names and labels of its files', async () => {
    const page = await guarded();
    const resource = db.select().from(resources).where(eq(resources.status, 'published')).limit(1).get();
    for (const payload of allPayloads) {
      forgetLimits();
      createComment(writerOf(payload), { resourceId: resource?.id ?? '', body: payload });
      db.insert(attachments).values({ resourceId: resource?.id ?? '', hash: String(allPayloads.indexOf(payload)).padStart(64, '0'), name: nameForSaving(payload, 'csv'), label: cut(payload, 200), mediaType: 'text/csv', size: 9, rights: 'cc-by', textState: 'none' }).run();
    }
    for (let n = 1; n <= batches.length; n++) await expectHarmless(page, `/library/${resource?.slug}?comments=${n}`);
    db.delete(attachments).run();
  });

  test('as titles, descriptions and notes of reading lists', async () => {
    const page = await guarded(reader);
    const works = db.select({ id: resources.id }).from(resources).where(eq(resources.status, 'published')).limit(20).all();
    for (const batch of batches) {
      const ids = batch.map((payload) => db.insert(collections).values({ ownerId: writerOf(payload).id, title: cut(payload, 120), slug: 'x', description: batch.join('\n\n'), visibility: 'public' }).returning({ id: collections.id }).get().id);
      batch.forEach((payload, n) => { db.insert(collectionItems).values({ collectionId: ids[0] ?? 0, resourceId: works[n % works.length]?.id ?? '', position: n, note: payload }).onConflictDoNothing().run(); });
      await expectHarmless(page, `/collections/${ids[0]}-x`);
    }
    for (let n = 1; n <= 6; n++) await expectHarmless(page, `/collections?page=${n}`);
    db.delete(collections).run();
  });

  test('as what is searched for', async () => {
    const page = await guarded();
    for (const payload of allPayloads.filter((_, n) => n % 3 === 0)) await expectHarmless(page, `/search?q=${encodeURIComponent(payload.toWellFormed())}`);
    for (const batch of batches) await expectHarmless(page, `/library?theme=${encodeURIComponent(batch[0]?.toWellFormed() ?? '')}&q=${encodeURIComponent(batch.join(' ').toWellFormed())}`);
  });

  test('in a preview, in a refused form and in a draft', async () => {
    const page = await guarded(reader);
    for (const batch of batches) {
      forgetLimits();
      await page.goto(`${hub.base}/forums/new`);
      await page.getByLabel('Title').fill(cut(batch[0] ?? '', 150));
      await page.locator('#body').fill(batch.join('\n\n'));
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.locator('#preview-title').waitFor();
      expect([batch[0], await harmOn(page)]).toEqual([batch[0], []]);
      await page.goto(`${hub.base}/forums/new?draft`);
      expect(await page.locator('#body').inputValue()).not.toBe('');
      expect([batch[0], await harmOn(page)]).toEqual([batch[0], []]);
    }
    await expectHarmless(page, '/account/drafts');
  });
});
