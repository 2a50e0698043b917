import { readdirSync, readFileSync } from 'node:fs';
import { Secret, TOTP } from 'otpauth';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { authenticators, db, members as memberRows, passkeys } from '#db/client.ts';
import { eq } from 'drizzle-orm';
import { setRulesOfJoining } from '#domain/membership/rules.ts';
import { clientId, clientSecret, startAgency } from '../support/agency.ts';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';
import { forgetLimits, password } from '../support/cast.ts';
import { freePort, letterTo, startHub } from '../support/hub.ts';

const agencyPort = await freePort();
const { hub, stop } = await startHub({ HUB_OIDC_ISSUER: `http://localhost:${agencyPort}`, HUB_OIDC_CLIENT_ID: clientId, HUB_OIDC_CLIENT_SECRET: clientSecret, HUB_OIDC_NAME: 'Example County' });
const agency = await startAgency(`${hub.base}/sign-in/agency/back`, agencyPort);
const enter = useCast(hub);
const browser = useBrowser();
beforeEach(forgetLimits);
afterAll(async () => { agency.stop(); await stop(); });

const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => fetch(hub.base + path, {
  method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers: { 'content-type': 'application/x-www-form-urlencoded', origin: hub.base, ...headers },
});
const whoIs = async (page: Page) => (await page.locator('.account-name').first().textContent())?.trim();
const signOut = (page: Page) => page.getByRole('button', { name: 'Sign out', exact: true }).first().click();

async function signInByPassword(page: Page, email: string, next = '/account/security') {
  await page.goto(`${hub.base}/sign-in?next=${next}`);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** A finger on the reader of this computer, in Chromium's own terms. */
async function withAuthenticator(context: BrowserContext, page: Page) {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { allow: (isUserVerified: boolean) => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }) };
}

describe('by passkey', () => {
  test('one is added, signs in without a name, proves, and is removed', async () => {
    const { member } = await enter('rosa');
    const { page, context } = await browser.open({ expectErrors: /400/ });
    const finger = await withAuthenticator(context, page);
    // One of another machine is called the same already.
    db.insert(passkeys).values({ memberId: member.id, credentialId: 'b3RoZXI', publicKey: Buffer.from('other'), counter: 0, transports: [], name: 'Office computer' }).run();
    await signInByPassword(page, member.email);
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name').fill('office computer');
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await page.waitForURL('**/account/security?added');
    expect(await page.getByRole('main').textContent()).toContain('office computer (2)');
    expect((await letterTo(hub, member.email, /passkey was added/)).text).toContain('office computer (2)');
    await signOut(page);

    await page.goto(`${hub.base}/sign-in?next=/forums`);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL('**/forums');
    expect(await whoIs(page)).toContain('Rosa Delgado');

    await page.goto(`${hub.base}/account/prove`);
    await page.getByRole('button', { name: 'Go on with a passkey' }).click();
    await page.waitForURL('**/account/security?proved');
    await page.getByText('Rename the passkey office computer (2)').click();
    await page.getByLabel('Name', { exact: true }).last().fill('Desk of Rosa');
    await page.getByRole('button', { name: 'Save the name' }).last().click();
    await page.waitForURL('**/account/security?renamed');
    await page.getByRole('button', { name: 'Remove the passkey Desk of Rosa' }).click();
    await page.waitForURL('**/account/security?passkey');
    await signOut(page);
    await page.goto(`${hub.base}/sign-in`);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('This passkey does not fit').waitFor();
    await finger.allow(false);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('That did not work: the question was closed or waited too long').waitFor();
  });

  test('there is no button where the browser cannot', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false });
    await page.goto(`${hub.base}/sign-in`);
    expect(await page.getByRole('button', { name: 'Use a passkey' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Sign in', exact: true }).count()).toBe(1);
  });
});

describe('by mailed link, without scripts', () => {
  test('it proves who one is as well, and leads on to where one was going', async () => {
    const { member, cookie } = await enter('tom');
    const { context, page } = await browser.open({ javaScriptEnabled: false });
    await context.addCookies([cookie]);
    await page.goto(`${hub.base}/account/prove?next=/account/passkeys`);
    await page.getByRole('button', { name: 'Mail me a link' }).click();
    await page.getByText('A letter with a link is on its way').waitFor();
    await page.goto((await letterTo(hub, member.email, /^Prove that/)).link ?? '');
    await page.getByRole('button', { name: 'It is me' }).click();
    await page.waitForURL('**/account/passkeys');
  });

  test('asked for beside the password, opened, clicked; then it is spent', async () => {
    const { member } = await enter('tom');
    const { page } = await browser.open({ javaScriptEnabled: false, expectErrors: /410/ });
    await page.goto(`${hub.base}/sign-in?next=/forums`);
    await page.getByLabel('E-mail address').fill(member.email);
    await page.getByRole('button', { name: 'Mail me a link instead' }).click();
    await page.waitForURL('**/sign-in/link?sent');
    const { link } = await letterTo(hub, member.email, /^Sign in to/);
    const stranger = await browser.open({ javaScriptEnabled: false, expectErrors: /410/ });
    await stranger.page.goto(link ?? '');
    expect(await stranger.page.getByRole('main').textContent()).toContain('asked for in another browser');
    await page.goto(link ?? '');
    expect(await page.getByRole('main').textContent()).not.toContain('another browser');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL('**/forums');
    expect(await whoIs(page)).toContain('Tom Achterberg');
    expect((await stranger.page.goto(link ?? ''))?.status()).toBe(410);
  });

  test('without an address the form says what it needs', async () => {
    const { page } = await browser.open({ javaScriptEnabled: false, expectErrors: /400/ });
    await page.goto(`${hub.base}/sign-in`);
    await page.getByRole('button', { name: 'Mail me a link instead' }).click();
    expect(await page.locator('#error-summary').textContent()).toContain('e-mail address');
  });
});

describe('with a second step, without scripts', () => {
  test('set up by a code, asked for after the password, replaced by a recovery code', async () => {
    const { member } = await enter('ines');
    const { page } = await browser.open({ javaScriptEnabled: false, expectErrors: /400/ });
    await signInByPassword(page, member.email);
    await page.getByRole('link', { name: 'Set up an authenticator app' }).click();
    const secret = (await page.locator('main code').textContent() ?? '').replaceAll(' ', '');
    const app = new TOTP({ secret: Secret.fromBase32(secret) });
    await page.getByLabel('Code from the app').fill('000000');
    await page.getByRole('button', { name: 'Turn the second step on' }).click();
    expect(await page.locator('#error-summary').textContent()).toContain('not the code');
    await page.getByLabel('Code from the app').fill(app.generate());
    await page.getByRole('button', { name: 'Turn the second step on' }).click();
    const codes = await page.locator('.recovery-codes code').allTextContents();
    expect(codes).toHaveLength(10);
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await signOut(page);

    await signInByPassword(page, member.email, '/forums');
    await page.waitForURL('**/sign-in/second');
    await page.goto(`${hub.base}/account`);
    expect(page.url()).toContain('/sign-in?next');
    await page.goto(`${hub.base}/sign-in/second`);
    // The code of the set-up is spent; the app's next one is good already.
    await page.getByLabel('Code').fill(app.generate({ timestamp: Date.now() + 30_000 }));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL('**/forums');
    await signOut(page);

    await signInByPassword(page, member.email, '/account/security');
    await page.getByLabel('Code').fill(codes[3] ?? '');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL('**/account/security');
    expect(await page.getByRole('main').textContent()).toContain('9 of your recovery codes are left');
    await page.getByRole('button', { name: 'Remove the second step' }).click();
    await page.waitForURL('**/account/security?authenticator');
  });
});

describe('with an agency’s account', () => {
  test('it says who joins with it: everybody, the invited, or who is let in', async () => {
    const { member: abe } = await enter('abe');
    const lines = async () => /<p class="meta"[^>]*>(Whoever[^<]*)/.exec(await (await fetch(`${hub.base}/sign-in`)).text())?.[1];
    expect(await lines()).toBe('Whoever has no account here joins with it.');
    setRulesOfJoining(abe, { mode: 'invitation', invite: 'coordinators', askWhom: null });
    try {
      expect(await lines()).toBe('Whoever has no account here, but was invited, joins with it.');
      setRulesOfJoining(abe, { mode: 'approval', invite: 'coordinators', askWhom: null });
      expect(await lines()).toMatch(/asks to join with it, and waits until a coordinator lets them in/);
    } finally {
      setRulesOfJoining(abe, { mode: 'open', invite: 'coordinators', askWhom: null });
    }
  });

  test('a newcomer is in at once; who has an account confirms it first', async () => {
    agency.employee = { sub: 'mara', email: 'mara@county.example', email_verified: true, name: 'Mara Lindqvist' };
    const { page } = await browser.open();
    await page.goto(`${hub.base}/sign-in?next=/forums`);
    await page.getByRole('link', { name: 'join', exact: true }).click();
    expect(await page.getByRole('main').textContent()).toContain('Do you work for Example County?');
    expect(await page.getByText('By joining you agree').count()).toBe(1);
    await page.getByRole('link', { name: 'Continue with Example County' }).click();
    await page.waitForURL('**/welcome?next=%2Fforums');
    expect(await whoIs(page)).toContain('Mara Lindqvist');
    await page.getByRole('button', { name: 'Leave this out where you work' }).click();
    await page.waitForURL('**/welcome?next=%2Fforums');
    await page.getByRole('link', { name: 'Go on to where you were' }).click();
    await page.waitForURL('**/forums');
    await signOut(page);

    const { member } = await enter('rosa');
    agency.employee = { sub: 'rosa', email: member.email, email_verified: true, name: 'Rosa' };
    const other = await browser.open();
    await other.page.goto(`${hub.base}/sign-in?next=/forums`);
    await other.page.getByRole('link', { name: 'Continue with Example County' }).click();
    await other.page.waitForURL('**/sign-in/agency/link');
    await other.page.getByRole('link', { name: 'Sign in as before' }).click();
    await other.page.getByText(`Sign in to the account with the address ${member.email} as you have done so far.`).waitFor();
    expect(await other.page.getByRole('link', { name: 'Continue with Example County' }).count()).toBe(0);
    // Whoever else asks for that page, from memory or not, reads nothing of it.
    for (const page of [other.page.url(), `${hub.base}/sign-in`]) expect(await (await fetch(page)).text()).not.toContain(member.email);
    await other.page.getByLabel('E-mail address').fill(member.email);
    await other.page.getByLabel('Password').fill(password);
    await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await other.page.waitForURL('**/forums');
    await signOut(other.page);
    await other.page.goto(`${hub.base}/sign-in?next=/account/security`);
    await other.page.getByRole('link', { name: 'Continue with Example County' }).click();
    await other.page.waitForURL('**/account/security');
    expect(await whoIs(other.page)).toContain('Rosa Delgado');
    await other.page.getByRole('button', { name: `Disconnect ${member.email}` }).click();
    await other.page.waitForURL('**/account/security?disconnected');
    await other.page.getByRole('link', { name: /Connect your account with/ }).click();
    await other.page.waitForURL('**/account/security?connected');
    const desk = await browser.open();
    await desk.context.addCookies([(await enter('abe')).cookie]);
    await desk.page.goto(`${hub.base}/desk/members/${member.handle}`);
    expect(await desk.page.getByRole('region', { name: 'Second step' }).textContent()).toContain('a mailed link or Example County lets them in');
    await other.page.goto(`${hub.base}/account/prove?next=/account/leave`);
    await other.page.getByRole('link', { name: 'Go on with Example County' }).click();
    await other.page.waitForURL('**/account/leave');
  });

  test('who comes without an address that the agency vouches for is led to where one joins', async () => {
    agency.employee = { sub: 'nobody', email: 'nobody@county.example', email_verified: false, name: 'No Body' };
    const { page } = await browser.open({ expectErrors: /403/ });
    await page.goto(`${hub.base}/sign-in/agency`);
    await page.getByRole('main').getByRole('link', { name: 'Join' }).click();
    await page.waitForURL('**/join');
  });

  test('another site cannot connect its account to a member’s', async () => {
    const { header } = await enter('tom');
    const response = await fetch(`${hub.base}/sign-in/agency`, { redirect: 'manual', headers: { cookie: header, 'sec-fetch-site': 'cross-site' } });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/account/security']);
  });
});

describe('sessions on the running hub', () => {
  test('one that is ended is dead within a second, on every kind of page', async () => {
    const [here, there] = [await enter('tom'), await enter('tom')];
    const status = () => fetch(`${hub.base}/account`, { redirect: 'manual', headers: { cookie: there.header } }).then((r) => r.status);
    const { page, context } = await browser.open();
    await context.addCookies([here.cookie]);
    for (const button of [/^Sign out .*since/, 'Sign out everywhere else'] as const) {
      const again = await enter('tom');
      const open = (path: string) => fetch(hub.base + path, { redirect: 'manual', headers: { cookie: again.header } });
      expect((await open('/account')).status).toBe(200);
      await page.goto(`${hub.base}/account/security`);
      await page.getByRole('button', { name: button }).first().click();
      await page.waitForURL(/\?(ended|others)$/);
      const started = Date.now();
      if (button === 'Sign out everywhere else') {
        expect([await status(), (await open('/account')).status]).toEqual([303, 303]);
        expect(await (await open('/')).text()).not.toContain('Tom Achterberg');
        expect(Date.now() - started).toBeLessThan(1_000);
      }
    }
    await page.goto(`${hub.base}/account/security`);
    expect(await page.getByRole('button', { name: /^Sign out .*since/ }).count()).toBe(0);
  });

  test('a planted cookie is worth nothing after signing in', async () => {
    const { member } = await enter('rosa');
    const planted = await enter('tom');
    const response = await send('/sign-in?_action=members.signIn', { email: member.email, password }, { cookie: planted.header });
    // Whoever is signed in is taken to be so; the form signs in anew all the same, under a token of its own.
    expect(response.headers.getSetCookie().join()).toMatch(/hub_session=[\w-]{20,}/);
    expect(response.headers.getSetCookie().join()).not.toContain(planted.cookie.value);
    expect((await fetch(`${hub.base}/account`, { redirect: 'manual', headers: { cookie: planted.header } })).status).toBe(303);
  });
});

describe('the e-mail address, without scripts', () => {
  test('is changed by a link to the new one, and taken back from the old one', async () => {
    const { member } = await enter('nadia');
    const { page } = await browser.open({ javaScriptEnabled: false });
    await signInByPassword(page, member.email, '/account/email');
    await page.getByLabel('New e-mail address').fill('nadia@elsewhere.example');
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.waitForURL('**/account/email?sent');
    const link = (await letterTo(hub, 'nadia@elsewhere.example', /^Confirm your new/)).link ?? '';
    // Whoever is not signed in signs in first and comes back; as another account they read whose it is, and find no button.
    expect((await fetch(link, { redirect: 'manual' })).headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(link.slice(hub.base.length))}`);
    const stranger = await (await fetch(link, { headers: { cookie: (await enter('tom')).header } })).text();
    expect([stranger.includes(`@${member.handle}`), stranger.includes('Use the new address')]).toEqual([true, false]);
    await page.goto(link);
    await page.getByRole('button', { name: 'Use the new address' }).click();
    await page.waitForURL('**/account/email/confirm?done');
    await page.goto(`${hub.base}/account/security`);
    expect(await page.getByRole('main').textContent()).toContain('nadia@elsewhere.example');
    await page.goto((await letterTo(hub, member.email, /address on .* was changed/)).link ?? '');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.waitForURL('**/account/email/undo?done');
    expect(db.select({ email: memberRows.email }).from(memberRows).where(eq(memberRows.id, member.id)).get()?.email).toBe(member.email);
    await page.goto(`${hub.base}/account`);
    expect(page.url()).toContain('/sign-in?next');
    await page.goto((await letterTo(hub, member.email, /^A new password/)).link ?? '');
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Save and sign in' }).click();
    await page.waitForURL('**/account/security?password');
  });
});

describe('forms and addresses', () => {
  /** Every action there is, by the name that its form sends. */
  const actions = readdirSync('src/actions').flatMap((file) => {
    const groups = readFileSync(`src/actions/${file}`, 'utf8').split(/^export const (?=\w+ = \{)/m).slice(1);
    return groups.flatMap((group) => [...group.matchAll(/^ {2}(\w+): defineAction/gm)].map(([, name]) => `${group.split(' ')[0]}.${name}`));
  });

  test('no action is taken from another site, nor without saying from where', async () => {
    expect(actions.filter((name) => /^(signIn|proof|security)\./.test(name)).length).toBeGreaterThan(18);
    const { header } = await enter('rosa');
    for (const name of actions) {
      for (const origin of ['https://evil.example', 'null', `${hub.base}.evil.example`]) {
        expect([name, origin, (await send(`/account/security?_action=${name}`, { a: '1' }, { cookie: header, origin })).status]).toEqual([name, origin, 403]);
      }
    }
    for (const path of ['/sign-in/passkey', '/account/passkey']) expect((await send(path, { use: 'adding' }, { cookie: header, origin: 'https://evil.example' })).status).toBe(403);
  });

  test('what concerns a session is for members alone, and how one signs in changes with a fresh proof alone', async () => {
    const fields: Record<string, string> = { password: 'completely different words', code: '000000', id: '1', issuer: 'x', subject: 'x', email: 'eve@evil.example', name: 'x', token: 'x', answer: JSON.stringify({ id: 'a', rawId: 'a', type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: 'a', attestationObject: 'a', authenticatorData: 'a', signature: 'a' } }) };
    const { member, header } = await enter('rosa');
    db.$client.prepare('update sessions set proved_at = null where member_id = ?').run(member.id);
    for (const name of actions.filter((one) => /^(proof|security)\./.test(one) && !/security\.(confirm|undo)Email/.test(one))) {
      expect([name, (await send(`/account/security?_action=${name}`, fields)).status]).toEqual([name, 401]);
      // A passkey called otherwise signs in as before.
      if (/^security\.(?!end|rename)/.test(name)) expect([name, (await send(`/account/security?_action=${name}`, fields, { cookie: header })).status]).toEqual([name, 403]);
    }
    for (const page of ['email', 'passkeys', 'authenticator', 'recovery-codes']) {
      const response = await fetch(`${hub.base}/account/${page}`, { redirect: 'manual', headers: { cookie: header } });
      expect([page, response.status, response.headers.get('location')]).toEqual([page, 303, `/account/prove?next=${encodeURIComponent(`/account/${page}`)}`]);
    }
  });

  test.each(['//evil.example', 'https://evil.example', '/\\evil.example', '/%0d%0aLocation:%20https://evil.example', 'javascript:alert(1)', '/\tevil'])('signing in never leads to %j', async (next) => {
    const { member, header } = await enter('rosa');
    const location = (await send('/sign-in?_action=members.signIn', { email: member.email, password, next })).headers.get('location') ?? '';
    expect(new URL(location, hub.base).origin).toBe(hub.base);
    const proof = await send(`/account/prove?next=${encodeURIComponent(next)}&_action=proof.byPassword`, { password }, { cookie: header });
    expect([proof.status, new URL(proof.headers.get('location') ?? '', hub.base).origin]).toEqual([303, hub.base]);
  });

  test('known and unknown addresses are answered alike when a link is asked for, and mailed links hold the hub’s own address', async () => {
    const { member } = await enter('abe');
    const answers = await Promise.all([member.email, 'nobody@test.example'].map(async (email) => {
      const response = await send('/sign-in?_action=signIn.requestLink', { email }, { 'x-forwarded-host': 'evil.example' });
      return [response.status, response.headers.get('location'), response.headers.getSetCookie().map((cookie) => cookie.replace(/=[\w-]+/, '='))];
    }));
    expect(answers[0]).toEqual(answers[1]);
    const { text } = await letterTo(hub, member.email, /^Sign in to/);
    expect(text).toContain(`${hub.base}/sign-in/link`);
    expect(text).not.toContain('evil');
  });

  test('pages that depend on who is at a step are in no cache', async () => {
    for (const path of ['/sign-in/second', '/sign-in/agency/link']) {
      const response = await fetch(hub.base + path, { redirect: 'manual' });
      expect([path, response.status, response.headers.get('location')]).toEqual([path, 303, '/sign-in']);
      expect(response.headers.get('cache-control') ?? '').not.toContain('public');
    }
  });
});

describe.each([['desktop', desktop, 'light'], ['phone', phone, 'dark']] as const)('WCAG 2.2 AA on a %s', (_, viewport, colorScheme) => {
  test('every page of signing in', async () => {
    const { member, cookie } = await enter('abe');
    const { page, context } = await browser.open({ viewport, colorScheme, expectErrors: /410/ });
    const wrong: string[] = [];
    const look = async (path: string) => {
      await page.goto(hub.base + path);
      for (const violation of await axeViolations(page)) wrong.push(`${path}: ${violation}`);
      if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) wrong.push(`${path}: scrolls sideways`);
    };
    await send('/sign-in?_action=signIn.requestLink', { email: member.email });
    const { link } = await letterTo(hub, member.email, /^Sign in to/);
    for (const path of ['/sign-in', '/sign-in/link?sent', '/sign-in/link?token=x', (link ?? '').replace(hub.base, '')]) await look(path);
    const { member: tom } = await enter('tom');
    db.insert(authenticators).values({ memberId: tom.id, secret: new Secret().base32 }).run();
    await signInByPassword(page, tom.email);
    await page.waitForURL('**/sign-in/second');
    await look('/sign-in/second');
    db.delete(authenticators).where(eq(authenticators.memberId, tom.id)).run();
    agency.employee = { sub: `abe ${colorScheme}`, email: member.email, email_verified: true };
    await page.goto(`${hub.base}/sign-in/agency`);
    await look('/sign-in/agency/link');
    await context.addCookies([cookie]);
    for (const path of ['security', 'password', 'passkeys', 'authenticator', 'email', 'email?sent', 'email/confirm?token=x', 'email/undo?token=x', 'prove', 'prove?sent']) await look(`/account/${path}`);
    expect(wrong).toEqual([]);
  }, 120_000);
});
