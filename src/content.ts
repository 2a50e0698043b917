import { getCollection, getEntry, render, type CollectionEntry } from 'astro:content';
import { putCatalogue, type CatalogueChange, type Piece } from '#domain/library/catalogue.ts';
import { wordsOf } from '#domain/library/bodies.ts';
import { mdxToMarkdown, type MeasureWords } from '#domain/library/mdx.ts';
import { peopleOf, issued } from '#domain/library/csl.ts';
import { shortPeople } from '#domain/library/names.ts';
import { putAllStanding } from '#domain/search/standing.ts';
import { putThesaurus } from '#domain/thesaurus/from-content.ts';

/** Brings the catalogue and the thesaurus in step with content/. The only place that reads the collections whole. Call once at start. */
export async function syncContent(): Promise<CatalogueChange> {
  const [pieces, themes, forums, words, pages, measures] = await Promise.all([
    allPieces(), getCollection('themes'), getCollection('forums'), getCollection('thesaurus'), getCollection('pages'), measuresById(),
  ]);
  const inOrder = <T extends { data: { position: number } }>(entries: T[]) => entries.sort((a, b) => a.data.position - b.data.position);
  putThesaurus(inOrder(words).map(({ data: { term, also, related, note } }) => ({ term, also, related, note: note ?? null })));
  const change = putCatalogue({ pieces, themes: inOrder(themes).map((t) => t.data), forums: inOrder(forums).map((f) => f.data) });
  putAllStanding('page', pages.map(({ id, data, body = '' }) => ({ ref: id, url: `/${id}`, title: data.title, summary: data.summary, body: wordsOf(mdxToMarkdown(body, (measure) => measures.get(measure))), themes: [] })));
  return change;
}

/** A resource as its file in content/ has it; undefined when there is no file. */
export async function pieceInContent(id: string): Promise<Piece | undefined> {
  return (await allPieces()).find((piece) => piece.id === id);
}

async function allPieces(): Promise<Piece[]> {
  const [articles, practices, works, measures] = await Promise.all([getCollection('articles'), getCollection('practices'), getCollection('references'), measuresById()]);
  const measure: MeasureWords = (id) => measures.get(id);
  return [...works.map(workPiece), ...articles.map((a) => articlePiece(a, measure)), ...practices.map((p) => practicePiece(p, measure))];
}

/** The MDX body of an article or practice that still comes from content/, by the name of its file, ready to render; null when there is none. */
export async function contentBody(kind: string, name: string) {
  const entry = kind === 'article' ? await getEntry('articles', name) : kind === 'practice' ? await getEntry('practices', name) : undefined;
  return entry ? render(entry) : null;
}

/** The page of content/pages with this address, to be given to `render`; undefined when there is none. */
export async function findPage(slug: string) {
  return (await getCollection('pages')).find((page) => page.id === slug);
}

/** The definitions that <Measure> prints, by id. */
export async function measuresById() {
  return new Map((await getCollection('measures')).map(({ data }) => [data.id, { ...data, better: better[data.better] }]));
}
const better = { up: 'higher', down: 'lower', band: 'neither very high nor very low', none: 'neither: it gives context' };

const nothing = { venue: null, place: null, region: null, country: null, population: null, language: 'en', evidence: null, doi: null, url: null, cites: [], checked: true, provenance: null, rights: 'undetermined', rightsNote: null };
/** What we write ourselves may be copied with credit, to each member's own web site too. */
const ours = { rights: 'cc-by', rightsNote: null };

function articlePiece({ id, data, body = '' }: CollectionEntry<'articles'>, measure: MeasureWords): Piece {
  const people = data.authors.map((literal) => ({ literal }));
  return {
    ...nothing, ...ours, id: `article:${id}`, slug: id, kind: 'article', type: 'article', title: data.title, summary: data.summary,
    people: shortPeople(people), year: Number(data.published.slice(0, 4)), themes: data.themes, body: mdxToMarkdown(body, measure),
    csl: { id, type: 'post-weblog', title: data.title, author: people, issued: dayOf(data.published), abstract: data.summary },
    details: { audience: data.audience, channels: data.channels }, reviewBy: data.reviewBy ?? null, publishedAt: new Date(data.published),
  };
}

function practicePiece({ id, data, body = '' }: CollectionEntry<'practices'>, measure: MeasureWords): Piece {
  const { jurisdiction, populationYear, populationSource, channels, serviceAreas, results } = data;
  return {
    ...nothing, ...ours, id: `practice:${id}`, slug: id, kind: 'practice', type: 'practice', title: data.title, summary: data.summary,
    people: null, year: data.year, place: data.place, region: data.region ?? null, country: data.country, population: data.population ?? null,
    evidence: data.evidence, themes: data.themes, body: mdxToMarkdown(body, measure), cites: results.flatMap((r) => (r.work ? [r.work] : [])),
    csl: { id, type: 'report', genre: 'Best practice', title: data.title, issued: dayOf(data.published), abstract: data.summary },
    details: { jurisdiction, populationYear, populationSource, channels, serviceAreas, results }, reviewBy: data.reviewBy ?? null, publishedAt: new Date(data.published),
  };
}

/** What kind of evidence such a work usually is; of all others only somebody who has read it can say. */
const usualEvidence: Record<string, string> = { 'journal-article': 'peer-reviewed', 'newspaper-article': 'news' };

function workPiece({ data: work }: CollectionEntry<'references'>): Piece {
  const { csl } = work;
  return {
    ...nothing, id: `ref:${work.key}`, slug: work.key, kind: 'reference', type: work.type, title: csl.title, summary: csl.abstract ?? '',
    people: shortPeople(peopleOf(csl)), year: issued(csl).year, venue: work.venue, themes: work.themes, body: '', csl: { ...csl }, details: {},
    language: csl.language ?? 'en', evidence: usualEvidence[work.type] ?? null, doi: csl.DOI ?? null, url: csl.URL ?? null, checked: work.checked, provenance: work.provenance,
    reviewBy: null, publishedAt: null,
  };
}

const dayOf = (day: string) => ({ 'date-parts': [day.split('-').map(Number)] });
