import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBibtex } from '#domain/library/bibtex.ts';
import { citableRecord, type CitableResource } from '#domain/library/citable.ts';
import type { Csl } from '#domain/library/csl.ts';
import { highwireTags, type MetaTag } from '#domain/library/highwire.ts';
import { jsonLd, jsonLdText } from '#domain/library/json-ld.ts';
import type { ResourceKind } from '#domain/library/types.ts';
import { resourceType, resourceTypes } from '#domain/vocabulary.ts';

const { works } = readBibtex(readFileSync(resolve(import.meta.dirname, '../../content/references.bib'), 'utf8'));
const hub = { name: 'Practice Hub', url: 'https://hub.example.org' };

function resource(type: string, csl: Partial<Csl>, more: Partial<CitableResource> = {}): CitableResource {
  const kind: ResourceKind = type === 'article' || type === 'practice' ? type : 'reference';
  const slug = csl.id ?? 'slug';
  return {
    kind, type, page: `${hub.url}/library/${slug}`, title: csl.title ?? '', summary: '', csl: citableRecord({ kind, slug, csl }, hub), themes: [{ code: 'equity', label: 'Equity and access' }], language: 'en',
    rights: 'cc-by', place: null, region: null, country: null, publishedAt: new Date('2026-11-23'), updatedAt: new Date('2026-12-01T10:00:00Z'), pdfs: [], hub, ...more,
  };
}
const known = (key: string, more: Partial<CitableResource> = {}) => {
  const work = works.find((w) => w.key === key);
  if (!work) throw new Error(`No ${key}.`);
  return resource(work.type, work.csl, { title: work.csl.title, ...more });
};
const contents = (tags: MetaTag[], name: string) => tags.filter((tag) => tag.name === name).map((tag) => tag.content);

/** What Zotero's "Embedded Metadata" and "RDF" translators make of a page, as far as these tags go (translators of 2024). */
function savedByZotero({ page, title }: CitableResource, tags: MetaTag[]) {
  const first = (name: string) => tags.find((tag) => tag.name.endsWith(name))?.content;
  const [kindTelling] = tags.filter((tag) => zoteroKinds.has(tag.name)).slice(-1);
  const firstPage = first('citation_firstpage');
  const lastPage = first('citation_lastpage');
  const mapped = Object.fromEntries(Object.entries(zoteroFields).flatMap(([tag, field]) => (first(tag) ? [[field, first(tag)]] : [])));
  return {
    itemType: (kindTelling && zoteroKinds.get(kindTelling.name)) ?? first('z:itemType') ?? 'webpage',
    publicationTitle: first('prism.publicationName') ?? hub.name,
    ...mapped,
    title: mapped['title'] ?? title,
    creators: [...creatorsOf(contents(tags, 'citation_author'), 'author'), ...creatorsOf(contents(tags, 'citation_editor'), 'editor')],
    pages: firstPage && firstPage + (lastPage ? `-${lastPage}` : ''),
    url: mapped['url'] ?? page,
    pdf: first('citation_pdf_url'),
  };
}
const zoteroKinds = new Map([['citation_journal_title', 'journalArticle'], ['citation_technical_report_institution', 'report'], ['citation_conference_title', 'conferencePaper'], ['citation_inbook_title', 'bookSection'], ['citation_dissertation_institution', 'thesis']]);
const zoteroFields: Record<string, string> = {
  citation_title: 'title', citation_publication_date: 'date', citation_date: 'date', citation_journal_title: 'publicationTitle', citation_inbook_title: 'publicationTitle', citation_volume: 'volume', citation_issue: 'issue',
  citation_series_title: 'series', citation_conference_title: 'conferenceName', citation_dissertation_institution: 'university', citation_technical_report_institution: 'institution', citation_technical_report_number: 'number',
  citation_publisher: 'publisher', citation_isbn: 'ISBN', citation_issn: 'ISSN', citation_abstract: 'abstractNote', citation_doi: 'DOI', citation_public_url: 'url', citation_language: 'language',
};

/** Zotero cuts the one author of a page at a comma with words on both sides, and a name without a comma at its last blank. */
function creatorsOf(tags: string[], creatorType: string) {
  return tags.flatMap((tag) => {
    const atSemicolon = tag.split(/\s*;\s*/);
    const atComma = tag.split(/\s*,\s*/);
    const several = atSemicolon.length === 1 && tags.length === 1 && atComma[0]?.includes(' ') && atComma[1]?.includes(' ') ? atComma : atSemicolon;
    return several.map((name) => {
      const clean = name.replace(/^[\s\u00A0.,/[\]:]+/, '').replace(/[\s\u00A0,/[\]:]+$/, '').replace(/[\s\u00A0]+/, ' ');
      const [last = '', given] = name.includes(',') ? clean.split(/, ?/) : [clean.slice(clean.lastIndexOf(' ') + 1), clean.slice(0, Math.max(0, clean.lastIndexOf(' '))) || undefined];
      return { creatorType, lastName: last, ...(given && { firstName: given }) };
    });
  });
}
const saved = (of: CitableResource) => savedByZotero(of, highwireTags(of));

describe('Zotero saves from the head of a page', () => {
  test('a journal article', () => {
    expect(saved(known('nam2014changingface'))).toMatchObject({
      itemType: 'journalArticle', title: 'The Changing Face of a City Government: A Case Study of Philly311', date: '2014', publicationTitle: 'Government Information Quarterly', volume: '31', issue: 'Supplement 1', pages: 'S1-S9',
      creators: [{ lastName: 'Nam', firstName: 'Taewoo' }, { lastName: 'Pardo', firstName: 'Theresa A.' }], url: 'https://hub.example.org/library/nam2014changingface', language: 'en',
    });
    expect(saved(known('arnstein1969ladder'))).toMatchObject({ DOI: '10.1080/01944366908977225', url: 'https://doi.org/10.1080/01944366908977225', pages: '216-224' });
    expect(saved(known('hashemi2021studying'))).toMatchObject({ pages: '332' });
  });

  test('a chapter with the editors of its book', () => {
    expect(saved(known('hartmann2017citizen'))).toMatchObject({
      itemType: 'bookSection', publicationTitle: 'Beyond Bureaucracy: Towards Sustainable Governance Informatisation', series: 'Public Administration and Information Technology', volume: '25', publisher: 'Springer', pages: '337-353',
      creators: expect.arrayContaining([{ creatorType: 'editor', lastName: 'Paulin', firstName: 'Alois A.' }]),
    });
  });

  test('book, thesis, conference paper, report', () => {
    expect(saved(known('ammons2012benchmarks'))).toMatchObject({ itemType: 'book', publisher: 'M. E. Sharpe', date: '2012', creators: [{ lastName: 'Ammons', firstName: 'David N.' }] });
    expect(saved(known('wu2015determinants'))).toMatchObject({ itemType: 'thesis', university: 'University of North Texas', date: '2015/05' });
    expect(saved(known('king2007fix'))).toMatchObject({ itemType: 'conferencePaper', publicationTitle: expect.stringContaining('ICEGOV 2007'), publisher: 'ACM' });
    expect(saved(known('holmes2007orange'))).toMatchObject({ itemType: 'report', institution: 'U.S. Department of Justice, Office of Community Oriented Policing Services', number: 'NCJ 221788', date: '2007/05', url: expect.stringContaining('https://ojp.gov/') });
  });

  test('a newspaper, a magazine and a web site under their own names, not that of the hub', () => {
    expect(saved(known('baltsun1997calls'))).toMatchObject({ itemType: 'newspaperArticle', publicationTitle: 'The Baltimore Sun', date: '1997/09' });
    expect(saved(known('citylab311revolution'))).toMatchObject({ itemType: 'magazineArticle', publicationTitle: 'CityLab' });
    expect(saved(known('ash2003chicago'))).toMatchObject({ itemType: 'webpage', publicationTitle: 'Harvard Kennedy School', url: 'https://www.innovations.harvard.edu/311-system' });
    expect(saved(known('chattadata'))).toMatchObject({ itemType: 'webpage', publicationTitle: 'chattadata.org' });
  });

  test('a work without a year: no other date of the page slips in', () => {
    expect(saved(known('chattadata'))).toMatchObject({ date: 'n.d.' });
    expect(contents(highwireTags(known('chattadata')), 'citation_publication_date')).toEqual([]);
  });

  test('names whole: an organisation, one with a comma, a family name of several words', () => {
    const names = (...author: NonNullable<Csl['author']>) => saved(resource('book', { title: 'T', author })).creators.map(({ lastName, firstName }: { lastName: string; firstName?: string }) => [lastName, firstName]);
    expect(names({ literal: 'City of Chicago' })).toEqual([['City of Chicago', undefined]]);
    expect(names({ literal: 'Office of Policing, City of Portland' })).toEqual([['Office of Policing City of Portland', undefined]]);
    expect(names({ family: 'Le Dantec', given: 'Christopher A.' })).toEqual([['Le Dantec', 'Christopher A.']]);
    expect(names({ family: 'Jong', given: 'Jorrit', 'non-dropping-particle': 'de' }, { family: 'King', given: 'Martin Luther', suffix: 'Jr.' })).toEqual([['de Jong', 'Jorrit'], ['King', 'Martin Luther Jr.']]);
    expect(names({ family: 'Plato' })).toEqual([['Plato', undefined]]);
  });

  test('our own pieces with the hub as publisher, and the file', () => {
    const article = resource('article', { id: 'what-is-311', type: 'post-weblog', title: 'What is 311?', author: [{ literal: 'Practice Hub editors' }], issued: { 'date-parts': [[2026, 11, 23]] } }, { title: 'What is 311?', summary: 'In short.', pdfs: ['https://hub.example.org/files/1/a.pdf'] });
    expect(saved(article)).toMatchObject({ itemType: 'webpage', publicationTitle: 'Practice Hub', date: '2026/11/23', abstractNote: 'In short.', url: 'https://hub.example.org/library/what-is-311', pdf: 'https://hub.example.org/files/1/a.pdf', creators: [{ lastName: 'Practice Hub editors' }] });
    expect(saved(resource('practice', { id: 'p', type: 'report', title: 'P' }))).toMatchObject({ itemType: 'report', institution: 'Practice Hub', creators: [{ lastName: 'Practice Hub' }] });
  });

  test.each([['presentation', 'presentation'], ['legal', 'statute'], ['standard', 'standard'], ['dataset', 'dataset'], ['template', 'document'], ['software', 'computerProgram'], ['event', 'document'], ['manual', 'report'], ['report', 'report']])('%s as %s', (type, itemType) => {
    expect(saved(resource(type, { type: resourceType(type).csl, title: 'T', author: [{ family: 'A', given: 'B' }], issued: { 'date-parts': [[2020]] } }, { title: 'T' }))).toMatchObject({ itemType, title: 'T', date: '2020', creators: [{ lastName: 'A', firstName: 'B' }] });
  });

  test('every work of the bibliography: title, names, date, pages, DOI and a kind', () => {
    for (const { csl, type } of works) {
      const item = saved(resource(type, csl));
      expect(item).toMatchObject({ title: csl.title, date: csl.issued?.['date-parts']?.[0]?.map((n) => String(n).padStart(2, '0')).join('/') ?? 'n.d.' });
      expect(item.creators.filter((c) => c.creatorType === 'author').map((c) => c.lastName)).toEqual(csl.author?.map((n) => n.literal?.replaceAll(',', '') ?? [n['non-dropping-particle'], n.family].filter(Boolean).join(' ')));
      expect(item.pages).toBe(csl.page?.replace(/\s*[–—-]+\s*/, '-'));
      expect('DOI' in item ? item.DOI : undefined).toBe(csl.DOI);
      expect(item.publicationTitle === hub.name && ['journal-article', 'newspaper-article', 'magazine-article', 'website', 'conference-paper', 'book-chapter'].includes(type)).toBe(false);
    }
  });
});

test('the tags say nothing empty and no undefined', () => {
  for (const { code, csl } of resourceTypes) {
    const tags = highwireTags(resource(code, { type: csl, title: 'T' }, { title: 'T' }));
    expect(tags.filter(({ content }) => !content.trim() || /undefined|null|NaN/.test(content))).toEqual([]);
    expect(contents(tags, 'citation_abstract_html_url')).toEqual(['https://hub.example.org/library/slug']);
    expect(contents(tags, 'citation_keywords')).toEqual(['Equity and access']);
  }
  expect(contents(highwireTags(resource('book', { type: 'book', title: 'T', ISBN: '978-3-319-54142-6 978-0-7656-2660-8', ISSN: '1234-5678, 8765-4321' })), 'citation_isbn')).toEqual(['978-3-319-54142-6', '978-0-7656-2660-8']);
});

describe('JSON-LD', () => {
  test.each(Object.entries({
    article: 'Article', practice: 'Report', 'journal-article': 'ScholarlyArticle', book: 'Book', 'book-chapter': 'Chapter', report: 'Report', manual: 'CreativeWork', 'case-study': 'Report', 'conference-paper': 'ScholarlyArticle', event: 'Event', thesis: 'Thesis',
    'newspaper-article': 'NewsArticle', 'magazine-article': 'Article', website: 'WebPage', presentation: 'PresentationDigitalDocument', legal: 'Legislation', standard: 'TechArticle', dataset: 'Dataset', template: 'DigitalDocument', software: 'SoftwareApplication',
  }))('%s is a %s', (code, type) => {
    expect(jsonLd(resource(code, { type: resourceType(code).csl, title: 'T' }, { title: 'T' }))).toMatchObject({ '@context': 'https://schema.org', '@type': type, name: 'T', inLanguage: 'en' });
  });

  test('every resource type is among them', () => {
    expect(resourceTypes.filter(({ code, csl }) => jsonLd(resource(code, { type: csl, title: 'T' }))['@type'] === 'CreativeWork').map((t) => t.code)).toEqual(['manual']);
  });

  test('a journal article with its volume and issue', () => {
    expect(jsonLd(known('arnstein1969ladder'))).toMatchObject({
      '@type': 'ScholarlyArticle', headline: 'A Ladder of Citizen Participation', datePublished: '1969', pageStart: '216', pageEnd: '224', url: 'https://doi.org/10.1080/01944366908977225',
      author: [{ '@type': 'Person', name: 'Sherry R. Arnstein', givenName: 'Sherry R.', familyName: 'Arnstein' }],
      identifier: { propertyID: 'doi', value: '10.1080/01944366908977225' }, mainEntityOfPage: { '@id': 'https://hub.example.org/library/arnstein1969ladder' },
      isPartOf: { '@type': 'PublicationIssue', issueNumber: '4', isPartOf: { '@type': 'PublicationVolume', volumeNumber: '35', isPartOf: { '@type': 'Periodical', name: 'Journal of the American Institute of Planners' } } },
    });
  });

  test('a chapter: the editors belong to the book', () => {
    const chapter = jsonLd(known('hartmann2017citizen'));
    expect(chapter).toMatchObject({ '@type': 'Chapter', isPartOf: { '@type': 'Book', editor: [{ familyName: 'Paulin' }, { familyName: 'Anthopoulos' }, { familyName: 'Reddick' }], isPartOf: { '@type': 'BookSeries' } } });
    expect(chapter).not.toHaveProperty('editor');
  });

  test('our own: publisher, licence, place and file; a reference keeps its own dates', () => {
    const practice = jsonLd(resource('practice', { id: 'p', type: 'report', title: 'P', issued: { 'date-parts': [[2026, 11, 23]] } }, { place: 'Boston', region: 'MA', country: 'US', pdfs: ['https://hub.example.org/f.pdf'] }));
    expect(practice).toMatchObject({
      publisher: { '@type': 'Organization', name: 'Practice Hub', url: 'https://hub.example.org/' }, license: 'https://creativecommons.org/licenses/by/4.0/', datePublished: '2026-11-23', dateModified: '2026-12-01T10:00:00.000Z',
      spatialCoverage: { '@type': 'Place', name: 'Boston, MA', address: { addressLocality: 'Boston', addressRegion: 'MA', addressCountry: 'US' } }, encoding: [{ '@type': 'MediaObject', contentUrl: 'https://hub.example.org/f.pdf' }],
    });
    const reference = jsonLd(known('nam2014changingface', { rights: 'in-copyright' }));
    expect(reference).not.toHaveProperty('dateModified');
    expect(reference).not.toHaveProperty('license');
    expect(reference).toMatchObject({ usageInfo: 'https://rightsstatements.org/vocab/InC/1.0/' });
  });

  test('an event has a day, a place and an organiser, and nothing only works have', () => {
    const event = jsonLd(resource('event', { type: 'event', title: 'E', 'event-date': { 'date-parts': [[2026, 9, 1], [2026, 9, 3]] }, 'event-place': 'Denver', author: [{ literal: 'City of Denver' }] }));
    expect(event).toMatchObject({ '@type': 'Event', startDate: '2026-09-01', endDate: '2026-09-03', location: { '@type': 'Place', name: 'Denver' }, organizer: [{ '@type': 'Organization', name: 'City of Denver' }] });
    for (const property of ['author', 'datePublished', 'license', 'publisher']) expect(event).not.toHaveProperty(property);
  });

  test('has no hole, for every work and every type', () => {
    const all = [...works.map((w) => known(w.key)), ...resourceTypes.map(({ code, csl }) => resource(code, { type: csl, title: 'T' }))];
    for (const text of all.map((r) => JSON.stringify(jsonLd(r)))) expect(text).not.toMatch(/undefined|null|NaN|""|\[\]|\{"@type":"[^"]*"\}/);
  });

  test('cannot end the script element it stands in', () => {
    const text = jsonLdText(jsonLd(resource('book', { type: 'book', title: '</script><script>alert(1)</script><!--' }, { title: '</script><!-- \u2028' })));
    expect(text).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(text)).toMatchObject({ name: '</script><!-- \u2028' });
  });
});
