import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { db, mailStops, savedSearches } from '#db/client.ts';
import { stopToken } from '#domain/mail/stopping.ts';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();
let rosa: Awaited<ReturnType<typeof enter>>;
beforeAll(async () => { rosa = await enter('rosa'); });
beforeEach(() => { db.delete(savedSearches).where(eq(savedSearches.memberId, rosa.member.id)).run(); });

describe('a saved search', () => {
  test('a member saves it by its form, finds it, renames it, stops its letters and deletes it, without JavaScript', async () => {
    const { page, context } = await browser.open({ javaScriptEnabled: false, expectErrors: /400/ });
    await context.addCookies([rosa.cookie]);
    await page.goto(`${hub.base}/search?q=staffing`);
    await page.getByText('Save this search', { exact: true }).click();
    await page.getByLabel('Name').fill('Rosters');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.waitForURL('**/search?q=staffing#save-search');
    await page.getByRole('link', { name: 'Rosters' }).click();
    await page.locator('summary', { hasText: 'Rename' }).click();
    await page.getByLabel('Name').fill('');
    await page.locator('form[action*=rename]').evaluate((form: HTMLFormElement) => { form.noValidate = true; });
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByText('Please give the search a name').waitFor();
    await page.getByLabel('Name').fill('Staffing and rosters');
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('link', { name: 'Staffing and rosters' }).waitFor();
    await page.getByRole('button', { name: /^Stop the letters/ }).click();
    await page.getByText('No more letters about this search.').waitFor();
    await page.getByText('Without letters').waitFor();
    await page.getByRole('button', { name: /^Send letters/ }).click();
    await page.getByText('With a daily letter').waitFor();
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByRole('heading', { name: 'You have saved no search yet' }).waitFor();
  });

  test('the same search a second time keeps the typed name and says why not', async () => {
    const { page, context } = await browser.open({ expectErrors: /400/ });
    await context.addCookies([rosa.cookie]);
    const save = async (name: string) => {
      await page.goto(`${hub.base}/search?q=staffing`);
      await page.evaluate(({ name }) => {
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: '/account/searches?_action=searches.save' });
        for (const [field, value] of [['query', 'q=staffing'], ['name', name]] as const) form.append(Object.assign(document.createElement('input'), { name: field, value }));
        document.body.append(form);
        form.submit();
      }, { name });
    };
    await save('One');
    await page.waitForURL('**/search?q=staffing#save-search');
    await save('Two');
    await page.getByText('You have saved this search already, as “One”.').first().waitFor();
    expect(await page.locator('#name').inputValue()).toBe('Two');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: /^Delete/ }).click();
    await page.getByText('Deleted.').waitFor();
  });

  test('has feeds that anybody can read, also when nobody saved it', async () => {
    const atom = await fetch(`${hub.base}/search.atom?q=staffing&page=7&utm=x`);
    expect(atom.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    const text = await atom.text();
    expect(text).toContain(`<link rel="self" type="application/atom+xml" href="${hub.base}/search.atom?q=staffing"/>`);
    expect(text.match(/<entry>/g)?.length).toBeGreaterThan(5);
    const json = await (await fetch(`${hub.base}/search.feed.json?q=staffing`)).json() as { title: string; feed_url: string; items: { id: string; url: string; date_published: string }[] };
    expect(json.title).toContain('“staffing”');
    const dates = json.items.map((item) => item.date_published);
    expect(dates).toEqual([...dates].sort().reverse());
    expect(json.items.some((item) => item.url.includes('/forums/'))).toBe(true);
    for (const { id, url } of json.items) expect(id).toMatch(url.includes('/forums/') ? /\/posts\/\d+$/ : url);
    expect([...text.matchAll(/<id>(.+?)<\/id>/g)].slice(1).map(([, id]) => id)).toEqual(json.items.map(({ id }) => id));
    expect(json.items.length).toBeLessThanOrEqual(50);
    expect((await fetch(json.items[0]?.url ?? '')).status).toBe(200);
    expect((await (await fetch(`${hub.base}/search.feed.json`)).json() as { items: unknown[] }).items).toEqual([]);
  });

  test('a visitor is asked to sign in, and comes back to the search', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.base}/search?q=staffing`);
    expect(await page.getByRole('link', { name: 'Sign in to save this search' }).getAttribute('href')).toBe('/sign-in?next=%2Fsearch%3Fq%3Dstaffing%23save-search');
  });
});

describe('the link that stops letters', () => {
  const link = () => `${hub.base}/unsubscribe/${stopToken(rosa.member.id, 'searches')}`;
  const stopped = () => db.select().from(mailStops).where(eq(mailStops.memberId, rosa.member.id)).all().length > 0;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const oneClick = (init: RequestInit = {}, url = link()) => fetch(url, { method: 'POST', redirect: 'manual', body: 'List-Unsubscribe=One-Click', ...init, headers: { ...form, ...init.headers } });

  test.each([['desktop', desktop, 'light'], ['phone', phone, 'dark']] as const)('opened by a person on a %s it asks first, then stops, and can be taken back', async (_, viewport, colorScheme) => {
    const { page } = await browser.open({ viewport, colorScheme, javaScriptEnabled: true });
    await page.goto(link());
    expect(stopped()).toBe(false);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByText('daily letters about your saved searches').waitFor();
    await page.getByRole('button', { name: 'Stop them' }).click();
    await page.getByRole('heading', { name: 'Stopped' }).waitFor();
    expect(stopped()).toBe(true);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: /^Take it back/ }).click();
    await page.getByText('Taken back: the letters come again.').waitFor();
    expect(stopped()).toBe(false);
  });

  test('a mail program stops them with one bare POST from anywhere, and is not redirected', async () => {
    for (const headers of [{}, { origin: 'https://mail.example' }, { 'sec-fetch-site': 'cross-site' }] as Record<string, string>[]) {
      const answer = await oneClick({ headers });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(await answer.text()).toContain('You get no more daily letters');
      expect(stopped()).toBe(true);
      db.delete(mailStops).run();
    }
    const multipart = new FormData();
    multipart.set('List-Unsubscribe', 'One-Click');
    expect((await fetch(link(), { method: 'POST', body: multipart })).status).toBe(200);
    expect(stopped()).toBe(true);
    db.delete(mailStops).run();
  });

  test.each([
    ['a look', () => fetch(link()), 200], ['a HEAD', () => fetch(link(), { method: 'HEAD' }), 200], ['another body', () => oneClick({ body: 'x=y' }), 200], ['no body', () => oneClick({ body: '' }), 200],
    ['a body that is no form', () => oneClick({ headers: { 'content-type': 'application/json' } }), 415],
    ['a broken form', () => oneClick({ headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x\r\nnothing' }), 400],
    ['a wrong token', () => oneClick({}, `${link()}x`), 404],
  ])('%s changes nothing', async (_, ask, status) => {
    expect((await ask()).status).toBe(status);
    expect(stopped()).toBe(false);
  });

  test('nothing else is let in by that door: no action, no other page', async () => {
    const from = { ...form, cookie: rosa.header, origin: 'https://evil.example' };
    for (const path of [`${link()}?_action=mail.resume`, `${link()}?_action=searches.save`, `${hub.base}/_actions/mail.stop`, `${hub.base}/sign-out`, `${hub.base}/account/searches`, `${hub.base}/unsubscribe`]) {
      expect((await fetch(path, { method: 'POST', headers: from, body: 'List-Unsubscribe=One-Click&name=x&query=q%3Dx', redirect: 'manual' })).status, path).toBe(403);
    }
    expect(stopped()).toBe(false);
  });
});
