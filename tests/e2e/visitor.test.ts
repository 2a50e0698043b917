import { describe, expect, inject, test } from 'vitest';
import { phone, useBrowser } from '../support/browser.ts';

const { base } = inject('demo');
const browser = useBrowser();

describe('a visitor without JavaScript', () => {
  test('finds a practice from the home page in three steps and reads it', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
    await page.goto(base);
    await page.getByRole('searchbox').first().fill('leaf collection');
    await page.getByRole('button', { name: 'Search' }).first().click();
    expect(page.url()).toContain('/search?q=leaf');
    expect(await page.locator('mark').count()).toBeGreaterThan(0);
    await page.getByRole('link', { name: /leaf/i }).first().click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/leaf/i);
    expect(await page.getByText('195,889').count()).toBeGreaterThan(0);
  });

  test('narrows the library by type, theme and year, and the counts are true', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${base}/library`);
    const facet = page.getByRole('link', { name: /^Reports/ }).first();
    const promised = Number(/\d+/.exec((await facet.textContent()) ?? '')?.[0]);
    await facet.click();
    expect(page.url()).toContain('type=report');
    expect(promised).toBeGreaterThan(0);
    expect(await page.getByText(new RegExp(`\\b${promised} `)).count()).toBeGreaterThan(0);
    await page.goto(`${base}/library?type=journal-article&theme=equity&year=2021`);
    expect(await page.getByRole('link', { name: /Bias in Smart City Governance/ }).count()).toBe(1);
  });

  test('reads a reference with its facts and who cites it, never its provenance note', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${base}/library/mazerolle2002managing`);
    const text = (await page.locator('main').textContent()) ?? '';
    for (const words of ['Managing Citizen Calls to the Police', 'Mazerolle', '2002', 'Criminology', '10.1111/j.1745-9133.2002.tb00110.x']) expect(text).toContain(words);
    expect(text).not.toMatch(/verified|from knowledge|espace\.library/i);
  });

  test('reads forums, a long thread page by page, and follows a post’s permanent address', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${base}/forums`);
    await page.getByRole('link', { name: 'Running the centre' }).first().click();
    await page.locator('.thread h3 a').first().click();
    await page.locator('.post-when a').last().click();
    expect(new URL(page.url()).hash).toMatch(/^#post-\d+/);
    expect(await page.getByText('Sample', { exact: false }).count()).toBeGreaterThan(0);
  });

  test.each(['light', 'dark'] as const)('sees on a phone how to join and sign in, without opening the menu (%s)', async (colorScheme) => {
    const { page } = await browser.open({ javaScriptEnabled: false, viewport: phone, colorScheme });
    for (const path of ['/', '/forums']) {
      await page.goto(base + path);
      for (const name of ['Sign in', 'Join']) {
        const link = page.getByRole('banner').getByRole('link', { name, exact: true });
        const box = await link.boundingBox();
        expect([await link.isVisible(), (box?.height ?? 0) >= 24, (box?.x ?? -1) >= 0, (box?.x ?? 0) + (box?.width ?? 0) <= phone.width]).toEqual([true, true, true, true]);
      }
      const { width = 0 } = await page.locator('html').boundingBox() ?? {};
      expect(width).toBeLessThanOrEqual(phone.width);
    }
    await page.getByRole('banner').getByRole('link', { name: 'Join', exact: true }).click();
    await page.waitForURL('**/join');
  });

  test('is offered to sign in where members write, and comes back', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${base}/forums/new`);
    expect(page.url()).toContain('/sign-in?next=%2Fforums%2Fnew');
  });
});

describe('a visitor with JavaScript', () => {
  test('gets results while typing and goes to one by keyboard', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    const box = page.getByRole('searchbox').or(page.getByRole('combobox')).first();
    await expect.poll(async () => fetch(`${base}/pagefind/pagefind.js`).then((r) => r.status), { timeout: 60_000, interval: 500 }).toBe(200);
    await box.focus();
    await box.pressSequentially('staffing', { delay: 30 });
    const options = page.locator('.search-options').getByRole('option');
    await expect.poll(() => options.count(), { timeout: 15_000 }).toBeGreaterThan(0);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname.startsWith('/library/') || url.pathname.startsWith('/forums/'));
  }, 90_000);

  test('asks nothing of anybody else, loads at most 100 KB on the first visit of the home page and 15 KB of script', async () => {
    const { page, context } = await browser.open();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Network.enable');
    const sizes = new Map<string, number>();
    const kinds = new Map<string, string>();
    const hosts = new Set<string>();
    cdp.on('Network.responseReceived', ({ requestId, type, response }) => { kinds.set(requestId, type); hosts.add(new URL(response.url).host); });
    cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
    await page.goto(base, { waitUntil: 'networkidle' });
    const total = [...sizes.values()].reduce((a, b) => a + b, 0);
    const script = [...sizes].filter(([id]) => kinds.get(id) === 'Script').reduce((a, [, size]) => a + size, 0);
    expect([...hosts]).toEqual([new URL(base).host]);
    expect(total).toBeLessThanOrEqual(100 * 1024);
    expect(script).toBeLessThanOrEqual(15 * 1024);
    expect(script).toBeGreaterThan(0);
  });
});
