import { and, asc, count, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, members, thesaurusEntries, thesaurusSuggestions as table, transaction } from '#db/client.ts';
import { optionalText, rowId, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { NotFound } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { recordAct } from '../moderation/log.ts';
import { countAttempt } from '../people/limits.ts';
import { mustCoordinate, mustSignIn, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { wordList } from './fields.ts';
import { entryUrl, takenWords } from './listing.ts';
import { wordKey } from './words.ts';

export const wordSuggestionInput = z.object({
  words: wordList(10).refine((words) => words.length > 0, 'Give the word that you miss.'),
  note: optionalText(500),
});

/** What a suggestion led to: it waits for a coordinator, or an entry has all of its words already. */
export type WordsSuggested = { saved: true } | { saved: false; entry: { id: number; term: string } };

/** Takes down words that a member misses; the same ones sent again while they wait count once. Throws SignInRequired, Denied, TooMany. */
export function suggestWords(actor: Member, { words, note }: z.output<typeof wordSuggestionInput>): WordsSuggested {
  mustWrite(actor);
  countAttempt('wordPerMember', actor.id);
  return transaction(() => {
    const taken = takenWords(words);
    const [first] = taken;
    if (first && taken.length === words.length && taken.every(({ entry }) => entry.id === first.entry.id)) return { saved: false, entry: first.entry };
    const keys = words.map(wordKey).join('\n');
    const waiting = db.select({ words: table.words }).from(table).where(and(eq(table.memberId, actor.id), eq(table.state, 'open'))).all();
    if (!waiting.some((row) => row.words.map(wordKey).join('\n') === keys)) db.insert(table).values({ memberId: actor.id, words, note }).run();
    return { saved: true };
  });
}

export interface OwnSuggestion {
  id: number; words: string[]; at: Date; state: 'open' | 'taken' | 'declined';
  /** Why it was declined. */
  reason: string | null;
  /** The entry it went into, while that is there. */
  entry: { id: number; term: string } | null;
}

/** The words this member has suggested, the last ten, the newest first, with what became of them. */
export function wordsSuggestedBy(viewer: Viewer): OwnSuggestion[] {
  mustSignIn(viewer);
  return db.select({ id: table.id, words: table.words, at: table.at, state: table.state, reason: table.reason, entryId: thesaurusEntries.id, term: thesaurusEntries.term, removedAt: thesaurusEntries.removedAt })
    .from(table).leftJoin(thesaurusEntries, eq(thesaurusEntries.id, table.entryId)).where(eq(table.memberId, viewer.id)).orderBy(desc(table.id)).limit(10).all()
    .map(({ entryId, term, removedAt, ...row }) => ({ ...row, entry: entryId !== null && term !== null && removedAt === null ? { id: entryId, term } : null }));
}

export interface WaitingSuggestion {
  id: number; words: string[]; note: string | null; at: Date; member: { name: string; handle: string };
  /** Entries that have one of the words already. */
  entries: { id: number; term: string }[];
}

/** Suggestions that wait for an answer, the longest waiting first, at most 200. For coordinators. */
export function waitingSuggestions(viewer: Viewer): WaitingSuggestion[] {
  mustCoordinate(viewer);
  return db.select({ id: table.id, words: table.words, note: table.note, at: table.at, name: members.name, handle: members.handle }).from(table)
    .innerJoin(members, eq(members.id, table.memberId)).where(eq(table.state, 'open')).orderBy(asc(table.at), asc(table.id)).limit(200).all()
    .map(({ name, handle, ...row }) => ({ ...row, member: { name, handle }, entries: [...new Map(takenWords(row.words).map(({ entry }) => [entry.id, entry])).values()] }));
}


/** How many suggestions of words wait for an answer. */
export function countWaitingWords(): number {
  return db.select({ n: count() }).from(table).where(eq(table.state, 'open')).get()?.n ?? 0;
}

/** Answers a suggestion with the entry its words went into, by mail. Call inside the transaction that saves the entry, after the checks. Throws NotFound when it has been answered. */
export function takeSuggestion(actor: Member, id: number, entry: { id: number; term: string }): void {
  const { member, words } = decide(actor, id, { state: 'taken', entryId: entry.id });
  post(member.email, `In the thesaurus now: ${short(words)}`, [
    `Thank you: a coordinator has put what you suggested, ${quoted(words)}, into the thesaurus. Search knows it from now on.`,
    `${settings().url}${entryUrl(entry)}`,
  ]);
}

export const wordDeclineInput = z.object({ id: rowId, reason: text({ missing: 'Say why: the member gets this by mail.', max: 1000 }) });

/** Declines a suggestion; the member gets the reason by mail. For coordinators; logged. Throws SignInRequired, Denied, and NotFound when it has been answered. */
export function declineSuggestion(actor: Member, { id, reason }: z.output<typeof wordDeclineInput>): { words: string[] } {
  mustCoordinate(actor);
  return transaction(() => {
    const { member, words } = decide(actor, id, { state: 'declined', reason });
    post(member.email, `Not in the thesaurus: ${short(words)}`, [
      `Thank you for suggesting ${quoted(words)} for the thesaurus. A coordinator has decided not to take it in. The reason:`, reason,
      'If you think that this is wrong, suggest it again and say in the note what it is needed for.',
    ]);
    recordAct(actor, 'decline word', words.join(', '), '/desk/thesaurus', reason);
    return { words };
  });
}

function decide(actor: Member, id: number, decision: { state: 'taken'; entryId: number } | { state: 'declined'; reason: string }): { member: { email: string }; words: string[] } {
  const row = db.update(table).set({ ...decision, decidedAt: new Date(), decidedById: actor.id }).where(and(eq(table.id, id), eq(table.state, 'open'))).returning().get();
  const member = row && db.select({ email: members.email }).from(members).where(eq(members.id, row.memberId)).get();
  if (!member) throw new NotFound('This suggestion has been answered already.');
  return { member, words: row.words };
}

const quoted = (words: readonly string[]) => words.map((word) => `“${word}”`).join(', ');

/** As much of it as a subject holds. */
function short(words: readonly string[]): string {
  const all = words.join(', ');
  return all.length > 80 ? `${all.slice(0, 79)}…` : all;
}
