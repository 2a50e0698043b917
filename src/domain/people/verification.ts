import { createHash } from 'node:crypto';
import { and, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import { bumpChanges, db, facts, governmentDomains, members, prepared, profiles, transaction, verifications, vouches } from '#db/client.ts';
import { hasBlocked } from '../blocked.ts';
import { putNotification } from '../mail/notifications.ts';

/** How it is known that somebody works for a government. Whoever sells to governments is not verified, whatever else holds. */
export type Method = 'domain' | 'vouches' | 'coordinator';

export interface Verification {
  method: Method;
  /** The domain of the list under which the address is. */
  domain: string | null;
  at: Date;
}

/** How a member is verified, or null. */
export function verificationOf(memberId: number): Verification | null {
  const row = db.select({ method: verifications.method, domain: verifications.domain, at: verifications.at }).from(verifications)
    .innerJoin(members, eq(members.id, verifications.memberId)).where(and(eq(verifications.memberId, memberId), eq(members.vendor, false))).get();
  return row && row.method !== 'denied' ? { ...row, method: row.method } : null;
}

/** Who of these writers is verified. */
export function verifiedAmong(memberIds: readonly number[]): ReadonlySet<number> {
  return new Set(memberIds.length === 0 ? [] : verifiedOnes().all(JSON.stringify(memberIds)) as number[]);
}
const verifiedOnes = prepared((d) => d.$client.prepare(`
  select v.member_id from verifications v join members m on m.id = v.member_id where v.member_id in (select value from json_each(?)) and v.method <> 'denied' and not m.vendor`).pluck());

/** The domain of the list under which an address is, or null: "ci.*.co.us" for somebody@ci.denver.co.us. */
export function governmentDomainOf(email: string): string | null {
  const labels = email.slice(email.lastIndexOf('@') + 1).toLowerCase().split('.').reverse();
  return knownDomains().find((domain) => isUnder(labels, domain.split('.').reverse())) ?? null;
}

const isUnder = (labels: readonly string[], domain: readonly string[]) => labels.length >= domain.length && domain.every((label, at) => (label === '*' ? labels[at] !== '' : label === labels[at]));

// The longest says most of where somebody works.
const knownDomains = (): string[] => domains().all() as string[];
const domains = prepared((d) => d.$client.prepare('select domain from government_domains order by length(domain) desc, domain').pluck());

/**
 * Brings the list of domains in step with the file that the hub ships (a domain a line, # begins a comment), unless it is the one that was read last, and
 * looks at every member again. What was added in the browser stays. Throws for a line that is no domain.
 */
export function putGovernmentDomains(file: string): { read: number } {
  const hash = createHash('sha256').update(file).digest().readUIntBE(0, 6);
  if (db.select({ value: facts.value }).from(facts).where(eq(facts.name, 'domains-file')).get()?.value === hash) return { read: 0 };
  const listed = file.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim()).filter(Boolean);
  const wrong = listed.find((domain) => !isDomain(domain));
  if (wrong) throw new Error(`content/government-domains.txt: “${wrong}” is no domain.`);
  transaction(() => {
    db.delete(governmentDomains).where(eq(governmentDomains.origin, 'file')).run();
    for (const domain of listed) db.insert(governmentDomains).values({ domain, origin: 'file' }).onConflictDoNothing().run();
    db.insert(facts).values({ name: 'domains-file', value: hash }).onConflictDoUpdate({ target: facts.name, set: { value: hash } }).run();
    settleEveryDomain();
  });
  return { read: listed.length };
}

/** Whether this is a domain in lower case. A label may be `*`, but none of the last two: those anybody can register. */
export function isDomain(text: string): boolean {
  const labels = text.split('.').reverse();
  return text.length <= 100 && labels.every((label, at) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label) || (label === '*' && at > 1));
}

/** Finds out anew whether a member is verified, after their address, their hats or what coordinators say of them has changed. Call inside the transaction of the change. */
export function settleVerification(memberId: number): void {
  const before = verificationOf(memberId)?.method;
  settleDomain(memberId);
  settleVouches();
  if (verificationOf(memberId)?.method !== before) bumpChanges();
}

/** The same for everybody, after the list of domains has changed. Call inside the transaction of the change. */
export function settleEveryDomain(): void {
  for (const { id } of db.select({ id: members.id }).from(members).where(and(isNotNull(members.emailConfirmedAt), isNull(members.application))).all()) settleDomain(id);
  settleVouches();
  bumpChanges();
}

/** What a coordinator said stands, whatever the address is. */
function settleDomain(memberId: number): void {
  const member = db.select().from(members).where(eq(members.id, memberId)).get();
  const said = db.select().from(verifications).where(eq(verifications.memberId, memberId)).get();
  if (!member || said?.method === 'coordinator' || said?.method === 'denied') return;
  const domain = member.emailConfirmedAt && member.application === null ? governmentDomainOf(member.email) : null;
  if (domain === null) {
    db.delete(verifications).where(and(eq(verifications.memberId, memberId), eq(verifications.method, 'domain'))).run();
  } else if (said?.domain !== domain) {
    const found = { method: 'domain' as const, domain, at: new Date() };
    db.insert(verifications).values({ memberId, ...found }).onConflictDoUpdate({ target: verifications.memberId, set: found }).run();
  }
}

interface Word { memberId: number; byId: number; place: number | null; email: string }

/**
 * Verifies whoever two verified members vouch for who are from different places, and ends it where two are left no more. Begins with those whom an address
 * or a coordinator verifies and goes on from them, so that members who vouch for each other in a ring hold nobody up. Call inside the transaction of the change.
 */
export function settleVouches(): void {
  const words = new Map<number, Word[]>();
  for (const word of wordsOfMembers()) words.set(word.memberId, [...words.get(word.memberId) ?? [], word]);
  const said = db.select({ memberId: verifications.memberId, method: verifications.method }).from(verifications).where(ne(verifications.method, 'vouches')).all();
  for (const { memberId } of said) words.delete(memberId);
  const verified = new Set(said.filter(({ method }) => method !== 'denied').map(({ memberId }) => memberId));
  const byWord = new Set<number>();
  const next = () => [...words].find(([id, given]) => !byWord.has(id) && areTwo(given.filter(({ byId }) => verified.has(byId))))?.[0];
  for (let id = next(); id !== undefined; id = next()) {
    verified.add(id);
    byWord.add(id);
  }
  const before = db.select({ memberId: verifications.memberId }).from(verifications).where(eq(verifications.method, 'vouches')).all().map(({ memberId }) => memberId);
  for (const memberId of before) {
    if (byWord.has(memberId)) continue;
    db.delete(verifications).where(eq(verifications.memberId, memberId)).run();
    tellVerified(memberId, 'You do not count as verified any more: the words of two verified members from different places are not there now.');
  }
  for (const memberId of byWord) {
    const added = db.insert(verifications).values({ memberId, method: 'vouches' }).onConflictDoNothing().run().changes;
    if (added) tellVerified(memberId, 'You count as verified now: two verified members from different places vouch for you.');
  }
  if (before.length !== byWord.size || before.some((id) => !byWord.has(id))) bumpChanges();
}

/** Tells a member that whether they count as verified has changed. Call inside the transaction of the change. */
export function tellVerified(memberId: number, words: string): void {
  const handle = db.select({ handle: members.handle }).from(members).where(eq(members.id, memberId)).get()?.handle;
  putNotification({ memberId, kind: 'word', reason: 'about-you', actorId: null, words, url: `/members/${handle}#verification` });
}

/** Whether two of them are known to be from different places: one who gives none may be from the same. Addresses of one government's domain are from one place, whatever their profiles say. */
function areTwo(words: readonly Word[]): boolean {
  return words.some((a, at) => words.slice(at + 1).some((b) => a.place !== null && b.place !== null && a.place !== b.place && !shareDomain(a.email, b.email)));
}

/** What a government has for itself of a domain of the list: denver.gov of mail.denver.gov; null for any other address. */
function ownDomainOf(email: string): string | null {
  const domain = governmentDomainOf(email);
  return domain && email.slice(email.lastIndexOf('@') + 1).split('.').slice(-(domain.split('.').length + 1)).join('.');
}
// The last two labels come first: hardly any two addresses agree in them, and the list is long.
const lastLabels = (email: string) => email.split(/[@.]/).slice(-2).join('.');
const shareDomain = (a: string, b: string) => lastLabels(a) === lastLabels(b) && ownDomainOf(a) !== null && ownDomainOf(a) === ownDomainOf(b);

/** Who vouches for whom. The word of somebody who sells to governments does not count, nor that of somebody whom the member has blocked. */
function wordsOfMembers(): Word[] {
  return db.select({ memberId: vouches.memberId, byId: vouches.byId, place: profiles.placeId, email: members.email }).from(vouches)
    .innerJoin(members, and(eq(members.id, vouches.byId), eq(members.vendor, false))).leftJoin(profiles, eq(profiles.memberId, vouches.byId)).where(sql.raw(`not ${hasBlocked('vouches.member_id', 'vouches.by_id')}`)).all();
}
