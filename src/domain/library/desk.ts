import { and, asc, count, desc, eq, sql } from 'drizzle-orm';
import { db, members, resources } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { NotFound } from '../errors.ts';
import { mustCurateSomething } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { readPractice, writeResults } from '../practices/details.ts';
import { issued, readCsl, type Csl } from './csl.ts';
import { writeName } from './names.ts';
import { curatedBy, mustCurateResource } from './resource-themes.ts';
import { asRows, selectResources, themesByResource } from './rows.ts';
import { resourceKinds, resourceStatuses, type ResourceKind, type ResourceRow, type ResourceStatus } from './types.ts';

export interface DeskFilter { kind: ResourceKind | null; status: ResourceStatus | null; q: string }

/** Reads the desk's filter from an address; what means nothing is passed over. */
export function readDeskFilter(query: URLSearchParams): DeskFilter {
  return {
    kind: resourceKinds.find((k) => k === query.get('kind')) ?? null, status: resourceStatuses.find((s) => s === query.get('status')) ?? null,
    q: (query.get('q') ?? '').trim().slice(0, 100),
  };
}

/** A coordinator's list of the resources they curate, drafts and retired ones included, last changed first, 50 a page; `q` finds in title and people. */
export function listForDesk(viewer: Viewer, filter: DeskFilter, page: string | null): { resources: ResourceRow[]; total: number; paging: Paging } {
  mustCurateSomething(viewer);
  const like = `%${filter.q.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
  const where = and(
    curatedBy(viewer), filter.kind ? eq(resources.kind, filter.kind) : undefined, filter.status ? eq(resources.status, filter.status) : undefined,
    filter.q ? sql`(${resources.title} like ${like} escape '\\' or ${resources.people} like ${like} escape '\\' or ${resources.slug} like ${like} escape '\\')` : undefined,
  );
  const total = db.select({ n: count() }).from(resources).where(where).get()?.n ?? 0;
  const slice = paging(total, 50, page);
  const rows = selectResources().where(where).orderBy(desc(resources.updatedAt), asc(resources.id)).limit(slice.size).offset(slice.offset).all();
  return { resources: asRows(rows), total, paging: slice };
}

/** A resource as the form shows it: every field as text. */
export interface ResourceForm {
  id: string; slug: string; title: string; kind: ResourceKind; status: ResourceStatus; origin: 'content' | 'hub'; retiredReason: string | null; declinedReason: string | null;
  /** Why the member who suggested it finds it useful. */
  suggestionNote: string | null; submitter: { name: string; handle: string; vendor: boolean } | null; submittedById: number | null; mergedIntoId: string | null;
  /** Which version the form changes. */
  updatedAt: number;
  themes: string[];
  channels: string[];
  serviceAreas: string[];
  fields: Record<string, string>;
}

/** What the form shows of the record behind a resource. */
function citationFields(csl: Partial<Csl>) {
  const { volume, issue, page, edition, number, publisher, ISBN, ISSN } = csl;
  return {
    people: (csl.author ?? []).map(writeName).join('\n'), editors: (csl.editor ?? []).map(writeName).join('\n'), month: issued(csl).month,
    volume, issue, page, edition, number, publisher, publisherPlace: csl['publisher-place'], ISBN, ISSN,
  };
}

/** The resource at this address for the form that edits it. Throws SignInRequired, Denied, NotFound. */
export function resourceForEditing(viewer: Viewer, slug: string): ResourceForm {
  mustCurateSomething(viewer);
  const row = db.select().from(resources).where(eq(resources.slug, slug)).get();
  if (!row) throw new NotFound('There is no such resource.');
  mustCurateResource(viewer, row);
  const practice = readPractice(row.details);
  const { title, summary, type, year, venue, url, doi, place, region, country, population, evidence, language, rights, rightsNote, body } = row;
  const fields = {
    title, summary, type, year, venue, url, doi, place, region, country, population, evidence, language, rights, rightsNote, body,
    ...citationFields(readCsl(row.csl)), populationSource: practice.populationSource, results: writeResults(practice.results),
  };
  return {
    id: row.id, slug: row.slug, title: row.title, declinedReason: row.declinedReason, suggestionNote: row.suggestionNote, submitter: row.submittedById === null ? null : db.select({ name: members.name, handle: members.handle, vendor: members.vendor }).from(members).where(eq(members.id, row.submittedById)).get() ?? null, submittedById: row.submittedById, mergedIntoId: row.mergedIntoId, kind: row.kind, status: row.status, origin: row.origin, retiredReason: row.retiredReason, updatedAt: row.updatedAt.getTime(),
    channels: practice.channels, serviceAreas: practice.serviceAreas,
    themes: (themesByResource([row.id]).get(row.id) ?? []).map((t) => t.code),
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value === null || value === undefined ? '' : String(value)])),
  };
}
