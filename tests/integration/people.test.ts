import { eq, inArray, like, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { db, links, members, passwords, sessions } from '#db/client.ts';
import { nameApart } from '#domain/anonymity.ts';
import { suspendMember } from '#domain/decisions/suspending.ts';
import { Denied, Invalid, TooMany } from '#domain/errors.ts';
import { confirmEmail, forgetUnconfirmed, join, joinInput, wayAfterJoining } from '#domain/people/joining.ts';
import { countAttempt, limits } from '#domain/people/limits.ts';
import { memberByEmail } from '#domain/people/members.ts';
import { setRulesOfJoining } from '#domain/membership/rules.ts';
import { hashPassword } from '#domain/people/passwords.ts';
import { changePassword, readResetLink, requestReset, setNewPassword } from '#domain/people/resetting.ts';
import { endSession, readSession, startSession } from '#domain/people/sessions.ts';
import { readLog } from '#domain/moderation/log.ts';
import { setUp, setUpLink, setUpWorks } from '#domain/moderation/setting-up.ts';
import { safeNext, signIn } from '#domain/people/signing-in.ts';
import { stamp, stampOfWaiting } from '#domain/people/traps.ts';
import { addDays } from '#lib/dates.ts';
import { hashToken } from '#lib/tokens.ts';
import { enter, forgetLimits, lettersTo, password, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
beforeEach(forgetLimits);

const lena = { name: 'Lena Fischer', email: 'lena@test.example', password: 'heron lantern gravel mitten', website: null };

describe('setting up', () => {
  test('the first administrator is made by a link that works once, and only while there is none', async () => {
    const token = new URL(setUpLink() ?? '').searchParams.get('token') ?? '';
    expect(setUpWorks(token)).toBe(true);
    expect(setUpWorks('anything')).toBe(false);
    const newer = new URL(setUpLink() ?? '').searchParams.get('token') ?? '';
    expect(setUpWorks(token)).toBe(false);
    const id = await setUp({ token: newer, name: 'Abe Whitfield', email: 'abe@test.example', password: 'heron lantern gravel mitten' }, 'here');
    expect(db.select().from(members).where(eq(members.id, id)).get()).toMatchObject({ role: 'administrator' });
    expect(setUpLink()).toBeNull();
    await expect(setUp({ token: newer, name: 'Eve', email: 'eve@test.example', password: 'heron lantern gravel mitten' }, 'here')).rejects.toThrow(Denied);
  });
});

describe('joining', () => {
  test('tells nobody by the handle or in letters whether another address, given with the same name before, has an account', async () => {
    const [rosa, writers] = [await enter('rosa'), [] as string[]];
    for (const [asked, name] of [['stranger@test.example', 'Wxyz Probe'], [rosa.email, 'Vuts Probe']] as const) {
      const own = { name, email: `${name[0]}@test.example`.toLowerCase(), password: lena.password };
      await join({ ...own, email: asked, website: null }, 'here');
      await join({ ...own, website: null }, 'here');
      const id = await confirmEmail({ token: tokenFor(own.email), password: own.password }, 'here');
      writers.push(db.select({ handle: members.handle }).from(members).where(eq(members.id, id)).get()?.handle ?? '',
        db.get<{ called: string }>(sql.raw(`select ${nameApart('m')} as called from members m where m.id = ${id}`)).called);
    }
    expect(writers).toEqual(['wxyz-probe', 'Wxyz Probe', 'vuts-probe', 'Vuts Probe']);
    expect(memberByEmail('stranger@test.example')?.handle).toMatch(/^unconfirmed-[\da-f-]{36}$/);
    db.delete(members).where(like(members.name, '% Probe')).run();
  });

  test('leads from the log to the desk before the address is confirmed, to the page of the member afterwards, and nowhere once they are forgotten', async () => {
    const [nadia, tokens, ways] = [await enter('nadia'), [] as string[], () => readLog(nadia, null).lines.map(({ url }) => url)];
    for (const [name, email] of [['Ugo Early', 'ugo@test.example'], ['Una Never', 'una@test.example']] as const) {
      await join({ ...lena, name, email }, 'here');
      tokens.push(tokenFor(email));
      suspendMember(nadia, { memberId: memberByEmail(email)?.id ?? 0, days: 1, reason: 'Robots.' });
    }
    expect(ways().slice(0, 2)).toEqual(['una', 'ugo'].map((who) => `/desk/members/${memberByEmail(`${who}@test.example`)?.handle}`));
    await confirmEmail({ token: tokens[0] ?? '', password: lena.password }, 'here');
    db.update(members).set({ createdAt: addDays(new Date(), -8), suspendedUntil: addDays(new Date(), -7) }).where(eq(members.email, 'una@test.example')).run();
    forgetUnconfirmed();
    expect(ways().slice(0, 2)).toEqual([null, '/members/ugo-early']);
    db.delete(members).where(eq(members.email, 'ugo@test.example')).run();
  });

  test('asks for another name where somebody coordinates under it by now', async () => {
    const nora = { ...lena, name: 'Nora Latecomer', email: 'nora@test.example' };
    await join(nora, 'here');
    const { id } = db.insert(members).values({ name: nora.name, email: 'first@test.example', handle: 'nora-first', role: 'coordinator', emailConfirmedAt: new Date() }).returning().get();
    const [token, confirm] = [tokenFor(nora.email), (name?: string, typed = nora.password) => confirmEmail({ token: tokenFor(nora.email), password: typed, name }, 'here')];
    await expect(confirm(undefined, 'none of the passwords typed')).rejects.toMatchObject({ fields: { password: expect.any(String) } });
    await expect(confirm()).rejects.toMatchObject({ fields: { name: expect.stringContaining('taken') } });
    await expect(confirm(nora.name)).rejects.toMatchObject({ fields: { name: expect.any(String) } });
    expect([memberByEmail(nora.email)?.emailConfirmedAt, tokenFor(nora.email)]).toEqual([null, token]);
    await confirm('Nora B. Latecomer');
    expect(memberByEmail(nora.email)?.name).toBe('Nora B. Latecomer');
    db.delete(members).where(inArray(members.email, [nora.email, 'first@test.example'])).run();
    expect(id).toBeGreaterThan(0);
  });

  test('takes the mailed link and the password together', async () => {
    await join(lena, 'here');
    expect(lettersTo(lena.email).at(-1)?.subject).toContain('Confirm');
    await expect(signIn(lena, 'here')).rejects.toThrow(Invalid);
    const token = tokenFor(lena.email);
    await expect(confirmEmail({ token, password: 'not the password' }, 'here')).rejects.toThrow(Invalid);
    const id = await confirmEmail({ token, password: lena.password }, 'here');
    expect(await signIn(lena, 'here')).toBe(id);
    await expect(confirmEmail({ token, password: lena.password }, 'here')).rejects.toThrow(/does not work any more/);
  });

  test('whoever joins from a thread goes on to it by the letter, in which nobody can read a word of it; no letter leads away', async () => {
    const joined = async (email: string, next?: string) => {
      await join({ ...lena, email, next, website: null }, 'here');
      const text = lettersTo(email).at(-1)?.text ?? '';
      return { text, next: /&next=([\w.-]+)/.exec(text)?.[1] ?? null };
    };
    const from = await joined('from-a-thread@test.example', '/forums/operations/cheap-watches?page=2#reply');
    expect([from.text.includes('cheap'), from.text.includes('Y2hlYXA')]).toEqual([false, false]);
    expect(wayAfterJoining(from.next)).toBe(`/welcome?next=${encodeURIComponent('/forums/operations/cheap-watches?page=2#reply')}`);
    for (const next of [undefined, '/', 'https://evil.example/', '//evil.example']) expect((await joined(`from-${String(next).length}@test.example`, next)).next).toBeNull();
    expect(joinInput.parse({ ...lena, next: `/search?q=${'a'.repeat(600)}` }).next).toBeNull();
    for (const forged of [null, '', '/forums', 'v1.AAAA']) expect(wayAfterJoining(forged)).toBe('/welcome');
  });

  test('an address that has an account gets the same answer and a letter that says so', async () => {
    const before = db.select().from(passwords).all();
    await join({ ...lena, password: 'another password entirely' }, 'here');
    expect(lettersTo(lena.email).at(-1)?.subject).toContain('already have an account');
    expect(db.select().from(passwords).all()).toEqual(before);
  });

  /** Somebody joins, and before or after them a stranger with their address as often as letters go; returns the tokens of their own letter and of the stranger's last one. */
  async function besideStranger(email: string, { first }: { first: 'owner' | 'stranger' }): Promise<{ own: string; strange: string }> {
    const [owner, stranger] = [{ ...lena, name: 'Vera Vance', email, password: 'only the victim knows it' }, { ...lena, name: 'Silly Clown', email, password: 'the attacker knows this one' }];
    const tokens = { own: '', strange: '' };
    const ownerJoins = async () => { const before = lettersTo(email).length; await join(owner, 'home'); if (lettersTo(email).length > before) tokens.own = tokenFor(email); };
    if (first === 'owner') await ownerJoins();
    for (let n = 0; n < limits.joinPerEmail.most + 1; n++) await join(stranger, `${n}`);
    tokens.strange = tokenFor(email);
    if (first === 'stranger') await ownerJoins();
    return tokens;
  }
  const called = (id: number) => db.select({ name: members.name, handle: members.handle }).from(members).where(eq(members.id, id)).get();

  test.each([['own', 'owner'], ['strange', 'owner'], ['strange', 'stranger']] as const)('nobody prepares an account for somebody else, nor keeps them from theirs: with a letter of the %s joining, where the %s was first, their own password and name count', async (letter, first) => {
    const email = `victim-${letter}-${first}@test.example`;
    const tokens = await besideStranger(email, { first });
    const id = await confirmEmail({ token: tokens[letter], password: 'only the victim knows it' }, 'home');
    expect(called(id)).toEqual({ name: 'Vera Vance', handle: expect.stringMatching(/^vera-vance/) });
    await expect(signIn({ email, password: 'the attacker knows this one' }, 'here')).rejects.toThrow(Invalid);
    expect(await signIn({ email, password: 'only the victim knows it' }, 'home')).toBe(id);
    await expect(confirmEmail({ token: tokens.strange, password: 'the attacker knows this one' }, 'here')).rejects.toThrow(/does not work any more/);
  });

  test('whoever proves the address by a link for a new password says their name, which a stranger cannot end; what was typed at joining does not count', async () => {
    const email = 'vera@test.example';
    setRulesOfJoining(await enter('abe'), { mode: 'approval', invite: 'coordinators', askWhom: null });
    await join({ ...lena, name: 'Silly Clown', email, password: 'the attacker knows this one', application: 'I am a clown.' }, 'here');
    requestReset({ email }, 'home');
    const token = tokenFor(email);
    await join({ ...lena, name: 'Silly Clown', email, password: 'the attacker knows this one', application: 'I am a clown.' }, 'here');
    expect(readResetLink(token)).toEqual({ joins: true });
    await expect(setNewPassword({ token, password: 'only the victim knows it' }, 'home')).rejects.toThrow(Invalid);
    await expect(setNewPassword({ token, name: 'Administrator', password: 'only the victim knows it' }, 'home')).rejects.toThrow(/taken/);
    const id = await setNewPassword({ token, name: 'Vera Vance', password: 'only the victim knows it' }, 'home');
    expect(db.select().from(members).where(eq(members.id, id)).get()).toMatchObject({ name: 'Vera Vance', application: '' });
    setRulesOfJoining(await enter('abe'), { mode: 'open', invite: 'coordinators', askWhom: null });
    requestReset({ email }, 'home');
    expect(readResetLink(tokenFor(email))).toEqual({ joins: false });
    const another = tokenFor(email);
    expect(lettersTo(email).filter(({ subject }) => subject.includes('was changed'))).toEqual([]);
    await setNewPassword({ token: another, name: 'Somebody Else', password: 'only the victim knows it' }, 'home');
    // Whoever reads somebody else's mail must not change their password without a word.
    expect(lettersTo(email).at(-1)?.subject).toMatch(/^Your password on .* was changed$/);
    expect(called(id)?.name).toBe('Vera Vance');
    expect(readResetLink('anything')).toBeNull();
  });

  test('what is said of oneself goes with the password that was typed beside it', async () => {
    setRulesOfJoining(await enter('abe'), { mode: 'approval', invite: 'coordinators', askWhom: null });
    const twice = { ...lena, name: 'Twice Over', email: 'twice@test.example' };
    await join({ ...twice, application: 'I take calls in Portland.' }, 'home');
    await join({ ...twice, name: 'T. Over', password: 'another heron lantern gravel', application: 'I take calls.' }, 'home');
    const id = await confirmEmail({ token: tokenFor(twice.email), password: twice.password }, 'home');
    expect(db.select().from(members).where(eq(members.id, id)).get()).toMatchObject({ name: 'Twice Over', application: 'I take calls in Portland.' });
    setRulesOfJoining(await enter('abe'), { mode: 'open', invite: 'coordinators', askWhom: null });
  });

  test('a robot that fills the hidden field is thanked and forgotten', async () => {
    await join({ ...lena, email: 'robot@test.example', website: 'https://spam.example' }, 'here');
    expect(memberByEmail('robot@test.example')).toBeNull();
  });

  test('a form that is back faster than anybody types is asked for once more, since it may be a password manager; whoever takes three seconds, or has an older form, joins', async () => {
    const quick = { ...lena, email: 'quick@test.example', shown: stamp(new Date(Date.now() - 2_000)) };
    await expect(join(quick, 'here')).rejects.toThrow(/press .*once more/);
    expect([memberByEmail(quick.email), lettersTo(quick.email)]).toEqual([null, []]);
    await join({ ...quick, website: 'https://spam.example' }, 'here');
    expect([memberByEmail(quick.email), lettersTo(quick.email)]).toEqual([null, []]);
    for (const [name, shown] of [['again', stampOfWaiting()], ['careful', stamp(new Date(Date.now() - 3_000))], ['older', null], ['stranger', '1.forged']] as const) {
      await join({ ...lena, email: `${name}@test.example`, shown }, 'here');
      expect(lettersTo(`${name}@test.example`).at(-1)?.subject).toContain('Confirm');
    }
  });

  test('a training room of forty joins and confirms from one address within an hour, also when many forms come back first', async () => {
    for (let n = 0; n < 40; n++) {
      const who = { ...lena, name: `Trainee ${n}`, email: `trainee-${n}@test.example` };
      for (let tries = 0; tries < 4; tries++) {
        await expect(join({ ...who, shown: stamp() }, 'training room')).rejects.toThrow(Denied);
        await expect(join({ ...who, password: who.email }, 'training room')).rejects.toThrow(Invalid);
      }
      await join(who, 'training room');
      await expect(confirmEmail({ token: tokenFor(who.email), password: 'not the one they chose' }, 'training room')).rejects.toThrow(Invalid);
      await confirmEmail({ token: tokenFor(who.email), password: who.password }, 'training room');
    }
  }, 120_000);

  test('one address stops all the same after as many forms as no room sends, and nobody is flooded with letters', async () => {
    const who = { ...lena, email: 'flooded@test.example', website: null };
    for (let n = 0; n < limits.joinPerEmail.most + 3; n++) await join(who, `address ${n}`);
    expect(lettersTo(who.email)).toHaveLength(limits.joinPerEmail.most);
    for (let n = 1; n < limits.joinPerAddress.most; n++) countAttempt('joinPerAddress', 'flooder');
    await join({ ...who, email: 'last@test.example' }, 'flooder');
    await expect(join({ ...who, email: 'late@test.example' }, 'flooder')).rejects.toThrow(TooMany);
  });

  test('bad input is named field by field', () => {
    const result = joinInput.safeParse({ name: ' ', email: 'lena', password: 'short', website: null });
    expect(result.error?.issues.map((i) => i.path[0]).sort()).toEqual(['email', 'name', 'password']);
    expect(joinInput.parse({ ...lena, email: ' LENA@Test.Example ' }).email).toBe('lena@test.example');
  });

  test('whoever never confirms is forgotten after a week', () => {
    db.insert(members).values({ email: 'old@test.example', handle: 'old', name: 'Old', createdAt: new Date(Date.now() - 8 * 86_400_000) }).run();
    forgetUnconfirmed();
    expect(memberByEmail('old@test.example')).toBeNull();
    expect(memberByEmail(lena.email)).not.toBeNull();
  });

  test('whoever never confirms and is suspended is not forgotten before the suspension ends', () => {
    const { id } = db.insert(members).values({ email: 'kept@test.example', handle: 'kept', name: 'Kept', createdAt: addDays(new Date(), -8), suspendedUntil: addDays(new Date(), 20), suspendedReason: 'Robots.' }).returning().get();
    forgetUnconfirmed();
    expect(memberByEmail('kept@test.example')).not.toBeNull();
    db.update(members).set({ suspendedUntil: addDays(new Date(), -1) }).where(eq(members.id, id)).run();
    forgetUnconfirmed();
    expect(memberByEmail('kept@test.example')).toBeNull();
  });
});

describe('signing in', () => {
  test('an unknown address and a wrong password are answered alike', async () => {
    const answers = await Promise.all(['lena@test.example', 'nobody@test.example'].map((email) => signIn({ email, password: 'wrong wrong wrong' }, 'here').catch((e: unknown) => (e instanceof Invalid ? e.fields : e))));
    expect(answers[0]).toEqual(answers[1]);
  });

  test('nobody learns whether an address has an account by joining with it and signing in: where it had none the letter comes silently, a few times', async () => {
    const given = { email: 'fresh@test.example', password: 'heron lantern gravel mitten' };
    const answers = [];
    for (const email of [given.email, lena.email]) {
      await join({ ...lena, ...given, email, password: 'a password of the curious' }, 'curious');
      answers.push(await signIn({ email, password: 'a password of the curious' }, 'curious').catch((e: unknown) => (e instanceof Invalid ? e.fields : e)));
    }
    expect(answers[0]).toEqual({ password: expect.stringContaining('do not match') });
    expect(answers[1]).toEqual(answers[0]);
    expect(lettersTo(given.email).map(({ subject }) => subject)).toEqual([expect.stringContaining('Confirm'), expect.stringContaining('Confirm')]);
    expect(await confirmEmail({ token: tokenFor(given.email), password: 'a password of the curious' }, 'home')).toBe(memberByEmail(given.email)?.id);
    await join({ ...lena, email: 'slow@test.example' }, 'home');
    for (let n = 0; n < limits.signInPerAccount.most; n++) await signIn({ ...lena, email: 'slow@test.example' }, 'home').catch(() => {});
    expect(lettersTo('slow@test.example')).toHaveLength(1 + limits.confirmPerAccount.most);
    requestReset({ email: 'slow@test.example' }, 'home');
    expect(lettersTo('slow@test.example').at(-1)?.subject).toContain('new password');
  });

  test('guessing is stopped, from that address only', async () => {
    for (let i = 0; i < limits.signInPerAccount.most; i++) await signIn({ email: lena.email, password: `guess ${i}` }, 'attacker').catch(() => {});
    await expect(signIn(lena, 'attacker')).rejects.toThrow(TooMany);
    await expect(signIn(lena, 'home')).resolves.toBeGreaterThan(0);
  });

  test('the database holds only the hash of a session token', async () => {
    const rosa = await enter('rosa');
    const cookie = await startSession(rosa.id, 'Test browser');
    expect(cookie.attributes).toMatchObject({ httpOnly: true, sameSite: 'lax', path: '/' });
    const ids = db.select({ id: sessions.id }).from(sessions).all().map((s) => s.id);
    expect(ids).toContain(hashToken(cookie.value));
    expect(ids).not.toContain(cookie.value);
    expect((await readSession(cookie.value)).viewer).toMatchObject({ name: 'Rosa Delgado' });
    expect((await readSession(hashToken(cookie.value))).viewer).toBeNull();
    await endSession(cookie.value);
    expect((await readSession(cookie.value)).viewer).toBeNull();
  });

  test.each([
    ['/forums?page=2', '/forums?page=2'], ['//evil.example', '/'], ['/\\evil.example', '/'], ['https://evil.example', '/'], ['javascript:alert(1)', '/'],
    ['/\tevil', '/'], ['', '/'], [null, '/'], ['/a\nb', '/'],
  ])('after signing in, %j leads to %j', (next, path) => expect(safeNext(next)).toBe(path));
});

describe('passwords', () => {
  test('where too many wait, the refusal says how to get in without one', async () => {
    const all = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => hashPassword('heron lantern gravel', `stranger ${n}`)));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatch(/ten seconds.* mailed link/);
  });

  test('a reset works once, ends every session, and says nothing about unknown addresses', async () => {
    requestReset({ email: 'nobody@test.example' }, 'here');
    expect(lettersTo('nobody@test.example')).toEqual([]);
    const rosa = await enter('rosa');
    const cookie = await startSession(rosa.id, null);
    requestReset({ email: rosa.email }, 'here');
    const token = tokenFor(rosa.email);
    await setNewPassword({ token, password: 'completely different words' }, 'here');
    expect((await readSession(cookie.value)).viewer).toBeNull();
    await expect(setNewPassword({ token, password: 'once more unto the breach' }, 'here')).rejects.toThrow(/does not work any more/);
    await expect(signIn({ email: rosa.email, password }, 'here')).rejects.toThrow(Invalid);
    await expect(signIn({ email: rosa.email, password: 'completely different words' }, 'here')).resolves.toBe(rosa.id);
  });

  test('two uses of one link at the same time: one works', async () => {
    const tom = await enter('tom');
    requestReset({ email: tom.email }, 'here');
    const token = tokenFor(tom.email);
    const both = await Promise.allSettled(['first of two passwords', 'second of two passwords'].map((p) => setNewPassword({ token, password: p }, 'here')));
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('asking too often for somebody else does not keep the owner from their link', async () => {
    const abe = await enter('ines');
    requestReset({ email: abe.email }, 'home');
    const token = tokenFor(abe.email);
    const before = lettersTo(abe.email).length;
    for (let i = 0; i < limits.resetPerAccount.most + 3; i++) requestReset({ email: abe.email }, 'stranger');
    expect(lettersTo(abe.email).length).toBe(before + limits.resetPerAccount.most - 1);
    await expect(setNewPassword({ token: tokenFor(abe.email), password: 'the owner gets in after all' }, 'home')).resolves.toBe(abe.id);
    expect(token).not.toBe('');
  });

  test('a link for a new password dies with any change of the password', async () => {
    const ines = await enter('ines');
    requestReset({ email: ines.email }, 'elsewhere');
    const token = tokenFor(ines.email);
    await changePassword(ines, { current: 'the owner gets in after all', password: 'changed in the mean time' });
    await expect(setNewPassword({ token, password: 'too late for this link' }, 'elsewhere')).rejects.toThrow(/does not work/);
  });

  test('guessing from many addresses is slow too', async () => {
    const nadia = await enter('nadia');
    for (let i = 0; i < limits.signInAnywhere.most; i++) countAttempt('signInAnywhere', nadia.email);
    await expect(signIn({ email: nadia.email, password }, 'a new address')).rejects.toThrow(TooMany);
  });

  test('an expired link is refused', async () => {
    const tom = await enter('tom');
    requestReset({ email: tom.email }, 'here');
    db.update(links).set({ expiresAt: new Date(Date.now() - 1000) }).where(eq(links.memberId, tom.id)).run();
    await expect(setNewPassword({ token: tokenFor(tom.email), password: 'too late for this one' }, 'here')).rejects.toThrow(/does not work any more/);
  });

  test('changing it needs the present one and tells by mail', async () => {
    const nadia = await enter('nadia');
    await expect(changePassword(nadia, { current: 'wrong', password: 'new words for the coordinator' })).rejects.toThrow(Invalid);
    await changePassword(nadia, { current: password, password: 'new words for the coordinator' });
    expect(lettersTo(nadia.email).at(-1)?.subject).toContain('was changed');
  });
});
