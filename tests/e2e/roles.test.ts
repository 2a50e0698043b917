import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { authenticators, bumpChanges, db, members, sessions, transaction, trustLevels, verifications, vouches } from '#db/client.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import type { Thread } from '#domain/forum/threads.ts';
import { memberById } from '#domain/people/members.ts';
import { startSession } from '#domain/people/sessions.ts';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

/** Members of this file's own. */
const join = (handle: string, name: string) => transaction(() => {
  const { id } = db.insert(members).values({ email: `${handle}@test.example`, handle, name, sample: true, emailConfirmedAt: new Date() }).returning().get();
  db.insert(trustLevels).values({ memberId: id, level: 'member', locked: true }).run();
  bumpChanges();
  return id;
});
const signIn = async (memberId: number) => {
  const { name, value } = await startSession(memberId, 'a test');
  return { name, value, url: hub.base };
};

let abe: Awaited<ReturnType<typeof enter>>;
let odile: number, piet: number;
let here: Thread, there: Thread;
const title = { here: 'Which chart does your council read at once?', there: 'Who opens the centre in a snow storm?' };

beforeAll(async () => {
  abe = await enter('abe');
  [odile, piet] = [join('odile', 'Odile Marchand'), join('piet', 'Piet de Groot')];
  const start = (forum: string, title: string) => createThread(memberById(piet), { forum, kind: 'discussion', title, body: 'Tell me about yours, please.', themes: [] });
  [here, there] = [start('measures', title.here), start('operations', title.there)];
  for (const { id } of [here, there]) flagPost(abe.member, flagPostInput.parse({ postId: db.$client.prepare('select id from posts where thread_id = ?').pluck().get(id), reason: 'off-topic' }));
});

const statusOf = async (path: string, cookie: { name: string; value: string }) => (await fetch(hub.base + path, { headers: { cookie: `${cookie.name}=${cookie.value}` }, redirect: 'manual' })).status;

describe('a coordinator of one forum and one theme', () => {
  test('is appointed without JavaScript, and must have something to coordinate', async () => {
    const { page, context } = await browser.open({ javaScriptEnabled: false, expectErrors: /40[03]/ });
    await context.addCookies([abe.cookie]);
    await page.goto(`${hub.base}/desk/members?q=odile`);
    await page.getByRole('link', { name: 'Odile Marchand' }).click();
    const role = page.getByRole('region', { name: 'Role' });
    await role.locator('summary').click();
    await role.getByRole('radio', { name: /of some forums or themes/ }).check();
    await role.getByRole('button', { name: 'Appoint' }).click();
    await page.locator('.error-summary').filter({ hasText: 'Choose at least one forum or theme.' }).waitFor();
    expect(await role.getByRole('radio', { name: /of some forums or themes/ }).isChecked()).toBe(true);
    await role.getByRole('checkbox', { name: 'Measuring and reporting' }).check();
    await role.getByRole('checkbox', { name: 'Equity and access' }).check();
    await role.getByRole('button', { name: 'Appoint' }).click();
    await page.waitForURL('**/desk/members/odile?appointed*');
    const told = await page.getByText('The role is changed').boundingBox();
    expect(told?.y, 'what was done stands in view').toBeGreaterThanOrEqual(0);
    expect(await role.textContent()).toContain('Coordinator of Measuring and reporting and resources on Equity and access');
    expect(memberById(odile).areas.themes).toEqual(['equity']);
    await role.locator('summary').click();
    await role.getByRole('button', { name: 'Appoint' }).click();
    await page.locator('.error-summary').filter({ hasText: 'Odile Marchand is a coordinator of Measuring and reporting and resources on Equity and access already: nothing was changed.' }).waitFor();
    // A refusal of the whole form stands by it too.
    db.update(sessions).set({ provedAt: new Date(Date.now() - 3_600_000) }).where(eq(sessions.memberId, abe.member.id)).run();
    await role.getByRole('button', { name: 'Appoint' }).click();
    const refused = await role.getByText('For your safety this takes a proof').boundingBox();
    expect(refused?.y, 'why it was refused stands in view').toBeGreaterThanOrEqual(0);
    expect(await role.getByRole('radio', { name: /of some forums or themes/ }).isChecked(), 'what was chosen is still chosen').toBe(true);
    db.update(sessions).set({ provedAt: new Date() }).where(eq(sessions.memberId, abe.member.id)).run();
  });

  test('has a desk with what is theirs, and the tools in their forum only', async () => {
    const cookie = await signIn(odile);
    const { page, context } = await browser.open();
    await context.addCookies([cookie]);
    await page.goto(hub.base);
    await page.getByRole('link', { name: 'Desk', exact: true }).click();
    await page.getByText('You are a coordinator of Measuring and reporting').waitFor();
    expect(await page.getByRole('link', { name: 'Members', exact: true }).count()).toBe(1);
    expect(await page.locator('main').getByRole('link', { name: 'Settings' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Flags', exact: true }).click();
    await page.getByRole('link', { name: new RegExp(title.here.slice(0, -1)) }).waitFor();
    expect(await page.getByText(title.there).count()).toBe(0);
    await page.goto(hub.base + here.url);
    await page.locator('.thread-tools > summary').click();
    // There is no other forum to which they could move it.
    expect(await page.locator('.thread-tools h2').allTextContents()).toEqual(['Pin to the top', 'Rename', 'Change what it is', 'Lock', 'Remove']);
    await page.goto(hub.base + there.url);
    expect(await page.locator('.thread-tools').count()).toBe(0);
    const got = Object.fromEntries(await Promise.all(['/desk', '/desk/flags', '/desk/questions', '/desk/answers', '/desk/acts', '/desk/review', '/desk/care', '/desk/resources', '/desk/resources/new', `/desk/threads/${here.id}/merge`,
      '/desk/log', '/desk/log.csv', '/desk/members', '/desk/members/piet', '/desk/settings', '/desk/calendar', '/desk/imports', '/desk/duplicates', '/desk/links', '/desk/thesaurus', '/desk/forums', '/desk/places', `/desk/threads/${there.id}/merge`,
    ].map(async (path) => [path, await statusOf(path, cookie)])));
    expect(Object.entries(got).filter(([, status]) => status === 200).map(([path]) => path)).toEqual(['/desk', '/desk/flags', '/desk/questions', '/desk/answers', '/desk/acts', '/desk/review', '/desk/care', '/desk/resources', '/desk/resources/new', `/desk/threads/${here.id}/merge`]);
    expect(Object.values(got).filter((status) => status !== 200).every((status) => status === 403)).toBe(true);
  }, 60_000);
});

describe('looking after a member', () => {
  test('who may not do it any more is told so, once', async () => {
    const nadia = await enter('nadia');
    const sent = async ({ cookie }: typeof nadia, page: string, action: string, fields: Record<string, string>) => {
      const answer = await fetch(`${hub.base}${page}?_action=${action}`, { method: 'POST', body: new URLSearchParams({ memberId: String(odile), ...fields }), headers: { cookie: `${cookie.name}=${cookie.value}`, origin: hub.base } });
      return [answer.status, (await answer.text()).split('class="notice error"').length - 1];
    };
    expect(await sent(nadia, '/desk/members/odile', 'moderation.removeSecondStep', { reason: 'They have lost it.' })).toEqual([403, 1]);
    const tom = await enter('tom');
    db.insert(verifications).values({ memberId: piet, method: 'coordinator', reason: 'A test.' }).run();
    db.insert(vouches).values({ memberId: odile, byId: piet, how: 'We worked together.' }).run();
    expect(await sent(tom, '/members/odile', 'verification.verify', { verdict: 'coordinator', why: 'They are.' })).toEqual([403, 1]);
    db.delete(vouches).where(eq(vouches.memberId, odile)).run();
    db.delete(verifications).where(eq(verifications.memberId, piet)).run();
  });

  test('a suspension is told on every page, with its reason on the account, made longer and ended', async () => {
    const { page, context } = await browser.open();
    await context.addCookies([abe.cookie]);
    const before = await browser.open();
    await before.context.addCookies([await signIn(piet)]);
    db.update(members).set({ listed: true }).where(eq(members.id, piet)).run();
    await page.goto(`${hub.base}/desk/members/piet`);
    const panel = page.getByRole('region', { name: 'Suspension' });
    expect(await panel.textContent()).toContain('signs the member out everywhere');
    await panel.getByLabel('Reason').fill('Advertising in three threads.');
    await panel.getByRole('button', { name: 'Suspend' }).click();
    await page.waitForURL('**?suspended*');
    await page.getByText('Suspended, signed out everywhere, and told why by mail.').waitFor();
    await before.page.goto(`${hub.base}/account`);
    await before.page.getByText('If your account was suspended, or your role changed, a letter says why').waitFor();
    expect(await axeViolations(before.page)).toEqual([]);
    await panel.locator('summary').filter({ hasText: 'Make it longer' }).click();
    await panel.getByLabel('Reason').fill('It went on by letter.');
    await panel.getByRole('button', { name: 'Extend' }).click();
    await page.waitForURL('**?extended*');
    const own = await browser.open();
    await own.context.addCookies([await signIn(piet)]);
    await own.page.goto(`${hub.base}/forums`);
    expect(await own.page.locator('main .notice', { hasText: 'suspended' }).count()).toBe(1);
    await own.page.getByRole('link', { name: 'Why, and what you can do' }).click();
    await own.page.getByText('It went on by letter.').first().waitFor();
    expect(await own.page.getByRole('region', { name: 'Profile' }).textContent()).toContain('You are not in the directory while you are suspended.');
    expect(await axeViolations(own.page)).toEqual([]);
    await own.page.getByRole('link', { name: /^that it was made longer on/ }).click();
    await own.page.getByRole('heading', { name: 'A decision about your suspension' }).waitFor();
    expect(await own.page.getByText('A coordinator has made the suspension of your account longer.').count()).toBe(1);
    expect(await axeViolations(own.page)).toEqual([]);
    await own.page.getByLabel('Why is the decision wrong?').fill('It was one letter, to a friend.');
    await own.page.getByRole('button', { name: 'Appeal', exact: true }).click();
    await own.page.getByText('Your appeal waits').waitFor();
    expect(await own.page.getByRole('main').textContent()).not.toContain(abe.member.name);
    await panel.getByLabel('Why it ends now').fill('They have apologised.');
    await panel.getByRole('button', { name: 'Let them write again' }).click();
    await page.waitForURL('**?restored*');
    await own.page.goto(`${hub.base}/account`);
    expect(await own.page.getByText('Suspended until').count()).toBe(0);
  }, 60_000);

  test('nothing is said to be mailed to somebody whose address is not confirmed', async () => {
    db.insert(members).values({ email: 'typed-alone@test.example', handle: 'typed-alone', name: 'Typed Alone', sample: true }).run();
    const { page, context } = await browser.open();
    await context.addCookies([abe.cookie]);
    await page.goto(`${hub.base}/desk/members/typed-alone`);
    const panel = page.getByRole('region', { name: 'Suspension' });
    await panel.getByText('Mailed to the member once they confirm their address, shown on').waitFor();
    await panel.getByLabel('Reason').fill('Robots.');
    await panel.getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('Suspended and signed out everywhere. They are told once they confirm their address.').waitFor();
    await panel.getByLabel('Why it ends now').fill('A mistake.');
    expect(await panel.getByText('Mailed to the member.').count()).toBe(0);
    await panel.getByRole('button', { name: 'Let them write again' }).click();
    await page.getByText('The suspension has ended.', { exact: true }).waitFor();
    db.delete(members).where(eq(members.handle, 'typed-alone')).run();
  }, 60_000);

  test('a coordinator’s level of trust is not said to be set, and every panel has a heading, all of one size', async () => {
    const nadia = (await enter('nadia')).member;
    transaction(() => { db.insert(trustLevels).values({ memberId: nadia.id, level: 'member', locked: true }).onConflictDoUpdate({ target: trustLevels.memberId, set: { locked: true } }).run(); });
    const { page, context } = await browser.open();
    await context.addCookies([abe.cookie]);
    await page.goto(`${hub.base}/desk/members/${nadia.handle}`);
    expect(await page.getByRole('region', { name: 'Trust' }).textContent()).not.toContain('as a coordinator has set it');
    const sizes = await page.locator('main .panel h2').evaluateAll((headings) => headings.map((heading) => getComputedStyle(heading).fontSize));
    expect([sizes.length > 3, new Set(sizes).size]).toEqual([true, 1]);
    expect(await page.locator('main .panel').evaluateAll((panels) => panels.filter((panel) => panel.firstElementChild?.tagName !== 'H2').map((panel) => panel.textContent))).toEqual([]);
  });

  test('a proof that grew too old while they were called costs no word, without JavaScript', async () => {
    db.insert(authenticators).values({ memberId: piet, secret: 'JBSWY3DPEHPK3PXP' }).run();
    const { page, context } = await browser.open({ javaScriptEnabled: false, expectErrors: /403/ });
    await context.addCookies([abe.cookie]);
    const proofIs = (minutes: number) => db.update(sessions).set({ provedAt: new Date(Date.now() - minutes * 60_000) }).where(eq(sessions.memberId, abe.member.id)).run();
    proofIs(0);
    await page.goto(`${hub.base}/desk/members/piet`);
    const step = page.getByRole('region', { name: 'Second step' });
    await step.locator('summary').click();
    await step.getByLabel('Reason').fill('I called him on the number in the directory.');
    proofIs(11);
    await step.getByRole('button', { name: 'Remove the second step' }).click();
    await step.getByText('For your safety this takes a proof').waitFor();
    const [tab] = await Promise.all([context.waitForEvent('page'), step.getByRole('link', { name: 'Show that it is you' }).click()]);
    await tab.waitForURL(`**/account/prove?next=${encodeURIComponent('/desk/members/piet#step')}`);
    proofIs(0);
    expect(await step.getByLabel('Reason').inputValue()).toBe('I called him on the number in the directory.');
    await step.getByRole('button', { name: 'Remove the second step' }).click();
    await page.getByText('The second step is removed; the member is told.').waitFor();
    expect(db.select().from(authenticators).where(eq(authenticators.memberId, piet)).all()).toEqual([]);
  }, 60_000);

  test('an administrator signs somebody out', async () => {
    const cookie = await signIn(piet);
    const { page, context } = await browser.open();
    await context.addCookies([abe.cookie]);
    await page.goto(`${hub.base}/desk/members/piet`);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.waitForURL('**?ended*');
    expect(await statusOf('/account', cookie)).toBe(303);
    await page.goto(`${hub.base}/desk/log`);
    await page.getByLabel('Did what').selectOption({ label: 'signed somebody out' });
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await page.locator('.log-table tbody tr').count()).toBeGreaterThan(0);
    expect(new Set(await page.locator('.log-table td[data-label="Did what"]').allTextContents())).toEqual(new Set(['signed somebody out']));
    const csv = await (await fetch(`${hub.base}/desk/log.csv?act=end+sessions`, { headers: { cookie: abe.header } })).text();
    expect(csv).toContain('all of Piet de Groot');
  });
});

describe('the pages are for everybody', () => {
  test('at 320 and 1280 pixels axe finds nothing, and nothing stands out', async () => {
    for (const viewport of [phone, desktop]) {
      const { page, context } = await browser.open({ viewport });
      await context.addCookies([abe.cookie]);
      for (const path of ['/permissions', '/desk/members', '/desk/members/odile', '/members/odile', '/desk/log', '/desk/settings']) {
        await page.goto(hub.base + path);
        for (const fold of await page.locator('main details').all()) await fold.evaluate((element) => element.setAttribute('open', ''));
        expect({ path, wrong: await axeViolations(page), over: await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) }).toEqual({ path, wrong: [], over: 0 });
      }
      await context.close();
      const own = await browser.open({ viewport });
      await own.context.addCookies([await signIn(odile)]);
      for (const path of ['/desk', '/desk/flags']) {
        await own.page.goto(hub.base + path);
        expect({ path, wrong: await axeViolations(own.page) }).toEqual({ path, wrong: [] });
      }
    }
  }, 120_000);
});
