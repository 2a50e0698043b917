import { and, eq, isNull } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { agencyAccounts, attempts, authenticators, db, emailChanges, facts, knownBrowsers, members, outbox, passkeys, passwords, signInLinks, trustLevels } from '#db/client.ts';
import { Denied, Invalid, TooMany } from '#domain/errors.ts';
import { agencyAccountsOf } from '#domain/people/agencies.ts';
import { hasAuthenticator } from '#domain/people/authenticators.ts';
import { passkeysOf } from '#domain/people/passkeys.ts';
import { confirmEmailChange, forgetOldEmailChanges, readEmailChange, requestEmailChange, undoEmailChange } from '#domain/people/email-changing.ts';
import { noteBrowser } from '#domain/people/known-browsers.ts';
import { countAttempt, limits } from '#domain/people/limits.ts';
import { letIn } from '#domain/people/letting-in.ts';
import { forgetOldSignInLinks, proofLinkWorks, proveByLink, readSignInLink, requestProofLink, requestSignInLink, signInByLink } from '#domain/people/mailed-links.ts';
import { memberByEmail } from '#domain/people/members.ts';
import { leaveHub } from '#domain/leaving/leaving.ts';
import { confirmEmail, join, joinInput } from '#domain/people/joining.ts';
import { changePassword, choosePassword, newPasswordInput, requestReset, setNewPassword } from '#domain/people/resetting.ts';
import { readSession, startSession } from '#domain/people/sessions.ts';
import { signIn } from '#domain/people/signing-in.ts';
import { addDays } from '#lib/dates.ts';
import { settings } from '#lib/settings.ts';
import { again, browserOfTest, enter, forgetLimits, lettersTo, password, sessionIn, sessionOf, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { ownMember } from '../support/members.ts';

useDatabase();
beforeEach(forgetLimits);

describe('a mailed link that signs in', () => {
  test('works once, in the browser that asked for it without a question', async () => {
    const rosa = await enter('rosa');
    const [browser, other] = [browserOfTest(), browserOfTest()];
    browser.take(requestSignInLink({ email: rosa.email, next: '/forums' }, 'here'));
    const token = tokenFor(rosa.email);
    // Looking at it, as a mail scanner does, burns nothing.
    for (let n = 0; n < 3; n++) expect(readSignInLink(token, browser)).toEqual({ email: rosa.email, askedHere: true });
    expect(readSignInLink(token, other)).toEqual({ email: rosa.email, askedHere: false });
    expect(signInByLink({ token }, 'here')).toEqual({ memberId: rosa.id, next: '/forums' });
    expect(readSignInLink(token, browser)).toBeNull();
    expect(() => signInByLink({ token }, 'here')).toThrow(Denied);
  });

  test('says the same for a known and an unknown address, and does the same work', async () => {
    const rosa = await enter('rosa');
    const asked = () => db.select().from(facts).where(eq(facts.name, 'links-asked')).get()?.value ?? 0;
    const before = asked();
    const [known, unknown] = [rosa.email, 'nobody@test.example'].map((email) => requestSignInLink({ email }, 'here'));
    expect({ ...known, value: '' }).toEqual({ ...unknown, value: '' });
    expect(asked()).toBe(before + 2);
    expect(lettersTo('nobody@test.example')).toEqual([]);
  });

  test('holds the configured address, and leads nowhere else afterwards', async () => {
    const rosa = await enter('rosa');
    requestSignInLink({ email: rosa.email, next: '//evil.example/x' }, 'here');
    expect(lettersTo(rosa.email).at(-1)?.text).toContain(`${settings().url}/sign-in/link?token=`);
    expect(signInByLink({ token: tokenFor(rosa.email) }, 'here').next).toBe('/');
  });

  test('is mailed to each of a training room of forty, also after mistakes, and keeps nobody there from a new password or from signing in', async () => {
    const ask = () => { requestSignInLink({ email: 'trainee@test.example' }, 'training room'); };
    for (let n = 0; n < 120; n++) ask();
    expect(ask).toThrow(TooMany);
    const forget = () => { requestReset({ email: 'trainee@test.example' }, 'training room'); };
    for (let n = 0; n < 60; n++) forget();
    expect(forget).toThrow(TooMany);
    for (let n = 0; n < 119; n++) countAttempt('signInPerAddress', 'training room');
    const rosa = await enter('rosa');
    expect(await signIn({ email: rosa.email, password }, 'training room')).toBe(rosa.id);
    await expect(signIn({ email: rosa.email, password }, 'training room')).rejects.toThrow(TooMany);
  });

  test('dies after fifteen minutes, with a newer one, and with any change of the password', async () => {
    const tom = await enter('tom');
    const ask = () => { requestSignInLink({ email: tom.email }, 'here'); return tokenFor(tom.email); };
    const [older, newer] = [ask(), ask()];
    expect(() => signInByLink({ token: older }, 'here')).toThrow(Denied);
    db.update(signInLinks).set({ expiresAt: new Date(Date.now() - 1) }).where(eq(signInLinks.memberId, tom.id)).run();
    expect(() => signInByLink({ token: newer }, 'here')).toThrow(Denied);
    const last = ask();
    await changePassword(tom, { current: password, password: 'pelican copper window thirty' });
    expect(() => signInByLink({ token: last }, 'here')).toThrow(Denied);
    await changePassword(tom, { current: 'pelican copper window thirty', password });
    db.update(signInLinks).set({ expiresAt: addDays(new Date(), -2) }).run();
    forgetOldSignInLinks();
    expect(db.select().from(signInLinks).all()).toEqual([]);
  });

  test('asking too often for somebody else does not keep the owner from theirs; guessing is stopped', async () => {
    const ines = await enter('ines');
    requestSignInLink({ email: ines.email }, 'home');
    for (let n = 0; n < limits.linkPerAccount.most + 3; n++) requestSignInLink({ email: ines.email }, 'stranger');
    expect(signInByLink({ token: tokenFor(ines.email) }, 'home').memberId).toBe(ines.id);
    for (let n = 0; n < limits.linkPerAddress.most; n++) expect(() => signInByLink({ token: `guess ${n}` }, 'attacker')).toThrow(Denied);
    expect(() => signInByLink({ token: 'one more' }, 'attacker')).toThrow(TooMany);
  });

  test('comes again when the last one has died, however often others asked; and proving is counted apart', async () => {
    const tom = await enter('tom');
    for (let n = 0; n < limits.linkPerAccount.most + 3; n++) requestSignInLink({ email: tom.email }, 'stranger');
    const link = db.select().from(signInLinks).where(eq(signInLinks.memberId, tom.id)).get();
    const life = (link?.expiresAt.getTime() ?? 0) - Date.now();
    for (const { key, resetsAt } of db.select().from(attempts).all()) db.update(attempts).set({ resetsAt: new Date(resetsAt.getTime() - life - 1) }).where(eq(attempts.key, key)).run();
    db.update(signInLinks).set({ expiresAt: new Date(Date.now() - 1) }).where(eq(signInLinks.memberId, tom.id)).run();
    requestSignInLink({ email: tom.email }, 'home');
    expect(signInByLink({ token: tokenFor(tom.email) }, 'home').memberId).toBe(tom.id);
    for (let n = 0; n < limits.linkPerAccount.most; n++) requestSignInLink({ email: tom.email }, 'stranger');
    const session = await sessionOf(tom);
    requestProofLink(session);
    expect(proofLinkWorks(session, tokenFor(tom.email))).toBe(true);
    for (let n = 1; n < limits.proofLinkPerMember.most; n++) requestProofLink(session);
    expect(() => requestProofLink(session)).toThrow(TooMany);
  });

  test('confirms no account that somebody prepared: it still takes the password', async () => {
    await join({ name: 'Lena Fischer', email: 'lena@test.example', password: 'heron lantern gravel mitten', website: null, shown: null }, 'here');
    requestSignInLink({ email: 'lena@test.example' }, 'here');
    expect(lettersTo('lena@test.example').at(-1)?.subject).toContain('Confirm');
    expect(db.select().from(signInLinks).where(eq(signInLinks.memberId, memberByEmail('lena@test.example')?.id ?? 0)).all()).toEqual([]);
  });

  test('the database knows no token of it', async () => {
    const rosa = await enter('rosa');
    requestSignInLink({ email: rosa.email }, 'here');
    expect(JSON.stringify(db.select().from(signInLinks).all())).not.toContain(tokenFor(rosa.email));
  });
});

describe('a mailed link that proves', () => {
  test('proves the session that asked for it, once, and signs nobody in', async () => {
    const [nadia, tom] = [await enter('nadia'), await enter('tom')];
    const session = { ...await sessionOf(nadia), provedAt: null };
    requestProofLink(session);
    const token = tokenFor(nadia.email);
    for (const other of [await sessionOf(nadia), await sessionOf(tom)]) {
      expect(proofLinkWorks(other, token)).toBe(false);
      expect(() => proveByLink(other, { token })).toThrow(Denied);
    }
    expect(readSignInLink(token, browserOfTest())).toBeNull();
    expect(() => signInByLink({ token }, 'here')).toThrow(Denied);
    expect(proofLinkWorks(session, token)).toBe(true);
    const proved = await sessionIn(proveByLink(session, { token }).cookie);
    expect(Date.now() - (proved.provedAt?.getTime() ?? 0)).toBeLessThan(5_000);
    expect(() => proveByLink(proved, { token })).toThrow(Denied);
  });
});

test('a mailed link that proves leads on to where its owner was going, and to no other site', async () => {
  const nadia = await enter('nadia');
  const leadsTo = async (input?: { next: string }) => {
    const session = await sessionOf(nadia);
    requestProofLink(session, input);
    return proveByLink(session, { token: tokenFor(nadia.email) }).next;
  };
  expect([await leadsTo({ next: '/account/leave' }), await leadsTo({ next: '//evil.example' }), await leadsTo()]).toEqual(['/account/leave', '/', '/account/security?proved']);
});

describe('changing the e-mail address', () => {
  const moved = 'rosa@new.example';
  const linkIn = (email: string, path: string) => {
    const text = lettersTo(email).at(-1)?.text ?? '';
    expect(text).toContain(`${settings().url}${path}?token=`);
    return tokenFor(email);
  };

  test('takes the new address, tells the old one, and that takes it back with everything that hangs on it', async () => {
    const rosa = await enter('rosa');
    requestEmailChange(await sessionOf(rosa), { email: moved });
    expect(again(rosa).email).toBe(rosa.email);
    requestReset({ email: rosa.email }, 'here');
    const reset = tokenFor(rosa.email);
    const token = linkIn(moved, '/account/email/confirm');
    expect(readEmailChange('confirm', token)).toMatchObject({ memberId: rosa.id, oldEmail: rosa.email, newEmail: moved });
    confirmEmailChange({ member: rosa }, { token }, 'here');
    expect(again(rosa).email).toBe(moved);
    expect(() => confirmEmailChange({ member: rosa }, { token }, 'here')).toThrow(Denied);
    await expect(setNewPassword({ token: reset, password: 'completely different words' }, 'here')).rejects.toThrow(Denied);

    const thief = await startSession(rosa.id, null);
    requestEmailChange(await sessionIn(thief), { email: 'thief@evil.example' });
    const undo = linkIn(rosa.email, '/account/email/undo');
    const [before, since] = [addDays(new Date(), -30), new Date()];
    const key = { memberId: rosa.id, publicKey: Buffer.from('x'), counter: 0, transports: [] };
    db.insert(passkeys).values([{ ...key, credentialId: 'own', name: 'own', createdAt: before }, { ...key, credentialId: 'thief', name: 'thief', createdAt: since }]).run();
    db.insert(agencyAccounts).values([{ issuer: 'x', subject: 'own', memberId: rosa.id, email: '', createdAt: before }, { issuer: 'x', subject: 'thief', memberId: rosa.id, email: '', createdAt: since }]).run();
    db.insert(authenticators).values({ memberId: rosa.id, secret: 'A', createdAt: since }).run();
    confirmEmailChange({ member: rosa }, { token: linkIn('thief@evil.example', '/account/email/confirm') }, 'here');
    const thiefs = linkIn(moved, '/account/email/undo');
    undoEmailChange({ token: undo }, 'here');
    expect(again(rosa).email).toBe(rosa.email);
    expect((await readSession(thief.value)).viewer).toBeNull();
    expect([passkeysOf(rosa).map((k) => k.name), agencyAccountsOf(rosa).map((a) => a.subject), hasAuthenticator(rosa.id)]).toEqual([['own'], ['own'], false]);
    expect(() => undoEmailChange({ token: undo }, 'here')).toThrow(Denied);
    expect(() => undoEmailChange({ token: thiefs }, 'here')).toThrow(Denied);
    await setNewPassword({ token: linkIn(rosa.email, '/reset/new'), password }, 'here');
  });

  test('taken back, it leaves a thief nothing: not the password that they set by the new address, nor the one by which they proved, nor a browser that is known', async () => {
    const owner = await ownMember('Owen Owner', 'owen');
    const changed = async (between: () => unknown) => {
      requestEmailChange(await sessionOf(owner), { email: 'owen@evil.example' });
      confirmEmailChange({ member: owner }, { token: tokenFor('owen@evil.example') }, 'here');
      const undo = linkIn(owner.email, '/account/email/undo');
      await between();
      undoEmailChange({ token: undo }, 'here');
    };
    await changed(async () => {
      requestReset({ email: 'owen@evil.example' }, 'thief');
      await setNewPassword({ token: linkIn('owen@evil.example', '/reset/new'), password: 'the thief knows these words' }, 'thief');
      noteBrowser(owner.id, browserOfTest());
    });
    await expect(signIn({ email: owner.email, password: 'the thief knows these words' }, 'thief')).rejects.toThrow(Invalid);
    expect(db.select().from(knownBrowsers).where(eq(knownBrowsers.memberId, owner.id)).all()).toEqual([]);
    await setNewPassword({ token: linkIn(owner.email, '/reset/new'), password }, 'home');
    db.update(passwords).set({ changedAt: addDays(new Date(), -30) }).where(eq(passwords.memberId, owner.id)).run();
    await changed(() => {});
    await expect(signIn({ email: owner.email, password }, 'thief')).rejects.toThrow(Invalid);
    await setNewPassword({ token: linkIn(owner.email, '/reset/new'), password: 'only the owner knows these' }, 'home');
    expect(await signIn({ email: owner.email, password: 'only the owner knows these' }, 'home')).toBe(owner.id);
  });

  test('takes a fresh proof and another address, and the way back is open for a week', async () => {
    const rosa = await enter('rosa');
    const session = await sessionOf(rosa);
    expect(() => requestEmailChange({ ...session, provedAt: null }, { email: moved })).toThrow(Denied);
    expect(() => requestEmailChange(session, { email: rosa.email })).toThrow(Invalid);
    requestEmailChange(session, { email: moved });
    confirmEmailChange({ member: rosa }, { token: tokenFor(moved) }, 'here');
    const undo = tokenFor(rosa.email);
    db.update(emailChanges).set({ confirmedAt: addDays(new Date(), -7.1) }).where(eq(emailChanges.newEmail, moved)).run();
    expect(() => undoEmailChange({ token: undo }, 'here')).toThrow(Denied);
    db.update(emailChanges).set({ confirmedAt: addDays(new Date(), -6.9) }).where(eq(emailChanges.newEmail, moved)).run();
    undoEmailChange({ token: undo }, 'here');
    expect(again(rosa).email).toBe(rosa.email);
    await setNewPassword({ token: linkIn(rosa.email, '/reset/new'), password }, 'here');
    db.update(emailChanges).set({ expiresAt: addDays(new Date(), -9) }).run();
    forgetOldEmailChanges();
    expect(db.select().from(emailChanges).all()).toEqual([]);
  });

  test('tells nobody who has an account: the screen says the same, the letter says it to whom it concerns', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    const waiting = () => db.select().from(emailChanges).where(and(eq(emailChanges.memberId, rosa.id), isNull(emailChanges.confirmedAt))).all();
    for (const email of ['free@test.example', tom.email]) {
      requestEmailChange(await sessionOf(rosa), { email: 'earlier@test.example' });
      const earlier = tokenFor('earlier@test.example');
      requestEmailChange(await sessionOf(rosa), { email });
      // An earlier request makes way in either case.
      expect(readEmailChange('confirm', earlier)).toBeNull();
      // What is exported is what is kept.
      expect(waiting()).toEqual([expect.objectContaining({ oldEmail: rosa.email, newEmail: email, undoId: null })]);
    }
    expect(lettersTo(tom.email).at(-1)?.subject).toContain('already have an account');
    expect(lettersTo(tom.email).at(-1)?.text).not.toContain('token=');
  });

  test('a suspension and a level that a coordinator keeps go with an address that is forgotten after many changes', async () => {
    const first = await ownMember('Sly Suspended', 'sly');
    const until = addDays(new Date(), 30);
    db.update(members).set({ suspendedUntil: until, suspendedReason: 'Rude.' }).where(eq(members.id, first.id)).run();
    for (let n = 0; n <= 20; n++) {
      forgetLimits();
      requestEmailChange(await sessionOf(again(first)), { email: `sly-${n}@test.example` });
      confirmEmailChange({ member: again(first) }, { token: tokenFor(`sly-${n}@test.example`) }, 'here');
      db.delete(emailChanges).run();
    }
    leaveHub(await sessionOf(again(first)), { posts: 'keep', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep', confirm: first.handle });
    const back = { name: 'Somebody New', password: 'heron lantern gravel mitten' };
    await join({ ...back, email: first.email, website: null }, 'here');
    const id = await confirmEmail({ token: tokenFor(first.email), password: back.password }, 'here');
    expect(db.select().from(members).where(eq(members.id, id)).get()?.suspendedUntil).toEqual(until);
    expect(db.select().from(trustLevels).where(eq(trustLevels.memberId, id)).get()).toMatchObject({ level: 'member', locked: true });
  });

  test('somebody who joins with the address meanwhile keeps it; what was never confirmed makes way', async () => {
    const rosa = await enter('rosa');
    for (const [address, confirmed] of [['taken@test.example', true], ['waiting@test.example', false]] as const) {
      requestEmailChange(await sessionOf(rosa), { email: address });
      const token = tokenFor(address);
      db.insert(members).values({ email: address, handle: address.split('@')[0] ?? '', name: 'Somebody', emailConfirmedAt: confirmed ? new Date() : null }).run();
      if (confirmed) expect(() => confirmEmailChange({ member: rosa }, { token }, 'here')).toThrow(Denied);
      else confirmEmailChange({ member: rosa }, { token }, 'here');
    }
    expect([memberByEmail('taken@test.example')?.name, memberByEmail('waiting@test.example')?.id]).toEqual(['Somebody', rosa.id]);
    db.update(members).set({ email: rosa.email }).where(eq(members.id, rosa.id)).run();
  });
});

describe('passwords', () => {
  test.each(['Password1234!', 'qwertyuiop123', '123456789012', 'aaaaaaaaaaaa', 'iloveyouforever', 'short', 'x'.repeat(201)])('%s is refused for everybody', (weak) => {
    expect(joinInput.shape.password.safeParse(weak).success).toBe(false);
    expect(newPasswordInput.shape.password.safeParse(weak).success).toBe(false);
  });

  test('name, address and the hub’s name are no password', async () => {
    const rosa = await enter('rosa');
    for (const weak of ['Rosa-Delgado-2026', 'rosa@test.example!', 'Practice Hub 311!!']) {
      await expect(changePassword(rosa, { current: password, password: weak })).rejects.toThrow(/name/);
      await expect(join({ name: rosa.name, email: rosa.email, password: weak, website: null, shown: null }, 'here')).rejects.toThrow(/name/);
      requestReset({ email: rosa.email }, 'here');
      await expect(setNewPassword({ token: tokenFor(rosa.email), password: weak }, 'here')).rejects.toThrow(/name/);
    }
  });

  test('whoever has none chooses one with a fresh proof; whoever has one needs it to change it', async () => {
    const nadia = await enter('nadia');
    await expect(choosePassword(await sessionOf(nadia), { password: 'completely different words' })).rejects.toThrow(Denied);
    db.delete(passwords).where(eq(passwords.memberId, nadia.id)).run();
    await expect(choosePassword({ ...await sessionOf(nadia), provedAt: null }, { password: 'completely different words' })).rejects.toThrow(Denied);
    await choosePassword(await sessionOf(nadia), { password: 'completely different words' });
    expect(await signIn({ email: nadia.email, password: 'completely different words' }, 'here')).toBe(nadia.id);
  });

  test('guessing from everywhere keeps the owner out of no browser they have used', async () => {
    const abe = await enter('abe');
    const home = browserOfTest();
    home.take(...(await letIn(abe.id, 'password', home, '/')).cookies);
    for (let n = 0; n < limits.signInAnywhere.most; n++) countAttempt('signInAnywhere', abe.email);
    await expect(signIn({ email: abe.email, password }, 'elsewhere', browserOfTest())).rejects.toThrow(TooMany);
    await expect(signIn({ email: abe.email, password }, 'home', home)).resolves.toBe(abe.id);
    requestSignInLink({ email: abe.email }, 'elsewhere');
    expect(signInByLink({ token: tokenFor(abe.email) }, 'elsewhere').memberId).toBe(abe.id);
  });

  test('an unknown address takes as long as a wrong password', async () => {
    const tom = await enter('tom');
    // Processor time of all threads, which does not depend on what else the machine does.
    const cost = async (email: string) => {
      forgetLimits();
      const before = process.cpuUsage();
      await signIn({ email, password: 'wrong wrong wrong' }, 'here').catch(() => undefined);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let n = 0; n < 25; n++) {
      known.push(await cost(tom.email));
      unknown.push(await cost('nobody@test.example'));
    }
    const [one, other] = [known, unknown].map((costs) => costs.slice(2).sort((a, b) => a - b)[8] ?? 0) as [number, number];
    expect(Math.abs(one - other)).toBeLessThan(Math.max(one, other) / 3);
    expect(Math.min(one, other)).toBeGreaterThan(4);
  });
});

test('no letter of these holds an address that was not configured', () => {
  for (const { text } of db.select({ text: outbox.text }).from(outbox).all()) {
    for (const [address] of text.matchAll(/https?:\/\/[^\s]+/g)) expect(address.startsWith(settings().url)).toBe(true);
  }
});
