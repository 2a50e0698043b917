import { prepared } from '#db/client.ts';
import { escapeHtml } from '#lib/markdown.ts';
import { fold, hasSenses, sense, stem, wordsIn } from './words.ts';

/** What was found in a document: escaped HTML with <mark> around the words; empty where there is no text. */
export interface Marks {
  title: string;
  summary: string;
  snippet: string;
  people: string;
  found: { title: boolean; people: boolean; summary: boolean; body: boolean };
  /** Words that are marked although they have only the stem of one that was asked for, and mean another thing, where none is marked that means the same. */
  alike: string[];
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
  const rows = read.all({ match, open, close }) as { id: number; title: string; people: string; summary: string; snippet: string }[];
  const asked = wordsIn(match).filter(hasSenses);
  const beginnings = [...match.matchAll(/([^" ]+)"\*/g)].map(([, word = '']) => fold(word));
  return new Map(rows.map((row) => [row.id, {
    title: html(row.title), summary: html(row.summary), snippet: html(row.snippet), people: html(row.people),
    found: { title: row.title.includes(open), people: row.people.includes(open), summary: row.summary.includes(open), body: row.snippet.includes(open) },
    alike: asked.length > 0 ? onlyAlike(asked, beginnings, wordsIn([row.title, row.people, row.summary, row.snippet].flatMap((text) => text.match(marked) ?? []).join(' '))) : [],
  }]));
}
const marked = new RegExp(`(?<=${open})[^${close}]*(?=${close})`, 'g');

function onlyAlike(asked: readonly string[], beginnings: readonly string[], words: readonly string[]): string[] {
  const [stems, senses] = [new Set(asked.map(stem)), new Set(asked.map(sense))];
  const meant = new Set(words.filter((word) => senses.has(sense(word))).map(stem));
  const alike = words.filter((word) => stems.has(stem(word)) && !meant.has(stem(word)) && !beginnings.some((begins) => fold(word).startsWith(begins)));
  return [...new Map(alike.reverse().map((word) => [stem(word), word])).values()];
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
    read: d.$client.prepare(`
      select rowid as id, highlight(shown, 0, @open, @close) as title, highlight(shown, 1, @open, @close) as people,
        snippet(shown, 2, @open, @close, '…', 40) as summary, snippet(shown, 3, @open, @close, '…', 32) as snippet
      from temp.shown where shown match @match`),
  };
});
