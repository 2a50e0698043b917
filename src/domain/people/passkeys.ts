import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { and, asc, count, eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, passkeys, transaction } from '#db/client.ts';
import { line, rowId } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import type { Browser, Cookie } from './cookies.ts';
import { countAttempt } from './limits.ts';
import { mustHaveProved } from './proving.ts';
import { tellOfChange } from './security-letters.ts';
import { proveSession, type Session } from './sessions.ts';
import { beginStep, takeStep } from './steps.ts';
import type { Member } from './types.ts';

const site = () => ({ id: new URL(settings().url).hostname, origin: settings().url });
const most = 20;
/** Ed25519, ECDSA with P-256, RSA: what authenticators have. The library's own choice tries out experimental ones. */
const algorithms = [-8, -7, -257];

/** A member's passkey as they see it. */
export interface Passkey { id: number; name: string; createdAt: Date; lastUsedAt: Date | null }

/** The member's passkeys, the oldest first. */
export function passkeysOf(member: Member): Passkey[] {
  return db.select({ id: passkeys.id, name: passkeys.name, createdAt: passkeys.createdAt, lastUsedAt: passkeys.lastUsedAt })
    .from(passkeys).where(eq(passkeys.memberId, member.id)).orderBy(asc(passkeys.id)).all();
}

/** What a browser needs to ask for something, and the cookie that binds the answer to it. */
export interface Challenge { options: object; cookie: Cookie }

/** What a browser needs to make a passkey for the member. Throws Denied. */
export async function challengeToAdd(session: Session): Promise<Challenge> {
  mustHaveProved(session);
  const { member } = session;
  const known = db.select().from(passkeys).where(eq(passkeys.memberId, member.id)).all();
  if (known.length >= most) throw new Denied(`More than ${most} passkeys are too many. Remove one first.`);
  const options = await generateRegistrationOptions({
    rpName: settings().name, rpID: site().id, userName: member.email, userDisplayName: member.name, userID: new TextEncoder().encode(`member ${member.id}`),
    excludeCredentials: known.map((key) => ({ id: key.credentialId, transports: key.transports })),
    supportedAlgorithmIDs: algorithms,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  return { options, cookie: beginStep('passkey', member.id, { challenge: options.challenge, for: 'adding' }) };
}

/** What a browser needs to ask for any passkey of this site: to sign in, or with a session to prove it. Throws TooMany. */
export async function challengeToUse(session: Session | null, address: string): Promise<Challenge> {
  countAttempt('challengePerAddress', address);
  const options = await generateAuthenticationOptions({ rpID: site().id, userVerification: 'required' });
  return { options, cookie: beginStep('passkey', session?.member.id ?? null, { challenge: options.challenge, for: session ? 'proving' : 'signing in' }) };
}

const bytes = z.string().regex(/^[\w-]*$/).max(20_000);
/** The answer of a browser (WebAuthn level 3, section 5.1, in its JSON form) as one field of a form. */
const answer = <Response extends z.ZodRawShape>(response: Response) => z.string({ error: 'Your browser sent no passkey.' }).max(60_000)
  .transform((json, context) => { try { return JSON.parse(json) as unknown; } catch { context.addIssue('Your browser sent no passkey.'); return z.NEVER; } })
  .pipe(z.object({ id: bytes.min(1), rawId: bytes, type: z.literal('public-key'), clientExtensionResults: z.object({}), response: z.object({ clientDataJSON: bytes, ...response }) }, { error: 'Your browser sent no passkey.' }));

const nameOfKey = line({ missing: 'Please give it a name, such as “phone” or “office computer”.', max: 60 });

export const addPasskeyInput = z.object({
  name: nameOfKey,
  answer: answer({ attestationObject: bytes, transports: z.array(z.string().max(30)).max(10).default([]) }),
});

/** Adds the passkey that a browser has just made for the member, and tells them. Throws Denied, Invalid. */
export async function addPasskey(session: Session, input: z.output<typeof addPasskeyInput>, browser: Browser): Promise<void> {
  mustHaveProved(session);
  const { member } = session;
  const challenge = takeChallenge(browser, 'adding', member.id);
  const { id, origin } = site();
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: input.answer, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: id, requireUserVerification: true, supportedAlgorithmIDs: algorithms,
  }).catch(refused);
  if (!verified || !registrationInfo) throw refusal();
  const { credential } = registrationInfo;
  transaction(() => {
    if (db.select({ n: count() }).from(passkeys).where(eq(passkeys.credentialId, credential.id)).get()?.n) throw new Invalid({ answer: 'This passkey is in use already.' });
    const name = nameToTellApart(member, input.name);
    db.insert(passkeys).values({
      memberId: member.id, credentialId: credential.id, publicKey: Buffer.from(credential.publicKey), counter: credential.counter, transports: input.answer.response.transports, name,
    }).run();
    tellOfChange(member.email, 'A passkey was added to your account', `The passkey “${name}” signs you in from now on.`);
  });
}

/** “phone (2)” where one is called “phone”. It is not refused: the browser has made and kept the passkey already. */
function nameToTellApart(member: Member, wanted: string, ownId = 0): string {
  const taken = new Set(passkeysOf(member).filter(({ id }) => id !== ownId).map(({ name }) => name.toLowerCase()));
  let name = wanted;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${[...wanted].slice(0, 50).join('')} (${n})`;
  return name;
}

export const usePasskeyInput = z.object({
  answer: answer({ authenticatorData: bytes, signature: bytes, userHandle: bytes.nullish().transform((handle) => handle ?? undefined) }),
  next: z.string().nullish(),
});

/** Whose passkey a browser has just used to sign in. An unknown one and a wrong signature get the same answer. Throws Denied, Invalid, TooMany. */
export async function signInByPasskey(input: z.output<typeof usePasskeyInput>, address: string, browser: Browser): Promise<number> {
  countAttempt('signInPerAddress', address);
  return usePasskey(input, takeChallenge(browser, 'signing in', null));
}

/** Proves the session by one of the member's own passkeys. Throws Denied, Invalid. */
export async function proveByPasskey(session: Session, input: z.output<typeof usePasskeyInput>, browser: Browser): Promise<Cookie> {
  const owner = await usePasskey(input, takeChallenge(browser, 'proving', session.member.id));
  if (owner !== session.member.id) throw refusal();
  return proveSession(session);
}

async function usePasskey({ answer: response }: z.output<typeof usePasskeyInput>, challenge: string): Promise<number> {
  const key = db.select().from(passkeys).where(eq(passkeys.credentialId, response.id)).get();
  if (!key) throw refusal();
  const { id, origin } = site();
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response, expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: id, requireUserVerification: true,
    credential: { id: key.credentialId, publicKey: new Uint8Array(key.publicKey), counter: key.counter },
  }).catch(refused);
  if (!verified) throw refusal();
  db.update(passkeys).set({ counter: authenticationInfo.newCounter, lastUsedAt: new Date() }).where(eq(passkeys.id, key.id)).run();
  return key.memberId;
}

/** A challenge is good once, in the browser that was given it, for what it was given. */
function takeChallenge(browser: Browser, purpose: string, memberId: number | null): string {
  const step = takeStep('passkey', browser);
  if (!step || step.data['for'] !== purpose || step.memberId !== memberId) throw new Denied('That took too long. Please try again.');
  return step.data['challenge'] ?? '';
}

const refusal = () => new Invalid({ answer: 'This passkey does not fit. It may have been removed from the account.' });
const refused = (): never => { throw refusal(); };

export const passkeyInput = z.object({ id: rowId });

export const renamePasskeyInput = z.object({ id: rowId, name: nameOfKey });

/** Gives one of the member's own passkeys another name, by which they tell it from the others: it changes nothing about how they sign in, and takes no proof. Throws NotFound for anybody else's. */
export function renamePasskey({ member }: Session, { id, name }: z.output<typeof renamePasskeyInput>): void {
  const known = db.update(passkeys).set({ name: nameToTellApart(member, name, id) }).where(and(eq(passkeys.id, id), eq(passkeys.memberId, member.id))).run().changes;
  if (!known) throw new NotFound('You have no such passkey.');
}

/** Removes one of the member's own passkeys, and tells them. Throws NotFound for anybody else's, Denied. */
export function removePasskey(session: Session, input: z.output<typeof passkeyInput>): void {
  mustHaveProved(session);
  const { member } = session;
  transaction(() => {
    const gone = db.delete(passkeys).where(and(eq(passkeys.id, input.id), eq(passkeys.memberId, member.id))).returning({ name: passkeys.name }).get();
    if (!gone) throw new NotFound('You have no such passkey.');
    tellOfChange(member.email, 'A passkey was removed from your account', `The passkey “${gone.name}” does not sign you in any more.`);
  });
}
