import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, resources, resourceThemes, themes, transaction } from '#db/client.ts';
import { optionalText, text } from '#lib/fields.ts';
import { slugify } from '#lib/slug.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { readPractice, readResults } from '../practices/details.ts';
import { renderBody } from './bodies.ts';
import { putThemesOf } from './catalogue.ts';
import { citedKeys, putCitations, worksByKey, type CitedWork } from './citations.ts';
import { readCsl } from './csl.ts';
import { readName, shortPeople } from './names.ts';
import { dropComments, indexComments, indexResource } from './searchable.ts';
import { resourceKinds, type ResourceKind } from './types.ts';
import { evidenceLevels, resourceType, typesOf } from '../vocabulary.ts';

const wholeNumber = (message: string, min: number, max: number) => z.string().nullish().transform((t) => (t ?? '').replace(/[\s,]/g, '')).pipe(
  z.string().refine((t) => t === '' || (/^\d+$/.test(t) && Number(t) >= min && Number(t) <= max), message).transform((t) => (t === '' ? null : Number(t))));

const fields = {
  title: text({ missing: 'Give it a title.', max: 500 }),
  summary: optionalText(600),
  type: z.string({ error: 'Choose what type of work it is.' }),
  people: optionalText(4000),
  year: wholeNumber('Give the year as four digits, such as 2012.', 1500, 2100),
  venue: optionalText(300),
  url: optionalText(2000).refine((t) => t === null || (/^https?:\/\//i.test(t) && URL.canParse(t)), 'Give a whole address that starts with https://.'),
  doi: optionalText(200).transform((t) => t?.replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i, '') ?? null).refine((t) => t === null || /^10\.\d{4,9}\/\S+$/.test(t), 'A DOI looks like 10.1111/puar.12092.'),
  place: optionalText(100),
  region: optionalText(10),
  country: optionalText(2).transform((t) => t?.toUpperCase() ?? null).refine((t) => t === null || /^[A-Z]{2}$/.test(t), 'Give the country as two letters, such as US or CA.'),
  population: wholeNumber('Give the population as a whole number.', 1, 100_000_000),
  populationSource: optionalText(200),
  evidence: optionalText(40).refine((t) => t === null || evidenceLevels.some((e) => e.code === t), 'Choose one of the levels.'),
  language: optionalText(2).transform((t) => t?.toLowerCase() ?? 'en').refine((t) => /^[a-z]{2}$/.test(t), 'Give the language as two letters, such as en or fr.'),
  rights: optionalText(300),
  results: optionalText(5000),
  themes: z.array(z.string()).min(1, 'Choose at least one theme.').max(4, 'Choose four themes at most.'),
  body: optionalText(100_000),
};

export const newResourceInput = z.object({ kind: z.enum(resourceKinds, { error: 'Choose what it is.' }), publish: z.string().nullish(), ...fields });
export const resourceEditInput = z.object({ id: z.string(), updatedAt: z.coerce.number({ error: 'This form is incomplete: please reload the page.' }), publish: z.string().nullish(), ...fields });

type Typed = Omit<z.output<typeof newResourceInput>, 'kind' | 'publish'>;

export interface Saved { id: string; slug: string; url: string; status: 'draft' | 'published' | 'withdrawn' }

/** Makes a resource, as a draft or published at once. Throws SignInRequired, Denied, Invalid. */
export function createResource(actor: Member, { kind, publish, ...typed }: z.output<typeof newResourceInput>): Saved {
  mustCoordinate(actor);
  return transaction(() => {
    check(kind, typed);
    const id = newId();
    const slug = freeSlug(typed.title);
    const status = publish ? 'published' : 'draft';
    const row = db.insert(resources).values({
      id, slug, kind, status, origin: 'hub', publishedAt: publish ? new Date() : null, checked: true, ...columnsOf(kind, typed, { id: slug, type: resourceType(typed.type).csl }, {}),
    }).returning().get();
    putThemesOf(id, typed.themes);
    putCitations(id, cites(row.body, row.details));
    indexResource(row, typed.themes);
    recordAct(actor, publish ? 'publish resource' : 'draft resource', row.title, publish ? `/library/${slug}` : `/desk/resources/${row.slug}`);
    if (publish) bumpChanges();
    return saved(row);
  });
}

/**
 * Changes a resource; `publish` brings a draft out. A piece that came from content/ is taken over: from now on it lives here and the file
 * is passed over. Throws Invalid on the field `updatedAt` when somebody else saved meanwhile.
 */
export function editResource(actor: Member, { id, updatedAt, publish, ...typed }: z.output<typeof resourceEditInput>): Saved {
  mustCoordinate(actor);
  return transaction(() => {
    const before = find(id);
    if (before.updatedAt.getTime() !== updatedAt) {
      throw new Invalid({ updatedAt: 'Somebody else has saved this resource since you opened it. What you typed is still here. Open the resource in a second window to see their version; saving again replaces it by yours.' });
    }
    check(before.kind, typed, before.slug);
    const brought = publish && before.status === 'draft';
    const row = db.update(resources).set({
      ...columnsOf(before.kind, typed, before.csl, before.details), origin: 'hub', contentHash: null, updatedAt: later(before.updatedAt),
      ...(brought && { status: 'published' as const, publishedAt: before.publishedAt ?? new Date() }),
    }).where(eq(resources.id, id)).returning().get();
    if (!row) throw new NotFound();
    putThemesOf(id, typed.themes);
    putCitations(id, cites(row.body, row.details));
    indexResource(row, typed.themes);
    recordAct(actor, brought ? 'publish resource' : row.status === 'draft' ? 'draft resource' : 'edit resource', row.title, row.status === 'published' ? `/library/${row.slug}` : `/desk/resources/${row.slug}`);
    if (row.status !== 'draft') bumpChanges();
    return saved(row);
  });
}

export const withdrawInput = z.object({ id: z.string(), reason: text({ missing: 'Say why: everybody who follows a link to it will read this.', max: 1000 }) });

/** Takes a published resource out of the library; its address tells the reason from now on. */
export function withdrawResource(actor: Member, { id, reason }: z.output<typeof withdrawInput>): Saved {
  mustCoordinate(actor);
  return transaction(() => {
    const before = find(id);
    if (before.status !== 'published') throw new Denied('Only what is published can be withdrawn.');
    return changeStatus(actor, before, { status: 'withdrawn', withdrawnReason: reason }, 'withdraw resource', reason);
  });
}

export const republishInput = z.object({ id: z.string() });

/** Brings a withdrawn resource back. */
export function republishResource(actor: Member, { id }: z.output<typeof republishInput>): Saved {
  mustCoordinate(actor);
  return transaction(() => {
    const before = find(id);
    if (before.status !== 'withdrawn') throw new Denied('Only what was withdrawn can be published again.');
    return changeStatus(actor, before, { status: 'published', withdrawnReason: null }, 'republish resource', null);
  });
}

export const bodyPreviewInput = z.object({ body: optionalText(100_000) });

/** What a body will look like, with its citations. Writes nothing. Throws Invalid for unknown keys. */
export function previewBody(actor: Member, { body }: z.output<typeof bodyPreviewInput>): { html: string } {
  mustCoordinate(actor);
  return { html: renderBody(body ?? '', knownWorks(body ?? '')) };
}

type ResourceRecord = typeof resources.$inferSelect;

function find(id: string): ResourceRecord {
  const row = db.select().from(resources).where(eq(resources.id, id)).get();
  if (!row) throw new NotFound('There is no such resource.');
  return row;
}

function changeStatus(actor: Member, before: ResourceRecord, status: Pick<ResourceRecord, 'status' | 'withdrawnReason'>, act: 'withdraw resource' | 'republish resource', reason: string | null): Saved {
  const row = db.update(resources).set({ ...status, publishedAt: before.publishedAt ?? new Date(), updatedAt: later(before.updatedAt) }).where(eq(resources.id, before.id)).returning().get();
  if (!row) throw new NotFound();
  const codes = db.select({ theme: resourceThemes.theme }).from(resourceThemes).where(eq(resourceThemes.resourceId, row.id)).all().map((t) => t.theme);
  indexResource(row, codes);
  if (row.status === 'published') indexComments(row.id);
  else dropComments(row.id);
  recordAct(actor, act, row.title, `/library/${row.slug}`, reason);
  bumpChanges();
  return saved(row);
}

/** What no single field's schema can check. Throws Invalid, MarkdownTooLarge. */
function check(kind: ResourceKind, typed: Typed, ownSlug?: string): void {
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
  if (ownSlug && works.has(ownSlug)) throw new Invalid({ body: 'A resource cannot cite itself.' });
  renderBody(typed.body ?? '', works);
}

function knownWorks(body: string): Map<string, CitedWork> {
  const keys = citedKeys(body);
  const uncitable = notCitable(keys);
  if (uncitable) throw new Invalid({ body: uncitable });
  return worksByKey(keys);
}

/** Says what is wrong with keys that cannot be cited; a withdrawn work can, for what was written about it stays true. */
function notCitable(keys: readonly string[]): string | null {
  const works = worksByKey(keys);
  const unknown = keys.filter((key) => !works.has(key));
  if (unknown.length) return `The library has no work with the key ${unknown.join(', ')}. The key is the last part of the work's address.`;
  const drafts = keys.filter((key) => works.get(key)?.status === 'draft');
  return drafts.length ? `${drafts.join(', ')} is not published yet. Publish it first, or leave the citation out.` : null;
}

function columnsOf(kind: ResourceKind, typed: Typed, csl: Record<string, unknown>, details: Record<string, unknown>) {
  const { results, populationSource, themes: _, people, summary, body, ...plain } = typed;
  const names = (people ?? '').split('\n').filter((line) => line.trim()).map(readName);
  const before = readCsl(csl);
  const venueField = before['container-title'] || resourceType(plain.type).csl.startsWith('article-') || !before.publisher ? 'container-title' : 'publisher';
  const record = {
    ...csl, type: resourceType(plain.type).csl, title: plain.title, language: plain.language,
    author: names.length ? names : undefined, abstract: summary ?? undefined, DOI: plain.doi ?? undefined, URL: plain.url ?? undefined,
    // The year of a practice says when it began in its place, not when we published it.
    issued: kind !== 'reference' ? before.issued ?? today() : plain.year === null ? undefined : before.issued?.['date-parts'][0]?.[0] === plain.year ? before.issued : { 'date-parts': [[plain.year]] },
    ...(kind === 'reference' && { [venueField]: plain.venue ?? undefined }),
  };
  const practice = kind === 'practice' ? { ...readPractice(details), populationSource, results: readResults(results ?? '').results } : {};
  return {
    ...plain, year: plain.year ?? (kind === 'article' ? new Date().getUTCFullYear() : null), summary: summary ?? '', body: body ?? '',
    people: shortPeople(names.length ? names : before.author?.length ? [] : before.editor ?? []), csl: record, details: { ...details, ...practice },
  };
}

const cites = (body: string, details: Record<string, unknown>) => [...citedKeys(body), ...readPractice(details).results.flatMap((r) => (r.work ? [r.work] : []))];
const saved = (row: ResourceRecord): Saved => ({ id: row.id, slug: row.slug, status: row.status, url: row.status === 'published' ? `/library/${row.slug}` : `/desk/resources/${row.slug}` });

const today = () => ({ 'date-parts': [new Date().toISOString().slice(0, 10).split('-').map(Number)] });

/** The version a form is checked against must grow even within one millisecond. */
const later = (before: Date) => new Date(Math.max(Date.now(), before.getTime() + 1));

/** Sortable by time, 26 characters, in the manner of a ULID. */
function newId(): string {
  return Date.now().toString(32).padStart(10, '0') + BigInt(`0x${randomBytes(10).toString('hex')}`).toString(32).padStart(16, '0');
}

function freeSlug(title: string): string {
  const base = slugify(title);
  // /desk/resources/new is the form for a new one.
  const taken = (slug: string) => slug === 'new' || db.select({ id: resources.id }).from(resources).where(eq(resources.slug, slug)).get() !== undefined;
  let slug = base;
  for (let n = 2; taken(slug); n++) slug = `${base}-${n}`;
  return slug;
}
