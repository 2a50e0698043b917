import { eq } from 'drizzle-orm';
import { db, members, memberTraits, prepared, profiles } from '#db/client.ts';
import { profileFields } from './fields.ts';

export type ProfileRow = typeof profiles.$inferSelect;
export type TraitKind = (typeof memberTraits.$inferSelect)['kind'];

/** What is kept of a member's profile; of somebody who never filled in the form, what stands beside their name. */
export function storedProfile(memberId: number): ProfileRow {
  const row = db.select().from(profiles).where(eq(profiles.memberId, memberId)).get();
  if (row) return row;
  const member = db.select({ jobTitle: members.jobTitle, place: members.place, at: members.createdAt }).from(members).where(eq(members.id, memberId)).get();
  return {
    memberId, pronouns: null, jobTitle: member?.jobTitle ?? null, placeId: null, placeText: member?.place ?? null, askMe: null, lookingFor: null, photoHash: null, photoSize: null,
    visibility: startingVisibility(member?.place ?? null), updatedAt: member?.at ?? new Date(),
  };
}

/** Who sees a profile that begins: members, but for what says whose name it is, and for a place that everybody has read already. */
const startingVisibility = (place: string | null): Record<string, string> =>
  Object.fromEntries(profileFields.filter((field) => field !== 'jobTitle' && (field !== 'place' || place === null)).map((field) => [field, 'members']));

/** Codes of one kind that a member has chosen. */
export function traitsOf(memberId: number, kind: TraitKind): string[] {
  return (traits().all(memberId, kind) as { value: string }[]).map((row) => row.value);
}
const traits = prepared((d) => d.$client.prepare('select value from member_traits where member_id = ? and kind = ? order by value'));
