import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();
const list = { id: '', url: '' };
const titles = (page: Page) => page.locator('.collection-item h3').allTextContents();

/** Rosa's reading list from its beginning, told in order: each step stands on the one before. No step but the first needs a script. */
describe('a reading list, from saving a work to a colleague’s BibTeX file', () => {
  let cookie: Awaited<ReturnType<typeof enter>>['cookie'];
  beforeAll(async () => { ({ cookie } = await enter('rosa')); });
  const signedIn = async (options: Parameters<typeof browser.open>[0] = {}) => {
    const { page, context } = await browser.open(options);
    await context.addCookies([cookie]);
    return page;
  };

  test('a visitor is sent to sign in and comes back to the work', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.base}/library/mazerolle2002managing`);
    const link = page.getByRole('link', { name: 'Sign in to save' });
    expect(await link.getAttribute('href')).toBe('/sign-in?next=%2Flibrary%2Fmazerolle2002managing');
    expect(await page.getByRole('button', { name: /^Save/ }).count()).toBe(0);
  });

  test('a member saves a work and finds it again', async () => {
    const page = await signedIn();
    await page.goto(`${hub.base}/library/mazerolle2002managing`);
    const save = page.getByRole('button', { name: /^Save(?!.*draft)/ });
    expect(await save.getAttribute('aria-pressed')).toBe('false');
    await save.click();
    await page.waitForURL('**/library/mazerolle2002managing*');
    expect(await save.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('link', { name: 'what you saved' }).click();
    await page.waitForURL('**/account/saved');
    expect(await page.locator('.resource h3').count()).toBe(1);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'BibTeX' }).click()]);
    expect(readFileSync(await file.path(), 'utf8')).toContain('{mazerolle2002managing,');
    await page.getByRole('button', { name: /^Take it off/ }).click();
    await page.getByRole('heading', { name: 'Nothing yet' }).waitFor();
  });

  test('makes a list on the page of a work, and puts a second work on it by searching, without JavaScript', async () => {
    const page = await signedIn({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/library/mazerolle2002managing`);
    await page.getByText('Put it on a reading list').click();
    await page.getByLabel(/^Title of the new list/).fill('Read before you staff a night shift');
    await page.getByLabel(/^Why it is worth reading/).fill('How calls moved from 911.');
    await page.getByRole('button', { name: 'Put it on the list' }).click();
    await page.goto(`${hub.base}/account/collections`);
    await page.getByRole('link', { name: /^Edit/ }).click();
    list.id = /\/collections\/(\d+)\/edit/.exec(page.url())?.[1] ?? '';
    expect(list.id).not.toBe('');
    await page.getByRole('searchbox', { name: /Words of its title/ }).fill('staffing the centre');
    await page.getByRole('button', { name: 'Find it' }).click();
    await page.getByRole('button', { name: /^Add ?: Staffing the centre$/ }).click();
    await page.waitForURL('**added#add');
    expect(await page.getByText('On the list', { exact: true }).count()).toBe(1);
    await page.getByRole('searchbox', { name: /Words of its title/ }).fill(`${hub.base}/library/boston-shows-the-repair`);
    await page.getByRole('button', { name: 'Find it' }).click();
    await page.getByRole('button', { name: /^Add ?: / }).click();
    expect((await titles(page)).map((title) => title.slice(0, 12))).toEqual([expect.any(String), 'Staffing the', expect.any(String)]);
  });

  test('reorders, annotates, and sees at once what cannot be taken', async () => {
    const page = await signedIn({ javaScriptEnabled: false, expectErrors: /400/ });
    await page.goto(`${hub.base}/collections/${list.id}/edit`);
    const [first, second, third] = await titles(page);
    await page.getByRole('button', { name: /^Up ?: Staffing the centre$/ }).click();
    await page.waitForURL('**/edit#item-1');
    expect(await titles(page)).toEqual([second, first, third]);
    await page.locator('#item-3 summary').click();
    await page.locator('#place-3').fill('1');
    await page.locator('#item-3').getByRole('button', { name: 'Move' }).click();
    await page.waitForURL('**/edit#item-1');
    expect(await titles(page)).toEqual([third, second, first]);
    await page.locator('#item-2 summary').click();
    await page.locator('#note-2').fill('Do the sums <b>first</b>.');
    await page.locator('#item-2').getByRole('button', { name: 'Save the note' }).click();
    await page.waitForURL('**/edit#item-2');
    expect(await page.locator('#item-2 blockquote').textContent()).toBe('Do the sums <b>first</b>.');
    await page.locator('#item-1').getByRole('button', { name: /^Take it off/ }).click();
    expect(await titles(page)).toEqual([second, first]);

    await page.getByLabel('Title', { exact: true }).fill(' ');
    await page.getByLabel(/^What it is for/).fill('Two works for **anybody** who plans shifts.');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    expect(await page.getByText('Give the list a title.').count()).toBeGreaterThan(0);
    expect(await page.getByLabel(/^What it is for/).inputValue()).toBe('Two works for **anybody** who plans shifts.');
  });

  test('is seen by nobody else until it is public, and then by everybody', async () => {
    const stranger = await browser.open({ javaScriptEnabled: false, expectErrors: /404/ });
    expect((await stranger.page.goto(`${hub.base}/collections/${list.id}`))?.status()).toBe(404);
    const page = await signedIn({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/collections/${list.id}/edit`);
    await page.getByLabel(/^What it is for/).fill('Two works for **anybody** who plans shifts.');
    await page.getByLabel('Who can read it').selectOption('public');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.waitForURL(`**/collections/${list.id}-read-before-you-staff-a-night-shift`);
    list.url = new URL(page.url()).pathname;

    await stranger.page.goto(`${hub.base}/collections`);
    await stranger.page.getByRole('link', { name: 'Read before you staff a night shift' }).click();
    expect(stranger.page.url()).toBe(hub.base + list.url);
    expect(await stranger.page.locator('strong', { hasText: 'anybody' }).count()).toBe(1);
    expect(await stranger.page.locator('.collection-item').count()).toBe(2);
    expect(await stranger.page.getByText('How calls moved from 911.').count()).toBe(1);
    expect(await stranger.page.locator('link[rel=alternate][type="application/x-bibtex"]').getAttribute('href')).toBe(`${list.url}.bib`);
    const data = JSON.parse(await stranger.page.locator('script[type="application/ld+json"]').textContent() ?? '');
    expect(data).toMatchObject({ '@type': 'CollectionPage', mainEntity: { '@type': 'ItemList', numberOfItems: 2 } });
    const [file] = await Promise.all([stranger.page.waitForEvent('download'), stranger.page.getByRole('link', { name: 'BibTeX' }).click()]);
    const text = readFileSync(await file.path(), 'utf8');
    expect(text.indexOf('{staffing-the-centre,')).toBeGreaterThan(-1);
    expect(text.indexOf('{mazerolle2002managing,')).toBeGreaterThan(text.indexOf('{staffing-the-centre,'));
    await stranger.page.goto(`${hub.base}/library/mazerolle2002managing`);
    expect(await stranger.page.getByRole('link', { name: 'Read before you staff a night shift' }).count()).toBe(1);
  });

  test('keeps one address, in every format', async () => {
    const ask = (path: string, headers = {}) => fetch(hub.base + path, { redirect: 'manual', headers });
    for (const wrong of [`/collections/${list.id}`, `/collections/${list.id}-an-old-title`]) {
      const answer = await ask(wrong);
      expect([answer.status, answer.headers.get('location')]).toEqual([301, list.url]);
    }
    expect((await ask(`/collections/${list.id}.ris`)).headers.get('location')).toBe(`${list.url}.ris`);
    for (const [ending, type] of [['bib', 'application/x-bibtex'], ['ris', 'application/x-research-info-systems'], ['csl.json', 'application/vnd.citationstyles.csl+json'], ['csv', 'text/csv'], ['atom', 'application/atom+xml'], ['json', 'application/feed+json']]) {
      const answer = await ask(`${list.url}.${ending}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining(type ?? '')]);
      expect((await answer.text()).length).toBeGreaterThan(100);
    }
    for (const nothing of [`${list.url}.exe`, '/collections/999999.bib', '/collections/x.bib', '/collections/x', '/account/saved.exe']) expect((await ask(nothing)).status).toBe(404);
    expect((await ask('/account/saved.bib')).status).toBe(303);
  });

  test('a private list goes out to its owner alone, and is kept by no cache', async () => {
    const { header } = await enter('tom');
    const tom = await browser.open();
    await tom.context.addCookies([{ name: header.split('=')[0] ?? '', value: header.slice(header.indexOf('=') + 1), url: hub.base }]);
    await tom.page.goto(`${hub.base}/collections/new`);
    await tom.page.getByLabel('Title', { exact: true }).fill('Only for Tom');
    await tom.page.getByRole('button', { name: 'Go on to the works' }).click();
    await tom.page.waitForURL('**/edit?new');
    const id = /\/collections\/(\d+)/.exec(tom.page.url())?.[1];
    const nadia = await enter('nadia');
    for (const path of [`/collections/${id}-only-for-tom`, `/collections/${id}-only-for-tom.bib`, `/collections/${id}.json`, `/collections/${id}/edit`, `/collections/${id}/delete`]) {
      expect([path, (await fetch(hub.base + path, { redirect: 'manual', headers: { cookie: nadia.header } })).status]).toEqual([path, 404]);
    }
    const own = await fetch(`${hub.base}/collections/${id}-only-for-tom.bib`, { headers: { cookie: header } });
    expect([own.status, own.headers.get('cache-control')]).toEqual([200, 'private, no-store']);
    await tom.page.goto(`${hub.base}/collections/${id}/delete`);
    await tom.page.getByRole('button', { name: 'Delete it' }).click();
    await tom.page.waitForURL('**/account/collections?deleted');
  });

  test('a coordinator features it, a colleague copies it', async () => {
    const { page, context } = await browser.open();
    await context.addCookies([(await enter('nadia')).cookie]);
    await page.goto(hub.base + list.url);
    await page.getByRole('button', { name: 'Feature it' }).click();
    await page.getByRole('button', { name: 'Feature it no longer' }).waitFor();
    await page.getByRole('button', { name: 'Make a copy for me' }).click();
    await page.waitForURL('**/edit?copied');
    expect(await page.getByLabel(/^What it is for/).inputValue()).toContain(`Based on [Read before you staff a night shift](${list.url}) by Rosa Delgado.`);
    const { page: visitor } = await browser.open();
    await visitor.goto(`${hub.base}/collections`);
    await visitor.getByRole('heading', { name: 'Chosen by the coordinators' }).waitFor();
    await visitor.goto(`${hub.base}/log`);
    expect(await visitor.getByRole('row', { name: /featured a collection.*Read before you staff a night shift/ }).count()).toBe(1);
  });

  test.each([['desktop, light', desktop, 'light'], ['desktop, dark', desktop, 'dark'], ['phone, light', phone, 'light'], ['phone, dark', phone, 'dark']] as const)('is open to everybody on %s', async (_, viewport, colorScheme) => {
    const wrong: string[] = [];
    const look = async (page: Page, paths: string[]) => {
      for (const path of paths) {
        await page.goto(hub.base + path);
        await page.evaluate(() => { for (const fold of document.querySelectorAll('details')) fold.open = true; });
        for (const violation of await axeViolations(page)) wrong.push(`${path}: ${violation}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (overflow > 0) wrong.push(`${path}: scrolls sideways by ${overflow} px`);
      }
    };
    const { page } = await browser.open({ viewport, colorScheme });
    await look(page, ['/collections', list.url]);
    const member = await signedIn({ viewport, colorScheme });
    await look(member, [list.url, '/collections/new', `/collections/${list.id}/edit?find=staffing`, `/collections/${list.id}/delete`, '/account/collections', '/account/saved', '/library/mazerolle2002managing']);
    expect(wrong).toEqual([]);
  }, 120_000);
});
