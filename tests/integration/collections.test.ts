import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bookmarks, changes, collectionItems, collections, db, log, resources } from '#db/client.ts';
import { Denied, Invalid, NotFound, SignInRequired, TooMany } from '#domain/errors.ts';
import { isBookmarked, savedIds, savedResources, saveResource, unsaveResource } from '#domain/library/bookmarks.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import {
  collectionEditInput, collectionInput, copyCollection, createCollection, deleteCollection, editCollection, featureCollection, hideCollection, mostCollections, unfeatureCollection,
} from '#domain/library/collecting.ts';
import { collectedIds, itemsOnPage, latestItems, ownItems } from '#domain/library/collection-items.ts';
import {
  collectionIdIn, collectionsBy, collectionsHolding, featuredCollections, findCollection, listCollections, listOwnCollections, ownCollection, ownCollections, publicCollectionAddresses,
} from '#domain/library/collections.ts';
import { exchangeFormats } from '#domain/library/exchange/record.ts';
import { readRecords } from '#domain/library/exchange/reading.ts';
import { writeRecords } from '#domain/library/exchange/writing.ts';
import { exportRecords } from '#domain/library/exporting.ts';
import { worksMeantBy } from '#domain/library/finding-works.ts';
import { mergeResources, unmergeResources } from '#domain/library/merging.ts';
import { annotateInput, annotateItem, collectInput, collectResource, mostItems, moveInput, moveItem, removeItem, replaceItem } from '#domain/library/placing.ts';
import { republishResource, retireResource } from '#domain/library/workflow.ts';
import { readPublicLog } from '#domain/moderation/log.ts';
import type { Member } from '#domain/people/types.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let rosa: Member;
let tom: Member;
let nadia: Member;
let abe: Member;

const names = ['one', 'two', 'three', 'four', 'draft', 'retired', 'twin', 'successor'];
const works = () => names.map((slug) => piece({
  slug, kind: 'reference', title: `The ${slug} report`, people: 'Nam', doi: `10.1000/${slug}`, url: `https://example.org/${slug}`,
  csl: { id: slug, type: 'report', title: `The ${slug} report`, author: [{ family: 'Nam', given: 'Taewoo' }], issued: { 'date-parts': [[2020]] }, DOI: `10.1000/${slug}`, URL: `https://example.org/${slug}` },
}));
beforeAll(async () => {
  [rosa, tom, nadia, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('abe')];
  putCatalogue(catalogue(works()));
});
beforeEach(() => {
  forgetLimits();
  db.delete(collections).run();
  db.delete(bookmarks).run();
  db.update(resources).set({ status: 'published', retiredReason: null, successorId: null, mergedIntoId: null }).run();
});

const list = (more: Record<string, unknown> = {}) => collectionInput.parse({ title: 'For the night shift', description: '', visibility: 'private', ...more });
const put = (actor: Member, collectionId: number | 'new', slug: string, more: Record<string, unknown> = {}) =>
  collectResource(actor, collectInput.parse({ collectionId: String(collectionId), resourceId: `ref:${slug}`, ...more }));
const filled = (actor: Member, slugs: string[], more: Record<string, unknown> = {}) => {
  const { id } = createCollection(actor, list(more));
  for (const slug of slugs) put(actor, id, slug, { note: `Why ${slug}.` });
  return id;
};
const order = (id: number) => collectedIds({ id }).map((ref) => ref.replace('ref:', ''));
const move = (actor: Member, collectionId: number, slug: string, to: string) => moveItem(actor, moveInput.parse({ collectionId: String(collectionId), resourceId: `ref:${slug}`, to }));
const suspended = (member: Member): Member => ({ ...member, suspendedUntil: new Date(Date.now() + 1e7) });
const setStatus = (slug: string, status: 'draft' | 'published') => db.update(resources).set({ status }).where(eq(resources.id, `ref:${slug}`)).run();
const refusal = (work: () => unknown): Record<string, string> => {
  try { work(); } catch (error) { if (error instanceof Invalid) return error.fields; throw error; }
  throw new Error('It was taken.');
};

describe('who may', () => {
  test('a private list exists for its owner alone, not for coordinators and administrators', () => {
    const id = filled(rosa, ['one']);
    for (const viewer of [null, tom, nadia, abe]) {
      expect(() => findCollection(viewer, id)).toThrow(NotFound);
      expect(collectionsHolding(viewer, 'ref:one')).toEqual([]);
    }
    expect(findCollection(rosa, id)).toMatchObject({ own: true, mayEdit: true, isPublic: false, count: 1 });
    expect(collectionsHolding(rosa, 'ref:one').map((c) => c.id)).toEqual([id]);
    expect([listCollections(null).total, publicCollectionAddresses(), collectionsBy(rosa.id, 5)]).toEqual([0, [], []]);
  });

  test('nobody changes, copies or features what they may not see: it is not found', () => {
    const id = filled(rosa, ['one', 'two']);
    for (const actor of [tom, nadia, abe]) {
      for (const act of [
        () => editCollection(actor, { collectionId: id, ...list({ title: 'Mine now' }) }), () => deleteCollection(actor, { collectionId: id }), () => copyCollection(actor, { collectionId: id }),
        () => put(actor, id, 'three'), () => move(actor, id, 'two', 'up'), () => annotateItem(actor, { collectionId: id, resourceId: 'ref:one', note: 'x' }),
        () => removeItem(actor, { collectionId: id, resourceId: 'ref:one' }), () => replaceItem(actor, { collectionId: id, resourceId: 'ref:one' }), () => ownItems(actor, id, null), () => ownCollection(actor, id),
      ]) expect(act).toThrow(NotFound);
    }
    expect(() => featureCollection(nadia, { collectionId: id })).toThrow(NotFound);
    expect(order(id)).toEqual(['one', 'two']);
  });

  test('a public list of somebody else is read and copied, not changed', () => {
    const id = filled(rosa, ['one', 'two'], { visibility: 'public' });
    expect(findCollection(null, id)).toMatchObject({ own: false, mayEdit: false, owner: { name: 'Rosa Delgado' } });
    for (const actor of [tom, nadia, abe]) {
      for (const act of [
        () => editCollection(actor, { collectionId: id, ...list() }), () => deleteCollection(actor, { collectionId: id }), () => put(actor, id, 'three'), () => move(actor, id, 'two', 'up'),
        () => annotateItem(actor, { collectionId: id, resourceId: 'ref:one', note: 'x' }), () => removeItem(actor, { collectionId: id, resourceId: 'ref:one' }),
      ]) expect(act).toThrow(Denied);
      expect(() => ownCollection(actor, id)).toThrow(NotFound);
    }
    expect(() => ownCollection(null, id)).toThrow(SignInRequired);
  });

  test('a suspended member makes, changes and saves nothing; what they made stays', () => {
    const id = filled(rosa, ['one', 'two'], { visibility: 'public' });
    const actor = suspended(rosa);
    for (const act of [
      () => createCollection(actor, list({ title: 'Another' })), () => editCollection(actor, { collectionId: id, ...list() }), () => deleteCollection(actor, { collectionId: id }), () => copyCollection(actor, { collectionId: id }),
      () => put(actor, id, 'three'), () => put(actor, 'new', 'three', { title: 'New' }), () => move(actor, id, 'two', 'up'), () => removeItem(actor, { collectionId: id, resourceId: 'ref:one' }),
      () => saveResource(actor, { resourceId: 'ref:one' }), () => unsaveResource(actor, { resourceId: 'ref:one' }),
    ]) expect(act).toThrow(Denied);
    expect(findCollection(null, id).count).toBe(2);
    expect(findCollection(actor, id).mayEdit).toBe(false);
  });

  test('too many acts in ten minutes are refused', () => {
    const id = filled(rosa, ['one', 'two']);
    expect(() => { for (let n = 0; n < 300; n++) move(rosa, id, 'one', n % 2 ? 'up' : 'down'); }).toThrow(TooMany);
  });
});

describe('a list', () => {
  test('needs a title; what is typed is tidied', () => {
    expect(collectionInput.safeParse({ title: ' ', visibility: 'private' }).error?.issues.map((i) => i.path[0])).toEqual(['title']);
    expect(collectionInput.safeParse({ title: 'x'.repeat(121), visibility: 'private' }).success).toBe(false);
    expect(collectionInput.safeParse({ title: 'A list', visibility: 'secret' }).success).toBe(false);
    expect(collectionInput.parse({ title: '  Two\nlines\u200b ', visibility: 'public' })).toEqual({ title: 'Two lines', description: '', visibility: 'public' });
  });

  test('that is sent twice is made once', () => {
    const first = createCollection(rosa, list());
    expect(createCollection(rosa, list()).id).toBe(first.id);
    expect(createCollection(tom, list()).id).not.toBe(first.id);
    expect(createCollection(rosa, list({ description: 'Another.' })).id).not.toBe(first.id);
  });

  test('moves to an address of its new title; its id stays', () => {
    const { id, url } = createCollection(rosa, list({ title: 'Équité & accès' }));
    expect(url).toBe(`/collections/${id}-equite-acces`);
    expect(editCollection(rosa, collectionEditInput.parse({ collectionId: String(id), title: 'Fairness', description: '', visibility: 'private' })).url).toBe(`/collections/${id}-fairness`);
    expect(['12', '12-a-list', 'x', '12-A/../', '', undefined, '1e3'].map((address) => collectionIdIn(address))).toEqual([12, 12, NaN, NaN, NaN, NaN, NaN]);
    for (const wrong of [NaN, -1, 0, 1e20, id + 1000]) expect(() => findCollection(rosa, wrong)).toThrow(NotFound);
  });

  test('a member has 100 at most', () => {
    db.insert(collections).values(Array.from({ length: mostCollections }, (_, n) => ({ ownerId: rosa.id, title: `List ${n}`, slug: `list-${n}` }))).run();
    expect(() => createCollection(rosa, list())).toThrow('100 reading lists');
    expect(() => put(rosa, 'new', 'one', { title: 'One more' })).toThrow(Denied);
    expect(listOwnCollections(rosa, '2')).toMatchObject({ total: 100, paging: { pages: 5, page: 2 } });
    expect(ownCollections(rosa)).toHaveLength(100);
    expect(ownCollections(null)).toEqual([]);
  });

  test('hostile words are harmless', () => {
    const id = filled(rosa, [], { title: '<script>alert(1)</script>', description: '<img src=x onerror=alert(1)> [x](javascript:alert(1)) <script>alert(2)</script>', visibility: 'public' });
    put(rosa, id, 'one', { note: '</blockquote><script>alert(3)</script>' });
    const shown = findCollection(null, id);
    expect(shown.url).toMatch(/^\/collections\/\d+-script-alert-1-script$/);
    expect(shown.html).not.toMatch(/<script|<img|href="javascript:/);
    expect(itemsOnPage(shown, null).items[0]?.note).toBe('</blockquote><script>alert(3)</script>');
    expect(() => createCollection(rosa, list({ description: `${'|a'.repeat(1000)}\n${'|-'.repeat(1000)}\n${'|\n'.repeat(400)}` }))).toThrow(/too large/);
  });

  test('deleting takes the list and its notes, and nothing else', () => {
    const id = filled(rosa, ['one'], { visibility: 'public' });
    const before = changes();
    expect(deleteCollection(rosa, { collectionId: id })).toEqual({ title: 'For the night shift' });
    expect(() => findCollection(rosa, id)).toThrow(NotFound);
    expect(db.select().from(collectionItems).all()).toEqual([]);
    expect(db.select().from(resources).all()).toHaveLength(names.length);
    expect(changes()).toBe(before + 1);
  });

  test('what only its owner sees moves no change counter, what everybody sees does', () => {
    const id = filled(rosa, ['one', 'two']);
    const before = changes();
    move(rosa, id, 'two', 'up');
    put(rosa, id, 'three');
    saveResource(rosa, { resourceId: 'ref:one' });
    expect(changes()).toBe(before);
    editCollection(rosa, { collectionId: id, ...list({ visibility: 'public' }) });
    move(rosa, id, 'one', 'up');
    annotateItem(rosa, { collectionId: id, resourceId: 'ref:one', note: 'New.' });
    removeItem(rosa, { collectionId: id, resourceId: 'ref:one' });
    editCollection(rosa, { collectionId: id, ...list({ visibility: 'private' }) });
    expect(changes()).toBe(before + 5);
  });
});

describe('what is on it', () => {
  test('stands in the order in which it was put, with its notes', () => {
    const id = filled(rosa, ['three', 'one', 'two']);
    const { items, total } = itemsOnPage({ id }, null);
    expect(items.map((i) => [i.number, i.resource.slug, i.note])).toEqual([[1, 'three', 'Why three.'], [2, 'one', 'Why one.'], [3, 'two', 'Why two.']]);
    expect(total).toBe(3);
  });

  test('moves up, down and to a place, and nothing else moves', () => {
    const id = filled(rosa, ['one', 'two', 'three', 'four']);
    expect(move(rosa, id, 'three', 'up').url).toBe(`/collections/${id}/edit#item-2`);
    expect(order(id)).toEqual(['one', 'three', 'two', 'four']);
    move(rosa, id, 'one', 'down');
    expect(order(id)).toEqual(['three', 'one', 'two', 'four']);
    move(rosa, id, 'four', '1');
    expect(order(id)).toEqual(['four', 'three', 'one', 'two']);
    move(rosa, id, 'three', '99');
    expect(order(id)).toEqual(['four', 'one', 'two', 'three']);
    move(rosa, id, 'four', 'up');
    move(rosa, id, 'three', 'down');
    expect(order(id)).toEqual(['four', 'one', 'two', 'three']);
    for (const to of ['0', '-1', '1.5', 'x', '', '1e400']) expect(moveInput.safeParse({ collectionId: '1', resourceId: 'x', to }).success).toBe(false);
    expect(() => move(rosa, id, 'twin', 'up')).toThrow(NotFound);
  });

  test('keeps one order when positions clash or have gaps, as after two writers at once', () => {
    const id = filled(rosa, ['one', 'two', 'three', 'four']);
    db.update(collectionItems).set({ position: 7, addedAt: new Date(0) }).where(eq(collectionItems.collectionId, id)).run();
    const before = order(id);
    expect(before).toEqual(['four', 'one', 'three', 'two']);
    move(rosa, id, 'two', 'up');
    expect(order(id)).toEqual(['four', 'one', 'two', 'three']);
    put(rosa, id, 'successor');
    expect(order(id).at(-1)).toBe('successor');
    expect(db.select({ position: collectionItems.position }).from(collectionItems).orderBy(collectionItems.position).all().map((r) => r.position)).toEqual([1, 2, 3, 4, 5]);
  });

  test('is there once: putting it again keeps its place and takes a new note', () => {
    const id = filled(rosa, ['one', 'two']);
    expect(put(rosa, id, 'one').editUrl).toBe(`/collections/${id}/edit#item-1`);
    expect(itemsOnPage({ id }, null).items.map((i) => i.note)).toEqual(['Why one.', 'Why two.']);
    put(rosa, id, 'one', { note: 'Better.' });
    expect(itemsOnPage({ id }, null).items.map((i) => i.note)).toEqual(['Better.', 'Why two.']);
  });

  test('a note is changed and taken away; it is plain text of 1,000 characters at most', () => {
    const id = filled(rosa, ['one']);
    annotateItem(rosa, annotateInput.parse({ collectionId: String(id), resourceId: 'ref:one', note: ' First line\r\nsecond ' }));
    expect(itemsOnPage({ id }, null).items[0]?.note).toBe('First line\nsecond');
    annotateItem(rosa, annotateInput.parse({ collectionId: String(id), resourceId: 'ref:one', note: '' }));
    expect(itemsOnPage({ id }, null).items[0]?.note).toBe('');
    expect(annotateInput.safeParse({ collectionId: '1', resourceId: 'x', note: 'x'.repeat(1001) }).success).toBe(false);
  });

  test('is taken off, and taking it off again says that it is gone', () => {
    const id = filled(rosa, ['one', 'two']);
    expect(removeItem(rosa, { collectionId: id, resourceId: 'ref:one' }).url).toBe(`/collections/${id}/edit#item-1`);
    expect(order(id)).toEqual(['two']);
    expect(() => removeItem(rosa, { collectionId: id, resourceId: 'ref:one' })).toThrow('not on the list any more');
    expect(removeItem(rosa, { collectionId: id, resourceId: 'ref:two' }).url).toBe(`/collections/${id}/edit#works`);
  });

  test('a new list begins with it, private, and needs a title', () => {
    const { collectionId, url, resourceUrl } = put(rosa, 'new', 'one', { title: 'To read', note: 'Soon.' });
    expect(findCollection(rosa, collectionId)).toMatchObject({ title: 'To read', isPublic: false, count: 1, url });
    expect(resourceUrl).toBe('/library/one');
    expect(put(rosa, 'new', 'one', { title: 'To read', note: 'Soon.' }).collectionId).toBe(collectionId);
    expect(refusal(() => put(rosa, 'new', 'one', { title: '  ' }))).toEqual({ title: 'Give the new list a title.' });
    expect(collectInput.safeParse({ resourceId: 'x', collectionId: 'none' }).error?.issues[0]?.message).toBe('Choose one of your lists.');
  });

  test('500 at most', () => {
    const { id } = createCollection(rosa, list());
    putCatalogue(catalogue([...works(), ...Array.from({ length: mostItems }, (_, n) => piece({ slug: `many-${n}`, kind: 'reference' }))]));
    db.insert(collectionItems).values(Array.from({ length: mostItems }, (_, n) => ({ collectionId: id, resourceId: `ref:many-${n}`, position: n }))).run();
    expect(() => put(rosa, id, 'one')).toThrow('500 works at most');
    expect(itemsOnPage({ id }, '5').items.map((i) => i.number)).toEqual(Array.from({ length: 100 }, (_, n) => 401 + n));
    expect(ownItems(rosa, id, '3')).toMatchObject({ total: 500, paging: { pages: 10, page: 3 } });
    expect(moveItem(rosa, { collectionId: id, resourceId: 'ref:many-0', to: 60 }).url).toBe(`/collections/${id}/edit?page=2#item-60`);
    expect(order(id).slice(58, 61)).toEqual(['many-59', 'many-0', 'many-60']);
    const started = performance.now();
    moveItem(rosa, { collectionId: id, resourceId: 'ref:many-0', to: 500 });
    findCollection(rosa, id);
    itemsOnPage({ id }, '1');
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('what is not published', () => {
  test('cannot be put on a list or saved, and a draft is not even there', () => {
    const { id } = createCollection(rosa, list());
    setStatus('draft', 'draft');
    retireResource(nadia, { id: 'ref:retired', reason: 'Doubtful.' });
    for (const actor of [rosa, nadia]) expect(() => saveResource(actor, { resourceId: 'ref:draft' })).toThrow(NotFound);
    for (const wrong of ['draft', 'nowhere']) expect(() => put(rosa, id, wrong)).toThrow(NotFound);
    expect(() => put(rosa, id, 'retired')).toThrow(Denied);
    expect(() => saveResource(rosa, { resourceId: 'ref:retired' })).toThrow('taken out of the library');
  });

  test('a draft neither shows nor counts anywhere, and keeps its place until it is back', () => {
    const id = filled(rosa, ['one', 'draft', 'two'], { visibility: 'public' });
    saveResource(rosa, { resourceId: 'ref:draft' });
    setStatus('draft', 'draft');
    for (const viewer of [null, rosa, nadia]) expect(findCollection(viewer, id).count).toBe(2);
    expect(itemsOnPage({ id }, null).items.map((i) => [i.number, i.resource.slug])).toEqual([[1, 'one'], [2, 'two']]);
    expect(ownItems(rosa, id, null)).toMatchObject({ total: 2, items: [{ number: 1, retired: null }, { number: 2, retired: null }] });
    expect(JSON.stringify([ownItems(rosa, id, null), savedResources(rosa, null), savedIds(rosa), latestItems({ id }, 10), [...exportRecordIds(id)]])).not.toContain('draft');
    expect(savedResources(rosa, null).total).toBe(0);
    move(rosa, id, 'two', 'up');
    setStatus('draft', 'published');
    expect(order(id)).toEqual(['two', 'draft', 'one']);
  });

  test('a retired work stays for the owner, with the reason and what to read instead, and is hidden from the others', () => {
    const id = filled(rosa, ['one', 'retired', 'two'], { visibility: 'public' });
    retireResource(nadia, { id: 'ref:retired', reason: 'Replaced.', successor: 'successor' });
    expect(itemsOnPage({ id }, null).items.map((i) => i.resource.slug)).toEqual(['one', 'two']);
    expect(findCollection(null, id).count).toBe(2);
    expect(ownItems(rosa, id, null).items[1]).toMatchObject({ number: 2, note: 'Why retired.', retired: { reason: 'Replaced.', successor: { url: '/library/successor', title: 'The successor report' } } });
    replaceItem(rosa, { collectionId: id, resourceId: 'ref:retired' });
    expect(itemsOnPage({ id }, null).items.map((i) => [i.resource.slug, i.note])).toEqual([['one', 'Why one.'], ['successor', 'Why retired.'], ['two', 'Why two.']]);
    expect(() => replaceItem(rosa, { collectionId: id, resourceId: 'ref:one' })).toThrow(NotFound);
    republishResource(nadia, { id: 'ref:retired' });
    expect(order(id)).toEqual(['one', 'successor', 'two']);
  });

  test('a merged duplicate is the one that stays: on lists, among what is saved, and when it is put there from an old page', () => {
    const id = filled(rosa, ['twin', 'two'], { visibility: 'public' });
    saveResource(rosa, { resourceId: 'ref:twin' });
    const merge = mergeResources(nadia, { keepId: 'ref:one', mergeId: 'ref:twin', reason: 'The same.', fill: [] });
    expect(itemsOnPage({ id }, null).items.map((i) => [i.resource.slug, i.note])).toEqual([['one', 'Why twin.'], ['two', 'Why two.']]);
    expect([isBookmarked(rosa, 'ref:one'), isBookmarked(rosa, 'ref:twin'), isBookmarked(null, 'ref:one')]).toEqual([true, false, false]);
    put(rosa, id, 'twin', { note: 'Again.' });
    expect(order(id)).toEqual(['one', 'two']);
    expect(saveResource(tom, { resourceId: 'ref:twin' }).url).toBe('/library/one');
    unmergeResources(nadia, { mergeId: merge.id });
    expect(order(id)).toEqual(['twin', 'two']);
  });
});

const exportRecordIds = function* (id: number) { for (const record of exportRecords(collectedIds({ id }))) yield record.key; };

describe('what everybody sees', () => {
  test('featured lists first, then the newest change; empty ones not at all', () => {
    const first = filled(rosa, ['one'], { title: 'First', visibility: 'public' });
    const second = filled(tom, ['one', 'two'], { title: 'Second', visibility: 'public' });
    filled(tom, [], { title: 'Empty', visibility: 'public' });
    const third = filled(rosa, ['two'], { title: 'Third', visibility: 'public' });
    db.update(collections).set({ updatedAt: new Date(Date.now() - 5000) }).where(eq(collections.id, first)).run();
    db.update(collections).set({ updatedAt: new Date(Date.now() - 4000) }).where(eq(collections.id, second)).run();
    featureCollection(nadia, { collectionId: first });
    expect(listCollections(null).collections.map((c) => c.id)).toEqual([first, third, second]);
    expect(featuredCollections(5).map((c) => c.id)).toEqual([first]);
    put(tom, second, 'three');
    expect(listCollections(null)).toMatchObject({ total: 3, collections: [{ id: first, featured: true }, { id: second, count: 3 }, { id: third }] });
    expect(publicCollectionAddresses().map((a) => a.url)).toContain(`/collections/${second}-second`);
    expect(publicCollectionAddresses()).toHaveLength(3);
    expect(collectionsBy(rosa.id, 5).map((c) => c.id)).toEqual([third, first]);
    expect(collectionsHolding(tom, 'ref:one').map((c) => c.id)).toEqual([second, first]);
    expect(collectionsHolding(null, 'ref:one').map((c) => c.id)).toEqual([first, second]);
  });

  test('is paged by 20', () => {
    for (let n = 0; n < 23; n++) filled(rosa, ['one'], { title: `List ${n}`, visibility: 'public' });
    expect(listCollections('2')).toMatchObject({ total: 23, paging: { page: 2, pages: 2 } });
    expect(new Set([...listCollections('1').collections, ...listCollections('2').collections].map((c) => c.id)).size).toBe(23);
  });

  test('the excerpt is words of the description without markup', () => {
    filled(rosa, ['one'], { description: '## Start here\n\nThe **first** works & [more](https://example.org).', visibility: 'public' });
    expect(listCollections(null).collections[0]?.excerpt).toBe('Start here The first works & more.');
  });
});

describe('featuring', () => {
  test('is for coordinators, logged, and once', () => {
    const id = filled(rosa, ['one'], { visibility: 'public' });
    expect(() => featureCollection(rosa, { collectionId: id })).toThrow(Denied);
    const before = db.select().from(log).all().length;
    featureCollection(nadia, { collectionId: id });
    featureCollection(nadia, { collectionId: id });
    expect(findCollection(null, id).featured).toBe(true);
    unfeatureCollection(abe, { collectionId: id });
    expect(findCollection(null, id).featured).toBe(false);
    expect(db.select().from(log).all().slice(before).map((l) => [l.actorId, l.act, l.object, l.url])).toEqual([
      [nadia.id, 'feature collection', 'For the night shift', `/collections/${id}-for-the-night-shift`], [abe.id, 'unfeature collection', 'For the night shift', `/collections/${id}-for-the-night-shift`]]);
  });

  test('ends when the list turns private, and does not come back by itself', () => {
    const id = filled(rosa, ['one'], { visibility: 'public' });
    featureCollection(nadia, { collectionId: id });
    editCollection(rosa, { collectionId: id, ...list({ visibility: 'private' }) });
    expect(featuredCollections(5)).toEqual([]);
    editCollection(rosa, { collectionId: id, ...list({ visibility: 'public' }) });
    expect(findCollection(null, id).featured).toBe(false);
    const own = filled(nadia, ['one'], { title: 'My own' });
    expect(() => featureCollection(nadia, { collectionId: own })).toThrow('Only a public list');
    expect(() => db.update(collections).set({ featuredAt: new Date() }).where(eq(collections.id, own)).run()).toThrow();
  });
});

describe('taking a list out of public view', () => {
  test('is for coordinators; the owner keeps the list and hears why; the public log does not say its title', () => {
    const id = filled(rosa, ['one'], { visibility: 'public', title: 'Rude words' });
    expect(() => hideCollection(tom, { collectionId: id, reason: 'x' })).toThrow(Denied);
    hideCollection(nadia, { collectionId: id, reason: 'The title insults a colleague.' });
    expect(() => findCollection(null, id)).toThrow(NotFound);
    expect(findCollection(rosa, id).title).toBe('Rude words');
    expect(lettersTo('rosa@test.example').at(-1)?.text).toContain('The title insults a colleague.');
    const [line] = readPublicLog(null).lines;
    expect(line).toMatchObject({ act: 'hide collection', object: 'a reading list', url: null });
    expect(() => hideCollection(nadia, { collectionId: id, reason: 'x' })).toThrow(NotFound);
  });
});

describe('a copy', () => {
  test('has works, order and notes, is private, and says what it is based on', () => {
    const id = filled(rosa, ['two', 'retired', 'one'], { title: 'Odd [title](x) *here*', description: 'Start with the first.', visibility: 'public' });
    retireResource(nadia, { id: 'ref:retired', reason: 'Old.' });
    const { editUrl } = copyCollection(tom, { collectionId: id });
    const copy = findCollection(tom, Number(/\d+/.exec(editUrl)?.[0]));
    expect(copy).toMatchObject({ isPublic: false, own: true, title: 'Odd [title](x) *here*' });
    expect(copy.html).toContain(`<p>Based on <a href="/collections/${id}-odd-title-x-here">Odd [title](x) *here*</a> by Rosa Delgado.</p>`);
    expect(copy.html).toContain('Start with the first.');
    expect(itemsOnPage(copy, null).items.map((i) => [i.resource.slug, i.note])).toEqual([['two', 'Why two.'], ['one', 'Why one.']]);
    expect(ownItems(tom, copy.id, null).total).toBe(2);
    expect(copyCollection(tom, { collectionId: id }).editUrl).toBe(editUrl);
    expect(() => copyCollection(tom, { collectionId: filled(rosa, ['one'], { title: 'Private' }) })).toThrow(NotFound);
  });

  test('of one’s own private list names it nowhere and keeps retired works', () => {
    const id = filled(rosa, ['one', 'retired'], { title: 'Secret' });
    retireResource(nadia, { id: 'ref:retired', reason: 'Old.' });
    db.update(collections).set({ createdAt: new Date(0) }).where(eq(collections.id, id)).run();
    const copy = ownCollection(rosa, Number(/\d+/.exec(copyCollection(rosa, { collectionId: id }).editUrl)?.[0]));
    expect(copy.id).not.toBe(id);
    expect(copy.description).toBe('');
    expect(ownItems(rosa, copy.id, null).total).toBe(2);
  });
});

describe('finding works to put on a list', () => {
  test.each([
    ['https://hub.example/library/one?x=1#top', ['one']], ['/library/one', ['one']], ['10.1000/TWO', ['two']], ['https://doi.org/10.1000/two', ['two']], ['https://example.org/three', ['three']],
    ['the four report', ['four']], ['https://nowhere.example/', []], ['/library/nowhere-at-all', []], ['zzzz', []], ['  ', []], ['"(', []], ['%', []],
  ])('%j', (typed, slugs) => {
    expect(worksMeantBy(typed, 10).slice(0, 1).map((r) => r.slug)).toEqual(slugs);
  });

  test('finds nothing that is not published', () => {
    setStatus('draft', 'draft');
    retireResource(nadia, { id: 'ref:retired', reason: 'Old.' });
    expect(['/library/draft', '10.1000/draft', 'https://example.org/draft', '/library/retired', '10.1000/retired'].flatMap((typed) => worksMeantBy(typed, 10))).toEqual([]);
  });
});

describe('taking it along', () => {
  test('exports and feeds carry what readers see, in the order of the list', () => {
    const id = filled(rosa, ['three', 'draft', 'one', 'retired', 'two']);
    setStatus('draft', 'draft');
    retireResource(nadia, { id: 'ref:retired', reason: 'Old.' });
    expect([...exportRecordIds(id)]).toEqual(['three', 'one', 'two']);
    db.update(collectionItems).set({ addedAt: new Date(Date.now() + 1000) }).where(eq(collectionItems.resourceId, 'ref:three')).run();
    expect(latestItems({ id }, 2).map((i) => [i.resource.slug, i.note])).toEqual([['three', 'Why three.'], ['two', 'Why two.']]);
  });

  test.each(exchangeFormats)('a list goes out as %s and comes in again without a loss', (format) => {
    const id = filled(rosa, ['three', 'one', 'two']);
    const records = [...exportRecords(collectedIds({ id }))];
    const read = [...readRecords(format, [...writeRecords(format, records)].join(''))];
    expect(read.map((r) => r.problem)).toEqual([null, null, null]);
    expect(read.map((r) => r.record)).toEqual(records);
  });
});

describe('saving', () => {
  test('is for oneself, once, and taken back', () => {
    saveResource(rosa, { resourceId: 'ref:one' });
    saveResource(rosa, { resourceId: 'ref:one' });
    saveResource(rosa, { resourceId: 'ref:two' });
    db.update(bookmarks).set({ createdAt: new Date(0) }).where(eq(bookmarks.resourceId, 'ref:one')).run();
    expect(savedResources(rosa, null).resources.map((r) => r.slug)).toEqual(['two', 'one']);
    expect([savedIds(rosa), savedIds(tom)]).toEqual([['ref:two', 'ref:one'], []]);
    expect([isBookmarked(rosa, 'ref:one'), isBookmarked(tom, 'ref:one'), isBookmarked(null, 'ref:one')]).toEqual([true, false, false]);
    unsaveResource(tom, { resourceId: 'ref:one' });
    unsaveResource(rosa, { resourceId: 'ref:two' });
    unsaveResource(rosa, { resourceId: 'ref:two' });
    expect(savedIds(rosa)).toEqual(['ref:one']);
    for (const act of [() => savedIds(null), () => savedResources(null, null), () => listOwnCollections(null, null)]) expect(act).toThrow(SignInRequired);
  });

  test('what was retired since stays in sight with its status and can be taken off; exports leave it out', () => {
    saveResource(rosa, { resourceId: 'ref:retired' });
    retireResource(nadia, { id: 'ref:retired', reason: 'Old.' });
    expect(savedResources(rosa, null)).toMatchObject({ total: 1, resources: [{ status: 'retired' }] });
    expect([...exportRecords(savedIds(rosa))]).toEqual([]);
    unsaveResource(rosa, { resourceId: 'ref:retired' });
    expect(savedResources(rosa, null).total).toBe(0);
  });
});
