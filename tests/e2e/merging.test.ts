import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createComment } from '#domain/forum/comments.ts';
import { publishResource } from '#domain/library/workflow.ts';
import { createResource, newResourceInput } from '#domain/library/writing.ts';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();
const slugs = { kept: '', duplicate: '' };

beforeAll(async () => {
  const [nadia, ines, rosa] = [(await enter('nadia')).member, (await enter('ines')).member, (await enter('rosa')).member];
  const published = (title: string, more: Record<string, unknown> = {}) => {
    const { id } = createResource(ines, newResourceInput.parse({ kind: 'reference', type: 'report', title, publish: 'yes', different: 'yes', rights: 'undetermined', themes: ['equity'], ...more }));
    return publishResource(nadia, { id });
  };
  const kept = published('Answering Calls in Seven Wombat Cities', { year: '2016', doi: '10.5555/wombat.2016' });
  const duplicate = published('Answering calls in seven wombat cities: a report', { year: '2016', doi: '10.5555/wombat.2016', people: 'Wombat, Wilma', url: 'https://example.org/wombat.pdf' });
  createComment(rosa, { resourceId: duplicate.id, body: 'Chapter four is the one to read.' });
  Object.assign(slugs, { kept: kept.slug, duplicate: duplicate.slug });
});

const answer = async (path: string) => {
  const response = await fetch(hub.base + path, { redirect: 'manual' });
  return [response.status, response.headers.get('location')];
};

describe('a work that is in the library twice', () => {
  test('is merged by a coordinator; the old address leads on for a visitor; undoing brings it back', async () => {
    expect(await answer(`/library/${slugs.duplicate}`)).toEqual([200, null]);
    const { page, context } = await browser.open({ expectErrors: /400/ });
    await context.addCookies([(await enter('nadia')).cookie]);

    await page.goto(`${hub.base}/desk/duplicates`);
    const pair = page.getByRole('row').filter({ hasText: 'wombat cities' });
    expect(await pair.textContent()).toContain('Same DOI');
    await pair.getByRole('link', { name: /^Compare/ }).click();
    const heads = page.locator('.compare-head');
    if (!(await heads.first().textContent())?.includes('Seven Wombat Cities')) await page.getByRole('link', { name: 'Keep this one instead' }).click();
    expect(await heads.first().textContent()).toContain('Answering Calls in Seven Wombat Cities');
    expect(await heads.last().textContent()).toContain('1 comment');
    expect(await page.getByRole('row', { name: /^Title/ }).locator('mark').allTextContents()).toContain('Calls');
    await page.getByLabel('Take over Address on the web').uncheck();
    expect(await page.getByLabel('How do you know').inputValue()).toBe('Same DOI.');
    await page.getByLabel('How do you know').fill('');
    await page.getByLabel('How do you know').evaluate((field) => field.removeAttribute('required'));
    await page.getByRole('button', { name: 'Merge' }).click();
    expect(await page.getByText('Say how you know').count()).toBeGreaterThan(0);
    expect([await page.getByLabel('Take over Authors').isChecked(), await page.getByLabel('Take over Address on the web').isChecked()]).toEqual([true, false]);
    await page.getByLabel('How do you know').fill('Same DOI, same authors.');
    await page.getByRole('button', { name: 'Merge' }).click();
    await page.waitForURL(/duplicates\?merged=/);
    expect(await page.locator('.flash').textContent()).toContain('is merged into “Answering Calls in Seven Wombat Cities”');

    for (const ending of ['', '.ris', '.bib', '.csl.json']) expect(await answer(`/library/${slugs.duplicate}${ending}`)).toEqual([301, `/library/${slugs.kept}${ending}`]);
    const visitor = await browser.open();
    await visitor.page.goto(`${hub.base}/library/${slugs.duplicate}`);
    expect(visitor.page.url()).toBe(`${hub.base}/library/${slugs.kept}`);
    expect(await visitor.page.locator('main').textContent()).toContain('Wombat');
    expect(await visitor.page.locator('#comments').textContent()).toContain('Chapter four is the one to read.');
    await visitor.page.goto(`${hub.base}/log`);
    expect(await visitor.page.getByRole('row').filter({ hasText: 'merged two resources' }).first().textContent()).toContain('Same DOI, same authors.');

    await page.getByRole('row').filter({ hasText: 'Same DOI, same authors.' }).getByRole('button', { name: 'Undo' }).click();
    await page.waitForURL(/duplicates\?undone/);
    expect(await page.locator('.flash').textContent()).toContain('undone');
    expect(await answer(`/library/${slugs.duplicate}`)).toEqual([200, null]);
    await visitor.page.goto(`${hub.base}/library/${slugs.duplicate}`);
    expect(await visitor.page.locator('#comments').textContent()).toContain('Chapter four is the one to read.');
    await visitor.page.goto(`${hub.base}/library/${slugs.kept}`);
    expect(await visitor.page.locator('main').textContent()).not.toContain('Wilma');
  });

  test('is compared by its key or its address; what leads nowhere is said beside the field', async () => {
    const { page, context } = await browser.open();
    await context.addCookies([(await enter('nadia')).cookie]);
    await page.goto(`${hub.base}/desk/duplicates/compare?a=${slugs.kept}`);
    expect(await page.getByRole('link', { name: /a report$/ }).count()).toBe(1);
    await page.getByLabel('The other').fill('no-such-work');
    await page.getByRole('button', { name: 'Compare' }).click();
    expect(await page.locator('#b-error').textContent()).toContain('nothing in the library');
    await page.getByLabel('The other').fill(`${hub.base}/library/${slugs.duplicate}`);
    await page.getByRole('button', { name: 'Compare' }).click();
    expect(await page.getByRole('heading', { name: 'Are these the same?' }).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Merge' }).count()).toBe(1);
  });

  test('is nobody else’s business', async () => {
    const { header } = await enter('rosa');
    for (const path of ['/desk/duplicates', `/desk/duplicates/compare?a=${slugs.kept}&b=${slugs.duplicate}`]) {
      expect((await fetch(hub.base + path, { headers: { cookie: header } })).status).toBe(403);
      expect((await answer(path))[0]).toBe(303);
    }
  });

  test.each([['desktop, light', desktop, 'light'], ['desktop, dark', desktop, 'dark'], ['phone, light', phone, 'light'], ['phone, dark', phone, 'dark']] as const)('the pages meet WCAG 2.2 AA on %s', async (_, viewport, colorScheme) => {
    const { page, context } = await browser.open({ viewport, colorScheme });
    await context.addCookies([(await enter('nadia')).cookie]);
    for (const path of ['/desk/duplicates', `/desk/duplicates/compare?a=${slugs.kept}`, `/desk/duplicates/compare?a=${slugs.kept}&b=${slugs.duplicate}`, '/desk/duplicates/compare?a=staffing-the-centre&b=mazerolle2002managing']) {
      await page.goto(hub.base + path);
      expect(await axeViolations(page), path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), path).toBe(0);
    }
  });
});
