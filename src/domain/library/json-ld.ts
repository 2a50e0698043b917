import { datePieces, type CitableResource, type Hub } from './citable.ts';
import { issued, type Csl, type CslDate } from './csl.ts';
import type { Name } from './names.ts';
import { resourceType, rightsStatement } from '../vocabulary.ts';

/** Types of Schema.org by type of resource. */
const schemaTypes: Record<string, string> = {
  article: 'Article', practice: 'Report', 'journal-article': 'ScholarlyArticle', book: 'Book', 'book-chapter': 'Chapter', report: 'Report', manual: 'CreativeWork', 'case-study': 'Report',
  'conference-paper': 'ScholarlyArticle', event: 'Event', thesis: 'Thesis', 'newspaper-article': 'NewsArticle', 'magazine-article': 'Article', website: 'WebPage',
  presentation: 'PresentationDigitalDocument', legal: 'Legislation', standard: 'TechArticle', dataset: 'Dataset', template: 'DigitalDocument', software: 'SoftwareApplication',
};
/** Those that Schema.org derives from Article. */
const articles = new Set(['Article', 'ScholarlyArticle', 'NewsArticle', 'Report', 'TechArticle']);

interface Node { [property: string]: string | number | Node | (string | Node)[] | undefined }

/** A resource in the words of Schema.org, to be printed as JSON-LD. Properties that nothing is known of are left out. */
export function jsonLd(resource: CitableResource): Node {
  const { csl, page, title, summary, language, themes, hub } = resource;
  const type = schemaTypes[resource.type] ?? 'CreativeWork';
  const doi = csl.DOI ? `https://doi.org/${csl.DOI}` : undefined;
  const common: Node = {
    '@context': 'https://schema.org', '@type': type, '@id': `${page}#work`, name: title, url: csl.URL ?? doi ?? page,
    mainEntityOfPage: { '@type': 'WebPage', '@id': page, isPartOf: { '@type': 'WebSite', name: hub.name, url: `${hub.url}/` } },
    description: summary || undefined, inLanguage: csl.language ?? language, keywords: themes.map((theme) => theme.label),
    about: themes.map((theme) => ({ '@type': 'DefinedTerm', name: theme.label, termCode: theme.code, url: `${hub.url}/themes/${theme.code}` })),
    sameAs: doi && csl.URL && doi !== csl.URL ? doi : undefined,
  };
  return withoutBlanks(type === 'Event' ? { ...common, ...eventOf(csl, resource) } : { ...common, ...workOf(type, resource, doi), ...partsOf(type, resource) });
}

/** JSON-LD as it may stand inside a script element: nothing in it can end the element. */
export function jsonLdText(node: object): string {
  return JSON.stringify(node).replace(/</g, '\\u003c').replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029');
}

function workOf(type: string, resource: CitableResource, doi: string | undefined): Node {
  const { csl, kind, hub, summary, pdfs } = resource;
  const people = csl.author?.map(personOf);
  const rights = rightsStatement(resource.rights);
  const licence = rights.url?.startsWith('https://creativecommons.org/') ? 'license' : 'usageInfo';
  return {
    headline: articles.has(type) ? resource.title : undefined, abstract: summary || undefined,
    author: people, creator: type === 'Dataset' ? people : undefined, editor: csl.editor?.map(personOf), translator: csl.translator?.map(personOf),
    datePublished: dayOf(csl.issued) ?? issued(csl).year?.toString(), dateModified: kind === 'reference' ? undefined : resource.updatedAt.toISOString(),
    publisher: kind === 'article' ? hubNode(hub) : csl.publisher ? kind === 'practice' ? hubNode(hub) : organisation(csl.publisher, csl['publisher-place']) : undefined,
    [licence]: rights.url ?? undefined, genre: csl.genre ?? (type === 'CreativeWork' ? resourceType(resource.type).label : undefined),
    identifier: doi ? { '@type': 'PropertyValue', propertyID: 'doi', value: csl.DOI, url: doi } : undefined,
    spatialCoverage: placeOf(resource),
    encoding: pdfs.map((contentUrl) => ({ '@type': 'MediaObject', contentUrl, encodingFormat: 'application/pdf' })),
  };
}

/** What only its type has: the journal, the book, numbers. */
function partsOf(type: string, { csl, type: code }: CitableResource): Node {
  const container = csl['container-title'];
  const paged = { pageStart: csl.page?.split(/\s*[–—-]+\s*/)[0], pageEnd: csl.page?.split(/\s*[–—-]+\s*/)[1], pagination: csl.page };
  const series = csl['collection-title'] ? { '@type': 'BookSeries', name: csl['collection-title'], issn: csl.ISSN } : undefined;
  switch (code) {
    case 'journal-article': return { ...paged, isPartOf: periodicalOf('Periodical', csl) };
    case 'magazine-article': return { ...paged, isPartOf: periodicalOf('Periodical', csl) };
    case 'newspaper-article': return { ...paged, isPartOf: periodicalOf('Newspaper', csl) };
    case 'book-chapter': case 'conference-paper':
      return { ...paged, isPartOf: container ? { '@type': 'Book', name: container, isbn: csl.ISBN, editor: csl.editor?.map(personOf), isPartOf: series } : series, editor: undefined };
    case 'book': return { isbn: csl.ISBN, bookEdition: csl.edition, numberOfPages: Number(csl['number-of-pages']) || undefined, isPartOf: series };
    case 'report': case 'case-study': case 'practice': return { reportNumber: csl.number };
    case 'thesis': return { inSupportOf: csl.genre, sourceOrganization: csl.publisher ? organisation(csl.publisher) : undefined };
    case 'article': case 'website': return { isPartOf: container ? { '@type': 'WebSite', name: container } : undefined };
    case 'legal': return { legislationIdentifier: csl.number, legislationDate: dayOf(csl.issued), legislationPassedBy: csl.author?.filter((n) => n.literal).map(personOf) };
    case 'software': return { softwareVersion: csl.version };
    case 'standard': case 'manual': return { identifier: csl.DOI ? undefined : csl.number, version: csl.version };
    default: return { version: type === 'Dataset' ? csl.version : undefined };
  }
}

function periodicalOf(type: string, csl: Partial<Csl>): Node | undefined {
  if (!csl['container-title']) return undefined;
  const periodical: Node = { '@type': type, name: csl['container-title'], issn: csl.ISSN };
  const volume: Node = csl.volume ? { '@type': 'PublicationVolume', volumeNumber: csl.volume, isPartOf: periodical } : periodical;
  return csl.issue ? { '@type': 'PublicationIssue', issueNumber: csl.issue, isPartOf: volume } : volume;
}

/** An event is no work: it has a day, a place and somebody who holds it. */
function eventOf(csl: Partial<Csl>, resource: CitableResource): Node {
  const when = csl['event-date'] ?? csl.issued;
  const where = csl['event-place'] ?? csl['publisher-place'];
  return {
    startDate: dayOf(when), endDate: dayOf(when, 1), location: where ? { '@type': 'Place', name: where, address: where } : placeOf(resource),
    organizer: csl.author?.length ? csl.author.map(personOf) : csl.publisher ? organisation(csl.publisher) : undefined,
  };
}

function personOf(name: Name): Node {
  if (name.literal) return organisation(name.literal);
  const family = [name['non-dropping-particle'], name.family].filter(Boolean).join(' ');
  return { '@type': 'Person', name: [name.given, family, name.suffix].filter(Boolean).join(' '), givenName: name.given, familyName: family || undefined, honorificSuffix: name.suffix };
}

const organisation = (name: string, address?: string): Node => ({ '@type': 'Organization', name, address });
const hubNode = (hub: Hub): Node => ({ ...organisation(hub.name), url: `${hub.url}/` });

function placeOf({ place, region, country }: CitableResource): Node | undefined {
  if (!place) return undefined;
  return { '@type': 'Place', name: [place, region].filter(Boolean).join(', '), address: { '@type': 'PostalAddress', addressLocality: place, addressRegion: region ?? undefined, addressCountry: country ?? undefined } };
}

const dayOf = (date: CslDate | undefined, at = 0) => datePieces(date, at)?.join('-');

/** Without what is unknown or empty, all the way down. */
function withoutBlanks(node: Node): Node {
  const kept: Node = {};
  for (const [property, value] of Object.entries(node)) {
    const worth = Array.isArray(value) ? value.map((v) => (typeof v === 'object' ? withoutBlanks(v) : v)) : typeof value === 'object' ? withoutBlanks(value) : value;
    if (worth !== undefined && worth !== '' && !(Array.isArray(worth) && !worth.length)) kept[property] = worth;
  }
  return kept;
}
