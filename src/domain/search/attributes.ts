import { prepared } from '#db/client.ts';
import { wordsKey } from './words.ts';

/** What is remembered in memory of every search document, so that filters and counts need no query: columns by document id. */
export interface Attributes {
  /** Ids are below this. */
  size: number;
  /** How many documents there are. */
  count: number;
  /** Index into `kinds`, from 1; 0 where there is no such document. */
  kind: Uint8Array;
  /** Index into `types`. */
  type: Uint8Array;
  /** One bit for each of `themes`. */
  themes: Uint32Array;
  /** 0 for none. */
  year: Int16Array;
  /** Index into `places`; 0 for none. */
  place: Int32Array;
  /** 0 for none. */
  thread: Int32Array;
  /** The document that stands for what is found once: the thread of a post, otherwise the document itself. */
  unit: Int32Array;
  accepted: Uint8Array;
  /** `wordsKey` of the title. */
  title: Uint32Array;
  /** Milliseconds. */
  at: Float64Array;
  typeCodes: string[];
  themeCodes: string[];
  placeNames: string[];
}

export const kinds = ['', 'resource', 'thread', 'post', 'member', 'forum', 'theme', 'page'] as const;
export type DocumentKind = Exclude<(typeof kinds)[number], ''>;

interface Row { id: number; kind: DocumentKind; type: string; themes: string; year: number | null; place: string | null; thread: number | null; accepted: number; title: string; at: number }

let known: Attributes | null = null;
let knownFor: unknown = null;
let seen = 0;

const newest = prepared((d) => d.$client.prepare('select coalesce(max(id), 0) from search_changes').pluck());
const changed = prepared((d) => d.$client.prepare('select distinct document_id from search_changes where id > ? limit ?').pluck());
const oldest = prepared((d) => d.$client.prepare('select coalesce(min(id), 0) from search_changes').pluck());
const columns = 'id, kind, type, themes, year, place, thread_id as thread, accepted, title, at';
const one = prepared((d) => d.$client.prepare(`select ${columns} from search_documents where id = ?`));
const every = prepared((d) => ({ connection: d, rows: d.$client.prepare(`select ${columns} from search_documents`), last: d.$client.prepare('select coalesce(max(id), 0) from search_documents').pluck() }));

/** More changes than this are not followed one by one. */
const mostFollowed = 5_000;

/** The attributes of all documents as they are now. Reading them the first time takes about 3 µs a document. */
export function attributes(): Attributes {
  const now = newest().get() as number;
  const { connection } = every();
  // What a transaction has written may yet be rolled back: it is not remembered.
  if (connection.$client.inTransaction && (now !== seen || knownFor !== connection)) return readAll();
  if (known === null || knownFor !== connection) return remember(readAll(), now);
  if (now === seen) return known;
  const ids = now < seen || (oldest().get() as number) > seen + 1 ? null : changed().all(seen, mostFollowed + 1) as number[];
  if (ids === null || ids.length > mostFollowed) return remember(readAll(), now);
  for (const id of ids) follow(known, id);
  seen = now;
  return known;
}

/** The number of the newest change: what is derived from the documents holds while it stands still. */
export const documentState = (): number => newest().get() as number;

/** Forgets changes that every process has followed long since; whoever has not reads everything again. */
export function forgetOldChanges(): void {
  forgetting().run();
}
const forgetting = prepared((d) => d.$client.prepare('delete from search_changes where id < (select max(id) from search_changes) - 20000'));

function remember(all: Attributes, now: number): Attributes {
  [known, knownFor, seen] = [all, every().connection, now];
  return all;
}

function readAll(): Attributes {
  const { rows, last } = every();
  const all = empty((last.get() as number) + 1);
  for (const row of rows.iterate() as IterableIterator<Row>) put(all, row);
  for (let id = 1; id < all.size; id++) if (all.thread[id]) join(all, id);
  return all;
}

function empty(size: number): Attributes {
  const room = Math.ceil(size * 1.25) + 1024;
  return {
    size, count: 0, kind: new Uint8Array(room), type: new Uint8Array(room), themes: new Uint32Array(room), year: new Int16Array(room), place: new Int32Array(room),
    thread: new Int32Array(room), unit: new Int32Array(room), accepted: new Uint8Array(room), title: new Uint32Array(room), at: new Float64Array(room),
    typeCodes: [], themeCodes: [], placeNames: [''],
  };
}

function indexIn(list: string[], value: string, most: number): number {
  const at = list.indexOf(value);
  if (at >= 0) return at;
  return list.length < most ? list.push(value) - 1 : most - 1;
}

function put(all: Attributes, row: Row): void {
  const { id } = row;
  if (all.kind[id] === 0) all.count++;
  all.kind[id] = kinds.indexOf(row.kind);
  all.type[id] = indexIn(all.typeCodes, row.type, 255);
  let themes = 0;
  for (const code of row.themes.split(' ')) if (code) themes |= 1 << indexIn(all.themeCodes, code, 31);
  all.themes[id] = themes >>> 0;
  all.year[id] = row.year ?? 0;
  all.place[id] = row.place === null || row.place === '' ? 0 : placeIndex(all, row.place);
  all.thread[id] = row.thread ?? 0;
  all.unit[id] = id;
  all.accepted[id] = row.accepted;
  all.title[id] = wordsKey(row.title);
  all.at[id] = row.at;
}

const placesOf = new WeakMap<Attributes, Map<string, number>>();

function placeIndex(all: Attributes, place: string): number {
  let places = placesOf.get(all);
  if (!places) placesOf.set(all, places = new Map());
  let at = places.get(place);
  if (at === undefined) places.set(place, at = all.placeNames.push(place) - 1);
  return at;
}

const standing = new WeakMap<Attributes, Map<number, number>>();

/** A thread's own document stands for all its posts; comments have none, so the first of them does. */
function join(all: Attributes, id: number): void {
  let stands = standing.get(all);
  if (!stands) standing.set(all, stands = new Map());
  const thread = all.thread[id] ?? 0;
  const before = stands.get(thread);
  if (before === undefined) stands.set(thread, id);
  else if (kinds[all.kind[id] ?? 0] !== 'thread' || before === id) all.unit[id] = before;
  else {
    stands.set(thread, id);
    for (let other = 1; other < all.size; other++) if (all.thread[other] === thread) all.unit[other] = id;
  }
}

/** Something of the document `id` changed: it is new, other than it was, or gone. */
function follow(all: Attributes, id: number): void {
  if (id >= all.kind.length) grow(all, id + 1);
  all.size = Math.max(all.size, id + 1);
  const before = all.thread[id] ?? 0;
  const row = one().get(id) as Row | undefined;
  if (row) put(all, row);
  else if (all.kind[id]) {
    all.count--;
    all.kind[id] = 0;
    all.thread[id] = 0;
  }
  if (before && (!row || row.thread !== before)) leave(all, before, id);
  if (row?.thread) join(all, id);
}

/** A document left a thread: if it stood for the thread, another does now. */
function leave(all: Attributes, thread: number, id: number): void {
  const stands = standing.get(all);
  if (stands?.get(thread) !== id) return;
  stands.delete(thread);
  for (let other = 1; other < all.size; other++) {
    if (all.thread[other] !== thread) continue;
    all.unit[other] = other;
    join(all, other);
  }
}

function grow(all: Attributes, size: number): void {
  const larger = empty(size);
  for (const name of ['kind', 'type', 'themes', 'year', 'place', 'thread', 'unit', 'accepted', 'title', 'at'] as const) {
    larger[name].set(all[name]);
    Object.assign(all, { [name]: larger[name] });
  }
}
