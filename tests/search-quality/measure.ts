import { parseArgs } from 'node:util';
import { z } from 'zod';
import { build } from '../../src/server/prepare.mjs';
import { startHub } from '../support/hub.ts';
import { openFts5, openPagefindOf, type Engine } from './engines.ts';
import { classNames, readJudged, splits, type Judged } from './judged.ts';
import { gradesOf, mean, ndcg, reciprocalRank } from './metrics.ts';

/** README.md beside this says what it is and how to read it. Run on the hub's own Node: `node_modules/.bin/node tests/search-quality/measure.ts`. */
const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'fts5' }, split: { type: 'string', default: 'all' }, class: { type: 'string' },
    failures: { type: 'boolean', default: false }, check: { type: 'boolean', default: false }, url: { type: 'string' },
  },
});
const engineName = z.enum(['fts5', 'pagefind']).parse(values.engine);
const split = z.enum([...splits.options, 'all']).parse(values.split);
const only = classNames.optional().parse(values.class);
if (values.check && (only || engineName !== 'fts5')) throw new Error('--check is about all classes of fts5.');

interface Measured { query: Judged; rr: number; ndcg: number; nothing: boolean; top: string[] }

async function measure(engine: Engine, query: Judged): Promise<Measured> {
  const { addresses, total } = await engine.search(query.q);
  const grades = gradesOf(addresses, query.judged);
  return { query, rr: reciprocalRank(grades, query.foundFrom), ndcg: ndcg(grades, [...query.judged.values()], 10), nothing: total === 0, top: addresses.slice(0, 5) };
}

const summary = (of: Measured[]) => ({ queries: of.length, mrr: mean(of.map((m) => m.rr)), ndcg: mean(of.map((m) => m.ndcg)), nothing: mean(of.map((m) => Number(m.nothing))) });

function table(measured: Measured[]): string {
  const line = (name: string, ...cells: string[]) => name.padEnd(14) + cells.map((c) => c.padStart(10)).join('');
  const row = (name: string, of: Measured[]) => {
    const s = summary(of);
    return line(name, String(s.queries), s.mrr.toFixed(3), s.ndcg.toFixed(3), `${(100 * s.nothing).toFixed(1)} %`);
  };
  const groups = classNames.options.map((name) => [name, measured.filter((m) => m.query.class === name)] as const).filter(([, of]) => of.length > 0);
  return [line('class', 'queries', 'MRR', 'nDCG@10', 'nothing'), ...groups.map(([name, of]) => row(name, of)), row('overall', measured)].join('\n');
}

function failures(measured: Measured[]): string {
  return measured.filter((m) => m.rr < 0.5 || m.ndcg < 0.5).map((m) => [
    `\n${m.query.q}   [${m.query.class}, ${m.query.split}]  RR ${m.rr.toFixed(2)}  nDCG ${m.ndcg.toFixed(2)}`,
    ...m.top.map((address, i) => `  ${i + 1}. ${m.query.judged.get(address) ?? '-'} ${address}`),
    ...[...m.query.judged].filter(([address, grade]) => grade >= m.query.foundFrom && !m.top.includes(address)).map(([address, grade]) => `     missing: ${grade} ${address}`),
  ].join('\n')).join('\n');
}

/** What issue 4 asks of the hub's own search, as sentences about what was missed. */
function missed(measured: Measured[]): string[] {
  const of = (name: string) => summary(measured.filter((m) => m.query.class === name));
  const all = summary(measured);
  return [
    of('exact-title').mrr < 1 && `MRR of exact titles is ${of('exact-title').mrr.toFixed(3)}, not 1`,
    of('typo').mrr < 0.9 && `MRR of typos is ${of('typo').mrr.toFixed(3)}, under 0.9`,
    all.ndcg < 0.85 && `nDCG@10 overall is ${all.ndcg.toFixed(3)}, under 0.85`,
    all.nothing > 0.03 && `${(100 * all.nothing).toFixed(1)} % of the queries find nothing, more than 3 %`,
  ].filter((sentence) => sentence !== false);
}

async function report(base: string): Promise<void> {
  const engine = engineName === 'fts5' ? openFts5(base) : await openPagefindOf(base);
  const measured: Measured[] = [];
  for (const query of readJudged()) {
    if ((split === 'all' || query.split === split) && (!only || query.class === only)) measured.push(await measure(engine, query));
  }
  await engine.close();
  console.log(`${engineName}, ${split === 'all' ? 'both halves' : `the ${split} half`}\n\n${table(measured)}`);
  if (values.failures) console.log(failures(measured));
  const problems = values.check ? missed(measured) : [];
  for (const problem of problems) console.error(`Missed: ${problem}.`);
  if (problems.length > 0) process.exitCode = 1;
}

if (values.url) {
  await report(values.url.replace(/\/$/, ''));
} else {
  await build();
  const { hub, stop } = await startHub({ HUB_DEMO: '1', HUB_OUTBOUND: '0' });
  await report(hub.base).finally(stop);
}
