import { prepared, untilChange } from '#db/client.ts';
import { publishedResources } from './published.ts';
import { rowsOf } from './rows.ts';
import type { ResourceKind, ResourceRow } from './types.ts';

/** The newest published resources, at most `limit`, and of each kind at most half of that: a hundred works imported in a day do not hide the rest. */
export const newestResources = untilChange((limit: number): ResourceRow[] => {
  const taken = { article: 0, practice: 0, reference: 0 };
  const chosen: string[] = [];
  for (const { id, kind } of publishedResources()) {
    if (chosen.length === limit) break;
    if (taken[kind]++ < limit / 2) chosen.push(id);
  }
  return rowsOf(chosen);
});

/** The published resources that were read most, at most `limit`; where too few were read, those that the hub's own pieces cite most. Not remembered: reading moves no change counter. */
export function mostUsedResources(limit: number): ResourceRow[] {
  return rowsOf([...new Set([...mostRead().all(limit) as string[], ...mostCited().all(limit) as string[]])].slice(0, limit));
}
const mostRead = prepared((d) => d.$client.prepare(`
  select ref from reads join resources r on r.id = reads.ref
  where reads.kind = 'resource' and r.status = 'published' order by reads.count desc limit ?`).pluck());
const mostCited = prepared((d) => d.$client.prepare(`
  select c.cited_id from citations c cross join resources r on r.id = c.cited_id
  where r.status = 'published' group by c.cited_id order by count(*) desc, c.cited_id limit ?`).pluck());

/** Published resources of a kind on a theme, newest first. */
export const resourcesOnTheme = untilChange((theme: string, kind: ResourceKind, limit: number): ResourceRow[] => {
  return rowsOf(publishedResources().filter((r) => r.kind === kind && r.themes.includes(theme)).slice(0, limit).map((r) => r.id));
});

export interface RelatedResource extends ResourceRow {
  /** Why it is shown: "Also about Equity and access, Technology". */
  reason: string;
}

/** Published resources that share the place or most themes with this one, the hub's own before others'; none of `besides`. */
export function relatedResources(resource: { id: string; place: string | null; themes: readonly { code: string }[] }, besides: readonly string[], limit: number): RelatedResource[] {
  const mine = new Set(resource.themes.map((t) => t.code));
  const not = new Set([resource.id, ...besides]);
  const samePlace = (place: string | null) => resource.place !== null && place === resource.place;
  // Thousands of resources have the same list of themes, which is one and the same array.
  const sharing = new Map<readonly string[], number>();
  const nearest: { id: string; weight: number }[] = [];
  for (const r of publishedResources()) {
    let shared = sharing.get(r.themes);
    if (shared === undefined) sharing.set(r.themes, shared = r.themes.filter((t) => mine.has(t)).length);
    if (!shared && !samePlace(r.place)) continue;
    // A longer list of themes shares by chance; of two that share as much the one that has less else is nearer.
    const weight = shared + (samePlace(r.place) ? 2 : 0) + (r.kind === 'reference' ? 0 : 0.5) - r.themes.length / 100;
    if ((nearest.length === limit && weight <= (nearest.at(-1)?.weight ?? 0)) || not.has(r.id)) continue;
    nearest.push({ id: r.id, weight });
    nearest.sort((a, b) => b.weight - a.weight).splice(limit);
  }
  return rowsOf(nearest.map((r) => r.id)).map((row) => {
    const labels = row.themes.filter((t) => mine.has(t.code)).map((t) => t.label).join(', ');
    const place = samePlace(row.place) ? `Also from ${row.place}` : '';
    return { ...row, reason: [place, labels && `${place ? 'about' : 'Also about'} ${labels}`].filter(Boolean).join(', ') };
  });
}

/** When anything published was last changed, in the library and on each theme; null where there is nothing. */
export const lastChanges = untilChange((): { library: Date | null; themes: ReadonlyMap<string, Date> } => {
  const themes = new Map((lastByTheme().all() as { theme: string; at: number }[]).map(({ theme, at }) => [theme, new Date(at)]));
  const latest = Math.max(0, ...[...themes.values()].map((at) => at.getTime()));
  return { library: latest ? new Date(latest) : null, themes };
});
const lastByTheme = prepared((d) => d.$client.prepare(`
  select t.theme, max(r.updated_at) as at from resource_themes t join resources r on r.id = t.resource_id where r.status = 'published' group by t.theme`));
