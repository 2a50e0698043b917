import { and, asc, count, eq, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { db, members, transaction } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { literally } from '#lib/literally.ts';
import { settings } from '#lib/settings.ts';
import { Denied, NotFound } from '../errors.ts';
import { forgetLettersTo, forgetWrittenLetters, post } from '../mail/outbox.ts';
import { recordAct } from '../moderation/log.ts';
import { beginMembership } from '../people/admitting.ts';
import { countAttempt, forgetAttemptsOf } from '../people/limits.ts';
import { mustCoordinate } from '../people/permissions.ts';
import { governmentDomainOf } from '../people/verification.ts';
import type { Member, Viewer } from '../people/types.ts';
import { forgetInvitationsOf } from './inviting.ts';

/** Somebody who has confirmed their address and waits to be let in. */
export interface Applicant {
  id: number; name: string; email: string; at: Date;
  /** Who they are, in their words; empty where they have not said it yet. */
  application: string;
  /** Their address is under a government domain. */
  government: boolean;
}

const waits = and(isNotNull(members.application), isNotNull(members.emailConfirmedAt));

/** Who waits to be let in, the longest first. For coordinators. */
export function listApplicants(viewer: Viewer): Applicant[] {
  mustCoordinate(viewer);
  return db.select({ id: members.id, name: members.name, email: members.email, at: members.emailConfirmedAt, application: members.application }).from(members).where(waits).orderBy(asc(members.emailConfirmedAt), asc(members.id)).all()
    .map(({ at, application, ...row }) => ({ ...row, at: at ?? new Date(0), application: application ?? '', government: governmentDomainOf(row.email) !== null }));
}

/** How many wait to be let in. */
export function countApplicants(): number {
  return db.select({ n: count() }).from(members).where(waits).get()?.n ?? 0;
}

/** What the viewer has said of who they are while they wait; null where they do not wait. */
export function ownApplication(viewer: Viewer): string | null {
  return viewer?.waiting ? db.select({ said: members.application }).from(members).where(eq(members.id, viewer.id)).get()?.said ?? null : null;
}

export const applicationInput = z.object({ application: text({ missing: 'Please say in a sentence who you are.', max: 500 }) });

/** Says who one is, or says it better, while one waits. Throws Denied, TooMany. */
export function sayWhoYouAre(actor: Member, input: z.output<typeof applicationInput>): void {
  countAttempt('profilePerMember', actor.id);
  const changed = db.update(members).set({ application: input.application }).where(and(eq(members.id, actor.id), waits)).run().changes;
  if (!changed) throw new Denied('You have been let in already.');
}

export const acceptInput = z.object({ memberId: rowId });

/** Lets somebody in who waits, and tells them. Throws Denied, NotFound. */
export function acceptApplicant(actor: Member, input: z.output<typeof acceptInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const { id, name, email, handle } = applicant(input.memberId);
    db.update(members).set({ application: null }).where(eq(members.id, id)).run();
    beginMembership(id);
    const { name: hub, url } = settings();
    post(email, `You are a member of ${hub}`, [`${actor.name} has let you in. You can ask, answer and comment from now on.`, `Three first steps: ${url}/welcome`]);
    recordAct(actor, 'accept applicant', name, `/members/${handle}`);
  });
}

export const declineInput = z.object({ memberId: rowId, reason: text({ missing: 'Please give the reason.', max: 1_000 }) });

/** Does not let somebody in, tells them why where the hub sends mail, and forgets what they gave, letters to them and invitations of their address too. They may ask again, within the limit of where they ask from. Throws Denied, NotFound. */
export function declineApplicant(actor: Member, input: z.output<typeof declineInput>): void {
  mustCoordinate(actor);
  const { email: address } = transaction(() => {
    const { id, name, email } = applicant(input.memberId);
    db.delete(members).where(eq(members.id, id)).run();
    forgetInvitationsOf(email);
    forgetLettersTo([email]);
    forgetAttemptsOf(id, [email]);
    const { name: hub, url } = settings();
    post(email, `Your request to join ${hub}`, [
      `A coordinator has looked at your request and has not let you in. The reason given: ${input.reason}`,
      `What you had given, your address too, is deleted. Everything can be read without an account, and you may ask again: ${url}/join`,
    ], { passing: true });
    // What they gave is deleted: the log keeps neither name nor address.
    recordAct(actor, 'decline applicant', 'An applicant', '/desk/members/waiting', withoutThem(input.reason, email, name));
    return { email };
  });
  forgetWrittenLetters([address]);
}

/** Whole words alone, and what is short only as it is written: somebody may be called Al. Of a name its words too, but for initials; longer ones without accents as well. */
function withoutThem(reason: string, email: string, name: string): string {
  const whole = [email, name].reduce((words, one) => words.replace(new RegExp(`(?<![\\p{L}\\p{N}])${literally(one)}(?![\\p{L}\\p{N}])`, one.length > 3 ? 'giu' : 'gu'), 'the applicant'), reason);
  const parts = new Set(wordsOf(name).filter((word) => word.length > 1).map(plain));
  return whole.replace(oneWord, (word) => (parts.has(plain(word)) ? 'the applicant' : word));
}
const oneWord = /[\p{L}\p{M}\p{N}]+/gu;
const wordsOf = (text: string): string[] => text.match(oneWord) ?? [];
const plain = (word: string) => (word.length > 3 ? word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase() : word);

function applicant(id: number): { id: number; name: string; email: string; handle: string } {
  const row = db.select({ id: members.id, name: members.name, email: members.email, handle: members.handle }).from(members).where(and(eq(members.id, id), waits)).get();
  if (!row) throw new NotFound('They do not wait any more: another coordinator has decided.');
  return row;
}
