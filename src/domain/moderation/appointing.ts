import { eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, coordinatorAreas, db, forums, members, themes, transaction } from '#db/client.ts';
import { rowId } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied, Invalid } from '../errors.ts';
import { post } from '../mail/outbox.ts';
import { mustLeaveAnAdministrator } from '../people/administrators.ts';
import { namedAreasOf } from '../people/areas.ts';
import { memberById } from '../people/members.ts';
import { canAppoint, mustAdminister } from '../people/permissions.ts';
import { mustHaveProved } from '../people/proving.ts';
import { endSessionsOf, type Session } from '../people/sessions.ts';
import { roles, type Areas, type Member, type Role } from '../people/types.ts';
import { recordAct } from './log.ts';

/** What can be chosen: a role, or some areas, which is no role (see permissions.ts). */
export const appointments = [...roles, 'areas'] as const;
export type Appointment = (typeof appointments)[number];

export const appointInput = z.object({
  memberId: rowId,
  role: z.enum(appointments, { error: 'Please choose a role.' }),
  /** Of a coordinator of some forums or themes; passed over for every other choice. */
  forums: z.array(rowId).max(200).default([]),
  themes: z.array(z.string().max(80)).max(200).default([]),
});

/**
 * Gives a member another role, or areas to coordinate. For administrators who have just shown who they are; nobody changes their own, and the last
 * administrator stays one. Ends the member's sessions and tells them by mail. Throws Denied, Invalid.
 */
export function appointMember(session: Session, input: z.input<typeof appointInput>): void {
  const { memberId, role: wanted, forums: forumIds, themes: codes } = appointInput.parse(input);
  const actor = session.member;
  mustAdminister(actor);
  mustHaveProved(session);
  transaction(() => {
    const member = memberById(memberId);
    if (!canAppoint(actor, member)) throw new Denied('You cannot change your own role: another administrator can.');
    if (!member.emailConfirmed) throw new Denied('This member has not confirmed their e-mail address yet.');
    if (member.waiting) throw new Denied('This member has not been let in yet.');
    const role: Role = wanted === 'areas' ? 'member' : wanted;
    const areas = wanted === 'areas' ? knownAreas(forumIds, codes) : { forums: [], themes: [] };
    if (member.role === role && sameAreas(member.areas, areas)) throw new Invalid({ role: `${member.name} is ${articled(wordsOfRole(member))} already: nothing was changed.` });
    if (role !== 'administrator') mustLeaveAnAdministrator(member);
    const before = wordsOfRole(member);
    db.update(members).set({ role }).where(eq(members.id, member.id)).run();
    putAreas(actor, member.id, areas);
    const after = wordsOfRole({ id: member.id, role });
    // A session is never worth more, or less, than when its owner last signed in.
    endSessionsOf(member.id);
    tell(member, before, after);
    recordAct(actor, 'appoint member', `${member.name}: ${before} → ${after}`, `/members/${member.handle}`);
    bumpChanges();
  });
}

function knownAreas(forumIds: readonly number[], codes: readonly string[]): Areas {
  const areas = {
    forums: db.select({ id: forums.id }).from(forums).where(inArray(forums.id, [...forumIds])).all().map(({ id }) => id),
    themes: db.select({ code: themes.code }).from(themes).where(inArray(themes.code, [...codes])).all().map(({ code }) => code),
  };
  if (areas.forums.length < new Set(forumIds).size || areas.themes.length < new Set(codes).size) throw new Invalid({ forums: 'One of them does not exist any more: please reload the page.' });
  if (areas.forums.length + areas.themes.length === 0) throw new Invalid({ forums: 'Choose at least one forum or theme.' });
  return areas;
}

const sameAreas = (one: Areas, other: Areas) => key(one) === key(other);
const key = ({ forums, themes }: Areas) => JSON.stringify([[...forums].sort((a, b) => a - b), [...themes].sort()]);

function putAreas(actor: Member, memberId: number, areas: Areas): void {
  db.delete(coordinatorAreas).where(eq(coordinatorAreas.memberId, memberId)).run();
  for (const forumId of areas.forums) db.insert(coordinatorAreas).values({ memberId, forumId, byId: actor.id }).run();
  for (const theme of areas.themes) db.insert(coordinatorAreas).values({ memberId, theme, byId: actor.id }).run();
}

/** "coordinator of Running the centre and resources on Equity", or the role. */
export function wordsOfRole({ id, role }: { id: number; role: Role }): string {
  if (role !== 'member') return role;
  const { forums, themes } = namedAreasOf(id);
  const parts = [...forums.map(({ name }) => name), ...themes.map(({ label }) => `resources on ${label}`)];
  return parts.length === 0 ? 'member' : `coordinator of ${new Intl.ListFormat('en').format(parts)}`;
}

function tell(member: Member, before: string, after: string): void {
  const { name, url } = settings();
  post(member.email, `Your role on ${name} has changed`, [
    `Until now you were ${articled(before)}; now you are ${articled(after)}. For your safety you have been signed out everywhere.`, `What each role may do: ${url}/permissions`,
  ]);
}

const articled = (words: string) => (words.startsWith('a') ? `an ${words}` : `a ${words}`);
