import { and, asc, eq, isNull } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  attachments, bookmarks, cases, changes, citations, collectionItems, collections, db, formerSlugs, heldPosts, linkChecks, log, merges, posts, reads, resources, resourceThemes, resourceVersions, threads,
} from '#db/client.ts';
import { decide } from '#domain/decisions/deciding.ts';
import { findCase } from '#domain/decisions/queue.ts';
import { heldPost, ownWaiting, submitComment, submitCommentInput } from '#domain/decisions/submitting.ts';
import { Denied, Gone, Invalid, NotFound, SignInRequired } from '#domain/errors.ts';
import { commentsOf, createComment } from '#domain/forum/comments.ts';
import { editPost, placeOfPost } from '#domain/forum/posts.ts';
import { putCatalogue, removedReason } from '#domain/library/catalogue.ts';
import { compareResources, likelyDuplicatesAt, listMerges, resourceTyped } from '#domain/library/comparing.ts';
import { resourceForEditing } from '#domain/library/desk.ts';
import { workKey } from '#domain/library/exchange/duplicates.ts';
import { newId } from '#domain/library/ids.ts';
import { likelyDuplicatesOf } from '#domain/library/likely-duplicates.ts';
import { likelyPairs } from '#domain/library/likely-pairs.ts';
import { publishedResources } from '#domain/library/published.ts';
import { mergeInput, mergeResources, unmergeResources } from '#domain/library/merging.ts';
import { readName } from '#domain/library/names.ts';
import { countReads } from '#domain/library/reads.ts';
import { renameResource } from '#domain/library/renaming.ts';
import { putThemesOf, themeCodesOf } from '#domain/library/resource-themes.ts';
import { citedBy, findResource, worksCited } from '#domain/library/resources.ts';
import { indexResource } from '#domain/library/searchable.ts';
import { addressesOf, placeOf } from '#domain/library/slugs.ts';
import { suggestionInput, suggestionsOf, suggestResource } from '#domain/library/suggesting.ts';
import { republishResource, retireResource } from '#domain/library/workflow.ts';
import { editResource, resourceEditInput } from '#domain/library/writing.ts';
import type { Member } from '#domain/people/types.ts';
import { search } from '#domain/search/results.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';
import { randomFrom } from '../support/random.ts';

useDatabase();
let nadia: Member;
let rosa: Member;
let tom: Member;
beforeAll(async () => { [nadia, rosa, tom] = [await enter('nadia'), await enter('rosa'), await enter('tom')]; });
beforeEach(() => forgetLimits());

type Row = typeof resources.$inferSelect;
let made = 0;

/** A published work of the hub with only what matters given. */
function work(title: string, given: Partial<typeof resources.$inferInsert> & { themes?: string[]; csl?: Record<string, unknown> } = {}): Row {
  const { themes = ['equity'], csl = {}, ...more } = given;
  const slug = more.slug ?? `w${++made}`;
  const record = { id: slug, type: 'report', title, ...csl };
  const row = db.insert(resources).values({
    id: newId(), slug, kind: 'reference', type: 'report', status: 'published', origin: 'hub', title, publishedAt: new Date(2026, 0, 1), updatedAt: new Date(2026, 1, 1), csl: record, workKey: workKey(record), ...more,
  }).returning().get();
  putThemesOf(row.id, themes);
  indexResource(row, themeCodesOf(row.id));
  return row;
}

const now = ({ id }: { id: string }): Row => {
  const row = db.select().from(resources).where(eq(resources.id, id)).get();
  if (!row) throw new Error('gone');
  return row;
};
const merge = (kept: Row, duplicate: Row, fill: string[] = []) => mergeResources(nadia, mergeInput.parse({ keepId: kept.id, mergeId: duplicate.id, reason: 'The same report.', fill }));
const undo = (mergeId: number) => unmergeResources(nadia, { mergeId });
const refused = (action: () => unknown): Record<string, string> => {
  try { action(); } catch (error) { if (error instanceof Invalid) return error.fields; throw error; }
  throw new Error('It was taken.');
};
const comment = (who: Member, { id }: Row, body: string) => createComment(who, { resourceId: id, body }).id;
const saying = (row: Row) => commentsOf(null, row.id, null).posts.map((p) => [p.number, p.html.replace(/<[^>]+>/g, '').trim()]);
const list = (owner: Member, title: string, items: [Row, string][]) => {
  const { id } = db.insert(collections).values({ ownerId: owner.id, title, slug: title.toLowerCase() }).returning().get();
  items.forEach(([row, note], at) => db.insert(collectionItems).values({ collectionId: id, resourceId: row.id, position: at + 1, note }).run());
  return id;
};
const onList = (id: number) => db.select().from(collectionItems).where(eq(collectionItems.collectionId, id)).orderBy(asc(collectionItems.position)).all().map((i) => [i.resourceId, i.note]);
const file = (row: Row, letter: string) => {
  db.insert(attachments).values({ resourceId: row.id, hash: letter.repeat(64), name: `${letter}.pdf`, label: letter, mediaType: 'application/pdf', size: 1, rights: 'cc-by', textState: 'none' }).run();
  indexResource(now(row), themeCodesOf(row.id));
};
const filesOf = (row: Row) => db.select().from(attachments).where(eq(attachments.resourceId, row.id)).all().map((a) => a.label);

/** Everything that a merge may touch, as it stands now: what undoing must bring back to the letter. */
function state(): string {
  return JSON.stringify({
    rows: db.select().from(resources).orderBy(resources.id).all(),
    themes: db.select().from(resourceThemes).orderBy(resourceThemes.resourceId, resourceThemes.theme).all(), citations: db.select().from(citations).orderBy(citations.citingId, citations.position).all(),
    items: db.select().from(collectionItems).orderBy(collectionItems.collectionId, collectionItems.resourceId).all(), bookmarks: db.select().from(bookmarks).orderBy(bookmarks.memberId, bookmarks.resourceId).all(),
    files: db.select().from(attachments).orderBy(attachments.id).all(), reads: db.select().from(reads).orderBy(reads.kind, reads.ref).all(), threads: db.select().from(threads).orderBy(threads.id).all(), posts: db.select().from(posts).orderBy(posts.id).all(),
    former: db.select().from(formerSlugs).orderBy(formerSlugs.slug).all(), links: db.select().from(linkChecks).all(),
    found: db.$client.prepare('select kind, ref, thread_id, url, title, people, summary, body, type, themes, year, place from search_documents order by kind, ref').all(),
    shelf: publishedResources().map((r) => r.id).sort(),
  }, null, 1);
}

describe('merging', () => {
  test('the address of the duplicate, and those it had before, lead to the one that stays', () => {
    const [kept, duplicate] = [work('Calls by night', { slug: 'calls-by-night' }), work('Calls, by night', { slug: 'calls-by-night-2' })];
    renameResource(nadia, { id: duplicate.id, slug: 'night-calls', reason: 'Better.' });
    const before = changes();
    expect(merge(kept, duplicate).url).toBe('/library/calls-by-night');
    expect(changes()).toBeGreaterThan(before);
    for (const slug of ['night-calls', 'calls-by-night-2']) expect(placeOf(slug)).toEqual({ kind: 'moved', id: kept.id, slug: 'calls-by-night', status: 'published' });
    expect(addressesOf([kept.id]).get(kept.id)).toEqual(['calls-by-night', 'night-calls', 'calls-by-night-2']);
    expect(now(duplicate)).toMatchObject({ status: 'retired', mergedIntoId: kept.id, retiredReason: 'It was merged with “Calls by night”: The same report.' });
    expect(publishedResources().map((r) => r.id)).not.toContain(duplicate.id);
    expect(search({ q: 'calls by night' }).results.map((r) => r.url)).toEqual(['/library/calls-by-night']);
    expect(db.select().from(log).all().at(-1)).toMatchObject({ act: 'merge resources', object: '“Calls, by night” into “Calls by night”', url: '/library/calls-by-night', reason: 'The same report.' });
    expect(db.select().from(resourceVersions).all().filter((v) => v.act === 'merge').map((v) => v.resourceId).sort()).toEqual([kept.id, duplicate.id].sort());
  });

  test('what cited either cites the one that stays, once, with the numbers its text has; undone it cites each again', () => {
    const [kept, duplicate, third] = [work('One'), work('The one'), work('Another')];
    const body = (keys: string) => ({ kind: 'article' as const, type: 'article', body: keys });
    const both = work('Cites both', body(`First [@${third.slug}], then [@${duplicate.slug}] and [@${kept.slug}].`));
    const late = work('Cites the duplicate', body(`Only [@${duplicate.slug}].`));
    const result = work('A practice', { kind: 'practice', type: 'practice', place: 'Ottawa', body: 'Text.', details: { results: [{ what: 'Calls', value: '1', work: duplicate.slug }] } });
    for (const row of [both, late, result]) editResource(nadia, resourceEditInput.parse({ ...forForm(row), reason: 'To count citations.' }));
    const cited = () => [both, late, result].map((row) => worksCited(row.id).map((w) => [w.position, w.slug]));
    const before = cited();
    expect(before).toEqual([[[1, third.slug], [2, duplicate.slug], [3, kept.slug]], [[1, duplicate.slug]], [[1, duplicate.slug]]]);
    const { id } = merge(kept, duplicate);
    expect(cited()).toEqual([[[1, third.slug], [2, kept.slug]], [[1, kept.slug]], [[1, kept.slug]]]);
    expect([...findResource(null, both.slug).html.matchAll(/href="#work-(\d)"/g)].map((m) => m[1])).toEqual(['1', '2', '2']);
    expect(citedBy(kept.id).map((r) => r.slug).sort()).toEqual([both.slug, late.slug, result.slug].sort());
    undo(id);
    expect(cited()).toEqual(before);
    expect([...findResource(null, both.slug).html.matchAll(/href="#work-(\d)"/g)].map((m) => m[1])).toEqual(['1', '2', '3']);
  });

  test('reading lists, bookmarks, files, reads and themes go along, nothing twice', () => {
    const [kept, duplicate] = [work('Streets', { themes: ['equity'] }), work('The streets', { themes: ['technology', 'equity'] })];
    const [retired] = [work('Old streets')];
    retireResource(nadia, { id: retired.id, reason: 'Replaced.', successor: duplicate.slug });
    const [holdsBoth, holdsOne] = [list(rosa, 'Both', [[duplicate, 'Read chapter 2.'], [kept, 'Good.']]), list(tom, 'One', [[duplicate, 'Short.']])];
    db.insert(bookmarks).values([{ memberId: rosa.id, resourceId: kept.id }, { memberId: rosa.id, resourceId: duplicate.id }, { memberId: tom.id, resourceId: duplicate.id }]).run();
    for (const [row, letters] of [[kept, 'ab'], [duplicate, 'bc']] as const) for (const letter of letters) file(row, letter);
    countReads([{ kind: 'resource', ref: kept.id, count: 3 }, { kind: 'resource', ref: duplicate.id, count: 4 }]);
    const before = state();

    const { id } = merge(kept, duplicate);
    expect(onList(holdsBoth)).toEqual([[kept.id, 'Good.\nRead chapter 2.']]);
    expect(onList(holdsOne)).toEqual([[kept.id, 'Short.']]);
    expect(db.select().from(bookmarks).where(eq(bookmarks.resourceId, kept.id)).all().map((b) => b.memberId).sort()).toEqual([rosa.id, tom.id].sort());
    expect(filesOf(kept).sort()).toEqual(['a', 'b', 'c']);
    expect(db.select().from(reads).where(eq(reads.ref, kept.id)).get()?.count).toBe(7);
    expect(themeCodesOf(kept.id).sort()).toEqual(['equity', 'technology']);
    expect(now(retired).successorId).toBe(kept.id);

    expect(undo(id).left).toEqual([]);
    expect(state()).toBe(before);
  });

  test('at most four themes', () => {
    db.$client.exec(`insert into themes (code, label, note, position) values ('t4', 'Four', '', 4), ('t5', 'Five', '', 5)`);
    const [kept, duplicate] = [work('Many themes', { themes: ['equity', 'technology', 't4'] }), work('Too many themes', { themes: ['performance-measurement', 't5'] })];
    merge(kept, duplicate);
    expect(themeCodesOf(kept.id)).toHaveLength(4);
  });

  test('only into something published of the same kind, and not where one cites the other', () => {
    const [kept, other] = [work('Kept'), work('Other')];
    const article = work('Text', { kind: 'article', type: 'article', body: `See [@${kept.slug}].` });
    const second = work('Text too', { kind: 'article', type: 'article', body: 'Text.' });
    editResource(nadia, resourceEditInput.parse({ ...forForm(second), body: `See [@${article.slug}].`, reason: 'Cites.' }));
    const [waiting, declined] = [work('Waiting', { status: 'submitted' }), work('Declined', { status: 'declined', declinedReason: 'No.' })];
    expect(refused(() => merge(kept, kept))).toHaveProperty('mergeId');
    expect(refused(() => merge(waiting, other))['keepId']).toContain('not published');
    expect(refused(() => merge(kept, declined))['mergeId']).toContain('out of the library');
    expect(refused(() => merge(kept, article))['mergeId']).toContain('not the same');
    expect(refused(() => merge(article, second))['mergeId']).toContain('“Text too” cites “Text”');
    expect(refused(() => merge(second, article))['mergeId']).toContain('“Text too” cites “Text”');
    expect(mergeInput.safeParse({ keepId: kept.id, mergeId: other.id, reason: ' ' }).error?.issues[0]?.message).toContain('Say how you know');
    expect(() => merge(kept, { ...other, id: 'nobody' })).toThrow(NotFound);
    expect(db.select().from(merges).where(eq(merges.keptId, kept.id)).all()).toEqual([]);
  });

  test('sent twice it is done once; merged elsewhere meanwhile it is refused', () => {
    const [kept, duplicate, third] = [work('First'), work('First again'), work('First, third')];
    const once = merge(kept, duplicate);
    expect(merge(kept, duplicate)).toEqual(once);
    expect(refused(() => merge(third, duplicate))['mergeId']).toContain('merged into another resource already');
    expect(refused(() => merge(duplicate, third))['keepId']).toContain('merged into another resource itself');
    expect(() => db.insert(merges).values({ keptId: third.id, mergedId: duplicate.id, moved: {} }).run()).toThrow(/UNIQUE/);
    undo(once.id);
    expect(() => undo(once.id)).toThrow(Denied);
    expect(() => undo(99_999)).toThrow(NotFound);
  });

  test('is for coordinators', () => {
    const [kept, duplicate] = [work('Rights'), work('Rights too')];
    const asked = { keepId: kept.id, mergeId: duplicate.id, reason: 'r', fill: [] };
    expect(() => mergeResources(rosa, asked)).toThrow(Denied);
    expect(() => mergeResources({ ...nadia, suspendedUntil: new Date(Date.now() + 1e6), }, asked)).toThrow(Denied);
    const { id } = merge(kept, duplicate);
    expect(() => unmergeResources(rosa, { mergeId: id })).toThrow(Denied);
    for (const page of [() => likelyPairs(rosa), () => listMerges(rosa, null), () => compareResources(rosa, kept.slug, duplicate.slug, null), () => resourceTyped(rosa, kept.slug), () => likelyDuplicatesAt(rosa, kept.slug)]) expect(page).toThrow(Denied);
    expect(() => likelyPairs(null)).toThrow(SignInRequired);
    expect(now(duplicate).mergedIntoId).toBe(kept.id);
  });

  test('a merged duplicate is neither renamed nor published again', () => {
    const [kept, duplicate] = [work('Stays'), work('Goes')];
    const { id } = merge(kept, duplicate);
    expect(() => renameResource(nadia, { id: duplicate.id, slug: 'elsewhere', reason: 'r' })).toThrow(Denied);
    expect(refused(() => renameResource(nadia, { id: kept.id, slug: duplicate.slug, reason: 'r' }))['slug']).toContain('taken');
    expect(() => republishResource(nadia, { id: duplicate.id })).toThrow(Denied);
    undo(id);
    expect(findResource(null, duplicate.slug).title).toBe('Goes');
  });

  test('a suggestion that is there already: whoever suggested it is told, and no title of it is public', () => {
    const kept = work('A guide to numbats');
    suggestResource(rosa, suggestionInput.parse({ title: 'Guide to the secret numbat', type: 'report', url: 'https://example.org/numbat', why: 'Good.', different: 'yes' }));
    const waiting = db.select().from(resources).where(eq(resources.title, 'Guide to the secret numbat')).get();
    if (!waiting) throw new Error('not there');
    const { id } = merge(kept, waiting);
    expect(lettersTo(rosa.email).at(-1)).toMatchObject({ subject: '“Guide to the secret numbat” is in the library already', text: expect.stringContaining(`/library/${kept.slug}`) });
    expect(db.select().from(log).all().at(-1)?.object).toBe('a suggestion into “A guide to numbats”');
    expect(suggestionsOf(rosa)[0]).toMatchObject({ status: 'retired', reason: expect.stringContaining('A guide to numbats') });
    expect(undo(id).url).toBe(`/desk/resources/${waiting.slug}`);
    expect(now(waiting)).toEqual(waiting);
    expect(() => findResource(null, waiting.slug)).toThrow(NotFound);
  });
});

/** What the edit form would send for this resource. */
function forForm({ slug }: Row) {
  const { id, updatedAt, themes, channels, serviceAreas, fields } = resourceForEditing(nadia, slug);
  return { id, updatedAt: String(updatedAt), themes, channels, serviceAreas, ...fields };
}

describe('filling what the one that stays lacks', () => {
  const authors = [readName('Nam, Taewoo'), readName('Pardo, Theresa A.')];
  const pair = (more: Parameters<typeof work>[1] = {}) => [
    work('Understanding 311', { doi: '10.1234/kept', csl: { DOI: '10.1234/kept' }, ...more }),
    work('Understanding 311!', {
      doi: '10.1234/other', url: 'https://example.org/311', year: 2014, people: 'Nam & Pardo', venue: 'GIQ', place: 'Philadelphia', region: 'PA', country: 'US', population: 1_500_000, rights: 'cc-by', summary: 'What it is.', evidence: 'peer-reviewed',
      csl: { DOI: '10.1234/other', URL: 'https://example.org/311', author: authors, issued: { 'date-parts': [[2014, 3]] }, 'container-title': 'GIQ', volume: '31', abstract: 'What it is.' }, details: { channels: ['web'] },
    }),
  ] as const;

  test('takes over just what was chosen and lacking', () => {
    const [kept, duplicate] = pair();
    const { fields } = compareResources(nadia, kept.slug, duplicate.slug, kept.slug) ?? { fields: [] };
    expect(fields.filter((f) => f.fillable).map((f) => f.name)).toEqual(['people', 'year', 'venue', 'url', 'summary', 'place', 'population', 'evidence', 'rights', 'channels', 'csl.volume']);
    expect(fields.find((f) => f.name === 'doi')).toMatchObject({ kept: '10.1234/kept', merged: '10.1234/other', same: false, fillable: false });
    merge(kept, duplicate, ['people', 'year', 'doi', 'title', 'csl.volume', 'place', 'rights', 'nonsense']);
    expect(now(kept)).toMatchObject({
      title: 'Understanding 311', doi: '10.1234/kept', people: 'Nam & Pardo', year: 2014, place: 'Philadelphia', region: 'PA', country: 'US', population: null, rights: 'cc-by', url: null, summary: '',
      csl: { DOI: '10.1234/kept', author: authors, issued: { 'date-parts': [[2014, 3]] }, volume: '31' }, workKey: workKey({ title: 'Understanding 311', author: authors, issued: { 'date-parts': [[2014]] } }),
    });
    expect(now(kept).csl).not.toHaveProperty('URL');
    expect(search({ q: 'Nam Pardo understanding' }).results.map((r) => r.url)).toContain(`/library/${kept.slug}`);
  });

  test('undone, the record is what it was to the letter', () => {
    const [kept, duplicate] = pair();
    const before = state();
    const { id } = merge(kept, duplicate, ['people', 'year', 'venue', 'url', 'summary', 'place', 'population', 'evidence', 'rights', 'channels', 'csl.volume']);
    expect(now(kept).csl).toMatchObject({ author: authors, 'container-title': 'GIQ', volume: '31', abstract: 'What it is.' });
    undo(id);
    expect(state()).toBe(before);
    expect(now(duplicate)).toEqual(duplicate);
    expect(now(kept)).toEqual(kept);
  });

  test('what was edited since stays, and the list of merges says so', () => {
    const [kept, duplicate] = pair();
    const { id } = merge(kept, duplicate, ['url', 'year', 'summary']);
    editResource(nadia, resourceEditInput.parse({ ...forForm(now(kept)), url: 'https://example.org/better', reason: 'A better copy.' }));
    const { left } = undo(id);
    expect(left).toEqual(['In “Understanding 311” these have been edited since the merge and stay as they are: Address on the web.']);
    expect(now(kept)).toMatchObject({ url: 'https://example.org/better', year: null, summary: '' });
    expect(now(kept).updatedAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(listMerges(nadia, null).merges.find((m) => m.id === id)).toMatchObject({ left, undoneBy: { handle: 'nadia' }, by: { handle: 'nadia' }, kept: { slug: kept.slug }, merged: { slug: duplicate.slug, status: 'published' } });
  });

  test('a form that was open meanwhile does not overwrite what the merge filled', () => {
    const [kept, duplicate] = pair();
    const form = resourceEditInput.parse({ ...forForm(kept), reason: 'Old form.' });
    const { id } = merge(kept, duplicate, ['year']);
    expect(refused(() => editResource(nadia, form))).toHaveProperty('updatedAt');
    undo(id);
    expect(() => editResource(nadia, form)).not.toThrow();
  });
});

describe('comments', () => {
  test('move with their thread where the one that stays has none', () => {
    const [kept, duplicate] = [work('Quiet'), work('Talked about')];
    const ids = [comment(rosa, duplicate, 'First.'), comment(tom, duplicate, 'Second.')];
    const before = state();
    const { id } = merge(kept, duplicate);
    expect(saying(kept)).toEqual([[1, 'First.'], [2, 'Second.']]);
    expect(ids.map((post) => placeOfPost(null, post))).toEqual([`/library/${kept.slug}#post-1`, `/library/${kept.slug}#post-2`]);
    expect(search({ q: 'Second' }).total).toBe(1);
    undo(id);
    expect(state()).toBe(before);
    expect(placeOfPost(null, ids[0] ?? 0)).toBe(`/library/${duplicate.slug}#post-1`);
  });

  test('go to the end of those that are there, and permanent addresses find them', () => {
    const [kept, duplicate] = [work('Talked about here'), work('Talked about there')];
    const here = [comment(rosa, kept, 'Here one.'), comment(tom, kept, 'Here two.')];
    const there = Array.from({ length: 22 }, (_, n) => comment(n % 2 ? tom : rosa, duplicate, `There ${n + 1}, wombat.`));
    db.update(posts).set({ removedAt: new Date(), removedById: nadia.id, removedReason: 'Rude.' }).where(eq(posts.id, there[4] ?? 0)).run();
    db.update(threads).set({ postCount: 21 }).where(eq(threads.resourceId, duplicate.id)).run();
    const before = state().replace(/"found".*?\n \],/s, '');
    const { id } = merge(kept, duplicate);
    const { thread, total, paging } = commentsOf(null, kept.id, null);
    expect([total, thread?.lastNumber, paging.pages]).toEqual([23, 24, 2]);
    expect(here.map((post) => placeOfPost(null, post))).toEqual([`/library/${kept.slug}#post-1`, `/library/${kept.slug}#post-2`]);
    expect([placeOfPost(null, there[0] ?? 0), placeOfPost(null, there[21] ?? 0)]).toEqual([`/library/${kept.slug}#post-3`, `/library/${kept.slug}?comments=2#post-24`]);
    expect(search({ q: 'wombat' }).total).toBe(1);
    expect(commentsOf(null, duplicate.id, null).posts).toEqual([]);
    undo(id);
    expect(state().replace(/"found".*?\n \],/s, '')).toBe(before);
    expect(saying(kept)).toEqual([[1, 'Here one.'], [2, 'Here two.']]);
  });

  test('written since stay with the one that stayed', () => {
    const [alone, alones] = [work('Alone'), work('Alone too')];
    const first = comment(rosa, alones, 'Of the duplicate.');
    const one = merge(alone, alones);
    const since = comment(tom, alone, 'Since.');
    editPost(rosa, { postId: first, body: 'Of the duplicate, edited.' });
    undo(one.id);
    expect(saying(alones)).toEqual([[1, 'Of the duplicate, edited.']]);
    expect(saying(alone)).toEqual([[1, 'Since.']]);
    expect(placeOfPost(null, since)).toBe(`/library/${alone.slug}#post-1`);

    const [both, boths] = [work('Both'), work('Both too')];
    comment(rosa, both, 'Kept one.');
    comment(rosa, boths, 'Duplicate one.');
    const two = merge(both, boths);
    const later = comment(tom, both, 'Later.');
    undo(two.id);
    expect(saying(both)).toEqual([[1, 'Kept one.'], [3, 'Later.']]);
    expect(saying(boths)).toEqual([[1, 'Duplicate one.']]);
    expect(placeOfPost(null, later)).toBe(`/library/${both.slug}#post-3`);
    expect(commentsOf(null, both.id, null)).toMatchObject({ total: 2, thread: { lastNumber: 3 } });
    comment(rosa, both, 'And on.');
    expect(saying(both).at(-1)).toEqual([4, 'And on.']);
  });
});

describe('undoing', () => {
  test('gives back only what is still there, and says what is not', () => {
    const [kept, duplicate] = [work('Since'), work('Since too')];
    const [gone, stays] = [list(rosa, 'Gone', [[duplicate, 'a']]), list(tom, 'Stays', [[kept, 'k'], [duplicate, 'd']])];
    db.insert(bookmarks).values([{ memberId: rosa.id, resourceId: duplicate.id }, { memberId: tom.id, resourceId: duplicate.id }, { memberId: tom.id, resourceId: kept.id }]).run();
    file(duplicate, 'd');
    const { id } = merge(kept, duplicate);
    db.delete(collectionItems).where(eq(collectionItems.collectionId, gone)).run();
    db.update(collectionItems).set({ note: 'My own words.' }).where(eq(collectionItems.collectionId, stays)).run();
    db.delete(bookmarks).where(eq(bookmarks.resourceId, kept.id)).run();
    db.delete(attachments).where(eq(attachments.resourceId, kept.id)).run();
    expect(undo(id).left).toEqual(['One reading list does not hold it any more: its owner has taken it off since.', 'One file has been removed since.']);
    expect(onList(gone)).toEqual([]);
    expect(onList(stays)).toEqual([[kept.id, 'My own words.'], [duplicate.id, 'd']]);
    expect(db.select().from(bookmarks).where(eq(bookmarks.resourceId, duplicate.id)).all()).toEqual([]);
  });

  test('works where the one that stayed was retired since: both addresses go on answering', () => {
    const [kept, duplicate] = [work('Soon gone'), work('Soon gone too')];
    comment(rosa, duplicate, 'Bettongs remarked.');
    const { id } = merge(kept, duplicate);
    retireResource(nadia, { id: kept.id, reason: 'Wrong.' });
    expect(placeOf(duplicate.slug)).toMatchObject({ kind: 'moved', slug: kept.slug, status: 'retired' });
    expect(search({ q: 'bettongs' }).total).toBe(0);
    undo(id);
    expect(findResource(null, duplicate.slug).title).toBe('Soon gone too');
    expect(() => findResource(null, kept.slug)).toThrow(Gone);
    expect(search({ q: 'bettongs' }).total).toBe(1);
  });

  test('is kept in the history of both and in the log', () => {
    const [kept, duplicate] = [work('Logged'), work('Logged too')];
    undo(merge(kept, duplicate).id);
    const acts = (row: Row) => db.select().from(resourceVersions).where(eq(resourceVersions.resourceId, row.id)).orderBy(resourceVersions.number).all().map((v) => [v.act, v.status]);
    expect(acts(duplicate)).toEqual([['create', 'published'], ['merge', 'retired'], ['unmerge', 'published']]);
    expect(acts(kept)).toEqual([['create', 'published'], ['merge', 'published'], ['unmerge', 'published']]);
    expect(db.select().from(log).all().at(-1)).toMatchObject({ act: 'unmerge resources', object: '“Logged too” and “Logged”' });
  });
});

describe('chains', () => {
  test('lead to the last, and whatever is undone first, everything comes back', () => {
    const [a, b, c] = [work('Chain a'), work('Chain b', { themes: ['technology'] }), work('Chain c')];
    const ids = { list: list(rosa, 'Chain', [[a, 'a'], [b, 'b'], [c, 'c']]), later: list(tom, 'Chain2', [[a, 'a'], [c, 'c']]) };
    comment(rosa, a, 'On a.');
    comment(rosa, b, 'On b.');
    const before = state();
    for (const first of ['ab', 'bc'] as const) {
      const ab = merge(b, a);
      expect(placeOf(a.slug)).toMatchObject({ slug: b.slug });
      const bc = merge(c, b);
      expect([placeOf(a.slug), placeOf(b.slug)]).toMatchObject([{ slug: c.slug }, { slug: c.slug }]);
      expect(onList(ids.list)).toEqual([[c.id, 'c\nb\na']]);
      expect(refused(() => merge(a, c))['keepId']).toContain('itself');
      expect(saying(c)).toEqual([[1, 'On b.'], [2, 'On a.']]);
      if (first === 'ab') {
        undo(ab.id);
        expect([placeOf(a.slug).kind, placeOf(b.slug)]).toMatchObject(['here', { slug: c.slug }]);
        expect(onList(ids.list)).toEqual([[a.id, 'a'], [c.id, 'c\nb']]);
        expect([saying(a), saying(c)]).toEqual([[[1, 'On a.']], [[1, 'On b.']]]);
        undo(bc.id);
      } else {
        undo(bc.id);
        expect([placeOf(a.slug), placeOf(b.slug).kind]).toMatchObject([{ slug: b.slug }, 'here']);
        undo(ab.id);
      }
      expect(state()).toBe(before);
    }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('random forest %i: merged in any order and undone in any order, all is as it was', (seed) => {
    const random = randomFrom(seed);
    const some = <T>(values: readonly T[]) => values.filter(() => random.chance(0.5));
    const works = Array.from({ length: 7 }, (_, n) => work(`Forest ${seed} tree ${n}`, {
      themes: some(['equity', 'technology', 'performance-measurement']), ...(random.chance(0.5) && { doi: `10.9/${n}` }), ...(random.chance(0.5) && { url: `https://example.org/${n}` }), ...(random.chance(0.5) && { year: 2000 + n }),
      csl: { ...(random.chance(0.5) && { volume: String(n) }), ...(random.chance(0.5) && { publisher: `P${n}` }) },
    }));
    for (const member of [rosa, tom]) {
      list(member, `Forest${seed}${member.handle}`, random.shuffled(some(works)).map((w) => [w, `${w.title}?`]));
      for (const w of some(works)) db.insert(bookmarks).values({ memberId: member.id, resourceId: w.id }).run();
    }
    for (const w of some(works)) for (const letter of some(['a', 'b', 'c'])) file(w, letter);
    for (const w of some(works)) countReads([{ kind: 'resource', ref: w.id, count: 1 + random.below(9) }]);
    forgetLimits();
    for (const w of works) for (let n = random.below(4); n > 0; n--) comment(random.from([rosa, tom]), w, `Comment ${n} on ${w.title}`);
    const keys = random.shuffled(works).map((w) => w.slug);
    const article = work(`Forest ${seed} article`, { kind: 'article', type: 'article', body: keys.map((key) => `Then [@${key}].`).join(' ') });
    editResource(nadia, resourceEditInput.parse({ ...forForm(article), reason: 'Counts.' }));
    const before = state();

    const inForce: number[] = [];
    for (let step = 0; step < 25; step++) {
      const standing = works.filter((w) => now(w).status === 'published');
      if (inForce.length && (standing.length < 2 || random.chance(0.35))) {
        const id = random.from(inForce);
        expect(undo(id).left).toEqual([]);
        inForce.splice(inForce.indexOf(id), 1);
      } else {
        const [kept, duplicate] = random.shuffled(standing);
        if (kept && duplicate) inForce.push(merge(kept, duplicate, some(['doi', 'url', 'year', 'csl.volume', 'venue', 'csl.publisher'])).id);
      }
      const roots = works.filter((w) => now(w).mergedIntoId === null);
      for (const w of works) {
        const place = placeOf(w.slug);
        expect(roots.map((r) => r.id)).toContain(place.kind === 'none' ? '' : place.id);
      }
      expect(worksCited(article.id).map((w) => w.position)).toEqual(roots.map((_, at) => at + 1));
      expect(db.select().from(merges).where(and(isNull(merges.undoneAt))).all().filter((m) => works.some((w) => w.id === m.mergedId))).toHaveLength(works.length - roots.length);
    }
    for (const id of random.shuffled(inForce)) expect(undo(id).left).toEqual([]);
    expect(state()).toBe(before);
  });
});

describe('while people go on using the library', () => {
  test.each([11, 12, 13, 14, 15, 16])('random life %i: nothing is lost, and whatever was there first goes home', (seed) => {
    const random = randomFrom(seed);
    const works = Array.from({ length: 6 }, (_, n) => work(`Life ${seed} work ${n}`, { ...(random.chance(0.5) && { url: `https://example.org/${seed}/${n}` }) }));
    const said = new Map<number, string>();
    const say = (w: Row) => { forgetLimits(); return comment(random.from([rosa, tom]), w, `Life ${seed} word ${random.below(1e9)}`); };
    for (const w of works) for (let n = random.below(3); n > 0; n--) said.set(say(w), w.id);
    const since: number[] = [];
    const lists = [rosa, tom].map((member) => list(member, `Life${seed}${member.handle}`, works.map((w) => [w, ''])));
    const inForce: number[] = [];
    for (let step = 0; step < 60; step++) {
      const standing = works.filter((w) => now(w).status === 'published');
      const act = random.from(['merge', 'merge', 'undo', 'comment', 'comment', 'edit', 'unlist', 'rename'] as const);
      const one = random.from(standing);
      if (act === 'undo' && inForce.length) {
        const id = random.from(inForce);
        undo(id);
        inForce.splice(inForce.indexOf(id), 1);
      } else if (act === 'merge' && standing.length > 1) {
        const [kept, duplicate] = random.shuffled(standing);
        if (kept && duplicate) inForce.push(merge(kept, duplicate, ['url']).id);
      } else if (act === 'comment') since.push(say(one));
      else if (act === 'edit') editResource(nadia, resourceEditInput.parse({ ...forForm(now(one)), url: `https://example.org/edit/${step}`, reason: 'r' }));
      else if (act === 'unlist') db.delete(collectionItems).where(and(eq(collectionItems.collectionId, random.from(lists)), eq(collectionItems.resourceId, one.id))).run();
      else if (act === 'rename') renameResource(nadia, { id: one.id, slug: `life-${seed}-${step}`, reason: 'r' });
      for (const thread of db.select().from(threads).all().filter((t) => works.some((w) => w.id === t.resourceId))) {
        const held = db.select().from(posts).where(eq(posts.threadId, thread.id)).orderBy(posts.number).all();
        expect([thread.postCount, thread.lastNumber >= (held.at(-1)?.number ?? 0)]).toEqual([held.length, true]);
      }
      for (const post of [...said.keys(), ...since]) expect(placeOfPost(null, post)).toMatch(/^\/library\//);
    }
    for (const id of random.shuffled(inForce)) undo(id);
    expect(works.map((w) => now(w).status)).toEqual(works.map(() => 'published'));
    for (const [post, home] of said) expect(placeOfPost(null, post).split(/[?#]/)[0]).toBe(`/library/${now({ id: home }).slug}`);
    for (const former of db.select().from(formerSlugs).all().filter((f) => works.some((w) => w.id === f.resourceId))) expect(placeOf(former.slug)).toMatchObject({ kind: 'moved', id: former.resourceId });
  });
});

describe('pieces of content/', () => {
  const dated = { publishedAt: new Date('2026-11-23') };
  const pieces = [piece({ slug: 'in-file', kind: 'reference', title: 'In the file' }), piece({ slug: 'in-file-too', kind: 'reference', title: 'In the file too', url: 'https://example.org/f', csl: { id: 'in-file-too', type: 'report', title: 'In the file too', URL: 'https://example.org/f' } }), piece({ slug: 'an-article', title: 'An article', ...dated }), piece({ slug: 'an-article-2', title: 'An article again', url: 'https://example.org/a', ...dated })];
  const row = (id: string) => now({ id });

  test('a merged one stays merged when content/ is read again, changed or gone', () => {
    putCatalogue(catalogue(pieces));
    const duplicate = row('ref:in-file');
    const hub = work('In the hub');
    const { id } = merge(hub, duplicate);
    putCatalogue(catalogue(pieces));
    putCatalogue(catalogue(pieces.map((p) => (p.slug === 'in-file' ? { ...p, title: 'In the file, changed' } : p))));
    expect(row('ref:in-file')).toMatchObject({ status: 'retired', mergedIntoId: hub.id, title: 'In the file, changed' });
    putCatalogue(catalogue(pieces.filter((p) => p.slug !== 'in-file')));
    expect(placeOf('in-file')).toMatchObject({ kind: 'moved', id: hub.id });
    undo(id);
    expect(row('ref:in-file').status).toBe('published');
    putCatalogue(catalogue(pieces.filter((p) => p.slug !== 'in-file')));
    expect(row('ref:in-file')).toMatchObject({ status: 'retired', retiredReason: removedReason });
  });

  test('the file of the one that stays may go: both addresses tell that it is gone', () => {
    putCatalogue(catalogue(pieces));
    const duplicate = work('In the hub too');
    merge(row('ref:in-file-too'), duplicate);
    putCatalogue(catalogue(pieces.filter((p) => p.slug !== 'in-file-too')));
    expect(placeOf(duplicate.slug)).toMatchObject({ kind: 'moved', slug: 'in-file-too', status: 'retired' });
    putCatalogue(catalogue(pieces));
    expect(placeOf(duplicate.slug)).toMatchObject({ kind: 'moved', slug: 'in-file-too', status: 'published' });
  });

  test('a reference that is filled is taken over, and given back to its file when that is undone', () => {
    putCatalogue(catalogue(pieces));
    const kept = row('ref:in-file-too');
    const other = work('In the hub three', { year: 1999, themes: ['technology'], csl: { issued: { 'date-parts': [[1999]] } } });
    const plain = merge(kept, other);
    expect([row(kept.id).origin, themeCodesOf(kept.id)]).toEqual(['content', ['equity']]);
    undo(plain.id);
    db.update(resources).set({ year: null }).where(eq(resources.id, kept.id)).run();
    const before = row(kept.id);
    const filled = merge(before, now(other), ['year']);
    expect(row(kept.id)).toMatchObject({ origin: 'hub', contentHash: null, year: 1999 });
    expect(themeCodesOf(kept.id).sort()).toEqual(['equity', 'technology']);
    undo(filled.id);
    expect(row(kept.id)).toEqual(before);
    expect(themeCodesOf(kept.id)).toEqual(['equity']);
  });

  test('an article in content/ is never filled: its file says what it says', () => {
    putCatalogue(catalogue(pieces));
    const [kept, duplicate] = [row('article:an-article'), row('article:an-article-2')];
    const compared = compareResources(nadia, kept.slug, duplicate.slug, kept.slug);
    expect(compared).toMatchObject({ fixed: true, takesOver: false });
    expect(compared?.fields.some((f) => f.fillable)).toBe(false);
    merge(kept, duplicate, ['url']);
    expect(row(kept.id)).toEqual(kept);
  });
});

describe('comparing', () => {
  test('puts the one that stays first: published, then of content/, then what more hangs on', () => {
    const [plain, used] = [work('Compared'), work('Compared!')];
    list(rosa, 'Compared', [[used, '']]);
    expect(compareResources(nadia, plain.slug, used.slug, null)?.kept.slug).toBe(used.slug);
    expect(compareResources(nadia, plain.slug, used.slug, plain.slug)?.kept.slug).toBe(plain.slug);
    const waiting = work('Compared?', { status: 'submitted' });
    expect(compareResources(nadia, waiting.slug, plain.slug, null)).toMatchObject({ kept: { slug: plain.slug }, merged: { statusLabel: 'Waiting for review' }, problem: null });
    expect(compareResources(nadia, waiting.slug, plain.slug, waiting.slug)?.problem).toContain('not published');
    expect(compareResources(nadia, plain.slug, 'nothing', null)).toBeNull();
  });

  test('marks the words that differ', () => {
    const [one, other] = [work('How cities answer calls'), work('How towns answer calls')];
    const title = compareResources(nadia, one.slug, other.slug, one.slug)?.fields.find((f) => f.name === 'title');
    expect(title?.keptParts).toEqual([{ text: 'How ', differs: false }, { text: 'cities', differs: true }, { text: ' answer calls', differs: false }]);
    expect(title?.mergedParts.find((p) => p.differs)?.text).toBe('towns');
  });

  test('finds what is typed or pasted, under every address it had', () => {
    const row = work('Typed', { slug: 'typed' });
    renameResource(nadia, { id: row.id, slug: 'typed-anew', reason: 'r' });
    for (const typed of ['typed', ' typed-anew ', 'https://hub.example/library/typed?x=1#comments', '/desk/resources/typed-anew']) expect(resourceTyped(nadia, typed)?.slug).toBe('typed-anew');
    expect(resourceTyped(nadia, 'nothing')).toBeNull();
  });
});

describe('likely duplicates', () => {
  const csl = { author: [readName('Quokka, Quinn')], issued: { 'date-parts': [[2011]] } };
  const asked = { title: 'Measuring the quokka line', year: 2011, people: csl.author, doi: null, url: null };

  test('are found by DOI, by work, by address and by title, the surest first; waiting ones only for coordinators', () => {
    const byDoi = work('Something else', { doi: '10.311/QUOKKA', csl: { DOI: '10.311/QUOKKA' } });
    const byWork = work('Measuring the Quokka Line', { year: 2011, csl });
    const byUrl = work('Called otherwise', { url: 'http://www.example.org/quokka/' });
    const waiting = work('Measuring the quokka line.', { status: 'submitted', year: 2011, csl });
    const byTitle = work('Measuring the quokka lines');
    const declined = work('Measuring the quokka line', { status: 'declined', declinedReason: 'No.', year: 2011, csl });
    const found = likelyDuplicatesOf({ ...asked, doi: 'https://doi.org/10.311/quokka', url: 'https://example.org/quokka#top' });
    expect(found.map((d) => [d.id, d.why])).toEqual([[byDoi.id, 'doi'], [byWork.id, 'work'], [byUrl.id, 'url'], [byTitle.id, 'title']]);
    expect(found[1]).toMatchObject({ slug: byWork.slug, title: 'Measuring the Quokka Line', year: 2011, status: 'published' });
    const all = likelyDuplicatesOf(asked, { all: true }).map((d) => d.id);
    expect(all).toEqual(expect.arrayContaining([byWork.id, waiting.id]));
    expect(all).not.toContain(declined.id);
    expect(likelyDuplicatesOf(asked, { except: byWork.id }).map((d) => d.id)).not.toContain(byWork.id);
    expect(likelyDuplicatesOf({ title: 'Nothing like it at all', year: null, people: [], doi: null, url: null })).toEqual([]);
    expect(likelyDuplicatesAt(nadia, byWork.slug).map((d) => d.id)).toContain(waiting.id);
  });

  test('stand in pairs on the worklist until they are merged', () => {
    const [one, other] = [work('Paired numbat', { doi: '10.311/pair' }), work('A paired numbat, revisited', { doi: '10.311/PAIR' })];
    const listed = () => likelyPairs(nadia, 1000).pairs.filter((p) => [p.one.slug, p.other.slug].includes(one.slug));
    expect(listed()).toMatchObject([{ why: 'doi', words: 'Same DOI' }]);
    const { id } = merge(one, other);
    expect(listed()).toEqual([]);
    undo(id);
    expect(listed()).toHaveLength(1);
  });

  test('follow the titles as they change', () => {
    const [one, other] = [work('Bilbies at the counter of the city hall'), work('Something entirely different about potholes')];
    const listed = () => likelyPairs(nadia, 1000).pairs.filter((p) => [p.one.slug, p.other.slug].includes(other.slug)).map((p) => [p.one.slug, p.other.slug].includes(one.slug) && p.words);
    const call = (title: string) => editResource(nadia, resourceEditInput.parse({ ...forForm(now(other)), title, reason: 'Its title.' }));
    expect(listed()).toEqual([]);
    call('Bilbies at the counters of the city hall');
    expect(listed()).toEqual(['Similar title']);
    expect(likelyDuplicatesOf({ title: 'Something entirely different about potholes', year: null, people: [], doi: null, url: null })).toEqual([]);
    call('Something entirely different about potholes');
    expect(listed()).toEqual([]);
    expect(likelyPairs(nadia).waiting).toBe(0);
  });
});

test('a comment that waits for a look goes where the comments of its work go, and back', () => {
  const [kept, duplicate] = [work('Lost and found, part one'), work('Lost and found, part 1')];
  const hold = (body: string) => {
    submitComment(rosa, { ...submitCommentInput.parse({ resourceId: duplicate.id, body }), website: 'http://robot.example' });
    return db.select({ id: heldPosts.id, caseId: cases.id }).from(heldPosts).innerJoin(cases, eq(cases.heldId, heldPosts.id)).where(eq(heldPosts.markdown, body)).get() ?? { id: 0, caseId: 0 };
  };
  const [one, two] = [hold('We do so since May.'), hold('And since June at night.')];
  const { id } = merge(kept, duplicate);
  expect([ownWaiting(rosa, { resourceId: kept.id }).length, heldPost(rosa, one.id).title, findCase(nadia, one.caseId).placeless]).toEqual([2, kept.title, false]);
  decide(nadia, { caseId: one.caseId, outcome: 'approve', reason: 'Fine.' });
  expect(saying(kept)).toEqual([[1, 'We do so since May.']]);
  undo(id);
  expect([ownWaiting(rosa, { resourceId: duplicate.id }).map((held) => held.id), heldPost(rosa, two.id).title]).toEqual([[two.id], duplicate.title]);
  decide(nadia, { caseId: two.caseId, outcome: 'approve', reason: 'Fine.' });
  expect(saying(duplicate)).toEqual([[1, 'And since June at night.']]);
});
