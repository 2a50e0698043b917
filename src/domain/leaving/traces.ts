import { db } from '#db/client.ts';
import { formerName } from '../people/former.ts';

/** What tells who somebody is. */
export interface Traces { name: string; handle: string; /** Lower case: the present one and those before. */ emails: readonly string[] }

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const inMarkdown = (text: string) => text.replace(/[\\`*_[\]<>&~!#|]/g, '\\$&');
const inHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const gone = formerName.replace('A ', 'a ');

/**
 * Takes a member out of texts of others and of the hub: links to their page, mentions, their e-mail addresses, and where a quotation says that they wrote.
 * `names` takes the plain name too: not in what others wrote, who may speak of anybody, nor in works, whose authors have names.
 */
export function scrubber({ name, handle, emails }: Traces): (text: string, names: boolean) => string {
  const page = `/members/${literally(handle)}(?![\\w-])`;
  const rules: [RegExp, string][] = [
    [new RegExp(`<a href="${page}"[^>]*>[^<]*</a>`, 'gi'), gone],
    [new RegExp(`\\[[^\\]\\n]*\\]\\([^)\\s]*${page}[^)\\s]*\\)`, 'gi'), gone],
    [new RegExp(page, 'gi'), '/members'],
    [new RegExp(`(?<![\\w@/.-])@${literally(handle)}(?![\\w@]|-\\w)`, 'gi'), gone],
    ...emails.flatMap((email): [RegExp, string][] => [`<a href="mailto:${literally(email)}"[^>]*>[^<]*</a>`, literally(email)].map((rule) => [new RegExp(rule, 'gi'), 'an address that is gone'])),
    ...[name, inMarkdown(name), inHtml(name)].map((written): [RegExp, string] => [new RegExp(`(?<=[[>])${literally(written)}(?: \\(vendor\\))?(?= wrote(?:\\]\\(|</a>))`, 'g'), formerName]),
  ];
  const plain = [...new Set([name, inMarkdown(name), inHtml(name)])].map((written) => new RegExp(`(?<![\\p{L}\\p{N}])${literally(written)}(?![\\p{L}\\p{N}])`, 'giu'));
  const bare = new RegExp(`(?<![\\w-])${literally(handle)}(?![\\w-])`, 'gi');
  return (text, names) => {
    let out = text;
    for (const [rule, instead] of rules) out = out.replace(rule, instead);
    if (names) for (const rule of [...plain, bare]) out = out.replace(rule, gone);
    return out;
  };
}

/** Tables of what people wrote, and of works and places: in them a plain name stays, except in reasons of coordinators. Of a table that is not named here it goes. */
const othersWords = new Set([
  'posts', 'post_versions', 'held_posts', 'drafts', 'stray_drafts', 'blanked_quotes', 'threads', 'post_files', 'held_files', 'attachments', 'resources', 'resource_versions', 'import_rows', 'imports', 'citations', 'former_slugs',
  'collections', 'collection_items', 'members', 'profiles', 'member_traits', 'places', 'place_systems', 'themes', 'forums', 'former_forums', 'thesaurus_entries', 'thesaurus_suggestions', 'saved_searches', 'search_documents', 'confirmations',
]);
/** Tables that hold secrets, the search index, which follows its documents, and letters, which `scrubLetters` goes through. */
const untouched = /^(?:sqlite_|__|search_index|secrets$|passwords$|outbox$|leavings$)/;

/** The tables in whose texts somebody may be named, the small ones first: those that say most of them are among these. */
export function tablesWithTexts(): string[] {
  const sqlite = db.$client;
  const tables = (sqlite.prepare(`select name from sqlite_master where type = 'table'`).pluck().all() as string[]).filter((name) => !untouched.test(name) && columnsOf(name).length > 0);
  return tables.map((name) => ({ name, last: lastRow(name) })).sort((a, b) => a.last - b.last).map(({ name }) => name);
}

const columnsOf = (table: string) => db.$client.prepare(`select name from pragma_table_info(?) where upper(type) = 'TEXT' and pk = 0`).pluck().all(table) as string[];
const lastRow = (table: string) => (db.$client.prepare(`select max(rowid) from "${table}"`).pluck().get() as number | null) ?? 0;

/** Takes a member out of letters that wait to be sent. Call before the last letter to them is written. */
export function scrubLetters(traces: Traces): void {
  scrubSome(traces, 'outbox', 0, 1_000_000);
}

/** Takes a member out of the texts of a table, in the rows after the one with this number and up to another. Returns up to which row that is, null at the end of the table. Call inside a transaction. */
export function scrubSome(traces: Traces, table: string, after: number, rows: number): number | null {
  const sqlite = db.$client;
  const scrub = scrubber(traces);
  sqlite.function('scrubbed', { deterministic: true }, (text: unknown, names: unknown) => (typeof text === 'string' ? scrub(text, names === 1) : text));
  const needles = [...new Set([traces.handle, traces.name, inMarkdown(traces.name), inHtml(traces.name), ...traces.emails].map((needle) => needle.toLowerCase()))];
  const given = Object.fromEntries(needles.map((needle, n) => [`n${n}`, needle]));
  const to = sqlite.prepare(`select max(rowid) from (select rowid from "${table}" where rowid > ? order by rowid limit ?)`).pluck().get(after, rows) as number | null;
  if (to === null) return null;
  for (const column of columnsOf(table)) {
    const holds = needles.map((_, n) => `instr(lower("${column}"), @n${n}) > 0`).join(' or ');
    const without = `scrubbed("${column}", ${othersWords.has(table) && !column.endsWith('_reason') ? 0 : 1})`;
    sqlite.prepare(`update or ignore "${table}" set "${column}" = ${without} where rowid > @after and rowid <= @to and (${holds}) and "${column}" <> ${without}`).run({ ...given, after, to });
  }
  return to;
}
