import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, prepared, resources, transaction } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { Denied, NotFound } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { canBeFilled } from './filling.ts';
import { askSoon, linkCheckOf, linkSql } from './link-checks.ts';
import { leadsToFrontPage, type LinkOutcome } from './link-findings.ts';
import { themeCodesOf } from './resource-themes.ts';
import { indexResource } from './searchable.ts';
import type { ResourceKind } from './types.ts';
import { withVersion } from './versions.ts';

/** What the worklist can be narrowed to. */
export const linkFilters = ['broken', 'moved', 'unreachable', 'refused'] as const satisfies readonly LinkOutcome[];
export type LinkFilter = (typeof linkFilters)[number];

/** Reads the filter of the worklist from an address; what means nothing is passed over. */
export function readLinkFilter(query: URLSearchParams): LinkFilter | null {
  return linkFilters.find((f) => f === query.get('outcome')) ?? null;
}

export interface LinkLine {
  id: string; slug: string; title: string;
  /** The address that was asked. */
  url: string;
  outcome: LinkOutcome; status: number | null; movedTo: string | null; failures: number; checkedAt: Date;
  /** It leads to the front page of a site now: the page itself is probably gone. */
  frontPage: boolean;
  /** Whether its new address can be taken here. */
  takeable: boolean;
  /** It is asked for again with the next round. */
  queued: boolean;
}

/** How many links of published resources were found so, and how many have not been asked for. */
export type LinkCounts = Record<LinkOutcome | 'waiting', number>;

interface LineRow {
  id: string; slug: string; title: string; kind: ResourceKind; origin: 'content' | 'hub';
  url: string; outcome: LinkOutcome; status: number | null; movedTo: string | null; failures: number; checkedAt: number; nextCheckAt: number;
  /** 0 where the link is a DOI: its owner mends it where it is registered. */
  own: number;
}

/** Links that somebody should look at, the surest trouble first, 50 a page; without a filter those that are broken, have moved or do not answer. For coordinators. */
export function linksToMend(viewer: Viewer, filter: LinkFilter | null, page: string | null): { lines: LinkLine[]; counts: LinkCounts; total: number; paging: Paging } {
  mustCoordinate(viewer);
  const counts = countLinks();
  const shown = filter ? [filter] : linkFilters.filter((f) => f !== 'refused');
  const total = shown.reduce((sum, outcome) => sum + counts[outcome], 0);
  const slice = paging(total, 50, page);
  const rows = lines().all({ shown: JSON.stringify(shown), limit: slice.size, offset: slice.offset }) as LineRow[];
  return { counts, total, paging: slice, lines: rows.map(({ kind, origin, own, nextCheckAt, checkedAt, ...row }) => {
    const frontPage = row.movedTo !== null && leadsToFrontPage(row.url, row.movedTo);
    return { ...row, checkedAt: new Date(checkedAt), frontPage, takeable: row.movedTo !== null && !frontPage && own === 1 && canBeFilled({ kind, origin }), queued: nextCheckAt === 0 };
  }) };
}
const lines = prepared((d) => d.$client.prepare(`
  select r.id, r.slug, r.title, r.kind, r.origin, c.url, c.outcome, c.status, c.moved_to as movedTo, c.failures, c.checked_at as checkedAt, c.next_check_at as nextCheckAt, r.url is c.url as own
  from link_checks c join resources r on r.id = c.resource_id
  where c.outcome in (select value from json_each(@shown)) and r.status = 'published' and c.url = ${linkSql}
  order by case c.outcome when 'broken' then 1 when 'moved' then 2 else 3 end, c.failures desc, c.checked_at desc, r.id limit @limit offset @offset`));

function countLinks(): LinkCounts {
  const found = new Map((counted().all() as { outcome: string | null; n: number }[]).map(({ outcome, n }) => [outcome ?? 'waiting', n]));
  const of = (name: LinkOutcome | 'waiting') => found.get(name) ?? 0;
  return { works: of('works'), moved: of('moved'), broken: of('broken'), refused: of('refused'), unreachable: of('unreachable'), waiting: of('waiting') };
}
const counted = prepared((d) => d.$client.prepare(`
  select case when c.url = ${linkSql} then c.outcome end as outcome, count(*) as n from resources r left join link_checks c on c.resource_id = r.id
  where r.status = 'published' and ${linkSql} is not null group by 1`));

/** How many links are broken, have moved or do not answer: what waits on the worklist. */
export function countLinksToMend(): number {
  return toMend().get() as number;
}
const toMend = prepared((d) => d.$client.prepare(`
  select count(*) from link_checks c join resources r on r.id = c.resource_id
  where c.outcome in ('broken', 'moved', 'unreachable') and r.status = 'published' and c.url = ${linkSql}`).pluck());

export const takeAddressInput = z.object({ id: z.string(), movedTo: z.string() });

/**
 * Gives a resource the address that its link leads to for good; it is then asked for anew. `movedTo` is the address that the actor saw: throws
 * Denied where something else has been found meanwhile, or where the piece comes from content/ with its text.
 */
export function takeNewAddress(actor: Member, { id, movedTo }: z.output<typeof takeAddressInput>): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const row = db.select().from(resources).where(eq(resources.id, id)).get();
    if (row?.status !== 'published') throw new NotFound('There is no such resource in the library any more.');
    const check = linkCheckOf(id);
    if (check?.movedTo !== movedTo || check.url !== row.url) throw new Denied('This link has been changed or checked again since you opened the list. Look at what was found now.');
    if (!canBeFilled(row)) throw new Denied('This piece comes from the content folder: change the address in its file.');
    const reason = `The link has moved: ${row.url} now leads to ${movedTo}`;
    withVersion(actor, id, 'edit', reason, () => {
      const changed = db.update(resources).set({
        url: movedTo, csl: { ...row.csl, URL: movedTo }, origin: 'hub', contentHash: null, updatedAt: new Date(Math.max(Date.now(), row.updatedAt.getTime() + 1)),
      }).where(eq(resources.id, id)).returning().get();
      if (!changed) throw new NotFound();
      indexResource(changed, themeCodesOf(id));
    });
    recordAct(actor, 'change link', row.title, `/library/${row.slug}`, reason);
    bumpChanges();
    return { url: `/library/${row.slug}` };
  });
}

export const askAgainInput = z.object({ id: z.string() });

/** Puts a link at the head of those that are asked for next. */
export function askAgain(actor: Member, { id }: z.output<typeof askAgainInput>): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const row = db.select({ title: resources.title, slug: resources.slug, status: resources.status }).from(resources).where(eq(resources.id, id)).get();
    if (row?.status !== 'published' || !askSoon(id)) throw new NotFound('This link has not been checked yet: its turn comes by itself.');
    recordAct(actor, 'check link', row.title, `/library/${row.slug}`);
    return { url: `/library/${row.slug}` };
  });
}
