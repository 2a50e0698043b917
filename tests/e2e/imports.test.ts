import { describe, expect, inject, test } from 'vitest';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

const work = (key: string, title: string, more = '') => `@article{${key},\n  author = {Quillfeather, Ada and Nam, Taewoo},\n  title = {${title}},\n  journal = {Journal of Import Journeys},\n  year = {2019},\n${more}}\n`;
const file = [
  work('quillfeather2019a', 'Zebra crossings and the telephone'), work('quillfeather2019b', 'Accordion queues in winter call centres', '  doi = {10.5555/accordion},\n'),
  work('repeated', 'Another name for it', '  doi = {10.5555/ACCORDION},\n'), '@article{broken,\n  title = {Never closed\n',
].join('\n');

async function pageOf(who: Parameters<typeof enter>[0], options: Parameters<typeof browser.open>[0] = {}) {
  const opened = await browser.open(options);
  await opened.context.addCookies([(await enter(who)).cookie]);
  return opened.page;
}

async function bring(page: Awaited<ReturnType<typeof pageOf>>, name: string, text: string): Promise<void> {
  await page.goto(`${hub.base}/desk/imports`);
  await page.getByLabel('File', { exact: true }).setInputFiles({ name, mimeType: 'application/x-bibtex', buffer: Buffer.from(text) });
  await page.getByLabel('Theme').selectOption('technology');
  await page.getByLabel('Rights').selectOption('undetermined');
  await page.getByRole('button', { name: 'Read it and show a preview' }).click();
  await page.waitForURL('**/desk/imports/*');
}

describe('importing', () => {
  test('a file with duplicates: preview, confirm, publish by another, undo', async () => {
    await enter('ines');
    const page = await pageOf('nadia', { viewport: desktop });
    await bring(page, 'journey.bib', file);
    await page.getByRole('heading', { name: 'What is in the file' }).waitFor();
    const row = (title: string) => page.getByRole('row', { name: new RegExp(title) });
    expect(await row('Zebra crossings').getByRole('checkbox').isChecked()).toBe(true);
    expect(await row('Another name for it').textContent()).toMatch(/same DOI:\s*Accordion queues.*Row 2 of this file/i);
    expect(await row('Another name for it').getByRole('checkbox').isChecked()).toBe(false);
    expect(await page.getByText('Cannot be read', { exact: true }).count()).toBeGreaterThan(0);
    const visitor = await browser.open({ expectErrors: /404|410/ });
    expect((await visitor.page.goto(`${hub.base}/library/quillfeather2019a`))?.status()).toBe(404);

    await page.getByRole('button', { name: 'Import the ticked works' }).click();
    await page.getByText('2 works brought in, not public yet').waitFor();
    expect(await page.getByRole('button', { name: /^Publish all/ }).count()).toBe(0);
    expect((await visitor.page.goto(`${hub.base}/library/quillfeather2019a`))?.status()).toBe(404);

    const other = await pageOf('ines', { viewport: desktop });
    await other.goto(page.url());
    await other.getByRole('button', { name: 'Publish all 2' }).click();
    await other.getByText('2 works in the library').waitFor();
    await visitor.page.goto(`${hub.base}/library?sort=title&type=journal-article&year=2019`);
    expect(await visitor.page.getByRole('link', { name: 'Zebra crossings and the telephone' }).count()).toBe(1);
    await visitor.page.goto(`${hub.base}/search?q=accordion+queues`);
    expect(await visitor.page.getByRole('link', { name: /Accordion queues in winter/ }).count()).toBeGreaterThan(0);

    await bring(page, 'again.bib', file);
    await page.getByRole('heading', { name: 'What is in the file' }).waitFor();
    expect(await row('Zebra crossings').getByRole('checkbox').isChecked()).toBe(false);
    expect(await row('Zebra crossings').getByRole('link').getAttribute('href')).toBe('/library/quillfeather2019a');
    await page.getByRole('button', { name: 'Discard this import' }).click();
    await page.getByText('The import was discarded').waitFor();

    await other.getByRole('button', { name: 'Undo the whole import' }).click();
    await other.getByText('This import was undone').waitFor();
    expect((await visitor.page.goto(`${hub.base}/library/quillfeather2019a`))?.status()).toBe(410);
    expect(await visitor.page.getByText('The import that brought it was undone').count()).toBe(1);
  }, 90_000);

  test('works without JavaScript and by keyboard, on a phone', async () => {
    const page = await pageOf('nadia', { viewport: phone, javaScriptEnabled: false, expectErrors: /400/ });
    await page.goto(`${hub.base}/desk/imports`);
    await page.getByLabel('Or paste records').fill('some words that are no record');
    await page.getByLabel('Theme').selectOption('equity');
    await page.getByLabel('Rights').selectOption('cc0');
    await page.getByRole('button', { name: 'Read it and show a preview' }).click();
    expect(await page.getByRole('link', { name: 'The hub cannot tell what format this is. Choose it here.' }).count()).toBe(1);
    expect([await page.getByLabel('Or paste records').inputValue(), await page.getByLabel('Theme').inputValue()]).toEqual(['some words that are no record', 'equity']);
    await page.getByLabel('Or paste records').fill(Array.from({ length: 60 }, (_, n) => work(`plain${n}`, `Plain matter ${(n * 7919 + 31).toString(36)} concerning ${(n * 104729 + 5).toString(36)}`, `  doi = {10.5555/plain.${n}},\n`)).join('\n'));
    await page.getByRole('button', { name: 'Read it and show a preview' }).click();
    await page.waitForURL('**/desk/imports/*');
    for (let looks = 0; looks < 50 && await page.getByRole('link', { name: 'Look again' }).count(); looks++) await page.getByRole('link', { name: 'Look again' }).click();

    await page.getByRole('checkbox').first().focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Save the ticks and show page 2' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**?page=2');
    expect(await page.getByText('59 works of 60').count()).toBe(1);
    await page.getByRole('button', { name: 'Untick all 60 new' }).click();
    await page.waitForURL('**?page=2');
    expect(await page.getByText('0 works of 60').count()).toBe(1);
    await page.getByRole('button', { name: 'Import the ticked works' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('Nothing is ticked');
    expect(page.url()).toContain('page=2');
    await page.getByRole('button', { name: 'Discard this import' }).click();
    await page.getByText('The import was discarded').waitFor();
  }, 90_000);

  test('every state of the page is accessible and fits a phone, light and dark', async () => {
    const wrong: string[] = [];
    const look = async (page: Awaited<ReturnType<typeof pageOf>>, what: string) => {
      for (const [viewport, colorScheme] of [[desktop, 'light'], [desktop, 'dark'], [phone, 'light'], [phone, 'dark']] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        for (const violation of await axeViolations(page)) wrong.push(`${what} ${viewport.width} ${colorScheme}: ${violation}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (overflow > 0) wrong.push(`${what} ${viewport.width}: scrolls sideways by ${overflow} px`);
      }
      await page.setViewportSize(desktop);
    };
    await enter('ines');
    const page = await pageOf('nadia', { viewport: desktop });
    await page.goto(`${hub.base}/desk/imports`);
    await look(page, 'the form');
    await bring(page, 'states.bib', file.replaceAll('quillfeather2019', 'states2019').replaceAll('accordion', 'states').replaceAll('Zebra', 'Quagga').replaceAll('Accordion', 'Concertina'));
    await page.getByRole('heading', { name: 'What is in the file' }).waitFor();
    await look(page, 'the preview');
    await page.getByRole('button', { name: 'Import the ticked works' }).click();
    await page.getByText('not public yet').waitFor();
    await look(page, 'the result');
    await page.getByRole('button', { name: 'Undo the whole import' }).click();
    await page.getByText('This import was undone').waitFor();
    await look(page, 'undone');
    await page.goto(`${hub.base}/desk/imports`);
    await look(page, 'the list');
    expect(wrong).toEqual([]);
  }, 90_000);

  test('members and visitors get none of it', async () => {
    const visitor = await browser.open();
    await visitor.page.goto(`${hub.base}/desk/imports`);
    expect(visitor.page.url()).toContain('/sign-in');
    const member = await pageOf('rosa', { expectErrors: /403/ });
    for (const path of ['/desk/imports', '/desk/imports/1']) expect((await member.goto(hub.base + path))?.status()).toBe(403);
  });
});
