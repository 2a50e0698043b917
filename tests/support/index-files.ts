import type Database from 'better-sqlite3';

/** A number of SQLite's variable length at a place of a page, and the place after it. */
function numberAt(page: Buffer, at: number): [number, number] {
  let value = 0;
  for (let n = 0; ; n++) {
    const byte = page.readUInt8(at + n);
    if (n === 8) throw new Error('A number of nine bytes is not expected here.');
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + n + 1];
  }
}

/** The terms that one page of a full-text index holds: the first is written out, each after it says how many bytes it shares with the one before. */
function* termsOfPage(page: Buffer): Generator<string> {
  const end = page.readUInt16BE(2);
  let term = Buffer.alloc(0), start = 0;
  for (let footer = end, isFirst = true; footer < page.length; isFirst = false) {
    let step: number, shared = 0, fresh: number, at: number;
    [step, footer] = numberAt(page, footer);
    at = start += step;
    if (!isFirst) [shared, at] = numberAt(page, at);
    [fresh, at] = numberAt(page, at);
    term = Buffer.concat([term.subarray(0, shared), page.subarray(at, at + fresh)]);
    yield term.toString('utf8');
  }
}

/**
 * Every term that the files of `search_index` hold, whether or not a document still has it: with a first letter that tells words ('0') from their
 * beginnings of two ('1') and three ('2') letters. The format: https://www.sqlite.org/fts5.html and the comment at the head of SQLite's ext/fts5/fts5_index.c.
 */
export function termsInFiles(sqlite: Database.Database): Set<string> {
  // A page's number is segment × 2^37 + page; 2^36 and what lies from 2^31 on tell pages that help to skip, which have no terms. 1 and 10 are averages and structure.
  const leaves = sqlite.prepare('select block from search_index_data where id > 10 and (id >> 31) & 63 = 0').pluck().all() as Buffer[];
  return new Set(leaves.flatMap((page) => [...termsOfPage(page)]));
}
