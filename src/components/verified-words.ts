import type { Verification } from '#domain/people/verification.ts';

/** How somebody is verified, as a sentence for everybody. A domain that names one government would say where they work: only general endings are named. */
export function verifiedWords({ method, domain }: Pick<Verification, 'method' | 'domain'>): string {
  if (method === 'vouches') return 'Verified: two verified members vouch that they work for a government.';
  if (method === 'coordinator') return 'Verified by a coordinator as somebody who works for a government.';
  return `Verified by an e-mail address under ${domain && endings.has(domain) ? `.${domain}` : 'a domain that only governments use'}.`;
}
/** The same in a few words for coordinators, who see addresses anyway. */
export function verifiedBriefly({ method, domain }: Pick<Verification, 'method' | 'domain'>): string {
  return method === 'vouches' ? 'by two vouches' : method === 'coordinator' ? 'by a coordinator' : `by an address under ${domain && endings.has(domain) ? '.' : ''}${domain ?? 'a domain of governments'}`;
}
const endings = new Set(['gov', 'gc.ca', 'canada.ca', 'gov.uk', 'gov.au', 'govt.nz', 'gov.ie']);
