import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { axeViolations, phone, useBrowser } from '../support/browser.ts';
import { bundleIsThere } from '../support/hub.ts';

const { base } = inject('demo');
const browser = useBrowser();
const managing = 'Managing Citizen Calls to the Police: An Assessment of Non-Emergency Call Systems';

beforeAll(() => bundleIsThere(base));

const box = (page: Page) => page.getByRole('combobox').first();
const options = (page: Page) => page.locator('.search-options').getByRole('option');
const active = (page: Page) => box(page).evaluate((input) => {
  const id = input.getAttribute('aria-activedescendant');
  return id ? (document.getElementById(id)?.textContent ?? `${id} is nowhere`) : null;
});
const status = (page: Page) => page.locator('.search-form:visible [role=status]').first().textContent();

async function type(page: Page, words: string): Promise<void> {
  await box(page).fill('');
  await box(page).pressSequentially(words, { delay: 10 });
  await options(page).last().filter({ hasText: words }).waitFor();
}

describe('the box in the header', () => {
  test('loads nothing of the bundle before it has the focus', async () => {
    const { page } = await browser.open();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${base}/library`, { waitUntil: 'networkidle' });
    expect(asked.filter((path) => /pagefind|quick-search/.test(path))).toEqual([]);
    const loading = page.waitForRequest(/\/pagefind\/bundle\.json/);
    await box(page).focus();
    await loading;
  });

  test('is a combobox: the keys walk through the list, the focus stays, and a reader is told', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    expect(await box(page).getAttribute('aria-expanded')).toBe('false');
    await type(page, 'staffing');
    expect(await box(page).getAttribute('aria-expanded')).toBe('true');
    const list = await box(page).getAttribute('aria-controls');
    expect(await page.locator(`#${list}`).getAttribute('role')).toBe('listbox');
    expect(await status(page)).toMatch(/^[2-8] quick results\. Use the arrow keys, or press Enter to search everything\.$/);
    const titles = await options(page).allTextContents();
    expect(titles[0]).toContain('Hub article');
    expect(titles.at(-1)).toBe('All results for “staffing”');

    expect(await active(page)).toBeNull();
    await page.keyboard.press('ArrowDown');
    expect(await active(page)).toBe(titles[0]);
    expect(await options(page).first().getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('ArrowUp');
    expect(await active(page)).toBeNull();
    await page.keyboard.press('ArrowUp');
    expect(await active(page)).toBe('All results for “staffing”');
    await page.keyboard.press('ArrowDown');
    expect(await active(page)).toBeNull();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Home');
    expect(await active(page)).toBeNull();
    expect(await box(page).evaluate((input: HTMLInputElement) => input.selectionStart)).toBe(0);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    expect(await active(page)).toBeNull();
    expect(await box(page).evaluate((input) => document.activeElement === input)).toBe(true);
  });

  test('Escape closes and then clears; the arrow opens again; Alt with an arrow opens and closes only', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    await type(page, 'staffing');
    await page.keyboard.press('Escape');
    expect([await box(page).getAttribute('aria-expanded'), await box(page).inputValue(), await options(page).count()]).toEqual(['false', 'staffing', 0]);
    await page.keyboard.press('Alt+ArrowDown');
    expect([await box(page).getAttribute('aria-expanded'), await active(page)]).toEqual(['true', null]);
    await page.keyboard.press('Alt+ArrowUp');
    expect(await box(page).getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('ArrowDown');
    expect(await active(page)).toContain('Hub article');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await box(page).inputValue()).toBe('');
  });

  test('Enter on an option goes there, Enter in the box searches everything, as does the last option', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    await type(page, 'staffing');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/library/staffing-the-centre`);
    await type(page, 'staffing');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/search?q=staffing`);
    await type(page, 'overtime');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/search?q=overtime`);
  });

  test('leaving the box closes the list', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    await type(page, 'staffing');
    await page.keyboard.press('Tab');
    expect(await options(page).count()).toBe(0);
  });

  test('an exact title comes first, and a title that begins as typed', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    for (const words of [managing, 'managing citizen calls to the police an', 'MANAGING citizen calls to the police: assessment of non emergency']) {
      await type(page, words);
      expect(await options(page).first().textContent(), words).toContain(managing);
    }
  });

  test('American and British spelling, hyphens and accents find the same', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    const found = async (words: string) => {
      await type(page, words);
      return (await options(page).allTextContents()).slice(0, -1);
    };
    expect(await found('staffing the center')).toContainEqual(expect.stringContaining('Staffing'));
    expect((await found('call-center')).length).toBe(8);
    expect((await found('3-1-1'))).toEqual(await found('311'));
    expect((await found('poubelles ordures')).length).toBeGreaterThan(0);
  });

  test('a misspelt word finds the nearest and says so; what is like nothing offers the full search', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    await type(page, 'potholle');
    expect(await page.locator('.option-note').first().textContent()).toMatch(/^Not every word of “potholle” was found\. Showing results for “potholes?”\.$/);
    expect(await status(page)).toMatch(/Showing results for “potholes?”\. \d quick results\./);
    expect(await options(page).first().textContent()).toMatch(/pothole/i);
    await type(page, 'qqxzzyk');
    expect(await page.locator('.option-note').first().isVisible()).toBe(true);
    expect(await options(page).allTextContents()).toEqual(['Search everything for “qqxzzyk”']);
    expect(await status(page)).toBe('No quick results for “qqxzzyk”. The full search also forgives more mistakes. Press Enter to search everything.');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/search?q=qqxzzyk`);
  });

  test('what the thesaurus calls the same is found; what has operators is left to the full search', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    for (const words of ['chatbot', 'SMS', 'rubbish']) {
      await type(page, words);
      expect([words, await options(page).count() > 1, await page.locator('.option-note').first().isVisible()]).toEqual([words, true, false]);
    }
    for (const words of ['-pothole', 'type:practice boston', 'trash OR pothole', '"service level"']) {
      await type(page, words);
      expect(await options(page).allTextContents()).toEqual([`All results for “${words}”`]);
      expect(await page.locator('.option-note').first().isVisible()).toBe(false);
      expect(await status(page)).toBe('Press Enter to search everything.');
    }
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/search?q=%22service+level%22`);
  });

  test('an input method composes in peace', async () => {
    const { page, context } = await browser.open();
    await page.goto(`${base}/library`);
    await type(page, 'staffing');
    const cdp = await context.newCDPSession(page);
    await box(page).fill('');
    await cdp.send('Input.imeSetComposition', { text: 'staffi', selectionStart: 6, selectionEnd: 6 });
    const prevented = await box(page).evaluate((input) => !input.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', isComposing: true, bubbles: true, cancelable: true })));
    expect([prevented, await options(page).count()]).toEqual([false, 0]);
    await cdp.send('Input.insertText', { text: 'staffing' });
    await options(page).last().waitFor();
  });

  test('a mouse chooses, and pressing on the list does not close it', async () => {
    const { page } = await browser.open();
    await page.goto(`${base}/library`);
    await type(page, 'staffing');
    await options(page).first().hover();
    await page.mouse.down();
    expect(await box(page).evaluate((input) => document.activeElement === input)).toBe(true);
    await page.mouse.up();
    await page.waitForURL(`${base}/library/staffing-the-centre`);
  });

  test.each(['light', 'dark'] as const)('on a phone of 320 pixels, %s: nothing sticks out, axe finds nothing, a finger chooses', async (colorScheme) => {
    const { page } = await browser.open({ viewport: phone, hasTouch: true, isMobile: true, colorScheme });
    await page.goto(`${base}/library`);
    await box(page).tap();
    await type(page, 'service request');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    for (const side of await options(page).evaluateAll((items) => items.flatMap((item) => [item.getBoundingClientRect().left, 320 - item.getBoundingClientRect().right]))) expect(side).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('ArrowDown');
    expect(await axeViolations(page)).toEqual([]);
    const title = await options(page).first().locator('.option-title').textContent();
    await options(page).first().tap();
    await page.waitForURL(/\/(?:library|forums)\/./);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(title);
  });

  test('a first query loads at most 200 KB', async () => {
    const { page, context } = await browser.open();
    await page.goto(`${base}/library`, { waitUntil: 'networkidle' });
    const cdp = await context.newCDPSession(page);
    await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: true });
    let bytes = 0;
    await context.route('**/*', (route) => route.continue());
    context.on('response', (response) => { void response.request().sizes().then(({ responseBodySize, responseHeadersSize }) => { bytes += responseBodySize + responseHeadersSize; }); });
    await type(page, 'first contact resolution');
    await page.waitForLoadState('networkidle');
    expect(bytes).toBeGreaterThan(80 * 1024);
    expect(bytes).toBeLessThanOrEqual(200 * 1024);
  });

  test.each([/\/pagefind\/pagefind\.js/, /\/pagefind\/directory\//, /\/pagefind\/.*\.pf_index/])('what failed to load is loaded when it is needed again (%s)', async (piece) => {
    const { page } = await browser.open({ expectErrors: /503|Failed to load/ });
    await page.route(piece, (route) => route.fulfill({ status: 503 }));
    await page.goto(`${base}/library`);
    const answered = page.waitForResponse(piece);
    await box(page).fill('first');
    await answered;
    await page.unroute(piece);
    await type(page, 'first contact resolution');
    expect(await options(page).count()).toBeGreaterThan(0);
  });

  test('without a bundle it stays a form', async () => {
    const { page } = await browser.open({ expectErrors: /404|Failed to load/ });
    await page.route(/\/pagefind\//, (route) => route.fulfill({ status: 404 }));
    await page.goto(`${base}/library`);
    const answered = page.waitForResponse(/\/pagefind\//);
    await box(page).fill('staffing');
    await answered;
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/search?q=staffing`);
  });
});
