import { and, asc, count, eq, inArray, isNotNull, isNull, ne, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, passwords, resources, transaction } from '#db/client.ts';
import { optionalText, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { recordAct, type Act } from '../moderation/log.ts';
import { canCurateThemes, mustCurateSomething } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { curatedBy, mustCurateResource, themeCodesOf } from './resource-themes.ts';
import { dropComments, indexComments, indexResource } from './searchable.ts';
import { placeOf } from './slugs.ts';
import { resourceType } from '../vocabulary.ts';
import { statusLabels, type ResourceStatus, type Term } from './types.ts';
import { withVersion, type VersionAct } from './versions.ts';

type ResourceRecord = typeof resources.$inferSelect;

/** What a command of the library leaves: where the resource stands now, and the address that the member goes on at. */
export interface Saved { id: string; slug: string; url: string; status: ResourceStatus }

/** Whether there is nobody else who could look at what this coordinator brings: only then may they publish it themselves. */
export function mayPublishAlone(actor: { id: number }, now = new Date()): boolean {
  return db.select({ one: sql`1` }).from(members).where(and(
    ne(members.id, actor.id), inArray(members.role, ['coordinator', 'administrator']), isNotNull(members.emailConfirmedAt),
    or(isNull(members.suspendedUntil), sql`${members.suspendedUntil} <= ${now.getTime()}`),
    // The people of the sample community have no password: nobody can be asked to wait for them.
    inArray(members.id, db.select({ id: passwords.memberId }).from(passwords)),
  )).limit(1).get() === undefined;
}

/** Whether this viewer may publish the resource: another coordinator, of all or of its themes, than the one who brought it, unless there is no other of all. Without an id it is for those of all. */
export function mayPublish(viewer: Viewer, resource: { id?: string; submittedById: number | null }): viewer is Member {
  return canCurateThemes(viewer, resource.id === undefined ? [] : themeCodesOf(resource.id)) && (resource.submittedById !== viewer.id || mayPublishAlone(viewer));
}

/** Throws Denied, with what to do instead, where `mayPublish` says no. */
export function mustPublish(actor: Member, resource: { id?: string; submittedById: number | null }): void {
  if (!mayPublish(actor, resource)) throw new Denied('You brought this in yourself, so another coordinator has to publish it. It waits on the list of reviews.');
}

const next: Record<'submit' | 'review' | 'publish' | 'decline' | 'reopen' | 'retire' | 'republish', { from: readonly ResourceStatus[]; otherwise: string }> = {
  submit: { from: ['draft'], otherwise: 'Only a draft can be submitted.' },
  review: { from: ['submitted', 'in-review'], otherwise: 'This is not waiting for review any more.' },
  publish: { from: ['submitted', 'in-review'], otherwise: 'Only what was submitted can be published.' },
  decline: { from: ['submitted', 'in-review'], otherwise: 'This is not waiting for review any more.' },
  reopen: { from: ['declined'], otherwise: 'Only what was declined can be taken up again.' },
  retire: { from: ['published'], otherwise: 'Only what is published can be retired.' },
  republish: { from: ['retired'], otherwise: 'Only what was retired can be published again.' },
};

export const resourceActInput = z.object({ id: z.string() });
type ActInput = z.output<typeof resourceActInput>;

/** Hands a draft to the other coordinators. */
export function submitResource(actor: Member, { id }: ActInput): Saved {
  return step(actor, id, 'submit', 'submit', 'submit resource', null, (row) => ({ status: 'submitted', submittedAt: new Date(), submittedById: row.submittedById ?? actor.id }));
}

/** Says "I am on it": the resource is in review by this coordinator from now on. */
export function takeIntoReview(actor: Member, { id }: ActInput): Saved {
  return step(actor, id, 'review', 'review', 'review resource', null, () => ({ status: 'in-review', reviewerId: actor.id }));
}

/** `updatedAt` is the version that the coordinator has looked at. */
export const publishInput = z.object({ id: z.string(), updatedAt: z.coerce.number().optional() });

/** Publishes what was submitted; who suggested it reads so. Throws Denied where the actor brought it in and another could look at it. */
export function publishResource(actor: Member, { id, updatedAt }: z.output<typeof publishInput>): Saved {
  return step(actor, id, 'publish', 'publish', 'publish resource', null, (row) => {
    mustPublish(actor, row);
    if (updatedAt !== undefined && row.updatedAt.getTime() !== updatedAt) throw new Denied('It has been changed since you opened it. Look at it once more, then publish it.');
    if (themeCodesOf(id).length === 0) throw new Denied('It has no theme yet, so nobody would come across it. Choose one to four below, then save and publish.');
    thankSubmitter(actor, row);
    return published(actor, row);
  });
}

/** The columns of a resource that this coordinator publishes now. */
export function published(actor: Member, row: { submittedById: number | null; publishedAt: Date | null }) {
  return {
    status: 'published' as const, publishedAt: row.publishedAt ?? new Date(), publishedById: actor.id, publishedAlone: row.submittedById === actor.id,
    reviewerId: null, retiredReason: null, declinedReason: null, successorId: null,
  };
}

export const declineInput = z.object({ id: z.string(), reason: text({ missing: 'Say why: whoever suggested it reads this.', max: 1000 }) });

/** Declines what was submitted; who suggested it gets the reason by mail and finds it with their suggestions. */
export function declineResource(actor: Member, { id, reason }: z.output<typeof declineInput>): Saved {
  return step(actor, id, 'decline', 'decline', 'decline resource', reason, (row) => {
    tellSubmitter(actor, row, `“${row.title}” was not taken into the library`, [
      `You suggested “${row.title}” for the library. A coordinator looked at it and did not take it. The reason:`, reason, `All your suggestions: ${settings().url}/account/suggestions`,
    ]);
    return { status: 'declined', declinedReason: reason, reviewerId: null };
  });
}

/** Takes up again what was declined: it waits for review. */
export function reopenResource(actor: Member, { id }: ActInput): Saved {
  return step(actor, id, 'reopen', 'submit', 'submit resource', null, () => ({ status: 'submitted', declinedReason: null }));
}

export const retireInput = z.object({
  id: z.string(),
  reason: text({ missing: 'Say why: everybody who follows a link to it will read this.', max: 1000 }),
  /** Key or address of what to read instead. */
  successor: optionalText(500),
});

/** Takes a published resource out of the library; its address tells the reason, and what to read instead, from now on. */
export function retireResource(actor: Member, { id, reason, successor = null }: z.input<typeof retireInput>): Saved {
  return step(actor, id, 'retire', 'retire', 'retire resource', reason, (row) => ({ status: 'retired', retiredReason: reason, successorId: successor ? successorOf(row, successor) : null }));
}

function successorOf(row: ResourceRecord, typed: string): string {
  const slug = typed.trim().replace(/^.*\/library\//, '').replace(/[/?#].*$/, '');
  const found = followed(slug);
  if (!found || found.status !== 'published') throw new Invalid({ successor: 'There is nothing published in the library under this address. Give the address of its page, or its key: the last part of that address.' });
  if (found.id === row.id) throw new Invalid({ successor: 'This is the resource itself.' });
  return found.id;
}

function followed(slug: string): ResourceRecord | undefined {
  const place = placeOf(slug);
  return place.kind === 'none' ? undefined : db.select().from(resources).where(place.kind === 'here' ? eq(resources.id, place.id) : eq(resources.slug, place.slug)).get();
}

/** Brings a retired resource back. What was merged into another is brought back by undoing the merge. */
export function republishResource(actor: Member, { id }: ActInput): Saved {
  return step(actor, id, 'republish', 'publish', 'republish resource', null, (row) => {
    if (row.mergedIntoId !== null) throw new Denied('This was merged into another resource: undo the merge to bring it back.');
    return { status: 'published', retiredReason: null, successorId: null, publishedAt: row.publishedAt ?? new Date() };
  });
}

/** One step of the way: checked, written with its version, searchable or not any more, logged. */
function step(actor: Member, id: string, way: keyof typeof next, versionAct: VersionAct, act: Act, reason: string | null, change: (row: ResourceRecord) => Partial<ResourceRecord>): Saved {
  mustCurateSomething(actor);
  return transaction(() => {
    const before = db.select().from(resources).where(eq(resources.id, id)).get();
    if (!before) throw new NotFound('There is no such resource.');
    mustCurateResource(actor, before);
    if (!next[way].from.includes(before.status)) throw new Denied(next[way].otherwise);
    const row = withVersion(actor, id, versionAct, reason, () => db.update(resources)
      .set({ ...change(before), updatedAt: new Date(Math.max(Date.now(), before.updatedAt.getTime() + 1)) }).where(eq(resources.id, id)).returning().get());
    if (!row) throw new NotFound();
    indexResource(row, themeCodesOf(id));
    if (row.status === 'published') indexComments(id);
    else if (before.status === 'published') dropComments(id);
    const open = before.status === 'published' || row.status === 'published' || row.status === 'retired';
    recordAct(actor, act, row.title, open ? `/library/${row.slug}` : `/desk/resources/${row.slug}`, reason);
    if (open) bumpChanges();
    return saved(row);
  });
}

/** Where the actor goes on after a command: the page itself, or the desk where it is not public. */
export function saved(row: ResourceRecord): Saved {
  return { id: row.id, slug: row.slug, status: row.status, url: row.status === 'published' ? `/library/${row.slug}` : `/desk/resources/${row.slug}` };
}

/** Mails whoever suggested a resource that it is published, unless they did that themselves. Call inside the transaction. */
export function thankSubmitter(actor: Member, row: ResourceRecord): void {
  tellSubmitter(actor, row, `“${row.title}” is in the library now`, ['Thank you: what you suggested has been published.', `${settings().url}/library/${row.slug}`]);
}

/** Mails whoever suggested a resource what became of it, unless they decided themselves. Call inside the transaction. */
function tellSubmitter(actor: Member, row: ResourceRecord, subject: string, paragraphs: string[]): void {
  if (row.submittedById === null || row.submittedById === actor.id) return;
  const member = db.select({ email: members.email }).from(members).where(and(eq(members.id, row.submittedById), isNotNull(members.emailConfirmedAt))).get();
  if (member) post(member.email, subject.length > 120 ? `${subject.slice(0, 119)}…` : subject, paragraphs);
}

export interface WaitingResource {
  id: string; slug: string; title: string; type: Term; status: ResourceStatus; statusLabel: string; submittedAt: Date | null;
  submitter: { name: string; handle: string; vendor: boolean } | null; reviewer: { name: string; handle: string } | null; note: string | null;
  /** Whether the viewer brought it in and somebody else has to publish it. */
  own: boolean;
}

/** What an import brought is decided on as a whole, on the page of the import. */
const waits = and(inArray(resources.status, ['submitted', 'in-review']), isNull(resources.importId));

/** What waits for a decision of this coordinator one by one, longest waiting first. */
export function waitingResources(viewer: Viewer, limit = 200): WaitingResource[] {
  mustCurateSomething(viewer);
  const alone = mayPublishAlone(viewer);
  const names = new Map(db.select({ id: members.id, name: members.name, handle: members.handle, vendor: members.vendor }).from(members).where(inArray(members.id,
    db.select({ id: sql<number>`submitted_by_id` }).from(resources).where(waits).union(db.select({ id: sql<number>`reviewer_id` }).from(resources).where(waits)))).all().map(({ id, ...who }) => [id, who]));
  const who = (id: number | null) => (id === null ? null : names.get(id) ?? null);
  return db.select().from(resources).where(and(waits, curatedBy(viewer))).orderBy(asc(resources.submittedAt), asc(resources.id)).limit(limit).all()
    .map((r) => {
      const { code, label } = resourceType(r.type);
      return {
        id: r.id, slug: r.slug, title: r.title, type: { code, label }, status: r.status, statusLabel: statusLabels[r.status], submittedAt: r.submittedAt,
        submitter: who(r.submittedById), reviewer: who(r.reviewerId), note: r.suggestionNote, own: r.submittedById === viewer.id && !alone,
      };
    });
}

/** How many resources wait for a decision of this coordinator. */
export function countWaiting(viewer: Viewer): number {
  return db.select({ n: count() }).from(resources).where(and(waits, curatedBy(viewer))).get()?.n ?? 0;
}
