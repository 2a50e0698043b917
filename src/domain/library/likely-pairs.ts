import { inArray } from 'drizzle-orm';
import { db, resources } from '#db/client.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { knownWorks, type KnownWork, type KnownWorks } from './known-works.ts';
import { likenessWords, type Likeness } from './likely-duplicates.ts';
import { statusLabels, type ResourceStatus } from './types.ts';

export interface PairedResource { slug: string; title: string; people: string | null; year: number | null; status: ResourceStatus; statusLabel: string }
export interface LikelyPair { why: Likeness; words: string; one: PairedResource; other: PairedResource }

/**
 * Pairs of resources of one kind, published or waiting, that may be the same, the surest first, at most `limit`; how many there are; and how many
 * works still wait to have their titles compared, which goes on in the background and is remembered. For coordinators. That somebody looked at a
 * pair and found two works is not remembered.
 */
export function likelyPairs(viewer: Viewer, limit = 100): { pairs: LikelyPair[]; total: number; waiting: number } {
  mustCoordinate(viewer);
  const known = knownWorks();
  takeUp(known);
  compareTitles(known, 50);
  const found = pairsOf(known);
  const shown = found.slice(0, limit);
  const rows = db.select({ id: resources.id, slug: resources.slug, title: resources.title, people: resources.people, year: resources.year, status: resources.status }).from(resources)
    .where(inArray(resources.id, shown.flatMap(({ one, other }) => [one, other]))).all();
  const byId = new Map(rows.map(({ id, ...row }) => [id, { ...row, statusLabel: statusLabels[row.status] }]));
  return {
    total: found.length, waiting: queue.size,
    pairs: shown.flatMap(({ one, other, why }) => {
      const [a, b] = [byId.get(one), byId.get(other)];
      return a && b ? [{ why, words: likenessWords[why], one: a, other: b }] : [];
    }),
  };
}

interface Compared { work: KnownWork; similar: { id: string; score: number }[] }
/** What comparing titles has found so far, by work: it takes about a millisecond each, so nothing is compared twice. */
const compared = new Map<string, Compared>();
const queue = new Set<string>();
let comparing: NodeJS.Timeout | undefined;

/** Forgets what changed or went, and queues what is new. */
function takeUp({ works }: KnownWorks): void {
  const stale = new Set([...compared.values()].filter(({ work }) => !isSame(works.get(work.id), work)).map(({ work }) => work.id));
  for (const id of stale) compared.delete(id);
  if (stale.size) for (const entry of compared.values()) entry.similar = entry.similar.filter(({ id }) => !stale.has(id));
  queue.clear();
  for (const id of works.keys()) if (!compared.has(id)) queue.add(id);
}
const isSame = (a: KnownWork | undefined, b: KnownWork) => a?.title === b.title && a.key === b.key && a.kind === b.kind;

/** Compares for so many milliseconds, and the rest in short turns between which others have theirs. */
function compareTitles(known: KnownWorks, budget: number): void {
  clearTimeout(comparing);
  const until = performance.now() + budget;
  for (const id of queue) {
    if (performance.now() > until) break;
    queue.delete(id);
    const work = known.works.get(id);
    if (work) compared.set(id, { work, similar: known.similar(work.title, work.key).filter((found) => found.id !== id && known.works.get(found.id)?.kind === work.kind) });
  }
  if (queue.size) comparing = setTimeout(() => compareTitles(known, 10), 20).unref();
}

const surest: Record<Likeness, number> = { doi: 4, work: 3, url: 2, title: 0 };

function pairsOf({ works, under }: KnownWorks): { one: string; other: string; why: Likeness }[] {
  const found = new Map<string, { one: string; other: string; why: Likeness; weight: number }>();
  const note = (a: string, b: string, why: Likeness, score = 0) => {
    const [one, other] = a < b ? [a, b] : [b, a];
    const weight = surest[why] + score;
    if (works.get(a)?.kind === works.get(b)?.kind && weight > (found.get(`${one}\n${other}`)?.weight ?? -1)) found.set(`${one}\n${other}`, { one, other, why, weight });
  };
  const all = [...works.values()];
  const noteAll = (ids: readonly string[], why: Likeness) => ids.slice(1, 20).forEach((id) => note(ids[0] ?? id, id, why));
  for (const [doi, same] of Map.groupBy(all, (work) => work.doi)) if (doi) noteAll(same.map((work) => work.id), 'doi');
  for (const [key, same] of Map.groupBy(all, (work) => work.key)) if (key) noteAll(same.map((work) => work.id), 'work');
  for (const url of new Set(all.flatMap((work) => work.url ?? []))) {
    const ids = under(url);
    // An address that many share is that of a site, not of a work.
    if (ids.length <= 3) noteAll(ids, 'url');
  }
  for (const [id, { similar }] of compared) for (const other of similar) note(id, other.id, 'title', other.score);
  return [...found.values()].sort((a, b) => b.weight - a.weight || (a.one < b.one ? -1 : 1));
}
