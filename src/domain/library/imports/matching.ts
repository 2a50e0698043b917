import { setImmediate as pause } from 'node:timers/promises';
import { and, isNull, sql } from 'drizzle-orm';
import { db, prepared, resources } from '#db/client.ts';
import type { Csl } from '../csl.ts';
import { normaliseDoi, TitleIndex, workKey } from '../exchange/duplicates.ts';
import type { ExchangeRecord } from '../exchange/record.ts';

/** Reason of a retirement that the undoing of an import caused; importing the work again lifts it. */
export const undoneReason = 'The import that brought it was undone.';

/** A resource that is the same work. */
export interface SameWork {
  id: string;
  by: 'doi' | 'work';
  /** The import that brought it. */
  importId: number | null;
  /** It went out of the library when its import was undone, and may come back. */
  undone: boolean;
}

/** The resource with this DOI, or else with this title, year and first author, whatever its status; of several the one that stands. Of a merged one the one that was kept. */
export function sameWork(csl: Csl): SameWork | null {
  const byDoi = csl.DOI ? kept(withDoi(), normaliseDoi(csl.DOI), 'doi') : null;
  if (byDoi && !byDoi.undone) return byDoi;
  const key = workKey(csl);
  const byWork = key ? kept(withWork(), key, 'work') : null;
  return byWork && !byWork.undone ? byWork : byDoi ?? byWork;
}

interface Standing { id: string; importId: number | null; mergedIntoId: string | null; undone: number }
type Lookup = ReturnType<typeof withDoi>;

function kept(lookup: Lookup, key: string, by: SameWork['by']): SameWork | null {
  let found = lookup.get({ key, undoneReason }) as Standing | undefined;
  for (let steps = 0; found?.mergedIntoId && steps < 10; steps++) found = withId().get({ key: found.mergedIntoId, undoneReason }) as Standing | undefined;
  return found ? { id: found.id, by, importId: found.importId, undone: found.undone === 1 } : null;
}

const lookup = (condition: string) => prepared((d) => d.$client.prepare(`
  select id, import_id as importId, merged_into_id as mergedIntoId, status = 'retired' and merged_into_id is null and import_id is not null and retired_reason = @undoneReason as undone
  from resources where ${condition} order by undone, status <> 'published', status = 'retired', created_at, id limit 1`));
const withDoi = lookup('doi is not null and lower(doi) = @key');
const withWork = lookup('work_key = @key');
const withId = lookup('id = @key');

/** What a record of a file turned out to be. */
export interface Match {
  finding: 'new' | 'duplicate' | 'similar';
  /** The resource that it is, or that it resembles. */
  matchId: string | null;
  /** The earlier record of the same file. */
  matchPosition: number | null;
  matchBy: 'doi' | 'work' | 'title' | null;
  /** Whether it is proposed to be taken. */
  take: boolean;
}

/** From here on two titles are so near that only a look can tell the works apart; below, it is more likely that they are two. */
export const nearlySame = 0.9;

/** Compares the records of one file with the library, and with each other in the order in which they come. */
export class Matcher {
  readonly #dois = new Map<string, number>();
  readonly #works = new Map<string, number>();
  readonly #titles = new TitleIndex();
  readonly #known = new Set<string>();

  /** A matcher that knows every title of the library. */
  static async open(): Promise<Matcher> {
    const matcher = new Matcher();
    const undone = sql`(${resources.importId} is not null and ${resources.retiredReason} = ${undoneReason})`;
    const rows = db.select({ id: resources.id, title: resources.title, key: resources.workKey }).from(resources).where(and(isNull(resources.mergedIntoId), sql`${undone} is not true`)).all();
    for (const [at, { id, title, key }] of rows.entries()) {
      matcher.#learnTitle(id, title, key);
      if (at % 500 === 499) await pause();
    }
    return matcher;
  }

  /** What this record is; it must not have been learnt yet. */
  match({ csl }: ExchangeRecord): Match {
    const same = sameWork(csl);
    if (same && !same.undone) return { finding: 'duplicate', matchId: same.id, matchPosition: null, matchBy: same.by, take: false };
    const earlier = this.#earlier(csl);
    if (earlier) return { finding: 'duplicate', matchId: null, ...earlier, take: false };
    if (same) return { finding: 'new', matchId: same.id, matchPosition: null, matchBy: same.by, take: true };
    return this.#similar(csl) ?? { finding: 'new', matchId: null, matchPosition: null, matchBy: null, take: true };
  }

  /** Remembers a record for those that come after it. */
  learn({ csl }: ExchangeRecord, position: number): void {
    const key = workKey(csl);
    if (csl.DOI) put(this.#dois, normaliseDoi(csl.DOI), position);
    if (key) put(this.#works, key, position);
    this.#learnTitle(`#${position}`, csl.title, key);
  }

  /** A title that comes a thousand times, such as "Editorial", is compared with others once. */
  #learnTitle(id: string, title: string, key: string): void {
    const known = `${key} ${title}`;
    if (!this.#known.has(known)) this.#titles.add(id, title, key);
    this.#known.add(known);
  }

  #earlier(csl: Csl): Pick<Match, 'matchPosition' | 'matchBy'> | null {
    const byDoi = csl.DOI ? this.#dois.get(normaliseDoi(csl.DOI)) : undefined;
    if (byDoi !== undefined) return { matchPosition: byDoi, matchBy: 'doi' };
    const key = workKey(csl);
    const byWork = key ? this.#works.get(key) : undefined;
    return byWork === undefined ? null : { matchPosition: byWork, matchBy: 'work' };
  }

  #similar(csl: Csl): Match | null {
    const [best] = this.#titles.similar(csl.title, workKey(csl));
    if (!best) return null;
    const position = best.id.startsWith('#') ? Number(best.id.slice(1)) : null;
    return { finding: 'similar', matchId: position === null ? best.id : null, matchPosition: position, matchBy: 'title', take: best.score < nearlySame };
  }
}

function put(known: Map<string, number>, key: string, position: number): void {
  if (!known.has(key)) known.set(key, position);
}
