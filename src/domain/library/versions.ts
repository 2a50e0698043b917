import { and, desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, resources, resourceVersions, transaction } from '#db/client.ts';
import { text } from '#lib/fields.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { canCurateThemes, mustCurateSomething } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { keysCitedBy, putCitations } from './citations.ts';
import { mustCurateResource, putThemesOf, themeCodesOf } from './resource-themes.ts';
import { indexResource } from './searchable.ts';
import { resourceStatuses, type ResourceStatus } from './types.ts';

/** What can happen to a resource, in the words of its history. */
export const versionActs = {
  create: 'made', edit: 'edited', submit: 'submitted', review: 'taken into review', publish: 'published', decline: 'declined', retire: 'retired', restore: 'went back to an earlier version',
  merge: 'merged', unmerge: 'merge undone', import: 'imported', attest: 'confirmed as still correct', return: 'given back to its file', attach: 'files changed', rename: 'got a new address', care: 'owner or review date changed',
} as const;
export type VersionAct = keyof typeof versionActs;

type ResourceRecord = typeof resources.$inferSelect;

/** What a version remembers: what the form can change, and what the record behind it says. */
const remembered = [
  'slug', 'type', 'title', 'summary', 'people', 'year', 'venue', 'place', 'region', 'country', 'population', 'language', 'evidence', 'doi', 'url', 'rights', 'rightsNote',
  'workKey', 'csl', 'details', 'body', 'reviewBy',
] as const satisfies readonly (keyof ResourceRecord)[];

const fieldsSchema = z.object({
  slug: z.string(), type: z.string(), title: z.string(), summary: z.string(), people: z.string().nullable(), year: z.number().nullable(), venue: z.string().nullable(),
  place: z.string().nullable(), region: z.string().nullable(), country: z.string().nullable(), population: z.number().nullable(), language: z.string(), evidence: z.string().nullable(),
  doi: z.string().nullable(), url: z.string().nullable(), rights: z.string(), rightsNote: z.string().nullable(), workKey: z.string(),
  csl: z.record(z.string(), z.unknown()), details: z.record(z.string(), z.unknown()), body: z.string(), reviewBy: z.string().nullable(), themes: z.array(z.string()),
});
export type VersionFields = z.infer<typeof fieldsSchema>;

const find = (id: string) => db.select().from(resources).where(eq(resources.id, id)).get();

const fieldsOf = (row: ResourceRecord): VersionFields => fieldsSchema.parse({ ...Object.fromEntries(remembered.map((name) => [name, row[name]])), themes: themeCodesOf(row.id) });

/**
 * Makes a change of a resource and keeps in its history what it was before (where nothing was kept yet) and what it is now. `actor` null is
 * the hub itself. Every change of a resource's columns or themes goes through here. Joins the transaction it is called in.
 */
export function withVersion<T>(actor: { id: number } | null, resourceId: string, act: VersionAct, reason: string | null, change: () => T): T {
  return transaction(() => {
    const last = db.select({ number: sql<number | null>`max(${resourceVersions.number})` }).from(resourceVersions).where(eq(resourceVersions.resourceId, resourceId)).get()?.number ?? 0;
    const before = last === 0 ? find(resourceId) : undefined;
    if (before) keep(before, 1, { by: before.submittedById, act: before.importId === null ? 'create' : 'import', reason: null, at: before.updatedAt });
    const result = change();
    const after = find(resourceId);
    if (after) keep(after, before ? 2 : last + 1, { by: actor?.id ?? null, act, reason, at: new Date() });
    return result;
  });
}

function keep(row: ResourceRecord, number: number, { by, act, reason, at }: { by: number | null; act: VersionAct; reason: string | null; at: Date }): void {
  db.insert(resourceVersions).values({ resourceId: row.id, number, at, byId: by, act, reason, status: row.status, fields: fieldsOf(row) }).run();
}

export interface Version {
  number: number;
  at: Date;
  by: { name: string; handle: string; vendor: boolean } | null;
  act: string;
  reason: string | null;
  status: ResourceStatus | null;
  fields: VersionFields;
}

/** Every version of a resource, newest first; a resource that never changed has one. For coordinators. Throws NotFound. */
export function historyOf(viewer: Viewer, slug: string): { id: string; slug: string; title: string; updatedAt: number; versions: Version[] } {
  mustCurateSomething(viewer);
  const row = db.select().from(resources).where(eq(resources.slug, slug)).get();
  if (!row) throw new NotFound('There is no such resource.');
  mustCurateResource(viewer, row);
  const kept = db.select({ version: resourceVersions, name: members.name, handle: members.handle, vendor: members.vendor }).from(resourceVersions)
    .leftJoin(members, eq(members.id, resourceVersions.byId)).where(eq(resourceVersions.resourceId, row.id)).orderBy(desc(resourceVersions.number)).all()
    .flatMap(({ version, name, handle, vendor }): Version[] => {
      const fields = fieldsSchema.safeParse(version.fields);
      return fields.success ? [{ ...version, ...shown(version), by: name !== null && handle !== null ? { name, handle, vendor: vendor === true } : null, fields: fields.data }] : [];
    });
  const only: Version = { number: 1, at: row.updatedAt, by: null, ...shown({ act: row.importId === null ? 'create' : 'import', status: row.status }), reason: null, fields: fieldsOf(row) };
  return { id: row.id, slug: row.slug, title: row.title, updatedAt: row.updatedAt.getTime(), versions: kept.length ? kept : [only] };
}

const isAct = (act: string): act is VersionAct => act in versionActs;
const shown = ({ act, status }: { act: string; status: string }) => ({ act: isAct(act) ? versionActs[act] : act, status: resourceStatuses.find((s) => s === status) ?? null });

/** A duplicate that was merged is as it was when that is undone, so nobody changes it meanwhile. */
export function mustStandAlone(row: Pick<ResourceRecord, 'mergedIntoId'>): void {
  if (row.mergedIntoId !== null) throw new Denied('This was merged into another resource. Undo the merge first.');
}

export const restoreVersionInput = z.object({
  id: z.string(), number: z.coerce.number().int().positive(), updatedAt: z.coerce.number(),
  reason: text({ missing: 'Say why: it stands in the history.', max: 1000 }),
});

/**
 * Gives a resource again what it had in an earlier version; its address and where it stands on its way stay as they are. The version itself
 * is kept, so that this can be undone too. Throws Invalid on `updatedAt` when somebody else saved meanwhile.
 */
export function restoreVersion(actor: Member, { id, number, updatedAt, reason }: z.output<typeof restoreVersionInput>): { url: string } {
  mustCurateSomething(actor);
  return transaction(() => {
    const row = find(id);
    const version = db.select().from(resourceVersions).where(and(eq(resourceVersions.resourceId, id), eq(resourceVersions.number, number))).get();
    if (!row || !version) throw new NotFound('There is no such version.');
    mustCurateResource(actor, row);
    mustStandAlone(row);
    if (row.status === 'retired') throw new Denied('This is retired. Publish it again first, then change it.');
    if (row.updatedAt.getTime() !== updatedAt) throw new Invalid({ updatedAt: 'Somebody has changed this resource since you opened its history. Look at what they did first.' });
    const { slug: _, themes, ...fields } = fieldsSchema.parse(version.fields);
    if (!canCurateThemes(actor, themes)) throw new Denied('This version carried none of the themes that you coordinate.');
    const { title } = withVersion(actor, id, 'restore', reason, () => {
      const changed = db.update(resources).set({ ...fields, origin: 'hub', contentHash: null, updatedAt: new Date(Math.max(Date.now(), updatedAt + 1)) }).where(eq(resources.id, id)).returning().get();
      if (!changed) throw new NotFound();
      putThemesOf(id, themes);
      putCitations(id, keysCitedBy(changed));
      indexResource(changed, themes);
      return changed;
    });
    recordAct(actor, row.status === 'published' ? 'edit resource' : 'draft resource', title, row.status === 'published' ? `/library/${row.slug}` : `/desk/resources/${row.slug}`, reason);
    if (row.status === 'published') bumpChanges();
    return { url: `/desk/resources/${row.slug}/history` };
  });
}

