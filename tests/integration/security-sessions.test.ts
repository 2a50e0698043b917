import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { db, sessions } from '#db/client.ts';
import { Denied, Invalid, NotFound } from '#domain/errors.ts';
import { requestReset, setNewPassword } from '#domain/people/resetting.ts';
import { appointMember } from '#domain/moderation/appointing.ts';
import { letIn } from '#domain/people/letting-in.ts';
import { hasProved, mustHaveProved } from '#domain/people/proving.ts';
import { proveByPassword } from '#domain/people/proving-again.ts';
import { endOtherSessions, endOwnSession, forgetExpiredSessions, readSession, sessionsOf, startSession } from '#domain/people/sessions.ts';
import { addDays } from '#lib/dates.ts';
import { deviceWords } from '#lib/device-words.ts';
import { hashToken } from '#lib/tokens.ts';
import { browserOfTest, enter, forgetLimits, lettersTo, password, sessionIn, sessionOf, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
beforeEach(forgetLimits);

const isOpen = async (token: string) => (await readSession(token)).viewer !== null;

describe('the life of a session', () => {
  test('the list tells device, beginning and last use, the latest first', async () => {
    const rosa = await enter('rosa');
    const session = await sessionIn(await startSession(rosa.id, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'));
    const old = await startSession(rosa.id, null);
    db.update(sessions).set({ lastUsedAt: addDays(new Date(), -3) }).where(eq(sessions.id, hashToken(old.value))).run();
    expect(sessionsOf(session).map((s) => [s.device, s.current])).toEqual([['Firefox on Windows', true], ['An unnamed browser', false]]);
    await readSession(old.value);
    expect(Date.now() - (sessionsOf(session).find((s) => !s.current)?.lastUsed.getTime() ?? 0)).toBeLessThan(60_000);
  });

  test('one that nobody used for thirty days has ended, and so has one of more than 180 days that is used daily', async () => {
    const rosa = await enter('rosa');
    const [idle, old] = [await startSession(rosa.id, null), await startSession(rosa.id, null)];
    db.update(sessions).set({ expiresAt: Math.floor(Date.now() / 1000) - 1 }).where(eq(sessions.id, hashToken(idle.value))).run();
    db.update(sessions).set({ createdAt: addDays(new Date(), -179.9) }).where(eq(sessions.id, hashToken(old.value))).run();
    expect([await isOpen(idle.value), await isOpen(old.value)]).toEqual([false, true]);
    db.update(sessions).set({ createdAt: addDays(new Date(), -180.1) }).where(eq(sessions.id, hashToken(old.value))).run();
    expect(await isOpen(old.value)).toBe(false);
    await forgetExpiredSessions();
    expect(db.select().from(sessions).where(eq(sessions.id, hashToken(old.value))).get()).toBeUndefined();
  });

  test('one is ended, or all others', async () => {
    const rosa = await enter('rosa');
    const [here, there, elsewhere] = [await startSession(rosa.id, null), await startSession(rosa.id, null), await startSession(rosa.id, null)];
    const session = await sessionIn(here);
    endOwnSession(session, { id: hashToken(there.value) });
    expect([await isOpen(here.value), await isOpen(there.value), await isOpen(elsewhere.value)]).toEqual([true, false, true]);
    endOtherSessions(session);
    expect([await isOpen(here.value), await isOpen(elsewhere.value)]).toEqual([true, false]);
  });

  test('nobody ends the session of somebody else, whatever id they send', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    const [own, toms] = [await sessionOf(rosa), await startSession(tom.id, null)];
    for (const id of [hashToken(toms.value), toms.value, '', "' or 1=1 --"]) expect(() => endOwnSession(own, { id })).toThrow(NotFound);
    endOtherSessions(own);
    expect(await isOpen(toms.value)).toBe(true);
  });

  test('what the list shows of a session opens none', async () => {
    const session = await sessionOf(await enter('rosa'));
    for (const { id } of sessionsOf(session)) expect(await isOpen(id)).toBe(false);
  });
});

describe('a new token', () => {
  test('comes with signing in: one that was put into the browser before is worth nothing afterwards', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    const browser = browserOfTest();
    const planted = await startSession(tom.id, null);
    browser.take(planted);
    browser.take(...(await letIn(rosa.id, 'password', browser, '/')).cookies);
    expect((await sessionIn(browser)).member.id).toBe(rosa.id);
    expect(await isOpen(planted.value)).toBe(false);
  });

  test('comes with showing again who one is, and the old one is dead', async () => {
    const rosa = await enter('rosa');
    const before = await startSession(rosa.id, null);
    const after = await proveByPassword(await sessionIn(before), { password });
    expect(after.value).not.toBe(before.value);
    expect([await isOpen(before.value), await isOpen(after.value)]).toEqual([false, true]);
  });

  test('another role ends the member’s sessions', async () => {
    const [tom, abe] = [await enter('tom'), await enter('abe')];
    const [toms, session] = [await startSession(tom.id, null), await sessionOf(abe)];
    appointMember(session, { memberId: tom.id, role: 'coordinator' });
    expect(await isOpen(toms.value)).toBe(false);
    const promoted = await startSession(tom.id, null);
    expect(() => appointMember(session, { memberId: tom.id, role: 'coordinator' })).toThrow(Invalid);
    expect(await isOpen(promoted.value)).toBe(true);
    appointMember(session, { memberId: tom.id, role: 'member' });
    expect(await isOpen(promoted.value)).toBe(false);
  });
});

describe('showing again who one is', () => {
  test('is good for ten minutes, and sessions from before it was asked for have none', async () => {
    const session = await sessionOf(await enter('rosa'));
    expect(hasProved(session)).toBe(true);
    const later = { ...session, provedAt: new Date(Date.now() - 10 * 60_000) };
    expect(hasProved(later)).toBe(false);
    expect(() => mustHaveProved(later)).toThrow(Denied);
    expect(hasProved({ ...session, provedAt: null })).toBe(false);
  });

  test('a wrong password proves nothing', async () => {
    const session = await sessionOf(await enter('rosa'));
    await expect(proveByPassword(session, { password: 'not this one at all' })).rejects.toThrow(/not your password/);
  });
});

describe('a browser that was never seen', () => {
  test('is told by mail, one that was seen is not, nor is the first of all', async () => {
    const ines = await enter('ines');
    const count = () => lettersTo(ines.email).filter((l) => l.subject.startsWith('A new sign-in')).length;
    const [first, second] = [browserOfTest(), browserOfTest('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1')];
    first.take(...(await letIn(ines.id, 'password', first, '/')).cookies);
    expect(count()).toBe(0);
    second.take(...(await letIn(ines.id, 'password', second, '/')).cookies);
    expect(count()).toBe(1);
    expect(lettersTo(ines.email).at(-1)?.text).toMatch(/Safari on iOS/);
    for (const browser of [first, second]) await letIn(ines.id, 'link', browser, '/');
    expect(count()).toBe(1);
  });

  test.each([
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36', 'Chrome on macOS'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0', 'Microsoft Edge on Windows'],
    ['<script>', 'An unknown browser'], ['', 'An unnamed browser'], [null, 'An unnamed browser'],
  ])('%j is called %s', (userAgent, words) => expect(deviceWords(userAgent)).toBe(words));
});

test('a link for a new password ends every session', async () => {
  const nadia = await enter('nadia');
  const before = await startSession(nadia.id, null);
  requestReset({ email: nadia.email }, 'here');
  await setNewPassword({ token: tokenFor(nadia.email), password: 'pelican copper window thirty' }, 'here');
  expect(await isOpen(before.value)).toBe(false);
});
