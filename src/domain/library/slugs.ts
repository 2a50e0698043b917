import { randomBytes } from 'node:crypto';
import { db, formerSlugs, prepared } from '#db/client.ts';
import { slugify } from '#lib/slug.ts';
import type { ResourceStatus } from './types.ts';

/** Last parts of addresses under /library and /desk/resources that are pages of their own. */
const reserved: ReadonlySet<string> = new Set(['new', 'suggest', 'index', 'import', 'export', 'search', 'feed']);

/** What an address of the library leads to: a resource, another address of today, or nothing. `status` says who may know. */
export type Place = { kind: 'here'; id: string; status: ResourceStatus } | { kind: 'moved'; id: string; slug: string; status: ResourceStatus } | { kind: 'none' };

interface Step { id: string; slug: string; status: ResourceStatus }

/** Where `/library/<slug>` leads: former addresses and merged duplicates to the resource of today, over as many steps as it takes. */
export function placeOf(slug: string): Place {
  const found = lastAt().get({ slug }) as Step | undefined;
  if (!found) return { kind: 'none' };
  const { id, status } = found;
  return found.slug === slug ? { kind: 'here', id, status } : { kind: 'moved', id, slug: found.slug, status };
}

/** The resource that an address leads to, with its address of today; null when it leads nowhere. */
export function resourceIdAt(slug: string): { id: string; slug: string } | null {
  const place = placeOf(slug);
  return place.kind === 'none' ? null : { id: place.id, slug: place.kind === 'here' ? slug : place.slug };
}
const lastAt = prepared((d) => d.$client.prepare(`
  with recursive step(id, slug, status, next) as (
    select id, slug, status, merged_into_id from resources
    where id = coalesce((select id from resources where slug = @slug), (select resource_id from former_slugs where slug = @slug))
    union select r.id, r.slug, r.status, r.merged_into_id from step join resources r on r.id = step.next
  ) select id, slug, status from step where next is null`));

/** Every address that leads to each of these resources, the one of today first: what texts may call it by. */
export function addressesOf(ids: readonly string[]): Map<string, string[]> {
  return new Map(ids.map((id) => [id, addressesLeadingTo().all({ id }) as string[]]));
}
const addressesLeadingTo = prepared((d) => d.$client.prepare(`
  with recursive held(id, depth) as (select @id, 0 union select m.merged_id, depth + 1 from held cross join merges m on m.kept_id = held.id and m.undone_at is null)
  select slug from (
    select r.slug, depth, 0 as former from held cross join resources r on r.id = held.id
    union all select f.slug, depth, 1 from held cross join former_slugs f on f.resource_id = held.id
  ) order by depth, former, slug`).pluck());

/** Whether an address cannot be given to a resource: it is one, was one, or is a page of its own. */
export function isTaken(slug: string): boolean {
  return reserved.has(slug) || holder().get({ slug }) !== undefined;
}

/** The resource whose own address this is or was, merged or not; undefined when nobody has had it. */
export function holderOf(slug: string): string | undefined {
  return holder().get({ slug }) as string | undefined;
}
const holder = prepared((d) => d.$client.prepare(`
  select id from resources where slug = @slug union all select resource_id from former_slugs where slug = @slug`).pluck());

/** The address of today of the resource that had this one before; null where it had not, or has it still. Merges are passed over: this is for the desk. */
export function renamedTo(slug: string): string | null {
  const now = renamed().get({ slug }) as string | undefined;
  return now ?? null;
}
const renamed = prepared((d) => d.$client.prepare('select r.slug from former_slugs f join resources r on r.id = f.resource_id where f.slug = @slug').pluck());

/** A free address made of the words of a title: "same", "same-2", … */
export function freeSlug(title: string): string {
  const base = slugify(title);
  let slug = base;
  // After a few there is no telling how many more: a file may give thousands of works one key.
  for (let n = 2; isTaken(slug); n++) slug = n <= 20 ? `${base}-${n}` : `${base}-${randomBytes(5).toString('hex')}`;
  return slug;
}

/** Lets an address lead to a resource for ever. Call inside the transaction that gives the resource another. */
export function keepFormerSlug(slug: string, resourceId: string): void {
  db.insert(formerSlugs).values({ slug, resourceId }).run();
}
