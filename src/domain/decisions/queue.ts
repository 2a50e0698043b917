import { and, asc, count, desc, eq, exists, inArray, isNotNull, isNull, ne } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { appeals, caseNotes, cases, corrections, db, decisions, flags, heldPosts, members, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { afterWorkingHours } from '#lib/working-hours.ts';
import { Denied } from '../errors.ts';
import { currentCalendar } from '../forum/calendar.ts';
import { filesOfOnePost, type PostFile } from '../forum/post-files.ts';
import { standingOf, type Standing } from '../people/levels.ts';
import { coordinatorsBesides, whyNotOwn } from '../people/coordinators.ts';
import { canModerateForum, mustModerateSomething } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { casesFor, forumOfCase, isClaimed, mustBeFor } from './case-areas.ts';
import { heldFilesOf } from './held-files.ts';
import { hasPlace, whyItWaits } from './held-places.ts';
import { flaggersTold } from './letters.ts';
import { outcomesFor, type Outcome } from './outcomes.ts';
import { caseById, flaggersOf, hasLeft, isUnnamed, shownSubject, subjectOf, type Case, type Decision, type Subject } from './subjects.ts';
import { whyNotTakenBack } from './taking-back.ts';

/** How long "I am on it" holds, in working hours. */
export const hoursOfClaim = 8;

export interface CaseRow {
  id: number; kind: Case['kind']; openedAt: Date; editBy: Date | null;
  /** As it is shown: whoever wrote without a name has none. */
  subject: Subject;
  /** Who is on it, while the claim holds. */
  claimedBy: { id: number; name: string; until: Date } | null;
  /** Reasons with how many gave them. */
  reasons: { reason: string; count: number }[];
  /** Whose decision is appealed: not for them, unless there is nobody else. */
  notFor: string | null;
  /** The author has edited it since they were asked to. */
  editedSince: boolean;
}

const claimant = alias(members, 'claimant');

/** Everything that waits for this coordinator, 30 a page: what is said to have a resident's personal data in it, then the oldest. */
export function openCases(viewer: Viewer, page: string | null, now = new Date()): { cases: CaseRow[]; total: number; paging: Paging } {
  mustModerateSomething(viewer);
  const total = countOpenCases(viewer);
  const slice = paging(total, 30, page);
  const rows = db.select({ row: cases, claimant: claimant.name }).from(cases).leftJoin(claimant, eq(claimant.id, cases.claimedById))
    .where(and(isNull(cases.closedAt), casesFor(viewer))).orderBy(desc(saysPersonal()), asc(cases.openedAt), asc(cases.id)).limit(slice.size).offset(slice.offset).all();
  const ids = rows.map(({ row }) => row.id);
  const given = db.select({ caseId: flags.caseId, reason: flags.reason, count: count() }).from(flags).where(inArray(flags.caseId, ids)).groupBy(flags.caseId, flags.reason).all();
  return { total, paging: slice, cases: rows.map(({ row, claimant: name }) => asRow(subjectOf(viewer, row), row, name, given.filter((g) => g.caseId === row.id), now)) };
}

const saysPersonal = () => exists(db.select({ id: flags.id }).from(flags).where(and(eq(flags.caseId, cases.id), eq(flags.reason, 'personal-data'))));

/** How many cases wait for this coordinator. */
export function countOpenCases(viewer: Viewer): number {
  return db.select({ n: count() }).from(cases).where(and(isNull(cases.closedAt), casesFor(viewer))).get()?.n ?? 0;
}

function asRow(subject: Subject, row: Case, claimantName: string | null, reasons: { reason: string; count: number }[], now: Date): CaseRow {
  const asked = row.editBy && db.select({ at: decisions.at }).from(decisions).where(and(eq(decisions.caseId, row.id), eq(decisions.outcome, 'ask'), isNull(decisions.undoneAt))).orderBy(asc(decisions.id)).all().at(-1);
  return {
    id: row.id, kind: row.kind, openedAt: row.openedAt, editBy: row.editBy, subject: shownSubject(subject), reasons: reasons.map(({ reason, count }) => ({ reason, count })),
    claimedBy: claimHolds(row, subject, now) && claimantName !== null ? { id: row.claimedById, name: claimantName, until: row.claimedUntil } : null,
    notFor: subject.kind === 'appeal' && whyBarred({ id: subject.decision.deciderId }, row, subject, now) !== null ? nameOf(subject.decision.deciderId) : null,
    editedSince: Boolean(asked && subject.kind === 'post' && subject.post.editedAt && subject.post.editedAt > asked.at),
  };
}

/** Whether somebody is on a case; the claim of somebody who coordinates it no more, or must not decide it, is none. */
function claimHolds(row: Case, subject: Subject, now: Date): row is Case & { claimedById: number; claimedUntil: Date } {
  return row.claimedById !== null && isClaimed(row, now) && whyBarred({ id: row.claimedById }, row, subject, now) === null;
}

function nameOf(memberId: number): string {
  return db.select({ name: members.name }).from(members).where(eq(members.id, memberId)).get()?.name ?? 'a former coordinator';
}

export interface CaseView extends CaseRow {
  closedAt: Date | null;
  flags: { reason: string; note: string | null; at: Date; by: { name: string; handle: string } | null; counts: boolean }[];
  notes: { text: string; at: Date; by: string }[];
  /** About something of the viewer's own: nobody who flagged and no note is shown. */
  own: boolean;
  mayNote: boolean;
  correction: typeof corrections.$inferSelect | null;
  appeal: { text: string; at: Date } | null;
  decisions: (Decision & { decider: string; mayTakeBack: boolean })[];
  outcomes: Outcome[];
  /** Why this viewer does not decide it, in a sentence; null when they may. */
  barred: string | null;
  /** Whether there is no place for a held post any more: let through, it stands nowhere. */
  placeless: boolean;
  /** Of the post, or those that wait with a held one. */
  files: PostFile[];
  /** Null for whoever has no name here. */
  authorStanding: Standing | null;
  /** Whether the author, or who appealed, is told what this viewer decides. */
  tellsAuthor: boolean;
  /** The same of those who flagged, in this case or the one that is appealed. */
  tellsFlaggers: boolean;
  /** Nobody is there to be told, asked or suspended. Never of who wrote without a name. */
  authorLeft: boolean;
}

/**
 * One case with all that coordinators know of it; who is its author learns neither who flagged and with what words, nor what the others noted.
 * Throws Denied, NotFound.
 */
export function findCase(viewer: Viewer, id: number, now = new Date()): CaseView {
  mustModerateSomething(viewer);
  const row = caseById(id);
  mustBeFor(viewer, row.id);
  const told = db.select({ reason: flags.reason, note: flags.note, at: flags.at, counts: flags.counts, name: members.name, handle: members.handle }).from(flags)
    .leftJoin(members, eq(members.id, flags.memberId)).where(eq(flags.caseId, id)).orderBy(asc(flags.id)).all();
  const reasons = [...new Set(told.map((f) => f.reason))].map((reason) => ({ reason, count: told.filter((f) => f.reason === reason).length }));
  const subject = subjectOf(viewer, row);
  const about = subject.kind === 'appeal' ? subject.about : subject;
  const shown = asRow(subject, row, row.claimedById === null ? null : nameOf(row.claimedById), reasons, now);
  const own = subject.author.id === viewer.id;
  return {
    ...shown, closedAt: row.closedAt, barred: whyNotDecided(viewer, row, subject, now), outcomes: outcomesFor(row.kind, subject, hasLeft(subject)), authorLeft: hasLeft(subject), tellsAuthor: !own && !hasLeft(subject),
    tellsFlaggers: flaggersTold(subject.kind === 'appeal' ? subject.decision.caseId : row.id, viewer.id).length > 0, authorStanding: isUnnamed(shown.subject) ? null : standingOf(subject.author),
    flags: told.map(({ name, handle, ...flag }) => ({ ...flag, note: own ? null : flag.note, by: !own && name !== null && handle !== null ? { name, handle } : null })),
    own, mayNote: whyNotOwn(viewer, subject.author.id, forumOfCase(id)) === null,
    notes: own ? [] : db.select({ text: caseNotes.text, at: caseNotes.at, by: members.name }).from(caseNotes).innerJoin(members, eq(members.id, caseNotes.byId)).where(eq(caseNotes.caseId, id)).orderBy(asc(caseNotes.id)).all(),
    placeless: about.kind === 'held' && !hasPlace(about.held),
    files: about.kind === 'held' ? heldFilesOf(about.held.id) : about.kind === 'post' ? filesOfOnePost(about.post.id) : [],
    correction: db.select().from(corrections).where(eq(corrections.caseId, id)).get() ?? null,
    appeal: row.decisionId === null ? null : db.select({ text: appeals.text, at: appeals.at }).from(appeals).where(eq(appeals.decisionId, row.decisionId)).get() ?? null,
    decisions: db.select({ decision: decisions, decider: members.name }).from(decisions).innerJoin(members, eq(members.id, decisions.deciderId))
      .where(eq(decisions.caseId, id)).orderBy(asc(decisions.id)).all().map(({ decision, decider }) => ({ ...decision, decider, nobodyElse: admitsNobodyElse(decision, subject), mayTakeBack: whyNotTakenBack(viewer, decision, row, subject, now) === null })),
  };
}

/** The open case of flags on a post, or the latest about it; null when nobody ever flagged it. */
export function caseOfPost(viewer: Viewer, postId: number): number | null {
  mustModerateSomething(viewer);
  if (!Number.isSafeInteger(postId)) return null;
  const id = db.select({ id: cases.id }).from(cases).where(and(eq(cases.postId, postId), ne(cases.kind, 'confirmation'))).orderBy(asc(isNull(cases.closedAt)), asc(cases.id)).all().at(-1)?.id ?? null;
  return id !== null && canModerateForum(viewer, forumOfCase(id)) ? id : null;
}

export const caseInput = z.object({ caseId: rowId });

/** "I am on it": others see who, and cannot decide for eight working hours. Throws Denied when somebody else is on it, or must decide it. */
export function claimCase(actor: Member, input: z.output<typeof caseInput>, now = new Date()): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    const row = caseById(input.caseId);
    mustHandle(actor, row, now);
    const barred = whyBarred(actor, row, subjectOf(actor, row), now);
    if (barred !== null) throw new Denied(barred);
    db.update(cases).set({ claimedById: actor.id, claimedUntil: afterWorkingHours(currentCalendar(), now, hoursOfClaim) }).where(eq(cases.id, input.caseId)).run();
    return { url: `/desk/flags/${input.caseId}` };
  });
}

/** Leaves a case to others again. Throws Denied. */
export function releaseCase(actor: Member, input: z.output<typeof caseInput>, now = new Date()): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    const row = caseById(input.caseId);
    mustHandle(actor, row, now);
    mustNotBeOwn(actor, row);
    db.update(cases).set({ claimedById: null, claimedUntil: null }).where(eq(cases.id, input.caseId)).run();
    return { url: `/desk/flags/${input.caseId}` };
  });
}

/** Why this coordinator does not decide a case: it is their own, they proposed it, or they made the decision that is appealed. Null also when there is nobody else. */
export function whyBarred(actor: { id: number }, row: Pick<Case, 'id' | 'kind'>, subject: Subject, now: Date): string | null {
  const forumId = forumOfCase(row.id);
  const own = whyNotOwn(actor, subject.author.id, forumId, now);
  if (own !== null) return own;
  if (coordinatorsBesides([actor.id, subject.author.id], now, forumId).length === 0) return null;
  if (subject.kind === 'appeal' && subject.decision.deciderId === actor.id) return 'You took the first decision, so a different coordinator decides about the appeal.';
  return hasProposed(actor.id, row) ? 'You proposed this correction, so a different coordinator decides about it.' : null;
}

/** Why this coordinator does not decide a case now: the same, or what is held waits until flags are decided. */
export function whyNotDecided(actor: { id: number }, row: Pick<Case, 'id' | 'kind'>, subject: Subject, now: Date): string | null {
  const about = subject.kind === 'appeal' ? subject.about : subject;
  return whyBarred(actor, row, subject, now) ?? (about.kind === 'held' ? whyItWaits(about.held) : null);
}

function mustNotBeOwn(actor: Member, row: Case): void {
  const own = whyNotOwn(actor, subjectOf(actor, row).author.id, forumOfCase(row.id));
  if (own !== null) throw new Denied(own);
}

/** Whether a case is a correction that this member proposed. */
export function hasProposed(memberId: number, { id, kind }: Pick<Case, 'id' | 'kind'>): boolean {
  return kind === 'correction' && flaggersOf(id).some((proposer) => proposer.id === memberId);
}

/** Whether it is said of a decision that nobody else could take it: not where that would tell who wrote without a name. */
export function admitsNobodyElse({ nobodyElse, firstDeciderId, deciderId }: Pick<Decision, 'nobodyElse' | 'firstDeciderId' | 'deciderId'>, subject: Subject): boolean {
  return nobodyElse && (firstDeciderId === deciderId || !isUnnamed(shownSubject(subject)));
}

/** Throws Denied when the case is decided, or somebody else is on it; NotFound when it is not for this coordinator. */
export function mustHandle(actor: Member, row: Case, now: Date): void {
  mustBeFor(actor, row.id);
  if (row.closedAt) throw new Denied(isWithdrawn(row) ? 'Its author has taken this back meanwhile.' : 'This was decided already.');
  if (claimHolds(row, subjectOf(actor, row), now) && row.claimedById !== actor.id) throw new Denied(`${nameOf(row.claimedById)} is on it. Ask them to leave it to you, or wait until their claim ends.`);
}

const isWithdrawn = ({ heldId }: Case) => heldId !== null && db.select({ id: heldPosts.id }).from(heldPosts).where(and(eq(heldPosts.id, heldId), isNotNull(heldPosts.withdrawnAt))).get() !== undefined;

export const caseNoteInput = z.object({ caseId: rowId, note: text({ missing: 'Please write the note.', max: 2_000 }) });

/** Leaves a note for the other coordinators. Throws Denied in a case about oneself, where no note is shown either. */
export function addCaseNote(actor: Member, input: z.output<typeof caseNoteInput>): { url: string } {
  mustModerateSomething(actor);
  return transaction(() => {
    const row = caseById(input.caseId);
    const { id: caseId } = row;
    mustBeFor(actor, caseId);
    mustNotBeOwn(actor, row);
    db.insert(caseNotes).values({ caseId, byId: actor.id, text: input.note }).run();
    return { url: `/desk/flags/${caseId}` };
  });
}
