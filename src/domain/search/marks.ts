import { prepared } from '#db/client.ts';
import { escapeHtml } from '#lib/markdown.ts';
import { apartFrom, porterStem, stem, wordsIn } from './words.ts';

/** What was found in a document: escaped HTML with <mark> around the words; empty where there is no text. */
export interface Marks {
  title: string;
  summary: string;
  snippet: string;
  people: string;
  found: { title: boolean; people: boolean; summary: boolean; body: boolean };
}

/** Private-use characters stand for the marks until the text around them is escaped. */
const open = '\uE000';
const close = '\uE001';

/**
 * Marks the words of a full-text query in some documents. They are put into a small index of their own for it: asking the large one for
 * single rows makes it collect every match of a common word again, once for each row.
 */
export function markMatches(match: string, ids: readonly number[]): Map<number, Marks> {
  const { clear, add, read } = shown();
  clear.run();
  add.run(JSON.stringify(ids));
  const rows = read.all({ match, open, close }) as Row[];
  const meant = meantBy(match);
  if (meant.apart.length > 0) for (const row of rows) unmark(row, meant);
  return new Map(rows.map((row) => [row.id, {
    title: html(row.title), summary: html(row.summary), snippet: html(row.snippet), people: html(row.people),
    found: { title: row.title.includes(open), people: row.people.includes(open), summary: row.summary.includes(open), body: row.snippet.includes(open) },
  }]));
}

interface Row { id: number; title: string; people: string; summary: string; snippet: string }
interface Meant {
  stems: ReadonlySet<string>;
  /** Stems that words begin with. */
  beginnings: readonly string[];
  /** Those whose stem in the index is that of words of another meaning too. */
  apart: readonly RegExp[];
}

function meantBy(match: string): Meant {
  const words = wordsIn(match);
  return { stems: new Set(words.map(stem)), beginnings: [...match.matchAll(/([^" ]+)"\*/g)].map(([, word = '']) => porterStem(word)), apart: [...new Set(words.flatMap((word) => apartFrom(word) ?? []))] };
}

/** Takes the marks off words that the index takes for others; where that leaves the text without any, it is shown around a word that was meant. */
function unmark(row: Row, meant: Meant): void {
  const hadMarks = row.snippet.includes(open);
  for (const column of ['title', 'people', 'summary', 'snippet'] as const) row[column] = row[column].replace(marked, (whole, text: string) => (wordsIn(text).every((word) => isMeant(word, meant)) ? whole : text));
  if (hadMarks && !row.snippet.includes(open)) row.snippet = around(shown().body.get(row.id) as string, meant.apart) ?? row.snippet;
}
const marked = new RegExp(`${open}([^${close}]*)${close}`, 'g');

const isMeant = (word: string, { stems, beginnings }: Meant) => apartFrom(word) === undefined || stems.has(stem(word)) || beginnings.some((begins) => porterStem(word).startsWith(begins));

/** Some 32 words of a text around the first that was meant, marked; null where it has none. */
function around(text: string, words: readonly RegExp[]): string | null {
  const at = Math.min(...words.flatMap((word) => word.exec(text)?.index ?? []));
  if (at === Infinity) return null;
  const before = /(?:\S+\s+){0,8}\S*$/.exec(text.slice(Math.max(0, at - 200), at))?.[0] ?? '';
  const [word = ''] = /^[\p{L}\p{N}\p{M}]+/u.exec(text.slice(at)) ?? [];
  const after = /^\S*(?:\s+\S+){0,23}/.exec(text.slice(at + word.length, at + 600))?.[0] ?? '';
  return `${before.length < at ? '…' : ''}${before}${open}${word}${close}${after}${at + word.length + after.length < text.length ? '…' : ''}`;
}

const html = (text: string) => escapeHtml(text).replaceAll(open, '<mark>').replaceAll(close, '</mark>');

const shown = prepared((d) => {
  const plain = (column: string) => `replace(replace(${column}, '${open}', ''), '${close}', '') as ${column}`;
  // The index reads the texts from the documents themselves: it is emptied in one stroke and keeps no copy.
  d.$client.exec(`
    create temp view if not exists shown_texts as select id, ${plain('title')}, people, ${plain('summary')}, ${plain('body')} from main.search_documents;
    create virtual table if not exists temp.shown using fts5(title, people, summary, body, content = "shown_texts", content_rowid = "id", tokenize = "porter unicode61 remove_diacritics 2")`);
  return {
    clear: d.$client.prepare(`insert into temp.shown (shown) values ('delete-all')`),
    add: d.$client.prepare(`insert into temp.shown (rowid, title, people, summary, body) select id, title, people, summary, body from temp.shown_texts where id in (select value from json_each(?))`),
    body: d.$client.prepare('select body from temp.shown_texts where id = ?').pluck(),
    read: d.$client.prepare(`
      select rowid as id, highlight(shown, 0, @open, @close) as title, highlight(shown, 1, @open, @close) as people,
        snippet(shown, 2, @open, @close, '…', 40) as summary, snippet(shown, 3, @open, @close, '…', 32) as snippet
      from temp.shown where shown match @match`),
  };
});
