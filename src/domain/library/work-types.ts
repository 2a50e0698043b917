/**
 * Which resource type a BibTeX entry is. Decided in this order, first match wins:
 * 1. the entry type, where it says enough (book, thesis, chapter, paper, dataset, software …);
 * 2. a standard: an ISO/IEC/ANSI number or a title that ends in "Specification";
 * 3. a decision, order or resolution by words of howpublished → legal;
 * 4. the outlet (journal or howpublished) is a newspaper, a broadcaster or news site → newspaper article; a magazine → magazine article;
 * 5. other words of howpublished: presentation, case study, conference, report, documentation;
 * 6. words of the title of a report or manual: "case study" → case study; tutorial, toolkit, documentation → manual;
 * 7. else: article → journal article, techreport → report, manual → manual, anything else → web site.
 * News and press releases have no type of their own and are web pages (their genre is kept).
 */
const byEntry = new Map(Object.entries({
  book: 'book', booklet: 'book', collection: 'book', mvbook: 'book', proceedings: 'book',
  incollection: 'book-chapter', inbook: 'book-chapter', inproceedings: 'conference-paper', conference: 'conference-paper',
  phdthesis: 'thesis', mastersthesis: 'thesis', thesis: 'thesis', dataset: 'dataset', software: 'software', legislation: 'legal', standard: 'standard',
}));

const newspapers = /^(?:the )?[\p{L}. ]*\b(?:sun|sun-sentinel|times|daily news|star|tribune|herald|post|globe|gazette|inquirer|chronicle|observer|examiner|la presse|le devoir)$/iu;
const broadcasters = /^(?:[KWC][A-Z]{3}|click2houston|cbc news|npr)$/i;
const magazines = /^(?:american city & county|government technology|governing|citylab|cityland|wired|next city|urgent communications|data-smart city solutions|public management|the atlantic|route fifty|statescoop)\b/i;
const frenchOutlets = /^(?:la presse|le devoir)$/i;

export interface WorkHints {
  /** BibTeX entry type, lower case. */
  entry: string;
  title: string;
  /** journal, or howpublished of a misc entry; plain text. */
  outlet: string;
  organization: string;
}

/** The resource type of a BibTeX entry. */
export function workType({ entry, title, outlet, organization }: WorkHints): string {
  const settled = byEntry.get(entry);
  if (settled) return settled;
  if (/^(?:ISO|IEC|ANSI)\b/.test(title) || /^(?:ISO|IEC|ANSI|IETF|W3C)$/.test(organization) || /\bspecification$/i.test(title)) return 'standard';
  if (/\bdecision\b|\bdocket\b|\bfederal register\b|\bordinance\b|\bresolution\b/i.test(outlet) && entry !== 'article') return 'legal';
  if (newspapers.test(outlet) || broadcasters.test(outlet)) return 'newspaper-article';
  if (magazines.test(outlet)) return 'magazine-article';
  if (entry === 'article') return 'journal-article';
  if (/\bpresentation\b|\bslides\b/i.test(outlet)) return 'presentation';
  if (/\bcase stud(?:y|ies)\b/i.test(outlet)) return 'case-study';
  if (/\barxiv\b|\bconference\b|\bproceedings\b|\bexchange\b/i.test(outlet)) return 'conference-paper';
  if (/\breport\b(?! no)|\baction insights\b|\bwhite paper\b|\bworking paper\b/i.test(outlet) && entry === 'misc') return 'report';
  if (/\bdata ?set\b/i.test(outlet)) return 'dataset';
  if (/\b(?:tutorial|documentation|handbook|guidebook)\b/i.test(title)) return 'manual';
  if (entry === 'techreport' || entry === 'report') return /\bcase stud(?:y|ies)\b/i.test(title) ? 'case-study' : 'report';
  if (entry === 'manual') return 'manual';
  return 'website';
}

/** Words that say how something was published and not where; kept as the genre, not shown as a venue. */
export function genreOf(outlet: string): string | null {
  return /^(?:web ?site|news release|press release|presentation)(?=$|,)/i.exec(outlet)?.[0] ?? null;
}

/** Where it appeared, without the words that only say how: "Website, What Works Cities" → "What Works Cities". */
export function venueOf(outlet: string): string | null {
  const genre = genreOf(outlet);
  const rest = (genre ? outlet.slice(genre.length).replace(/^,\s*/, '') : outlet).replace(/,?\s*https?:\/\/\S+/g, '').trim();
  return rest || null;
}

/** ISO 639-1 code of the language, as far as outlet and address tell: English unless they say French. */
export function languageOf(outlet: string, url: string): string {
  return frenchOutlets.test(outlet) || /\/fra?\//.test(url) ? 'fr' : 'en';
}
