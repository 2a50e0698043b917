import { and, asc, desc, eq } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { citations, db, resources } from '#db/client.ts';
import { Gone, NotFound } from '../errors.ts';
import { canCurate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { renderBody } from './bodies.ts';
import { citedKeys, unpublished, worksByKey } from './citations.ts';
import { readCsl, type Csl } from './csl.ts';
import { asRows, selectResources, themesByResource } from './rows.ts';
import type { ResourceRow, Term } from './types.ts';
import { resourceType } from '../vocabulary.ts';

type ResourceRecord = typeof resources.$inferSelect;

/** A resource as its page needs it. What is for editors only is null for everybody else. */
export interface ResourceView extends Omit<ResourceRecord, 'type' | 'csl' | 'contentHash' | 'checked'> {
  type: Term;
  csl: Partial<Csl>;
  themes: Term[];
  /** The body rendered, empty where the page shows the MDX of content/. Made when it is read, so that its citations say what is published now. */
  html: string;
  /** Whether somebody has seen the work; null for everybody but coordinators. */
  checked: boolean | null;
}

/** The resource at /library/<slug>. Drafts exist only for coordinators; a withdrawn one is Gone with its reason for everybody else. */
export function findResource(viewer: Viewer, slug: string): ResourceView {
  const row = db.select().from(resources).where(eq(resources.slug, slug)).get();
  const curates = canCurate(viewer);
  if (!row || (row.status === 'draft' && !curates)) throw new NotFound('There is nothing in the library at this address.');
  if (row.status === 'withdrawn' && !curates) throw new Gone(`“${row.title}” was taken out of the library. The reason given: ${row.withdrawnReason}`);
  const { contentHash: _, ...shown } = row;
  const { code, label } = resourceType(row.type);
  return {
    ...shown, html: row.body && (row.origin === 'hub' || row.status === 'withdrawn') ? renderBody(row.body, worksByKey(citedKeys(row.body))) : '', type: { code, label }, csl: readCsl(row.csl), themes: themesByResource([row.id]).get(row.id) ?? [],
    checked: curates ? row.checked : null, provenance: curates ? row.provenance : null,
  };
}

const citing = alias(citations, 'citing');

/** Published resources whose text cites this one: the hub's own articles and practices first. */
export function citedBy(id: string): ResourceRow[] {
  return asRows(selectResources().innerJoin(citing, eq(citing.citingId, resources.id))
    .where(and(eq(citing.citedId, id), eq(resources.status, 'published'))).orderBy(asc(resources.kind), desc(resources.year), asc(resources.id)).all());
}

export interface CitedWorkView { id: string; slug: string; title: string; people: string | null; year: number | null; csl: Partial<Csl>; position: number; linked: boolean }

/** The works a resource cites, in the order of their first mention. A withdrawn one is named and not linked, a draft not even named. */
export function worksCited(id: string): CitedWorkView[] {
  return db.select({ id: resources.id, slug: resources.slug, title: resources.title, people: resources.people, year: resources.year, csl: resources.csl, status: resources.status, position: citations.position })
    .from(citations).innerJoin(resources, eq(resources.id, citations.citedId)).where(eq(citations.citingId, id)).orderBy(asc(citations.position)).all()
    .map(({ status, csl, ...work }) => (status === 'draft'
      ? { ...work, ...unpublished, csl: { title: unpublished.title }, linked: false }
      : { ...work, csl: readCsl(csl), linked: status === 'published' }));
}
