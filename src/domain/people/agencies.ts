import { and, asc, eq } from 'drizzle-orm';
import { allowInsecureRequests, authorizationCodeGrant, buildAuthorizationUrl, calculatePKCECodeChallenge, discovery, randomNonce, randomPKCECodeVerifier, randomState, type Configuration } from 'openid-client';
import { z } from 'zod';
import { agencyAccounts, authenticators, db, drafts, emailChanges, knownBrowsers, links, members, memberTraits, passkeys, passwords, profiles, recoveryCodes, sessions, signInLinks, signInSteps, strayDrafts, transaction } from '#db/client.ts';
import { settings, type Settings } from '#lib/settings.ts';
import { Denied, NotFound } from '../errors.ts';
import type { Browser, Cookie } from './cookies.ts';
import { confirmAddress } from './admitting.ts';
import { mustHaveOneStep } from './authenticators.ts';
import { countAttempt } from './limits.ts';
import { isNameTaken } from './free-names.ts';
import { emailField, memberByEmail, nameField, unconfirmedHandle } from './members.ts';
import { mustHaveProved } from './proving.ts';
import { tellOfChange } from './security-letters.ts';
import { proveSession, type Session } from './sessions.ts';
import { safeNext, welcomeThen } from './signing-in.ts';
import { beginStep, currentStep, noStep, takeStep } from './steps.ts';
import type { Member } from './types.ts';

/** What the button is to say, where signing in with an agency's account is set up: "Sign in with Example County". */
export function agencyName(): string | null {
  return settings().oidc?.name ?? null;
}

const redirectAddress = () => `${settings().url}/sign-in/agency/back`;

let known: { of: Settings['oidc']; configuration: Promise<Configuration> } | null = null;

/** What the issuer says of itself, asked for once; again after a failure. */
function issuer(): Promise<Configuration> {
  const { oidc } = settings();
  if (!oidc) throw new NotFound();
  if (known?.of !== oidc) {
    const plain = oidc.issuer.startsWith('http:');
    const configuration = discovery(new URL(oidc.issuer), oidc.clientId, oidc.clientSecret, undefined, { execute: plain ? [allowInsecureRequests] : [], timeout: 10 });
    known = { of: oidc, configuration };
    configuration.catch(() => { known = null; });
  }
  return known.configuration;
}

const toSignIn = { url: '/sign-in', title: 'Sign in' };
const toProve = (next: string | undefined) => ({ url: `/account/prove?next=${encodeURIComponent(safeNext(next))}`, title: 'Show that it is you' });
const unreachable = () => { throw new Denied(`${agencyName()} cannot be reached now. Please try again, or sign in another way.`, toSignIn); };

/** Where to send a browser to sign in at the agency: code flow with PKCE, state and nonce, all bound to that browser. With a session: to connect the account to it. Throws NotFound, Denied, TooMany. */
export async function goToAgency(next: string | null, session: Session | null, address: string): Promise<{ url: string; cookie: Cookie }> {
  if (!agencyName()) throw new NotFound();
  countAttempt('signInPerAddress', address);
  if (session) mustHaveProved(session);
  return setOut(session?.member.id ?? null, { next: safeNext(next), use: 'signing in' });
}

/** The same for a member whose account there signs them in already: they sign in there anew, to show once more who they are. Throws NotFound, Denied, TooMany. */
export async function goToProve(next: string | null, session: Session, address: string): Promise<{ url: string; cookie: Cookie }> {
  if (!agencyName() || agencyAccountsOf(session.member).length === 0) throw new NotFound();
  countAttempt('signInPerAddress', address);
  mustHaveOneStep(session.member.id);
  return setOut(session.member.id, { next: safeNext(next), use: 'proving' }, { max_age: '0' });
}

/** For a proof it counts when somebody typed something at the agency, not that a session there still lasts; so many seconds ago at most. */
const longestProof = 300;

async function setOut(memberId: number | null, data: { next: string; use: 'signing in' | 'proving' }, more: Record<string, string> = {}): Promise<{ url: string; cookie: Cookie }> {
  const configuration = await issuer().catch(unreachable);
  const [verifier, state, nonce] = [randomPKCECodeVerifier(), randomState(), randomNonce()];
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: redirectAddress(), scope: 'openid email profile', state, nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...more,
  });
  return { url: url.href, cookie: beginStep('agency', memberId, { verifier, state, nonce, ...data }) };
}

/** What the agency says of somebody. */
interface Claims { issuer: string; subject: string; email: string | null; name: string }

/** What comes of it when somebody is back from the agency: they are in, they were connected, they have shown once more who they are, or they have to show first that an account here is theirs. */
export type Return = { is: 'known'; memberId: number; next: string } | { is: 'connected' } | { is: 'proved'; cookie: Cookie; next: string } | { is: 'to confirm'; cookie: Cookie };

/**
 * Takes a browser that comes back from the agency. An account that the agency vouches for by a verified address is not taken over: whoever
 * holds it signs in as before first, and then the two are connected. Without one a new account is made, by the rules of joining.
 * @param search the query of the address at which it came back  Throws Denied.
 */
export async function comeBackFromAgency(search: string, browser: Browser, session: Session | null): Promise<Return> {
  const step = takeStep('agency', browser);
  if (!step) throw new Denied('That took too long, or began in another browser. Please start again.', toSignIn);
  const claims = await claimsFrom(search, step.data);
  const next = step.data['next'] ?? '/';
  if (step.memberId !== null && step.data['use'] === 'proving') return prove(step.memberId, session, claims, next);
  if (step.memberId !== null) return connect(step.memberId, session, claims);
  return transaction(() => {
    const memberId = memberOfAccount(claims);
    if (memberId !== null) return { is: 'known', memberId, next };
    if (!claims.email) throw new Denied(`${agencyName()} does not vouch for an e-mail address of yours. If you have an account here, sign in as before, and connect the two under “Signing in and security”. How else to join is on the page “Join”.`, { url: '/join', title: 'Join' });
    const member = memberByEmail(claims.email);
    if (member?.emailConfirmedAt) return { is: 'to confirm', cookie: beginStep('agency-link', member.id, { issuer: claims.issuer, subject: claims.subject, email: claims.email, next }) };
    const id = member ? takeOver(member.id, claims.name) : db.insert(members).values({ email: claims.email, name: claims.name, handle: unconfirmedHandle() }).returning({ id: members.id }).get().id;
    confirmAddress(id);
    putAccount(id, claims);
    return { is: 'known', memberId: id, next: welcomeThen(next) };
  });
}

async function claimsFrom(search: string, { verifier = '', state = '', nonce = '', use, next }: Record<string, string>): Promise<Claims> {
  const configuration = await issuer().catch(unreachable);
  const tokens = await authorizationCodeGrant(configuration, new URL(redirectAddress() + search), { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true, ...(use === 'proving' && { maxAge: longestProof }) })
    .catch(() => {
      if (use !== 'proving') throw new Denied(`${agencyName()} did not confirm who you are. Please try again, or sign in another way.`, toSignIn);
      throw new Denied(`${agencyName()} did not say that you signed in there just now. Please show in another way that it is you, such as with a mailed link.`, toProve(next));
    });
  const claims = tokens.claims();
  if (!claims) throw new Error('An ID token without claims.');
  const email = claims['email_verified'] === true ? emailField.safeParse(claims['email']).data ?? null : null;
  const name = [claims['name'], email?.split('@')[0]?.replace(/[._]+/g, ' ')].map((given) => nameField.safeParse(given).data).find((given) => given !== undefined && !isNameTaken(given)) ?? 'A new member';
  return { issuer: claims.iss, subject: claims.sub, email, name };
}

const sameAccount = ({ issuer: of, subject }: Pick<Claims, 'issuer' | 'subject'>) => and(eq(agencyAccounts.issuer, of), eq(agencyAccounts.subject, subject));

function memberOfAccount(claims: Claims): number | null {
  return db.update(agencyAccounts).set({ lastUsedAt: new Date() }).where(sameAccount(claims)).returning({ memberId: agencyAccounts.memberId }).get()?.memberId ?? null;
}

function putAccount(memberId: number, { issuer: of, subject, email }: Omit<Claims, 'name'>): void {
  db.insert(agencyAccounts).values({ issuer: of, subject, memberId, email: email ?? '' }).onConflictDoNothing().run();
}

/** Everything of a member that is theirs alone, or lets them in. */
const theirs = [passwords, links, signInLinks, signInSteps, sessions, passkeys, authenticators, recoveryCodes, agencyAccounts, knownBrowsers, emailChanges, profiles, memberTraits, drafts, strayDrafts];

/** Somebody asked to join with this address and never showed that it is theirs: what they typed and prepared goes. What coordinators decided stays. */
function takeOver(memberId: number, name: string): number {
  for (const table of theirs) db.delete(table).where(eq(table.memberId, memberId)).run();
  db.update(members).set({ name, application: null, jobTitle: null, place: null, listed: false, vendor: false, createdAt: new Date() }).where(eq(members.id, memberId)).run();
  return memberId;
}

function prove(memberId: number, session: Session | null, claims: Claims, next: string): Return {
  if (session?.member.id !== memberId) throw new Denied('You are not signed in any more. Please start again.', toSignIn);
  mustHaveOneStep(memberId);
  if (memberOfAccount(claims) !== memberId) throw new Denied('This is not the account with your agency that signs you in here.', toProve(next));
  return { is: 'proved', cookie: proveSession(session), next };
}

function connect(memberId: number, session: Session | null, claims: Claims): Return {
  if (session?.member.id !== memberId) throw new Denied('You are not signed in any more. Please start again.');
  mustHaveProved(session);
  transaction(() => {
    const owner = memberOfAccount(claims);
    if (owner !== null && owner !== memberId) throw new Denied('This account with your agency signs in to another account here.', { url: '/account/security', title: 'Signing in and security' });
    putAccount(memberId, claims);
    tellConnected(session.member);
  });
  return { is: 'connected' };
}

/** The address of the account that a browser is about to connect, for the page that explains it; null when there is none. */
export function pendingAgency(browser: Browser): { email: string; next: string } | null {
  const step = currentStep('agency-link', browser);
  return step ? { email: step.data['email'] ?? '', next: step.data['next'] ?? '/' } : null;
}

/** Connects what waits in this browser, now that its owner has signed in as before. Returns the cookies to set. */
export function linkPendingAgency(memberId: number, browser: Browser): Cookie[] {
  const step = currentStep('agency-link', browser);
  if (step?.memberId !== memberId || !takeStep('agency-link', browser)) return [];
  const { issuer: of = '', subject = '', email = '' } = step.data;
  transaction(() => {
    putAccount(memberId, { issuer: of, subject, email });
    const member = db.select({ email: members.email }).from(members).where(eq(members.id, memberId)).get();
    if (member) tellConnected(member);
  });
  return [noStep('agency-link')];
}

function tellConnected({ email }: { email: string }): void {
  tellOfChange(email, "An agency's account now signs you in", `Your account with ${agencyName()} signs you in from now on.`);
}

/** A member's account with an agency as they see it. */
export interface AgencyAccount { issuer: string; subject: string; email: string; createdAt: Date; lastUsedAt: Date | null }

/** The accounts with agencies that sign a member in, the oldest first. */
export function agencyAccountsOf(member: Member): AgencyAccount[] {
  return db.select().from(agencyAccounts).where(eq(agencyAccounts.memberId, member.id)).orderBy(asc(agencyAccounts.createdAt)).all();
}

export const agencyAccountInput = z.object({ issuer: z.string().max(1_000), subject: z.string().max(1_000) });

/** Takes away an account with an agency of the member's own. Throws NotFound for anybody else's, Denied. */
export function disconnectAgency(session: Session, input: z.output<typeof agencyAccountInput>): void {
  mustHaveProved(session);
  const { member } = session;
  transaction(() => {
    const gone = db.delete(agencyAccounts).where(and(sameAccount(input), eq(agencyAccounts.memberId, member.id))).run().changes;
    if (!gone) throw new NotFound('No such account is connected.');
    tellOfChange(member.email, "An agency's account signs you in no more", `Your account with ${agencyName() ?? 'your agency'} was disconnected.`);
  });
}
