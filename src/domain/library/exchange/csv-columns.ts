/** Columns of the hub's own tables, in their order; the last takes what has none. */
export const ownColumns = [
  'key', 'type', 'title', 'author', 'editor', 'translator', 'issued', 'container-title', 'collection-title', 'collection-number', 'volume', 'issue', 'page', 'number', 'edition', 'publisher', 'publisher-place', 'genre',
  'abstract', 'DOI', 'ISBN', 'ISSN', 'URL', 'themes', 'keyword', 'place', 'region', 'country', 'population', 'channels', 'service-areas', 'language', 'evidence', 'rights', 'rights-note', 'note', 'other',
] as const;
export type Column = (typeof ownColumns)[number] | 'title-short' | 'container-title-short' | 'number-of-pages' | 'number-of-volumes' | 'accessed' | 'year' | 'event-title' | 'version' | 'medium' | 'scale' | 'section'
  | 'archive' | 'archive_location' | 'call-number' | 'source' | 'collection-editor' | 'container-author' | 'contributor' | 'composer' | 'interviewer' | 'producer' | 'recipient' | 'reviewed-author' | 'script-writer' | 'guest' | 'authority' | 'status' | 'references';

const table = (lines: [Column, string][]) => new Map(lines.flatMap(([column, names]) => names.split(', ').map((name): [string, Column] => [name, column])));

/** Other names of columns, folded: what people and programs write above them. */
const names = table([
  ['key', 'citation key, cite key, bibtex key, id'], ['type', 'resource type, kind, item type, document type, publication type'], ['title', 'titel, titre, name, document title, article title'],
  ['author', 'authors, author s, creator, creators, people, by, auteur, auteurs, author names, author full names'], ['editor', 'editors'], ['translator', 'translators'], ['issued', 'date, publication date, published, date published, issue date'],
  ['year', 'publication year, jahr, annee, year of publication, pub year'], ['container-title', 'publication title, journal, journal title, source title, newspaper, magazine, book title, container, venue, published in, revue, publication'],
  ['collection-title', 'series, series title'], ['collection-number', 'series number'], ['volume', 'vol'], ['issue', 'no, journal issue, issue number'], ['page', 'pages, page range'], ['number', 'report number'],
  ['publisher', 'institution, organization, organisation, university, editeur'], ['publisher-place', 'publisher location, place of publication, city'], ['genre', 'report type, thesis type'], ['abstract', 'abstract note, summary, description, resume'],
  ['DOI', 'doi link'], ['URL', 'link, web address, address, website, url s, lien, urls'], ['themes', 'theme, topic, topics'], ['keyword', 'keywords, tags, manual tags, author keywords, subject, subjects, mots cles'],
  ['place', 'community, municipality, jurisdiction'], ['region', 'state, province, state or province'], ['channels', 'channel'], ['service-areas', 'service area'], ['language', 'lang, langue'], ['evidence', 'evidence level'],
  ['rights', 'licence, license, copyright'], ['rights-note', 'rights holder, rights statement'], ['note', 'notes, comment, comments, remarks, extra'], ['title-short', 'short title'], ['container-title-short', 'journal abbreviation'], ['number-of-pages', 'num pages'],
]);

/** Columns of Zotero's table that mean something else than the same word in ours. */
const zotero = table([
  ['publisher-place', 'place'], ['genre', 'type'], ['accessed', 'access date'], ['number-of-volumes', 'number of volumes'], ['event-title', 'meeting name, conference name'], ['archive_location', 'archive location'], ['call-number', 'call number'],
  ['source', 'library catalog'], ['collection-editor', 'series editor'], ['container-author', 'book author'], ['script-writer', 'scriptwriter'], ['reviewed-author', 'reviewed author'], ['authority', 'issuing authority'], ['status', 'legal status'],
  ['keyword', 'automatic tags'], ['rights-note', 'rights'],
]);
/** What Zotero says of its own files, and a country that is only a patent's. */
const passedOver = new Set(['key', 'country', 'date added', 'date modified', 'file attachments', 'link attachments']);

const fold = (name: string) => name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim();
const direct = new Map<string, Column>([...ownColumns, ...new Set(names.values()), ...new Set(zotero.values())].map((column) => [fold(column), column]));

/** What a table's heading stands for: `custom` where the hub has no such column, null where it is of no use outside the program that wrote it. */
export function columnOf(heading: string, fromZotero: boolean): Column | 'custom' | null {
  const name = fold(heading);
  if (fromZotero && passedOver.has(name)) return null;
  if (fromZotero && name === 'item type') return 'type';
  return (fromZotero ? zotero.get(name) : undefined) ?? direct.get(name) ?? names.get(name) ?? 'custom';
}

/** Whether these are the headings of Zotero's export. */
export function isZotero(headings: readonly string[]): boolean {
  const folded = headings.map(fold);
  return folded.includes('item type') && folded.includes('date added');
}

/** Whether the hub itself wrote this table. */
export function isOwn(headings: readonly string[]): boolean {
  return headings.includes('other') && headings.includes('service-areas');
}
