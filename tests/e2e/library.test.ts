import type { Page } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { axeViolations, desktop, phone, useBrowser } from '../support/browser.ts';

const { base } = inject('demo');
const browser = useBrowser();

/** The number in "25 resources". */
const total = async (page: Page) => Number((await page.locator('#resources').textContent())?.replace(/\D/g, ''));
const facet = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
/** Chooses a value of a facet and returns how many it promised. */
async function choose(page: Page, name: string, value: RegExp): Promise<number> {
  const region = facet(page, name);
  const link = region.getByRole('link', { name: value }).first();
  if (!(await link.isVisible())) await region.locator('summary').click();
  const promised = Number((await link.locator('.count').textContent())?.replace(/\D/g, ''));
  await link.click();
  return promised;
}
const titles = (page: Page) => page.locator('.resource h3, tbody th').allTextContents();

describe('the library without JavaScript', () => {
  test('is narrowed by facets of different kinds, whose counts hold, and widened again', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${base}/library`);
    const all = await total(page);
    const reports = await choose(page, 'Type', /^Reports/);
    expect(await total(page)).toBe(reports);
    const both = await choose(page, 'Theme', /^Technology/);
    expect(await total(page)).toBe(both);
    expect(both).toBeLessThan(reports);
    expect(reports).toBeLessThan(all);
    expect(new URL(page.url()).search).toBe('?type=report&theme=technology');

    const filters = page.getByRole('list', { name: 'Filters in force' });
    expect(await filters.getByRole('listitem').count()).toBe(2);
    await filters.getByRole('link', { name: /Theme: Technology/ }).click();
    expect(await total(page)).toBe(reports);
    await facet(page, 'Type').getByRole('link', { name: /Remove filter: Reports/ }).click();
    expect(await total(page)).toBe(all);
  });

  test('can be chosen by population, channel, language, evidence and place, each leading to as many as it says', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    for (const [name, value, query] of [
      ['Population', /^500,000 to 999,999/, 'population=500k-1m'], ['Channel', /^Web form or portal/, 'channel=web'], ['Language', /^French/, 'language=fr'],
      ['Evidence', /^Peer-reviewed research/, 'evidence=peer-reviewed'], ['Place', /^Baltimore/, 'place=Baltimore'],
    ] as const) {
      await page.goto(`${base}/library`);
      const promised = await choose(page, name, value);
      expect([name, new URL(page.url()).search, await total(page)]).toEqual([name, `?${query}`, promised]);
      expect(promised).toBeGreaterThan(0);
    }
  });

  test('is narrowed to a span of years by a form, with the other filters kept', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${base}/library?type=report&view=table`);
    await page.getByLabel('From').fill('2015');
    await page.getByLabel('to', { exact: true }).fill('2010');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(new URL(page.url()).search).toBe('?type=report&year=2010..2015&view=table');
    const years = (await page.locator('td[data-label=Year]').allTextContents()).map(Number);
    expect(years).toHaveLength(await total(page));
    expect(Math.min(...years)).toBeGreaterThanOrEqual(2010);
    expect(Math.max(...years)).toBeLessThanOrEqual(2015);
    expect(await page.getByRole('link', { name: /Year: 2010 to 2015/ }).count()).toBe(1);
  });

  test('shows every value of a long facet on a page of its own', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${base}/library?theme=technology`);
    const year = facet(page, 'Year');
    if (await year.getByRole('link', { name: /^All \d+/ }).count()) {
      await year.locator('summary').click();
      await year.getByRole('link', { name: /^All \d+/ }).click();
    } else await page.goto(`${base}/library?theme=technology&facet=year`);
    const values = page.getByRole('region', { name: /^Year: all/ });
    const promised = Number(await values.locator('.count').last().textContent());
    await values.getByRole('link', { name: /^\d{4}/ }).last().click();
    expect(new URL(page.url()).searchParams.get('theme')).toBe('technology');
    expect(await total(page)).toBe(promised);
  });

  test('stands as a table that its headings sort, page by page', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${base}/library?theme=citizen-participation`);
    await page.getByRole('link', { name: 'Show as table' }).click();
    await page.getByRole('columnheader', { name: 'Title' }).getByRole('link').click();
    expect(await page.getByRole('columnheader', { name: 'Title' }).getAttribute('aria-sort')).toBe('ascending');
    const first = await titles(page);
    expect(first).toEqual(first.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })));
    await page.getByRole('link', { name: /^Next/ }).click();
    expect(new URL(page.url()).search).toBe('?theme=citizen-participation&sort=title&view=table&page=2');
    const second = await titles(page);
    expect(first.length + second.length).toBe(await total(page));
    expect(first).not.toContain(second[0]);
    await page.getByRole('columnheader', { name: 'Title' }).getByRole('link').click();
    expect(await page.getByRole('columnheader', { name: 'Title' }).getAttribute('aria-sort')).toBe('descending');
    expect((await titles(page))[0]).toBe(second.at(-1));
    await page.getByRole('columnheader', { name: 'Year' }).getByRole('link').click();
    expect(await page.getByRole('columnheader', { name: 'Year' }).getAttribute('aria-sort')).toBe('descending');
    expect(await page.getByRole('columnheader', { name: 'Title' }).getAttribute('aria-sort')).toBe(null);
    await page.getByRole('link', { name: 'Show as list' }).click();
    expect(new URL(page.url()).search).toBe('?theme=citizen-participation&sort=year');
  });

  test('can be taken along: the file holds the list that is shown, in its order', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${base}/library?type=report&theme=technology&sort=title`);
    const shown = await titles(page);
    const links = page.getByRole('region', { name: 'Take this list with you' }).getByRole('link');
    const hrefs = Object.fromEntries(await Promise.all((await links.all()).map(async (link) => [await link.textContent(), await link.getAttribute('href')] as const)));
    expect(Object.keys(hrefs)).toEqual(['BibTeX', 'RIS', 'CSL-JSON', 'CSV', 'Atom', 'JSON Feed']);
    const file = await fetch(base + hrefs['CSL-JSON']);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="library-report-technology.csl.json"');
    const works = await file.json() as { title: string }[];
    expect(works).toHaveLength(await total(page));
    expect(works.slice(0, shown.length).map((work) => work.title)).toEqual(shown);
    for (const [name, pattern] of [['BibTeX', /^@\w+\{/gm], ['RIS', /^TY {2}- /gm]] as const) expect([name, (await (await fetch(base + hrefs[name])).text()).match(pattern)?.length]).toEqual([name, works.length]);
    const feed = await (await fetch(base + hrefs['JSON Feed'])).json() as { items: unknown[]; feed_url: string };
    expect(feed.items).toHaveLength(Math.min(30, works.length));
    const alternates = await page.locator('head link[rel=alternate]').evaluateAll((found) => found.map((link) => link.getAttribute('href')));
    for (const href of Object.values(hrefs)) expect(alternates).toContain(href);
  });

  test('one resource can be taken along, and a theme be followed', async () => {
    const one = await fetch(`${base}/library/behn2003why.ris`);
    expect([one.status, one.headers.get('content-type'), one.headers.get('content-disposition')]).toEqual([200, 'application/x-research-info-systems; charset=utf-8', 'attachment; filename="behn2003why.ris"']);
    expect(await one.text()).toContain('Why Measure Performance?');
    expect((await fetch(`${base}/library/no-such-work.bib`)).status).toBe(404);
    const found = await (await fetch(`${base}/search.csl.json?q=behn`)).json() as { title: string }[];
    expect(found.map((work) => work.title).join()).toContain('Why Measure Performance?');
    const feed = await fetch(`${base}/themes/equity.atom`);
    expect(feed.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    expect(await feed.text()).toContain('<link rel="self" type="application/atom+xml" href="http');
    expect((await fetch(`${base}/themes/no-such-theme.json`)).status).toBe(404);
  });
});

describe('the library for everybody', () => {
  test.each([
    { name: 'desktop, light', viewport: desktop, colorScheme: 'light' as const }, { name: 'desktop, dark', viewport: desktop, colorScheme: 'dark' as const },
    { name: 'phone, light', viewport: phone, colorScheme: 'light' as const }, { name: 'phone, dark', viewport: phone, colorScheme: 'dark' as const },
  ])('axe finds nothing on $name', async ({ name: _, ...view }) => {
    const { page } = await browser.open(view);
    const wrong: string[] = [];
    for (const path of ['/library?type=report&year=2010..2018&theme=technology', '/library?view=table&sort=-title', '/library?facet=place', '/library?evidence=vendor', '/themes', '/themes/equity']) {
      await page.goto(base + path);
      for (const summary of await page.locator('.facets > summary, .facet summary').all()) if (await summary.isVisible()) await summary.click();
      for (const violation of await axeViolations(page)) wrong.push(`${path}: ${violation}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) wrong.push(`${path}: scrolls sideways by ${overflow} px`);
      const small = await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.facets a, .facets summary, .list-formats a, .sortable thead a, .year-span input, .year-span button')]
        .filter((e) => e.checkVisibility()).map((e) => ({ e, box: e.getBoundingClientRect() })).filter(({ box }) => box.height < 24 || box.width < 24).map(({ e }) => e.outerHTML.slice(0, 100)));
      wrong.push(...small.map((html) => `${path}: too small ${html}`));
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});
