import { asc } from 'drizzle-orm';
import { z } from 'zod';
import { db, forumCoordinators, forums, prepared, transaction } from '#db/client.ts';
import { Invalid } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustAdminister } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';

interface Person { id: number; name: string; role: 'member' | 'coordinator' | 'administrator'; signsIn: 0 | 1 }

/** The people of the sample community have no password: nobody can be asked to wait for them while there is somebody else. */
const signsIn = (m: string) => `not ${m}.sample or exists (select 1 from passwords where member_id = ${m}.id)`;

function whoSignIn<P extends Person>(people: readonly P[]): P[] {
  const able = people.filter((person) => person.signsIn === 1);
  return able.length > 0 ? able : [...people];
}

/** Everybody who can look after any question now: coordinators and administrators who can sign in and are not suspended. */
export function eligibleAnywhere(now = new Date()): Person[] {
  return whoSignIn(everywhere(now));
}

function everywhere(now: Date): Person[] {
  return eligible().all(now.getTime()) as Person[];
}
const eligible = prepared((d) => d.$client.prepare(`
  select m.id, m.name, m.role, ${signsIn('m')} as signsIn from members m
  where m.role in ('coordinator', 'administrator') and m.email_confirmed_at is not null and (m.suspended_until is null or m.suspended_until <= ?) order by m.name, m.id`));

/** Who coordinates some forums only, and can look after a question there now; one line for each forum. */
function eligibleSomewhere(now: Date): (Person & { forumId: number })[] {
  return somewhere().all(now.getTime()) as (Person & { forumId: number })[];
}
const somewhere = prepared((d) => d.$client.prepare(`
  select m.id, m.name, m.role, ${signsIn('m')} as signsIn, a.forum_id as forumId from coordinator_areas a join members m on m.id = a.member_id
  where a.forum_id is not null and m.role = 'member' and m.email_confirmed_at is not null and (m.suspended_until is null or m.suspended_until <= ?) order by m.name, m.id`));

/** Everybody who can look after a question of a forum now, its own coordinators last. */
export function eligibleIn(forumId: number, now = new Date()): Person[] {
  return whoSignIn([...everywhere(now), ...eligibleSomewhere(now).filter((person) => person.forumId === forumId)]);
}

/** Who can look after questions now, read once for many of them. */
export interface Lookers {
  has: (memberId: number, forumId: number) => boolean;
  /**
   * Ids of those among whom a question of a forum goes round: its own coordinators, else all coordinators, else the administrators. Who
   * asked it under their name comes last. Empty only where nobody can.
   */
  inForum: (forumId: number, askerId: number) => number[];
}

export function lookers(now: Date): Lookers {
  const [all, some] = [everywhere(now), eligibleSomewhere(now)];
  const chosen = new Set(db.select().from(forumCoordinators).all().map(({ forumId, memberId }) => `${forumId}:${memberId}`));
  const ofForum = (forumId: number) => {
    const [own, able] = [some.filter((person) => person.forumId === forumId), new Set<Person>()];
    for (const person of whoSignIn([...all, ...own])) able.add(person);
    return { own: own.filter((person) => able.has(person)), all: all.filter((person) => able.has(person)) };
  };
  return {
    has: (memberId, forumId) => Object.values(ofForum(forumId)).flat().some(({ id }) => id === memberId),
    inForum: (forumId, askerId) => {
      const able = ofForum(forumId);
      const circles = [[...able.all.filter(({ id }) => chosen.has(`${forumId}:${id}`)), ...able.own], able.all.filter(({ role }) => role === 'coordinator'), able.all];
      const others = circles.map((circle) => circle.filter(({ id }) => id !== askerId)).find((circle) => circle.length > 0);
      return (others ?? able.all).map(({ id }) => id);
    },
  };
}

/** Every forum with the ids of those who look for answers in it. */
export function coordinatorsOfForums(): { id: number; name: string; memberIds: number[] }[] {
  const chosen = db.select().from(forumCoordinators).all();
  return db.select({ id: forums.id, name: forums.name }).from(forums).orderBy(asc(forums.position), asc(forums.id)).all()
    .map((forum) => ({ ...forum, memberIds: chosen.filter(({ forumId }) => forumId === forum.id).map(({ memberId }) => memberId) }));
}

export const forumCoordinatorsInput = z.object({
  /** `<forum>:<member>` of every pair. */
  pairs: z.array(z.string().regex(/^\d{1,9}:\d{1,9}$/)).max(2_000).default([]),
});

/** Sets who looks for answers in which forum. For administrators. Throws Invalid. */
export function setForumCoordinators(actor: Member, { pairs }: z.output<typeof forumCoordinatorsInput>): void {
  mustAdminister(actor);
  transaction(() => {
    const people = new Set(eligibleAnywhere().map(({ id }) => id));
    const known = new Set(db.select({ id: forums.id }).from(forums).all().map(({ id }) => id));
    const chosen = [...new Set(pairs)].map((pair) => pair.split(':').map(Number)).map(([forumId = 0, memberId = 0]) => ({ forumId, memberId }));
    if (chosen.some(({ forumId, memberId }) => !known.has(forumId) || !people.has(memberId))) throw new Invalid({ pairs: 'One of them is no coordinator any more, or the forum is gone: please reload the page.' });
    db.delete(forumCoordinators).run();
    if (chosen.length > 0) db.insert(forumCoordinators).values(chosen).run();
    recordAct(actor, 'change forum coordinators', 'who looks for answers in the forums', '/desk/calendar');
  });
}
