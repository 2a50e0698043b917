import { db } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { slugify } from '#lib/slug.ts';
import { mostInBody, mostInTitle } from '../forum/fields.ts';
import { formerName } from '../people/former.ts';

/** What tells who somebody is. */
export interface Traces { name: string; handle: string; /** Lower case: the present one and those that were theirs before, each shown to be theirs. */ emails: readonly string[] }

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const inMarkdown = (text: string) => text.replace(/[\\`*_[\]<>&~!#|]/g, '\\$&');
const gone = formerName.replace('A ', 'a ');
const goneAddress = 'an address that is gone';
/** What stands there where more words do not fit. */
const short = '…';

/** Characters that a text may have which is kept. */
export const mostKept = 50_000;

/** Takes a member out of a text; with `names` their plain name too. What comes out is no longer than `most`, if the text was not; with 0, as short as it can be. */
export type Scrub = (text: string, names: boolean, most?: number) => string;

/**
 * Takes a member out of Markdown and plain words: links to their page, mentions, their e-mail addresses as whole ones. Their plain name goes only where it is asked for:
 * others may speak of anybody. Never to be used on HTML, nor on values that a machine reads. Takes a time that grows with the text and no faster.
 */
export function scrubber({ name, handle, emails }: Traces): Scrub {
  const page = new RegExp(`/members/${literally(handle)}(?![\\w-])`, 'gi');
  const mention = new RegExp(`(?<![\\w@/.-])@${literally(handle)}(?![\\w@]|-\\w|\\.\\w)`, 'gi');
  const addresses = emails.map((email) => {
    const written = [...new Set([email, inMarkdown(email)])].map(literally).join('|');
    return { linked: new RegExp(`mailto:${literally(email)}(?![\\w.-])`, 'gi'), bare: new RegExp(`<?(?<![\\p{L}\\p{N}._%+'-])(?:${written})(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])>?`, 'giu') };
  });
  const plain = [...new Set([name, inMarkdown(name)])].map((written) => new RegExp(`(?<![\\p{L}\\p{N}])${literally(written)}(?![\\p{L}\\p{N}])`, 'gu'));
  const without = (text: string, names: boolean, somebody: string, somewhere: string) => {
    let out = withoutLinks(text, page, somebody, '/members', isInside);
    out = outsideCode(out, (words) => words.replace(mention, somebody));
    for (const { linked, bare } of addresses) out = withoutLinks(out, linked, somewhere, somewhere).replace(bare, somewhere);
    if (names) for (const rule of plain) out = out.replace(rule, () => somebody);
    return out;
  };
  return (text, names, most = mostKept) => {
    const out = without(text, names, gone, goneAddress);
    return out.length <= most ? out : without(text, names, short, short);
  };
}

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
interface OfficeWords { table: string; column: string; about: string; /** The rows that have such words at all, where an index leads to them: not through the text of every post. */ among?: string; /** The keys of words in a column of JSON. */ words?: readonly string[] }

const ownThread = (thread: string) => `exists (select 1 from threads t join posts o on o.thread_id = t.id and o.number = 1 where t.id = ${thread} and t.author_id = @id and o.id not in (select post_id from anonymous_posts))`;
const aboutCase = `x.case_id in (select c.id from cases c left join posts p on p.id = c.post_id left join held_posts h on h.id = c.held_id left join decisions d on d.case_id = c.id where @id in (c.member_id, p.author_id, h.author_id, d.author_id))`;
const byThem = 'x.by_id = @id';
/** Their page, one of their posts, or a thread that they started. What they wrote without their name is not among them: a name that goes would tell whose it is. */
const aboutAddress = `(x.url = @page or x.url like @page || '/%' or x.url in (select '/posts/' || id from posts where author_id = @id and id not in (select post_id from anonymous_posts))
  or exists (select 1 from threads t where t.author_id = @id and x.url like '/forums/%/' || t.id || '-%' and ${ownThread('t.id')}))`;

/** Every column in which the hub or coordinators write about members, in words. Whoever adds one adds it here, or to what is never touched (tests/integration/leaving-traces.test.ts). */
export const records: readonly OfficeWords[] = [
  // Whose word for somebody was taken away is said first: "Rosa Delgado for Tom Achterberg".
  { table: 'log', column: 'object', about: `x.actor_id = @id or ${aboutAddress} or (x.act = 'remove vouch' and instr(x.object, @name || ' for ') = 1)` },
  { table: 'log', column: 'reason', about: `x.actor_id = @id or ${aboutAddress}` },
  { table: 'decisions', column: 'reason', about: '@id in (x.author_id, x.decider_id)' },
  { table: 'case_notes', column: 'text', about: `${byThem} or ${aboutCase}` },
  { table: 'flags', column: 'note', about: aboutCase },
  { table: 'members', column: 'suspended_reason', about: 'x.id in (select member_id from suspensions where by_id = @id)' },
  { table: 'suspensions', column: 'reason', about: byThem },
  { table: 'trust_changes', column: 'reason', about: byThem },
  { table: 'verifications', column: 'reason', about: byThem },
  { table: 'withheld_versions', column: 'reason', about: `${byThem} or x.post_id in (select id from posts where author_id = @id)` },
  { table: 'closed_threads', column: 'reason', about: `${byThem} or ${ownThread('x.thread_id')}` },
  { table: 'question_turns', column: 'reason', about: `${byThem} or x.owner_id = @id or ${ownThread('x.thread_id')}` },
  { table: 'threads', column: 'locked_reason', about: ownThread('x.id') },
  { table: 'threads', column: 'removed_reason', about: `x.removed_by_id = @id or ${ownThread('x.id')}` },
  { table: 'posts', column: 'removed_reason', among: 'x.removed_by_id is not null', about: 'x.removed_by_id = @id or (x.author_id = @id and x.id not in (select post_id from anonymous_posts))' },
  { table: 'thread_acts', column: 'reason', about: `${byThem} or ${ownThread('x.thread_id')}` },
  { table: 'thread_acts', column: 'undo', about: `${byThem} or ${ownThread('x.thread_id')}`, words: ['title', 'reason', 'lockedReason'] },
  { table: 'resource_versions', column: 'reason', about: byThem },
  { table: 'merges', column: 'reason', about: byThem },
  { table: 'resources', column: 'declined_reason', about: '@id in (x.submitted_by_id, x.reviewer_id)' },
  { table: 'resources', column: 'retired_reason', about: '@id in (x.submitted_by_id, x.reviewer_id, x.owner_id)' },
  { table: 'thesaurus_suggestions', column: 'reason', about: 'x.decided_by_id = @id' },
  { table: 'forums', column: 'closed_reason', about: 'false' },
  { table: 'first_hours', column: 'note', about: 'x.welcomed_by_id = @id' },
  { table: 'invitations', column: 'note', about: 'x.invited_by_id = @id' },
  { table: 'notifications', column: 'words', about: `x.actor_id = @id or ${aboutAddress}` },
];

/** Takes a member out of what the hub and coordinators wrote. Call inside the transaction of their leaving, while every column still names them. */
export function scrubRecords(traces: Traces, id: number): void {
  const scrub = scrubber(traces);
  const page = `/members/${traces.handle}`;
  const needles = [page, `@${traces.handle}`, ...traces.emails];
  const given = { id, page, ...Object.fromEntries(needles.map((needle, n) => [`n${n}`, needle])) };
  for (const { table, column, about, words, among = 'true' } of records) {
    const isIn = needles.map((_, n) => `instr(lower(x."${column}"), @n${n}) > 0`).join(' or ');
    const rows = db.$client.prepare(`select x.rowid as row, x."${column}" as text, (${about}) as about from "${table}" x where ${among} and x."${column}" is not null and ((instr(x."${column}", @name) > 0 and (${about})) or ${isIn})`)
      .all({ ...given, name: words ? JSON.stringify(traces.name).slice(1, -1) : traces.name }) as { row: number; text: string; about: 0 | 1 }[];
    const put = db.$client.prepare(`update "${table}" set "${column}" = ? where rowid = ?`);
    for (const { row, text, about: isAbout } of rows) put.run(words ? inJson(text, (key, value, beside) => wordsOfUndo(words, key, value, beside, (said) => scrub(said, isAbout === 1, 500))) : scrub(text, isAbout === 1), row);
  }
  for (const table of ['log', 'notifications']) db.$client.prepare(`update ${table} set url = '/members' where url = ? or url like ?`).run(page, `${page}/%`);
  scrubLetters(id, scrub);
}

/** A text of what it takes to undo something. The address of a thread follows its title. */
function wordsOfUndo(words: readonly string[], key: string, value: string, beside: Record<string, unknown>, scrub: (said: string) => string): string {
  if (words.includes(key)) return scrub(value);
  const { title } = beside;
  return key === 'slug' && typeof title === 'string' && scrub(title) !== title ? slugify(scrub(title)) : value;
}

/** JSON with its texts changed, each by the key that it stands under and what stands beside it. */
export function inJson(json: string, change: (key: string, value: string, beside: Record<string, unknown>) => string): string {
  return JSON.stringify(JSON.parse(json), function (this: Record<string, unknown>, key, value: unknown) {
    return typeof value === 'string' ? change(key, value, this) : value;
  });
}

/** Letters to others that wait and tell of them: by a link, by an address, or because of something that they did. They go without their HTML, which says the same. */
function scrubLetters(id: number, scrub: Scrub): void {
  const letters = db.$client.prepare(`
    select id, subject, text, id in (select l.letter_id from letter_notifications l join notifications n on n.id = l.notification_id where n.actor_id = ?) as tells from outbox where sent_at is null`).all(id) as { id: number; subject: string; text: string; tells: 0 | 1 }[];
  for (const letter of letters) {
    const about = letter.tells === 1 || [letter.subject, letter.text].some((words) => scrub(words, false) !== words);
    if (!about) continue;
    db.$client.prepare('update outbox set subject = ?, text = ?, html = null where id = ?').run(scrub(letter.subject, true), outsideAddresses(letter.text, (words) => scrub(words, true)), letter.id);
  }
}

/** Words changed, and links of the hub in them only where they lead to the member: one with a token would work no more. */
function outsideAddresses(text: string, change: (words: string) => string): string {
  const links: string[] = [];
  const kept = text.replace(/https?:\/\/[^\s<>]+/g, (link) => (/[?&]token=|\/stop\b/.test(link) ? `\0${links.push(link) - 1}\0` : link));
  return change(kept).replace(/\0(\d+)\0/g, (_, n: string) => links[Number(n)] ?? '');
}

/** How a quotation in Markdown says that they wrote: see attribution in forum/quoting.ts. */
export function attributionsTo(name: string, handle: string): string[] {
  return [name, `${name} (vendor)`, `${name} (${handle})`].map((who) => `[${inMarkdown(who)} wrote](`);
}

/** What others wrote, in which links, mentions and addresses are looked for, what everybody sees first; `posts` and `threads` are shown and found, and so are for finishing.ts. `most` says how long what is still to be sent may be, by column or key. */
export const writings: readonly { table: string; columns: readonly string[]; json?: readonly string[]; most?: Readonly<Record<string, number>> }[] = [
  { table: 'threads', columns: ['title'] },
  { table: 'hidden_titles', columns: ['title'] },
  { table: 'posts', columns: ['markdown'] },
  { table: 'post_versions', columns: ['markdown'] },
  { table: 'stray_drafts', columns: [], json: ['fields'] },
  { table: 'drafts', columns: [], json: ['fields'] },
  { table: 'held_posts', columns: ['title', 'markdown'], json: ['input'], most: { title: mostInTitle, markdown: mostInBody, body: mostInBody } },
];

/** Up to which row a portion of a table goes; null at its end. */
export function endOfPortion(table: string, after: number, rows: number): number | null {
  return db.$client.prepare(`select max(rowid) from (select rowid from "${table}" where rowid > ? order by rowid limit ?)`).pluck().get(after, rows) as number | null;
}

/** Rows of a portion in whose column something of the member may stand. */
export function rowsNaming<Row>(traces: Traces, table: string, column: string, more: string, after: number, to: number): Row[] {
  const said = attributionsTo(traces.name, traces.handle).map((one) => one.toLowerCase());
  const needles = [`/members/${traces.handle}`, `@${traces.handle}`, ...[...traces.emails, ...traces.emails.map(inMarkdown), ...said].flatMap((one) => [one, JSON.stringify(one).slice(1, -1)])];
  const holds = needles.map(() => `instr(lower("${column}"), ?) > 0`).join(' or ');
  return db.$client.prepare(`select rowid as row, "${column}" as text ${more} from "${table}" where rowid > ? and rowid <= ? and (${holds}) order by rowid`).all(after, to, ...needles) as Row[];
}

/** Changes a portion of what others wrote and is kept without being rendered, where something of the member may stand. Call inside a transaction. */
export function scrubSome(traces: Traces, table: string, after: number, to: number, change: (text: string, most?: number) => string): void {
  const { columns = [], json = [], most = {} } = writings.find((one) => one.table === table) ?? {};
  for (const column of [...columns, ...json]) {
    const put = db.$client.prepare(`update "${table}" set "${column}" = ? where rowid = ?`);
    for (const { row, text } of rowsNaming<{ row: number; text: string }>(traces, table, column, '', after, to)) {
      put.run(json.includes(column) ? inJson(text, (key, value) => change(value, most[key])) : change(text, most[column]), row);
    }
  }
}
