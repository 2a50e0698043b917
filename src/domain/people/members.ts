import { randomUUID } from 'node:crypto';
import { and, count, eq, isNotNull, isNull, like, ne, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, members } from '#db/client.ts';
import { line } from '#lib/fields.ts';
import { formerHost } from '#lib/former-host.ts';
import { slugify } from '#lib/slug.ts';
import { NotFound } from '../errors.ts';
import { areasOf, noAreas } from './areas.ts';
import { wasHandle } from './former.ts';
import { canModerate } from './permissions.ts';
import type { Author, Member, Viewer } from './types.ts';

/** Columns of a person as others see them; spread into a select that joins `members`. */
export const authorColumns = {
  id: members.id, handle: members.handle, name: members.name, role: members.role,
  sample: members.sample, jobTitle: members.jobTitle, place: members.place, vendor: members.vendor,
};

/** A writer's name where no badge can stand beside it: in feeds, letters and search. */
export const writerName = ({ name, vendor }: { name: string; vendor: boolean }): string => (vendor ? `${name} (vendor)` : name);

type MemberRow = typeof members.$inferSelect;

/** A row of the table as the viewer that pages and commands are given. */
export function asMember(row: MemberRow): Member {
  return {
    id: row.id, handle: row.handle, name: row.name, email: row.email, role: row.role, areas: row.role === 'member' ? areasOf(row.id) : noAreas, sample: row.sample,
    emailConfirmed: row.emailConfirmedAt !== null, waiting: row.application !== null, suspendedUntil: row.suspendedUntil,
  };
}

/** One e-mail address has one spelling here: trimmed, lower case. */
export const emailField = z.string({ error: 'Please give your e-mail address.' })
  .transform((t) => t.trim().toLowerCase())
  .pipe(z.email('This does not look like an e-mail address. It needs a form such as name@city.gov.').max(254, 'This address is too long to be real.'))
  // The rows that stand for those who left are nobody's account.
  .refine((email) => !email.endsWith(`@${formerHost}`), 'No mail reaches this address.');

export const nameMissing = 'Please give your name as others should see it.';
/** On some keyboards an accent alone is typed for an apostrophe: O´Brien. */
export const nameField = z.string({ error: nameMissing }).transform((name) => name.replace(/[´`]/g, '’')).pipe(line({ missing: nameMissing, max: 80 }));

/** The member with this e-mail address, or null. For sign-in and mail only: never shown. */
export function memberByEmail(email: string): MemberRow | null {
  return db.select().from(members).where(eq(members.email, email)).get() ?? null;
}

/** The member with this id as a viewer; throws NotFound. */
export function memberById(id: number): Member {
  const row = db.select().from(members).where(eq(members.id, id)).get();
  if (!row) throw new NotFound('There is no such member.');
  return asMember(row);
}

/** The handle of who has not confirmed their address. It says nothing and takes none away: whoever joins with somebody else's address would learn by theirs else whether that one has an account. */
export const unconfirmedHandle = (): string => `unconfirmed-${randomUUID()}`;

/** A handle nobody else has or had, made from the name: rosa-delgado, rosa-delgado-2 … Call inside the transaction that uses it. */
export function freeHandle(name: string, ownId = 0): string {
  const base = slugify(name);
  const taken = new Set(db.select({ handle: members.handle }).from(members)
    .where(and(ne(members.id, ownId), or(eq(members.handle, base), like(members.handle, `${base}-%`)))).all().map((m) => m.handle));
  for (let n = 1; ; n++) {
    const handle = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(handle) && !wasHandle(handle)) return handle;
  }
}

/** What a member tells others about themselves. */
export interface Profile extends Author {
  joined: Date;
  suspendedUntil: Date | null;
  suspendedReason: string | null;
}

/** A confirmed member by handle, as everybody may see them; the reason of a suspension, and whoever is not let in yet, only for coordinators. Throws NotFound. */
export function findProfile(viewer: Viewer, handle: string): Profile {
  const row = db.select().from(members).where(and(eq(members.handle, handle), sql`${members.emailConfirmedAt} is not null`)).get();
  if (!row) throw new NotFound('There is no member with this name.');
  const coordinator = canModerate(viewer);
  const own = viewer?.id === row.id;
  if (row.application !== null && !coordinator && !own) throw new NotFound('There is no member with this name.');
  return {
    id: row.id, handle: row.handle, name: row.name, role: row.role, sample: row.sample, jobTitle: row.jobTitle, place: row.place, vendor: row.vendor,
    joined: row.createdAt,
    suspendedUntil: coordinator || own ? row.suspendedUntil : null,
    suspendedReason: coordinator || own ? row.suspendedReason : null,
  };
}

/** How many members there are. */
export function countMembers(): number {
  return db.select({ n: count() }).from(members).where(and(isNotNull(members.emailConfirmedAt), isNull(members.application))).get()?.n ?? 0;
}
