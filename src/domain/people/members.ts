import { and, asc, count, desc, eq, isNotNull, isNull, like, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, members } from '#db/client.ts';
import { line } from '#lib/fields.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { slugify } from '#lib/slug.ts';
import { NotFound } from '../errors.ts';
import { isNamelessPost } from '../anonymity.ts';
import { mustCoordinate } from './permissions.ts';
import type { Author, Member, Role, Viewer } from './types.ts';

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
    id: row.id, handle: row.handle, name: row.name, email: row.email, role: row.role, sample: row.sample,
    emailConfirmed: row.emailConfirmedAt !== null, waiting: row.application !== null, suspendedUntil: row.suspendedUntil,
  };
}

/** One e-mail address has one spelling here: trimmed, lower case. */
export const emailField = z.string({ error: 'Please give your e-mail address.' })
  .transform((t) => t.trim().toLowerCase())
  .pipe(z.email('This does not look like an e-mail address. It needs a form such as name@city.gov.').max(254, 'This address is too long to be real.'));

export const nameField = line({ missing: 'Please give your name as others should see it.', max: 80 });

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

/** A handle nobody has yet, made from the name: rosa-delgado, rosa-delgado-2 … Call inside the transaction that uses it. */
export function freeHandle(name: string): string {
  const base = slugify(name);
  const taken = new Set(db.select({ handle: members.handle }).from(members)
    .where(or(eq(members.handle, base), like(members.handle, `${base}-%`))).all().map((m) => m.handle));
  for (let n = 1; ; n++) {
    const handle = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(handle)) return handle;
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
  const coordinator = viewer !== null && viewer.role !== 'member';
  const own = viewer?.id === row.id;
  if (row.application !== null && !coordinator && !own) throw new NotFound('There is no member with this name.');
  return {
    id: row.id, handle: row.handle, name: row.name, role: row.role, sample: row.sample, jobTitle: row.jobTitle, place: row.place, vendor: row.vendor,
    joined: row.createdAt,
    suspendedUntil: coordinator || own ? row.suspendedUntil : null,
    suspendedReason: coordinator || own ? row.suspendedReason : null,
  };
}

export interface MemberRowForDesk {
  id: number; handle: string; name: string; email: string; role: Role; sample: boolean;
  joined: Date; confirmed: boolean; suspendedUntil: Date | null; suspendedReason: string | null; posts: number;
}

/** Coordinators' list of members, newest first, 50 a page; `query` finds in name, handle and e-mail. */
export function listMembers(viewer: Viewer, query: string, page: string | null): { members: MemberRowForDesk[]; total: number; paging: Paging } {
  mustCoordinate(viewer);
  const like_ = `%${query.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
  const found = query ? sql`(${members.name} like ${like_} escape '\\' or ${members.handle} like ${like_} escape '\\' or ${members.email} like ${like_} escape '\\')` : undefined;
  const total = db.select({ n: count() }).from(members).where(found).get()?.n ?? 0;
  const slice = paging(total, 50, page);
  const rows = db.select({
    id: members.id, handle: members.handle, name: members.name, email: members.email, role: members.role, sample: members.sample,
    joined: members.createdAt, confirmed: sql<number>`${members.emailConfirmedAt} is not null`, suspendedUntil: members.suspendedUntil, suspendedReason: members.suspendedReason,
    posts: sql<number>`(select count(*) from posts p where p.author_id = members.id and p.removed_at is null and not ${sql.raw(isNamelessPost('p.id'))})`,
  }).from(members).where(found).orderBy(desc(members.createdAt), asc(members.id)).limit(slice.size).offset(slice.offset).all();
  return { members: rows.map((r) => ({ ...r, confirmed: Boolean(r.confirmed) })), total, paging: slice };
}

/** How many members there are. */
export function countMembers(): number {
  return db.select({ n: count() }).from(members).where(and(isNotNull(members.emailConfirmedAt), isNull(members.application))).get()?.n ?? 0;
}
