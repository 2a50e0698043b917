import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { closeDatabase, db, openDatabase, transaction } from '#db/client.ts';
import { rendererVersion, renderMarkdown, plainText } from '#lib/markdown.ts';
import { hashToken } from '#lib/tokens.ts';

const root = resolve(import.meta.dirname, '../..');

export const sizes = { members: 10_000, resources: 20_000, threads: 20_000, posts: 100_000, sessions: 2_000 };

/** The thread that has 1,000 posts. */
export const longThread = 101;

/** The same numbers for the same seed, 0 ≤ n < 1 (mulberry32, public domain). */
function numbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const common = `call centre request service resident agent department city county number phone data report time level agreement staff training budget knowledge article channel web app
 text chat storm snow pothole street light trash missed collection noise permit water sewer tree park animal code inspection queue wait answer abandon handle occupancy shrinkage schedule forecast
 language interpreter access equity survey satisfaction closure backlog overdue duplicate reopen route transfer council manager mayor vendor contract system integration work order map address`.split(/\s+/);

const grammar = 'the of and to in a is for it on we that with as are was they by at be this from have our or not but an can you'.split(' ');
const vocabulary = 20_000;

/** The word of some rank: first grammar, then the field's own words, then a long tail. */
const wordOf = (rank: number): string => grammar[rank] ?? common[rank - grammar.length] ?? `w${rank.toString(36)}`;

/** Words as they come in life: the n-th most frequent one about 1/n as often as the first (Zipf's law). */
const words = (random: () => number, n: number): string => Array.from({ length: n }, () => wordOf(Math.floor(vocabulary ** random()) - 1)).join(' ');

/** The sign-in token of the n-th session of the bench. */
export const tokenOf = (n: number): string => `bench-session-${n}`;

/** Makes (once) a production-size hub in a folder and returns it. A changed schema or generator makes a new one. */
export function benchFolder(): string {
  const folder = join(root, 'var-bench');
  const stamp = createHash('sha256').update(readFileSync(import.meta.filename)).update(readFileSync(join(root, 'db/migrations/meta/_journal.json'))).update(readFileSync(join(root, 'db/search-index.ts'))).digest('hex');
  const stampFile = join(folder, 'stamp');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  openDatabase(join(folder, 'hub.sqlite'), join(root, 'db/migrations'));
  fill();
  closeDatabase();
  writeFileSync(stampFile, stamp);
  return folder;
}

function fill(): void {
  const random = numbers(311);
  const pick = (n: number) => Math.floor(random() * n);
  const sqlite = db.$client;
  const insert = (table: string, columns: string[]) => {
    const statement = sqlite.prepare(`insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`);
    return (...values: unknown[]) => statement.run(...values);
  };
  const start = Date.UTC(2016, 0, 1);
  const span = Date.UTC(2026, 10, 1) - start;
  const themes = ['citizen-participation', 'performance-measurement', 'management', 'staff-training', 'technology', 'data-analytics', 'equity', 'multichannel', 'open311', 'implementation', 'costs-and-funding', 'emergency-management', 'recognition'];
  const types = ['journal-article', 'report', 'book', 'manual', 'newspaper-article', 'website', 'conference-paper', 'dataset'];
  const evidence = ['peer-reviewed', 'official-report', 'practitioner', 'news', 'vendor', null];
  const channels = ['phone-311', 'web', 'mobile-app', 'text', 'email', 'walk-in'];
  const forums = ['starting', 'operations', 'measures', 'technology', 'channels', 'equity', 'emergencies', 'people', 'community'];

  const say = (what: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
  transaction(() => {
    say(`${sizes.members} members`);
    const theme = insert('themes', ['code', 'label', 'note', 'position']);
    themes.forEach((code, i) => theme(code, code, code, i));
    const forum = insert('forums', ['slug', 'name', 'description', 'position']);
    forums.forEach((slug, i) => forum(slug, slug, slug, i));
    const member = insert('members', ['email', 'handle', 'name', 'sample', 'email_confirmed_at', 'created_at']);
    for (let i = 1; i <= sizes.members; i++) member(`m${i}@bench.example`, `m${i}`, `Member ${words(random, 1)} ${i}`, 1, start, start + pick(span));
    const session = insert('sessions', ['id', 'member_id', 'expires_at']);
    for (let i = 0; i < sizes.sessions; i++) session(hashToken(tokenOf(i)), i + 1, Math.floor(Date.now() / 1000) + 365 * 86_400);
    // Whoever writes has been here for a while, as the rules of trust ask: a new member may write little.
    const level = insert('trust_levels', ['member_id', 'level']);
    const activity = insert('member_activity', ['member_id', 'day', 'threads_read']);
    for (let i = 1; i <= sizes.sessions; i++) {
      level(i, 'member');
      for (const day of ['2026-10-01', '2026-10-02']) activity(i, day, 10);
    }

    say(`${sizes.resources} resources`);
    const resource = insert('resources', ['id', 'slug', 'kind', 'type', 'status', 'origin', 'title', 'summary', 'people', 'year', 'place', 'population', 'language', 'evidence', 'rights', 'work_key', 'csl', 'details', 'body', 'published_at', 'created_at', 'updated_at']);
    const onTheme = insert('resource_themes', ['resource_id', 'theme']);
    const document = insert('search_documents', ['kind', 'ref', 'thread_id', 'url', 'title', 'people', 'summary', 'body', 'type', 'themes', 'year', 'place', 'at']);
    const read = insert('reads', ['kind', 'ref', 'count']);
    for (let i = 1; i <= sizes.resources; i++) {
      const id = `bench:${i}`;
      const [title, summary, body, type, year, at] = [words(random, 7), words(random, 30), words(random, 120), types[pick(types.length)] ?? 'report', 1980 + pick(46), start + pick(span)];
      const place = random() < 0.4 ? `Place ${pick(300)}` : null;
      const own = [...new Set([themes[pick(13)] ?? 'equity', themes[pick(13)] ?? 'equity'])];
      resource(id, `bench-${i}`, 'reference', type, 'published', 'hub', title, summary, `Author ${pick(4000)}`, year, place, place ? 1000 * 2 ** pick(12) : null, random() < 0.1 ? 'fr' : 'en', evidence[pick(evidence.length)] ?? null, 'undetermined', `bench|${i}`,
        JSON.stringify({ type: 'report', title }), JSON.stringify({ channels: random() < 0.3 ? [channels[pick(channels.length)]] : [] }), body, at, at, at);
      for (const code of own) onTheme(id, code);
      document('resource', id, null, `/library/bench-${i}`, title, `Author ${i % 4000}`, summary, body, type, ` ${own.join(' ')} `, year, place, at);
      if (random() < 0.5) read('resource', id, 1 + pick(5000));
    }

    say(`${sizes.threads} threads with ${sizes.posts} posts`);
    const thread = insert('threads', ['id', 'forum_id', 'resource_id', 'kind', 'title', 'slug', 'author_id', 'created_at', 'last_post_at', 'last_poster_id', 'post_count', 'last_number']);
    const threadTheme = insert('thread_themes', ['thread_id', 'theme']);
    const post = insert('posts', ['id', 'thread_id', 'number', 'author_id', 'markdown', 'html', 'rendered_by', 'created_at']);
    let postId = 0;
    for (let i = 1; i <= sizes.threads; i++) {
      // The first hundred threads have exactly 20 posts, the page size, and one has 1,000; the others share the rest.
      const posts = i <= 100 ? 20 : i === longThread ? 1_000 : i < sizes.threads ? 1 + Math.floor((random() ** 2) * 11.8) : Math.max(1, sizes.posts - postId);
      const left = sizes.threads - i;
      const count = i === sizes.threads ? posts : Math.min(posts, Math.max(1, sizes.posts - postId - left));
      const title = words(random, 8);
      const at = start + pick(span);
      const authors = Array.from({ length: count }, () => 1 + pick(sizes.members));
      const last = at + (count - 1) * 3_600_000;
      // Every fortieth is the comments of a resource.
      const comments = i > 100 && i % 40 === 0;
      thread(i, comments ? null : 1 + pick(forums.length), comments ? `bench:${i}` : null, random() < 0.6 ? 'question' : 'discussion', title, `thread-${i}`, authors[0], at, last, authors.at(-1), count, count);
      threadTheme(i, themes[pick(13)]);
      for (let number = 1; number <= count; number++) {
        postId++;
        const markdown = `${words(random, 40)}\n\n- ${words(random, 12)}\n- **${words(random, 3)}** ${words(random, 20)}\n\n${words(random, 60)}`;
        const html = renderMarkdown(markdown);
        post(postId, i, number, authors[number - 1], markdown, html, rendererVersion, at + (number - 1) * 3_600_000);
        document(number === 1 ? 'thread' : 'post', String(number === 1 ? i : postId), i, number === 1 ? `/forums/x/${i}-thread-${i}` : `/posts/${postId}`, number === 1 ? title : '', `Member ${authors[number - 1]}`, '', plainText(html), 'question', ' ', 2020, null, at);
      }
    }
    insert('facts', ['name', 'value'])('renderer', rendererVersion);
    say(`${postId} posts written`);
  });
  sqlite.exec('analyze');
}
