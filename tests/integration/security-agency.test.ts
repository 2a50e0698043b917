import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { agencyAccounts, authenticators, db, drafts, emailChanges, knownBrowsers, memberTraits, members, passkeys, passwords, profiles, recoveryCodes, sessions, signInLinks, signInSteps, strayDrafts } from '#db/client.ts';
import { suspendMember } from '#domain/decisions/suspending.ts';
import { Denied, NotFound } from '#domain/errors.ts';
import { setRulesOfJoining } from '#domain/membership/rules.ts';
import { agencyAccountsOf, agencyName, comeBackFromAgency, disconnectAgency, goToAgency, goToProve, pendingAgency } from '#domain/people/agencies.ts';
import { hasAuthenticator } from '#domain/people/authenticators.ts';
import { join } from '#domain/people/joining.ts';
import { letIn } from '#domain/people/letting-in.ts';
import { memberByEmail, memberById } from '#domain/people/members.ts';
import { hasPassword } from '#domain/people/passwords.ts';
import type { Cookie } from '#domain/people/cookies.ts';
import { hasProved } from '#domain/people/proving.ts';
import type { Session } from '#domain/people/sessions.ts';
import { type Employee, useAgency } from '../support/agency.ts';
import { browserOfTest, enter, forgetLimits, lettersTo, sessionIn, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

const agency = useAgency('http://localhost:4321');
useDatabase();
beforeEach(forgetLimits);

/** There and back in one browser. */
async function trip(employee: Employee, browser = browserOfTest(), session: Session | null = null, next = '/forums') {
  const { url, cookie } = await goToAgency(next, session, 'here');
  browser.take(cookie);
  return comeBackFromAgency(await agency.visit(url, employee), browser, session);
}

const mara: Employee = { sub: 'mara-17', email: 'Mara@County.example', email_verified: true, name: 'Mara Lindqvist' };

describe('signing in with an agency’s account', () => {
  test('asks with code flow, PKCE, state and nonce, and comes back to the configured address alone', async () => {
    expect(agencyName()).toBe('Example County');
    const asked = new URL((await goToAgency('/', null, 'here')).url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', redirect_uri: 'http://localhost:4321/sign-in/agency/back' });
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)?.length).toBeGreaterThan(20);
  });

  test('makes an account for whoever has none, and finds it again by subject when the address has changed there', async () => {
    const first = await trip(mara);
    const made = memberByEmail('mara@county.example');
    expect(first).toEqual({ is: 'known', memberId: made?.id, next: '/welcome?next=%2Fforums' });
    expect(made).toMatchObject({ name: 'Mara Lindqvist', role: 'member' });
    expect([made?.emailConfirmedAt !== null, hasPassword(made?.id ?? 0)]).toEqual([true, false]);
    expect(await trip({ ...mara, email: 'mara.new@county.example' })).toMatchObject({ is: 'known', memberId: made?.id, next: '/forums' });
    expect(memberByEmail('mara.new@county.example')).toBeNull();
  });

  test.each([['an address that the agency does not vouch for', { email_verified: false }], ['no word on it', { email_verified: undefined }], ['no address', { email: undefined }], ['what is no address', { email: 'x' }]])('%s makes no account and takes none over', async (_, given) => {
    const before = db.select().from(members).all().length;
    await expect(trip({ ...mara, sub: 'eve', ...given } as Employee)).rejects.toThrow(/does not vouch/);
    expect([db.select().from(members).all().length, db.select().from(agencyAccounts).where(eq(agencyAccounts.subject, 'eve')).all()]).toEqual([before, []]);
  });

  test('an account that stands is connected only once its owner has signed in as before, in that browser', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    const employee: Employee = { sub: 'rosa-1', email: rosa.email, email_verified: true, name: 'Rosa' };
    const browser = browserOfTest();
    const back = await trip(employee, browser);
    if (back.is !== 'to confirm') throw new Error(`It is ${back.is}.`);
    browser.take(back.cookie);
    expect(pendingAgency(browser)).toMatchObject({ email: rosa.email, next: '/forums' });
    expect(pendingAgency(browserOfTest())).toBeNull();
    await letIn(rosa.id, 'password', browserOfTest(), '/');
    await letIn(tom.id, 'password', browser, '/');
    expect([agencyAccountsOf(rosa), agencyAccountsOf(tom)]).toEqual([[], []]);
    browser.take(...(await letIn(rosa.id, 'password', browser, '/')).cookies);
    expect(agencyAccountsOf(rosa).map((a) => a.subject)).toEqual(['rosa-1']);
    expect(lettersTo(rosa.email).some((l) => l.subject.includes('agency'))).toBe(true);
    expect(await trip(employee)).toMatchObject({ is: 'known', memberId: rosa.id });
  });

  test('what somebody prepared for the address of another is worth nothing', async () => {
    await join({ name: 'Eve', email: 'kofi@county.example', password: 'the attacker knows this one', website: null, shown: null }, 'here');
    const back = await trip({ sub: 'kofi', email: 'kofi@county.example', email_verified: true, name: 'Kofi' });
    const kofi = memberByEmail('kofi@county.example');
    expect(back).toMatchObject({ is: 'known', memberId: kofi?.id });
    expect(db.select().from(passwords).where(eq(passwords.memberId, kofi?.id ?? 0)).all()).toEqual([]);
  });

  test('of what was typed or prepared for an address that was never confirmed nothing is left: the name is the agency’s', async () => {
    await join({ name: 'Mayor Slanderous', email: 'ola@county.example', password: 'the attacker knows this one', application: 'I take bribes.', website: null, shown: null }, 'here');
    const row = memberByEmail('ola@county.example');
    if (!row) throw new Error('Nobody asked to join.');
    const [memberId, later] = [row.id, new Date(Date.now() + 86_400_000)];
    db.update(members).set({ application: 'I take bribes.', jobTitle: 'Crook', place: 'Nowhere', listed: true, vendor: true }).where(eq(members.id, memberId)).run();
    const prepared = {
      sessions: () => db.insert(sessions).values({ id: 'prepared', memberId, expiresAt: later.getTime() / 1_000 }).run(),
      sign_in_links: () => db.insert(signInLinks).values({ id: 'prepared', memberId, browser: 'b', expiresAt: later }).run(),
      sign_in_steps: () => db.insert(signInSteps).values({ id: 'prepared', purpose: 'second', memberId, data: {}, expiresAt: later }).run(),
      passkeys: () => db.insert(passkeys).values({ memberId, credentialId: 'prepared', publicKey: Buffer.from('k'), counter: 0, transports: [], name: 'Key' }).run(),
      authenticators: () => db.insert(authenticators).values({ memberId, secret: 's' }).run(),
      recovery_codes: () => db.insert(recoveryCodes).values({ id: 'prepared', memberId }).run(),
      known_browsers: () => db.insert(knownBrowsers).values({ memberId, browser: 'b' }).run(),
      email_changes: () => db.insert(emailChanges).values({ id: 'prepared', memberId, oldEmail: 'ola@county.example', newEmail: 'eve@evil.example', expiresAt: later }).run(),
      profiles: () => db.insert(profiles).values({ memberId, askMe: 'for money' }).run(),
      member_traits: () => db.insert(memberTraits).values({ memberId, kind: 'theme', value: 'x' }).run(),
      drafts: () => db.insert(drafts).values({ memberId, place: 'x', fields: {}, updatedAt: later }).run(),
      stray_drafts: () => db.insert(strayDrafts).values({ id: 'prepared', memberId, place: 'x', fields: {}, expiresAt: later }).run(),
    };
    for (const put of Object.values(prepared)) put();
    const left = () => ['passwords', 'links', ...Object.keys(prepared)].filter((table) => (db.$client.prepare(`select count(*) from ${table} where member_id = ?`).pluck().get(memberId) as number) > 0);
    expect(left()).toEqual(['passwords', 'links', ...Object.keys(prepared)]);
    await trip({ sub: 'ola', email: 'ola@county.example', email_verified: true, name: 'Ola Nordmann' });
    expect(memberByEmail('ola@county.example')).toMatchObject({ name: 'Ola Nordmann', handle: 'ola-nordmann', application: null, jobTitle: null, place: null, listed: false, vendor: false });
    expect(left()).toEqual([]);
  });

  test('who waits to be let in says anew who they are, and what coordinators decided about the address stays', async () => {
    const nadia = await enter('nadia');
    setRulesOfJoining(await enter('abe'), { mode: 'approval', invite: 'coordinators', askWhom: null });
    await join({ name: 'Eve', email: 'pim@county.example', password: 'the attacker knows this one', application: 'I am the mayor.', website: null, shown: null }, 'here');
    suspendMember(nadia, { memberId: memberByEmail('pim@county.example')?.id ?? 0, days: 5, reason: 'Robots.' });
    await trip({ sub: 'pim', email: 'pim@county.example', email_verified: true, name: 'Pim de Vries' });
    expect(memberByEmail('pim@county.example')).toMatchObject({ name: 'Pim de Vries', application: '', suspendedReason: 'Robots.' });
    setRulesOfJoining(await enter('abe'), { mode: 'open', invite: 'coordinators', askWhom: null });
  });

  test('another browser’s answer, a used one, and one with a changed state or code are refused', async () => {
    const [browser, other] = [browserOfTest(), browserOfTest()];
    const { url, cookie } = await goToAgency('/', null, 'here');
    const search = await agency.visit(url, mara);
    await expect(comeBackFromAgency(search, other, null)).rejects.toThrow(Denied);
    other.take((await goToAgency('/', null, 'here')).cookie);
    await expect(comeBackFromAgency(search, other, null)).rejects.toThrow(/did not confirm/);
    browser.take(cookie);
    await comeBackFromAgency(search, browser, null);
    await expect(comeBackFromAgency(search, browser, null)).rejects.toThrow(Denied);
    for (const spoilt of [(s: string) => s.replace(/state=[^&]+/, 'state=guess'), (s: string) => s.replace(/code=[^&]+/, 'code=guess'), () => '', () => '?error=access_denied']) {
      const again = await goToAgency('/', null, 'here');
      browser.take(again.cookie);
      await expect(comeBackFromAgency(spoilt(await agency.visit(again.url, mara)), browser, null)).rejects.toThrow(/did not confirm/);
    }
  });

  test('leads nowhere but to this site afterwards', async () => {
    expect(await trip(mara, browserOfTest(), null, 'https://evil.example')).toMatchObject({ next: '/' });
  });
});

test('who comes without a name is called as their address says, the words of it apart', async () => {
  await trip({ sub: 'ida', email: 'ida.b_lund@county.example', email_verified: true });
  expect(memberByEmail('ida.b_lund@county.example')?.name).toBe('ida b lund');
});

describe('showing with it once more who one is', () => {
  const employee: Employee = { sub: 'tom-prove', email: 'tom.prove@county.example', email_verified: true };
  async function proveAs(who: Employee, session: Session, change: (url: string) => string = (url) => url) {
    const browser = browserOfTest();
    const { url, cookie } = await goToProve('/account/export', session, 'here');
    browser.take(cookie);
    return comeBackFromAgency(await agency.visit(change(url), who), browser, session);
  }

  test('works with the account that signs them in, and has them sign in there anew', async () => {
    const tom = await enter('tom');
    await expect(goToProve('/', await sessionOf(tom), 'here')).rejects.toThrow(NotFound);
    await trip(employee, browserOfTest(), await sessionOf(tom));
    const session = { ...await sessionOf(tom), provedAt: null };
    db.update(sessions).set({ provedAt: null }).where(eq(sessions.id, session.id)).run();
    const back = await proveAs(employee, session, (url) => { expect(new URL(url).searchParams.get('max_age')).toBe('0'); return url; });
    expect(back).toMatchObject({ is: 'proved', next: '/account/export' });
    expect(hasProved(await sessionIn((back as { cookie: Cookie }).cookie))).toBe(true);
  });

  test('not with anybody else’s account, nor for another session, nor past a second step, nor where the agency does not say when they signed in', async () => {
    const [tom, nadia] = [await enter('tom'), await enter('nadia')];
    await expect(proveAs({ ...employee, sub: 'somebody' }, await sessionOf(tom))).rejects.toMatchObject({ message: expect.stringContaining('not the account'), way: { url: '/account/prove?next=%2Faccount%2Fexport' } });
    await expect(proveAs(employee, await sessionOf(tom), (url) => url.replace('&max_age=0', ''))).rejects.toThrow(/did not say that you signed in there just now/);
    const browser = browserOfTest();
    const { url, cookie } = await goToProve('/', await sessionOf(tom), 'here');
    browser.take(cookie);
    await expect(comeBackFromAgency(await agency.visit(url, employee), browser, await sessionOf(nadia))).rejects.toThrow(Denied);
    db.insert(authenticators).values({ memberId: tom.id, secret: 'a secret' }).run();
    await expect(goToProve('/', await sessionOf(tom), 'here')).rejects.toThrow(/second step/);
    db.delete(authenticators).where(eq(authenticators.memberId, tom.id)).run();
    for (const account of agencyAccountsOf(tom)) disconnectAgency(await sessionOf(tom), account);
  });
});

describe('connecting it to an account', () => {
  test('takes a fresh proof, and belongs to one account; nobody disconnects another’s', async () => {
    const [tom, nadia] = [await enter('tom'), await enter('nadia')];
    const [toms, nadias] = [await sessionOf(tom), await sessionOf(nadia)];
    const employee: Employee = { sub: 'tom-9', email: 'other@county.example', email_verified: true };
    await expect(goToAgency('/', { ...toms, provedAt: null }, 'here')).rejects.toThrow(Denied);
    expect(await trip(employee, browserOfTest(), toms)).toEqual({ is: 'connected' });
    await expect(trip(employee, browserOfTest(), nadias)).rejects.toThrow(/another account/);
    const [account] = agencyAccountsOf(tom);
    if (!account) throw new Error('Nothing was connected.');
    expect(() => disconnectAgency(nadias, account)).toThrow(NotFound);
    expect(() => disconnectAgency({ ...toms, provedAt: null }, account)).toThrow(Denied);
    disconnectAgency(toms, account);
    expect(agencyAccountsOf(tom)).toEqual([]);
  });

  test('begun by one member and finished by another it is refused', async () => {
    const [tom, nadia] = [await enter('tom'), await enter('nadia')];
    const browser = browserOfTest();
    const { url, cookie } = await goToAgency('/', await sessionOf(tom), 'here');
    browser.take(cookie);
    const search = await agency.visit(url, { sub: 'x', email: 'x@county.example', email_verified: true });
    await expect(comeBackFromAgency(search, browser, await sessionOf(nadia))).rejects.toThrow(Denied);
  });

  test('a member it made has neither password nor second step yet, and is a member like any other', async () => {
    const { id } = memberByEmail('mara@county.example') ?? { id: 0 };
    expect([memberById(id).role, hasPassword(id), hasAuthenticator(id)]).toEqual(['member', false, false]);
  });
});
