import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changes, db, forums, searchDocuments, threads } from '#db/client.ts';
import { Denied, Gone, Invalid, NotFound } from '#domain/errors.ts';
import { canStartThread, findForum, forumNames, forumsToStartIn, listForums, themesOfForum } from '#domain/forum/forums.ts';
import { addForum, closeForum, countThreadsIn, deleteForum, editForum, newForumInput, openForum, placeForum } from '#domain/forum/keeping-forums.ts';
import { canReply, createPost, editPost, postsOnPage } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { readPublicLog } from '#domain/moderation/log.ts';
import type { Member } from '#domain/people/types.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member;
beforeAll(async () => { [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')]; });
beforeEach(forgetLimits);

let made = 0;
const add = (more: Partial<Parameters<typeof addForum>[1]> = {}) => {
  const { slug } = addForum(nadia, { name: `Night shifts ${++made}`, description: 'After ten.', startedBy: 'members', themes: [], ...more });
  return findForum(slug);
};
const start = (author: Member, forum: string, more: Partial<Parameters<typeof createThread>[1]> = {}) =>
  createThread(author, { forum, kind: 'question', title: `Who answers at night, number ${++made}?`, body: 'We do not.', themes: [], ...more });
const inSearch = (id: number) => db.select().from(searchDocuments).where(eq(searchDocuments.ref, String(id))).all().filter((d) => d.kind === 'forum');
const order = () => forumNames().map((f) => f.slug);

describe('forums', () => {
  test('are added at the end by coordinators, with an address of their own', () => {
    const before = changes();
    const forum = add({ name: 'Contact centres of the north', themes: ['equity'] });
    expect(forum).toMatchObject({ slug: 'contact-centres-of-the-north', startedBy: 'members', closedReason: null });
    expect(order().at(-1)).toBe(forum.slug);
    expect(themesOfForum(forum.id)).toMatchObject([{ code: 'equity' }]);
    expect(inSearch(forum.id)).toMatchObject([{ title: 'Contact centres of the north', url: `/forums/${forum.slug}`, themes: ' equity ' }]);
    expect(changes()).toBeGreaterThan(before);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'add forum', object: 'Contact centres of the north', url: `/forums/${forum.slug}` });
    expect(() => add({ name: 'Contact centres of the North!' })).toThrow(Invalid);
    expect(() => add({ name: 'New' })).toThrow(/already/);
    expect(() => add({ themes: ['gossip'] })).toThrow(Invalid);
    expect(newForumInput.safeParse({ name: ' x ', description: '', startedBy: 'bots', themes: [] }).error?.issues.map((i) => i.path[0])).toEqual(['name', 'description', 'startedBy']);
  });

  test('are changed, and keep their address and what git cannot take back', () => {
    const forum = findForum('measures');
    expect(editForum(nadia, { forumId: forum.id, name: 'Numbers', description: 'What they say.', startedBy: 'coordinators', themes: ['technology'] }).url).toBe('/forums/measures');
    putCatalogue({ pieces: [], themes: [], forums: [{ slug: 'measures', name: 'Measuring and reporting', description: 'From git.', themes: [] }, { slug: 'fresh', name: 'Fresh from git', description: 'New.', themes: [] }] });
    expect(findForum('measures')).toMatchObject({ name: 'Numbers', description: 'What they say.', startedBy: 'coordinators' });
    expect(findForum('fresh').name).toBe('Fresh from git');
    editForum(nadia, { forumId: forum.id, name: 'Measuring and reporting', description: 'Numbers.', startedBy: 'members', themes: [] });
  });

  test('stand in the order the coordinators give them', () => {
    const [one, two] = [add(), add()];
    placeForum(nadia, { forumId: two.id, by: 'up' });
    expect(order().slice(-2)).toEqual([two.slug, one.slug]);
    placeForum(nadia, { forumId: one.id, by: 'down' });
    expect(order().at(-1)).toBe(one.slug);
    for (let n = 0; n < 30; n++) placeForum(nadia, { forumId: one.id, by: 'up' });
    expect(order()[0]).toBe(one.slug);
    expect(listForums(null)[0]?.slug).toBe(one.slug);
  });

  test('of coordinators: they start the threads, members reply', () => {
    const forum = add({ startedBy: 'coordinators' });
    expect(() => start(rosa, forum.slug)).toThrow(/coordinators start/);
    expect(() => start(rosa, forum.slug)).toThrow(Denied);
    const thread = start(nadia, forum.slug);
    expect(() => createPost(rosa, { threadId: thread.id, body: 'Thank you.' })).not.toThrow();
    expect([canStartThread(rosa, forum), canStartThread(nadia, forum), canStartThread(null, forum)]).toEqual([false, true, false]);
    expect([forumsToStartIn(rosa), forumsToStartIn(nadia)].map((list) => list.some((f) => f.id === forum.id))).toEqual([false, true]);
  });

  test('that are closed can be read and nothing is added, not even by coordinators', () => {
    const forum = add();
    const thread = start(rosa, forum.slug);
    const { id } = createPost(tom, { threadId: thread.id, body: 'First.' });
    closeForum(nadia, { forumId: forum.id, reason: 'Moved to the operations forum.' });
    for (const who of [rosa, nadia]) {
      expect(() => start(who, forum.slug)).toThrow(/closed.*operations forum/);
      expect(() => createPost(who, { threadId: thread.id, body: 'Second.' })).toThrow(/operations forum/);
      expect(canReply(who, findThread(who, thread.id))).toBe(false);
    }
    expect(() => editPost(tom, { postId: id, body: 'Changed.' })).toThrow(Denied);
    expect(postsOnPage(null, findThread(null, thread.id), 1)).toHaveLength(2);
    openForum(nadia, { forumId: forum.id });
    expect(() => createPost(rosa, { threadId: thread.id, body: 'Second.' })).not.toThrow();
  });

  test('are taken away only when nothing stands in them, and never come back', () => {
    const forum = add({ name: 'A starter forum' });
    const thread = start(rosa, forum.slug);
    expect(countThreadsIn(nadia, forum.id)).toBe(1);
    expect(() => deleteForum(nadia, { forumId: forum.id })).toThrow(Denied);
    db.delete(threads).where(eq(threads.id, thread.id)).run();
    deleteForum(nadia, { forumId: forum.id });
    expect(() => findForum('a-starter-forum')).toThrow(Gone);
    expect(inSearch(forum.id)).toEqual([]);
    expect(() => add({ name: 'A starter forum' })).toThrow(/not given again/);
    putCatalogue({ pieces: [], themes: [], forums: [{ slug: 'a-starter-forum', name: 'A starter forum', description: 'x', themes: [] }] });
    expect(db.select().from(forums).where(eq(forums.slug, 'a-starter-forum')).get()).toBeUndefined();
    expect(() => deleteForum(nadia, { forumId: forum.id })).toThrow(NotFound);
  });

  test('are no business of members', () => {
    const { id } = findForum('operations');
    for (const act of [
      () => addForum(rosa, { name: 'Mine', description: 'x', startedBy: 'members', themes: [] }), () => editForum(rosa, { forumId: id, name: 'Mine', description: 'x', startedBy: 'members', themes: [] }),
      () => placeForum(rosa, { forumId: id, by: 'up' }), () => closeForum(rosa, { forumId: id, reason: 'x' }), () => openForum(rosa, { forumId: id }), () => deleteForum(rosa, { forumId: id }), () => countThreadsIn(rosa, id),
    ]) expect(act).toThrow(Denied);
  });
});

describe('a case of the week', () => {
  test('is started by coordinators, answered by members, and found by its kind', () => {
    expect(() => start(rosa, 'operations', { kind: 'case-of-the-week' })).toThrow(/Cases of the week are started by coordinators/);
    const thread = start(nadia, 'operations', { kind: 'case-of-the-week' });
    expect(createPost(rosa, { threadId: thread.id, body: 'We had this.' }).url).toBe(`${thread.url}#post-2`);
    expect(findThread(null, thread.id).kind).toBe('case-of-the-week');
  });
});
