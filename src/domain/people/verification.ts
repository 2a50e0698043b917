import { createHash } from 'node:crypto';
import { and, eq, ne, sql } from 'drizzle-orm';
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

interface Domain { domain: string; labels: readonly string[] }

/** The domain of the list under which an address is, or null: "ci.*.co.us" for somebody@ci.denver.co.us. */
export function governmentDomainOf(email: string, known: readonly Domain[] = knownDomains()): string | null {
  const labels = labelsOf(hostOf(email));
  return known.find((domain) => isUnder(labels, domain.labels))?.domain ?? null;
}

const hostOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();
const labelsOf = (domain: string): string[] => domain.split('.').reverse();
const isUnder = (labels: readonly string[], domain: readonly string[]) => labels.length >= domain.length && domain.every((label, at) => (label === '*' ? labels[at] !== '' : label === labels[at]));

// The longest says most of where somebody works.
const knownDomains = (): Domain[] => (domains().all() as string[]).map((domain) => ({ domain, labels: labelsOf(domain) }));
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
  const known = knownDomains();
  for (const member of everyAdmitted().all() as Standing[]) settle(member, known);
  settleVouches();
  bumpChanges();
}

function settleDomain(memberId: number): void {
  const member = oneMember().get(memberId) as Standing | undefined;
  if (member) settle(member, knownDomains());
}

/** A member, and how they are verified now. `admitted`: their address is confirmed and they do not wait. */
interface Standing { id: number; email: string; admitted: number; method: string | null; domain: string | null }
const standing = `select m.id, m.email, m.email_confirmed_at is not null and m.application is null as admitted, v.method, v.domain from members m left join verifications v on v.member_id = m.id`;
const oneMember = prepared((d) => d.$client.prepare(`${standing} where m.id = ?`));
const everyAdmitted = prepared((d) => d.$client.prepare(`${standing} where m.email_confirmed_at is not null and m.application is null`));

/** What a coordinator said stands, whatever the address is. */
function settle({ id, email, admitted, method, domain: before }: Standing, known: readonly Domain[]): void {
  if (method === 'coordinator' || method === 'denied') return;
  const domain = admitted ? governmentDomainOf(email, known) : null;
  if (domain === before) return;
  if (domain === null) notByDomain().run(id);
  else byDomain().run(id, domain);
}
const notByDomain = prepared((d) => d.$client.prepare(`delete from verifications where member_id = ? and method = 'domain'`));
const byDomain = prepared((d) => d.$client.prepare(`
  insert into verifications (member_id, method, domain) values (?, 'domain', ?)
  on conflict (member_id) do update set method = excluded.method, domain = excluded.domain, at = excluded.at`));

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
  const shareDomain = domainSharing();
  const next = () => [...words].find(([id, given]) => !byWord.has(id) && areTwo(given.filter(({ byId }) => verified.has(byId)), shareDomain))?.[0];
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

/** Tells a member that whether they count as verified has changed; what they were told before, and was not mailed, holds no more and is not mailed. Call inside the transaction of the change. */
export function tellVerified(memberId: number, words: string): void {
  const handle = db.select({ handle: members.handle }).from(members).where(eq(members.id, memberId)).get()?.handle;
  db.$client.prepare(`update notifications set mailed_at = ? where member_id = ? and kind = 'word' and url like '%#verification' and mailed_at is null`).run(Date.now(), memberId);
  putNotification({ memberId, kind: 'word', reason: 'about-you', actorId: null, words, url: `/members/${handle}#verification` });
}

/** Whether two of them are known to be from different places: one who gives none may be from the same. Addresses of one government's domain are from one place, whatever their profiles say. */
function areTwo(words: readonly Word[], shareDomain: ReturnType<typeof domainSharing>): boolean {
  return words.some((a, at) => words.slice(at + 1).some((b) => a.place !== null && b.place !== null && a.place !== b.place && !shareDomain(a.email, b.email)));
}

/** Endings under which each government or agency has a name of its own. Any other domain of the list, such as ci.*.co.us, state.co.us or denvergov.org, is one government's already. */
const suffix = /^(?:gov|govt|gouv|gob|gc|go|lg|fed)(?:\.[a-z]{2})?$/;

/** What a government has for itself of a domain of the list: denver.gov of mail.denver.gov, ci.denver.co.us of mail.ci.denver.co.us; null for any other address. In labels, the last one first. */
function ownDomainOf(email: string, known: readonly Domain[]): string[] | null {
  const domain = governmentDomainOf(email, known);
  return domain === null ? null : labelsOf(hostOf(email)).slice(0, labelsOf(domain).length + (suffix.test(domain) ? 1 : 0));
}

/**
 * Tells of two addresses whether they are of one government: what one has for itself is, or is under, what the other has. The list of domains is read once, and only
 * where the last two labels agree: hardly any two addresses do.
 */
function domainSharing(): (a: string, b: string) => boolean {
  let known: readonly Domain[] | null = null;
  const own = (email: string) => ownDomainOf(email, known ??= knownDomains());
  return (a, b) => {
    const [one, other] = lastLabels(a) === lastLabels(b) ? [own(a), own(b)] : [null, null];
    return one !== null && other !== null && (isUnder(one, other) || isUnder(other, one));
  };
}
const lastLabels = (email: string) => email.split(/[@.]/).slice(-2).join('.');

/** Who vouches for whom. The word of somebody who sells to governments does not count, nor that of somebody whom the member has blocked. */
function wordsOfMembers(): Word[] {
  return db.select({ memberId: vouches.memberId, byId: vouches.byId, place: profiles.placeId, email: members.email }).from(vouches)
    .innerJoin(members, and(eq(members.id, vouches.byId), eq(members.vendor, false))).leftJoin(profiles, eq(profiles.memberId, vouches.byId)).where(sql.raw(`not ${hasBlocked('vouches.member_id', 'vouches.by_id')}`)).all();
}
