import type { Database } from 'better-sqlite3';

/** Pagefind takes about 120 MB of memory for 1,000 records of 150 words while it builds; its own process and ours together may have 400 MB. */
const most = { records: 1500, letters: 1_500_000 };
/** Words of very long records (attached files) beyond this many letters only /search knows. */
export const mostLetters = 40_000;

interface Candidate { id: number; letters: number }

/**
 * The search documents that go into the bundle, as ids in shards: every resource, and the threads that are worth most to others, answered questions and
 * the most read first. What fits into one shard is one; otherwise the first holds what is asked for most and the others everything in the order in which it
 * came, so that a change touches few of them.
 */
export function chooseShards(sqlite: Database, mostThreads: number): number[][] {
  const resources = sqlite.prepare<[], Candidate>(resourcesByWorth).all();
  const threads = sqlite.prepare<[number], Candidate>(threadsByWorth).all(mostThreads);
  if (cut([...resources, ...threads]).length <= 1) return [inOrder([...resources, ...threads])];
  const front = [...take(resources, 0.75), ...take(threads, 0.25)];
  return [inOrder(front), ...cut(byId(resources)), ...cut(byId(threads))];
}

const lettersOf = (row: string) => `min(${mostLetters}, length(${row}.title) + length(${row}.people) + length(${row}.summary) + length(${row}.body))`;

const resourcesByWorth = `
  select d.id, ${lettersOf('d')} as letters from search_documents d left join reads r on r.kind = 'resource' and r.ref = d.ref
  where d.kind = 'resource' order by d.type in ('article', 'practice') desc, coalesce(r.count, 0) desc, d.at desc, d.id`;

const threadsByWorth = `
  with chosen as (
    select d.id, d.thread_id from search_documents d join threads t on t.id = d.thread_id left join reads r on r.kind = 'thread' and r.ref = d.ref
    where d.kind = 'thread'
    order by t.id in (select thread_id from accepted_answers) desc, t.kind = 'question' and t.post_count > 1 desc, coalesce(r.count, 0) desc, t.last_post_at desc, d.id limit ?)
  select c.id, min(${mostLetters}, (select sum(${lettersOf('p')}) from search_documents p where p.thread_id = c.thread_id)) as letters from chosen c`;

const byId = (candidates: readonly Candidate[]) => candidates.toSorted((a, b) => a.id - b.id);
const inOrder = (candidates: readonly Candidate[]) => byId(candidates).map(({ id }) => id);

/** As many from the beginning as fit into this part of a shard. */
function take(candidates: readonly Candidate[], part: number): Candidate[] {
  let letters = 0;
  const end = candidates.findIndex((candidate, n) => n >= most.records * part || (letters += candidate.letters) > most.letters * part);
  return candidates.slice(0, end < 0 ? candidates.length : end);
}

function cut(candidates: readonly Candidate[]): number[][] {
  const shards: number[][] = [];
  for (let from = 0; from < candidates.length;) {
    const shard = take(candidates.slice(from, from + most.records), 1);
    const length = Math.max(1, shard.length);
    shards.push(candidates.slice(from, from + length).map(({ id }) => id));
    from += length;
  }
  return shards;
}
