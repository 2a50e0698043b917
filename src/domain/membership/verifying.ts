import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, governmentDomains, transaction, verifications } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { isDomain, settleEveryDomain, settleVerification, tellVerified } from '../people/verification.ts';
import { findProfile, memberById } from '../people/members.ts';
import { canModerate, mustCoordinate } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';

export const verifyInput = z.object({
  memberId: rowId,
  verdict: z.enum(['coordinator', 'denied', 'rules'], { error: 'Please choose.' }),
  why: text({ missing: 'Please give the reason: the member and coordinators read it.', max: 500 }),
});

const told = {
  coordinator: 'A coordinator has verified you as somebody who works for a government. The reason is on your profile.',
  denied: 'A coordinator has decided that you do not count as verified. The reason is on your profile.',
  rules: 'What a coordinator had decided about your verification holds no more: your address and the words of other members decide.',
};

/** Says that a member works for a government, or that they are not to count as such, or leaves it to their address and to vouches again. Throws Denied, Invalid, NotFound. */
export function verifyMember(actor: Member, { memberId, verdict, why: reason }: z.output<typeof verifyInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const member = memberById(memberId);
    if (member.id === actor.id) throw new Denied('You cannot verify yourself: another coordinator can.');
    if (!member.emailConfirmed || member.waiting) throw new NotFound('There is no such member.');
    if (verdict === 'coordinator' && findProfile(actor, member.handle).vendor) throw new Invalid({ verdict: 'A vendor is not verified as somebody who works for a government.' });
    db.delete(verifications).where(eq(verifications.memberId, member.id)).run();
    if (verdict !== 'rules') db.insert(verifications).values({ memberId: member.id, method: verdict, reason, byId: actor.id }).run();
    settleVerification(member.id);
    bumpChanges();
    tellVerified(member.id, told[verdict]);
    recordAct(actor, verdict === 'coordinator' ? 'verify member' : 'unverify member', verdict === 'coordinator' ? member.name : `${member.name}: ${verdict === 'rules' ? 'left to the rules' : 'does not count as verified'}`, `/members/${member.handle}`, reason);
  });
}

/** What coordinators have said of a member; null where the rules decide, and for everybody but coordinators and the member. */
export function verdictOn(viewer: Viewer, memberId: number): { method: string; reason: string } | null {
  if (viewer?.id !== memberId && !canModerate(viewer)) return null;
  const row = db.select({ method: verifications.method, reason: verifications.reason }).from(verifications).where(eq(verifications.memberId, memberId)).get();
  return row && row.reason !== null ? { method: row.method, reason: row.reason } : null;
}

/** The domains whose addresses verify: the hub's own list and what was added here. For coordinators. */
export function listDomains(viewer: Viewer): { added: string[]; shipped: string[] } {
  mustCoordinate(viewer);
  const rows = db.select().from(governmentDomains).orderBy(asc(governmentDomains.domain)).all();
  return { added: rows.filter((row) => row.origin === 'hub').map((row) => row.domain), shipped: rows.filter((row) => row.origin === 'file').map((row) => row.domain) };
}

/** Where anybody gets an address: never a government's. */
const forEverybody = new Set(['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'yahoo.com', 'yahoo.ca', 'aol.com', 'icloud.com', 'me.com', 'proton.me', 'protonmail.com', 'gmx.com', 'gmx.net', 'mail.com', 'fastmail.com', 'zoho.com', 'videotron.ca', 'sympatico.ca', 'rogers.com', 'shaw.ca', 'telus.net', 'bell.net', 'comcast.net', 'verizon.net', 'att.net', 'co.uk', 'org.uk', 'com.au', 'org.au', 'net.au', 'co.nz', 'org.nz', 'on.ca', 'qc.ca', 'bc.ca', 'ab.ca', 'mb.ca', 'sk.ca', 'ns.ca', 'nb.ca', 'pe.ca', 'nl.ca', 'yk.ca', 'nt.ca', 'nu.ca']);

const isSuffix = (domain: string) => forEverybody.has(domain) || /^(?:com?|org?|net)\.(?!us$)[a-z]{2}$/.test(domain) || !domain.includes('.');

export const domainInput = z.object({ domain: text({ missing: 'Please give a domain.', max: 100 }).transform((domain) => domain.toLowerCase().replace(/^@|^\*?\./, '')) });

/** Lets addresses under a domain verify from now on: everybody who has one is verified at once. Throws Denied, Invalid. */
export function addDomain(actor: Member, { domain }: z.output<typeof domainInput>): void {
  mustCoordinate(actor);
  if (!isDomain(domain) || !domain.includes('.') || domain.startsWith('*')) throw new Invalid({ domain: 'This is no domain. It needs a form such as denvergov.org.' });
  // A `*` right under a suffix that anybody registers under stands for anybody.
  if (domain.split('*.').slice(1).some(isSuffix)) throw new Invalid({ domain: 'Anybody can have an address under this domain.' });
  if (forEverybody.has(domain) || /^[a-z]{2}\.us$/.test(domain)) throw new Invalid({ domain: 'Anybody can have an address under this domain.' });
  transaction(() => {
    const added = db.insert(governmentDomains).values({ domain, origin: 'hub' }).onConflictDoNothing().run().changes;
    if (!added) throw new Invalid({ domain: 'This domain is in the list already.' });
    settleEveryDomain();
    recordAct(actor, 'change domains', `added ${domain}`, '/desk/domains');
  });
}

/** Takes a domain away that was added here; whoever it alone has verified is so no more. Throws Denied, NotFound. */
export function removeDomain(actor: Member, { domain }: z.output<typeof domainInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const row = db.select().from(governmentDomains).where(eq(governmentDomains.domain, domain)).get();
    if (row?.origin !== 'hub') throw new NotFound('This domain was not added here.');
    db.delete(governmentDomains).where(eq(governmentDomains.domain, domain)).run();
    settleEveryDomain();
    recordAct(actor, 'change domains', `removed ${domain}`, '/desk/domains');
  });
}
