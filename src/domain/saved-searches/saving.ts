import { and, count, eq } from 'drizzle-orm';
import { z } from 'zod';
import { db, savedSearches, transaction } from '#db/client.ts';
import { line, rowId } from '#lib/fields.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { mustSignIn, mustWrite } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { lastDocumentId } from '../search/matches.ts';
import { readQuery } from '../search/query.ts';
import { askOf, queryOf } from './asks.ts';

/** So many searches a member may have saved. */
export const mostSearches = 50;

const nameField = line({ missing: 'Please give the search a name, so that you know it again.', max: 80 });

export const saveSearchInput = z.object({
  name: nameField,
  query: z.string({ error: 'This form is incomplete: please reload the page.' }).max(2000, 'This search is too long to be saved.'),
});

/** Saves a search for the actor alone, with a daily letter of what is new from now on. Returns its address. Throws Invalid, Denied, TooMany. */
export function saveSearch(actor: Member, input: z.output<typeof saveSearchInput>): { url: string } {
  mustWrite(actor);
  countAttempt('saveSearchPerMember', actor.id);
  const ask = askOf(input.query);
  const query = queryOf(ask);
  const { clauses, without } = readQuery(ask.q);
  if (!query || clauses.length + without.length === 0) throw new Invalid({ name: 'This search asks for nothing. Search for a few words first, then save it.' });
  transaction(() => {
    const known = db.select({ name: savedSearches.name }).from(savedSearches).where(and(eq(savedSearches.memberId, actor.id), eq(savedSearches.query, query))).get();
    if (known) throw new Invalid({ name: `You have saved this search already, as “${known.name}”.` });
    const { n } = db.select({ n: count() }).from(savedSearches).where(eq(savedSearches.memberId, actor.id)).get() ?? { n: 0 };
    if (n >= mostSearches) throw new Denied(`You have saved ${mostSearches} searches, which is the most. Delete one first.`);
    db.insert(savedSearches).values({ memberId: actor.id, name: input.name, query, lastDocumentId: lastDocumentId() }).run();
  });
  return { url: `/search?${query}` };
}

export const renameSearchInput = z.object({ id: rowId, name: nameField });

/** Gives a saved search of the actor's another name. Throws NotFound for another's. */
export function renameSearch(actor: Member, { id, name }: z.output<typeof renameSearchInput>): void {
  mustWrite(actor);
  countAttempt('saveSearchPerMember', actor.id);
  own(db.update(savedSearches).set({ name }).where(mine(actor, id)).run().changes);
}

export const mailSearchInput = z.object({ id: rowId, mail: z.enum(['on', 'off']) });

/** Switches the daily letter about a saved search on or off. What came while it was off is not mailed later. Throws NotFound for another's. */
export function setSearchMail(actor: Member, { id, mail }: z.output<typeof mailSearchInput>): void {
  mustSignIn(actor);
  countAttempt('saveSearchPerMember', actor.id);
  transaction(() => {
    const search = db.select({ mail: savedSearches.mail }).from(savedSearches).where(mine(actor, id)).get();
    own(search ? 1 : 0);
    if (search?.mail === (mail === 'on')) return;
    db.update(savedSearches).set(mail === 'on' ? { mail: true, lastDocumentId: lastDocumentId() } : { mail: false }).where(mine(actor, id)).run();
  });
}

export const searchActInput = z.object({ id: rowId });

/** Deletes a saved search of the actor's, with what it has told. Returns its name. Throws NotFound for another's. */
export function deleteSearch(actor: Member, { id }: z.output<typeof searchActInput>): void {
  mustSignIn(actor);
  countAttempt('saveSearchPerMember', actor.id);
  own(db.delete(savedSearches).where(mine(actor, id)).run().changes);
}

const mine = (actor: Member, id: number) => and(eq(savedSearches.id, id), eq(savedSearches.memberId, actor.id));

function own(found: number): void {
  if (!found) throw new NotFound('You have no such saved search.');
}
