import { z } from 'zod';
import { optionalText } from '#lib/fields.ts';
import { fetchGuarded, type Ask, type FetchOptions, type GuardedAnswer } from '#lib/fetch-guarded.ts';
import { settings } from '#lib/settings.ts';
import { Invalid } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { mustWrite } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { lookupFields, type FoundFields, type LookupField } from './lookup-fields.ts';
import { fieldsOfPage, withoutTracking } from './lookup-page.ts';
import { fieldsOfWork } from './lookup-work.ts';

/** What was found about a work, with where each field comes from; or a sentence that says why nothing was. */
export type Lookup =
  | { found: FoundFields; from: string; sources: Partial<Record<LookupField, string>>; sentence: string }
  | { found: null; sentence: string };

const yourself = 'Please fill in the form yourself.';
const none = (why: string): Lookup => ({ found: null, sentence: `${why} ${yourself}` });

/**
 * What others say of a work whose DOI or address somebody pasted: Crossref, else the registry of the DOI, else the page itself. Takes at most
 * eight seconds, and five where there is no network. Never rejects because of what was typed or answered.
 */
export async function lookUp(typed: string, ask: Ask = fetchGuarded): Promise<Lookup> {
  const { doi, url } = readTyped(typed);
  if (!doi && !url) return none('This is neither an address, such as https://example.org/report, nor a DOI, such as 10.1111/puar.12092.');
  if (!settings().outbound) return none('This hub does not ask other servers.');
  const deadline = Date.now() + 8_000;
  const within: Ask = (address, options) => ask(address, { ...options, timeoutMs: Math.max(1, Math.min(5_000, deadline - Date.now())) });
  if (!doi) return url ? ofAddress(url, within) : none('There is nothing to ask for.');
  const work = await ofDoi(doi, within);
  if (work.found) return answer([{ from: 'you', fields: { doi, ...(url && { url: withoutTracking(url) }) } }, { from: work.from, fields: work.found }]);
  return url && !work.offline ? ofAddress(url, within) : none(work.why);
}

export const lookUpInput = z.object({ url: optionalText(2000), doi: optionalText(2000) });

/** The same for a member's form. Throws SignInRequired, Denied, TooMany, and Invalid where nothing was typed. */
export async function lookUpForForm(actor: Member, { url, doi }: z.output<typeof lookUpInput>): Promise<Lookup> {
  mustWrite(actor);
  const typed = doi ?? url;
  if (!typed) throw new Invalid({ url: 'Give an address or a DOI first.' });
  countAttempt('lookUpPerMember', actor.id);
  return lookUp(typed);
}

/** Takes a DOI out of whatever was pasted, and the address if it is one. */
export function readTyped(typed: string): { doi: string | null; url: string | null } {
  const text = typed.trim().replace(/^<(.*)>$/, '$1').slice(0, 2000);
  const address = /^https?:\/\/\S+$/i.test(text) ? URL.parse(text) : /^(?!10\.)[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?$/.test(text) ? URL.parse(`https://${text}`) : null;
  const resolver = address !== null && /^(?:dx\.|www\.)?doi\.org$/i.test(address.hostname);
  const doi = doiWithin(address && !resolver ? address.pathname + address.search : text, address !== null && !resolver);
  return { doi, url: resolver ? null : address?.href ?? null };
}

function doiWithin(text: string, inAddress: boolean): string | null {
  const plain = /%2f/i.test(text) || inAddress ? unescaped(text) : text;
  let doi = /(?<![\d.])10\.\d{4,9}(?:\.\d+)*\/[^\s"<>&?#]+(?:<[^\s<>]*>[^\s"<>&?#]*)*/i.exec(plain)?.[0] ?? '';
  if (inAddress) doi = doi.replace(/(?:\/(?:full|abstract|pdf|epdf|html|fulltext|summary|meta|references))+\/?$|\.pdf$/i, '').replace(/\/$/, '');
  for (;;) {
    const last = doi.at(-1) ?? '';
    const closes = { ')': '(', ']': '[', '}': '{' }[last];
    if (!/[.,;:'"»”’]/.test(last) && !(closes && doi.split(closes).length < doi.split(last).length)) break;
    doi = doi.slice(0, -1);
  }
  return /\/./.test(doi) ? doi.toLowerCase() : null;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type Work = { found: FoundFields; from: string } | { found: null; why: string; offline: boolean };

/** Crossref knows most DOIs; whichever registry has the others answers at doi.org in CSL-JSON. */
async function ofDoi(doi: string, ask: Ask): Promise<Work> {
  const crossref = await ask(`https://api.crossref.org/works/${encodeURIComponent(doi)}`, json('application/json'));
  const known = recordIn(crossref, messageIn);
  if (known) return { found: known, from: 'Crossref' };
  if (isOffline(crossref)) return { found: null, why: 'Crossref could not be reached just now.', offline: true };
  const registry = await ask(`https://doi.org/${encodeURIComponent(doi).replaceAll('%2F', '/')}`, json('application/vnd.citationstyles.csl+json'));
  const other = recordIn(registry, (record) => record);
  if (other) return { found: other, from: 'the registry of the DOI' };
  const unknown = [crossref, registry].every((a) => a.outcome === 'answer' && a.status === 404);
  return { found: null, why: unknown ? 'Nobody has registered this DOI: check it for a slip.' : 'What is known of this DOI could not be read just now.', offline: isOffline(registry) };
}

const json = (accept: string): FetchOptions => ({ headers: { accept }, maxBytes: 3_000_000 });
const isOffline = (given: GuardedAnswer) => given.outcome === 'unreachable' && given.offline;
const messageIn = (record: unknown): unknown => z.object({ message: z.unknown() }).safeParse(record).data?.message;

function recordIn(given: GuardedAnswer, of: (record: unknown) => unknown): FoundFields | null {
  if (given.outcome !== 'answer' || given.status !== 200 || given.cut || given.text === undefined) return null;
  try {
    return fieldsOfWork(of(JSON.parse(given.text)));
  } catch {
    return null;
  }
}

const robots = /^(?:just a moment|attention required|access (?:to this page has been )?denied|are you (?:a )?(?:human|robot)|(?:please )?verify (?:that )?you are human|security check|pardon our interruption|403 forbidden|404\b|page not found|not found)/i;

async function ofAddress(url: string, ask: Ask): Promise<Lookup> {
  const page = await ask(url, { headers: { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5' }, maxBytes: 600_000 });
  const host = URL.parse(url)?.hostname.replace(/^www\./, '') ?? '';
  if (page.outcome === 'refused') return none(`The hub may not open this address: ${page.why}`);
  if (page.outcome === 'unreachable') return none(isOffline(page) ? `${host} could not be reached.` : page.why);
  if (page.status === 404 || page.status === 410) return none('There is no page at this address: check it for a slip.');
  if (page.status >= 400) return none(`${host} does not let our reader in.`);
  const kind = page.headers['content-type'] ?? 'text/html';
  if (!/html|xml/i.test(kind)) return none(/pdf/i.test(kind) ? 'This address leads to a PDF file, which says nothing about itself that can be read here.' : 'This address leads to a file and not to a page.');
  const fields = fieldsOfPage(page.text ?? '', page.url);
  if (!fields.title || robots.test(fields.title)) return none(`${host} says nothing about this page that can be read here.`);
  const work = fields.doi ? await ofDoi(fields.doi, ask) : null;
  return answer([...(work?.found ? [{ from: work.from, fields: work.found }] : []), { from: host, fields }]);
}

/** Puts together what several say: for each field the first that says anything. */
function answer(given: readonly { from: string; fields: FoundFields }[]): Lookup {
  const found: FoundFields = {};
  const sources: Partial<Record<LookupField, string>> = {};
  for (const name of lookupFields) {
    const first = given.find(({ fields }) => fields[name]);
    if (!first) continue;
    found[name] = first.fields[name];
    sources[name] = first.from;
  }
  const from = sources.title ?? given[0]?.from ?? '';
  const others = [...new Set(Object.values(sources))].filter((source) => source !== from && source !== 'you');
  const told = others.map((source) => `${wordsFor(lookupFields.filter((f) => sources[f] === source))} from ${source}`);
  return { found, from, sources, sentence: `Found at ${from}${told.length ? `; ${told.join(', ')}` : ''}. Please check what was filled in.` };
}

const labels: Record<LookupField, string> = { title: 'title', type: 'type', people: 'authors', year: 'year', venue: 'publisher', summary: 'summary', url: 'address', doi: 'DOI' };

function wordsFor(fields: readonly LookupField[]): string {
  const names = fields.map((f) => labels[f]);
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names[0] ?? '';
}
