import { and, count, desc, eq, gte, inArray, isNull, lt, type SQL } from 'drizzle-orm';
import { db, log, members, prepared } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';
import { threadsByNumber } from '../thread-addresses.ts';

/** Every privileged act there is, as the log tells it. Acts on things are public, acts on people are for coordinators. */
const acts = {
  'publish resource': ['public', 'published a resource'], 'edit resource': ['public', 'edited a resource'], 'retire resource': ['public', 'retired a resource'],
  'republish resource': ['public', 'published a resource again'], 'return resource': ['public', 'went back to the file of a resource'], 'draft resource': ['coordinators', 'drafted a resource'],
  'submit resource': ['coordinators', 'submitted a resource'], 'review resource': ['coordinators', 'took a resource into review'], 'decline resource': ['coordinators', 'declined a resource'],
  'rename resource': ['public', 'gave a resource a new address'], 'confirm resource': ['public', 'confirmed that a resource is still correct'], 'care for resource': ['coordinators', 'changed who looks after a resource'],
  'merge resources': ['public', 'merged two resources'], 'unmerge resources': ['public', 'undid a merge'], 'change link': ['public', 'changed the link of a resource'], 'check link': ['coordinators', 'asked for a link to be checked'],
  'attach file': ['public', 'added a file to a resource'], 'remove file': ['public', 'removed a file of a resource'],
  'read import': ['coordinators', 'began an import'], 'import resources': ['public', 'imported works'], 'publish import': ['public', 'published imported works'], 'undo import': ['public', 'undid an import'], 'discard import': ['coordinators', 'discarded an import'],
  'hide collection': ['public', 'took a reading list out of public view'], 'feature collection': ['public', 'featured a collection'], 'unfeature collection': ['public', 'took a collection off the featured ones'],
  'rename thread': ['public', 'renamed a thread'], 'move thread': ['public', 'moved a thread'], 'change kind': ['public', 'changed what a thread is'], 'lock thread': ['public', 'locked a thread'], 'unlock thread': ['public', 'unlocked a thread'],
  'pin thread': ['public', 'pinned a thread'], 'unpin thread': ['public', 'unpinned a thread'], 'remove thread': ['public', 'removed a thread'], 'restore thread': ['public', 'restored a thread'],
  'remove post': ['public', 'removed a post'], 'restore post': ['public', 'restored a post'],
  'withhold versions': ['public', 'took earlier versions of a post out of view'], 'show versions': ['public', 'brought earlier versions of a post back'],
  'remove confirmation': ['public', 'removed a “works for us too”'], 'keep confirmation': ['public', 'kept a “works for us too” that was flagged'],
  'uphold removal of confirmation': ['public', 'upheld, after an appeal, the removal of a “works for us too”'], 'overturn removal of confirmation': ['public', 'brought a “works for us too” back after an appeal'],
  'overturn removal of replaced confirmation': ['public', 'overturned, after an appeal, the removal of a “works for us too”; what its author says there by now stays as it is'],
  'accept answer': ['public', 'accepted an answer'], 'unaccept answer': ['public', 'took back that an answer is accepted'],
  'confirm answer': ['public', 'said that an answer is still right'], 'ask about answer': ['coordinators', 'asked whether an old answer is still right'],
  'hand over question': ['coordinators', 'handed over a question'], 'look up asker': ['coordinators', 'looked up who wrote without a name'], 'try move': ['coordinators', 'tried to move posts where it would show who wrote without a name'],
  'change calendar': ['coordinators', 'changed the working calendar'], 'change forum coordinators': ['coordinators', 'changed who looks for answers in the forums'],
  'add word': ['public', 'added words to the thesaurus'], 'edit word': ['public', 'changed words of the thesaurus'], 'remove word': ['public', 'removed words from the thesaurus'],
  'restore word': ['public', 'brought words of the thesaurus back'], 'decline word': ['coordinators', 'declined a suggested word'],
  'hide post': ['public', 'hid something until a coordinator looks'], 'keep post': ['public', 'kept something that was flagged'], 'ask to edit': ['public', 'asked the author to edit'],
  'warn author': ['public', 'kept something and warned its author'], 'accept correction': ['public', 'accepted a correction'], 'decline correction': ['public', 'did not take up a correction'],
  'approve post': ['coordinators', 'let a held post through'], 'decline post': ['public', 'did not let a held post through'], 'withdraw post': ['coordinators', 'closed, as its author took it back,'],
  'uphold decision': ['public', 'upheld a decision after an appeal'], 'overturn decision': ['public', 'overturned a decision after an appeal'], 'undo decision': ['public', 'took a decision back'],
  'uphold decision on member': ['coordinators', 'upheld, after an appeal,'], 'overturn decision on member': ['coordinators', 'overturned, after an appeal,'],
  'decide about profile': ['coordinators', 'decided about a flagged profile'], 'set trust': ['coordinators', 'set a level of trust'], 'change holding': ['public', 'changed whether first posts are held'],
  'close thread': ['public', 'closed a thread'], 'reopen thread': ['public', 'reopened a thread'], 'split thread': ['public', 'moved posts to another thread'], 'merge threads': ['public', 'merged two threads'], 'undo thread act': ['public', 'undid what was done to a thread'],
  'add forum': ['public', 'added a forum'], 'edit forum': ['public', 'changed a forum'], 'order forums': ['public', 'changed the order of the forums'],
  'close forum': ['public', 'closed a forum'], 'open forum': ['public', 'opened a forum again'], 'delete forum': ['public', 'took away an empty forum'],
  'add place': ['public', 'added a place'], 'edit place': ['public', 'changed the facts of a place'],
  'change joining': ['coordinators', 'changed how one joins'], 'accept applicant': ['coordinators', 'let somebody in'], 'decline applicant': ['coordinators', 'did not let somebody in'],
  'invite': ['coordinators', 'invited'], 'send invitation': ['coordinators', 'sent an invitation again to'], 'withdraw invitation': ['coordinators', 'withdrew an invitation of'],
  'verify member': ['coordinators', 'verified a member'], 'unverify member': ['coordinators', 'ruled on a verification'], 'remove vouch': ['coordinators', 'took away what somebody vouched'], 'change domains': ['coordinators', 'changed the government domains'],
  'set up hub': ['coordinators', 'set up the hub'], 'suspend member': ['coordinators', 'suspended a member'], 'extend suspension': ['coordinators', 'extended a suspension'], 'restore member': ['coordinators', 'ended a suspension'],
  'end sessions': ['coordinators', 'signed somebody out'], 'remove second step': ['coordinators', 'removed a second step'], 'appoint member': ['coordinators', 'changed a role'], 'leave hub': ['coordinators', 'took note of the leaving of'],
} as const;
export type Act = keyof typeof acts;

/** The acts that everybody may read of. */
export const publicActs = Object.entries(acts).flatMap(([act, [who]]) => (who === 'public' ? [act as PublicAct] : []));

/** What an act is called in the log; an unknown one is called by its name. */
export const wordsOfAct = (act: string): string => (act in acts ? acts[act as Act][1] : act);

/**
 * Writes one line of the log. Call inside the transaction of the act. `actor` null is the hub itself; `object` names the thing as it is called now. Whose titles it says is kept
 * beside it: of what `url` leads to, and of a second thread or work that it names. `aboutId` is whose it is about what it was decided, where they have a name there.
 */
export function recordAct(actor: { id: number } | null, act: Act, object: string, url: string | null, reason: string | null = null, second: { threadId?: number; resourceId?: string; aboutId?: number | null } = {}): void {
  const { id } = db.insert(log).values({ actorId: actor?.id ?? null, act, object, url, reason, aboutId: second.aboutId ?? null }).returning({ id: log.id }).get();
  const [, thread, post, slug, list] = /^\/(?:forums\/[^/]+\/(\d+)|posts\/(\d+)|(?:library|desk\/resources)\/([^/?#]+)|collections\/(\d+))/.exec(url ?? '') ?? [];
  if (thread ?? post ?? slug ?? list) keepTitles().run({ id, object, thread: thread ?? null, post: post ?? null, slug: slug ?? null, list: list ?? null, secondThread: second.threadId ?? null, secondWork: second.resourceId ?? null });
}
const keepTitles = prepared((d) => d.$client.prepare(`
  with of_threads(id) as materialized (values (cast(@thread as integer)), (@secondThread) union select thread_id from posts where id = cast(@post as integer)),
  of_works(id) as materialized (values (@secondWork) union select id from resources where slug = @slug),
  titles(thread_id, resource_id, owner_id, title) as (
    select id, resource_id, null, title from threads where id in (select id from of_threads)
    union select thread_id, null, null, title from hidden_titles where thread_id in (select id from of_threads)
    union select a.thread_id, null, null, a.undo ->> ('$.' || side.column1 || '.title') from of_threads o cross join thread_acts a on a.thread_id = o.id cross join (values ('before'), ('after')) side
    union select null, id, null, title from resources where id in (select id from of_works)
    union select null, resource_id, null, fields ->> '$.title' from resource_versions where resource_id in (select id from of_works) and fields ->> '$.title' is not null
    union select null, null, owner_id, title from collections where id = cast(@list as integer))
  insert into log_titles (log_id, thread_id, resource_id, owner_id, title)
  select @id, thread_id, resource_id, owner_id, title from titles where title is not null and (@object = title or instr(@object, title || ': ') = 1 or instr(@object, '“' || title || '”') > 0 or thread_id = @secondThread or resource_id = @secondWork)`));

export interface LogLine {
  id: number; at: Date; actor: { name: string; handle: string } | null; act: string; words: string; object: string; url: string | null; reason: string | null;
}

/** Which lines of the log. Days are YYYY-MM-DD in UTC, both included. */
export interface LogFilter {
  /** The handle of who did it; `hub` for the hub itself. */
  actor: string | null;
  act: Act | null;
  from: string | null;
  to: string | null;
}

const isDay = (given: string | null) => (given && /^\d{4}-\d\d-\d\d$/.test(given) && !Number.isNaN(Date.parse(given)) ? given : null);

/** The filter that an address asks for; what it does not know is passed over. */
export function readLogFilter(query: URLSearchParams): LogFilter {
  const act = query.get('act');
  return { actor: query.get('actor') || null, act: act !== null && Object.hasOwn(acts, act) ? act as Act : null, from: isDay(query.get('from')), to: isDay(query.get('to')) };
}

function whereOf({ actor, act, from, to }: LogFilter): SQL | undefined {
  return and(
    actor === null ? undefined : actor === 'hub' ? isNull(log.actorId) : inArray(log.actorId, db.select({ id: members.id }).from(members).where(eq(members.handle, actor))),
    act === null ? undefined : eq(log.act, act),
    from === null ? undefined : gte(log.at, new Date(from)), to === null ? undefined : lt(log.at, addDays(new Date(to), 1)),
  );
}

const everything: LogFilter = { actor: null, act: null, from: null, to: null };

/** The log, newest first, 50 lines a page. For coordinators of all. */
export function readLog(viewer: Viewer, page: string | null, filter: LogFilter = everything): { lines: LogLine[]; paging: Paging } {
  mustCoordinate(viewer);
  return readLines(whereOf(filter), page);
}

/** The same without pages, for a file; at most 100,000 lines. For coordinators of all. */
export function logLines(viewer: Viewer, filter: LogFilter): LogLine[] {
  mustCoordinate(viewer);
  return selectLines(whereOf(filter)).orderBy(desc(log.id)).limit(100_000).all().map(asLine);
}

/** Who stands in the log, and which acts, for the form that narrows it. For coordinators of all. */
export function logChoices(viewer: Viewer): { actors: { handle: string; name: string }[]; acts: { act: string; words: string }[] } {
  mustCoordinate(viewer);
  return {
    actors: actorsInLog().all() as { handle: string; name: string }[],
    acts: (actsInLog().all() as string[]).map((act) => ({ act, words: wordsOfAct(act) })).sort((a, b) => a.words.localeCompare(b.words)),
  };
}
const actorsInLog = prepared((d) => d.$client.prepare('select handle, name from members where length(handle) > 0 and id in (select distinct actor_id from log) order by name, id'));
const actsInLog = prepared((d) => d.$client.prepare('select distinct act from log').pluck());

/**
 * What was done to resources, threads and posts, for everybody: nothing in it is about a member. A thread is called as it is called now,
 * and one that was removed is not named: its title may be what had to go. So it is with reading lists.
 */
export function readPublicLog(page: string | null, only: 'order' | null = null): { lines: LogLine[]; paging: Paging } {
  const { lines, paging } = readLines(inArray(log.act, only === 'order' ? orderActs : publicActs), page);
  return { paging, lines: lines.map((line) => ({ ...line, ...shownToAll(line) })) };
}

type PublicAct = { [A in Act]: (typeof acts)[A][0] extends 'public' ? A : never }[Act];

/** The column of the monthly totals in which each public act counts; null for what does not keep order among members. */
export const columnOfAct: Readonly<Record<PublicAct, keyof Omit<MonthOfOrder, 'month' | 'total'> | null>> = {
  'hide post': 'hidden', 'remove post': 'removed', 'remove thread': 'removed', 'remove confirmation': 'removed', 'hide collection': 'removed', 'decline post': 'removed', 'withhold versions': 'removed',
  'restore post': 'restored', 'restore thread': 'restored', 'undo decision': 'restored', 'undo thread act': 'restored', 'show versions': 'restored',
  'keep post': 'kept', 'keep confirmation': 'kept', 'decline correction': 'kept', 'ask to edit': 'asked', 'warn author': 'asked', 'accept correction': 'corrected',
  'lock thread': 'arranged', 'unlock thread': 'arranged', 'close thread': 'arranged', 'reopen thread': 'arranged', 'pin thread': 'arranged', 'unpin thread': 'arranged', 'move thread': 'arranged',
  'rename thread': 'arranged', 'change kind': 'arranged', 'split thread': 'arranged', 'merge threads': 'arranged', 'change holding': 'arranged',
  'uphold decision': 'upheld', 'overturn decision': 'overturned', 'uphold removal of confirmation': 'upheld', 'overturn removal of confirmation': 'overturned', 'overturn removal of replaced confirmation': 'overturned',
  // Answers, the library, reading lists that are featured, words, places, and forums as such.
  'accept answer': null, 'unaccept answer': null, 'confirm answer': null,
  'publish resource': null, 'edit resource': null, 'retire resource': null, 'republish resource': null, 'return resource': null, 'rename resource': null, 'confirm resource': null, 'merge resources': null,
  'unmerge resources': null, 'change link': null, 'attach file': null, 'remove file': null, 'import resources': null, 'publish import': null, 'undo import': null,
  'feature collection': null, 'unfeature collection': null, 'add word': null, 'edit word': null, 'remove word': null, 'restore word': null, 'add place': null, 'edit place': null,
  'add forum': null, 'edit forum': null, 'order forums': null, 'close forum': null, 'open forum': null, 'delete forum': null,
};
const orderActs = publicActs.filter((act) => columnOfAct[act] !== null);

export interface MonthOfOrder {
  /** "2026-11" */
  month: string;
  hidden: number; removed: number; restored: number; kept: number; asked: number; corrected: number;
  /** Threads moved, split, merged, closed, locked, pinned or renamed, and whether first posts are held. */
  arranged: number;
  /** Appeals by what came of them. */
  upheld: number; overturned: number;
  total: number;
}

/** How often order was kept, by month (UTC), the newest first: the last twelve months in which anything was done. */
export function monthsOfOrder(): MonthOfOrder[] {
  const rows = perMonth().all(JSON.stringify(orderActs)) as { month: string; act: PublicAct; n: number }[];
  const months = [...new Set(rows.map((row) => row.month))].slice(0, 12);
  return months.map((month) => {
    const counted: MonthOfOrder = { month, hidden: 0, removed: 0, restored: 0, kept: 0, asked: 0, corrected: 0, arranged: 0, upheld: 0, overturned: 0, total: 0 };
    for (const { act, n } of rows.filter((row) => row.month === month)) {
      const column = columnOfAct[act];
      if (column !== null) counted[column] += n;
      counted.total += n;
    }
    return counted;
  });
}
const perMonth = prepared((d) => d.$client.prepare(`
  select strftime('%Y-%m', at / 1000, 'unixepoch') as month, act, count(*) as n from log where act in (select value from json_each(?)) group by 1, 2 order by 1 desc`));

function shownToAll({ act, words, object, url }: LogLine): { words: string; object: string; url: string | null } {
  return { words: act === 'undo thread act' ? wordsOfUndoing(object) : words, ...objectForAll(object, url) };
}

/** What an act is called of which this is recorded that it was undone: `“Title”: what was done`. */
function wordsOfUndoing(object: string): string {
  const undone = Object.values(acts).find(([, words]) => object.endsWith(`”: ${words}`))?.[1];
  return undone ? `undid: ${undone}` : acts['undo thread act'][1];
}

function objectForAll(object: string, url: string | null): { object: string; url: string | null } {
  const list = /^\/collections\/(\d+)/.exec(url ?? '')?.[1];
  if (list) {
    const open = openList().get(list) as { title: string; slug: string } | undefined;
    return open ? { object: open.title, url: `/collections/${list}-${open.slug}` } : { object: 'a reading list', url: null };
  }
  const post = /^\/posts\/(\d+)$/.exec(url ?? '')?.[1];
  const thread = /^\/forums\/([^/]+)\/(\d+)/.exec(url ?? '');
  if (!post && !thread) return { object, url };
  const title = titleStanding(post ? Number(post) : null, thread ? Number(thread[2]) : null);
  const into = title === undefined && thread ? wentInto().get(Number(thread[2])) as { id: number; forum: string } | undefined : undefined;
  const successor = into && titleStanding(null, into.id);
  if (into && successor) return { object: `a thread that went into “${successor}”`, url: `/forums/${into.forum}/${into.id}` };
  // Where nothing stands that everybody may see, nothing is linked or named.
  if (!title) return { object: post ? 'a post' : 'a thread', url: null };
  if (post) return { object: `a post in “${title}”`, url };
  return { object: title, url: `/forums/${thread?.[1]}/${thread?.[2]}` };
}
const openList = prepared((d) => d.$client.prepare(`select title, slug from collections where id = ? and visibility = 'public'`));
const titleStanding = (post: number | null, thread: number | null) => standingTitle().get({ post, thread }) as string | undefined;
const wentInto = prepared((d) => d.$client.prepare('select t.id, f.slug as forum from former_threads g join threads t on t.id = g.into_id join forums f on f.id = t.forum_id where g.thread_id = ?'));
const standingTitle = prepared((d) => d.$client.prepare(`
  select t.title from threads t left join resources r on r.id = t.resource_id
  where t.removed_at is null and (r.id is null or r.status = 'published') and (t.id = @thread or t.id = (select thread_id from posts where id = @post))`).pluck());

function readLines(which: SQL | undefined, page: string | null): { lines: LogLine[]; paging: Paging } {
  const slice = paging(db.select({ n: count() }).from(log).where(which).get()?.n ?? 0, 50, page);
  return { paging: slice, lines: selectLines(which).orderBy(desc(log.id)).limit(slice.size).offset(slice.offset).all().map(asLine) };
}

function selectLines(which: SQL | undefined) {
  return db.select({
    id: log.id, at: log.at, act: log.act, object: log.object, url: log.url, reason: log.reason, name: members.name, handle: members.handle,
  }).from(log).leftJoin(members, eq(members.id, log.actorId)).where(which).$dynamic();
}

function asLine({ name, handle, ...line }: ReturnType<ReturnType<typeof selectLines>['all']>[number]): LogLine {
  return { ...line, url: leadsTo(line.url), reason: line.reason && threadsByNumber(line.reason), words: wordsOfAct(line.act), actor: name !== null && handle !== null ? { name, handle } : null };
}

/** Who has not confirmed their address has no page but that of the desk, and none once they are forgotten. */
function leadsTo(url: string | null): string | null {
  const handle = /^\/members\/(unconfirmed-[\da-f-]{36})$/.exec(url ?? '')?.[1];
  if (handle === undefined) return url;
  return db.select({ id: members.id }).from(members).where(eq(members.handle, handle)).get() ? `/desk/members/${handle}` : null;
}
