import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bumpChanges, db, firstHours, invitations, joiningRules, members, verifications, transaction, places, profiles } from '#db/client.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { invite } from '#domain/membership/inviting.ts';
import { setRulesOfJoining } from '#domain/membership/rules.ts';
import type { JoiningMode } from '#domain/people/joining-rules.ts';
import { asMember, memberByEmail } from '#domain/people/members.ts';
import { settleVouches } from '#domain/people/verification.ts';
import { stamp } from '#domain/people/traps.ts';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';
import { forgetLimits, password } from '../support/cast.ts';
import { letterTo, startHub } from '../support/hub.ts';

// A hub of its own: how one joins holds for everybody.
const { hub, stop } = await startHub({ HUB_DEMO: '1' });
const enter = useCast(hub);
const browser = useBrowser();
let rosa: Awaited<ReturnType<typeof enter>>, nadia: Awaited<ReturnType<typeof enter>>, abe: Awaited<ReturnType<typeof enter>>;
beforeAll(async () => { [rosa, nadia, abe] = [await enter('rosa'), await enter('nadia'), await enter('abe')]; });
beforeEach(forgetLimits);
afterAll(async () => { await stop(); });

const plain = { javaScriptEnabled: false, expectErrors: /400|403|410/ };
const set = (mode: JoiningMode, invite: 'coordinators' | 'members' = 'coordinators', askWhom: string | null = null) => setRulesOfJoining(abe.member, { mode, invite, askWhom });
async function as(who: typeof rosa, path: string) {
  const { page, context } = await browser.open(plain);
  await context.addCookies([who.cookie]);
  await page.goto(hub.base + path);
  return page;
}
async function fillJoin(page: Page, name: string, email: string) {
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  const shown = Number((await page.locator('input[name=shown]').inputValue()).split('.')[0]);
  await expect.poll(() => Date.now() - shown, { timeout: 10_000 }).toBeGreaterThan(3_000);
}
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();
const heading = (page: Page) => page.locator('h1').textContent();

describe('joining, without JavaScript', () => {
  test('an administrator makes it by invitation, and the page says whom to ask', async () => {
    const page = await as(abe, '/desk/settings');
    await page.getByLabel('only who was invited').check();
    await page.getByLabel('every member', { exact: false }).check();
    await page.getByLabel('Whom to ask for an invitation').fill('Write to hub@wexcombe.example.');
    await press(page, 'Set how one joins');
    await page.waitForURL('**/desk/settings?saved');
    expect(db.select().from(joiningRules).get()).toMatchObject({ mode: 'invitation', membersInvite: true });
    const join = await (await fetch(`${hub.base}/join`)).text();
    expect(join).toContain('Joining is by invitation at present');
    expect(join).toContain('Write to hub@wexcombe.example.');
    expect(join).not.toContain('name="password"');
  });

  test('whose password of joining is forgotten, or was typed by a stranger, says name and password anew with a letter', async () => {
    set('open');
    const { page } = await browser.open({ ...plain, viewport: phone });
    await page.goto(`${hub.base}/join`);
    await fillJoin(page, 'Silly Clown', 'vera@test.example');
    await press(page, 'Join');
    await page.waitForURL('**/join?sent');
    await page.goto((await letterTo(hub, 'vera@test.example', /Confirm/)).link ?? '');
    await page.getByLabel('Password').fill('words that only Vera knows');
    await press(page, 'Confirm and sign in');
    expect(await page.locator('main').textContent()).toContain('not the password that was typed at joining');
    await page.getByRole('link', { name: 'Forgot it?', exact: true }).click();
    await page.getByLabel('E-mail address').fill('vera@test.example');
    await press(page, 'Send the link');
    const way = (await letterTo(hub, 'vera@test.example', /password/)).link ?? '';
    const { page: scripted } = await browser.open({ viewport: phone });
    await scripted.goto(way);
    expect(await axeViolations(scripted)).toEqual([]);
    await page.goto(way);
    expect(await page.getByLabel('Your name').inputValue()).toBe('');
    await page.getByLabel('Your name').fill('Vera Vance');
    await page.getByLabel('New password').fill('words that only Vera knows');
    await press(page, 'Save and sign in');
    await page.waitForURL('**/welcome');
    expect(memberByEmail('vera@test.example')).toMatchObject({ name: 'Vera Vance', handle: 'vera-vance' });
    set('invitation', 'members', 'Write to hub@wexcombe.example.');
  });

  test('who lost an invitation asks for it with their address, and the answer is the same for everybody', async () => {
    invite(nadia.member, { email: 'lost-letter@test.example', name: 'Lo Letter', note: null });
    const { page } = await browser.open({ viewport: phone });
    const answers: (string | null)[] = [];
    for (const email of ['lost-letter@test.example', 'never-invited@test.example']) {
      await page.goto(`${hub.base}/join`);
      if (answers.length === 0) expect(await axeViolations(page)).toEqual([]);
      await page.getByLabel('E-mail address').fill(email);
      await press(page, 'Send my invitation again');
      await page.waitForURL('**/join?lost');
      answers.push(await page.locator('main').textContent());
    }
    expect(answers[1]).toBe(answers[0]);
    const letters = () => readdirSync(join(hub.folder, 'mail')).filter((name) => name.endsWith('-lost-letter@test.example.eml'));
    await expect.poll(() => letters().length, { timeout: 15_000 }).toBe(2);
    await page.goto((await letterTo(hub, 'lost-letter@test.example', /invites you/)).link ?? '');
    expect(await page.getByLabel('Your name').inputValue()).toBe('Lo Letter');
    db.delete(invitations).where(eq(invitations.email, 'lost-letter@test.example')).run();
  });

  test('a coordinator invites a list: sees what is wrong with which line, confirms, and one of them joins by the link', async () => {
    const page = await as(nadia, '/desk/invitations');
    await page.getByRole('link', { name: 'Invite a list of people' }).click();
    await press(page, 'Show what would happen');
    expect(await page.locator('.error-summary').textContent()).toContain('choose a file or paste');
    await page.getByLabel('Or paste the list').fill(`email,name,place\nwilma@wexcombe.gov,Wilma Stone,"Springfield, MO"\nnobody,,\n${rosa.member.email},Rosa,`);
    await press(page, 'Show what would happen');
    expect(await heading(page)).toBe('Invite 1 person?');
    const table = await page.locator('table').textContent();
    for (const words of ['Gets a letter', 'does not look like an e-mail address', 'Rosa Delgado is a member already.']) expect(table).toContain(words);
    await page.getByLabel('A word from you').fill('You asked about us in June.');
    await press(page, 'Invite 1 person');
    await page.waitForURL('**/desk/invitations?many=1');
    expect(await page.locator('table').textContent()).toContain('wilma@wexcombe.gov');

    const letter = await letterTo(hub, 'wilma@wexcombe.gov', /invites you/);
    const { page: hers } = await browser.open(plain);
    await hers.goto(letter.link ?? 'no link');
    expect(await hers.locator('blockquote').textContent()).toContain('You asked about us in June.');
    expect(await hers.getByLabel('Your name').inputValue()).toBe('Wilma Stone');
    await hers.getByLabel('Password').fill('short');
    await press(hers, 'Join');
    expect(await hers.locator('.error-summary').textContent()).toContain('at least 12 characters');
    await hers.getByLabel('Password').fill(password);
    await press(hers, 'Join');
    await hers.waitForURL('**/welcome');
    const { page: late } = await browser.open(plain);
    await late.goto(letter.link ?? 'no link');
    expect(await heading(late)).toBe('This invitation is spent');
  });

  test('the first hour: place, themes, one thread to follow; each is ticked, and the coordinator named', async () => {
    const wilma = memberByEmail('wilma@wexcombe.gov');
    if (!wilma) throw new Error('Wilma has not joined.');
    const { page } = await browser.open(plain);
    await page.goto(`${hub.base}/sign-in?next=/account`);
    await page.getByLabel('E-mail address').fill(wilma.email);
    await page.getByLabel('Password').fill(password);
    await press(page, 'Sign in');
    await page.waitForURL('**/account');
    const leaveOut = (steps: string[]) => db.update(firstHours).set({ skipped: steps }).where(eq(firstHours.memberId, wilma.id)).run();
    leaveOut(['place', 'themes', 'act']);
    await page.reload();
    expect(await page.getByRole('link', { name: 'Go on with them' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Your first steps' }).getAttribute('href')).toBe('/welcome');
    leaveOut([]);
    await page.reload();
    await page.getByRole('link', { name: 'Go on with them' }).click();
    expect(await page.locator('.page-head').textContent()).toContain('Nadia Okafor is the coordinator who welcomes you');
    expect(await page.locator('#place').inputValue()).toBe('Springfield, MO');
    await page.locator('#place').fill('Springfield');
    await press(page, 'This is my place');
    await page.getByRole('radio', { name: /Springfield, MO/ }).check();
    await press(page, 'This is my place');
    await page.waitForURL('**/welcome');
    expect(await page.locator('.step-head.done').allTextContents()).toEqual([expect.stringContaining('Where you work')]);
    await page.getByLabel('Equity').first().check();
    await press(page, 'Follow these');
    await page.waitForURL('**/welcome');
    await page.locator('.follow-list').getByRole('button', { name: /^Follow/ }).first().click();
    await page.waitForURL('**/welcome?*');
    expect(await heading(page)).toBe('You are set');
    await page.goto(`${hub.base}/account`);
    expect(await page.getByText('Your first steps').count()).toBe(0);
  });

  test('the coordinator welcomes her with a word, which comes to her', async () => {
    const page = await as(nadia, '/desk/welcomes?mine');
    const task = page.locator('.task-list > li', { hasText: 'Wilma Stone' });
    expect(await task.textContent()).toContain('3 of 3 first steps done');
    expect(await task.textContent()).toContain('Springfield, MO');
    await task.getByLabel('A word to them').fill('Ask me about Mondays.');
    await task.getByRole('button', { name: /^I have welcomed them/ }).click();
    await page.waitForURL('**/desk/welcomes?done');
    const wilma = memberByEmail('wilma@wexcombe.gov');
    expect(db.$client.prepare('select words from notifications where member_id = ?').pluck().all(wilma?.id)).toEqual([expect.stringContaining('Nadia Okafor welcomes you')]);
  });

  test('approved by a coordinator: the applicant says who they are, waits, and is let in', async () => {
    set('approval');
    const { page } = await browser.open(plain);
    await page.goto(`${hub.base}/join`);
    await fillJoin(page, 'Otis Vane', 'otis@mail.example');
    await page.getByLabel('Who you are').fill('I answer the phones in Anytown.');
    await press(page, 'Ask to join');
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    const letter = await letterTo(hub, 'otis@mail.example', /Confirm/);
    await page.goto(letter.link ?? 'no link');
    await page.getByLabel('Password').fill(password);
    await press(page, 'Confirm and sign in');
    await page.waitForURL('**/account');
    await page.getByRole('heading', { name: 'You wait to be let in' }).waitFor();
    await page.goto(`${hub.base}/forums/new`);
    expect(await page.locator('main').textContent()).toContain('has not let you in yet');
    const handle = memberByEmail('otis@mail.example')?.handle;
    expect((await fetch(`${hub.base}/members/${handle}`)).status).toBe(404);

    const { url: thread } = createThread(rosa.member, { forum: 'operations', kind: 'discussion', title: 'What who waits reads', body: 'Say something.', themes: [] });
    await page.goto(`${hub.base}/library?kind=article`);
    const resource = await page.locator('.resource-list a').first().getAttribute('href');
    const ways = new Map<string, string>();
    for (const path of ['/forums', '/forums/operations', thread, resource ?? 'no resource', '/library', '/library?theme=equity&type=book&language=fr', '/library/suggest', '/search?q=xyzzyxq', '/members?name=xyzzyxq', '/collections', '/account/collections', '/account/suggestions', '/account/profile', '/thesaurus?q=xyzzyxq', '/welcome', '/account']) {
      await page.goto(hub.base + path);
      const words = await page.locator('main').textContent() ?? '';
      expect(`${path}: ${words}`).not.toContain('suspended');
      if ([thread, resource, '/forums', '/library/suggest'].includes(path)) expect(`${path}: ${words}`).toContain('You wait to be let in');
      for (const way of await page.locator('main a[href^="/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))) ways.set(way.split('#')[0] ?? way, path);
    }
    const dead: string[] = [];
    for (const [way, path] of ways) {
      if (!/new|suggest|edit|flag|write|start/.test(way)) continue;
      const answer = await page.request.get(hub.base + way);
      if (answer.status() === 403) dead.push(`${way} on ${path}`);
    }
    expect(dead).toEqual([]);

    const desk = await as(nadia, '/desk/members/waiting');
    const task = desk.locator('.task-list > li', { hasText: 'Otis Vane' });
    expect(await task.textContent()).toContain('I answer the phones in Anytown.');
    await task.getByRole('button', { name: /^Let them in/ }).click();
    await desk.waitForURL('**/desk/members/waiting?accepted');
    await page.goto(`${hub.base}/welcome`);
    expect(await heading(page)).toBe('Welcome');
    expect((await fetch(`${hub.base}/members/${handle}`)).status).toBe(200);
    set('open');
  });
});

test('a form that a program filled in at once is asked for once more, with everything typed kept', async () => {
  const { page } = await browser.open(plain);
  await page.goto(`${hub.base}/join`);
  await page.getByLabel('Your name').fill('Paula Manager');
  await page.getByLabel('E-mail address').fill('paula@mail.example');
  await page.getByLabel('Password').fill(password);
  await page.locator('input[name=shown]').evaluate((field: HTMLInputElement, value) => { field.value = value; }, stamp(new Date(Date.now() + 60_000)));
  await press(page, 'Join');
  expect(await page.locator('main .notice').textContent()).toContain('please press “Join” once more');
  for (const [label, typed] of [['Your name', 'Paula Manager'], ['E-mail address', 'paula@mail.example'], ['Password', password]] as const) expect(await page.getByLabel(label).inputValue()).toBe(typed);
  await press(page, 'Join');
  await page.waitForURL('**/join?sent');
  await letterTo(hub, 'paula@mail.example', /Confirm/);
});

describe('verified practitioners', () => {
  test('the label stands on the profile with how it came about, for everybody; two vouches make another', async () => {
    const wilma = memberByEmail('wilma@wexcombe.gov');
    const seen = await (await fetch(`${hub.base}/members/${wilma?.handle}`)).text();
    expect(seen).toContain('Verified by an e-mail address under .gov');
    expect(seen).not.toContain('wexcombe.gov');
    transaction(() => {
      // Two who are from different places, as far as is known of the second not yet.
      const known = [db.select({ placeId: places.id }).from(places).get(), { placeId: null }];
      for (const [at, { member }] of [rosa, nadia].entries()) {
        db.insert(verifications).values({ memberId: member.id, method: 'coordinator', reason: 'For this test.' }).run();
        db.insert(profiles).values({ memberId: member.id, ...known[at] }).onConflictDoUpdate({ target: profiles.memberId, set: known[at] ?? {} }).run();
      }
      bumpChanges();
    });
    const otis = memberByEmail('otis@mail.example');
    for (const who of [rosa, nadia]) {
      const page = await as(who, `/members/${otis?.handle}`);
      await page.getByText('Vouch for Otis Vane').click();
      expect(await page.getByText('names no place of the list yet').count()).toBe(who === nadia ? 1 : 0);
      await page.getByLabel('How you know them').fill('We have answered calls side by side.');
      await page.getByRole('button', { name: 'Vouch', exact: true }).click();
      await page.waitForURL('**#verification');
      expect(await page.locator('#verification [role=status]').textContent()).toBe('Your word stands here now. You can take it back.');
      expect(await page.locator('.vouch-list').textContent()).toContain('side by side');
    }
    const waits = await as(nadia, `/members/${otis?.handle}`);
    expect(await waits.locator('.notice', { hasText: 'Your word counts toward verifying Otis Vane once your own profile names your place' }).count()).toBe(1);
    transaction(() => {
      db.update(profiles).set({ placeId: db.select({ id: places.id }).from(places).limit(1).offset(1).get()?.id ?? null }).where(eq(profiles.memberId, nadia.member.id)).run();
      settleVouches();
    });
    const desk = await as(nadia, `/desk/members/${otis?.handle}`);
    expect(await desk.getByRole('main').textContent()).toContain('Verified by two vouches.');
    await desk.getByText('Verify, or take the verification away').click();
    await desk.getByLabel('are left to their address and to vouches').check();
    await desk.locator('#verification').getByLabel('Why').fill('The rules are enough.');
    await desk.getByRole('button', { name: 'Save the verdict' }).click();
    await desk.waitForURL('**/desk/members/*?verified#main');
    const public_ = await (await fetch(`${hub.base}/members/${otis?.handle}`)).text();
    expect(public_).toContain('two verified members vouch');
    expect(public_).not.toContain('side by side');
    const page = await as(rosa, `/members/${otis?.handle}`);
    await page.getByRole('button', { name: 'Take back what Rosa Delgado vouches' }).click();
    await page.waitForURL('**#verification');
    expect(await page.locator('#verification [role=status]').textContent()).toBe('The word is taken away.');
    expect(await (await fetch(`${hub.base}/members/${otis?.handle}`)).text()).not.toContain('two verified members vouch');
  });

  test('a domain that is added on the desk verifies at once', async () => {
    const page = await as(nadia, '/desk/domains');
    await page.getByLabel('Domain').fill('gmail.com');
    await press(page, 'Add the domain');
    expect(await page.locator('.error-summary').textContent()).toContain('Anybody can have an address');
    await page.getByLabel('Domain').fill('mail.example');
    await press(page, 'Add the domain');
    await page.waitForURL('**/desk/domains?saved');
    expect(await (await fetch(`${hub.base}/members/${memberByEmail('otis@mail.example')?.handle}`)).text()).toContain('a domain that only governments use');
    await page.getByRole('button', { name: 'Take away mail.example' }).click();
    await page.waitForURL('**/desk/domains?saved');
  });
});

test('members see who is new in a thread, visitors do not', async () => {
  const row = db.select().from(members).where(eq(members.email, 'wilma@wexcombe.gov')).get();
  if (!row) throw new Error('Wilma has not joined.');
  db.update(members).set({ createdAt: new Date(Date.now() - 100 * 86_400_000) }).where(eq(members.id, rosa.member.id)).run();
  const { url } = createThread(rosa.member, { forum: 'operations', kind: 'discussion', title: 'Who is new in this thread', body: 'Say hello.', themes: [] });
  createPost(asMember(row), { threadId: Number(/\/(\d+)-/.exec(url)?.[1]), body: 'Hello, I am new.' });
  const page = await as(rosa, url);
  expect(await page.locator('#post-2 .author-badges').textContent()).toContain('New here');
  expect(await page.locator('#post-1 .author').textContent()).not.toContain('New here');
  expect(await (await fetch(hub.base + url)).text()).not.toContain('New here');
});

describe.each([['a phone', phone, 'light'], ['a desktop', desktop, 'dark']] as const)('on %s', (_, viewport, colorScheme) => {
  test('every new page is accessible and fits', async () => {
    const { page, context } = await browser.open({ viewport, colorScheme, expectErrors: /410|400/ });
    const wrong: string[] = [];
    const look = async (path: string) => {
      await page.goto(hub.base + path);
      for (const violation of await axeViolations(page)) wrong.push(`${path}: ${violation}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) wrong.push(`${path}: scrolls sideways by ${overflow} px`);
    };
    for (const mode of ['invitation', 'approval', 'open'] as const) {
      set(mode, 'members');
      await look(`/join?${mode}`);
    }
    forgetLimits();
    const desk = await as(nadia, '/desk/invitations');
    const invited = `guest-${viewport.width}-with-a-long-name@department-of-public-works.wexcombe.example`;
    await desk.getByLabel('E-mail address').fill(invited);
    await press(desk, 'Send the invitation');
    const letter = await letterTo(hub, invited, /invites you/);
    await look(new URL(letter.link ?? 'http://none').pathname + new URL(letter.link ?? 'http://none').search);
    await look('/join?token=spent');
    const applicant = { email: `applicant-${viewport.width}@mail.example`, handle: `applicant-${viewport.width}`, name: 'Ann Applicant', emailConfirmedAt: new Date(), application: 'I would like to join.' };
    db.insert(members).values(applicant).run();
    await context.addCookies([abe.cookie]);
    for (const path of ['/desk', '/desk/settings', '/desk/invitations', '/desk/invitations/list', '/desk/members/waiting', '/desk/domains', '/desk/welcomes', `/members/${memberByEmail('otis@mail.example')?.handle}`, '/account']) await look(path);
    await page.goto(`${hub.base}/desk/invitations/list`);
    await page.getByLabel('Or paste the list').fill(`email,name\na-very-long-address-of-somebody@department.wexcombe.example,Somebody\nnobody,`);
    await press(page, 'Show what would happen');
    for (const violation of await axeViolations(page)) wrong.push(`the preview: ${violation}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) wrong.push(`the preview scrolls sideways by ${overflow} px`);
    await context.clearCookies();
    await context.addCookies([rosa.cookie]);
    await look('/account/invitations');
    const otis = await browser.open({ viewport, colorScheme });
    await otis.page.goto(`${hub.base}/sign-in?next=/welcome`);
    await otis.page.getByLabel('E-mail address').fill('otis@mail.example');
    await otis.page.getByLabel('Password').fill(password);
    await press(otis.page, 'Sign in');
    await otis.page.waitForURL('**/welcome');
    for (const violation of await axeViolations(otis.page)) wrong.push(`/welcome: ${violation}`);
    expect(wrong).toEqual([]);
  }, 120_000);
});

test('the sample community shows who is verified, who vouches, and a coordinator of one forum', async () => {
  const page = await as(rosa, '/members?verified=yes');
  const names = await page.locator('.member-list li').allTextContents();
  expect(names.filter((text) => /Tom Whitfield|Nadia Bergeron|Aoife Brennan/.test(text)).length).toBe(3);
  expect(names.every((text) => text.includes('Verified'))).toBe(true);
  await page.goto(`${hub.base}/members/aoife-brennan`);
  expect(await page.locator('#verification li').allTextContents()).toEqual([expect.stringMatching(/^\s*Tom Whitfield Sample: We sat on the same panel about night shifts, and I have visited her line\./), expect.stringContaining('Nadia Bergeron')]);
  await page.locator('#verification').getByRole('link', { name: 'Flag this profile' }).click();
  expect(await heading(page)).toBe('What is wrong with this profile?');
  await page.goto(`${hub.base}/members/imani-broussard`);
  expect(await page.locator('main').textContent()).toContain('Coordinator of Storms, emergencies and 911');
  await page.goto(`${hub.base}/forums/emergencies`);
  await page.getByRole('link', { name: 'Who can you put on phones within two hours?' }).click();
  expect(await page.locator('.post', { hasText: 'librarian next to me' }).locator('.author-badges').textContent()).toBe('VerifiedSample');
});
