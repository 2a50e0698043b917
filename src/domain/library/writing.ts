import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, resources, themes, transaction } from '#db/client.ts';
import { optionalText, text } from '#lib/fields.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { recordAct, type Act } from '../moderation/log.ts';
import { canCurateThemes, mustCurateSomething } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { readPractice, readResults } from '../practices/details.ts';
import { renderBody } from './bodies.ts';
import { citedKeys, keysCitedBy, putCitations, worksByKey, type CitedWork } from './citations.ts';
import { issued, peopleOf, readCsl, type Csl } from './csl.ts';
import { workKey } from './exchange/duplicates.ts';
import { newId } from './ids.ts';
import { likelyDuplicatesOf } from './likely-duplicates.ts';
import { namesOf, shortPeople } from './names.ts';
import { mustCurateResource, putThemesOf } from './resource-themes.ts';
import { indexResource } from './searchable.ts';
import { freeSlug } from './slugs.ts';
import { isPublic, resourceKinds, type ResourceKind } from './types.ts';
import { mustStandAlone, withVersion } from './versions.ts';
import { doiField, urlField, wholeNumber, yearField } from './work-fields.ts';
import { mayPublishAlone, mustPublish, published, saved, thankSubmitter, type Saved } from './workflow.ts';
import { channels, evidenceLevels, resourceType, rightsStatements, serviceAreas, typesOf } from '../vocabulary.ts';

const codesOf = (list: readonly { code: string }[]) => z.array(z.string()).refine((codes) => codes.every((code) => list.some((t) => t.code === code)), 'One of these does not exist.').default([]);

const fields = {
  title: text({ missing: 'Give it a title.', max: 500 }),
  summary: optionalText(5000),
  type: z.string({ error: 'Choose what type of work it is.' }),
  people: optionalText(4000),
  year: yearField,
  venue: optionalText(300),
  month: wholeNumber('Give the month as a number from 1 to 12.', 1, 12),
  editors: optionalText(4000),
  volume: optionalText(40),
  issue: optionalText(40),
  page: optionalText(40),
  edition: optionalText(40),
  number: optionalText(80),
  publisher: optionalText(300),
  publisherPlace: optionalText(200),
  ISBN: optionalText(40),
  ISSN: optionalText(40),
  url: urlField,
  doi: doiField,
  place: optionalText(100),
  region: optionalText(10),
  country: optionalText(2).transform((t) => t?.toUpperCase() ?? null).refine((t) => t === null || /^[A-Z]{2}$/.test(t), 'Give the country as two letters, such as US or CA.'),
  population: wholeNumber('Give the population as a whole number.', 1, 100_000_000),
  populationSource: optionalText(200),
  evidence: optionalText(40).refine((t) => t === null || evidenceLevels.some((e) => e.code === t), 'Choose one of the levels.'),
  language: optionalText(2).transform((t) => t?.toLowerCase() ?? 'en').refine((t) => /^[a-z]{2}$/.test(t), 'Give the language as two letters, such as en or fr.'),
  rights: z.string({ error: 'Say what may be done with it.' }).refine((t) => rightsStatements.some((r) => r.code === t), 'Say what may be done with it. If nobody knows, choose “Copyright not determined”.'),
  rightsNote: optionalText(300),
  channels: codesOf(channels),
  serviceAreas: codesOf(serviceAreas),
  results: optionalText(5000),
  themes: z.array(z.string()).min(1, 'Choose at least one theme.').max(4, 'Choose four themes at most.'),
  body: optionalText(100_000),
};
const reason = optionalText(1000);

export const newResourceInput = z.object({ different: z.string().nullish(), kind: z.enum(resourceKinds, { error: 'Choose what it is.' }), publish: z.string().nullish(), ...fields });
export const resourceEditInput = z.object({ id: z.string(), updatedAt: z.coerce.number({ error: 'This form is incomplete: please reload the page.' }), publish: z.string().nullish(), reason, ...fields });

type Typed = Omit<z.output<typeof newResourceInput>, 'kind' | 'publish' | 'different'>;

/**
 * Makes a resource: a draft, or with `publish` one that waits for another coordinator. Where there is no other, it is published at once.
 * Throws SignInRequired, Denied, Invalid.
 */
export function createResource(actor: Member, { kind, publish, different, ...typed }: z.output<typeof newResourceInput>): Saved {
  mustCurateSomething(actor);
  return transaction(() => {
    check(kind, typed);
    mustKeepTheme(actor, typed.themes);
    if (kind === 'reference' && !different) mustBeNew(typed);
    const id = newId();
    const slug = freeSlug(typed.title);
    const row = db.insert(resources).values({
      id, slug, kind, status: 'draft', origin: 'hub', checked: true, submittedById: actor.id, ...columnsOf(kind, typed, { id: slug, type: resourceType(typed.type).csl }, {}),
      ...(publish && handedOn(actor, { submittedById: actor.id, publishedAt: null })),
    }).returning().get();
    settle(actor, row, typed.themes, row.status === 'published' ? 'publish resource' : row.status === 'submitted' ? 'submit resource' : 'draft resource', null);
    return saved(row);
  });
}

/** Throws Invalid where a coordinator of some themes would let a resource go out of them. */
function mustKeepTheme(actor: Member, themes: readonly string[]): void {
  if (!canCurateThemes(actor, themes)) throw new Invalid({ themes: 'Choose at least one of the themes that you coordinate.' });
}

/** Throws Invalid on `different` where the library has the same work: the coordinator has to say that it is another one. */
function mustBeNew({ title, year, people, doi, url }: Typed): void {
  const [same] = likelyDuplicatesOf({ title, year, people: namesOf(people), doi, url }).filter((d) => d.why !== 'title');
  if (same) throw new Invalid({ different: `This looks like “${same.title}”${same.year ? ` (${same.year})` : ''}, which the library has at /library/${same.slug}.` });
}

/** The columns that `publish` on a draft sets: published where nobody else could look at it, else waiting for review. */
function handedOn(actor: Member, row: { submittedById: number | null; publishedAt: Date | null }) {
  return mayPublishAlone(actor) ? published(actor, row) : { status: 'submitted' as const, submittedAt: new Date() };
}

/**
 * Changes a resource. `publish` hands a draft on and publishes what waits for review. A change of something published needs a reason. A piece
 * that came from content/ is taken over: from now on it lives here and the file is passed over. Throws Invalid on the field `updatedAt` when
 * somebody else saved meanwhile, Denied where the actor may not publish this.
 */
export function editResource(actor: Member, { id, updatedAt, publish, reason: why, ...typed }: z.output<typeof resourceEditInput>): Saved {
  mustCurateSomething(actor);
  return transaction(() => {
    const before = find(id);
    mustCurateResource(actor, before);
    if (before.updatedAt.getTime() !== updatedAt) {
      throw new Invalid({ updatedAt: 'Somebody else has saved this resource since you opened it. What you typed is still here. Open the resource in a second window to see their version; saving again replaces it by yours.' });
    }
    mustKeepTheme(actor, typed.themes);
    mustStandAlone(before);
    if (before.status === 'retired') throw new Denied('This is retired. Publish it again first, then change it.');
    if (before.status === 'published' && !why) throw new Invalid({ reason: 'Say what you changed and why: it stands in the history and in the public log.' });
    check(before.kind, typed, before.id);
    const waits = before.status === 'submitted' || before.status === 'in-review';
    if (publish && waits) mustPublish(actor, before);
    const brought = publish && waits ? published(actor, before) : publish && before.status === 'draft' ? handedOn(actor, { ...before, submittedById: before.submittedById ?? actor.id }) : {};
    const row = withVersion(actor, id, 'status' in brought ? (brought.status === 'published' ? 'publish' : 'submit') : 'edit', why, () => {
      const changed = db.update(resources).set({
        ...columnsOf(before.kind, typed, before.csl, before.details), origin: 'hub', contentHash: null, updatedAt: later(before.updatedAt),
        ...(before.status === 'draft' && { submittedById: before.submittedById ?? actor.id }), ...brought,
      }).where(eq(resources.id, id)).returning().get();
      if (!changed) throw new NotFound();
      const act = changed.status === 'published' ? (before.status === 'published' ? 'edit resource' : 'publish resource') : changed.status === 'submitted' && !waits ? 'submit resource' : 'draft resource';
      settle(actor, changed, typed.themes, act, why);
      if (publish && waits) thankSubmitter(actor, changed);
      return changed;
    });
    return saved(row);
  });
}

/** What follows from every saving: themes, citations, search, the log, the caches. */
function settle(actor: Member, row: ResourceRecord, codes: readonly string[], act: Act, why: string | null): void {
  putThemesOf(row.id, codes);
  putCitations(row.id, keysCitedBy(row));
  indexResource(row, codes);
  const open = row.status === 'published' || row.status === 'retired';
  recordAct(actor, act, row.title, row.status === 'published' ? `/library/${row.slug}` : `/desk/resources/${row.slug}`, why);
  if (open) bumpChanges();
}

export const bodyPreviewInput = z.object({ body: optionalText(100_000) });

/** What a body will look like, with its citations. Writes nothing. Throws Invalid for unknown keys. */
export function previewBody(actor: Member, { body }: z.output<typeof bodyPreviewInput>): { html: string } {
  mustCurateSomething(actor);
  return { html: renderBody(body ?? '', knownWorks(body ?? '')) };
}

type ResourceRecord = typeof resources.$inferSelect;

function find(id: string): ResourceRecord {
  const row = db.select().from(resources).where(eq(resources.id, id)).get();
  if (!row) throw new NotFound('There is no such resource.');
  return row;
}

/** What no single field's schema can check. Throws Invalid, MarkdownTooLarge. */
function check(kind: ResourceKind, typed: Typed, ownId?: string): void {
  const wrong: Record<string, string> = {};
  if (!typesOf(kind).some((t) => t.code === typed.type)) wrong['type'] = 'Choose one of these types.';
  const known = new Set(db.select({ code: themes.code }).from(themes).all().map((t) => t.code));
  if (typed.themes.some((code) => !known.has(code))) wrong['themes'] = 'One of these themes does not exist.';
  if (kind === 'practice' && !typed.place) wrong['place'] = 'Say where this was done.';
  if (kind !== 'reference' && !typed.body) wrong['body'] = 'Write the text.';
  const { results, wrong: lines } = readResults(typed.results ?? '');
  if (lines.length) wrong['results'] = `Line ${lines.join(', ')}: write “what | before | after | source” or “what | value | source”.`;
  const uncitable = notCitable(results.flatMap((r) => (r.work ? [r.work] : [])));
  if (uncitable) wrong['results'] = uncitable;
  if (Object.keys(wrong).length) throw new Invalid(wrong);
  const works = knownWorks(typed.body ?? '');
  if ([...works.values()].some((work) => work.id === ownId)) throw new Invalid({ body: 'A resource cannot cite itself.' });
  renderBody(typed.body ?? '', works);
}

function knownWorks(body: string): Map<string, CitedWork> {
  const keys = citedKeys(body);
  const uncitable = notCitable(keys);
  if (uncitable) throw new Invalid({ body: uncitable });
  return worksByKey(keys);
}

/** Says what is wrong with keys that cannot be cited; a retired work can, for what was written about it stays true. */
function notCitable(keys: readonly string[]): string | null {
  const works = worksByKey(keys);
  const unknown = keys.filter((key) => !works.has(key));
  if (unknown.length) return `The library has no work with the key ${unknown.join(', ')}. The key is the last part of the work's address.`;
  const drafts = keys.filter((key) => !isPublic(works.get(key)?.status));
  return drafts.length ? `${drafts.join(', ')} is not published yet. Publish it first, or leave the citation out.` : null;
}

function columnsOf(kind: ResourceKind, typed: Typed, csl: Record<string, unknown>, details: Record<string, unknown>) {
  const { results, populationSource, themes: _, people, editors, month, volume, issue, page, edition, number, publisher, publisherPlace, ISBN, ISSN, summary, body, channels, serviceAreas, ...plain } = typed;
  const names = namesOf(people);
  const before = readCsl(csl);
  const venueField = before['container-title'] || resourceType(plain.type).csl.startsWith('article-') || !before.publisher ? 'container-title' : 'publisher';
  const record = {
    ...csl, type: resourceType(plain.type).csl, title: plain.title, language: plain.language,
    author: names.length ? names : undefined, abstract: summary ?? undefined, DOI: plain.doi ?? undefined, URL: plain.url ?? undefined,
    // The year of a practice says when it began in its place, not when we published it.
    issued: kind !== 'reference' ? before.issued ?? today() : plain.year === null ? undefined : sameMonth(before, plain.year, month) ? before.issued : { 'date-parts': [month === null ? [plain.year] : [plain.year, month]] },
    ...(kind === 'reference' && {
      editor: editors === null ? undefined : namesOf(editors), volume: volume ?? undefined, issue: issue ?? undefined, page: page ?? undefined, edition: edition ?? undefined, number: number ?? undefined,
      publisher: publisher ?? undefined, 'publisher-place': publisherPlace ?? undefined, ISBN: ISBN ?? undefined, ISSN: ISSN ?? undefined, // Where there is no container, the venue is the publisher: what was changed of the two counts.
      [venueField]: (venueField === 'publisher' && publisher !== (before.publisher ?? null) ? publisher : plain.venue) ?? undefined,
    }),
  };
  const practice = kind === 'practice' ? { ...readPractice(details), populationSource, results: readResults(results ?? '').results } : {};
  return {
    ...plain, year: plain.year ?? (kind === 'article' ? new Date().getUTCFullYear() : null), summary: summary ?? '', body: body ?? '',
    people: shortPeople(peopleOf(readCsl(record))), csl: record, workKey: workKey(readCsl(record)),
    details: { ...details, ...practice, channels, serviceAreas },
  };
}

/** A day that the form does not show stays with its year and month. */
const sameMonth = (csl: Partial<Csl>, year: number, month: number | null) => { const date = issued(csl); return date.year === year && date.month === month; };

const today = () => ({ 'date-parts': [new Date().toISOString().slice(0, 10).split('-').map(Number)] });

/** The version a form is checked against must grow even within one millisecond. */
const later = (before: Date) => new Date(Math.max(Date.now(), before.getTime() + 1));
