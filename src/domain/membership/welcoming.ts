import { and, asc, count, eq, isNull, lt, notExists, or } from 'drizzle-orm';
import { z } from 'zod';
import { alias } from 'drizzle-orm/sqlite-core';
import { coordinatorAreas, db, firstHours, members, transaction } from '#db/client.ts';
import { optionalText, rowId } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { NotFound } from '../errors.ts';
import { putNotification } from '../mail/notifications.ts';
import { giveWelcomesOn } from '../people/admitting.ts';
import { mustCoordinate } from '../people/permissions.ts';
import { writerOf } from '../profiles/editing.ts';
import { profileFor } from '../profiles/showing.ts';
import type { Member, Viewer } from '../people/types.ts';
import { countDone, stepsDone } from './first-hour.ts';

/** A newcomer whom somebody is to welcome. */
export interface Welcome {
  memberId: number; name: string; handle: string; vendor: boolean; at: Date;
  /** Whose task it is; null where it is everybody's. */
  coordinator: { id: number; name: string } | null;
  /** As far as the viewer may see them. */
  place: string | null; themes: string[];
  /** How many of the three first steps they have done. */
  steps: number;
}

const coordinator = alias(members, 'coordinator');
const waits = () => and(isNull(firstHours.welcomedAt), eq(members.role, 'member'), notExists(db.select({ id: coordinatorAreas.id }).from(coordinatorAreas).where(eq(coordinatorAreas.memberId, members.id))), or(isNull(members.suspendedUntil), lt(members.suspendedUntil, new Date())));

/** Newcomers nobody has welcomed yet, the longest waiting first: the viewer's own, or all; not who is suspended or was appointed meanwhile. What somebody cannot do any more is given to another first. For coordinators. */
export function listWelcomes(viewer: Viewer, mine = false): Welcome[] {
  mustCoordinate(viewer);
  giveWelcomesOn();
  return db.select({ memberId: members.id, name: members.name, handle: members.handle, vendor: members.vendor, at: firstHours.at, coordinatorId: coordinator.id, coordinatorName: coordinator.name, role: coordinator.role }).from(firstHours)
    .innerJoin(members, eq(members.id, firstHours.memberId)).leftJoin(coordinator, eq(coordinator.id, firstHours.coordinatorId))
    .where(and(waits(), mine ? eq(firstHours.coordinatorId, viewer.id) : undefined)).orderBy(asc(firstHours.at), asc(firstHours.memberId)).limit(200).all()
    .map(({ coordinatorId, coordinatorName, role, ...row }) => {
      const profile = profileFor(viewer, row.memberId);
      return {
        ...row, coordinator: coordinatorId !== null && coordinatorName !== null && role !== 'member' ? { id: coordinatorId, name: coordinatorName } : null,
        place: profile.place?.label ?? null, themes: profile.themes.map(({ label }) => label), steps: countDone(stepsDone(row.memberId, true)),
      };
    });
}

/** How many newcomers wait to be welcomed. */
export function countWelcomes(): number {
  return db.select({ n: count() }).from(firstHours).innerJoin(members, eq(members.id, firstHours.memberId)).where(waits()).get()?.n ?? 0;
}

export const welcomeInput = z.object({ memberId: rowId, note: optionalText(500) });

/** Says that somebody was welcomed; a note reaches them in their notifications. Whichever coordinator does it, it is done once. Throws Denied, NotFound. */
export function welcomeMember(actor: Member, { memberId, note }: z.output<typeof welcomeInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const done = db.update(firstHours).set({ welcomedAt: new Date(), welcomedById: actor.id, coordinatorId: actor.id, note }).where(and(eq(firstHours.memberId, memberId), isNull(firstHours.welcomedAt))).run().changes;
    if (!done) throw new NotFound('They were welcomed already.');
    if (note) putNotification({ memberId, kind: 'word', reason: 'about-you', actorId: actor.id, words: `${writerOf(actor.id)} welcomes you to ${settings().name} and has written to you.`, url: '/welcome' });
  });
}
