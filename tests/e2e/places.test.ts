import { eq } from 'drizzle-orm';
import sharp from 'sharp';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { bumpChanges, db, knownBrowsers, members, profiles, transaction, trustLevels } from '#db/client.ts';
import { browserCookie } from '#domain/people/known-browsers.ts';
import { startSession } from '#domain/people/sessions.ts';
import { asMember } from '#domain/people/members.ts';
import { visibilities, type Member, type Visibility } from '#domain/people/types.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { peopledPlaces } from '#domain/profiles/directory.ts';
import { ownPlace, editProfile, profileInput } from '#domain/profiles/editing.ts';
import { hashToken } from '#lib/tokens.ts';
import { axeViolations, phone, useBrowser, useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

/** Members of this file's own. */
async function join(handle: string, name: string) {
  const member = asMember(transaction(() => {
    const row = db.insert(members).values({ email: `${handle}@test.example`, handle, name, sample: true, emailConfirmedAt: new Date() }).returning().get();
    db.insert(trustLevels).values({ memberId: row.id, level: 'member', locked: true }).run();
    return row;
  }));
  const session = await startSession(member.id, 'a test');
  return { member, cookie: { name: session.name, value: session.value, url: hub.base }, header: `${session.name}=${session.value}` };
}
let ida: Awaited<ReturnType<typeof join>>, otto: Awaited<ReturnType<typeof join>>;
beforeAll(async () => { [ida, otto] = [await join('ida', 'Ida Larsen'), await join('otto', 'Otto Brandt')]; });
const placeOf = (member: Member) => ownPlace(member)?.slug ?? null;

describe('choosing one’s place', () => {
  test('without JavaScript: a name that many places have is asked about, and what was typed stays', async () => {
    const { page, context } = await browser.open({ javaScriptEnabled: false, expectErrors: /400/ });
    await context.addCookies([ida.cookie]);
    await page.goto(`${hub.base}/account/profile`);
    await page.getByLabel('City, county or agency', { exact: true }).fill('Springfield');
    await page.getByLabel('Ask me about', { exact: false }).first().fill('winter storms');
    await page.getByRole('button', { name: 'Save the profile' }).click();
    expect(await page.locator('.error-summary').textContent()).toContain('Several places are called so');
    expect(await page.locator('#askMe').inputValue()).toBe('winter storms');
    await page.getByRole('group', { name: 'Which place do you mean?' }).getByRole('radio', { name: /Springfield, MO/ }).check();
    await page.getByRole('button', { name: 'Save the profile' }).click();
    await page.waitForURL('**/account/profile?saved');
    expect(placeOf(ida.member)).toBe('springfield-mo');
    expect(await page.locator('#place').inputValue()).toBe('Springfield, MO');
  });

  test('with JavaScript: places appear while one types, the keys choose one, and a reader is told', async () => {
    const { page, context } = await browser.open();
    await context.addCookies([otto.cookie]);
    await page.goto(`${hub.base}/account/profile`);
    const box = page.getByRole('combobox', { name: /^City, county or agency/ });
    await box.pressSequentially('springf il', { delay: 15 });
    const options = page.locator('.place-box').getByRole('option');
    await options.first().filter({ hasText: 'Springfield, IL' }).waitFor();
    expect(await page.locator('.place-box [role=status]').textContent()).toMatch(/^\d places?\. Use the arrow keys\.$/);
    await page.keyboard.press('ArrowDown');
    expect(await options.first().getAttribute('aria-selected')).toBe('true');
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    expect(await box.inputValue()).toBe('Springfield, IL');
    // Escape closes the list, and empties no field of a form.
    for (const key of ['Escape', 'Escape']) await page.keyboard.press(key);
    expect(await box.inputValue()).toBe('Springfield, IL');
    await page.getByRole('button', { name: 'Save the profile' }).click();
    await page.waitForURL('**/account/profile?saved');
    expect(placeOf(otto.member)).toBe('springfield-il');
  });

  test('on the page of all places what is chosen opens, and Enter lists all that fit', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.base}/places`);
    const box = page.getByRole('combobox', { name: 'Name' });
    await box.pressSequentially('springf', { delay: 15 });
    const options = page.getByRole('listbox', { name: 'Places' }).getByRole('option');
    await options.filter({ hasText: 'Springfield, IL' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/places?q=springf*');
    await page.getByRole('combobox', { name: 'Name' }).fill('springfield il');
    await options.filter({ hasText: 'Springfield, IL' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/places/springfield-il');
  });

  test('low on a phone the field makes room for its list', async () => {
    const { page, context } = await browser.open({ viewport: { width: 360, height: 640 } });
    await context.addCookies([otto.cookie]);
    await page.goto(`${hub.base}/account/profile`);
    const box = page.getByRole('combobox', { name: /^City, county or agency/ });
    await box.fill('');
    await box.evaluate((field) => { field.scrollIntoView({ block: 'end' }); });
    await box.pressSequentially('springf', { delay: 15 });
    const third = page.locator('.place-box').getByRole('option').nth(2);
    await third.waitFor();
    const [field, offered] = [await box.boundingBox(), await third.boundingBox()];
    expect((offered?.y ?? 640) + (offered?.height ?? 0)).toBeLessThan(640);
    expect(field?.y).toBeGreaterThan(40);
  });

  test('what was chosen is forgotten when one types on', async () => {
    const { page, context } = await browser.open({ expectErrors: /400/ });
    await context.addCookies([otto.cookie]);
    await page.goto(`${hub.base}/account/profile`);
    const box = page.getByRole('combobox', { name: /^City, county or agency/ });
    await box.fill('');
    await box.pressSequentially('peoria il', { delay: 15 });
    await page.locator('.place-box').getByRole('option', { name: /^Peoria, IL/ }).click();
    await box.fill('Wexcombe University, in town');
    await page.getByRole('button', { name: 'Save the profile' }).click();
    // No place is called so: one's own words are said to be that.
    await page.getByRole('radio', { name: /my own words/ }).check();
    await page.getByRole('button', { name: 'Save the profile' }).click();
    await page.waitForURL('**/account/profile?saved');
    expect([placeOf(otto.member), await page.locator('#place').inputValue()]).toEqual([null, 'Wexcombe University, in town']);
  });
});

describe('the facts of a place', () => {
  test('a member of the place changes them, and everybody reads what changed', async () => {
    const { page, context } = await browser.open({ javaScriptEnabled: false, expectErrors: /400/ });
    await context.addCookies([ida.cookie]);
    await page.goto(`${hub.base}/places/springfield-mo`);
    await page.getByRole('link', { name: 'Change the facts' }).click();
    await page.getByLabel('Running since').fill('12');
    await page.getByLabel('Stage of the 311 or CRM programme').selectOption('planning');
    await page.getByLabel('CRM or request management').fill('Quince CRM');
    await page.getByRole('button', { name: 'Save the facts' }).click();
    expect(await page.locator('.field-error').textContent()).toContain('Give a year as 2006.');
    expect(await page.getByLabel('CRM or request management').inputValue()).toBe('Quince CRM');
    await page.getByLabel('Running since').fill('');
    await page.getByRole('button', { name: 'Save the facts' }).click();
    await page.waitForURL('**/places/springfield-mo');
    const html = await (await fetch(`${hub.base}/places/springfield-mo`)).text();
    expect(html).toContain('CRM or request management: nothing → Quince CRM');
    expect(html).toContain('by a member of this place or a coordinator');
    expect(await (await fetch(`${hub.base}/places?system=Quince+CRM`)).text()).toContain('/places/springfield-mo');
  });
});

describe('who sees what', () => {
  const marks = { pronouns: 'zv/pronoun', jobTitle: 'zvjob', place: 'zvplace', askMe: 'zvask', lookingFor: 'zvlooking' };
  const paths = ['/members/ida', '/members', '/members?q=zv', '/members?q=ida', '/search?q=ida+larsen', '/search.json?q=ida+larsen', '/search.json?q=zvjob&x', '/search.atom?q=ida', '/members/ida.atom', '/members/ida.json', '/forums.atom', '/forums', '/places', '/places.json?q=zvplace&x', '/sitemap.xml'];
  let thread = '';
  let viewers: [who: string, cookie: string | null, sees: readonly Visibility[]][] = [];
  beforeAll(async () => {
    thread = createThread(ida.member, { forum: 'operations', kind: 'discussion', title: 'Snow days and the phones', body: 'How do you staff them?', themes: [] }).url;
    viewers = [['visitor', null, ['everyone']], ['member', (await enter('tom')).header, ['everyone', 'members']], ['coordinator', (await enter('nadia')).header, ['everyone', 'members', 'coordinators']]];
  });
  const read = async (path: string, cookie: string | null) => (await fetch(hub.base + path, { headers: cookie ? { cookie } : {} })).text();

  test.each(visibilities)('a field for %s stands on no page, feed or answer for anybody else, nor in what was cached before', async (seenBy) => {
    const without = { name: ida.member.name, listed: true };
    editProfile(ida.member, profileInput.parse({ ...without, ...marks, placeChoice: 'text', ...Object.fromEntries(Object.keys(marks).map((field) => [`see-${field}`, seenBy])) }));
    for (const [who, cookie, sees] of viewers) {
      const found = new Set<string>();
      for (const path of [...paths, thread]) {
        const text = (await read(path, cookie)).toLowerCase().replaceAll(/q=zv\w*|value="zv\w*"|“zv\w*”|"query":"zv\w*"/g, '');
        for (const mark of Object.values(marks)) if (text.includes(mark)) found.add(mark);
      }
      expect([who, [...found].sort()]).toEqual([who, sees.includes(seenBy) ? Object.values(marks).sort() : []]);
    }
    expect(await read('/members/ida', ida.header)).toContain('zvask');
  });

  test('a photo is had by its address only by whoever sees it', async () => {
    const { page, context } = await browser.open();
    await context.addCookies([ida.cookie]);
    await page.goto(`${hub.base}/account/profile`);
    await page.locator('#photo').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: await sharp({ create: { width: 900, height: 700, channels: 3, background: '#0b7285' } }).png().toBuffer() });
    await page.locator('#jobTitle').fill('Typed beside the photo');
    await page.getByRole('button', { name: 'Save the profile' }).click();
    await page.waitForURL('**/account/profile?saved');
    expect(await page.locator('#jobTitle').inputValue()).toBe('Typed beside the photo');
    const address = await page.locator('img.portrait').getAttribute('src') ?? '';
    const status = async (cookie: string | null) => (await fetch(hub.base + address, { headers: cookie ? { cookie } : {} })).status;
    expect(await Promise.all(viewers.map(([, cookie]) => status(cookie)))).toEqual([200, 200, 200]);
    for (const [seenBy, expected] of [['members', [404, 200, 200]], ['coordinators', [404, 404, 200]], ['nobody', [404, 404, 404]]] as const) {
      transaction(() => { db.update(profiles).set({ visibility: { photo: seenBy } }).where(eq(profiles.memberId, ida.member.id)).run(); bumpChanges(); });
      expect(await Promise.all(viewers.map(([, cookie]) => status(cookie)))).toEqual(expected);
    }
    expect(await status(ida.header)).toBe(200);
  });

  test.each([
    ['a place with many of its name', 'Springfield', 0, /Several places are called so/], ['more themes than are taken', '', 9, /eight themes at most/],
  ])('a photo is saved though %s is refused, and seen by whom the form says', async (_, place, themes, refusal) => {
    transaction(() => { db.update(profiles).set({ photoHash: null, photoSize: null, visibility: {} }).where(eq(profiles.memberId, ida.member.id)).run(); bumpChanges(); });
    const { page, context } = await browser.open({ javaScriptEnabled: false, expectErrors: /400/ });
    await context.addCookies([ida.cookie]);
    await page.goto(`${hub.base}/account/profile`);
    await page.locator('#place').fill(place);
    for (let n = 0; n < themes; n++) await page.locator('input[name=themes]').nth(n).check();
    await page.locator('select[name=see-photo]').selectOption('members');
    await page.locator('#photo').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: await sharp({ create: { width: 900, height: 700, channels: 3, background: '#a61e4d' } }).png().toBuffer() });
    await page.getByRole('button', { name: 'Save the profile' }).click();
    expect(await page.locator('.error-summary li').allTextContents()).toEqual([expect.stringMatching(refusal)]);
    expect(await page.locator('[aria-labelledby=photo-part]').textContent()).toMatch(/Your photo is saved\..*Another photo/s);
    const address = await page.locator('img.portrait').getAttribute('src') ?? '';
    expect(await Promise.all(viewers.map(async ([, cookie]) => (await fetch(hub.base + address, { headers: cookie ? { cookie } : {} })).status))).toEqual([404, 200, 200]);
    await page.locator('#photo').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await page.getByRole('button', { name: 'Save the profile' }).click();
    expect(await page.locator('.error-summary li').allTextContents()).toEqual([expect.stringMatching(refusal), expect.stringMatching(/^(?!.*Everything else is saved)/)]);
    expect(await page.locator('[aria-labelledby=photo-part]').textContent()).not.toContain('Your photo is saved');
  });
});

test.each([true, false])('a profile that is sent after the session ended is had back by whoever asks for it, once (scripts: %s)', async (javaScriptEnabled) => {
  const words = `Words that must not be lost, ${String(javaScriptEnabled)}`;
  const { page, context } = await browser.open({ javaScriptEnabled, expectErrors: /401/ });
  const known = { name: browserCookie, value: `browser-of-ida-${String(javaScriptEnabled)}`, url: hub.base };
  await context.addCookies([ida.cookie, known]);
  transaction(() => { db.insert(knownBrowsers).values({ memberId: ida.member.id, browser: hashToken(known.value), lastUsedAt: new Date() }).run(); });
  await page.goto(`${hub.base}/account/profile`);
  await page.locator('#askMe').fill(words);
  await page.locator('#name').fill('Ida Otherwise');
  await context.clearCookies({ name: ida.cookie.name });
  await page.getByRole('button', { name: 'Save the profile' }).click();
  expect(await page.getByRole('main').textContent()).toContain('kept for you for an hour');
  const back = await page.getByRole('main').getByRole('link', { name: 'Sign in' }).getAttribute('href') ?? '';
  expect(back).toBe('/sign-in?next=%2Faccount%2Fprofile%3Fkept');
  // Somebody else in this browser gets nothing.
  await context.addCookies([(await enter('rosa')).cookie]);
  await page.goto(`${hub.base}/account/profile?kept`);
  expect(await page.content()).not.toContain(words);
  await context.addCookies([ida.cookie]);
  await page.goto(`${hub.base}${back}`);
  await page.waitForURL('**/account/profile?kept');
  // Whoever sat here before may have sent it: nothing is filled in unasked.
  expect(await page.locator('#askMe').inputValue()).not.toBe(words);
  await page.getByText('A form was sent from this browser without being signed in').waitFor();
  if (javaScriptEnabled) expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.getByText('nothing is saved until you send it').waitFor();
  expect(await page.locator('#askMe').inputValue()).toBe(words);
  expect(await page.locator('#name').inputValue()).toBe('Ida Otherwise');
  await page.locator('#name').fill(ida.member.name);
  await page.getByRole('button', { name: 'Save the profile' }).click();
  await page.waitForURL((url) => !url.search.includes('kept'));
  expect((await context.cookies()).map(({ name }) => name)).not.toContain('hub_draft');
  await page.goto(`${hub.base}/account/profile?kept`);
  expect(await page.getByText('without being signed in').count()).toBe(0);
});

test('on one’s own profile a question without one’s name says that nobody else sees it there', async () => {
  for (const nameless of [false, true]) createThread(otto.member, { forum: 'operations', kind: 'question', title: nameless ? 'Asked by a shy colleague' : 'Asked by Otto himself', body: 'How is it done?', themes: [], nameless });
  const seen = async (cookie?: typeof otto.cookie) => {
    const { page, context } = await browser.open({ javaScriptEnabled: false, viewport: phone });
    if (cookie) await context.addCookies([cookie]);
    await page.goto(`${hub.base}/members/otto`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    return page.locator('.thread', { hasText: 'Asked by' }).allTextContents();
  };
  const own = await seen(otto.cookie);
  expect(own.map((row) => row.includes('Only you see this here'))).toEqual(own.map((row) => row.includes('shy colleague')));
  expect(own).toHaveLength(2);
  for (const others of [await seen(ida.cookie), await seen()]) expect(others).toEqual([expect.not.stringMatching(/shy|Only you/)]);
});

describe('the directory', () => {
  test('asks which place where none is named, with the fold open', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/members`);
    await page.locator('.like-form summary').click();
    await page.getByRole('button', { name: 'Show the most alike first' }).click();
    expect(await page.locator('.like-form').evaluate((fold: HTMLDetailsElement) => fold.open)).toBe(true);
    expect(await page.locator('.like-form .field-error').textContent()).toContain('Which place?');
  });

  test('says what the place of each member uses who is found by a system', async () => {
    const [system] = peopledPlaces(null).flatMap(({ place }) => place.systems);
    const { page } = await browser.open();
    await page.goto(`${hub.base}/members?system=${encodeURIComponent(system ?? '')}`);
    const rows = page.locator('.member-list > li');
    expect([await rows.count() > 0, await rows.filter({ hasText: `Their place uses ${system}` }).count()]).toEqual([true, await rows.count()]);
  });

  test('the list of places says truly how many it has of each country', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.base}/places?country=CA`);
    const n = /^([\d,]+)/.exec(await page.locator('#found').textContent() ?? '')?.[1];
    expect(await page.locator('.lede').textContent()).toContain(`Canada: ${n}`);
  });

  test('on a phone: fields, list, map and table without a finding of axe, and nothing to the side', async () => {
    const { page } = await browser.open({ viewport: phone });
    for (const path of ['/members?theme=technology', '/members?like=alder-springs-co-sample', '/places?country=CA&line=311', '/places?like-name=Springfield']) {
      await page.goto(hub.base + path);
      expect([path, await axeViolations(page)]).toEqual([path, []]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    }
  });

  test('the table beside the map says how many places there are and shows them all', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.base}/members`);
    const table = page.locator('.places-table');
    const rows = await table.locator('tbody tr').count();
    expect(await table.locator('caption').textContent()).toMatch(new RegExp(`^${rows} places? with members`));
    expect(rows).toBeLessThanOrEqual(20);
    expect(await table.evaluate((box) => box.scrollHeight - box.clientHeight)).toBe(0);
  });

  test('a vendor is labelled in the directory, beside posts and in feeds', async () => {
    const { page } = await browser.open();
    await page.goto(`${hub.base}/members?hat=vendor`);
    expect(await page.locator('.member h3').allTextContents()).toEqual([expect.stringMatching(/Jo Pettibone.*Vendor/s)]);
    await page.getByRole('link', { name: 'Jo Pettibone' }).click();
    expect(await page.locator('.page-head .badge.gold').textContent()).toBe('Vendor');
    expect(await (await fetch(`${hub.base}/members/jo-pettibone.atom`)).text()).toContain('<name>Jo Pettibone (vendor)</name>');
    const jo = db.select().from(members).where(eq(members.handle, 'jo-pettibone')).get();
    if (jo) createThread(asMember(jo), { forum: 'operations', kind: 'discussion', title: 'What a vendor asks last', body: 'Who measures hold time?', themes: [], token: undefined, nameless: false });
    await page.goto(`${hub.base}/forums`);
    expect(await page.locator('.forum-latest').filter({ hasText: 'What a vendor asks last' }).textContent()).toMatch(/Jo Pettibone\s+Vendor/);
  });

  test('places like one, without JavaScript: the name leads to an address that has the place and the weights', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/places`);
    await page.getByText('Places like mine').click();
    await page.getByLabel('Like which place?').fill('Denver, CO');
    await page.getByLabel('Systems in use', { exact: true }).selectOption({ label: 'not at all' });
    await page.getByRole('button', { name: 'Show the most alike first' }).click();
    await page.waitForURL('**/places?**like=denver-co**');
    expect(new URL(page.url()).searchParams.get('by-stack')).toBe('0');
    expect(await page.getByRole('heading', { level: 2, name: /those most like Denver, CO first/ }).count()).toBe(1);
    expect(await page.locator('.member .why').first().textContent()).toMatch(/^\d+ % alike(?: in \d of \d points)?: /);
    await page.goto(`${hub.base}/library?like=denver-co`);
    expect(await page.locator('.resource .why').first().textContent()).toMatch(/^\d+ % alike(?: in \d of \d points)?: /);
  });
});

test('a coordinator adds a county and mends it', async () => {
  const { page, context } = await browser.open({ javaScriptEnabled: false, expectErrors: /400/ });
  await context.addCookies([(await enter('nadia')).cookie]);
  await page.goto(`${hub.base}/desk/places/new?name=Quillback+County`);
  await page.getByLabel('Kind of government').selectOption('county');
  await page.getByLabel('State or province').fill('OR');
  await page.locator('#population').fill('52,000');
  await page.getByRole('button', { name: 'Add the place' }).click();
  expect(await page.locator('.field-error').textContent()).toContain('Give the year');
  await page.locator('#populationYear').fill('2020');
  await page.locator('#populationSource').fill('U.S. census');
  await page.getByRole('button', { name: 'Add the place' }).click();
  await page.waitForURL('**/places/quillback-county-or');
  expect(await page.locator('.place-facts').textContent()).toContain('52,000 in 2020. Source: U.S. census');
  expect(await (await fetch(`${hub.base}/log`)).text()).toContain('Quillback County, OR');
});
