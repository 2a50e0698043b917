import { and, asc, eq, gt, inArray, isNotNull, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, citations, db, members, merges, prepared, resources, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { citingAnyOf, putCitationsAgain } from './citations.ts';
import { canBeFilled, emptyFields, filledSchema, fillFields } from './filling.ts';
import { moveBelongings, moveBelongingsBack, movedBelongingsSchema } from './merged-belongings.ts';
import { moveComments, moveCommentsBack, movedCommentsSchema } from './merged-comments.ts';
import { themeCodesOf } from './resource-themes.ts';
import { dropComments, indexComments, indexResource } from './searchable.ts';
import { resourceStatuses } from './types.ts';
import { withVersion } from './versions.ts';

type ResourceRecord = typeof resources.$inferSelect;
type Merge = typeof merges.$inferSelect;

/** What a merge remembers for its undoing. */
const movedSchema = z.object({
  /** What the duplicate was. */
  duplicate: z.object({ status: z.enum(resourceStatuses), retiredReason: z.string().nullable(), updatedAt: z.number(), updatedAtAfter: z.number() }),
  /** What the merge changed in the one that stays; null where nothing. */
  kept: z.object({ origin: z.enum(['content', 'hub']), contentHash: z.string().nullable(), workKey: z.string(), updatedAt: z.number(), updatedAtAfter: z.number() }).nullable(),
  /** Names of the fields that were to be filled. */
  fill: z.array(z.string()),
  filled: filledSchema,
  belongings: movedBelongingsSchema,
  comments: movedCommentsSchema.nullable(),
  /** After undoing: what could not be moved back, in sentences. */
  left: z.array(z.string()).optional(),
});
type Moved = z.infer<typeof movedSchema>;

export const mergeInput = z.object({
  keepId: z.string({ error: 'Choose which of the two stays.' }), mergeId: z.string({ error: 'Choose which of the two is the duplicate.' }),
  reason: text({ missing: 'Say how you know that they are the same work: it stands in the history and in the public log.', max: 1000 }),
  /** Names of the fields that the one that stays lacks and takes over. */
  fill: z.array(z.string()).default([]),
});

/**
 * Merges a duplicate into the resource that stays. The duplicate is retired and its addresses lead to the other from now on; citations, reading
 * lists, bookmarks, files, comments, reads and themes go there. Everything is remembered for `unmergeResources`. Only two resources of the same
 * kind, and only into a published one: the address of the duplicate must lead somewhere. Sent twice, it is done once. Throws Invalid on `keepId`
 * or `mergeId`.
 */
export function mergeResources(actor: Member, { keepId, mergeId, reason, fill }: z.output<typeof mergeInput>): { id: number; url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const kept = find(keepId);
    const duplicate = find(mergeId);
    const already = duplicate.mergedIntoId === keepId ? inForce(mergeId) : undefined;
    if (already) return { id: already.id, url: `/library/${kept.slug}` };
    const problem = whyNotMerge(kept, duplicate);
    if (problem) throw new Invalid({ [problem.field]: problem.sentence });
    const citing = citingAnyOf([keepId, mergeId]);
    const id = withVersions(actor, [mergeId, keepId], 'merge', reason, () =>
      db.insert(merges).values({ keptId: keepId, mergedId: mergeId, byId: actor.id, reason, moved: move(keepId, mergeId, fill, reason) }).returning({ id: merges.id }).get().id);
    refresh([mergeId, keepId], citing);
    recordAct(actor, 'merge resources', duplicate.status === 'published' ? `“${duplicate.title}” into “${kept.title}”` : `a suggestion into “${kept.title}”`, `/library/${kept.slug}`, reason, { resourceId: mergeId });
    tellSubmitter(actor, duplicate, kept, reason);
    bumpChanges();
    return { id, url: `/library/${kept.slug}` };
  });
}

/** Why these two cannot be merged this way round, with the field it concerns; null where they can. */
export function whyNotMerge(kept: ResourceRecord, duplicate: ResourceRecord): { field: 'keepId' | 'mergeId'; sentence: string } | null {
  const keep = (sentence: string) => ({ field: 'keepId' as const, sentence });
  const merge = (sentence: string) => ({ field: 'mergeId' as const, sentence });
  if (kept.id === duplicate.id) return merge('This is one and the same resource.');
  if (duplicate.mergedIntoId !== null) return merge(`“${duplicate.title}” was merged into another resource already.`);
  if (kept.mergedIntoId !== null) return keep(`“${kept.title}” was merged into another resource itself: choose that one.`);
  if (kept.status !== 'published') return keep(`“${kept.title}” is not published, so nothing can lead there. Publish it first, or keep the other one.`);
  if (!['published', 'draft', 'submitted', 'in-review'].includes(duplicate.status)) return merge(`“${duplicate.title}” is out of the library already.`);
  if (kept.kind !== duplicate.kind) return merge('One is an article, a practice or a reference and the other is not: they are not the same. Retire one of them, and name the other as what to read instead.');
  if (cites(kept.id, duplicate.id)) return merge(`“${kept.title}” cites “${duplicate.title}”, so they should be two works. If they are one, take the citation out first.`);
  if (cites(duplicate.id, kept.id)) return merge(`“${duplicate.title}” cites “${kept.title}”, so they should be two works. If they are one, take the citation out first.`);
  return null;
}

const cites = (citingId: string, citedId: string) => db.select({ id: citations.citedId }).from(citations).where(and(eq(citations.citingId, citingId), eq(citations.citedId, citedId))).get() !== undefined;

export const unmergeInput = z.object({ mergeId: rowId });

/**
 * Undoes a merge: the duplicate is again what it was, under its own address, and gets back what was moved and is still there; fields that
 * were filled are emptied unless somebody edited them since. `left` says in sentences what could not be put back. What later merges did on top
 * of this one is done anew without it, so merges can be undone in any order. Throws Denied where it was undone already.
 */
export function unmergeResources(actor: Member, { mergeId: id }: z.output<typeof unmergeInput>): { url: string; left: string[] } {
  mustCoordinate(actor);
  return transaction(() => {
    const merge = db.select().from(merges).where(eq(merges.id, id)).get();
    if (!merge) throw new NotFound('There is no such merge.');
    if (merge.undoneAt !== null) throw new Denied('This merge was undone already.');
    const upon = laterMerges(merge);
    const touched = [...new Set([merge, ...upon].flatMap((m) => [m.mergedId, m.keptId]))];
    const citing = citingAnyOf(touched);
    const reason = `The merge with “${find(merge.keptId).title}” was undone.`;
    const left = withVersions(actor, [merge.mergedId, merge.keptId, ...upon.map((m) => m.keptId)], 'unmerge', reason, () => {
      for (const other of upon.toReversed()) moveBack(other);
      const sentences = moveBack(merge);
      for (const other of upon) db.update(merges).set({ moved: move(other.keptId, other.mergedId, movedOf(other).fill, other.reason ?? '') }).where(eq(merges.id, other.id)).run();
      return sentences;
    });
    db.update(merges).set({ undoneAt: new Date(), undoneById: actor.id, moved: { ...movedOf(merge), left } }).where(eq(merges.id, id)).run();
    refresh(touched, citing);
    const row = find(merge.mergedId);
    const kept = find(merge.keptId);
    const url = row.status === 'published' ? `/library/${row.slug}` : `/desk/resources/${row.slug}`;
    recordAct(actor, 'unmerge resources', row.status === 'published' ? `“${row.title}” and “${kept.title}”` : `a suggestion and “${kept.title}”`, `/library/${kept.slug}`, null, { resourceId: merge.mergedId });
    bumpChanges();
    return { url, left };
  });
}

function find(id: string): ResourceRecord {
  const row = db.select().from(resources).where(eq(resources.id, id)).get();
  if (!row) throw new NotFound('There is no such resource.');
  return row;
}

const inForce = (mergedId: string): Merge | undefined => db.select().from(merges).where(and(eq(merges.mergedId, mergedId), isNull(merges.undoneAt))).get();
const movedOf = (merge: Merge): Moved => movedSchema.parse(merge.moved);

/** What undoing a merge could not put back, in sentences; nothing for one that is in force. */
export const leftOf = (merge: Merge): string[] => movedSchema.safeParse(merge.moved).data?.left ?? [];

const later = (before: Date) => new Date(Math.max(Date.now(), before.getTime() + 1));

/** Retires the duplicate, moves everything of it to the one that stays and fills the fields of that. What it returns is all that `moveBack` needs. */
function move(keepId: string, mergeId: string, fill: readonly string[], reason: string): Moved {
  const kept = find(keepId);
  const duplicate = find(mergeId);
  const retiredAt = later(duplicate.updatedAt);
  db.update(resources).set({ status: 'retired', retiredReason: `It was merged with “${kept.title}”: ${reason}`, mergedIntoId: keepId, updatedAt: retiredAt }).where(eq(resources.id, mergeId)).run();
  const filled = canBeFilled(kept) ? fillFields(kept, duplicate, fill) : [];
  // A piece of content/ is taken over with the first field that is filled, as with every edit; else it stays as its file has it.
  const belongings = moveBelongings(mergeId, keepId, kept.origin === 'hub' || filled.length > 0);
  const changed = filled.length > 0 || belongings.themes.length > 0;
  const changedAt = later(kept.updatedAt);
  if (changed) db.update(resources).set({ updatedAt: changedAt, origin: 'hub', contentHash: null }).where(eq(resources.id, keepId)).run();
  return {
    duplicate: { status: duplicate.status, retiredReason: duplicate.retiredReason, updatedAt: duplicate.updatedAt.getTime(), updatedAtAfter: retiredAt.getTime() },
    kept: changed ? { origin: kept.origin, contentHash: kept.contentHash, workKey: kept.workKey, updatedAt: kept.updatedAt.getTime(), updatedAtAfter: changedAt.getTime() } : null,
    fill: [...fill], filled, belongings, comments: moveComments(mergeId, keepId),
  };
}

/** The reverse of `move`. Returns in sentences what could not be moved back. */
function moveBack({ keptId, mergedId, moved }: Merge): string[] {
  const { duplicate, kept, filled, belongings, comments } = movedSchema.parse(moved);
  if (comments) moveCommentsBack(comments, mergedId, keptId);
  const row = find(keptId);
  const edited = emptyFields(row, filled);
  const left = moveBelongingsBack(belongings, mergedId, keptId);
  if (kept) {
    const { updatedAtAfter, updatedAt, ...before } = kept;
    const untouched = row.updatedAt.getTime() === updatedAtAfter && edited.length === 0;
    db.update(resources).set(untouched ? { ...before, updatedAt: new Date(updatedAt) } : { updatedAt: later(row.updatedAt) }).where(eq(resources.id, keptId)).run();
  }
  const now = find(mergedId).updatedAt;
  const { status, retiredReason, updatedAt, updatedAtAfter } = duplicate;
  db.update(resources).set({ status, retiredReason, mergedIntoId: null, updatedAt: now.getTime() === updatedAtAfter ? new Date(updatedAt) : later(now) }).where(eq(resources.id, mergedId)).run();
  return [...(edited.length ? [`In “${row.title}” these have been edited since the merge and stay as they are: ${edited.join(', ')}.`] : []), ...left];
}

/** Merges in force that came after this one and moved, or could have moved, what it brought: all in the same tree of merged resources. */
function laterMerges(merge: Merge): Merge[] {
  const tree = sameTree().all({ id: merge.keptId }) as string[];
  return db.select().from(merges).where(and(isNull(merges.undoneAt), gt(merges.id, merge.id), inArray(merges.mergedId, tree))).orderBy(asc(merges.id)).all();
}
const sameTree = prepared((d) => d.$client.prepare(`
  with recursive up(id, next) as (select id, merged_into_id from resources where id = @id union select r.id, r.merged_into_id from up join resources r on r.id = up.next),
  down(id) as (select id from up where next is null union select m.merged_id from down join merges m on m.kept_id = down.id and m.undone_at is null)
  select id from down`).pluck());

/** `withVersion` around several resources at once. */
function withVersions<T>(actor: Member, ids: readonly string[], act: 'merge' | 'unmerge', reason: string, change: () => T): T {
  return [...new Set(ids)].reduceRight((inner, id) => () => withVersion(actor, id, act, reason, inner), change)();
}

/** Brings search, lists and citations in step with these resources and what cites or cited them. */
function refresh(ids: readonly string[], citing: readonly string[]): void {
  putCitationsAgain([...citing, ...citingAnyOf(ids)]);
  for (const row of db.select().from(resources).where(inArray(resources.id, [...ids])).all()) {
    indexResource(row, themeCodesOf(row.id));
    dropComments(row.id);
  }
  for (const id of ids) indexComments(id);
}

/** Who suggested something that the library had already is told, and where to find it. */
function tellSubmitter(actor: Member, duplicate: ResourceRecord, kept: ResourceRecord, reason: string): void {
  if (duplicate.status === 'published' || duplicate.submittedById === null || duplicate.submittedById === actor.id) return;
  const member = db.select({ email: members.email }).from(members).where(and(eq(members.id, duplicate.submittedById), isNotNull(members.emailConfirmedAt))).get();
  const subject = `“${duplicate.title}” is in the library already`;
  if (member) post(member.email, subject.length > 120 ? `${subject.slice(0, 119)}…` : subject, [
    `You suggested “${duplicate.title}” for the library. A coordinator has found that it is there already, as “${kept.title}”:`, `${settings().url}/library/${kept.slug}`, `What they wrote: ${reason}`, 'Thank you for suggesting it.',
  ]);
}
