import { datePieces, type CitableResource } from './citable.ts';
import { issued, type Csl } from './csl.ts';
import type { Name } from './names.ts';

export interface MetaTag { name: string; content: string }

/** Item types of Zotero by type of resource. The Highwire tags alone tell only some of them. */
const zoteroTypes: Record<string, string> = {
  article: 'webpage', practice: 'report', 'journal-article': 'journalArticle', book: 'book', 'book-chapter': 'bookSection', report: 'report', manual: 'report', 'case-study': 'report',
  'conference-paper': 'conferencePaper', event: 'document', thesis: 'thesis', 'newspaper-article': 'newspaperArticle', 'magazine-article': 'magazineArticle', website: 'webpage',
  presentation: 'presentation', legal: 'statute', standard: 'standard', dataset: 'dataset', template: 'document', software: 'computerProgram',
};

/**
 * What Google Scholar and reference managers read from the head of a page: Highwire Press tags, and where these have no word for it (the type,
 * the newspaper) the ones that Zotero knows besides. Zotero takes the last of its kind-telling tags, so the order of those matters.
 */
export function highwireTags(resource: CitableResource): MetaTag[] {
  const { csl, page, type, language, themes, pdfs, summary } = resource;
  const tags: [name: string, content: string | null | undefined][] = [
    ['citation_title', resource.title],
    ...namesOf(csl.author).map((name): [string, string] => ['citation_author', name]),
    ...namesOf(csl.editor).map((name): [string, string] => ['citation_editor', name]),
    ...datesOf(csl),
    ...containersOf(type, csl),
    ['citation_publisher', csl.publisher],
    ...pagesOf(csl.page),
    ['citation_doi', csl.DOI],
    ...listed(csl.ISBN).map((isbn): [string, string] => ['citation_isbn', isbn]),
    ...listed(csl.ISSN).map((issn): [string, string] => ['citation_issn', issn]),
    ['citation_language', csl.language ?? language],
    ['citation_abstract', summary],
    ...themes.map(({ label }): [string, string] => ['citation_keywords', label]),
    ['citation_public_url', csl.URL ?? (csl.DOI ? `https://doi.org/${csl.DOI}` : page)],
    ['citation_abstract_html_url', page],
    ['citation_fulltext_html_url', resource.kind === 'reference' ? null : page],
    ...pdfs.map((pdf): [string, string] => ['citation_pdf_url', pdf]),
    ['z:itemType', zoteroTypes[type] ?? 'document'],
  ];
  return tags.flatMap(([name, content]) => (content?.trim() ? [{ name, content: content.trim() }] : []));
}

type Tag = [name: string, content: string | null | undefined];

/** Where it appeared, in the words for its type. */
function containersOf(type: string, csl: Partial<Csl>): Tag[] {
  const container = csl['container-title'];
  const organisation = csl.author?.find((name) => name.literal)?.literal;
  const series: Tag = ['citation_series_title', csl['collection-title']];
  const volume: Tag[] = [['citation_volume', csl.volume ?? csl['collection-number']], ['citation_issue', csl.issue]];
  switch (type) {
    case 'journal-article': return [['citation_journal_title', container], ['citation_journal_abbrev', csl['container-title-short'] ?? csl.journalAbbreviation], ...volume];
    case 'book-chapter': return [['citation_inbook_title', container], series, ...volume];
    case 'conference-paper': return [['citation_inbook_title', container], series, ...volume, ['citation_conference_title', csl['event-title'] ?? csl.event ?? container ?? csl.publisher]];
    case 'thesis': return [['citation_dissertation_institution', csl.publisher ?? container]];
    case 'report': case 'manual': case 'case-study': case 'practice':
      return [['citation_technical_report_institution', csl.publisher ?? container ?? organisation], ['citation_technical_report_number', csl.number], series];
    case 'book': return [series, ...volume];
    // Without a name of its own Zotero takes that of the site, which is the hub.
    case 'newspaper-article': case 'magazine-article': case 'website': return [['prism.publicationName', container ?? csl.publisher ?? hostOf(csl.URL) ?? organisation], ...volume];
    default: return volume;
  }
}

/** Year, month and day as far as they are known; a work without a year says so, lest another date of the page is taken. */
function datesOf(csl: Partial<Csl>): Tag[] {
  const date = datePieces(csl.issued ?? csl['event-date'])?.join('/') ?? issued(csl).year?.toString();
  return date ? [['citation_publication_date', date]] : [['citation_date', 'n.d.']];
}

function pagesOf(pages: string | undefined): Tag[] {
  const [, first, last] = /^\s*([^\s–—-]+)\s*(?:[–—-]+\s*([^\s,–—-]+).*)?$/.exec(pages ?? '') ?? [];
  return [['citation_firstpage', first ?? pages], ['citation_lastpage', last]];
}

/**
 * "Nam, Taewoo"; an organisation without its own commas and with one after it, which keeps Zotero from cutting it in two. For the same reason
 * the one author of a work has no blank in a family name of several words, but a space that does not break.
 */
function namesOf(names: readonly Name[] | undefined): string[] {
  const alone = names?.length === 1;
  return (names ?? []).flatMap((name) => {
    const family = [name['non-dropping-particle'], name.family].filter(Boolean).join(' ');
    const given = [name.given, name['dropping-particle'], name.suffix].filter(Boolean).join(' ');
    if (family && given) return [`${alone ? family.replaceAll(' ', '\u00a0') : family}, ${given}`.replaceAll(';', ' ')];
    const whole = (name.literal ?? (family || given)).replace(/\s*[,;]\s*/g, ' ').trim();
    return whole ? [`${whole},`] : [];
  });
}

const listed = (numbers: string | undefined) => (numbers ?? '').split(/[,;\s]+/).filter(Boolean);
const hostOf = (address: string | undefined) => (address ? URL.parse(address)?.hostname.replace(/^www\./, '') : undefined);
