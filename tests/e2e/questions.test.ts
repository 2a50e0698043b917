import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { db, forums, members, posts, threads } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { axeViolations, phone, useBrowser, useCast } from '../support/browser.ts';
import { startHub } from '../support/hub.ts';

const { hub, stop, output } = await startHub();
const enter = useCast(hub);
const browser = useBrowser();
afterAll(stop);

type Cookie = Awaited<ReturnType<typeof enter>>['cookie'];
const who: Record<string, { cookie: Cookie; header: string }> = {};
const title = 'How do you tell a supervisor that call-backs work?';
let address = '';
let asker = '';
const names = /zebrowitz|quillon/i;

beforeAll(async () => {
  for (const key of ['rosa', 'tom', 'nadia', 'abe'] as const) who[key] = await enter(key);
  db.update(members).set({ name: 'Quillon Zebrowitz', handle: 'quillon-zebrowitz', email: 'zebrowitz@test.example', place: 'Zebrowitzville' }).where(eq(members.handle, 'rosa')).run();
  asker = String(db.select({ id: members.id }).from(members).where(eq(members.handle, 'quillon-zebrowitz')).get()?.id);
  db.update(members).set({ place: 'Alder Springs, CO' }).where(eq(members.handle, 'tom')).run();
});

/** Every step is without a script. */
async function as(key: string, expectErrors?: RegExp) {
  const { page, context } = await browser.open({ javaScriptEnabled: false, ...(expectErrors && { expectErrors }) });
  if (who[key]) await context.addCookies([who[key].cookie]);
  return page;
}

/** A question on its way to an answer, told in order: each step stands on the one before. */
describe('a question asked for a colleague', () => {
  test('a member asks without their name, and sees that it is so', async () => {
    const page = await as('rosa', /400/);
    const forum = db.select({ slug: forums.slug }).from(forums).get()?.slug ?? '';
    await page.goto(`${hub.base}/forums/new?forum=${forum}`);
    await page.getByLabel('What is it?').selectOption('discussion');
    await page.getByLabel('Title').fill(title);
    await page.getByLabel('Text', { exact: true }).fill('She says they take too long. We have ten seats.');
    await page.getByLabel('Ask for a colleague (without my name)').check();
    await page.getByRole('button', { name: 'Start the thread' }).click();
    expect(await page.locator('#kind-error').textContent()).toContain('Only a question can be asked for a colleague');
    expect(await page.getByLabel('Ask for a colleague (without my name)').isChecked()).toBe(true);
    await page.getByLabel('What is it?').selectOption('question');
    for (const ticked of [false, true]) {
      await page.getByLabel('Ask for a colleague (without my name)').setChecked(ticked);
      await page.getByRole('button', { name: 'Save draft' }).click();
      await page.waitForURL(/draft/);
      await page.goto(`${hub.base}/forums/new?draft`);
      expect(await page.getByLabel('Ask for a colleague (without my name)').isChecked()).toBe(ticked);
    }
    await page.getByRole('button', { name: 'Start the thread' }).click();
    await page.getByText('You, without your name').waitFor();
    address = new URL(page.url()).pathname;
    expect(await page.locator('.clock').textContent()).toBe('Waiting for an answer');
  });

  test('a visitor reads that it waits; after 24 working hours who looks for an answer', async () => {
    const page = await as('nobody');
    await page.goto(hub.base + address);
    await page.getByText('A member asking for a colleague').first().waitFor();
    await page.goto(`${hub.base}${address.replace(/\/[^/]+$/, '')}`);
    await page.locator('.thread', { hasText: title }).getByText('Waiting for an answer').waitFor();
    db.update(threads).set({ createdAt: addDays(new Date(), -10) }).where(eq(threads.title, title)).run();
    const nadia = await as('nadia');
    await nadia.goto(`${hub.base}/desk/questions`);
    await nadia.getByRole('heading', { name: /hours$/ }).last().waitFor();
    expect(await nadia.getByRole('cell', { name: /Nadia Okafor, since/ }).count()).toBe(1);
    await page.goto(hub.base + address);
    await page.getByText('Nadia Okafor is looking for an answer, since').waitFor();
  });

  test('she hands it over with a reason', async () => {
    const page = await as('nadia', /400/);
    await page.goto(`${hub.base}/desk/questions?mine`);
    await page.locator('summary').filter({ hasText: `Hand over: ${title}` }).click();
    await page.getByLabel('To whom').selectOption({ label: 'Nadia Okafor (you)' });
    await page.getByLabel('Reason').fill('On leave.');
    await page.getByRole('button', { name: 'Hand over' }).click();
    expect(await page.locator('[id^=to-][id$=-error]').textContent()).toContain('They look after it already.');
    expect(await page.getByLabel('Reason').inputValue()).toBe('On leave.');
    await page.getByLabel('To whom').selectOption({ label: 'Abe Whitfield' });
    await page.getByRole('button', { name: 'Hand over' }).click();
    await page.getByRole('cell', { name: /Abe Whitfield, since/ }).waitFor();
    expect(await page.getByRole('status').textContent()).toBe('The question is handed over.');
  });

  test('a reply ends the wait; the asker accepts it, and it stands at the top', async () => {
    const tom = await as('tom');
    await tom.goto(hub.base + address);
    await tom.getByLabel('Your reply').fill('Show her the share of callers who ring twice.');
    await tom.getByRole('button', { name: 'Reply', exact: true }).click();
    await tom.waitForURL('**#post-2');
    expect(await tom.locator('.clock').count()).toBe(0);
    expect(await tom.getByRole('button', { name: 'This answers the question' }).count()).toBe(0);
    const rosa = await as('rosa');
    await rosa.goto(hub.base + address);
    await rosa.getByRole('button', { name: 'This answers the question' }).click();
    const top = rosa.locator('.accepted-answers');
    expect(await top.textContent()).toMatch(/Tom Achterberg: Show her the share[\s\S]*Accepted by the asker on/);
    expect(await rosa.locator('#post-2 .accepted-mark').textContent()).toContain('Accepted answer');
    await rosa.getByLabel('Your reply').fill('Thank you, I will.');
    await rosa.getByRole('button', { name: 'Reply', exact: true }).click();
    await rosa.locator('#post-3').getByText('You, without your name').waitFor();
    await rosa.goto(`${hub.base}${address.replace(/\/[^/]+$/, '')}`);
    await rosa.locator('.thread', { hasText: title }).getByText('Answered').waitFor();
  });

  test('another place says that it works for them too, changes it, and takes it back', async () => {
    const page = await as('nadia', /400/);
    await page.goto(hub.base + address);
    await page.getByRole('link', { name: /^Works for us too/ }).first().click();
    await page.getByLabel('Place').fill('Fir County');
    await page.getByLabel('Year').evaluate((input) => { input.removeAttribute('min'); });
    await page.getByLabel('Year').fill('1890');
    await page.getByRole('button', { name: 'Works for us too' }).click();
    expect(await page.locator('#year-error').textContent()).toContain('Not before 2000');
    await page.getByLabel('Year').fill('2025');
    await page.getByRole('button', { name: 'Works for us too' }).click();
    expect(await page.locator('.works-too li').textContent()).toContain('Fir County (2025), says Nadia Okafor');
    await page.getByRole('link', { name: /^Change “works for us too”/ }).click();
    await page.getByLabel('Note').fill('With 40 seats.');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await page.locator('.works-too li').textContent()).toContain(': With 40 seats.');
  });

  test('a member flags what somebody said, and a coordinator keeps it', async () => {
    const page = await as('rosa');
    await page.goto(hub.base + address);
    await page.getByRole('link', { name: /^Flag what Nadia Okafor said/ }).click();
    await page.getByRole('radio', { name: /^Inaccurate/ }).check();
    await page.getByLabel('What coordinators should know').fill('They have 20 seats.');
    await page.getByRole('button', { name: 'Tell the coordinators' }).click();
    await page.waitForURL('**/flagged?next=*');
    const abe = await as('abe');
    await abe.goto(`${hub.base}/desk/flags`);
    await abe.getByRole('link', { name: `“works for us too” in “${title}”` }).click();
    expect(await abe.locator('main').textContent()).toContain('They have 20 seats.');
    await abe.getByLabel('Reason for keeping it').fill('20 of them at night.');
    await abe.getByRole('button', { name: 'Keep it' }).click();
    await abe.waitForURL('**/desk/flags');
    await page.goto(`${hub.base}/account/inbox`);
    expect(await page.locator('main').textContent()).toContain('a coordinator has looked at it and decided that it stays. The thread is');
  });

  test('a coordinator takes away what somebody said, with a reason', async () => {
    const page = await as('abe', /400/);
    await page.goto(hub.base + address);
    await page.getByRole('link', { name: /^Remove what Nadia Okafor said of/ }).click();
    await page.getByLabel('Reason').evaluate((input) => { input.removeAttribute('required'); });
    await page.getByRole('button', { name: 'Remove' }).click();
    expect(await page.locator('#reason-error').textContent()).toContain('Please give the reason');
    await page.getByLabel('Reason').fill('It names a resident.');
    await page.getByRole('button', { name: 'Remove' }).click();
    expect(await page.locator('.works-too').count()).toBe(0);
  });

  test('who asked stands in no page, feed, search, file, letter or log line', async () => {
    const seen = new Set<string>();
    const read = async (path: string, header?: string) => {
      const answer = await fetch(hub.base + path, { headers: header ? { cookie: header } : {} });
      const text = await answer.text();
      expect(text, `${path}, ${header ? 'signed in' : 'as a visitor'}`).not.toMatch(names);
      if (text.includes(title)) expect(text, path).not.toContain(`members/${asker}`);
      return text;
    };
    for (const key of ['nobody', 'tom', 'nadia', 'abe']) {
      // Not the list of members at the desk nor the profile, which name everybody: those are looked at below.
      const queue = ['/', '/forums', address, '/log', '/library', '/themes', '/desk', '/account'].filter((path) => key !== 'nobody' || !/^\/(desk|account)/.test(path));
      seen.clear();
      for (let path = queue.shift(); path !== undefined && seen.size < 60; path = queue.shift()) {
        if (seen.has(path)) continue;
        seen.add(path);
        const text = await read(path, who[key]?.header);
        for (const [, href = ''] of text.matchAll(/href="(\/(?:forums|posts|desk|log|account|search)[^"#]*)/g)) if (!/sign-out|desk\/members/.test(href)) queue.push(href.replaceAll('&amp;', '&'));
      }
      expect(seen.has(address)).toBe(true);
    }
    for (const path of ['/sitemap.xml', '/search.json?q=supervisor', '/search.json?q=ring+twice', '/search?q=supervisor', '/library.atom', '/library.json', '/library.csv', '/search.csv?q=supervisor', '/themes/equity.atom']) await read(path);
    expect(JSON.parse(await (await fetch(`${hub.base}/search.json?q=author:zebrowitz`)).text())).toMatchObject({ total: 0 });
    // Their own profile and the desk's list know them, but nothing of the question.
    for (const [path, header] of [['/members/quillon-zebrowitz', undefined], ['/members/quillon-zebrowitz', who['nadia']?.header], ['/desk/members?q=zebrowitz', who['nadia']?.header]] as const) {
      expect(await (await fetch(hub.base + path, { headers: header ? { cookie: header } : {} })).text(), path).not.toContain(title);
    }
    const letters = join(hub.folder, 'mail');
    for (let n = 0; n < 50 && !readdirSync(letters).some((f) => f.includes('abe@')); n++) await wait(200);
    const files = readdirSync(letters);
    expect(files.some((f) => f.includes('abe@'))).toBe(true);
    for (const file of files.filter((f) => !f.includes('zebrowitz'))) expect(readFileSync(join(letters, file), 'utf8'), file).not.toMatch(names);
    for (const file of readdirSync(hub.folder, { recursive: true, encoding: 'utf8' }).filter((f) => /pagefind.*\.(pf_|json)/.test(f))) {
      const bytes = readFileSync(join(hub.folder, file));
      expect((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('latin1'), file).not.toMatch(names);
    }
    expect(output()).not.toMatch(names);
  });

  test('what search engines read is data, and right', async () => {
    const { page } = await browser.open();
    await page.goto(hub.base + address);
    const data = JSON.parse(await page.locator('script[type="application/ld+json"]').textContent() ?? '');
    expect(data).toMatchObject({ '@type': 'QAPage', mainEntity: { '@type': 'Question', name: title, author: { name: 'A member asking for a colleague' }, acceptedAnswer: [{ author: { name: 'Tom Achterberg', url: `${hub.base}/members/tom` } }] } });
    expect(data.mainEntity.author.url).toBeUndefined();
  });

  test('a coordinator looks it up with a reason, once', async () => {
    const page = await as('nadia', /400/);
    await page.goto(hub.base + address);
    await page.getByRole('link', { name: 'Look up who wrote it (post 1)' }).click();
    await page.getByLabel('Reason').fill('The text threatens somebody.');
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('Quillon Zebrowitz').waitFor();
    await page.goto(page.url().split('?')[0] ?? '');
    expect(await page.getByText('Quillon').count()).toBe(0);
    await page.goto(`${hub.base}/desk/log`);
    await page.getByText('The text threatens somebody.').waitFor();
    expect(await page.content()).not.toMatch(names);
    const tom = await as('tom', /403/);
    await tom.goto(`${hub.base}/posts/${db.select({ id: posts.id }).from(posts).innerJoin(threads, eq(threads.id, posts.threadId)).where(eq(threads.title, title)).get()?.id}/author`);
    await tom.getByText('This is for coordinators.').waitFor();
  });

  test('decided about, it says of nobody whether they are still here', async () => {
    const [tom, page] = [await as('tom', /400/), await as('nadia', /400/)];
    await tom.goto(hub.base + address);
    await tom.getByRole('link', { name: /^Flag.*post 1/ }).first().click();
    await tom.getByLabel(/^Off-topic/).check();
    await tom.getByRole('button', { name: 'Tell the coordinators' }).click();
    await tom.waitForURL('**/flagged?next=*');
    await page.goto(`${hub.base}/desk/flags`);
    await page.getByRole('link', { name: title }).click();
    await page.getByText('Mailed to the author (if still here) and to those who flagged, and shown').waitFor();
    await page.locator('input[name=outcome][value=keep]').check();
    await page.getByLabel('Reason', { exact: true }).fill('It is about serving residents.');
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByText('Decided. The author (if still here) and those who flagged are told why.').waitFor();
  });

  test('an administrator sets the working hours and who looks where; wrong ones are told at the field', async () => {
    const page = await as('abe', /400/);
    await page.goto(`${hub.base}/desk/calendar`);
    await page.getByLabel('Time zone').fill('Mars/Olympus');
    await page.getByRole('button', { name: 'Save the working hours' }).click();
    expect(await page.locator('#timeZone-error').textContent()).toContain('not the name of a time zone');
    await page.getByLabel('Time zone').fill('America/Chicago');
    await page.getByRole('button', { name: 'Save the working hours' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await page.getByLabel('Time zone').inputValue()).toBe('America/Chicago');
    await page.getByLabel('Nadia Okafor').first().check();
    await page.getByRole('button', { name: 'Save who looks for answers' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await page.getByLabel('Nadia Okafor').first().isChecked()).toBe(true);
  });

  test('all of it is fit for everybody, on a desktop and on a phone', async () => {
    for (const [key, paths] of [['rosa', [address, '/forums/new']], ['nadia', [address, '/desk/questions', '/desk/answers']], ['abe', ['/desk/calendar']]] as const) {
      for (const options of [{}, { viewport: phone, colorScheme: 'dark' as const }]) {
        const { page, context } = await browser.open(options);
        if (who[key]) await context.addCookies([who[key].cookie]);
        for (const path of paths) {
          await page.goto(hub.base + path);
          expect(await axeViolations(page), path).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), path).toBe(true);
        }
      }
    }
  }, 60_000);
});
