import { resourceType, resourceTypes } from '../../vocabulary.ts';

const table = (lines: Record<string, string>) => new Map(Object.entries(lines).flatMap(([type, names]) => names.split(' ').map((name): [string, string] => [name, type])));

/** Types of RIS → types of the hub. GEN says nothing and is left out. */
const fromRis = table({
  'journal-article': 'JOUR EJOUR ABST INPR', 'magazine-article': 'MGZN', 'newspaper-article': 'NEWS', book: 'BOOK EBOOK EDBOOK WHOLE', 'book-chapter': 'CHAP ECHAP ENCYC DICT', report: 'RPRT',
  'conference-paper': 'CPAPER CONF', thesis: 'THES', website: 'ELEC WEB BLOG', presentation: 'SLIDE VIDEO', legal: 'LEGAL GOVDOC STAT BILL CASE HEAR UNBILL', standard: 'STAND', dataset: 'DATA AGGR', software: 'COMP',
});

/** Types of CSL-JSON → types of the hub. "article" is a preprint; "document" says nothing and is left out. */
const fromCsl = table({
  'journal-article': 'article-journal review review-book', 'magazine-article': 'article-magazine', 'newspaper-article': 'article-newspaper', book: 'book classic', 'book-chapter': 'chapter entry entry-dictionary entry-encyclopedia',
  report: 'report article', 'conference-paper': 'paper-conference', event: 'event', thesis: 'thesis', website: 'webpage post-weblog post', presentation: 'speech motion_picture', legal: 'legislation bill regulation treaty legal_case hearing',
  standard: 'standard', dataset: 'dataset', software: 'software',
});

/** Item types of Zotero → types of the hub. */
const fromZotero = table({
  'journal-article': 'journalArticle', 'magazine-article': 'magazineArticle', 'newspaper-article': 'newspaperArticle', book: 'book', 'book-chapter': 'bookSection encyclopediaArticle dictionaryEntry', report: 'report preprint',
  'conference-paper': 'conferencePaper', thesis: 'thesis', website: 'webpage blogPost forumPost', presentation: 'presentation videoRecording', legal: 'statute bill case hearing', standard: 'standard', dataset: 'dataset', software: 'computerProgram',
});

/** The one name that each type of the hub has in RIS. */
const toRis: Record<string, string> = {
  article: 'ELEC', practice: 'RPRT', 'journal-article': 'JOUR', book: 'BOOK', 'book-chapter': 'CHAP', report: 'RPRT', manual: 'RPRT', 'case-study': 'RPRT', 'conference-paper': 'CPAPER', event: 'CONF', thesis: 'THES',
  'newspaper-article': 'NEWS', 'magazine-article': 'MGZN', website: 'ELEC', presentation: 'SLIDE', legal: 'STAT', standard: 'STAND', dataset: 'DATA', template: 'GEN', software: 'COMP',
};

/** A type of RIS for a type of the hub. */
export function risType(type: string): string {
  return toRis[type] ?? 'GEN';
}

/** What a file says of the kind of a work. */
export interface Kind {
  /** Type of the hub; null where the file's word for it is not known. */
  type: string | null;
  /** The word of the file, where the type of the hub says less. */
  original: string | null;
}

/** Words that say nothing of the kind. */
const empty = new Set(['', 'GEN', 'document', 'misc', 'other', 'unknown', 'UNPD', 'note', 'attachment']);

function kind(known: Map<string, string>, name: string, plain: (type: string) => string): Kind {
  const type = known.get(name) ?? null;
  return { type, original: empty.has(name) || (type !== null && plain(type) === name) ? null : name };
}

/** Kind of a work by the type of RIS. */
export function kindOfRis(name: string): Kind {
  const found = kind(fromRis, name.toUpperCase(), risType);
  return ['CONF', 'LEGAL', 'VIDEO'].includes(name) ? { ...found, original: null } : found;
}

/** Kind of a work by the type of CSL-JSON. */
export function kindOfCsl(name: string): Kind {
  return kind(fromCsl, name, (type) => resourceType(type).csl);
}

/** Kind of a work by a word in a table: an item type of Zotero, or the code or label of a type of the hub. */
export function kindOfWord(word: string): Kind {
  const folded = word.trim().toLowerCase();
  const own = resourceTypes.find((t) => [t.code, t.label.toLowerCase(), t.plural.toLowerCase()].includes(folded));
  if (own) return { type: own.code, original: null };
  const zotero = [...fromZotero].find(([name]) => name.toLowerCase() === folded.replace(/[\s-]/g, ''));
  if (zotero) return { type: zotero[1], original: ['preprint', 'case', 'hearing', 'forumPost', 'videoRecording'].includes(zotero[0]) ? zotero[0] : null };
  return { type: null, original: empty.has(folded) ? null : word.trim() };
}

/** A report that calls itself a manual or a case study is one. */
export function withGenre(type: string, genre: string | undefined): string {
  if (type !== 'report' || !genre) return type;
  if (/^case stud(?:y|ies)$/i.test(genre)) return 'case-study';
  return /^(?:(?:user |training |reference )?manual|guide|guidebook|handbook|toolkit)$/i.test(genre) ? 'manual' : type;
}
