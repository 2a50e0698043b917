import { describe, expect, inject, test } from 'vitest';
import { blockMember, unblockMember } from '#domain/forum/blocking.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { startSession } from '#domain/people/sessions.ts';
import { useBrowser, useCast } from '../support/browser.ts';
import { ownMember } from '../support/members.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

describe('searching without JavaScript', () => {
  test('a typing error is mended, said, and can be insisted on', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
    await page.goto(`${hub.base}/search?q=pothoel`);
    expect(await page.getByText('this is what was found for the nearest spelling, pothole').count()).toBe(1);
    expect(await page.getByText('Spelling of “pothoel” corrected to “pothole”').count()).toBeGreaterThan(0);
    await page.getByRole('link', { name: /literally/ }).click();
    expect(await page.getByRole('heading', { name: 'Nothing found' }).count()).toBe(1);
    expect(await page.getByRole('link', { name: 'Ask the community' }).getAttribute('href')).toBe('/forums/new?title=pothoel');
  });

  test('other spellings and other words are found, and the result says so', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/search?q=neighbourhood`);
    expect(await page.getByText('“neighbourhood” also written “neighborhood”').count()).toBeGreaterThan(0);
    await page.goto(`${hub.base}/search?q=garbage+pickup`);
    expect(await page.getByText('“garbage pickup” also called “waste collection”').count()).toBeGreaterThan(0);
  });

  test('the long form becomes one line that fills the form again', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/search`);
    await page.getByLabel('All of these words').fill('calls');
    await page.getByLabel('Author or writer').fill('Mazerolle');
    await page.getByLabel('From year').fill('2000');
    await page.getByLabel('To year').fill('2005');
    await page.getByLabel('Where').selectOption('library');
    await page.getByRole('button', { name: 'Search with these fields' }).click();
    expect(new URL(page.url()).searchParams.get('q')).toBe('calls author:Mazerolle in:library year:2000..2005');
    expect(await page.locator('.result h3 a').first().getAttribute('href')).toMatch(/^\/library\/mazerolle200/);
    expect(await page.getByLabel('Author or writer').inputValue()).toBe('Mazerolle');
  });

  test('every tab and filter leads to as many results as it promises', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/search?q=staffing`);
    const promised = await page.locator('.search-tabs a, .facet-values a').evaluateAll((links) => links.map((a) => ({ href: a.getAttribute('href') ?? '', count: Number(/(\d+)\s*$/.exec(a.textContent ?? '')?.[1]) })));
    expect(promised.length).toBeGreaterThan(8);
    for (const { href, count } of promised) {
      const { total } = await (await fetch(hub.base + href.replace('/search?', '/search.json?'))).json() as { total: number };
      expect([href, total]).toEqual([href, count]);
    }
  });

  test('the JSON has the same results in the same order', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/search?q=call+center+agents&page=2`);
    const shown = await page.locator('.result h3 a').evaluateAll((links) => links.map((a) => a.getAttribute('href') ?? ''));
    const { results } = await (await fetch(`${hub.base}/search.json?q=call+center+agents&page=2`)).json() as { results: { url: string }[] };
    expect(results.map((r) => r.url.replace(/^https?:\/\/[^/]+/, ''))).toEqual(shown);
    expect(shown.length).toBeGreaterThan(0);
  });
});

describe('whoever blocked somebody', () => {
  test('has what they wrote folded, among what is nearest too, and no results while typing', async () => {
    const [writer, reader] = [await ownMember('Quin Bellweather', 'quin-bell'), await ownMember('Rea Der', 'rea-der')];
    createThread(writer, { forum: 'measures', kind: 'question', title: 'Who rings the quokkabell', body: 'Every hour.', themes: [], token: undefined });
    const { page, context } = await browser.open();
    const { name, value } = await startSession(reader.id, 'a test');
    await context.addCookies([{ name, value, url: hub.base }]);
    const folded = async (q: string) => {
      await page.goto(`${hub.base}/search?q=${encodeURIComponent(q)}`);
      return [await page.locator('.result').count(), await page.locator('.result').filter({ visible: true }).count()];
    };
    const [found, near] = ['quokkabell', '"quokkabell zzzq"'];
    expect([await folded(found), await folded(near)]).toEqual([[1, 1], [1, 1]]);
    expect(await page.getByRole('heading', { name: 'Nearest to it' }).count()).toBe(1);
    expect(await page.getByRole('combobox').count()).toBeGreaterThan(0);
    blockMember(reader, { memberId: writer.id });
    expect([await folded(found), await folded(near)]).toEqual([[1, 0], [1, 0]]);
    expect(await page.getByRole('combobox').count()).toBe(0);
    await page.locator('input[name=q]:visible').fill('quokkabell');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=quokkabell$/);
    unblockMember(reader, { memberId: writer.id });
    expect(await folded(near)).toEqual([1, 1]);
  });
});

describe('while asking', () => {
  test('likely answers come while the title is typed', async () => {
    const { page, context } = await browser.open();
    await context.addCookies([(await enter('rosa')).cookie]);
    await page.goto(`${hub.base}/forums/new`);
    await page.getByLabel('Title').pressSequentially('Do you use an interpreter line?', { delay: 5 });
    await page.getByRole('heading', { name: 'Perhaps already answered' }).waitFor();
    expect(await page.locator('[data-likely-answers] a').allTextContents()).toEqual(expect.arrayContaining([expect.stringMatching(/interpreter/i)]));
    expect(await page.locator('[data-likely-said]').textContent()).toMatch(/may answer it/);
  });

  test('and stand on the preview without JavaScript', async () => {
    const { page, context } = await browser.open({ javaScriptEnabled: false });
    await context.addCookies([(await enter('rosa')).cookie]);
    await page.goto(`${hub.base}/forums/new?title=interpreter+line+waiting`);
    await page.getByLabel('Text', { exact: true }).fill('How long do you wait?');
    await page.getByRole('button', { name: 'Preview' }).click();
    expect(await page.locator('[data-likely-answers] a').count()).toBeGreaterThan(0);
    expect(await page.getByLabel('Title').inputValue()).toBe('interpreter line waiting');
  });
});
