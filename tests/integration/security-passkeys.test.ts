import { eq } from 'drizzle-orm';
import { generateKeyPairSync, sign, createHash, randomBytes, type KeyObject } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { db, passkeys, signInSteps } from '#db/client.ts';
import { Denied, Invalid, NotFound } from '#domain/errors.ts';
import { challengeToAdd, challengeToUse, addPasskey, passkeysOf, proveByPasskey, removePasskey, renamePasskey, renamePasskeyInput, signInByPasskey, usePasskeyInput } from '#domain/people/passkeys.ts';
import type { Member } from '#domain/people/types.ts';
import { settings } from '#lib/settings.ts';
import { browserOfTest, enter, forgetLimits, lettersTo, sessionIn, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
beforeEach(forgetLimits);

const hash = (data: Buffer | string) => createHash('sha256').update(data).digest();

/** A P-256 public key as COSE writes it (RFC 9053). */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.from('a5010203262001215820', 'hex'), Buffer.from(x, 'base64url'), Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url')]);
}

/** An authenticator in software with one key of a member, known to the hub. */
function keyOf(member: Member) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(16).toString('base64url');
  db.insert(passkeys).values({ memberId: member.id, credentialId, publicKey: coseKey(publicKey), counter: 0, transports: ['internal'], name: `key of ${member.handle}` }).run();
  let counter = 0;
  const answer = (challenge: string, given: { origin?: string; site?: string; verified?: boolean; counter?: number; id?: string } = {}) => {
    const { origin = settings().url, site = new URL(settings().url).hostname, verified = true } = given;
    const clientData = Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }));
    const count = Buffer.alloc(4);
    count.writeUInt32BE(given.counter ?? ++counter);
    const authenticatorData = Buffer.concat([hash(site), Buffer.from([verified ? 0x05 : 0x01]), count]);
    const id = given.id ?? credentialId;
    return usePasskeyInput.parse({ answer: JSON.stringify({
      id, rawId: id, type: 'public-key', clientExtensionResults: {},
      response: { clientDataJSON: clientData.toString('base64url'), authenticatorData: authenticatorData.toString('base64url'), signature: sign('sha256', Buffer.concat([authenticatorData, hash(clientData)]), privateKey).toString('base64url') },
    }) });
  };
  return { credentialId, answer };
}

async function challenged(browser = browserOfTest()) {
  const { options, cookie } = await challengeToUse(null, 'here');
  browser.take(cookie);
  return { browser, challenge: (options as { challenge: string }).challenge };
}

describe('signing in by passkey', () => {
  test('tells who it is by the key alone, and notes when it was used', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    const [rosas] = [keyOf(rosa), keyOf(tom)];
    const { browser, challenge } = await challenged();
    expect(await signInByPasskey(rosas.answer(challenge), 'here', browser)).toBe(rosa.id);
    expect(passkeysOf(rosa).at(-1)?.lastUsedAt).not.toBeNull();
  });

  test('a challenge is good once, and only in the browser that was given it', async () => {
    const rosa = await enter('rosa');
    const key = keyOf(rosa);
    const { browser, challenge } = await challenged();
    await expect(signInByPasskey(key.answer(challenge), 'here', (await challenged()).browser)).rejects.toThrow(Invalid);
    await expect(signInByPasskey(key.answer(challenge), 'here', browserOfTest())).rejects.toThrow(Denied);
    const both = await Promise.allSettled([key.answer(challenge), key.answer(challenge)].map((answer) => signInByPasskey(answer, 'here', browser)));
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(signInByPasskey(key.answer(challenge), 'here', browser)).rejects.toThrow(Denied);
  });

  test.each([['another origin', { origin: 'https://evil.example' }], ['another site', { site: 'evil.example' }], ['no finger, face or PIN', { verified: false }], ['a key that the hub does not know', { id: 'AAAAAAAAAAAAAAAAAAAAAA' }]])('%s is refused', async (_, given) => {
    const key = keyOf(await enter('rosa'));
    const { browser, challenge } = await challenged();
    await expect(signInByPasskey(key.answer(challenge, given), 'here', browser)).rejects.toThrow(Invalid);
  });

  test('a signature of another key is refused, and so is a counter that went back: the key was copied', async () => {
    const rosa = await enter('rosa');
    const [key, other] = [keyOf(rosa), keyOf(rosa)];
    const forged = async (answer: (challenge: string) => ReturnType<typeof key.answer>) => { const { browser, challenge } = await challenged(); return signInByPasskey(answer(challenge), 'here', browser); };
    await expect(forged((challenge) => other.answer(challenge, { id: key.credentialId }))).rejects.toThrow(Invalid);
    expect(await forged((challenge) => key.answer(challenge, { counter: 7 }))).toBe(rosa.id);
    await expect(forged((challenge) => key.answer(challenge, { counter: 6 }))).rejects.toThrow(Invalid);
  });

  test('a challenge that is too old is none', async () => {
    const key = keyOf(await enter('rosa'));
    const { browser, challenge } = await challenged();
    db.update(signInSteps).set({ expiresAt: new Date(Date.now() - 1) }).run();
    await expect(signInByPasskey(key.answer(challenge), 'here', browser)).rejects.toThrow(Denied);
  });

  test.each(['', 'x', '{}', '[]', 'null', '{"id":1}', JSON.stringify({ id: 'a', rawId: 'a', type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: '<>', authenticatorData: '', signature: '' } })])('what is no answer, %j, is refused in a sentence', (answer) => {
    expect(usePasskeyInput.safeParse({ answer }).success).toBe(false);
  });
});

describe('looking after passkeys', () => {
  test('nobody removes the key of somebody else; its owner does with a fresh proof, and is told', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    keyOf(tom);
    const id = passkeysOf(tom).at(-1)?.id ?? 0;
    const [rosas, toms] = [await sessionOf(rosa), await sessionOf(tom)];
    expect(() => removePasskey(rosas, { id })).toThrow(NotFound);
    expect(() => removePasskey({ ...toms, provedAt: null }, { id })).toThrow(Denied);
    removePasskey(toms, { id });
    expect(lettersTo(tom.email).at(-1)?.subject).toContain('passkey was removed');
    expect(db.select().from(passkeys).where(eq(passkeys.id, id)).get()).toBeUndefined();
  });

  test('its owner alone gives it another name, and two are never called the same', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    const before = passkeysOf(tom).length;
    for (let n = 0; n < 2; n++) keyOf(tom);
    const [first = 0, second = 0] = passkeysOf(tom).slice(before).map(({ id }) => id);
    const toms = await sessionOf(tom);
    await expect(sessionOf(rosa).then((rosas) => { renamePasskey(rosas, { id: first, name: 'Wallet' }); })).rejects.toThrow(NotFound);
    for (const session of [toms, { ...toms, provedAt: null }]) renamePasskey(session, { id: first, name: 'Wallet' });
    renamePasskey(toms, { id: second, name: 'wallet' });
    expect(passkeysOf(tom).slice(before).map(({ name }) => name)).toEqual(['Wallet', 'wallet (2)']);
    expect(renamePasskeyInput.safeParse({ id: first, name: '\u200b' }).success).toBe(false);
  });

  test('to add one takes a fresh proof and a challenge of one’s own', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    await expect(challengeToAdd({ ...await sessionOf(rosa), provedAt: null })).rejects.toThrow(Denied);
    const browser = browserOfTest();
    browser.take((await challengeToAdd(await sessionOf(tom))).cookie);
    const answer = { id: 'a', rawId: 'a', type: 'public-key' as const, clientExtensionResults: {}, response: { clientDataJSON: 'a', attestationObject: 'a', transports: [] } };
    await expect(addPasskey(await sessionOf(rosa), { name: 'phone', answer }, browser)).rejects.toThrow(Denied);
    browser.take((await challengeToAdd(await sessionOf(rosa))).cookie);
    await expect(addPasskey(await sessionOf(rosa), { name: 'phone', answer }, browser)).rejects.toThrow(Invalid);
  });

  test('a session is proved by a key of its owner, not by anybody’s, nor by an answer meant to sign in', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    const [rosas, toms] = [keyOf(rosa), keyOf(tom)];
    const session = await sessionOf(rosa);
    const browser = browserOfTest();
    const ask = async () => { const { options, cookie } = await challengeToUse(session, 'here'); browser.take(cookie); return (options as { challenge: string }).challenge; };
    await expect(proveByPasskey(session, toms.answer(await ask()), browser)).rejects.toThrow(Invalid);
    const { browser: visitor, challenge } = await challenged();
    await expect(proveByPasskey(session, rosas.answer(challenge), visitor)).rejects.toThrow(Denied);
    const proved = await proveByPasskey(session, rosas.answer(await ask()), browser);
    expect((await sessionIn(proved)).provedAt).not.toBeNull();
  });
});
