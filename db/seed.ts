import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq, inArray, lt, sql } from 'drizzle-orm';
import { parse } from 'yaml';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { createComment } from '#domain/forum/comments.ts';
import { confirmPost, ownConfirmation } from '#domain/forum/confirming.ts';
import { createPost } from '#domain/forum/posts.ts';
import { react } from '#domain/forum/reacting.ts';
import { indexPost, indexThread } from '#domain/forum/searchable.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { createCollection, featureCollection } from '#domain/library/collecting.ts';
import { collectResource } from '#domain/library/placing.ts';
import { invite } from '#domain/membership/inviting.ts';
import { verifyMember } from '#domain/membership/verifying.ts';
import { vouch } from '#domain/membership/vouching.ts';
import { asMember, freeHandle } from '#domain/people/members.ts';
import { countPlaceChange } from '#domain/places/known.ts';
import { foldedPlace, placeLabel } from '#domain/places/words.ts';
import { indexMember } from '#domain/people/searchable.ts';
import type { ThreadKind } from '#domain/forum/types.ts';
import type { Member, Role } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { slugify } from '#lib/slug.ts';
import { acceptedAnswers, attempts, bumpChanges, collections, coordinatorAreas, db, forums, invitations, members, memberTraits, notifications, outbox, placeChannels, places, placeSystems, posts, profiles, resources, threads, transaction, trustLevels, verifications, vouches } from './client.ts';

interface Person {
  key: string; name: string; email: string; role: Role; jobTitle?: string; place?: string;
  pronouns?: string; hats?: string[]; languages?: string[]; themes?: string[]; askMe?: string; lookingFor?: string;
  /** Forums that they coordinate. */
  coordinates?: string[];
  verified?: { by: string; why: string };
  vouchedFor?: { by: string; how: string }[];
  invites?: { email: string; name: string; note: string }[];
}
interface Place {
  name: string; region: string; country: string; kind: string; population: number; form: string; stage: string; line: string; launched?: number; latitude: number; longitude: number;
  systems: Record<string, string[]>; channels: string[];
}
interface Thread {
  title: string; kind: ThreadKind; author: string; daysAgo: number; themes?: string[]; pinned?: boolean; locked?: boolean; body: string;
  /** Asked for a colleague, without a name. */
  nameless?: boolean;
  replies?: Reply[];
}
interface Reply {
  author: string; hoursLater: number; body: string; accepted?: boolean;
  /** Who found it helpful. */
  helpful?: string[];
  /** For whom it works too: in which year, and what they add. */
  confirmed?: { by: string; year: number; note?: string }[];
}
interface List { title: string; author: string; daysAgo: number; description: string; featured?: string; works: { resource: string; note?: string }[] }
interface Comment { resource: string; author: string; daysAgo: number; body: string }

const read = <T>(file: string): T => parse(readFileSync(file, 'utf8')) as T;

/**
 * Fills an empty hub with the sample community: invented people, marked as samples, who write through the same commands as everybody;
 * only the dates are set back afterwards. Does nothing when anybody is there already.
 * @param folder where cast.yaml, comments.yaml, collections.yaml and threads/ lie
 */
export function seedSampleCommunity(folder: string, now = new Date()): void {
  if (db.select({ id: members.id }).from(members).limit(1).get()) return;
  transaction(() => {
    addPlaces(read<Place[]>(join(folder, 'places.yaml')), now);
    const people = read<Person[]>(join(folder, 'cast.yaml'));
    const cast = joinCast(people, now);
    for (const person of people) appoint(person, cast, now);
    verifyCast(people, cast, now);
    for (const person of people) inviteGuests(person, cast, now);
    for (const file of readdirSync(join(folder, 'threads')).sort()) {
      const forum = file.replace(/\.yaml$/, '');
      for (const thread of read<Thread[]>(join(folder, 'threads', file))) writeThread(forum, thread, cast, now);
    }
    for (const comment of read<Comment[]>(join(folder, 'comments.yaml'))) writeComment(comment, cast, now);
    for (const list of read<List[]>(join(folder, 'collections.yaml'))) writeList(list, cast, now);
    tellOfThePast(now);
    trustWriters();
    bumpChanges();
  });
}

/** The invented places of the cast, marked as such. */
function addPlaces(sample: Place[], now: Date): void {
  for (const { systems, channels, ...place } of sample) {
    const { id } = db.insert(places).values({
      ...place, slug: slugify(`${place.name} ${place.region} sample`), label: placeLabel({ ...place, sample: true }), folded: foldedPlace(place), origin: 'hub', sample: true,
      populationYear: now.getUTCFullYear(), populationSource: 'invented for the sample community',
    }).returning({ id: places.id }).get();
    for (const [role, names] of Object.entries(systems)) for (const name of names) db.insert(placeSystems).values({ placeId: id, role, name }).run();
    for (const channel of channels) db.insert(placeChannels).values({ placeId: id, channel }).run();
  }
  countPlaceChange();
}

/** What somebody of the cast says about themselves; their place is the one of the list that is called so. */
function putProfile(memberId: number, { jobTitle, place, pronouns, askMe, lookingFor, ...traits }: Person): void {
  const known = place === undefined ? undefined : db.select({ id: places.id }).from(places).where(eq(places.label, place)).get();
  db.insert(profiles).values({ memberId, jobTitle, pronouns, askMe, lookingFor, placeId: known?.id ?? null, placeText: known ? null : place }).run();
  const chosen = [...(traits.hats ?? []).map((value) => ({ kind: 'hat' as const, value })), ...(traits.languages ?? []).map((value) => ({ kind: 'language' as const, value })), ...(traits.themes ?? []).map((value) => ({ kind: 'theme' as const, value }))];
  for (const trait of chosen) db.insert(memberTraits).values({ memberId, ...trait }).run();
}

/** The people of a cast as members that may write, by key. They have no password: nobody can sign in as them. */
export function joinCast(people: Person[], now = new Date()): Map<string, Member> {
  return new Map(people.map((p) => {
    const row = db.insert(members).values({
      email: p.email, name: p.name, handle: freeHandle(p.name), role: p.role, jobTitle: p.jobTitle ?? null, place: p.place ?? null,
      sample: true, listed: true, vendor: p.hats?.includes('vendor') ?? false, emailConfirmedAt: addDays(now, -420), createdAt: addDays(now, -420),
    }).returning().get();
    putProfile(row.id, p);
    indexMember(row.id);
    db.insert(trustLevels).values({ memberId: row.id, level: 'member', locked: true }).run();
    return [p.key, asMember(row)];
  }));
}

/** Puts somebody in charge of forums, as an administrator has done it long since: nobody is told. */
function appoint({ key, coordinates = [] }: Person, cast: Map<string, Member>, now: Date): void {
  for (const slug of coordinates) {
    const forum = db.select({ id: forums.id }).from(forums).where(eq(forums.slug, slug)).get();
    if (!forum) throw new Error(`The sample community has no forum ${slug}.`);
    db.insert(coordinatorAreas).values({ memberId: known(cast, key).id, forumId: forum.id, at: addDays(now, -200) }).run();
  }
}

/** Whom an administrator has verified, and then whom those vouch for. */
function verifyCast(people: Person[], cast: Map<string, Member>, now: Date): void {
  for (const { key, verified } of people) if (verified) verifyMember(known(cast, verified.by), { memberId: known(cast, key).id, verdict: 'coordinator', why: verified.why });
  for (const { key, vouchedFor = [] } of people) for (const { by, how } of vouchedFor) vouch(known(cast, by), { memberId: known(cast, key).id, how });
  db.update(verifications).set({ at: addDays(now, -120) }).run();
  db.update(vouches).set({ at: addDays(now, -120) }).run();
  db.update(notifications).set({ createdAt: addDays(now, -120) }).run();
}

/** Whom somebody has invited three days ago, and who has not come yet; the letter would go to nobody. */
function inviteGuests({ key, invites = [] }: Person, cast: Map<string, Member>, now: Date): void {
  for (const guest of invites) {
    invite(known(cast, key), guest);
    db.update(invitations).set({ sentAt: addDays(now, -3), expiresAt: addDays(now, 11) }).where(eq(invitations.email, guest.email)).run();
    db.delete(outbox).where(eq(outbox.to, guest.email)).run();
  }
}

/** Who has written most is trusted; what the sample people read nobody has counted, so the rules leave their levels alone. */
function trustWriters(): void {
  const writers = db.select({ id: posts.authorId }).from(posts).groupBy(posts.authorId).having(sql`count(*) >= 10`);
  db.update(trustLevels).set({ level: 'trusted' }).where(inArray(trustLevels.memberId, writers)).run();
}

function known(cast: Map<string, Member>, key: string): Member {
  const member = cast.get(key);
  if (!member) throw new Error(`The sample community has nobody called ${key}.`);
  // Nobody writes this fast in life; here they may.
  db.delete(attempts).run();
  return member;
}

function writeThread(forum: string, sample: Thread, cast: Map<string, Member>, now: Date): void {
  const startedAt = addDays(now, -sample.daysAgo);
  const { id } = createThread(known(cast, sample.author), { forum, kind: sample.kind, title: sample.title, body: sample.body, themes: sample.themes ?? [], ...(sample.nameless && { nameless: true }) });
  let lastPostAt = startedAt;
  for (const reply of sample.replies ?? []) {
    const written = createPost(known(cast, reply.author), { threadId: id, body: reply.body });
    const at = addDays(startedAt, reply.hoursLater / 24);
    lastPostAt = at < now ? at : now;
    db.update(posts).set({ createdAt: lastPostAt }).where(eq(posts.id, written.id)).run();
    if (reply.accepted) acceptAnswer(known(cast, sample.author), { postId: written.id });
    db.update(acceptedAnswers).set({ at: lastPostAt }).where(eq(acceptedAnswers.postId, written.id)).run();
    for (const key of reply.helpful ?? []) react(known(cast, key), { postId: written.id, give: 'helpful' });
    for (const { by, year, note = null } of reply.confirmed ?? []) confirmFor(known(cast, by), { postId: written.id, year, note });
    indexPost(written.id);
  }
  db.update(posts).set({ createdAt: startedAt }).where(eq(posts.id, db.select({ id: posts.id }).from(posts).where(eq(posts.threadId, id)).orderBy(posts.number).limit(1))).run();
  db.update(threads).set({
    createdAt: startedAt, lastPostAt, pinned: sample.pinned ?? false,
    ...(sample.locked && { lockedAt: lastPostAt, lockedReason: 'Settled; start a new thread if it comes up again.' }),
  }).where(eq(threads.id, id)).run();
  indexThread(id);
}

/** "Works for us too", said with the place of the profile. */
function confirmFor(member: Member, said: { postId: number; year: number; note: string | null }): void {
  confirmPost(member, { ...said, place: ownConfirmation(member, said.postId).place.replace(/ \(sample\)$/, '') });
}

/** What the sample members were told is as old as what it tells of; nobody writes letters about the past, and what is older than a week they have read. */
function tellOfThePast(now: Date): void {
  const writtenAt = sql`(select p.created_at from posts p where p.id = ${notifications.postId})`;
  db.update(notifications).set({ createdAt: sql`coalesce(${writtenAt}, ${notifications.createdAt})`, mailedAt: now }).run();
  db.update(notifications).set({ readAt: now }).where(lt(notifications.createdAt, addDays(now, -7))).run();
}

/** Id of a resource that the samples name by its slug. */
function resourceId(slug: string): string {
  const resource = db.select({ id: resources.id }).from(resources).where(eq(resources.slug, slug)).get();
  if (!resource) throw new Error(`The sample community names ${slug}, which is not in the library.`);
  return resource.id;
}

function writeList({ title, author, daysAgo, description, featured, works }: List, cast: Map<string, Member>, now: Date): void {
  const { id } = createCollection(known(cast, author), { title, description, visibility: 'public' });
  for (const { resource, note } of works) collectResource(known(cast, author), { resourceId: resourceId(resource), collectionId: id, title: null, note: note ?? '' });
  if (featured) featureCollection(known(cast, featured), { collectionId: id });
  db.update(collections).set({ createdAt: addDays(now, -daysAgo), updatedAt: addDays(now, -daysAgo) }).where(eq(collections.id, id)).run();
}

function writeComment(sample: Comment, cast: Map<string, Member>, now: Date): void {
  const { id } = createComment(known(cast, sample.author), { resourceId: resourceId(sample.resource), body: sample.body });
  const at = addDays(now, -sample.daysAgo);
  db.update(posts).set({ createdAt: at }).where(eq(posts.id, id)).run();
  db.update(threads).set({ lastPostAt: at }).where(inArray(threads.id, db.select({ id: posts.threadId }).from(posts).where(eq(posts.id, id)))).run();
  indexPost(id);
}
