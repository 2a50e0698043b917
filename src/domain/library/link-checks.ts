import { eq } from 'drizzle-orm';
import { bumpChanges, db, linkChecks, prepared, transaction } from '#db/client.ts';
import { fetchGuarded, type Ask, type GuardedAnswer } from '#lib/fetch-guarded.ts';
import { settings } from '#lib/settings.ts';
import { findingOf, hostOf, nextVisit, type Finding, type LinkOutcome } from './link-findings.ts';

const resolver = 'https://doi.org/';

/** The address under which a resource can be read: its DOI, or else its own address; null where there is neither. */
export function linkOf({ doi, url }: { doi: string | null; url: string | null }): string | null {
  return doi ? resolver + doi : url && /^https?:\/\//i.test(url) ? url : null;
}
/** The same in SQL, for rows of `resources r`. */
export const linkSql = `case when coalesce(r.doi, '') <> '' then '${resolver}' || r.doi when r.url like 'http://%' or r.url like 'https://%' then r.url end`;

export interface LinkCheck {
  outcome: LinkOutcome;
  checkedAt: Date;
  /** The address that was asked. */
  url: string;
  status: number | null;
  movedTo: string | null;
  /** How many times in a row it did not work. */
  failures: number;
}

interface CheckRow { outcome: LinkOutcome; checkedAt: number; url: string; status: number | null; movedTo: string | null; failures: number }
const checkColumns = 'c.outcome, c.checked_at as checkedAt, c.url, c.status, c.moved_to as movedTo, c.failures';

/** What came of asking for the link of a resource the last time; null where it was not asked yet, or the link has changed since. */
export function linkCheckOf(resourceId: string): LinkCheck | null {
  const row = current().get(resourceId) as CheckRow | undefined;
  return row ? { ...row, checkedAt: new Date(row.checkedAt) } : null;
}
const current = prepared((d) => d.$client.prepare(`
  select ${checkColumns} from resources r join link_checks c on c.resource_id = r.id where r.id = ? and c.url = ${linkSql}`));

export interface CheckOptions {
  ask?: Ask;
  now?: Date;
  /** From 0 to 1: spreads the next visits. */
  chance?: () => number;
}

/**
 * Asks for at most `limit` links of published resources whose turn it is, each on another host, and remembers what came of it. Asks for nothing
 * where the hub may not ask others, and remembers nothing where the hub itself is offline.
 */
export async function checkSomeLinks(limit: number, { ask = fetchGuarded, now = new Date(), chance = Math.random }: CheckOptions = {}): Promise<{ asked: number; recorded: number; offline: boolean }> {
  if (!settings().outbound) return { asked: 0, recorded: 0, offline: false };
  const links = linksDue(now, limit);
  const visits = await Promise.all(links.map(async (link) => ({ ...link, answer: await visit(link.link, ask) })));
  if (visits.some(({ answer }) => isSilent(answer)) && !visits.some(({ answer }) => isProof(answer)) && !await anybodyAnswers(visits.map((v) => v.link), ask)) {
    return { asked: links.length, recorded: 0, offline: true };
  }
  return { asked: links.length, recorded: remember(visits, now, chance), offline: false };
}

interface DueLink { id: string; link: string }

/** Links that have to be asked for now: first those whose time has come, then new ones; one of each host. */
function linksDue(now: Date, limit: number): DueLink[] {
  const hosts = new Set<string>();
  const chosen: DueLink[] = [];
  for (const candidates of [due, fresh]) {
    for (const link of candidates(now)) {
      const host = hostOf(link.link);
      if (hosts.has(host)) continue;
      if (chosen.length === limit) return chosen;
      hosts.add(host);
      chosen.push(link);
    }
  }
  return chosen;
}

const due = (now: Date) => dueLinks().all(now.getTime()) as DueLink[];
const dueLinks = prepared((d) => d.$client.prepare(`
  select r.id, c.url as link from link_checks c join resources r on r.id = c.resource_id
  where c.next_check_at <= ? and r.status = 'published' and c.url = ${linkSql} order by c.next_check_at limit 300`));

let waiting: { of: object; at: unknown; links: DueLink[] } | null = null;

/** Links that nobody has asked for, mixed: looked for once after each change of the library, because that reads all of it. */
function fresh(): DueLink[] {
  const at = libraryChanges().get();
  if (waiting?.of !== db.$client || waiting.at !== at) waiting = { of: db.$client, at, links: freshLinks().all() as DueLink[] };
  return waiting.links;
}
const libraryChanges = prepared((d) => d.$client.prepare(`select value from facts where name = 'library'`).pluck());
const freshLinks = prepared((d) => d.$client.prepare(`
  select r.id, ${linkSql} as link from resources r left join link_checks c on c.resource_id = r.id
  where r.status = 'published' and ${linkSql} is not null and c.url is not ${linkSql} order by random()`));

function isFreshNoMore(ids: readonly string[]): void {
  if (waiting) waiting.links = waiting.links.filter(({ id }) => !ids.includes(id));
}

/** HEAD, and GET where a server does not take HEAD well. For a DOI it is enough that its resolver knows where to send people. */
async function visit(link: string, ask: Ask): Promise<GuardedAnswer> {
  const doi = link.startsWith(resolver);
  const address = doi ? resolver + encodeURIComponent(link.slice(resolver.length)).replaceAll('%2F', '/') : link;
  const manner = { timeoutMs: 15_000, maxBytes: 0, ...(doi ? { maxRedirects: 0 } : {}) };
  const first = await ask(address, { ...manner, method: 'HEAD' });
  const doubtful = first.outcome === 'answer' ? first.status >= 400 && first.status !== 429 : first.outcome === 'unreachable' && !first.offline;
  if (!doubtful) return first;
  const second = await ask(address, { ...manner, method: 'GET' });
  return second.outcome === 'answer' ? second : first;
}

const isSilent = (answer: GuardedAnswer) => answer.outcome === 'unreachable' && answer.offline;
const isProof = (answer: GuardedAnswer) => answer.outcome === 'answer' || (answer.outcome === 'unreachable' && !answer.offline);

/** Whether one of two other hosts can be reached: those that worked last, or two that always do. */
async function anybodyAnswers(but: readonly string[], ask: Ask): Promise<boolean> {
  const hosts = new Set(but.map(hostOf));
  const others = [...(workedLast().all() as string[]), resolver, 'https://www.iana.org/'].filter((url) => !hosts.has(hostOf(url)) && hosts.add(hostOf(url))).slice(0, 2);
  const answers = await Promise.all(others.map((url) => ask(url, { method: 'HEAD', timeoutMs: 10_000, maxRedirects: 0 })));
  return answers.some(isProof);
}
const workedLast = prepared((d) => d.$client.prepare(`select url from link_checks where outcome = 'works' order by checked_at desc limit 20`).pluck());

/** Writes what was found, except of what changed meanwhile. Returns how many. Pages are made anew only where a visitor would read something else. */
function remember(visits: readonly (DueLink & { answer: GuardedAnswer })[], now: Date, chance: () => number): number {
  return transaction(() => {
    const standing = visits.filter(({ id, link }) => linkNow().get(id) === link);
    let news = false;
    for (const { id, link, answer } of standing) {
      const before = linkCheckOf(id);
      const finding = findingOf(link, answer, before);
      const row = { ...finding, url: link, checkedAt: now, nextCheckAt: nextVisit(finding, now, chance()) };
      db.insert(linkChecks).values({ resourceId: id, ...row }).onConflictDoUpdate({ target: linkChecks.resourceId, set: row }).run();
      news ||= before === null || asRead(before) !== asRead(finding);
    }
    if (news) bumpChanges();
    isFreshNoMore(standing.map(({ id }) => id));
    return standing.length;
  });
}
const linkNow = prepared((d) => d.$client.prepare(`select ${linkSql} from resources r where r.id = ? and r.status = 'published'`).pluck());

/** What a visitor reads of a check, apart from its day. */
const asRead = ({ outcome, movedTo, failures }: Finding) => `${outcome} ${movedTo} ${outcome === 'unreachable' ? failures : ''}`;

/** Lets a link be asked for as soon as the next round comes. Call inside a transaction. Returns whether it had been asked for before. */
export function askSoon(resourceId: string): boolean {
  return db.update(linkChecks).set({ nextCheckAt: new Date(0) }).where(eq(linkChecks.resourceId, resourceId)).run().changes > 0;
}
