import { db, letterSearches, prepared, savedSearches, savedSearchHits, transaction } from '#db/client.ts';
import { eq } from 'drizzle-orm';
import { lastHour } from '#lib/dates.ts';
import type { LetterPart } from '#lib/letter.ts';
import { settings } from '#lib/settings.ts';
import { isNamelessPost } from '../anonymity.ts';
import { postNews } from '../mail/outbox.ts';
import { lastDocumentId, newMatches, type Match } from '../search/matches.ts';
import { askOf } from './asks.ts';

/** So many matches of one search a letter shows; so many are counted. */
const mostShown = 20;
const mostCounted = 500;

/** Whom a daily letter may go to: members who have confirmed, are not suspended now and have not stopped it. */
const readers = `select m.id from members m where m.email_confirmed_at is not null and (m.suspended_until is null or m.suspended_until <= @now)
  and not exists (select 1 from mail_stops x where x.member_id = m.id and x.subject = 'searches')`;
const due = 's.mail and coalesce(s.last_mailed_at, s.created_at) < @since';

/** Members with saved searches that today's letter has not gone through yet. The day begins at HUB_DAILY_HOUR. */
export function membersWithSearchesDue(now = new Date()): number[] {
  return dueMembers().all({ now: now.getTime(), since: today(now) }) as number[];
}
const dueMembers = prepared((d) => d.$client.prepare(`select distinct s.member_id from saved_searches s where ${due} and s.member_id in (${readers}) order by 1`).pluck());

const today = (now: Date) => lastHour(now, settings().dailyHour).getTime();

/**
 * Goes through a member's saved searches for today's letter: what is new is noted as told and the letter is put into the outbox, all or
 * nothing, so that nothing is told twice whatever happens between. A second call on the same day does nothing.
 * @returns how many new matches the letter tells of; 0 when there is none
 */
export function mailSavedSearches(memberId: number, now = new Date()): number {
  return transaction(() => {
    const searches = dueSearches().all({ memberId, now: now.getTime(), since: today(now) }) as DueSearch[];
    const [first] = searches;
    if (!first) return 0;
    const last = lastDocumentId();
    const found = searches.map((search) => ({ search, ...news(memberId, search) }));
    for (const { search, fresh } of found) {
      for (const { kind, ref } of fresh) db.insert(savedSearchHits).values({ searchId: search.id, kind, ref, mailedAt: now }).onConflictDoNothing().run();
      db.update(savedSearches).set({ lastDocumentId: last, lastMailedAt: now }).where(eq(savedSearches.id, search.id)).run();
    }
    const told = found.filter(({ fresh }) => fresh.length > 0);
    if (told.length > 0) noteTold(write({ id: memberId, email: first.email }, told), told, now);
    return told.reduce((sum, { fresh }) => sum + fresh.length, 0);
  });
}

/** Notes how far the searches had been looked through before this letter, in case it is taken back. */
function noteTold(letterId: number, told: readonly News[], now: Date): void {
  for (const { search } of told) {
    db.insert(letterSearches).values({ letterId, searchId: search.id, mailedAt: now, lastDocumentId: search.last_document_id, lastMailedAt: search.last_mailed_at === null ? null : new Date(search.last_mailed_at) }).run();
  }
}

interface DueSearch { id: number; name: string; query: string; email: string; created_at: number; last_document_id: number; last_mailed_at: number | null }
const dueSearches = prepared((d) => d.$client.prepare(`
  select s.id, s.name, s.query, floor(s.created_at) as created_at, s.last_document_id, s.last_mailed_at, m.email from saved_searches s join members m on m.id = s.member_id
  where s.member_id = @memberId and ${due} and s.member_id in (${readers}) order by s.name collate nocase, s.id`));

interface News { search: DueSearch; fresh: Match[]; more: boolean }

/**
 * What a search has found since it was last looked at: not told before, not the member's own words nor those of somebody they blocked, and of posts only those written since it was
 * saved, since a thread that was removed and is restored comes back as a new document.
 */
function news(memberId: number, search: DueSearch): { fresh: Match[]; more: boolean } {
  const matches = newMatches(askOf(search.query), search.last_document_id, mostCounted + 1);
  const fresh = matches.slice(0, mostCounted).filter(({ kind, ref, at }) =>
    !((kind === 'thread' || kind === 'post') && (at.getTime() < search.created_at || author().get({ kind, ref }) === memberId))
    && !byBlocked().get({ memberId, kind, ref }) && !told().get({ searchId: search.id, kind, ref }));
  return { fresh, more: matches.length > mostCounted };
}
const told = prepared((d) => d.$client.prepare('select 1 from saved_search_hits where search_id = @searchId and kind = @kind and ref = @ref'));
const byBlocked = prepared((d) => d.$client.prepare(`
  select 1 from blocks k where k.member_id = @memberId and ((@kind = 'member' and k.blocked_id = cast(@ref as integer)) or exists (
    select 1 from posts p where p.author_id = k.blocked_id and not ${isNamelessPost('p.id')} and ((@kind = 'post' and p.id = cast(@ref as integer)) or (@kind = 'thread' and p.number = 1 and p.thread_id = cast(@ref as integer)))))`));
const author = prepared((d) => d.$client.prepare(`
  select case when @kind = 'thread' then (select author_id from threads where id = cast(@ref as integer)) else (select author_id from posts where id = cast(@ref as integer)) end`).pluck());

/** A thread, and whatever else two searches find, stands in the letter once. */
function write(to: { id: number; email: string }, told: readonly News[]): number {
  const { name, url } = settings();
  const seen = new Set<string>();
  const parts = told.flatMap(({ search, fresh, more }): LetterPart[] => {
    const things = Map.groupBy(fresh, keyOf);
    const once = [...things].flatMap(([key, [first]]) => (first && !seen.has(key) && seen.add(key) ? [first] : []));
    const shown = once.slice(0, mostShown);
    const rest = once.length - shown.length;
    const above = things.size - once.length;
    return [
      { heading: `${search.name}: ${more ? 'more than ' : ''}${things.size} new` },
      ...(shown.length > 0 ? [{ items: shown.map(({ title, url: path, meta, snippet }) => ({ title, url: url + path, meta, snippet })) }] : []),
      ...(above > 0 ? [{ text: once.length === 0 ? 'All of it stands above.' : above === 1 ? 'One more stands above.' : `${above} more stand above.` }] : []),
      { link: rest > 0 ? `And ${rest}${more ? ' or more' : ''} more: open the search` : 'Open the search', url: `${url}/search?${search.query}` },
    ];
  });
  const sum = `${told.some(({ more }) => more) ? 'More than ' : ''}${seen.size}`;
  const [only, another] = told;
  return postNews({
    to, parts, stops: 'searches', change: '/account/searches',
    subject: only && !another ? `${sum} new for “${only.search.name}”` : `${sum} new for ${told.length} of your searches`,
    why: `You get this letter, at most once a day, because you saved ${told.length === 1 ? 'this search' : 'these searches'} on ${name}.`,
  });
}
const keyOf = ({ documentId, kind, ref }: Match) => (threadOf().get(documentId) as string | undefined) ?? `${kind} ${ref}`;
const threadOf = prepared((d) => d.$client.prepare(`select 'thread of ' || thread_id from search_documents where id = ? and thread_id is not null`).pluck());

/** What comes while a search has no letter is not mailed later: those are brought up to date without one. */
export function passOverSearches(now = new Date()): void {
  passing().run({ now: now.getTime(), since: today(now), last: lastDocumentId() });
}
const passing = prepared((d) => d.$client.prepare(`
  update saved_searches as s set last_document_id = @last, last_mailed_at = @now
  where coalesce(s.last_mailed_at, s.created_at) < @since and not (s.mail and s.member_id in (${readers}))`));
