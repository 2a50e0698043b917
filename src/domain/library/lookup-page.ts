import { readHead, type PageHead } from '#lib/html-head.ts';
import { nameLine, nameLines, tidied, yearIn, type FoundFields } from './lookup-fields.ts';
import { workType } from './work-types.ts';

/** Fields of the form from a page about a work, by what it says of itself: Highwire tags, JSON-LD, OpenGraph, Dublin Core, its plain head, in this order. */
export function fieldsOfPage(html: string, address: string): FoundFields {
  const head = readHead(html);
  const meta = (...names: string[]) => names.flatMap((name) => head.metas.filter((m) => m.name === name).map((m) => m.content))[0];
  const all = (name: string) => head.metas.filter((m) => m.name === name).map((m) => m.content);
  const item = workIn(head.jsonLd);
  const site = meta('og:site_name') ?? textOf(item['publisher']) ?? meta('dc.publisher', 'dcterms.publisher', 'application-name');
  const title = meta('citation_title') ?? textOf(item['headline']) ?? textOf(item['name']) ?? meta('og:title', 'dc.title', 'dcterms.title', 'twitter:title') ?? head.title ?? '';
  return tidied({
    title: withoutSite(title, [site, hostName(address)]),
    type: typeOfPage(head, item, title, site),
    people: peopleOf({ citation: all('citation_author'), inOne: meta('citation_authors'), item, creators: [...all('dc.creator'), ...all('dcterms.creator')], others: [...all('book:author'), ...all('article:author'), ...all('author'), ...all('parsely-author')] }),
    year: yearIn(meta('citation_publication_date', 'citation_date', 'citation_year', 'citation_cover_date', 'citation_online_date') ?? textOf(item['datePublished'])
      ?? meta('article:published_time', 'og:article:published_time', 'book:release_date', 'dc.date', 'dc.date.issued', 'dcterms.issued', 'dcterms.date', 'dcterms.created', 'date', 'pubdate', 'parsely-pub-date')),
    venue: meta('citation_journal_title', 'citation_conference_title', 'citation_inbook_title', 'citation_book_title', 'citation_technical_report_institution', 'citation_dissertation_institution', 'citation_publisher')
      ?? textOf(item['isPartOf']) ?? site,
    summary: meta('citation_abstract') ?? textOf(item['abstract']) ?? textOf(item['description']) ?? meta('og:description', 'dc.description', 'dcterms.description', 'dcterms.abstract', 'description', 'twitter:description'),
    doi: doiIn([meta('citation_doi', 'bepress_citation_doi', 'prism.doi', 'doi'), ...all('dc.identifier'), ...all('dcterms.identifier'), textOf(item['identifier'])]),
    url: canonicalOf(head, meta('og:url'), address),
  });
}

type Item = Record<string, unknown>;

const itemTypes: Record<string, string> = {
  scholarlyarticle: 'journal-article', medicalscholarlyarticle: 'journal-article', newsarticle: 'newspaper-article', reportagenewsarticle: 'newspaper-article', opinionnewsarticle: 'newspaper-article', analysisnewsarticle: 'newspaper-article',
  report: 'report', book: 'book', thesis: 'thesis', dataset: 'dataset', softwareapplication: 'software', softwaresourcecode: 'software', webapplication: 'software', event: 'event', businessevent: 'event', educationevent: 'event',
  videoobject: 'presentation', presentationdigitaldocument: 'presentation', legislation: 'legal', howto: 'manual', techarticle: 'manual', article: '', blogposting: '', webpage: '', digitaldocument: '', creativework: '',
};

const typesOfItem = (item: Item) => [item['@type']].flat().filter((t) => typeof t === 'string').map((t) => t.toLowerCase().replace(/^https?:\/\/schema\.org\//, ''));

/** The first thing among the JSON-LD of a page that is a work; one whose type says more goes before a mere page. */
function workIn(blocks: readonly unknown[]): Item {
  const works = itemsIn(blocks, 0).filter((item) => typesOfItem(item).some((type) => type in itemTypes));
  return works.find((item) => typesOfItem(item).some((type) => itemTypes[type] || type === 'article' || type === 'blogposting')) ?? works[0] ?? {};
}

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value);

function itemsIn(value: unknown, depth: number): Item[] {
  if (depth > 4) return [];
  if (Array.isArray(value)) return value.slice(0, 200).flatMap((one) => itemsIn(one, depth + 1));
  return isItem(value) ? [value, ...itemsIn(value['@graph'], depth + 1), ...itemsIn(value['mainEntity'], depth + 1)] : [];
}

/** The words of a JSON-LD value: itself, its name, or the first of several. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.length ? textOf(value[0]) : undefined;
  if (isItem(value)) return [value['name'], value['@value'], value['value']].find((v) => typeof v === 'string');
  return typeof value === 'string' && value.trim() ? value : typeof value === 'number' ? String(value) : undefined;
}

interface Named { citation: string[]; inOne: string | undefined; item: Item; creators: string[]; others: string[] }

function peopleOf({ citation, inOne, item, creators, others }: Named): string {
  const some = (lines: string[]) => [...new Set(lines.filter((line) => line && !/^https?:|facebook\.com|@|^admin$|^editor$/i.test(line)))].slice(0, 100).join('\n');
  const listed = [item['author'] ?? item['creator']].flat().flatMap((author) => {
    const name = textOf(author);
    return name === undefined ? [] : isItem(author) && typesOfItem(author).includes('organization') ? [name.includes(',') ? `{${name}}` : name] : [nameLines(name)];
  });
  return some(citation.map(nameLine)) || (inOne && some([nameLines(inOne)])) || some(listed) || some(creators.map(nameLine)) || some(others.map(nameLines));
}

function typeOfPage(head: PageHead, item: Item, title: string, site: string | undefined): string | undefined {
  const has = (name: string) => head.metas.some((m) => m.name === name);
  if (has('citation_dissertation_institution')) return 'thesis';
  if (has('citation_technical_report_institution') || has('citation_technical_report_number')) return 'report';
  if (has('citation_conference_title')) return 'conference-paper';
  if (has('citation_inbook_title')) return 'book-chapter';
  if (has('citation_journal_title')) return 'journal-article';
  if (has('citation_isbn') || head.metas.some((m) => m.name === 'og:type' && /^books?(?:\.book)?$/.test(m.content))) return 'book';
  const said = typesOfItem(item).map((type) => itemTypes[type]).find(Boolean);
  return said ?? workType({ entry: 'misc', title, outlet: site ?? '', organization: '' });
}

/** "A title | The Site" without the site. */
function withoutSite(title: string, names: readonly (string | undefined)[]): string {
  const parts = title.split(/\s+[|–—·:-]\s+/);
  const last = parts.at(-1)?.toLowerCase();
  const isSite = names.some((name) => name !== undefined && last === name.toLowerCase());
  return parts.length > 1 && isSite ? title.slice(0, title.toLowerCase().lastIndexOf(last ?? '')).replace(/\s+[|–—·:-]\s*$/, '') : title;
}

const hostName = (address: string) => URL.parse(address)?.hostname.replace(/^www\./, '');

function doiIn(texts: readonly (string | undefined)[]): string | undefined {
  for (const text of texts) {
    const doi = /^(?:https?:\/\/(?:dx\.)?doi\.org\/|(?:info:)?doi[:/]\s*)?(10\.\d{4,9}\/\S+)$/i.exec(text ?? '')?.[1];
    if (doi) return doi.toLowerCase();
  }
  return undefined;
}

/** The address a page wants to be known by, where it is one of the same site; else the one that was asked, without what only tracks readers. */
function canonicalOf(head: PageHead, ogUrl: string | undefined, address: string): string {
  for (const wish of [head.canonical, ogUrl]) {
    const url = wish ? URL.parse(wish, address) : null;
    const deep = url !== null && (url.pathname !== '/' || URL.parse(address)?.pathname === '/');
    if (url && deep && /^https?:$/.test(url.protocol) && !url.username && hostName(url.href) === hostName(address)) return withoutTracking(url.href);
  }
  return withoutTracking(address);
}

/** An address without the parameters and fragments that only tell where a reader came from. */
export function withoutTracking(address: string): string {
  const url = URL.parse(address);
  if (!url) return address;
  for (const name of [...url.searchParams.keys()]) if (/^(?:utm_\w+|fbclid|gclid|mc_[ce]id|igshid|msclkid)$/i.test(name)) url.searchParams.delete(name);
  if (url.hash.startsWith('#:~:')) url.hash = '';
  return url.href;
}
