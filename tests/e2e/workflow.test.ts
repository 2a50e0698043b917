import { expect, inject, test } from 'vitest';
import { axeViolations, phone, useBrowser, useCast } from '../support/browser.ts';
import { letterTo } from '../support/hub.ts';

const hub = inject('demo');
const browser = useBrowser();
const signIn = useCast(hub);

test('a member suggests a work, one coordinator reviews it, publishes it, and everybody can cite it', async () => {
  const { page, context } = await browser.open({ expectErrors: /400|404/, javaScriptEnabled: false });
  await context.addCookies([(await signIn('rosa')).cookie]);
  await page.goto(`${hub.base}/library`);
  await page.getByRole('link', { name: 'Suggest a resource' }).first().click();
  await page.getByLabel('Title').fill('  ');
  await page.getByLabel('Why should others know it?').fill('Everybody quotes it.');
  await page.getByRole('button', { name: 'Send the suggestion' }).click();
  expect(await page.getByText('Give its title.').count()).toBeGreaterThan(0);
  // A title that the library has already: shown before anything is written.
  await page.getByLabel('Title').fill('Why Measure Performance? Different purposes require different measures');
  await page.getByLabel('Authors').fill('Behn, Robert D.');
  await page.getByLabel('Year').fill('2003');
  await page.getByRole('button', { name: 'Send the suggestion' }).click();
  expect(await page.getByRole('link', { name: /Why Measure Performance/ }).count()).toBeGreaterThan(0);
  expect(await page.getByLabel('Why should others know it?').inputValue()).toBe('Everybody quotes it.');
  await page.getByLabel('Title').fill('The quiet handbook of marsupial hotlines');
  await page.getByLabel('Address on the web').fill('https://example.org/handbook');
  await page.getByRole('button', { name: 'Send the suggestion' }).click();
  await page.waitForURL('**/account/suggestions?thanks');
  expect(await page.getByText('Waiting for review').count()).toBe(1);

  const visitor = await browser.open({ expectErrors: /404/, viewport: phone });
  const address = `${hub.base}/library/the-quiet-handbook-of-marsupial-hotlines`;
  expect((await visitor.page.goto(address))?.status()).toBe(404);

  const desk = await browser.open();
  await desk.context.addCookies([(await signIn('nadia')).cookie]);
  await signIn('ines');
  await desk.page.goto(`${hub.base}/desk/review`);
  await desk.page.getByRole('link', { name: 'The quiet handbook of marsupial hotlines' }).click();
  await desk.page.getByRole('button', { name: 'I am on it' }).click();
  await desk.page.waitForURL(/\?saved/);
  expect(await desk.page.getByText('In review').count()).toBeGreaterThan(0);
  await desk.page.getByLabel('Summary').fill('How marsupials answer.');
  await desk.page.getByLabel('Rights', { exact: true }).selectOption('in-copyright');
  await desk.page.getByLabel('Technology').check();
  expect(await axeViolations(desk.page)).toEqual([]);
  await desk.page.getByRole('button', { name: 'Save and publish' }).click();
  await desk.page.waitForURL(address);
  expect((await letterTo(hub, 'rosa@test.example', /is in the library now/)).text).toContain('/library/the-quiet-handbook');

  await visitor.page.goto(address);
  expect(await visitor.page.getByText('How marsupials answer.').count()).toBeGreaterThan(0);
  for (const style of ['APA', 'Chicago', 'MLA', 'Harvard', 'Vancouver', 'BibTeX']) expect(await visitor.page.getByText(style).count()).toBeGreaterThan(0);
  expect(await axeViolations(visitor.page)).toEqual([]);
  const bib = await fetch(`${address}.bib`);
  expect([bib.headers.get('content-type'), await bib.text()]).toEqual([expect.stringContaining('application/x-bibtex'), expect.stringContaining('The quiet handbook of marsupial hotlines')]);

  await desk.page.goto(`${address.replace('/library/', '/desk/resources/')}/history`);
  expect(await desk.page.locator('.version').count()).toBe(3);
  expect(await axeViolations(desk.page)).toEqual([]);
});

test('nobody publishes alone what they brought in; past its day a page says so', async () => {
  await signIn('ines');
  const { page, context } = await browser.open({ expectErrors: /403/ });
  await context.addCookies([(await signIn('nadia')).cookie]);
  await page.goto(`${hub.base}/desk/resources/new?kind=reference`);
  await page.getByLabel('Title').fill('A manual of echidna lines');
  await page.getByLabel('Rights', { exact: true }).selectOption('cc-by');
  await page.getByLabel('Technology').check();
  await page.getByRole('button', { name: 'Submit for review' }).click();
  await page.waitForURL(/\?saved/);
  expect(await page.getByRole('button', { name: /publish/i }).count()).toBe(0);
  expect(await page.getByText('Another coordinator has to look at it').count()).toBe(1);

  const other = await browser.open();
  await other.context.addCookies([(await signIn('ines')).cookie]);
  await other.page.goto(`${hub.base}/desk/resources/a-manual-of-echidna-lines`);
  await other.page.getByRole('button', { name: 'Publish as it stands' }).click();
  await other.page.waitForURL('**/library/a-manual-of-echidna-lines');
  await other.page.goto(`${hub.base}/desk/resources/a-manual-of-echidna-lines`);
  await other.page.getByLabel('To be looked at again by').fill('2026-01-01');
  await other.page.locator('#care').locator('..').getByRole('button', { name: 'Save' }).click();
  await other.page.waitForURL(/\?saved/);
  await other.page.goto(`${hub.base}/library/a-manual-of-echidna-lines`);
  expect(await other.page.getByText('This may be out of date').count()).toBe(1);
  await other.page.goto(`${hub.base}/desk/care`);
  await other.page.getByRole('link', { name: 'A manual of echidna lines' }).click();
  await other.page.getByRole('button', { name: 'It is still correct' }).click();
  await other.page.waitForURL(/\/library\/a-manual-of-echidna-lines/);
  expect(await other.page.getByText('This may be out of date').count()).toBe(0);
});
