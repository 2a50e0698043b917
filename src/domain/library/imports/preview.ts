import { and, asc, count, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { db, importRows, imports, members, resources, themes } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { mustCoordinate } from '../../people/permissions.ts';
import type { Viewer } from '../../people/types.ts';
import { resourceType, rightsStatement } from '../../vocabulary.ts';
import { issued, peopleOf } from '../csl.ts';
import { shortPeople } from '../names.ts';
import { statusLabels, type ResourceStatus, type Term } from '../types.ts';
import { mayPublish } from '../workflow.ts';
import { rowsPerPage } from './choosing.ts';
import { importWith, type ImportState } from './finding.ts';
import { undoneReason } from './matching.ts';
import { readStored } from './stored.ts';
import { formatNames } from './starting.ts';

/** What the rows of a preview can be, in the order in which they are shown. */
export const findings = ['new', 'duplicate', 'similar', 'unreadable'] as const;
export type Finding = (typeof findings)[number];

const stateLabels: Record<ImportState, string> = {
  reading: 'Being read', ready: 'Waiting for confirmation', done: 'In the library', undone: 'Undone', discarded: 'Discarded', failed: 'Could not be read',
};

export interface ImportLine {
  id: number; fileName: string; format: string; state: ImportState; stateLabel: string; createdAt: Date;
  by: { name: string; handle: string } | null;
  /** Records of the file that have been read. */
  records: number;
  /** Works that stand in the library, or wait, because of it. */
  works: number;
  /** Of these, the ones that another coordinator has to publish. */
  waiting: number;
}

const own = { works: sql`${resources.importId} = ${imports.id} and (${resources.retiredReason} is null or ${resources.retiredReason} <> ${undoneReason})` };
const lineColumns = {
  id: imports.id, fileName: imports.fileName, format: imports.format, state: imports.state, createdAt: imports.createdAt, name: members.name, handle: members.handle,
  records: sql<number>`(select count(*) from ${importRows} where ${importRows.importId} = ${imports.id})`,
  works: sql<number>`(select count(*) from ${resources} where ${own.works})`,
  waiting: sql<number>`(select count(*) from ${resources} where ${own.works} and ${resources.status} in ('submitted', 'in-review'))`,
};
const selectLines = () => db.select(lineColumns).from(imports).leftJoin(members, eq(members.id, imports.byId)).$dynamic();
type Line = ReturnType<ReturnType<typeof selectLines>['all']>[number];

function asLine({ name, handle, format, ...line }: Line): ImportLine {
  return { ...line, format: formatNames[format], stateLabel: stateLabels[line.state], by: name !== null && handle !== null ? { name, handle } : null };
}

/** Imports of all coordinators, newest first, 20 a page. */
export function listImports(viewer: Viewer, page: string | null): { imports: ImportLine[]; paging: Paging } {
  mustCoordinate(viewer);
  const slice = paging(db.select({ n: count() }).from(imports).get()?.n ?? 0, 20, page);
  return { paging: slice, imports: selectLines().orderBy(desc(imports.id)).limit(slice.size).offset(slice.offset).all().map(asLine) };
}

/** Imports with works that wait for another coordinator to publish them, oldest first. */
export function waitingImports(viewer: Viewer): ImportLine[] {
  mustCoordinate(viewer);
  const waiting = db.selectDistinct({ id: resources.importId }).from(resources).where(and(isNotNull(resources.importId), inArray(resources.status, ['submitted', 'in-review'])));
  return selectLines().where(inArray(imports.id, waiting)).orderBy(asc(imports.id)).all().map(asLine);
}

export interface ImportView extends ImportLine {
  failure: string | null; doneAt: Date | null; undoneAt: Date | null;
  /** How much of the file has been read, 0 to 100. */
  percent: number;
  /** Given to works that bring none. */
  theme: Term; rights: Term;
  counts: Record<Finding, number>;
  /** Rows that are ticked, in all and of each finding. */
  taken: number;
  takenOf: Record<Finding, number>;
  /** Rows that were to be taken, and were not: somebody had added the work meanwhile. */
  skipped: number;
  /** Whether the viewer may publish what waits. */
  mayPublish: boolean;
}

/** An import with its counts. Throws SignInRequired, Denied, NotFound. */
export function findImport(viewer: Viewer, id: number): ImportView {
  mustCoordinate(viewer);
  const row = importWith(id);
  const line = selectLines().where(eq(imports.id, id)).all().map(asLine)[0];
  if (!line) throw new Error(`Import ${id} is gone.`);
  const rows = db.select({ finding: importRows.finding, n: count(), taken: sql<number>`sum(${importRows.take})`, skipped: sql<number>`sum(${importRows.take} and ${importRows.resourceId} is null)` })
    .from(importRows).where(eq(importRows.importId, id)).groupBy(importRows.finding).all();
  const per = (value: (r: (typeof rows)[number]) => number) => ({ new: 0, duplicate: 0, similar: 0, unreadable: 0, ...Object.fromEntries(rows.map((r) => [r.finding, value(r)])) });
  const sum = (value: (r: (typeof rows)[number]) => number) => rows.reduce((total, r) => total + value(r), 0);
  const { code, label } = rightsStatement(row.rights);
  return {
    ...line, failure: row.failure, doneAt: row.doneAt, undoneAt: row.undoneAt, percent: row.size ? Math.floor((100 * row.readTo) / row.size) : 0,
    theme: db.select({ code: themes.code, label: themes.label }).from(themes).where(eq(themes.code, row.theme)).get() ?? { code: row.theme, label: row.theme }, rights: { code, label },
    counts: per((r) => r.n), taken: sum((r) => r.taken), takenOf: per((r) => r.taken), skipped: row.state === 'done' ? sum((r) => r.skipped) : 0,
    mayPublish: mayPublish(viewer, { submittedById: row.byId }),
  };
}

/** Something that a row is the same as, or resembles. */
export interface ImportMatch {
  label: string; href: string;
  /** Status of a resource, or which row of the file. */
  note: string;
}

export interface ImportRowView {
  position: number; line: number; finding: Finding; label: string; problem: string | null;
  people: string | null; year: number | null; type: string | null; venue: string | null;
  take: boolean;
  /** Whether it can be taken at all. */
  readable: boolean;
  /** What it has in common with `match`, in words. */
  why: string | null;
  match: ImportMatch | null;
  /** The resource that it became. */
  result: { href: string; status: string } | null;
}

export interface RowFilter { finding: Finding | null; page: string | null }

/** Reads which rows of an import an address asks for; what means nothing is passed over. */
export function readRowFilter(query: URLSearchParams): RowFilter {
  return { finding: findings.find((f) => f === query.get('show')) ?? null, page: query.get('page') };
}

/** One page of an import's rows, in the order of the file. */
export function importRowsOf(viewer: Viewer, id: number, { finding, page }: RowFilter): { rows: ImportRowView[]; total: number; paging: Paging } {
  mustCoordinate(viewer);
  const where = and(eq(importRows.importId, id), finding ? eq(importRows.finding, finding) : undefined);
  const total = db.select({ n: count() }).from(importRows).where(where).get()?.n ?? 0;
  const slice = paging(total, rowsPerPage, page);
  const rows = db.select().from(importRows).where(where).orderBy(asc(importRows.position)).limit(slice.size).offset(slice.offset).all();
  const known = resourcesWith(rows.flatMap((r) => [r.matchId, r.resourceId].filter((ref) => ref !== null)));
  const repeated = rows.flatMap((r) => r.matchPosition ?? []);
  const earlier = new Map(db.select({ position: importRows.position, label: importRows.label }).from(importRows)
    .where(and(eq(importRows.importId, id), inArray(importRows.position, repeated))).all().map((r) => [r.position, r.label]));
  return { total, paging: slice, rows: rows.map((row) => asRow(row, known, earlier)) };
}

interface Known { slug: string; title: string; people: string | null; year: number | null; status: ResourceStatus; undone: boolean }

function resourcesWith(ids: readonly string[]): Map<string, Known> {
  const rows = db.select({ id: resources.id, slug: resources.slug, title: resources.title, people: resources.people, year: resources.year, status: resources.status, reason: resources.retiredReason })
    .from(resources).where(inArray(resources.id, [...ids])).all();
  return new Map(rows.map(({ id, reason, ...row }) => [id, { ...row, undone: row.status === 'retired' && reason === undoneReason }]));
}

const addressOf = ({ slug, status }: Known) => (status === 'published' ? `/library/${slug}` : `/desk/resources/${slug}`);
const statusOf = ({ status, undone }: Known) => (undone ? 'Taken out with its import' : statusLabels[status]);
const inCommon = new Map([['doi', 'same DOI'], ['work', 'same title, year and author'], ['title', 'similar title']]);

function asRow(row: typeof importRows.$inferSelect, known: Map<string, Known>, earlier: Map<number, string>): ImportRowView {
  const record = readStored(row.record);
  const match = row.matchId === null ? undefined : known.get(row.matchId);
  const result = row.resourceId === null ? undefined : known.get(row.resourceId);
  const { position, line, finding, label, problem, take } = row;
  return {
    position, line, finding, label, problem, take, readable: record !== null,
    people: record && shortPeople(peopleOf(record.csl)), year: record && issued(record.csl).year, type: record && resourceType(record.type).label,
    venue: record?.csl['container-title'] ?? record?.csl.publisher ?? null,
    why: row.matchBy === null ? null : inCommon.get(row.matchBy) ?? null,
    match: match ? { label: [match.title, [match.people, match.year].filter(Boolean).join(' ')].filter(Boolean).join(', '), href: addressOf(match), note: statusOf(match) }
      : row.matchPosition === null ? null
        : { label: earlier.get(row.matchPosition) ?? '', href: `?page=${Math.ceil(row.matchPosition / rowsPerPage)}#row-${row.matchPosition}`, note: `Row ${row.matchPosition} of this file` },
    result: result ? { href: addressOf(result), status: statusOf(result) } : null,
  };
}

/** Works that stayed in the library when their import was undone, with the reason. At most `limit`. */
export function keptWorks(viewer: Viewer, id: number, limit = 200): { title: string; href: string; reason: string | null }[] {
  mustCoordinate(viewer);
  return db.select({ slug: resources.slug, title: resources.title, people: resources.people, year: resources.year, status: resources.status, reason: importRows.problem })
    .from(importRows).innerJoin(resources, eq(resources.id, importRows.resourceId))
    .where(and(eq(importRows.importId, id), eq(resources.importId, id), isNull(resources.mergedIntoId), sql`${resources.retiredReason} is not ${undoneReason}`)).orderBy(asc(importRows.position)).limit(limit).all()
    .map((row) => ({ title: row.title, href: addressOf({ ...row, undone: false }), reason: row.reason }));
}
