import { and, desc, eq, isNotNull, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, thesaurusEntries as table, transaction } from '#db/client.ts';
import { optionalText, rowId, text } from '#lib/fields.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { wordField, wordList } from './fields.ts';
import { entryUrl, takenWords, type TakenWord } from './listing.ts';
import { takeSuggestion } from './suggestions.ts';
import { distinctWords, later, longestNote, mostWords, wordKey } from './words.ts';

const fields = {
  term: wordField,
  also: wordList(mostWords),
  related: wordList(mostWords),
  note: optionalText(longestNote).transform((note) => note?.replace(/\s+/g, ' ') ?? null),
  /** The suggestion of a member that is answered with this. */
  suggestionId: z.union([z.literal('').transform(() => null), rowId]).nullish().transform((id) => id ?? null),
};

export const newEntryInput = z.object(fields);
export const entryEditInput = z.object({ id: rowId, updatedAt: z.coerce.number({ error: 'This form is incomplete: please reload the page.' }), ...fields });

/** What saving led to: the entry stands, or words of it stand in other entries already and nothing was saved. */
export type EntrySaved = { saved: true; id: number; url: string } | { saved: false; taken: TakenWord[] };

/** Adds an entry to the thesaurus. For coordinators; logged. Throws SignInRequired, Denied, Invalid, NotFound for a suggestion that is answered already. */
export function addEntry(actor: Member, { suggestionId, ...typed }: z.output<typeof newEntryInput>): EntrySaved {
  mustCoordinate(actor);
  const values = readEntry(typed);
  return transaction(() => {
    const taken = takenWords([values.term, ...values.also]);
    if (taken.length) return { saved: false, taken };
    const { id } = db.insert(table).values({ ...values, origin: 'hub', updatedById: actor.id }).returning({ id: table.id }).get();
    recordAct(actor, 'add word', values.term, entryUrl({ id }));
    bumpChanges();
    return saved(actor, { id, term: values.term }, suggestionId);
  });
}

/**
 * Changes an entry; one that came from content/ belongs to the browser from then on. For coordinators; logged. Throws SignInRequired, Denied,
 * NotFound, and Invalid on the field `updatedAt` when somebody else has saved it meanwhile.
 */
export function editEntry(actor: Member, { id, updatedAt, suggestionId, ...typed }: z.output<typeof entryEditInput>): EntrySaved {
  mustCoordinate(actor);
  const values = readEntry(typed);
  return transaction(() => {
    const before = mustFind(id);
    if (before.updatedAt.getTime() !== updatedAt) {
      throw new Invalid({ updatedAt: 'Somebody else has saved this entry since you opened it. What you typed is still here. Open the entry in a second window to see their version; saving again replaces it by yours.' });
    }
    const taken = takenWords([values.term, ...values.also], id);
    if (taken.length) return { saved: false, taken };
    const same = JSON.stringify([before.term, before.also, before.related, before.note]) === JSON.stringify([values.term, values.also, values.related, values.note]);
    if (!same) {
      db.update(table).set({ ...values, origin: 'hub', contentHash: null, updatedAt: later(before.updatedAt), updatedById: actor.id }).where(eq(table.id, id)).run();
      recordAct(actor, 'edit word', values.term, entryUrl({ id }));
      bumpChanges();
    }
    return saved(actor, { id, term: values.term }, suggestionId);
  });
}

function readEntry({ term, also, related, note }: Omit<z.output<typeof newEntryInput>, 'suggestionId'>) {
  const others = distinctWords(also, [term]);
  if (!others.length) throw new Invalid({ also: 'Give at least one other word: an entry joins two or more.' });
  return { term, termKey: wordKey(term), also: others, related: distinctWords(related, [term, ...others]), note };
}

function saved(actor: Member, entry: { id: number; term: string }, suggestionId: number | null): EntrySaved {
  if (suggestionId !== null) takeSuggestion(actor, suggestionId, entry);
  return { saved: true, id: entry.id, url: entryUrl(entry) };
}

export const entryRemoveInput = z.object({ id: rowId, reason: text({ missing: 'Say why: it is kept in the log.', max: 1000 }) });

/** Takes an entry out of the thesaurus; it stays out, also when it stands in content/. For coordinators; logged. Throws SignInRequired, Denied, NotFound. */
export function removeEntry(actor: Member, { id, reason }: z.output<typeof entryRemoveInput>): { term: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const { term, updatedAt } = mustFind(id);
    db.update(table).set({ origin: 'hub', contentHash: null, removedAt: new Date(), updatedAt: later(updatedAt), updatedById: actor.id }).where(eq(table.id, id)).run();
    recordAct(actor, 'remove word', term, '/thesaurus', reason);
    bumpChanges();
    return { term };
  });
}

export const entryRestoreInput = z.object({ id: rowId });

/** Brings a removed entry back as it was. For coordinators; logged. Throws SignInRequired, NotFound, and Denied where another entry has its words by now. */
export function restoreEntry(actor: Member, { id }: z.output<typeof entryRestoreInput>): { id: number; url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const row = db.select().from(table).where(and(eq(table.id, id), isNotNull(table.removedAt))).get();
    if (!row) throw new NotFound('This entry has not been removed.');
    const [taken] = takenWords([row.term, ...row.also]);
    if (taken) throw new Denied(`“${taken.word}” stands in the entry “${taken.entry.term}” by now. Change that one instead.`);
    db.update(table).set({ removedAt: null, updatedAt: later(row.updatedAt), updatedById: actor.id }).where(eq(table.id, id)).run();
    recordAct(actor, 'restore word', row.term, entryUrl({ id }));
    bumpChanges();
    return { id, url: entryUrl({ id }) };
  });
}

function mustFind(id: number): typeof table.$inferSelect {
  const row = db.select().from(table).where(and(eq(table.id, id), isNull(table.removedAt))).get();
  if (!row) throw new NotFound('There is no such entry in the thesaurus any more.');
  return row;
}

export interface EntryForm {
  id: number; term: string; also: string[]; related: string[]; note: string | null;
  /** Whether it is still kept in step with content/. */
  fromFile: boolean;
  /** Which version the form changes. */
  updatedAt: number;
}

/** An entry for the form that edits it. Throws SignInRequired, Denied, NotFound. */
export function entryForEditing(viewer: Viewer, id: number): EntryForm {
  mustCoordinate(viewer);
  const { term, also, related, note, origin, updatedAt } = mustFind(id);
  return { id, term, also, related, note, fromFile: origin === 'content', updatedAt: updatedAt.getTime() };
}

export interface RemovedEntry { id: number; term: string; also: string[]; at: Date; by: string | null }

/** What was removed, the last first, at most 100. For coordinators. */
export function removedEntries(viewer: Viewer): RemovedEntry[] {
  mustCoordinate(viewer);
  return db.select({ id: table.id, term: table.term, also: table.also, at: table.removedAt, by: members.name }).from(table).leftJoin(members, eq(members.id, table.updatedById))
    .where(isNotNull(table.removedAt)).orderBy(desc(table.removedAt), desc(table.id)).limit(100).all()
    .flatMap(({ at, ...row }) => (at ? [{ ...row, at }] : []));
}
