import { eq } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import { beforeEach, describe, expect, test } from 'vitest';
import { authenticators, db, recoveryCodes, signInSteps } from '#db/client.ts';
import { Denied, Invalid, TooMany } from '#domain/errors.ts';
import { confirmAuthenticator, confirmAuthenticatorInput, hasAuthenticator, prepareAuthenticator, recoveryCodesLeft, removeAuthenticator, renewRecoveryCodes, sealAuthenticators, takeSecondFactor } from '#domain/people/authenticators.ts';
import { awaitsSecondFactor, giveSecondFactor, letIn, secondFactorInput, type Way } from '#domain/people/letting-in.ts';
import { limits } from '#domain/people/limits.ts';
import { proveByLink, requestProofLink } from '#domain/people/mailed-links.ts';
import { proveByCode, proveByPassword } from '#domain/people/proving-again.ts';
import { sessionCookie, type Session } from '#domain/people/sessions.ts';
import type { Member } from '#domain/people/types.ts';
import { isSealed, unseal } from '#lib/sealing.ts';
import { browserOfTest, enter, forgetLimits, lettersTo, password, sessionIn, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
beforeEach(forgetLimits);

/** What an app with this key shows, or showed so many seconds ago. */
const shownBy = (key: string, secondsAgo = 0) => new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) }).generate({ timestamp: Date.now() - secondsAgo * 1000 });
const codeOf = (member: Member, secondsAgo = 0) => shownBy(unseal(db.select().from(authenticators).where(eq(authenticators.memberId, member.id)).get()?.secret ?? '', `authenticator ${member.id}`) ?? '', secondsAgo);
/** A browser in which an authenticator waits to be confirmed, and its key. */
async function preparing(session: Session) {
  const browser = browserOfTest();
  const { cookie, ...shown } = await prepareAuthenticator(session, browser);
  if (cookie) browser.take(cookie);
  return { browser, ...shown };
}
/** As if no code had been taken yet. */
const forgetCodes = (member: Member) => db.update(authenticators).set({ lastStep: 0 }).where(eq(authenticators.memberId, member.id)).run();
const plain = (code: string) => secondFactorInput.parse({ code }).code;

/** Sets the second step up, unless it stands, and returns fresh recovery codes. */
async function withSecondStep(member: Member): Promise<string[]> {
  const session = await sessionOf(member);
  forgetCodes(member);
  if (hasAuthenticator(member.id)) return renewRecoveryCodes(session);
  const { browser, key } = await preparing(session);
  const codes = confirmAuthenticator(session, { code: shownBy(key) }, browser);
  forgetCodes(member);
  return codes;
}

describe('setting it up', () => {
  test('takes a code from the app; until then nothing is asked', async () => {
    const rosa = await enter('rosa');
    const session = await sessionOf(rosa);
    const { qrCode, key, browser } = await preparing(session);
    expect(qrCode).toMatch(/^<svg/);
    expect(qrCode).not.toMatch(/style=|<script/);
    expect(await prepareAuthenticator(session, browser)).toMatchObject({ key, cookie: null });
    const code = shownBy(key);
    expect(() => confirmAuthenticator(session, { code: code === '000000' ? '000001' : '000000' }, browser)).toThrow(Invalid);
    expect(hasAuthenticator(rosa.id)).toBe(false);
    const elsewhere = await preparing(session);
    expect(elsewhere.key).not.toBe(key);
    expect(() => confirmAuthenticator(session, { code }, elsewhere.browser)).toThrow(Invalid);
    expect(() => confirmAuthenticator(session, { code }, browserOfTest())).toThrow(Denied);
    const codes = confirmAuthenticator(session, confirmAuthenticatorInput.parse({ code: ` ${code.slice(0, 3)} ${code.slice(3)} ` }), browser);
    expect(() => takeSecondFactor(rosa.id, code, 'here')).toThrow(Invalid);
    expect(new Set(codes).size).toBe(10);
    expect(recoveryCodesLeft(rosa)).toBe(10);
    expect(lettersTo(rosa.email).at(-1)?.subject).toContain('second step was added');
    expect(JSON.stringify(db.select().from(recoveryCodes).all())).not.toContain(plain(codes[0] ?? ''));
    await expect(prepareAuthenticator(session, browser)).rejects.toThrow(Denied);
    // Neither the secret in force nor the one that waited stands in the database as it is.
    expect(JSON.stringify([db.select().from(authenticators).all(), db.select().from(signInSteps).all()])).not.toContain(key.replaceAll(' ', ''));
  });

  test('a secret from before they were sealed is sealed, and goes on', async () => {
    const rosa = await enter('rosa');
    const { secret = '' } = db.select().from(authenticators).where(eq(authenticators.memberId, rosa.id)).get() ?? {};
    db.update(authenticators).set({ secret: unseal(secret, `authenticator ${rosa.id}`) ?? '', lastStep: 0 }).where(eq(authenticators.memberId, rosa.id)).run();
    expect([sealAuthenticators(), sealAuthenticators()]).toEqual([1, 0]);
    expect(isSealed(db.select().from(authenticators).where(eq(authenticators.memberId, rosa.id)).get()?.secret ?? '')).toBe(true);
    takeSecondFactor(rosa.id, codeOf(rosa), 'here');
    // One that was put into another's row opens nothing.
    const tom = await enter('tom');
    db.insert(authenticators).values({ memberId: tom.id, secret }).run();
    expect(() => takeSecondFactor(tom.id, shownBy(unseal(secret, `authenticator ${rosa.id}`) ?? ''), 'here')).toThrow(Invalid);
    db.delete(authenticators).where(eq(authenticators.memberId, tom.id)).run();
  });

  test('and every change of it takes a fresh proof', async () => {
    const rosa = await enter('rosa');
    await withSecondStep(rosa);
    const stale: Session = { ...await sessionOf(rosa), provedAt: new Date(Date.now() - 11 * 60_000) };
    await expect(prepareAuthenticator(stale, browserOfTest())).rejects.toThrow(Denied);
    for (const act of [() => confirmAuthenticator(stale, { code: '000000' }, browserOfTest()), () => removeAuthenticator(stale), () => renewRecoveryCodes(stale)]) expect(act).toThrow(Denied);
    expect(hasAuthenticator(rosa.id)).toBe(true);
  });
});

describe('signing in with it', () => {
  test.each<[Way, boolean]>([['password', true], ['link', true], ['agency', true], ['passkey', false]])('after %s it is asked for: %s', async (way, asked) => {
    const rosa = await enter('rosa');
    await withSecondStep(rosa);
    const browser = browserOfTest();
    const { cookies, next } = await letIn(rosa.id, way, browser, '/forums');
    browser.take(...cookies);
    expect([next, awaitsSecondFactor(browser), browser.cookie(sessionCookie) === undefined]).toEqual([asked ? '/sign-in/second' : '/forums', asked, asked]);
  });

  test('the code lets in, in this browser alone, and goes where the first step was going', async () => {
    const rosa = await enter('rosa');
    await withSecondStep(rosa);
    const [browser, other] = [browserOfTest(), browserOfTest()];
    browser.take(...(await letIn(rosa.id, 'password', browser, '/forums')).cookies);
    await expect(giveSecondFactor({ code: codeOf(rosa) }, 'here', other)).rejects.toThrow(Denied);
    const entrance = await giveSecondFactor({ code: codeOf(rosa) }, 'here', browser);
    browser.take(...entrance.cookies);
    expect(entrance.next).toBe('/forums');
    expect((await sessionIn(browser)).member.id).toBe(rosa.id);
    expect(awaitsSecondFactor(browser)).toBe(false);
    await expect(giveSecondFactor({ code: codeOf(rosa) }, 'here', browser)).rejects.toThrow(Denied);
  });

  test('no code is taken twice, nor one older than the last; the one before and the one after now are taken', async () => {
    const tom = await enter('tom');
    await withSecondStep(tom);
    takeSecondFactor(tom.id, codeOf(tom), 'here');
    for (const secondsAgo of [0, 30]) expect(() => takeSecondFactor(tom.id, codeOf(tom, secondsAgo), 'here')).toThrow(Invalid);
    takeSecondFactor(tom.id, codeOf(tom, -30), 'here');
    forgetCodes(tom);
    takeSecondFactor(tom.id, codeOf(tom, 30), 'here');
    forgetCodes(tom);
    for (const secondsAgo of [90, -90]) expect(() => takeSecondFactor(tom.id, codeOf(tom, secondsAgo), 'here')).toThrow(Invalid);
  });

  test('of two who send the same code at once one gets in', async () => {
    const tom = await enter('tom');
    await withSecondStep(tom);
    const browsers = [browserOfTest(), browserOfTest()];
    for (const browser of browsers) browser.take(...(await letIn(tom.id, 'password', browser, '/')).cookies);
    forgetCodes(tom);
    const code = codeOf(tom);
    const both = await Promise.allSettled(browsers.map((browser) => giveSecondFactor({ code }, 'here', browser)));
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('a recovery code lets in once, its owner is told, and nobody else’s does', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    const [rosas, toms] = [await withSecondStep(rosa), await withSecondStep(tom)];
    expect(() => takeSecondFactor(rosa.id, plain(toms[0] ?? ''), 'here')).toThrow(/none of your recovery codes/);
    takeSecondFactor(rosa.id, plain(rosas[0]?.toUpperCase() ?? ''), 'here');
    expect(lettersTo(rosa.email).at(-1)?.subject).toContain('recovery code was used');
    expect(recoveryCodesLeft(rosa)).toBe(9);
    expect(() => takeSecondFactor(rosa.id, plain(rosas[0] ?? ''), 'here')).toThrow(/recovery code was used already/);
    expect(() => takeSecondFactor(rosa.id, '12345', 'here')).toThrow(/next one in your app/);
    expect(() => takeSecondFactor(rosa.id, plain(rosas[2] ?? '').slice(1), 'here')).toThrow(/none of your recovery codes/);
    const session = await sessionOf(rosa);
    renewRecoveryCodes(session);
    expect(() => takeSecondFactor(rosa.id, plain(rosas[1] ?? ''), 'here')).toThrow(/none of your recovery codes/);
  });

  test('guessing is stopped; the owner still gets in from home, and with a recovery code whatever happens', async () => {
    const rosa = await enter('rosa');
    const codes = await withSecondStep(rosa);
    const guess = (address: string) => { try { takeSecondFactor(rosa.id, '12345', address); return ''; } catch (error) { return (error as Error).constructor.name; } };
    for (let n = 0; n < limits.codePerAccount.most; n++) expect(guess('attacker')).toBe('Invalid');
    expect(guess('attacker')).toBe('TooMany');
    forgetCodes(rosa);
    takeSecondFactor(rosa.id, codeOf(rosa), 'home');
    for (let n = 0; n < limits.codePerMember.most; n++) guess(`attacker ${n}`);
    expect(() => takeSecondFactor(rosa.id, codeOf(rosa), 'home')).toThrow(TooMany);
    expect(() => takeSecondFactor(rosa.id, plain(codes[2] ?? ''), 'home')).not.toThrow();
  });

  test('with it a session is proved by no password and no mailed link alone', async () => {
    const rosa = await enter('rosa');
    await withSecondStep(rosa);
    const session = await sessionOf(rosa);
    await expect(proveByPassword(session, { password })).rejects.toThrow(/second step/);
    expect(() => requestProofLink(session)).toThrow(/second step/);
    expect(() => proveByLink(session, { token: 'any' })).toThrow(/second step/);
  });

  test('a code proves a session too; without the second step there is none to take', async () => {
    const [rosa, nadia] = [await enter('rosa'), await enter('nadia')];
    await withSecondStep(rosa);
    const session = { ...await sessionOf(rosa), provedAt: null };
    forgetCodes(rosa);
    expect((await sessionIn(proveByCode(session, { code: codeOf(rosa) }, 'here'))).provedAt).not.toBeNull();
    expect(() => takeSecondFactor(nadia.id, '000000', 'here')).toThrow(Invalid);
  });

  test('removed, it is asked for no more', async () => {
    const rosa = await enter('rosa');
    await withSecondStep(rosa);
    removeAuthenticator(await sessionOf(rosa));
    expect((await letIn(rosa.id, 'password', browserOfTest(), '/')).next).toBe('/');
    expect(recoveryCodesLeft(rosa)).toBe(0);
    const letters = lettersTo(rosa.email).length;
    removeAuthenticator(await sessionOf(rosa));
    expect(lettersTo(rosa.email).length).toBe(letters);
  });
});
