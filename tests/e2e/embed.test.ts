import { createServer, type Server } from 'node:http';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { axeViolations, phone, useBrowser } from '../support/browser.ts';
import { bundleIsThere } from '../support/hub.ts';

const { base } = inject('demo');
const browser = useBrowser();

/** A partner's site: another origin, with a policy of its own that allows what the page /embed says and no more. */
let partner: Server;
let site = '';
let lines = '';
let policy = '';
const page = (inner: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A partner</title></head><body><main><h1>City of Example</h1>${inner}</main></body></html>`;

beforeAll(async () => {
  await bundleIsThere(base);
  const told = await fetch(`${base}/embed`).then((r) => r.text());
  [lines = '', policy = ''] = [...told.matchAll(/<pre[^>]*><code>(.*?)<\/code><\/pre>/gs)].map(([, text = '']) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&'));
  partner = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Security-Policy', `default-src 'none'; img-src data:; ${policy}`);
    response.end(page(request.url === '/forums' ? lines.replace('label=', 'kinds="library forums" theme="dark" label=') : lines));
  });
  await new Promise<void>((open) => partner.listen(0, '127.0.0.1', open));
  const address = partner.address();
  site = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
});
afterAll(() => { partner.close(); partner.closeAllConnections(); });

const box = (at: Page) => at.getByRole('combobox', { name: /^Search / });

async function type(at: Page, words: string): Promise<void> {
  await box(at).fill('');
  await box(at).pressSequentially(words, { delay: 10 });
  await at.getByRole('option').last().filter({ hasText: words }).waitFor();
}

describe('the box on a partner’s site', () => {
  test('is a few lines that the hub shows with its own address', () => {
    expect(new URL(site).origin).not.toBe(base);
    expect(lines).toContain(`<script type="module" src="${base}/embed/search.js"></script>`);
    expect(policy).toBe(`script-src 'self' ${base} 'wasm-unsafe-eval'; connect-src 'self' ${base}`);
  });

  test('finds as one types, by keyboard, and leads to the hub', async () => {
    const { page: at } = await browser.open();
    await at.goto(site);
    await type(at, 'staffing the center');
    expect(await at.getByRole('option').first().textContent()).toContain('Staffing');
    expect(await at.getByRole('status').textContent()).toMatch(/quick results?\./);
    await at.keyboard.press('ArrowDown');
    await at.keyboard.press('Enter');
    await at.waitForURL(`${base}/library/staffing-the-centre`);
  });

  test('takes the bundle there is when pieces of the one it knows are gone', async () => {
    const { page: at } = await browser.open();
    const gone = { generation: '20200101000000000', shards: [''], words: [['a', '00000000']], titles: [['a', '00000000']] };
    await at.route('**/pagefind/bundle.json', (route) => route.fulfill({ json: gone, headers: { 'access-control-allow-origin': '*' } }), { times: 1 });
    const refused: number[] = [];
    at.on('response', (response) => { if (response.url().includes('_00000000.json')) refused.push(response.status()); });
    await at.goto(site);
    await type(at, 'staffing the center');
    expect(refused).toContain(404);
    expect(await at.getByRole('option').first().textContent()).toContain('Staffing');
  });

  test('Enter in the box and its button search the hub', async () => {
    const { page: at } = await browser.open();
    await at.goto(site);
    await type(at, 'overtime & snow');
    await at.keyboard.press('Enter');
    await at.waitForURL(`${base}/search?q=overtime%20%26%20snow`);
    await at.goto(site);
    await box(at).fill('potholes');
    await at.getByRole('button', { name: 'Search' }).click();
    await at.waitForURL(`${base}/search?q=potholes`);
  });

  test('holds the library alone unless discussions are asked for', async () => {
    const { page: at } = await browser.open();
    const kinds = async () => at.locator('practice-hub-search .option-meta').allTextContents();
    await at.goto(site);
    await type(at, 'resolution');
    expect((await kinds()).length).toBeGreaterThan(3);
    expect((await kinds()).filter((kind) => /^(?:Question|Discussion|Announcement)/.test(kind))).toEqual([]);
    await at.goto(`${site}forums`);
    await type(at, 'is first contact resolution');
    expect((await kinds()).filter((kind) => /^(?:Question|Discussion)/.test(kind)).length).toBeGreaterThan(0);
  });

  test('asks only the hub, for the bundle and the script, and sends and sets no cookie, even where the hub has one', async () => {
    const { page: at, context } = await browser.open();
    await context.addCookies([{ name: 'hub_session', value: 'secret', url: base, sameSite: 'Lax' }]);
    const asked: { path: string; cookie: string | undefined; set: string | undefined }[] = [];
    at.on('response', async (response) => {
      const url = new URL(response.url());
      if (url.origin !== base) return;
      const [sent, got] = await Promise.all([response.request().allHeaders(), response.allHeaders()]);
      asked.push({ path: url.pathname, cookie: sent['cookie'], set: got['set-cookie'] });
    });
    await at.goto(site);
    await type(at, 'staffing');
    await at.waitForLoadState('networkidle');
    await expect.poll(() => asked.length).toBeGreaterThan(8);
    expect(asked.filter(({ path }) => path !== '/embed/search.js' && !path.startsWith('/pagefind/'))).toEqual([]);
    expect(asked.filter(({ cookie, set }) => cookie !== undefined || set !== undefined)).toEqual([]);
  });

  test('is allowed by the hub for these alone', async () => {
    const allows = async (path: string) => (await fetch(`${base}${path}`, { headers: { origin: site } })).headers.get('access-control-allow-origin');
    expect(await Promise.all(['/embed/search.js', '/pagefind/bundle.json', '/pagefind/pagefind.js'].map(allows))).toEqual(['*', '*', '*']);
    expect(await Promise.all(['/', '/search?q=a', '/search.json?q=a', '/library.json', '/favicon.svg', '/embed'].map(allows))).toEqual([null, null, null, null, null, null]);
    const script = await fetch(`${base}/embed/search.js`);
    expect(script.headers.get('cache-control')).toBe('public, max-age=600');
    expect(await fetch(`${base}/pagefind/shards.json`).then((r) => r.status)).toBe(404);
  });

  test('without JavaScript is a link to the hub’s search', async () => {
    const { page: at } = await browser.open({ javaScriptEnabled: false });
    await at.goto(site);
    await at.getByRole('link', { name: /^Search / }).click();
    await at.waitForURL(`${base}/search`);
  });

  test.each([['', 'light'], ['forums', 'light'], ['', 'dark']] as const)('at 320 pixels (%s, %s) nothing sticks out and axe finds nothing', async (path, colorScheme) => {
    const { page: at } = await browser.open({ viewport: phone, colorScheme, bypassCSP: true });
    await at.goto(site + path);
    await type(at, 'service request');
    await at.keyboard.press('ArrowDown');
    expect(await at.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    expect(await axeViolations(at)).toEqual([]);
  });

  test('works on the hub’s own page about it', async () => {
    const { page: at } = await browser.open();
    await at.goto(`${base}/embed`);
    const tried = at.getByRole('combobox', { name: /^Try it/ });
    await tried.pressSequentially('potholes');
    await at.locator('practice-hub-search').getByRole('option').last().waitFor();
    expect(await axeViolations(at)).toEqual([]);
  });
});
