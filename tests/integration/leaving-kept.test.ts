import { and, eq, isNotNull, like } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { attachments, cases, collectionItems, collections, confirmations, db, formerSlugs, log, members, merges, postFiles, posts, resourceVersions, resources, searchDocuments, threads } from '#db/client.ts';
import { decide } from '#domain/decisions/deciding.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { createComment } from '#domain/forum/comments.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { finishLeavings } from '#domain/leaving/finishing.ts';
import { leaveHub } from '#domain/leaving/leaving.ts';
import { resourceForEditing } from '#domain/library/desk.ts';
import { mergeInput, mergeResources, unmergeResources } from '#domain/library/merging.ts';
import { indexResource } from '#domain/library/searchable.ts';
import { editResource, resourceEditInput } from '#domain/library/writing.ts';
import { recordAct } from '#domain/moderation/log.ts';
import { asMember } from '#domain/people/members.ts';
import type { Member } from '#domain/people/types.ts';
import { enter, forgetLimits, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();

const called = (name: string, handle: string) => asMember(db.insert(members).values({ name, handle, email: `${handle}@town.example`, emailConfirmedAt: new Date() }).returning().get());
async function leave(member: Member): Promise<void> {
  leaveHub(await sessionOf(member), { posts: 'keep', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep', confirm: member.handle });
  await finishLeavings();
}
const file = (postId: number, name: string, hash: string) => db.insert(postFiles).values({ postId, hash: hash.repeat(64), name, label: 'Survey by Hetty Marrow', mediaType: 'application/pdf', size: 1, text: 'Written by Hetty Marrow, hetty1@town.example.', textState: 'done' }).returning().get().id;
const openThread = (actor: Member, title: string, nameless = false) => {
  const { id } = createThread(actor, { forum: 'operations', kind: 'question', title, body: 'Text.', themes: [], token: undefined, nameless });
  return db.select().from(posts).where(and(eq(posts.threadId, id), eq(posts.number, 1))).get()?.id ?? 0;
};

test('what somebody leaves to the hub has neither their name nor their address, and is found without', async () => {
  const [rosa, nadia] = [await enter('rosa'), await enter('nadia')];
  const leaver = called('Hetty Marrow', 'hetty1');
  const [own, nameless] = [openThread(leaver, 'A survey about marrows'), openThread(leaver, 'Asked for a colleague', true)];
  file(own, 'Hetty_Marrow-survey.pdf', 'a');
  file(own, 'hettymarrow.pdf', 'b');
  file(nameless, 'hetty-marrow.pdf', 'c');
  db.insert(postFiles).values({ postId: own, hash: 'e'.repeat(64), name: 'z.pdf', label: 'Waits', mediaType: 'application/pdf', size: 1, textState: 'waiting' }).run();
  const work = (id: string, more: Partial<typeof resources.$inferInsert>) => db.insert(resources).values({ id, slug: id.slice(4), kind: 'practice', type: 'practice', status: 'published', publishedAt: new Date(), origin: 'hub', title: `How Hetty Marrow answers ${id}`, summary: 'By Hetty Marrow', body: 'Write to hetty1@town.example or [me](/members/hetty1), Hetty Marrow.', csl: { title: `How Hetty Marrow answers ${id}`, author: [{ family: 'Marrow', given: 'Hetty' }] }, details: { results: [{ what: 'Calls, says Hetty Marrow', value: '3', work: 'Hetty Marrow' }] }, ...more }).returning().get();
  work('hub:h1', { submittedById: leaver.id });
  work('hub:h2', { submittedById: rosa.id });
  work('hub:h3', { submittedById: leaver.id, kind: 'reference', type: 'book' });
  db.insert(resourceVersions).values({ resourceId: 'hub:h1', number: 1, act: 'edit', status: 'published', fields: { title: 'Hetty Marrow’s way', slug: 'h1', body: 'Hetty Marrow' } }).run();
  work('hub:h4', { submittedById: leaver.id, status: 'submitted', publishedAt: null, slug: 'how-hetty-marrow-answers', submittedAt: new Date(), csl: { id: 'how-hetty-marrow-answers', title: 'How Hetty Marrow answers' } });
  db.insert(formerSlugs).values({ slug: 'the-way-of-hetty-marrow', resourceId: 'hub:h4' }).run();
  db.insert(resourceVersions).values({ resourceId: 'hub:h4', number: 1, act: 'submit', status: 'submitted', fields: { title: 'How Hetty Marrow answers', slug: 'how-hetty-marrow-answers', csl: { id: 'how-hetty-marrow-answers', title: 'How Hetty Marrow answers' }, workKey: 'how hetty marrow answers||' } }).run();
  for (const url of ['/desk/resources/how-hetty-marrow-answers', '/desk/resources/the-way-of-hetty-marrow']) db.insert(log).values({ actorId: nadia.id, act: 'review resource', object: '“How Hetty Marrow answers”: the-way-of-hetty-marrow is now how-hetty-marrow-answers', url }).run();
  // Its title names them no more; its addresses did, one within another.
  work('hub:h5', { submittedById: leaver.id, status: 'submitted', publishedAt: null, slug: 'by-hetty-marrow', submittedAt: new Date(), title: 'How to answer', summary: '', body: '', csl: { id: 'by-hetty-marrow', title: 'How to answer' }, details: {} });
  for (const slug of ['hetty', 'hetty-marrow-calls']) db.insert(formerSlugs).values({ slug, resourceId: 'hub:h5' }).run();
  for (const [from, to] of [['hetty', 'hetty-marrow-calls'], ['hetty-marrow-calls', 'by-hetty-marrow']] as const) db.insert(log).values({ actorId: nadia.id, act: 'draft resource', object: `“How to answer by hetty”: ${from} is now ${to}`, url: `/desk/resources/${to}` }).run();
  // In the plural, and with a file; and one that others cite by its address, as it was merged into theirs.
  work('hub:h6', { submittedById: leaver.id, status: 'submitted', publishedAt: null, slug: 'hetty-marrows-way', submittedAt: new Date(), title: 'A way', summary: '', body: '', csl: { title: 'A way' }, details: {} });
  db.insert(log).values({ actorId: nadia.id, act: 'attach file', object: 'Hetty Marrow’s way: Form', url: '/desk/resources/hetty-marrows-way/files' }).run();
  work('hub:h7', { submittedById: leaver.id, status: 'retired', publishedAt: null, mergedIntoId: 'hub:h2', retiredReason: 'The same.', slug: 'merged-by-hetty-marrow', title: 'Merged by Hetty Marrow', summary: '', body: '', csl: { title: 'Merged by Hetty Marrow' }, details: {} });
  const added = db.insert(attachments).values({ resourceId: 'hub:h2', hash: 'd'.repeat(64), name: 'Hetty Marrow.docx', label: 'Form of Hetty Marrow', mediaType: 'x', size: 1, rights: 'cc-by', text: 'Hetty Marrow', textState: 'done', uploadedById: leaver.id }).returning().get();
  for (const id of ['hub:h1', 'hub:h2', 'hub:h3']) { const row = db.select().from(resources).where(eq(resources.id, id)).get(); if (row) indexResource(row, []); }
  const list = (ownerId: number) => db.insert(collections).values({ ownerId, title: 'What Hetty Marrow reads', slug: 'what-hetty-marrow-reads', description: 'By Hetty Marrow, hetty1@town.example, see [her](/members/hetty1).', visibility: 'public' }).returning().get().id;
  const [ownList, otherList] = [list(leaver.id), list(rosa.id)];
  for (const collectionId of [ownList, otherList]) db.insert(collectionItems).values({ collectionId, resourceId: 'hub:h3', position: 1, note: 'Hetty Marrow says @hetty1' }).run();
  db.insert(confirmations).values({ postId: own, memberId: rosa.id, place: 'Elsewhere', year: 2026, note: 'As hetty1@town.example says: Hetty Marrow knows' }).run();
  db.insert(log).values({ actorId: nadia.id, act: 'feature collection', object: 'What Hetty Marrow reads', url: `/collections/${ownList}-what-hetty-marrow-reads` }).run();

  await leave(leaver);

  expect(db.select({ name: postFiles.name, label: postFiles.label, text: postFiles.text }).from(postFiles).where(isNotNull(postFiles.text)).all()).toEqual([
    ...Array<object>(2).fill({ name: 'file.pdf', label: 'Survey by a former member', text: 'Written by a former member, an address that is gone.' }),
    // Of what was written without a name, a name that goes would tell whose it is.
    { name: 'hetty-marrow.pdf', label: 'Survey by Hetty Marrow', text: 'Written by Hetty Marrow, an address that is gone.' },
  ]);
  expect(db.select().from(postFiles).where(eq(postFiles.name, 'z.pdf')).all()).toMatchObject([{ text: null, textState: 'none' }]);
  const of = (id: string) => db.select().from(resources).where(eq(resources.id, id)).get();
  expect(of('hub:h1')).toMatchObject({ title: 'How a former member answers hub:h1', summary: 'By a former member', body: 'Write to an address that is gone or a former member, a former member.', csl: { title: 'How a former member answers hub:h1', author: [{ family: 'Marrow' }] }, details: { results: [{ what: 'Calls, says a former member', value: '3', work: 'Hetty Marrow' }] } });
  expect(db.select().from(resourceVersions).where(eq(resourceVersions.resourceId, 'hub:h1')).all()).toMatchObject([{ fields: { title: 'a former member’s way', slug: 'h1', body: 'a former member' } }]);
  // Nobody knows the address of what was never published; one that was public leads on for ever.
  expect([of('hub:h1')?.slug, of('hub:h4')?.slug, db.select().from(formerSlugs).all()]).toEqual(['h1', 'how-a-former-member-answers-hub-h4', []]);
  expect(db.select().from(resourceVersions).where(eq(resourceVersions.resourceId, 'hub:h4')).all()).toMatchObject([{ fields: { title: 'How a former member answers', slug: 'how-a-former-member-answers-hub-h4', csl: { id: 'how-a-former-member-answers-hub-h4' }, workKey: 'how a former member answers||' } }]);
  expect(of('hub:h4')?.csl).toMatchObject({ id: 'how-a-former-member-answers-hub-h4', title: 'How a former member answers' });
  const address = 'how-a-former-member-answers-hub-h4';
  expect(db.select({ url: log.url, object: log.object }).from(log).where(eq(log.act, 'review resource')).all()).toEqual(Array<object>(2).fill({ url: `/desk/resources/${address}`, object: `“How a former member answers”: ${address} is now ${address}` }));
  expect([of('hub:h6')?.slug, of('hub:h7')?.slug]).toEqual(['a-way', 'merged-by-hetty-marrow']);
  expect(db.select({ url: log.url, object: log.object }).from(log).where(eq(log.act, 'attach file')).all()).toEqual([{ url: '/desk/resources/a-way/files', object: 'a former member’s way: Form' }]);
  expect(of('hub:h5')).toMatchObject({ slug: 'how-to-answer', csl: { id: 'how-to-answer' } });
  expect(db.select({ url: log.url, object: log.object }).from(log).where(eq(log.act, 'draft resource')).all()).toEqual(Array<object>(2).fill({ url: '/desk/resources/how-to-answer', object: '“How to answer by hetty”: how-to-answer is now how-to-answer' }));
  // What others brought, and works that are of the library, may speak of anybody.
  for (const id of ['hub:h2', 'hub:h3']) expect(of(id)).toMatchObject({ title: `How Hetty Marrow answers ${id}`, body: 'Write to an address that is gone or a former member, Hetty Marrow.' });
  expect(db.select().from(attachments).where(eq(attachments.id, added.id)).all()).toMatchObject([{ name: 'file.docx', label: 'Form of a former member', text: 'a former member' }]);
  expect(db.select().from(collections).all().map(({ title, slug, description }) => [title, slug, description])).toEqual([
    ['What a former member reads', 'what-a-former-member-reads', 'By a former member, an address that is gone, see a former member.'],
    ['What Hetty Marrow reads', 'what-hetty-marrow-reads', 'By Hetty Marrow, an address that is gone, see a former member.'],
  ]);
  expect(db.select().from(collectionItems).all().map(({ note }) => note)).toEqual(['a former member says a former member', 'Hetty Marrow says a former member']);
  expect(db.select().from(confirmations).all()).toMatchObject([{ note: 'As an address that is gone says: Hetty Marrow knows' }]);
  expect(db.select().from(log).where(eq(log.act, 'feature collection')).all()).toMatchObject([{ object: 'What a former member reads', url: `/collections/${ownList}` }]);
  const found = db.select().from(searchDocuments).all();
  expect(found.filter((one) => /hetty1|town\.example/.test(`${one.title}${one.summary}${one.body}`))).toEqual([]);
  expect(found.find((one) => one.kind === 'resource' && one.ref === 'hub:h1')?.body).toContain('a former member');
  expect(found.find((one) => one.kind === 'thread' && one.title === 'A survey about marrows')?.body).toContain('Survey by a former member');
});

test('a handle that is the key of a work changes no citation of it', async () => {
  const rosa = await enter('rosa');
  const leaver = called('behn2003why', 'behn2003why');
  const body = 'As was shown [@behn2003why], and @behn2003why.';
  db.insert(resources).values({ id: 'hub:c1', slug: 'c1', kind: 'practice', type: 'practice', status: 'published', publishedAt: new Date(), origin: 'hub', title: 'Citing', body, csl: { title: 'Citing' }, submittedById: rosa.id }).run();
  await leave(leaver);
  expect(db.select().from(resources).where(eq(resources.id, 'hub:c1')).get()?.body).toBe(body);
});

test('a suggestion that goes leaves no address behind that was called after who brought it', async () => {
  const nadia = await enter('nadia');
  const leaver = called('Odo Sorrel', 'odo1');
  db.insert(resources).values({ id: 'hub:o1', slug: 'by-odo-sorrel', kind: 'reference', type: 'book', status: 'submitted', origin: 'hub', title: 'Ways of Odo Sorrel', csl: {}, submittedById: leaver.id }).run();
  db.insert(formerSlugs).values({ slug: 'ways-of-odo-sorrel', resourceId: 'hub:o1' }).run();
  db.insert(log).values({ actorId: nadia.id, act: 'draft resource', object: '“Ways of Odo Sorrel”: ways-of-odo-sorrel is now by-odo-sorrel', url: '/desk/resources/ways-of-odo-sorrel' }).run();
  leaveHub(await sessionOf(leaver), { posts: 'keep', comments: 'keep', suggestions: 'delete', collections: 'keep', files: 'keep', confirm: leaver.handle });
  await finishLeavings();
  expect(db.select({ url: log.url, object: log.object }).from(log).where(like(log.object, '%Ways of a former member%')).all()).toEqual([{ url: '/desk/resources', object: '“Ways of a former member”: … is now …' }]);
});

test('comments on a work are called as it is called now', async () => {
  const rosa = await enter('rosa');
  const leaver = called('Ada Finch', 'ada-finch1');
  const row = () => db.select().from(resources).where(eq(resources.id, 'hub:z1')).get();
  db.insert(resources).values({ id: 'hub:z1', slug: 'ada-z1', kind: 'practice', type: 'practice', status: 'published', publishedAt: new Date(), origin: 'hub', title: 'The way of Ada Finch', summary: 'How.', body: 'So.', csl: { id: 'ada-z1', title: 'The way of Ada Finch' }, details: {}, submittedById: leaver.id, contentHash: null } as typeof resources.$inferInsert).run();
  const indexIt = () => { const work = row(); if (work) indexResource(work, []); };
  indexIt();
  const comment = createComment(rosa, { resourceId: 'hub:z1', body: 'We do so.' });
  recordAct(rosa, 'restore post', 'a post in “The way of Ada Finch”', `/posts/${comment.id}`);
  const thread = () => db.select().from(threads).where(eq(threads.resourceId, 'hub:z1')).get();
  expect(thread()?.title).toBe('The way of Ada Finch');
  await leave(leaver);
  expect([row()?.title, thread()?.title, thread()?.slug]).toEqual(['The way of a former member', 'The way of a former member', 'the-way-of-a-former-member']);
  expect(db.select().from(log).where(like(log.object, '%Ada Finch%')).all()).toEqual([]);
  db.update(resources).set({ title: 'Another way' }).where(eq(resources.id, 'hub:z1')).run();
  indexIt();
  expect([thread()?.title, thread()?.slug]).toEqual(['Another way', 'another-way']);
});

test('the log calls no work of theirs by their name, however it is called since and wherever its comments are', async () => {
  const [nadia, rosa, tom] = [await enter('nadia'), await enter('rosa'), await enter('tom')];
  const leaver = called('Ada Finchwood', 'ada-finchwood');
  forgetLimits();
  const work = (id: string, title: string, by: number) => {
    const row = db.insert(resources).values({ id: `hub:${id}`, slug: id, kind: 'article', type: 'article', status: 'published', publishedAt: new Date(), origin: 'hub', title, summary: 'How.', body: 'So.', csl: { id, title }, details: {}, submittedById: by } as typeof resources.$inferInsert).returning().get();
    indexResource(row, []);
    return row.id;
  };
  const [other, talked] = [work('y1', 'Counting like Ada Finchwood', tom.id), work('y2', 'Another way', tom.id)];
  const theirs = ['The way of Ada Finchwood', 'ADA FINCHWOOD counts', 'Ada Finchwood once more'].map((title, at) => work(`y${at + 3}`, title, leaver.id));
  for (const [at, resourceId] of [...theirs, talked].entries()) {
    forgetLimits();
    const { id } = createComment(tom, { resourceId, body: `We do so, ${at}.` });
    flagPost(rosa, flagPostInput.parse({ postId: id, reason: 'attack' }));
    decide(nadia, { caseId: db.select().from(cases).where(eq(cases.postId, id)).get()?.id ?? 0, outcome: 'warn', reason: 'Please stay with it.' });
  }
  const [, merged = '', unmerged = ''] = theirs;
  const { id, updatedAt, channels, serviceAreas, fields } = resourceForEditing(nadia, 'y3');
  editResource(nadia, resourceEditInput.parse({ id, updatedAt: String(updatedAt), themes: ['equity'], channels, serviceAreas, ...fields, title: 'Called otherwise', reason: 'Says what it is.' }));
  mergeResources(nadia, mergeInput.parse({ keepId: other, mergeId: merged, reason: 'The same.' }));
  mergeResources(nadia, mergeInput.parse({ keepId: talked, mergeId: unmerged, reason: 'The same.' }));
  unmergeResources(nadia, { mergeId: db.select().from(merges).where(eq(merges.mergedId, unmerged)).get()?.id ?? 0 });
  await leave(leaver);
  const lines = db.select().from(log).all().map(({ object }) => object);
  expect(lines.filter((line) => /Finchwood/i.test(line))).toEqual(['“a former member counts” into “Counting like Ada Finchwood”']);
  expect(lines).toEqual(expect.arrayContaining(['a comment on “The way of a former member”', 'a comment on “a former member once more”', '“a former member once more” and “Another way”']));
  expect(JSON.stringify(db.select().from(merges).all())).not.toMatch(/Finchwood/i);
});
