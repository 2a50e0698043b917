import { db } from '#db/client.ts';
import { literally } from '#lib/literally.ts';
import { settings } from '#lib/settings.ts';
import { slugify } from '#lib/slug.ts';
import { isCommonWord } from '#lib/password-strength.ts';
import { mostInBody, mostInTitle } from '../forum/fields.ts';
import { attribution } from '../forum/quoting.ts';
import { unspaced } from '../forum/said.ts';
import { flagReasons } from '../moderation/reasons.ts';
import { formerWithin as gone } from '../people/former.ts';
import { stopWords } from '../search/words.ts';
import { threadAt, threadsByNumber } from '../thread-addresses.ts';
import { inRow } from './row-by-row.ts';

/** What tells who somebody is. */
export interface Traces {
  /** The present one first, then those that they had before. */
  names: readonly string[];
  handle: string;
  /** Lower case: the present one and those that were theirs before, each shown to be theirs. */
  emails: readonly string[];
  own: Own;
}

/** Ids of what was theirs and stays, or is quoted: in these words of their own their plain name goes too. Nothing is among them that they wrote without their name: a name that goes would tell whose it is. */
export interface Own { posts: readonly number[]; attachments: readonly number[]; collections: readonly number[]; resources: readonly string[]; /** That they proposed. */ corrections: readonly number[]; /** To corrections of a post of theirs. */ answers: readonly number[] }

const inMarkdown = (text: string) => text.replace(/[\\`*_[\]<>&~!#|]/g, '\\$&');
const goneAddress = 'an address that is gone';
/** What stands there where more words do not fit. */
const short = '…';

/** Characters that a text may have which is kept. */
export const mostKept = 50_000;

/** Takes a member out of a text; with `names` their plain name too. What comes out is no longer than `most`, if the text was not; with 0, as short as it can be. */
export type Scrub = (text: string, names: boolean, most?: number) => string;

/**
 * Takes a member out of Markdown and plain words: links to their page, mentions, their e-mail addresses as whole ones. Their plain name goes only where it is asked for:
 * others may speak of anybody. Without `mentions` what stands after an @ stays: works cite others so. With `anyCase` a name of several words goes in capitals and small
 * letters alike, and a handle of several words: where they wrote it themselves. Never to be used on HTML, nor on values that a machine reads. Takes a time that grows with the text and no faster.
 */
export function scrubber({ names, handle, emails }: Pick<Traces, 'names' | 'handle' | 'emails'>, { mentions = true, anyCase = false } = {}): Scrub {
  const page = new RegExp(`/members/${literally(handle)}(?![\\w-])`, 'gi');
  const mention = new RegExp(`(?<![\\w@/.-])@${literally(handle)}(?![\\w@]|-\\w|\\.\\w)`, 'gi');
  const addresses = emails.map((email) => {
    const written = [...new Set([email, inMarkdown(email)])].map(literally).join('|');
    return { linked: new RegExp(`mailto:${literally(email)}(?![\\w.-])`, 'gi'), bare: new RegExp(`<?(?<![\\p{L}\\p{N}._%+'-])(?:${written})(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])>?`, 'giu') };
  });
  const called = [...new Set(names.flatMap((name) => [name, inMarkdown(name)]))].sort((a, b) => b.length - a.length).map((name) => spaced(name, anyCase)).concat(anyCase && handle.includes('-') ? `(?<![\\p{L}\\p{N}\\w@/.[^#=&-])${asTyped(handle, true)}(?![\\p{L}\\p{N}\\p{M}@/&=-]|\\.[\\p{L}\\p{N}])` : []).join('|');
  // All at once, the longest first: one may stand in another, or in what is put in its place.
  const plain = new RegExp(`(?<!\\[\\^)(?:${called})`, 'gu');
  const without = (text: string, withNames: boolean, somebody: string, somewhere: string) => {
    let out = withoutLinks(text, page, somebody, '/members', isInside);
    if (mentions) out = outsideCode(out, (words) => words.replace(mention, somebody));
    for (const { linked, bare } of addresses) out = withoutLinks(out, linked, somewhere, somewhere).replace(bare, somewhere);
    return withNames && names.length > 0 ? outsideLinks(out, (part) => outsideWhatIsGone(part, (words) => words.replace(plain, (name, at: number) => keepingLines(somebody, name, words.slice(0, at))))) : out;
  };
  return (text, withNames, most = mostKept) => {
    const out = without(text, withNames, gone, goneAddress);
    return out.length <= most ? out : without(text, withNames, short, short);
  };
}

/** Changes words, but those that stand for somebody who has left: a name may lie in them, and would go from them again and again. */
const outsideWhatIsGone = (text: string, change: (words: string) => string) => text.split(/((?:\ba former member\b|\[…)(?: wrote(?=\]\(|$))?)/i).map((part, at) => (at % 2 ? part : change(part))).join('');

/** What stands for a name, on as many lines: after the end of the line, or where the name begins one, before it. */
function keepingLines(somebody: string, name: string, before: string): string {
  const [end] = /\n\s*/.exec(name) ?? [''];
  return /(?:^|\n)\s*(?:\d{1,9}[.)])?[^\p{L}\p{N}\n]*$/u.test(before.slice(-200)) ? somebody + end : end + somebody;
}

/** A name as part of a regular expression: as words of their own, where they are written in letters between which spaces stand; with whatever spaces between its words, or the end of a line, but not of a paragraph; of one word, where it is no part of an address. */
function spaced(name: string, anyCase: boolean): string {
  const words = name.split(/\s+/).filter(Boolean);
  const [before, after] = [unspaced.test([...name].at(0) ?? '') ? '' : '(?<![\\p{L}\\p{N}])', unspaced.test([...name].at(-1) ?? '') ? '' : '(?![\\p{L}\\p{N}\\p{M}])'];
  if (words.length === 1) return `${before}(?<!@|www\\.|(?<![^\\s(<])/(?:[\\w.-]{1,100}/){0,9})${asTyped(name, false)}${after}(?!@[\\w-]{1,100}\\.)`;
  return before + words.map((word) => asTyped(word, anyCase)).join('(?:[^\\S\\n]{1,9}|[^\\S\\n]{0,9}\\n[^\\S\\n]{0,9})') + after;
}

/** Signs for which others are typed, or put by a telephone. */
const alikeSigns = ['\'’‘ʼ′´`', '-‐‑‒–'];

/** A word with whatever apostrophes and hyphens, and in capitals or small letters: the flag `i` would be that of the whole expression. */
const asTyped = (word: string, anyCase: boolean) => [...word].map((letter) => {
  const alike = alikeSigns.find((signs) => signs.includes(letter));
  if (alike) return `[${literally(alike).replaceAll('-', '\\-')}]`;
  return anyCase ? `(?:${[letter, letter.toLowerCase(), letter.toUpperCase()].map(literally).join('|')})` : literally(letter);
}).join('');

/** Markdown changed where it is no address that a link leads to: changed, it would lead nowhere. */
function outsideLinks(text: string, change: (words: string) => string): string {
  return text.split(addressesInMarkdown).map((part, at) => (at % 2 ? part : change(part))).join('');
}

/** Of a link, which ends or has a title after it; by itself; and of a definition, which is no footnote and no other words of a line: its label goes as where it is used. */
const addressesInMarkdown = new RegExp(`(${[
  String.raw`\]\((?:<[^<>\n]{0,2000}>|(?:[^()\s]|\([^()\s]{0,200}\)){0,2000})(?=\s*\)|\s+["'(])`,
  String.raw`https?:\/\/(?:[^\s<>()]|\([^\s<>()]{0,200}\)){1,2000}`,
  String.raw`(?<=^ {0,3}\[(?!\^)[^[\]\n]{1,200}\]:[ \t]{0,3})\S{1,2000}(?=[ \t]*(?:$|["'(]))`,
].join('|')})`, 'im');

/** A Markdown link is looked for no further than this to both sides of its address. */
const reach = 300;

/** Replaces an address, and the whole Markdown link where it is that of one. */
function withoutLinks(text: string, address: RegExp, link: string, bare: string, counts: (before: string) => boolean = () => true): string {
  let [out, done] = ['', 0];
  for (const { 0: found, index } of text.matchAll(address)) {
    if (index < done || !counts(text.slice(Math.max(0, index - reach), index))) continue;
    const whole = linkAround(text, index, index + found.length);
    const [from, to, words] = whole && whole.from >= done ? [whole.from, whole.to, link] : [index, index + found.length, bare];
    out += text.slice(done, from) + words;
    done = to;
  }
  return out + text.slice(done);
}

/** A path counts where it begins an address, or follows that of the hub: other sites have pages of members too. */
function isInside(before: string): boolean {
  return !/[\w.:-]$/.test(before) || before.toLowerCase().endsWith(settings().url.toLowerCase().replace(/^https?:/, ''));
}

/** Where the Markdown link begins and ends in whose address this stands. */
function linkAround(text: string, from: number, to: number): { from: number; to: number } | null {
  const before = text.slice(Math.max(0, from - reach), from);
  const opens = before.lastIndexOf('](');
  if (opens === -1 || /[\s)]/.test(before.slice(opens + 2))) return null;
  const closes = text.slice(to, to + reach).search(/[)\n]/);
  if (closes === -1 || text[to + closes] !== ')') return null;
  const label = from - before.length + opens;
  const start = text.slice(Math.max(0, label - reach), label).search(/\[[^[\n]*$/);
  return start === -1 ? null : { from: Math.max(0, label - reach) + start, to: to + closes + 1 };
}

/** Markdown changed where it is not code, in which @ calls nobody. */
function outsideCode(text: string, change: (words: string) => string): string {
  let fence: string | null = null;
  return text.split('\n').map((line) => {
    const mark = /^(?: {0,3}>)* {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && (fence === null || mark.startsWith(fence))) {
      fence = fence === null ? mark : null;
      return line;
    }
    return fence === null ? line.split(/(`[^`]+`)/).map((part, at) => (at % 2 ? part : change(part))).join('') : line;
  }).join('\n');
}

/** A column in which the hub or coordinators write, and the rows (of `x`) that are about a member, @id, or written by them. */
interface OfficeWords { table: string; column: string; about: string; /** The rows that have such words at all, where an index leads to them: not through the text of every post. */ among?: string; /** The keys of words in a column of JSON. */ words?: readonly string[]; /** In a column of the hub's words these are what a coordinator wrote. */ sentences?: true }

/** What a thread is called, to whoever may see it while it is hidden. */
const titleOf = (thread: string) => `coalesce((select title from hidden_titles where thread_id = ${thread}), (select title from threads where id = ${thread}))`;
/** Threads that they started with their name: found once, and not for every row. */
const ownThread = (thread: string) => `${thread} in (select value from json_each(@threads))`;
const ownWork = (work: string) => `${work} in (select value from json_each(@resources))`;
const ownMerge = `(${ownWork('x.merged_id')} or ${ownWork('x.kept_id')})`;
const mergedWithOwn = (work: string) => `${work} in (select iif(m.kept_id = own.value, m.merged_id, m.kept_id) from json_each(@resources) own join merges m on own.value in (m.kept_id, m.merged_id))`;
/** Lines of the log that say a title of theirs. */
const ownTitle = `${ownThread('l.thread_id')} or ${ownWork('l.resource_id')} or l.owner_id = @id`;
const hasName = 'not in (select post_id from anonymous_posts)';
/** Cases about something of theirs, with the appeals that went on from them, and about what others said below a post of theirs; not about what had no name: a name that goes would tell whose it is. */
const aboutCase = `x.case_id in (
  select c.id from cases c left join decisions f on f.id = c.decision_id join cases o on o.id = coalesce(f.case_id, c.id) left join posts p on p.id = o.post_id and p.id ${hasName} left join held_posts h on h.id = o.held_id left join decisions d on d.case_id = c.id
  where @id in (o.member_id, p.author_id, h.author_id, d.author_id, f.author_id) and (o.kind = 'confirmation' or ((o.post_id is null or o.post_id ${hasName}) and not coalesce(h.nameless, false))))`;
const byThem = 'x.by_id = @id';
/** What was done to a thread of theirs, or to one of somebody else to which they did something: what undoes it is to be as what stands there. */
const aboutThread = (thread: string) => `(${ownThread(thread)} or ${thread} in (select a.thread_id from thread_acts a join threads t on t.id = a.thread_id where a.by_id = @id and t.author_id <> @id))`;
/** Their posts with their name. */
const ownPost = (post: string) => `${post} in (select id from posts where author_id = @id and id not in (select post_id from anonymous_posts))`;
/** Their page, one of their posts, lists or unpublished works, or a thread that they started. What they wrote without their name is not among them: a name that goes would tell whose it is. */
const aboutAddress = `(x.url = @page or x.url like @page || '/%' or x.url in (select '/posts/' || id from posts where author_id = @id and id not in (select post_id from anonymous_posts))
  or (x.url like '/forums/%/%' and ${ownThread(threadAt('x.url'))}) or (x.url like '/collections/%' and cast(substr(x.url, 14) as integer) in (select value from json_each(@collections)))
  or (x.url like '/desk/imports/%' and cast(substr(x.url, 15) as integer) in (select id from imports where by_id = @id))
  or exists (select 1 from (values ('/library/'), ('/desk/resources/')) at cross join (select id, slug from resources union all select resource_id, slug from former_slugs) own
    where ${ownWork('own.id')} and (x.url = at.column1 || own.slug or x.url like at.column1 || own.slug || '/%')))`;

const aboutLine = `x.actor_id = @id or ${aboutAddress}`;

/** Every column in which the hub or coordinators write about members, in words. Whoever adds one adds it here, or to what is never touched (tests/integration/leaving-traces.test.ts). */
export const records: readonly OfficeWords[] = [
  // Whose word for somebody was taken away is said first: "Rosa Delgado for Tom Achterberg".
  { table: 'log', column: 'object', about: `${aboutLine} or (x.act = 'remove vouch' and exists (select 1 from json_each(@names) n where instr(x.object, n.value || ' for ') = 1))` },
  // As the line says it, by which it is found again when somebody else leaves.
  { table: 'log_titles', column: 'title', about: `x.log_id in (select x.id from log x where ${aboutLine})` },
  { table: 'log', column: 'reason', about: `${aboutLine} or x.about_id = @id or x.id in (select l.log_id from log_titles l where ${ownTitle})` },
  { table: 'decisions', column: 'reason', about: `x.decider_id = @id or ${aboutCase}` },
  { table: 'case_notes', column: 'text', about: `${byThem} or ${aboutCase}` },
  { table: 'flags', column: 'note', about: aboutCase },
  { table: 'confirmation_flags', column: 'note', about: ownPost('x.post_id') },
  { table: 'members', column: 'suspended_reason', about: 'x.id in (select member_id from suspensions where by_id = @id)' },
  { table: 'suspensions', column: 'reason', about: byThem },
  { table: 'trust_changes', column: 'reason', about: byThem },
  { table: 'verifications', column: 'reason', about: byThem },
  { table: 'withheld_versions', column: 'reason', about: `${byThem} or ${ownPost('x.post_id')}` },
  { table: 'closed_threads', column: 'reason', about: `(${byThem} and x.thread_id in (select id from threads where author_id <> @id)) or ${aboutThread('x.thread_id')}` },
  { table: 'question_turns', column: 'reason', about: `${byThem} or x.owner_id = @id or ${ownThread('x.thread_id')}` },
  { table: 'threads', column: 'locked_reason', about: aboutThread('x.id') },
  { table: 'threads', column: 'removed_reason', about: `x.removed_by_id = @id or ${ownThread('x.id')}` },
  { table: 'posts', column: 'removed_reason', among: 'x.removed_by_id is not null', about: 'x.removed_by_id = @id or (x.author_id = @id and x.id not in (select post_id from anonymous_posts))' },
  { table: 'thread_acts', column: 'reason', about: aboutThread('x.thread_id') },
  { table: 'thread_acts', column: 'undo', about: aboutThread('x.thread_id'), words: ['reason', 'lockedReason'] },
  // A title of somebody else's thread stays as it stands there.
  { table: 'thread_acts', column: 'undo', about: ownThread('x.thread_id'), words: ['title'] },
  { table: 'resource_versions', column: 'reason', about: `${byThem} or ${ownWork('x.resource_id')} or (x.act in ('merge', 'unmerge') and ${mergedWithOwn('x.resource_id')})` },
  { table: 'merges', column: 'reason', about: `${byThem} or ${ownMerge}` },
  { table: 'imports', column: 'file_name', about: byThem },
  { table: 'resources', column: 'provenance', about: 'x.import_id in (select id from imports where by_id = @id)' },
  { table: 'merges', column: 'moved', about: ownMerge, words: ['title'] },
  { table: 'resources', column: 'declined_reason', about: '@id in (x.submitted_by_id, x.reviewer_id)' },
  { table: 'resources', column: 'retired_reason', about: `@id in (x.submitted_by_id, x.reviewer_id, x.owner_id) or ${mergedWithOwn('x.id')}` },
  { table: 'thesaurus_suggestions', column: 'reason', about: 'x.decided_by_id = @id' },
  { table: 'forums', column: 'closed_reason', about: 'false' },
  { table: 'first_hours', column: 'note', about: 'x.welcomed_by_id = @id' },
  { table: 'invitations', column: 'note', about: 'x.invited_by_id = @id' },
  { table: 'notifications', column: 'words', about: `x.actor_id = @id or ${aboutAddress}` },
  // Why a post was moved out of a thread of theirs, or into one.
  { table: 'notifications', column: 'words', about: `x.kind = 'moved' and (${ownThread('x.thread_id')} or x.thread_id in (select other_id from thread_acts where ${ownThread('thread_id')}))`, sentences: true },
];

/** Columns whose words are the hub's, in which a name that is there is theirs; in all others coordinators write sentences. */
const hubWords = ['object', 'title', 'words', 'moved', 'file_name', 'provenance'];

/** Takes a member out of what the hub and coordinators wrote. Call inside the transaction of their leaving, while every column still names them. */
export function scrubRecords(traces: Traces, id: number): void {
  const scrub = scrubber(traces);
  const inSentences = scrubber({ ...traces, names: traces.names.filter((name) => !isOrdinary(name)) });
  const page = `/members/${traces.handle}`;
  const needles = [page, `@${traces.handle}`, ...traces.emails];
  const started = threadsStartedBy(id);
  const given = { id, page, threads: JSON.stringify(started), collections: JSON.stringify(traces.own.collections), resources: JSON.stringify(traces.own.resources), names: JSON.stringify(traces.names), ...numbered('n', needles) };
  scrubTitles(id, started, traces.own.resources, scrubber(traces, { anyCase: true }));
  for (const { table, column, about, words, sentences, among = 'true' } of records) {
    const isIn = needles.map((_, n) => `instr(l.text, @n${n}) > 0`).join(' or ');
    const isNamed = traces.names.map((_, n) => `instr(x."${column}", @called${n}) > 0`).join(' or ');
    const rows = db.$client.prepare(`
      with lowered as materialized (select x.rowid as row, lower(x."${column}") as text from "${table}" x where ${among} and x."${column}" is not null)
      select x.rowid as row, x."${column}" as text, (${about}) as about from lowered l cross join "${table}" x on x.rowid = l.row where ((${isNamed}) and (${about})) or ${isIn}`)
      .all({ ...given, ...numbered('called', traces.names.map((name) => (words ? JSON.stringify(name).slice(1, -1) : name))) }) as { row: number; text: string; about: 0 | 1 }[];
    const put = db.$client.prepare(`update "${table}" set "${column}" = ? where rowid = ?`);
    const change = !sentences && (hubWords.includes(column) || words?.includes('title')) ? scrub : inSentences;
    for (const { row, text, about: isAbout } of rows) {
      inRow(table, row, () => {
        const without = words ? inJson(text, (key, value, beside) => wordsOfUndo(words, key, value, beside, (said) => change(said, isAbout === 1, words.includes('title') ? 500 : mostKept))) : change(text, isAbout === 1);
        if (without !== text) put.run(without, row);
      }, () => { put.run(words ? '{}' : short, row); });
    }
  }
  for (const table of ['log', 'notifications']) {
    db.$client.prepare(`update ${table} set url = '/members' where url = ? or url like ?`).run(page, `${page}/%`);
    // A list is found by its number alone.
    db.$client.prepare(`update ${table} set url = '/collections/' || cast(substr(url, 14) as integer) where url like '/collections/%' and cast(substr(url, 14) as integer) in (select value from json_each(?))`).run(given.collections);
  }
  db.$client.prepare(`update log set url = '/collections/' || cast(substr(url, 14) as integer) where url like '/collections/%' and id in (select log_id from log_titles where owner_id = ?)`).run(id);
  scrubLetters(id, scrub, scrubber({ ...traces, names: traces.names.filter((name) => /\S\s+\S/.test(name)) }), slugsOfNames(traces.names));
}

/** Threads that they started with their name; of one that went into another, or back to where it was split from, its opening post stands there now. */
export const threadsStartedBy = (id: number): number[] => db.$client.prepare(`
  select t.id from threads t join posts o on o.thread_id = t.id and o.number = 1 where t.author_id = @id and t.forum_id is not null and o.id not in (select post_id from anonymous_posts)
  union select t.id from threads t join thread_acts a on a.thread_id = t.id and a.act = 'merge threads' and a.undone_at is null join json_each(a.undo, '$.posts') o on o.value ->> '$.number' = 1
  where t.author_id = @id and t.forum_id is not null and o.value ->> '$.id' not in (select post_id from anonymous_posts)
  union select t.id from threads t join thread_acts a on a.other_id = t.id and a.act = 'split thread' and a.undo ->> '$.fresh'
  where t.author_id = @id and t.forum_id is not null and a.undo ->> '$.posts[0].id' not in (select post_id from anonymous_posts)`).pluck().all({ id }) as number[];

/** Takes them out of what their threads and works are and were called, exactly so: where the hub says it, whatever the line is about, and in what undoes an act. */
function scrubTitles(id: number, threads: readonly number[], resources: readonly string[], scrub: Scrub): void {
  const without = (title: string) => scrub(title, true, 500);
  const given = { id, threads: JSON.stringify(threads), resources: JSON.stringify(resources) };
  const called = (db.$client.prepare(titlesOfOwn).all(given) as { thread: number | null; work: string | null; title: string }[]).filter(({ title }) => without(title) !== title);
  for (const { table, column, titled } of titledWords) {
    const rows = db.$client.prepare(`with own as materialized (select value ->> '$.thread' as thread, value ->> '$.work' as work, value ->> '$.title' as title from json_each(@called))
      select x.rowid as row, x.${column} as words, titled.title from (${titled}) titled cross join ${table} x on x.rowid = titled.row where x.${column} is not null`).all({ ...given, called: JSON.stringify(called) }) as { row: number; words: string; title: string }[];
    const changed = new Map<number, string>();
    for (const { row, words, title } of rows) {
      const before = changed.get(row) ?? words;
      const after = retitled(before, title, without(title));
      if (after !== before) changed.set(row, after);
    }
    for (const [row, words] of changed) db.$client.prepare(`update ${table} set ${column} = ? where rowid = ?`).run(words, row);
  }
  const ofThread = new Map<number | null, Set<string>>();
  for (const { thread, title } of called) ofThread.set(thread, (ofThread.get(thread) ?? new Set()).add(title));
  for (const { row, undo, thread, isOwn } of db.$client.prepare(undoingThreads).all(given) as { row: number; undo: string; thread: number; isOwn: 0 | 1 }[]) {
    const after = inJson(undo, (key, value, beside) => wordsOfUndo(['title'], key, value, beside, (title) => (isOwn || ofThread.get(thread)?.has(title) ? without(title) : title)));
    if (after !== undo) db.$client.prepare('update thread_acts set undo = ? where rowid = ?').run(after, row);
  }
  const works = called.filter(({ work }) => work !== null);
  for (const { row, moved } of db.$client.prepare(`select x.rowid as row, x.moved from merges x where ${ownMerge}`).all(given) as { row: number; moved: string }[]) {
    const after = inJson(moved, (key, value, beside) => works.reduce((text, { title }) => retitled(text, title, without(title)), wordsOfUndo(['title'], key, value, beside, without)));
    if (after !== moved) db.$client.prepare('update merges set moved = ? where rowid = ?').run(after, row);
  }
}

/** Words of the hub with a title put in the place of another: all of them, or before a colon, or in quotation marks. */
function retitled(words: string, title: string, now: string): string {
  if (words === title || words.startsWith(`${title}: `)) return now + words.slice(title.length);
  return words.includes(`“${title}”`) ? words.replaceAll(`“${title}”`, () => `“${now}”`) : words;
}

/** Titles that they gave to threads in office: by renaming them, and by splitting posts off. */
const titlesGiven = `
  select thread_id as thread, undo ->> '$.after.title' as title from thread_acts where by_id = @id and act = 'rename thread'
  union select a.other_id, coalesce((select r.undo ->> '$.before.title' from thread_acts r where r.thread_id = a.other_id and r.act = 'rename thread' order by r.id limit 1), ${titleOf('a.other_id')})
  from thread_acts a where a.by_id = @id and a.act = 'split thread' and a.undo ->> '$.fresh'`;

/** Threads that are called as they called them, in office. Their acts say so until `scrubRecords`. */
export const threadsNamedBy = (id: number): number[] => db.$client.prepare(`select thread from (${titlesGiven}) where title = ${titleOf('thread')}`).pluck().all({ id }) as number[];

/** What undoes an act on a thread of theirs, or on one to which they gave a title. */
const undoingThreads = `
  select rowid as row, undo, thread_id as thread, (${ownThread('thread_id')}) as isOwn from thread_acts where ${ownThread('thread_id')} or thread_id in (select thread from (${titlesGiven}))`;

/** What threads and works are called, and were before; and others' threads, where they gave the title. */
const titlesOfOwn = `
  select thread, null as work, title from (${titlesGiven}) where title is not null
  union select id, null, title from threads where ${ownThread('id')}
  union select thread_id, null, title from hidden_titles where ${ownThread('thread_id')}
  union select a.thread_id, null, a.undo ->> ('$.' || side.column1 || '.title') from thread_acts a cross join (values ('before'), ('after')) side where ${ownThread('a.thread_id')} and a.undo ->> ('$.' || side.column1 || '.title') is not null
  union select null, id, title from resources where ${ownWork('id')}
  union select null, resource_id, fields ->> '$.title' from resource_versions where ${ownWork('resource_id')} and fields ->> '$.title' is not null`;
const titlesInLog = `from log_titles l where ${ownTitle} or (l.thread_id, l.title) in (select thread, title from own)`;
const mergedWith = `from own join merges m on m.kept_id = own.work`;
/** Where the hub says what threads and works are called, with the titles of a leaver (`own`, those that change) that may stand there. */
const titledWords: readonly { table: string; column: string; titled: string }[] = [
  { table: 'log', column: 'object', titled: `select l.log_id as row, l.title ${titlesInLog}` },
  { table: 'log_titles', column: 'title', titled: `select l.rowid as row, l.title ${titlesInLog}` },
  // Of a thread that went into theirs, and of theirs itself.
  { table: 'threads', column: 'removed_reason', titled: 'select thread as row, title from own where thread is not null union select a.thread_id, own.title from own join thread_acts a on a.other_id = own.thread' },
  // Whose posts were moved is told why.
  { table: 'notifications', column: 'words', titled: `
    select n.id as row, own.title from own join (select id as thread, id as into_thread from threads union select thread_id, other_id from thread_acts) went on went.thread = own.thread
      join notifications n on n.thread_id = went.into_thread and n.kind = 'moved'` },
  { table: 'resources', column: 'retired_reason', titled: `select r.rowid as row, own.title ${mergedWith} join resources r on r.id = m.merged_id` },
  { table: 'resource_versions', column: 'reason', titled: `
    select v.row, own.title from own cross join (select rowid as row, reason from resource_versions where act = 'unmerge' and resource_id in (select kept_id from merges union select merged_id from merges)) v
    where own.work is not null and instr(v.reason, '“' || own.title || '”') > 0` },
];

const numbered = (letter: string, values: readonly string[]) => Object.fromEntries(values.map((value, n) => [`${letter}${n}`, value]));

const grounds = new Set(['abuse', 'abusive', 'advertising', 'harassment', 'hate', 'insult', 'rude', ...Object.entries(flagReasons).flatMap(([code, { label }]) => `${code} ${label}`.toLowerCase().match(/\p{L}+/gu) ?? [])]);

/** Words with which sentences about members begin, and that are nobody's name; with a capital, other common words are: Will, May, Rosa. */
const beginnings = new Set([...stopWords, ...'again after before never once only there first second please account answer comment coordinator forum hub link member moderator post question reason reply rule thread title topic warning'.split(' ').flatMap((word) => [word, `${word}s`])]);
for (const name of ['an', 'do', 'may', 'so', 'will']) beginnings.delete(name);

/** Whether a name is a word of which sentences are made, as far as anybody can tell: what it is that was flagged, a word with which they begin, or one in small letters that many use. */
function isOrdinary(name: string): boolean {
  const words = name.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.every((word) => grounds.has(word)) || (/^\p{Lu}\p{Ll}*$/u.test(name) && beginnings.has(name.toLowerCase())) || (/^\p{Ll}+$/u.test(name) && (name.length < 4 || isCommonWord(name)));
}

/** A text of what it takes to undo something. The address of a thread follows its title. */
function wordsOfUndo(words: readonly string[], key: string, value: string, beside: Record<string, unknown>, scrub: (said: string) => string): string {
  if (words.includes(key)) return scrub(value);
  const { title } = beside;
  return key === 'slug' && words.includes('title') && typeof title === 'string' && scrub(title) !== title ? slugify(scrub(title)) : value;
}

/** JSON with its texts changed, each by the key that it stands under and what stands beside it. */
export function inJson(json: string, change: (key: string, value: string, beside: Record<string, unknown>) => string): string {
  return JSON.stringify(JSON.parse(json), function (this: Record<string, unknown>, key, value: unknown) {
    return typeof value === 'string' ? change(key, value, this) : value;
  });
}

/** Letters to others that wait and tell of them: by a link, an address, a name of several words or the address of a thread that was called after them, or because of something that they did. They go without their HTML, which says the same. */
function scrubLetters(id: number, scrub: Scrub, scrubTelling: Scrub, slugs: readonly string[]): void {
  const letters = db.$client.prepare(`
    select id, subject, text, id in (select l.letter_id from letter_notifications l join notifications n on n.id = l.notification_id where n.actor_id = ?) as tells from outbox where sent_at is null`).all(id) as { id: number; subject: string; text: string; tells: 0 | 1 }[];
  for (const letter of letters) {
    const called = slugs.some((slug) => letter.text.includes(`-${slug}`));
    const about = called || letter.tells === 1 || [letter.subject, letter.text].some((words) => scrubTelling(words, true) !== words);
    if (!about) continue;
    db.$client.prepare('update outbox set subject = ?, text = ?, html = null where id = ?').run(scrub(letter.subject, true), outsideAddresses(called ? threadsByNumber(letter.text) : letter.text, (words) => scrub(words, true)), letter.id);
  }
}

/** Words changed, and links of the hub in them only where they lead to the member: one with a token would work no more. */
function outsideAddresses(text: string, change: (words: string) => string): string {
  const links: string[] = [];
  const kept = text.replace(/https?:\/\/[^\s<>]+/g, (link) => (/[?&]token=|\/stop\b/.test(link) ? `\0${links.push(link) - 1}\0` : link));
  return change(kept).replace(/\0(\d+)\0/g, (_, n: string) => links[Number(n)] ?? '');
}

/** How a quotation in Markdown says that they wrote, up to the address. */
export function attributionsTo({ names, handle }: Pick<Traces, 'names' | 'handle'>): string[] {
  return names.flatMap((name) => [name, `${name} (vendor)`, `${name} (${handle})`]).map((who) => attribution(who, 0)).map((line) => line.slice(0, line.lastIndexOf('](') + 2));
}

/** A table in which members write, or some columns of one. */
export interface Writing {
  /** That of the table, where it is not said. */
  name?: string;
  table: string;
  columns: readonly string[];
  /** Columns of JSON, and of which keys the values are words; all of them where there is no list. */
  json?: readonly string[];
  keys?: readonly string[];
  /** How long what is still to be sent may be, by column or key. */
  most?: Readonly<Record<string, number>>;
  /** Works cite others by @ and a key: nobody is mentioned in them. */
  cites?: true;
  /** Posts are quoted in it, in words that hold their name, whatever the line over these says. */
  quotes?: true;
  /** Rows (of `x`) at all. */
  among?: string;
  /** The kind of thing of theirs that a row belongs to, and the column that names it. */
  own?: readonly [keyof Own, string];
}

/** Who wrote a work is a fact about it, and stays. */
const wordsOfWorks = ['title', 'summary', 'abstract', 'body', 'note', 'rightsNote', 'what', 'source', 'populationSource'];

/** What members wrote: their links, mentions and addresses are looked for, and in what they themselves left their name too. What everybody sees comes first. How it is shown and found afterwards: see finishing.ts. */
export const writings: readonly Writing[] = [
  { table: 'threads', columns: ['title'] },
  { table: 'hidden_titles', columns: ['title'] },
  { table: 'posts', columns: ['markdown'] },
  { table: 'post_versions', columns: ['markdown'], quotes: true, own: ['posts', 'post_id'] },
  { table: 'post_files', columns: ['name', 'label', 'text'], own: ['posts', 'post_id'] },
  { table: 'attachments', columns: ['name', 'label', 'text'], own: ['attachments', 'id'] },
  { table: 'collections', columns: ['title', 'description'], most: { title: 120 }, own: ['collections', 'id'] },
  { table: 'collection_items', columns: ['note'], own: ['collections', 'collection_id'] },
  { table: 'confirmations', columns: ['note'], most: { note: 200 } },
  { table: 'refused_confirmations', columns: ['note'], most: { note: 200 } },
  { name: 'proposals', table: 'corrections', columns: ['wrong', 'source'], own: ['corrections', 'case_id'] },
  { name: 'answers', table: 'corrections', columns: ['answer'], own: ['answers', 'case_id'] },
  { table: 'vouches', columns: ['how'], most: { how: 300 } },
  // What the files of content/ say, their editors change.
  { table: 'resources', columns: ['title', 'summary', 'body', 'rights_note'], json: ['csl', 'details'], keys: wordsOfWorks, most: { title: 500 }, among: `x.origin = 'hub'`, cites: true, own: ['resources', 'id'] },
  { table: 'resource_versions', columns: [], json: ['fields'], keys: wordsOfWorks, most: { title: 500 }, cites: true, own: ['resources', 'resource_id'] },
  { table: 'stray_drafts', columns: [], json: ['fields'], quotes: true },
  { table: 'drafts', columns: [], json: ['fields'], quotes: true },
  { table: 'held_posts', columns: ['title', 'markdown'], json: ['input'], quotes: true, most: { title: mostInTitle, markdown: mostInBody, body: mostInBody } },
];

/** As it stands in what is left of a leaving that an earlier version of the hub began. */
export const earlierWritings: readonly Writing[] = [{ table: 'corrections', columns: ['wrong', 'source', 'answer'], own: ['corrections', 'case_id'] }];

/** Characters of text that one portion looks through, each once for everything that is looked for; beside its last row. */
const mostLooked = 10_000_000;

/** Up to which row a portion of a table goes; null at its end. */
export function endOfPortion(traces: Traces, { table, columns, json = [], quotes }: Writing, after: number, rows: number): number | null {
  const size = [...columns, ...json].map((column) => `coalesce(octet_length("${column}"), 0)`).join(' + ');
  return db.$client.prepare(`
    select max(row) from (select row, sum(size) over (order by row) - size as before from (select rowid as row, ${size} as size from "${table}" where rowid > ? order by rowid limit ?)) where before <= ?`).pluck().get(after, rows, mostLooked / needlesOf(traces, quotes).length) as number | null;
}

/** Names of several words as they stand in the address of a thread that was called after them. */
export const slugsOfNames = (names: readonly string[]): string[] => names.map((name) => slugify(name)).filter((slug) => slug.includes('-'));

/** As SQLite writes small letters: those of ASCII alone. */
const lowered = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** What is looked for in texts, in small letters: as it is written, in Markdown, and in JSON. */
function needlesOf({ names, handle, emails }: Traces, quotes = false): string[] {
  const said = names.map((name) => lowered(attribution(name, 0).split(' wrote](')[0] ?? ''));
  return [...new Set([`/members/${handle}`, `@${handle}`, ...slugsOfNames(names).map((slug) => `-${slug}`), ...[...emails, ...emails.map(inMarkdown), ...said].flatMap((one) => [one, JSON.stringify(one).slice(1, -1)]), ...(quotes ? ['/posts/'] : [])])];
}

/** Rows of a portion in which something of the member may stand, and whether each was theirs. Each text is put into small letters once. */
export function rowsNaming(traces: Traces, { table, columns, json = [], among = 'true', own, quotes }: Writing, after: number, to: number): { row: number; isOwn: 0 | 1 }[] {
  const needles = needlesOf(traces, quotes);
  const texts = [...columns, ...json];
  const holds = texts.flatMap((_, t) => needles.map((_, n) => `instr(text${t}, @n${n}) > 0`)).join(' or ');
  const isOwn = own ? `x."${own[1]}" in (select value from json_each(@own))` : 'false';
  return db.$client.prepare(`
    with lowered as materialized (select x.rowid as row, (${isOwn}) as isOwn, ${texts.map((column, t) => `lower(x."${column}") as text${t}`).join(', ')} from "${table}" x where x.rowid > @after and x.rowid <= @to and (${among}))
    select row, isOwn from lowered where isOwn or ${holds} order by row`)
    .all({ after, to, own: JSON.stringify(own ? traces.own[own[0]] : []), ...numbered('n', needles) }) as { row: number; isOwn: 0 | 1 }[];
}

/** How a text is changed: whether it was the member's own, how long it may be, and in which column it stands. */
export type Change = (text: string, isOwn: boolean, most?: number, column?: string) => string;

/** Changes the words of one row. Returns whether anything was changed. */
export function scrubRow({ table, columns, json = [], keys, most = {} }: Writing, row: number, isOwn: boolean, change: Change): boolean {
  const all = [...columns, ...json];
  const before = db.$client.prepare(`select ${all.map((column) => `"${column}"`).join(', ')} from "${table}" where rowid = ?`).get(row) as Record<string, string | null> | undefined;
  const changed = Object.entries(before ?? {}).flatMap(([column, text]) => {
    if (text === null) return [];
    const after = json.includes(column) ? inJson(text, (key, value) => (!keys || keys.includes(key) ? change(value, isOwn, most[key]) : value)) : change(text, isOwn, most[column], column);
    return after === text ? [] : [[column, after] as const];
  });
  for (const [column, text] of changed) db.$client.prepare(`update "${table}" set "${column}" = ? where rowid = ?`).run(text, row);
  return changed.length > 0;
}
