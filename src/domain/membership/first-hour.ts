import { and, eq, inArray, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { db, firstHours, follows, invitations, members, prepared, themes, transaction } from '#db/client.ts';
import { isNamelessIn, isNamelessPost } from '../anonymity.ts';
import { Invalid } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { mustSignIn, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { chooseThemes, whoSees } from '../profiles/editing.ts';

/** The three first steps of a new member. */
export const steps = ['place', 'themes', 'act'] as const;
export type Step = (typeof steps)[number];
export type StepState = 'done' | 'skipped' | 'open';

export interface FirstHour {
  steps: Record<Step, StepState>;
  /** How many are done. */
  done: number;
  /** Nothing is open any more, or the member wants to see it no more. */
  over: boolean;
  /** Who welcomes them, and what they wrote; null where it is everybody's task. */
  coordinator: { name: string; handle: string; vendor: boolean } | null;
  welcomed: boolean;
  note: string | null;
}

/** How far a new member is with their first steps; null for members of old and visitors. */
export function firstHourOf(viewer: Viewer): FirstHour | null {
  if (!viewer) return null;
  const row = db.select({ hour: firstHours, name: members.name, handle: members.handle, vendor: members.vendor }).from(firstHours).leftJoin(members, and(eq(members.id, firstHours.coordinatorId), inArray(members.role, ['coordinator', 'administrator'])))
    .where(eq(firstHours.memberId, viewer.id)).get();
  if (!row) return null;
  const { hour, name, handle, vendor } = row;
  const done = stepsDone(viewer.id);
  const stateOf = (step: Step): StepState => (done[step] ? 'done' : hour.skipped.includes(step) ? 'skipped' : 'open');
  const states = { place: stateOf('place'), themes: stateOf('themes'), act: stateOf('act') };
  return {
    steps: states, done: countDone(done), over: hour.dismissedAt !== null || Object.values(states).every((state) => state !== 'open'),
    coordinator: name !== null && handle !== null ? { name, handle, vendor: vendor === true } : null, welcomed: hour.welcomedAt !== null, note: hour.note,
  };
}

/** Which steps a member has done; for others without what they wrote, and so follow, without their name. */
export function stepsDone(memberId: number, forOthers = false): Record<Step, boolean> {
  const row = doneBy().get({ memberId, forOthers: Number(forOthers) }) as Record<Step, number>;
  return { place: row.place === 1, themes: row.themes === 1, act: row.act === 1 };
}
const doneBy = prepared((d) => d.$client.prepare(`select
  exists (select 1 from profiles where member_id = @memberId and (place_id is not null or place_text is not null)) as place,
  exists (select 1 from follows where member_id = @memberId and kind = 'theme' and level <> 'muted') as themes,
  exists (select 1 from follows f where f.member_id = @memberId and f.kind in ('thread', 'forum', 'member') and f.level <> 'muted'
      and not (@forOthers and f.kind = 'thread' and ${isNamelessIn('cast(f.ref as integer)', '@memberId')}))
    or exists (select 1 from posts p where p.author_id = @memberId and not (@forOthers and ${isNamelessPost('p.id')})) as act`));

export const countDone = (done: Record<Step, boolean>): number => Object.values(done).filter(Boolean).length;

/** What an invitation says of the place of whoever it brought here: what the first step begins with. */
export function placeInvitedFrom(viewer: Viewer): string {
  return viewer ? db.select({ place: invitations.place }).from(invitations).where(and(eq(invitations.memberId, viewer.id), isNull(invitations.quietAt))).get()?.place ?? '' : '';
}

export const firstThemesInput = z.object({ themes: z.array(z.string()).max(8, 'Choose eight themes at most.').default([]), 'see-themes': whoSees });

/** Follows themes, and puts them on the profile as interests. What is followed already stays as it is. Throws Denied, Invalid, TooMany. */
export function chooseFirstThemes(actor: Member, input: z.output<typeof firstThemesInput>): void {
  mustWrite(actor);
  countAttempt('profilePerMember', actor.id);
  const known = db.select({ code: themes.code }).from(themes).where(inArray(themes.code, input.themes)).all();
  if (input.themes.length === 0) throw new Invalid({ themes: 'Choose at least one theme, best three.' });
  if (known.length < new Set(input.themes).size) throw new Invalid({ themes: 'One of these themes does not exist.' });
  transaction(() => {
    for (const { code } of known) db.insert(follows).values({ memberId: actor.id, kind: 'theme', ref: code, level: 'first-post' }).onConflictDoNothing().run();
    chooseThemes(actor, { themes: known.map(({ code }) => code), 'see-themes': input['see-themes'] });
  });
}

export const stepInput = z.object({ step: z.enum(steps) });

/** Leaves a step out. */
export function skipStep(actor: Member, { step }: z.output<typeof stepInput>): void {
  mustSignIn(actor);
  transaction(() => {
    const row = db.select({ skipped: firstHours.skipped }).from(firstHours).where(eq(firstHours.memberId, actor.id)).get();
    if (row && !row.skipped.includes(step)) db.update(firstHours).set({ skipped: [...row.skipped, step] }).where(eq(firstHours.memberId, actor.id)).run();
  });
}

/** Takes the first steps off the account page. */
export function dismissFirstHour(actor: Member): void {
  mustSignIn(actor);
  db.update(firstHours).set({ dismissedAt: new Date() }).where(and(eq(firstHours.memberId, actor.id), isNull(firstHours.dismissedAt))).run();
}
