import { text } from 'node:stream/consumers';
import autocannon from 'autocannon';
import type { Load, Measured } from './bench.ts';

/** Sends one case's requests in a process of its own and prints what it measured as JSON. Latencies in milliseconds. */
const { url, paths, cookies, encoding, post, connections, seconds } = JSON.parse(await text(process.stdin)) as Load;
const times: number[] = [];
let errors = 0;
let texts = 0;

if (post) await posting(post);
else await reading();

function percentile(p: number): number {
  return times[Math.max(0, Math.ceil((p / 100) * times.length) - 1)] ?? 0;
}

function report(requests: number, took: number): void {
  times.sort((a, b) => a - b);
  const measured: Measured = { requests, errors, texts, rps: requests / took, p50: percentile(50), p95: percentile(95), p99: percentile(99), seconds: took };
  process.stdout.write(JSON.stringify(measured));
}

async function reading(): Promise<void> {
  let n = Math.floor(Math.random() * 1000);
  const next = () => ({ path: paths[n++ % paths.length] ?? '/', ...(cookies && { headers: { cookie: cookies[n % cookies.length] ?? '' } }) });
  const varied = paths.length > 1 || cookies;
  let finished: (result: autocannon.Result) => void = () => {};
  const ended = new Promise<autocannon.Result>((done) => { finished = done; });
  const run = autocannon({
    url, connections, duration: seconds, pipelining: 1, ...(encoding && { headers: { 'accept-encoding': encoding } }),
    ...(varied ? { requests: [{ method: 'GET' as const, setupRequest: (request) => ({ ...request, ...next() }) }] } : { requests: [{ method: 'GET' as const, path: paths[0] ?? '/' }] }),
  }, (_, result) => finished(result));
  run.on('response', (_client, status, _bytes, time: number) => {
    times.push(time);
    if (status !== 200) errors++;
  });
  const started = performance.now();
  const result = await ended;
  errors += result.errors;
  report(times.length, (performance.now() - started) / 1000);
}

async function posting({ origin, twice }: { origin: string; twice?: boolean }): Promise<void> {
  const { Agent, request } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: connections * 2 });
  const target = new URL(paths[0] ?? '/', url);
  let n = Math.floor(Math.random() * 1000);
  const send = (n: number) => new Promise<number>((done) => {
    // Each text is new: the same one twice would be taken for a form that was sent twice.
    const body = new URLSearchParams({ threadId: String(1 + (n % 100)), token: `bench-${n}`, body: `Reply ${process.pid}-${n} about **service levels** and what they cost.\n\n- one\n- two` }).toString();
    const call = request(target, { agent, method: 'POST', headers: { origin, cookie: cookies?.[n % cookies.length] ?? '', 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) } }, (response) => {
      response.resume().on('end', () => done(response.statusCode ?? 0));
    });
    call.on('error', () => done(0));
    call.end(body);
  });
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(Array.from({ length: connections }, async () => {
    while (performance.now() < until) {
      const at = performance.now();
      const mine = n++;
      const answers = await Promise.all(Array.from({ length: twice ? 2 : 1 }, () => send(mine)));
      for (const status of answers) {
        if (status !== 303) errors++;
        times.push(performance.now() - at);
      }
      if (answers.includes(303)) texts++;
    }
  }));
  report(times.length, (performance.now() - started) / 1000);
}
