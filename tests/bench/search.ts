import { join, resolve } from 'node:path';
import { closeDatabase, db, openDatabase } from '#db/client.ts';
import { dropDocument, dropThreadDocuments, putDocument } from '#domain/search/documents.ts';
import { likelyAnswers } from '#domain/search/likely-answers.ts';
import { search } from '#domain/search/results.ts';
import { readWords } from '#domain/search/spelling.ts';
import { oddQueries } from '../support/odd-queries.ts';

/** What search costs inside the process, on a bench folder given as the argument: nothing is kept of what it writes. Prints one line a figure, in processor time. */
const folder = process.argv[2] ?? '';
openDatabase(join(folder, 'hub.sqlite'), join(resolve(import.meta.dirname, '../..'), 'db/migrations'));

/** Milliseconds of processor time, which other work on the machine does not lengthen. */
const timed = (work: () => unknown): number => {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
};
const spread = (times: number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(2);
  return { p50: at(0.5), p95: Number(at(0.95)), most: Number(at(1)), text: `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms` };
};
const verdict = (met: boolean, what: string) => `${met ? 'met' : 'MISSED'}: ${what}`;

console.log(`search, first reading of attributes and words: ${timed(readWords).toFixed(0)} ms (at the start of the hub)`);
// Words of a large hub are read between requests: they are let finish.
await new Promise((done) => setTimeout(done, 15_000));

const body = 'A call about a pothole on the street by the park, routed to the department and closed the next day with a photo and a note. '.repeat(6);
const written: number[] = [];
db.$client.exec('begin immediate');
for (let n = 0; n < 1_000; n++) {
  written.push(timed(() => putDocument({ kind: 'post', ref: `bench-${n}`, threadId: 1 + (n % 500), url: `/posts/b${n}`, title: '', people: `Member ${n}`, summary: '', body, type: 'question', themes: [], year: 2026, place: null, at: new Date() })));
}
db.$client.exec('rollback');
const writing = spread(written);
console.log(`search, index write of a post: ${writing.text} · ${verdict(writing.p95 <= 2, 'p95 ≤ 2 ms')}`);

const long = db.$client.prepare('select thread_id from search_documents where thread_id is not null group by thread_id having count(*) between 900 and 1100 limit 1').pluck().get() as number;
const reply = db.$client.prepare(`select ref from search_documents where kind = 'post' limit 1 offset 50000`).pluck().get() as string;
db.$client.exec('begin immediate');
const [one, whole] = [timed(() => dropDocument('post', reply)), timed(() => dropThreadDocuments(long))];
db.$client.exec('rollback');
console.log(`search, taking a removed post out of the index: ${one.toFixed(1)} ms; a removed thread of 1,000 posts: ${whole.toFixed(0)} ms · ${verdict(whole <= 500, '≤ 500 ms')}`);

const titles = ['missed collection how do others route it', 'pothole repair time by the level of service', 'which interpreter service for language access', 'abandon rate in a snow storm', 'agent training for knowledge articles', 'w7a2 contract with a vendor', 'survey of satisfaction after closure'];
const asking = spread(Array.from({ length: 300 }, (_, n) => timed(() => likelyAnswers(null, `${titles[n % titles.length]} w${(n * 7 % 20_000).toString(36)}`))));
console.log(`search, likely answers while asking: ${asking.text} · ${verdict(asking.p95 <= 30, 'p95 ≤ 30 ms')}`);

const next = oddQueries(2311);
const odd = spread(Array.from({ length: 10_000 }, () => {
  const q = next();
  return timed(() => search({ q }));
}));
console.log(`search, 10,000 odd queries: ${odd.text} · ${verdict(odd.most <= 250, 'none over 250 ms')}`);
closeDatabase();
