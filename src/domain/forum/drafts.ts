import { and, count, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, drafts, prepared, strayDrafts, transaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { rowId } from '#lib/fields.ts';
import { Invalid } from '../errors.ts';
import { countAttempt, isWithinLimit } from '../people/limits.ts';
import { mustSignIn } from '../people/permissions.ts';
import { secondsSince } from '../people/traps.ts';
import type { Member, Viewer } from '../people/types.ts';
import { bodyField, titleField } from './fields.ts';

/** What stands in the fields of a form, by name. */
export type DraftFields = Record<string, string | string[]>;
export interface Draft { id: number; place: string; fields: DraftFields; updatedAt: Date }

/** Where a text is to go: the name of its draft. */
export const draftPlace = {
  newThread: 'new-thread',
  reply: (threadId: number) => `thread:${threadId}`,
  comment: (resourceId: string) => `comment:${resourceId}`,
  edit: (postId: number) => `edit:${postId}`,
};

const placeField = z.string({ error: 'This form is incomplete: please reload the page.' }).regex(/^(?:new-thread|thread:[1-9]\d{0,14}|edit:[1-9]\d{0,14}|comment:[^\s]{1,300})$/, 'This form is incomplete: please reload the page.');

/** More than may be sent: a text that is too long is not lost for that. */
const mostCharacters = 60_000;
const fieldsField = z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,40}$/), z.union([z.string(), z.array(z.string()).max(30)]))
  .refine((fields) => Object.keys(fields).length <= 30 && JSON.stringify(fields).length <= mostCharacters * 2, 'This is too much for a draft.');

export const draftInput = z.object({ place: placeField, fields: fieldsField });
export const dropDraftInput = z.object({ place: placeField, id: rowId.optional() });

/** Drafts that one member may have; the oldest give way. */
const mostDrafts = 100;
/** Days after which a draft is forgotten that nobody has touched. */
const keptDays = 90;

/** Keeps what somebody has typed at a place, instead of what was kept there of the same form; an empty text is no draft, and clears that of its own form alone. Throws SignInRequired, Invalid, TooMany. */
export function saveDraft(actor: Viewer, input: z.input<typeof draftInput>): { place: string; updatedAt: Date } {
  mustSignIn(actor);
  const parsed = draftInput.safeParse(input);
  if (!parsed.success) throw new Invalid({ form: parsed.error.issues[0]?.message ?? 'This draft cannot be kept.' });
  countAttempt('draftPerMember', actor.id);
  const updatedAt = new Date();
  putDraft(actor.id, { ...parsed.data, updatedAt });
  return { place: parsed.data.place, updatedAt };
}

/** The same for what was typed into a form that was refused, which has its own words to say. Whether it is kept. */
export function keepDraft(actor: Member, input: unknown): boolean {
  const { success, data } = draftInput.safeParse(input);
  if (!success || !isWithinLimit('draftPerMember', actor.id)) return false;
  putDraft(actor.id, { ...data, updatedAt: new Date() });
  return true;
}

function putDraft(memberId: number, { place, fields, updatedAt }: Omit<Draft, 'id'>): void {
  transaction(() => {
    const before = standing().all({ memberId, place });
    const own = before.filter((draft) => isOfForm(draft, fields['token']));
    if (!hasWords(fields)) return forget(own);
    const [same] = [...own, ...before.filter((draft) => goesOn(draft, fields))];
    if (same) db.update(drafts).set({ fields, updatedAt }).where(eq(drafts.id, same.id)).run();
    else db.insert(drafts).values({ memberId, place, fields, updatedAt }).run();
    surplus().run(memberId, memberId, mostDrafts);
  });
}
const surplus = prepared((d) => d.$client.prepare('delete from drafts where member_id = ? and id not in (select id from drafts where member_id = ? order by updated_at desc, id desc limit ?)'));

const hasWords = ({ title, body }: DraftFields) => text(title) !== '' || text(body) !== '';

/** Whether a text goes on where a draft stops, and has all of it: kept of a form that was opened again, say. Forms without a token are all the same. */
const goesOn = ({ fields }: Draft, typed: DraftFields): boolean =>
  (fields['token'] === undefined && typed['token'] === undefined) || (text(typed['title']) === text(fields['title']) && text(typed['body']).startsWith(text(fields['body'])));
const text = (value: string | string[] | undefined): string => (typeof value === 'string' ? value.trim() : '');

/** The drafts that the viewer has at a place, one for each form, the newest first. */
export function draftsAt(viewer: Viewer, place: string): Draft[] {
  return viewer ? standing().all({ memberId: viewer.id, place }) : [];
}

const columns = { id: drafts.id, place: drafts.place, fields: drafts.fields, updatedAt: drafts.updatedAt };
const standing = prepared((d) => d.select(columns).from(drafts)
  .where(and(eq(drafts.memberId, sql.placeholder('memberId')), eq(drafts.place, sql.placeholder('place')))).orderBy(desc(drafts.updatedAt), desc(drafts.id)).prepare());

/** All drafts of the viewer, the newest first. Throws SignInRequired. */
export function draftsOf(viewer: Viewer): Draft[] {
  mustSignIn(viewer);
  return db.select(columns).from(drafts).where(eq(drafts.memberId, viewer.id)).orderBy(desc(drafts.updatedAt), desc(drafts.id)).all();
}

/** How many drafts the viewer has. */
export function countDrafts(viewer: Viewer): number {
  return viewer ? db.select({ n: count() }).from(drafts).where(eq(drafts.memberId, viewer.id)).get()?.n ?? 0 : 0;
}

/** Throws one's own draft away; without its number all that one has at the place. Throws SignInRequired. */
export function dropDraft(actor: Viewer, { place, id }: z.output<typeof dropDraftInput>): void {
  mustSignIn(actor);
  forget(draftsAt(actor, place).filter((draft) => id === undefined || draft.id === id));
}

function forget(some: readonly Draft[]): void {
  if (some.length > 0) db.delete(drafts).where(inArray(drafts.id, some.map(({ id }) => id))).run();
}

/**
 * Forgets the draft of what was just sent: one with its words, or of its form where `token` is given; any other is another text, and stays. Without a token for a text
 * that was sent before and stands already: what its form has kept with other words is newer. Call inside the transaction that writes or holds it.
 */
export function forgetDraftOf(memberId: number, place: string, { token, ...sent }: { title?: string; body: string; token?: string | undefined }): void {
  forget(standing().all({ memberId, place }).filter((draft) => isOfForm(draft, token) || says(draft, sent)));
}

/** Whether a draft was kept from the form with this token. */
export const isOfForm = ({ fields }: Pick<Draft, 'fields'>, token: unknown): boolean => typeof token === 'string' && token !== '' && fields['token'] === token;

const says = ({ fields }: Draft, { title, body }: { title?: string; body: string }) =>
  bodyField.safeParse(fields['body']).data === body && (title === undefined || titleField.safeParse(fields['title']).data === title);

/** The same for an edit that is saved; where the form or the draft has no token, also what was kept before the form was shown. A form without a stamp is older than none. */
export function forgetDraftOfForm(memberId: number, place: string, { body, token, shown }: { body: string; token?: string | undefined; shown?: string | null | undefined }): void {
  const seconds = secondsSince(shown);
  const isNewer = (draft: Draft) => seconds !== null && draft.updatedAt.getTime() > Date.now() - seconds * 1000;
  const isNameless = (draft: Draft) => token === undefined || draft.fields['token'] === undefined;
  forget(standing().all({ memberId, place }).filter((draft) => isOfForm(draft, token) || says(draft, { body }) || (isNameless(draft) && !isNewer(draft))));
}

/** Throws away drafts that nobody has touched for 90 days, and strays whose time is over. */
export function forgetOldDrafts(now = new Date()): void {
  db.delete(drafts).where(lt(drafts.updatedAt, addDays(now, -keptDays))).run();
  db.delete(strayDrafts).where(lt(strayDrafts.expiresAt, now)).run();
}

/** What a member typed, put where they typed it: how a stray comes home. Call inside a transaction. */
export function bringHome(memberId: number, draft: { place: string; fields: DraftFields }): void {
  putDraft(memberId, { ...draft, updatedAt: new Date() });
}
