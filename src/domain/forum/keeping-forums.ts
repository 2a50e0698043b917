import { and, asc, count, eq, max, not, sql } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, formerForums, forums, forumThemes, themes, threads, transaction } from '#db/client.ts';
import { line, rowId, text } from '#lib/fields.ts';
import { slugify } from '#lib/slug.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { recordAct, type Act } from '../moderation/log.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { threadNow } from '../thread-addresses.ts';
import { indexForum } from './searchable.ts';
import { forumStarters } from './types.ts';

const forumFields = {
  name: line({ missing: 'Give it a name.', min: 3, tooShort: 'A few more letters, please.', max: 80 }),
  description: text({ missing: 'Say in a sentence or two what belongs here.', max: 500 }),
  startedBy: z.enum(forumStarters, { error: 'Please choose who starts threads here.' }).default('members'),
  themes: z.array(z.string()).max(4, 'Four themes at most.').default([]),
};

export const newForumInput = z.object(forumFields);

/** Addresses under /forums that mean something else. */
const taken = new Set(['new']);

/** Adds a forum at the end of the list. Its address is made of its name and never changes. For coordinators. Throws Invalid. */
export function addForum(actor: Member, input: z.output<typeof newForumInput>): { slug: string; url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    mustKnowThemes(input.themes);
    const slug = slugify(input.name);
    if (taken.has(slug) || db.select({ id: forums.id }).from(forums).where(eq(forums.slug, slug)).get()) throw new Invalid({ name: 'There is a forum with this name already.' });
    if (db.select().from(formerForums).where(eq(formerForums.slug, slug)).get()) throw new Invalid({ name: 'There was a forum with this name; its address is not given again. Please choose another name.' });
    const { last } = db.select({ last: max(forums.position) }).from(forums).get() ?? { last: null };
    const { id } = db.insert(forums).values({ slug, name: input.name, description: input.description, startedBy: input.startedBy, position: (last ?? -1) + 1 }).returning({ id: forums.id }).get();
    putThemes(id, input.themes);
    told(actor, 'add forum', { id, slug, name: input.name });
    return { slug, url: `/forums/${slug}` };
  });
}

export const editForumInput = z.object({ forumId: rowId, ...forumFields });

/** Changes name, description, themes and who starts threads. From then on the forum belongs to the browser: content/forums.yaml only adds. */
export function editForum(actor: Member, input: z.output<typeof editForumInput>): { slug: string; url: string } {
  return onForum(actor, input.forumId, 'edit forum', null, () => {
    mustKnowThemes(input.themes);
    db.update(forums).set({ name: input.name, description: input.description, startedBy: input.startedBy }).where(eq(forums.id, input.forumId)).run();
    putThemes(input.forumId, input.themes);
  });
}

export const placeForumInput = z.object({ forumId: rowId, by: z.enum(['up', 'down']) });

/** Moves a forum one place up or down in the list. At the end of the list nothing happens. */
export function placeForum(actor: Member, { forumId, by }: z.output<typeof placeForumInput>): { slug: string; url: string } {
  return onForum(actor, forumId, 'order forums', null, () => {
    const order = db.select({ id: forums.id }).from(forums).orderBy(asc(forums.position), asc(forums.id)).all().map((f) => f.id);
    const at = order.indexOf(forumId);
    const other = order[by === 'up' ? at - 1 : at + 1];
    if (other === undefined) return;
    const changed = order.map((id) => (id === forumId ? other : id === other ? forumId : id));
    changed.forEach((id, position) => db.update(forums).set({ position }).where(eq(forums.id, id)).run());
  });
}

export const closeForumInput = z.object({ forumId: rowId, reason: text({ missing: 'Please give the reason: it stands above the forum.', max: 500 }) });
export const forumActInput = z.object({ forumId: rowId });

/** Makes a forum read only; the reason is shown above it and its threads. */
export function closeForum(actor: Member, { forumId, reason }: z.output<typeof closeForumInput>): { slug: string; url: string } {
  return onForum(actor, forumId, 'close forum', reason, () => {
    db.update(forums).set({ closedAt: new Date(), closedReason: reason }).where(eq(forums.id, forumId)).run();
  });
}

/** Opens a closed forum again. */
export function openForum(actor: Member, { forumId }: z.output<typeof forumActInput>): { slug: string; url: string } {
  return onForum(actor, forumId, 'open forum', null, () => {
    db.update(forums).set({ closedAt: null, closedReason: null }).where(eq(forums.id, forumId)).run();
  });
}

/** Takes away a forum in which no thread stands, not even a removed one. Its address says so from then on. Throws Denied. */
export function deleteForum(actor: Member, { forumId }: z.output<typeof forumActInput>): { url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    const forum = find(forumId);
    rehomeFormer(forumId);
    if (threadsIn(forumId) > 0) throw new Denied('Threads stand in this forum: move them first, or close the forum.');
    db.delete(forums).where(eq(forums.id, forumId)).run();
    db.insert(formerForums).values({ slug: forum.slug, name: forum.name }).run();
    told(actor, 'delete forum', forum);
    return { url: '/desk/forums' };
  });
}

/** How many threads stand in a forum, the removed ones included. For coordinators. */
export function countThreadsIn(viewer: Viewer, forumId: number): number {
  mustCoordinate(viewer);
  return threadsIn(forumId);
}

const isFormer = sql`${threads.id} in (select thread_id from former_threads)`;
const threadsIn = (forumId: number) => db.select({ n: count() }).from(threads).where(and(eq(threads.forumId, forumId), not(isFormer))).get()?.n ?? 0;

/** Threads that went into another one belong where that stands, as soon as their own forum goes. */
function rehomeFormer(forumId: number): void {
  const home = sql.raw(`(select t.forum_id from threads t where t.id = ${threadNow('threads.id')})`);
  db.update(threads).set({ forumId: home }).where(and(eq(threads.forumId, forumId), isFormer)).run();
}

function onForum(actor: Member, forumId: number, act: Act, reason: string | null, change: () => void): { slug: string; url: string } {
  mustCoordinate(actor);
  return transaction(() => {
    find(forumId);
    change();
    const forum = find(forumId);
    told(actor, act, forum, reason);
    return { slug: forum.slug, url: `/forums/${forum.slug}` };
  });
}

function find(forumId: number): typeof forums.$inferSelect {
  const forum = db.select().from(forums).where(eq(forums.id, forumId)).get();
  if (!forum) throw new NotFound('There is no such forum.');
  return forum;
}

/** What every change of a forum ends with. */
function told(actor: Member, act: Act, forum: { id: number; slug: string; name: string }, reason: string | null = null): void {
  indexForum(forum.id);
  recordAct(actor, act, forum.name, `/forums/${forum.slug}`, reason);
  bumpChanges();
}

function mustKnowThemes(codes: readonly string[]): void {
  const known = new Set(db.select({ code: themes.code }).from(themes).all().map((t) => t.code));
  if (codes.some((code) => !known.has(code))) throw new Invalid({ themes: 'One of these themes does not exist.' });
}

function putThemes(forumId: number, codes: readonly string[]): void {
  db.delete(forumThemes).where(eq(forumThemes.forumId, forumId)).run();
  for (const theme of new Set(codes)) db.insert(forumThemes).values({ forumId, theme }).run();
}
