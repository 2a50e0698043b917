import { and, asc, count, eq, isNotNull, lte, or } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, resources, transaction } from '#db/client.ts';
import { addDays, isoDate } from '#lib/dates.ts';
import { optionalText } from '#lib/fields.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCurateSomething } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { curatedBy, mustCurateResource } from './resource-themes.ts';
import { isStale } from './resources.ts';
import { withVersion } from './versions.ts';

/** Days until a confirmed resource is to be looked at again. */
const confirmedFor = 365;
/** Days before the review date from which a resource stands on the worklist. */
const ahead = 30;

const day = optionalText(10).refine((t) => t === null || (/^\d{4}-\d\d-\d\d$/.test(t) && !Number.isNaN(Date.parse(t)) && isoDate(new Date(t)) === t), 'Give a day as 2027-11-23.');

export const careInput = z.object({ id: z.string(), owner: optionalText(80), reviewBy: day });

/** Says which coordinator looks after a resource, and by which day they look at it again. */
export function setCare(actor: Member, { id, owner, reviewBy }: z.output<typeof careInput>): { url: string } {
  mustCurateSomething(actor);
  return transaction(() => {
    const row = find(id);
    mustCurateResource(actor, row);
    const keeper = owner === null ? null : coordinators().find((m) => m.handle === owner);
    if (keeper === undefined) throw new Invalid({ owner: 'Choose one of the coordinators.' });
    withVersion(actor, id, 'care', null, () => db.update(resources).set({ ownerId: keeper?.id ?? null, reviewBy }).where(eq(resources.id, id)).run());
    recordAct(actor, 'care for resource', row.title, `/desk/resources/${row.slug}`);
    if (row.status === 'published') bumpChanges();
    return { url: `/desk/resources/${row.slug}` };
  });
}

export const attestInput = z.object({ id: z.string(), note: optionalText(500) });

/** Confirms that a published resource is still correct: the banner goes, and in a year it is to be looked at again. */
export function attestResource(actor: Member, { id, note }: z.output<typeof attestInput>): { url: string } {
  mustCurateSomething(actor);
  return transaction(() => {
    const row = find(id);
    mustCurateResource(actor, row);
    if (row.status !== 'published') throw new Denied('Only what is published can be confirmed.');
    withVersion(actor, id, 'attest', note, () => db.update(resources).set({ attestedAt: new Date(), reviewBy: isoDate(addDays(new Date(), confirmedFor)) }).where(eq(resources.id, id)).run());
    recordAct(actor, 'confirm resource', row.title, `/library/${row.slug}`, note);
    bumpChanges();
    return { url: `/library/${row.slug}` };
  });
}

/** Coordinators and administrators, by name: who can look after a resource. */
export function coordinators(): { id: number; name: string; handle: string }[] {
  return db.select({ id: members.id, name: members.name, handle: members.handle }).from(members)
    .where(and(isNotNull(members.emailConfirmedAt), or(eq(members.role, 'coordinator'), eq(members.role, 'administrator')))).orderBy(asc(members.name)).all();
}

/** Who looks after a resource, as the form has it: the handle, or nothing. For coordinators. */
export function careOf(viewer: Viewer, id: string): { owner: string; reviewBy: string } {
  mustCurateSomething(viewer);
  const row = find(id);
  mustCurateResource(viewer, row);
  return { owner: coordinators().find((m) => m.id === row.ownerId)?.handle ?? '', reviewBy: row.reviewBy ?? '' };
}

export interface DueResource { id: string; slug: string; title: string; reviewBy: string; stale: boolean; owner: { name: string; handle: string } | null; attestedAt: Date | null; url: string | null }

/** Published resources whose review is due within 30 days or past, the longest past first; `mine` only those the viewer looks after. */
export function dueResources(viewer: Viewer, mine: boolean, now = new Date()): DueResource[] {
  mustCurateSomething(viewer);
  return db.select({
    id: resources.id, slug: resources.slug, title: resources.title, reviewBy: resources.reviewBy, attestedAt: resources.attestedAt, url: resources.url, name: members.name, handle: members.handle,
  }).from(resources).leftJoin(members, eq(members.id, resources.ownerId))
    .where(and(isDue(now), curatedBy(viewer), mine ? eq(resources.ownerId, viewer.id) : undefined)).orderBy(asc(resources.reviewBy), asc(resources.id)).limit(500).all()
    .map(({ name, handle, reviewBy, ...row }) => ({ ...row, reviewBy: reviewBy ?? '', stale: isStale(reviewBy, now), owner: name !== null && handle !== null ? { name, handle } : null }));
}

/** How many resources of this coordinator are due. */
export function countDue(viewer: Viewer, now = new Date()): number {
  return db.select({ n: count() }).from(resources).where(and(isDue(now), curatedBy(viewer))).get()?.n ?? 0;
}

const isDue = (now: Date) => and(eq(resources.status, 'published'), lte(resources.reviewBy, isoDate(addDays(now, ahead))));

function find(id: string) {
  const row = db.select().from(resources).where(eq(resources.id, id)).get();
  if (!row) throw new NotFound('There is no such resource.');
  return row;
}
