import { beforeAll, describe, expect, inject, test } from 'vitest';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';
import { letterTo } from '../support/hub.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

/** A word on its way into the thesaurus, told in order: each step stands on the one before. No step needs a script. */
describe('a word that is missing, from the member to the public page', () => {
  type Cookie = Awaited<ReturnType<typeof enter>>['cookie'];
  let rosa: Cookie;
  let nadia: Cookie;
  beforeAll(async () => { [rosa, nadia] = [(await enter('rosa')).cookie, (await enter('nadia')).cookie]; });
  const signedIn = async (cookie: Cookie, expectErrors?: RegExp) => {
    const { page, context } = await browser.open({ javaScriptEnabled: false, ...(expectErrors && { expectErrors }) });
    await context.addCookies([cookie]);
    return page;
  };

  test('a visitor looks for it, finds nothing, and is told where to suggest it', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(hub.base);
    await page.getByRole('contentinfo').getByRole('link', { name: 'Thesaurus' }).click();
    expect(await page.locator('.word-entry').count()).toBeGreaterThan(300);
    await page.getByLabel('Word or part of it').fill('first contact');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    expect(await page.locator('.word-entry h3').allTextContents()).toEqual(['FCR']);
    await page.getByLabel('Word or part of it').fill('kerbside day');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('heading', { name: 'No such word' }).waitFor();
    expect(await page.getByRole('main').getByRole('link', { name: 'Sign in' }).first().getAttribute('href')).toBe('/sign-in?next=%2Fthesaurus%23missing');
    expect(await page.getByRole('button', { name: 'Suggest it' }).count()).toBe(0);
  });

  test('a member suggests it; what is there already is told, and what was typed stays', async () => {
    const page = await signedIn(rosa, /400|403/);
    await page.goto(`${hub.base}/thesaurus`);
    const words = page.getByLabel(/^The word, and what else/);
    // The page before has links of that name too.
    const suggest = async () => {
      const answered = page.waitForEvent('load');
      await page.getByRole('button', { name: 'Suggest it' }).click();
      await answered;
    };
    await words.fill('Garbage, refuse');
    await suggest();
    expect(await page.getByRole('main').getByRole('link', { name: 'trash', exact: true }).last().getAttribute('href')).toMatch(/^\/thesaurus#word-\d+$/);
    expect(await words.inputValue()).toBe('Garbage, refuse');
    await words.fill('x'.repeat(90));
    await suggest();
    expect(await page.locator('#words-error').textContent()).toContain('Please keep each word to 80 characters.');
    await words.fill('kerbside day, set-out day');
    await page.getByLabel(/^What it means/).fill('When the crew comes.');
    await page.getByRole('button', { name: 'Suggest it' }).click();
    await page.waitForURL('**/thesaurus?thanks#missing');
    await page.locator('.missing-word').getByText('Thank you.').waitFor();
    expect(await page.locator('.missing-word').getByText('kerbside day, set-out day: waits for a coordinator').count()).toBe(1);
    await page.goto(`${hub.base}/desk/thesaurus`);
    await page.getByText('This is for coordinators.').waitFor();
  });

  test('a coordinator is shown which entry has a word already, mends it and takes it in; machines read it', async () => {
    const page = await signedIn(nadia);
    await page.goto(`${hub.base}/desk`);
    await page.getByRole('link', { name: /words? suggested/ }).click();
    await page.getByRole('link', { name: /^Make an entry of kerbside day/ }).click();
    expect([await page.getByLabel(/^The word we prefer/).inputValue(), await page.getByLabel(/^Also called/).inputValue()]).toEqual(['kerbside day', 'set-out day']);
    await page.getByLabel(/^Also called/).fill('set-out day\ngarbage');
    await page.getByRole('button', { name: 'Add the entry' }).click();
    expect(await page.locator('#also-error').textContent()).toContain('“garbage” stands in the entry “trash”.');
    expect(await page.getByRole('main').getByRole('link', { name: 'trash', exact: true }).getAttribute('href')).toMatch(/^\/desk\/thesaurus\/\d+$/);
    await page.getByText('Suggested by Rosa Delgado').waitFor();
    expect(await page.getByLabel(/^Also called/).inputValue()).toBe('set-out day\ngarbage');
    await page.getByLabel(/^Also called/).fill('set-out day');
    await page.getByLabel(/^Related/).fill('trash collection');
    await page.getByRole('button', { name: 'Add the entry' }).click();
    await page.waitForURL('**/desk/thesaurus?added=*');
    await page.getByText('kerbside day: The entry stands in the thesaurus').waitFor();
    expect(await page.getByText('kerbside day, set-out day').count()).toBe(0);
    await letterTo(hub, 'rosa@test.example', /^In the thesaurus now: kerbside day, set-out day$/);
    const answer = await fetch(`${hub.base}/thesaurus.json`);
    expect(answer.headers.get('link')).toContain('licenses/by/4.0');
    expect(await answer.json()).toContainEqual({ term: 'kerbside day', also: ['set-out day'], related: ['trash collection'], note: null, url: expect.stringMatching(/\/thesaurus#word-\d+$/) });
  });

  test('everybody reads it at once; removed, it is gone, and the log says why', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/thesaurus?q=set-out`);
    expect(await page.locator('.word-entry').allTextContents()).toEqual([expect.stringMatching(/kerbside day\s*Also called\s*set-out day\s*Related\s*trash collection/)]);
    const desk = await signedIn(nadia);
    await desk.goto(`${hub.base}/thesaurus?q=set-out`);
    await desk.getByRole('link', { name: 'Change “kerbside day”' }).click();
    await desk.getByText('Remove this entry').click();
    await desk.getByLabel(/^Reason/).fill('Only one city says it.');
    await desk.getByRole('button', { name: 'Remove the entry' }).click();
    await desk.waitForURL('**/desk/thesaurus?removed*');
    await page.reload();
    expect(await page.locator('.word-entry').count()).toBe(0);
    await page.goto(`${hub.base}/log`);
    await page.getByText('Only one city says it.').waitFor();
    await desk.getByText('Removed (1)').click();
    await desk.getByRole('button', { name: 'Bring back kerbside day' }).click();
    await page.goto(`${hub.base}/thesaurus?q=set-out`);
    expect(await page.locator('.word-entry').count()).toBe(1);
  });

  test('the pages hold on a phone and for those who do not see them', async () => {
    for (const viewport of [phone, desktop]) {
      const { page, context } = await browser.open({ viewport });
      await context.addCookies([nadia]);
      for (const path of ['/thesaurus?q=call', '/desk/thesaurus?q=call', '/desk/thesaurus/new', '/desk/thesaurus/1']) {
        await page.goto(hub.base + path);
        expect([path, await axeViolations(page)]).toEqual([path, []]);
        expect([path, await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)]).toEqual([path, 0]);
      }
    }
  });
});
