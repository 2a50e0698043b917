import { prepared } from '#db/client.ts';
import { readQuery, type Terms } from './query.ts';

/** Something that matches, before it is shown. */
export interface Candidate {
  id: number;
  kind: 'resource' | 'thread' | 'post';
  thread_id: number | null;
  url: string;
  title: string;
  meta_people: string;
  type: string;
  /** Codes with a space before, between and after. */
  themes: string;
  year: number | null;
  place: string | null;
  at: number;
  /** bm25, smaller is better. */
  rank: number;
}

export interface Found { found: Candidate[]; more: boolean; loose: boolean; match: string }

/**
 * More matches than this are not ranked one by one, since a word that common tells little: the oldest and the newest matches in titles and
 * the newest in texts stand for all. The oldest are the library's own stock.
 */
const most = 500;

/** What matches the typed text, with its rank; bounded, so that no text however common takes long. Never throws for what is typed. */
export function candidatesOf(typed: string): Found {
  const query = readQuery(typed);
  if (!query) return { found: [], more: false, loose: false, match: '""' };
  const all = matching(query.all);
  const any = all.found.length === 0 && query.any !== null ? matching(query.any) : null;
  const answer = any ?? all;
  const exact = ranked(query.title, 0, Number.MAX_SAFE_INTEGER, 50);
  return { ...answer, found: together(answer.found, exact), loose: any !== null && any.found.length > 0 };
}

/** Beginnings of words widen the net, except where the whole words already find more than enough. */
function matching({ whole, begun }: Terms): { found: Candidate[]; more: boolean; match: string } {
  if (whole !== begun && nth('newest', whole) === null) {
    const wide = within(begun);
    if (wide) return { found: wide, more: false, match: begun };
  }
  const narrow = within(whole);
  if (narrow && (narrow.length > 0 || whole === begun)) return { found: narrow, more: false, match: whole };
  const match = narrow ? begun : whole;
  return { found: bestOfMany(match), more: true, match };
}

/** Everything that matches, or null when it is more than `most`. */
const within = (match: string) => (nth('newest', match) === null ? ranked(match, 0, Number.MAX_SAFE_INTEGER, most) : null);

function bestOfMany(match: string): Candidate[] {
  const titles = `title : (${match})`;
  const newTitles = nth('newest', titles);
  const found = newTitles === null
    ? ranked(titles, 0, Number.MAX_SAFE_INTEGER, most)
    : together(ranked(titles, newTitles, Number.MAX_SAFE_INTEGER, most), ranked(titles, 0, nth('oldest', titles) ?? 0, most));
  return together(found, ranked(match, nth('newest', match) ?? 0, Number.MAX_SAFE_INTEGER, most));
}

function together(first: readonly Candidate[], then: readonly Candidate[]): Candidate[] {
  const known = new Set(first.map((c) => c.id));
  return [...first, ...then.filter((c) => !known.has(c.id))];
}

/** Id of the match number `most` from one end; null when there are not so many. */
function nth(end: 'newest' | 'oldest', match: string): number | null {
  const found = (end === 'newest' ? nthNewest() : nthOldest()).get({ match, n: most }) as number | undefined;
  return found ?? null;
}
const nthNewest = prepared((d) => d.$client.prepare(`select rowid from search_index where search_index match @match order by rowid desc limit 1 offset @n`).pluck());
const nthOldest = prepared((d) => d.$client.prepare(`select rowid from search_index where search_index match @match order by rowid limit 1 offset @n`).pluck());

const ranked = (match: string, from: number, to: number, limit: number) => ranking().all({ match, from, to, limit }) as Candidate[];

/** FTS5 takes only true integers as bounds of the rowid; numbers arrive as floats. */
const ranking = prepared((d) => d.$client.prepare(`
  select d.id, d.kind, d.thread_id, d.url, d.title, d.people as meta_people, d.type, d.themes, d.year, d.place, d.at, m.rank
  from (select rowid as id, bm25(search_index, 10.0, 5.0, 3.0, 1.0) as rank from search_index
        where search_index match @match and rowid between cast(@from as integer) and cast(@to as integer) order by rank limit @limit) m
  join search_documents d on d.id = m.id`));
