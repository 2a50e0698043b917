import { eq, like } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { changes, db, forums, posts, resources, searchDocuments, themes } from '#db/client.ts';
import { Gone, NotFound } from '#domain/errors.ts';
import { createComment } from '#domain/forum/comments.ts';
import { historyOfPost } from '#domain/forum/post-history.ts';
import { findPost, placeOfPost } from '#domain/forum/posts.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { whoReacted } from '#domain/forum/reacting.ts';
import { putCatalogue, type Piece } from '#domain/library/catalogue.ts';
import { resourceForEditing } from '#domain/library/desk.ts';
import { citedBy, findResource, worksCited } from '#domain/library/resources.ts';
import { newestResources } from '#domain/library/shelves.ts';
import { retireResource } from '#domain/library/workflow.ts';
import { editResource, resourceEditInput } from '#domain/library/writing.ts';
import type { Member } from '#domain/people/types.ts';
import { search } from '#domain/search/results.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let nadia: Member;
let rosa: Member;
beforeAll(async () => { nadia = await enter('nadia'); rosa = await enter('rosa'); });

const work = piece({ slug: 'nam2014', kind: 'reference', title: 'A city changes', people: 'Nam & Pardo', year: 2014 });
const lonely = piece({ slug: 'lonely1999', kind: 'reference', title: 'Nobody cites this', provenance: 'verified: somewhere secret' });
const article = piece({ slug: 'staffing', title: 'Staffing the centre', body: 'Calls fell. [@nam2014]\n\n## Rosters\n\nZebra shifts.', themes: ['equity', 'technology'] });
const practice = piece({ slug: 'baltimore', kind: 'practice', title: 'Baltimore begins', place: 'Baltimore', cites: ['nam2014'], details: { results: [{ what: 'x', value: '1', work: 'nam2014' }] } });
const all: Piece[] = [article, practice, work, lonely];
const one = (id: string) => db.select().from(resources).where(eq(resources.id, id)).get();
const formOf = (id: string) => {
  const form = resourceForEditing(nadia, id.split(':')[1] ?? '');
  return { id, updatedAt: String(form.updatedAt), themes: form.themes, ...form.fields };
};

describe('content/ becomes the catalogue', () => {
  test('the first filling puts every piece, cites and is found', () => {
    expect(putCatalogue(catalogue(all, { forums: [{ slug: 'new-forum', name: 'New', description: 'D', themes: ['equity'] }] }))).toEqual({ added: 4, changed: 0, removed: 0, skipped: [] });
    expect(worksCited('article:staffing').map((w) => w.slug)).toEqual(['nam2014']);
    expect(citedBy('ref:nam2014').map((r) => r.slug)).toEqual(['staffing', 'baltimore']);
    expect(search({ q: 'zebra' }).results.map((r) => r.url)).toEqual(['/library/staffing']);
    expect(newestResources(2).map((r) => r.kind)).toEqual(['article', 'practice']);
    expect(db.select().from(forums).all()).toHaveLength(3);
  });

  test('the same again changes nothing and tells no cache', () => {
    const before = changes();
    expect(putCatalogue(catalogue(all))).toEqual({ added: 0, changed: 0, removed: 0, skipped: [] });
    expect(changes()).toBe(before);
  });

  test('a changed piece is changed, in search too', () => {
    const before = changes();
    expect(putCatalogue(catalogue([{ ...article, body: 'Giraffe shifts. [@nam2014]' }, practice, work, lonely]))).toMatchObject({ changed: 1 });
    expect(search({ q: 'zebra' }).total).toBe(0);
    expect(search({ q: 'giraffe' }).total).toBe(1);
    expect(changes()).toBe(before + 1);
  });

  test('a name changed in the browser stays, a label changed in the file comes', () => {
    db.update(forums).set({ name: 'Renamed' }).where(eq(forums.slug, 'new-forum')).run();
    putCatalogue(catalogue(all, { forums: [{ slug: 'new-forum', name: 'New', description: 'D', themes: [] }], themes: [...catalogue([]).themes, { code: 'fresh', label: 'Fresh', note: 'N' }] }));
    expect(db.select().from(forums).where(eq(forums.slug, 'new-forum')).get()?.name).toBe('Renamed');
    expect(db.select().from(themes).all().map((t) => t.code)).toContain('fresh');
    putCatalogue(catalogue(all));
    expect(db.select().from(themes).all().map((t) => t.code)).not.toContain('fresh');
  });

  test('provenance is for coordinators', () => {
    expect(findResource(null, 'lonely1999')).toMatchObject({ provenance: null, checked: null });
    expect(findResource(rosa, 'lonely1999')).toMatchObject({ provenance: null, checked: null });
    expect(findResource(nadia, 'lonely1999')).toMatchObject({ provenance: 'verified: somewhere secret', checked: true });
    expect(JSON.stringify(search({ q: 'nobody cites' }))).not.toContain('secret');
  });

  test('a file that is gone takes its piece out of the library; its address says so', () => {
    expect(putCatalogue(catalogue([article, practice, work]))).toMatchObject({ removed: 1 });
    expect(one('ref:lonely1999')?.status).toBe('retired');
    expect(() => findResource(null, 'lonely1999')).toThrow(Gone);
    expect(db.select().from(searchDocuments).where(eq(searchDocuments.ref, 'ref:lonely1999')).get()).toBeUndefined();
  });

  test('what is cited or commented comes back with its file, comments and all', () => {
    createComment(rosa, { resourceId: 'practice:baltimore', body: 'We copied the walrus idea.' });
    expect(putCatalogue(catalogue([article]))).toMatchObject({ removed: 2 });
    expect(() => findResource(null, 'nam2014')).toThrow(Gone);
    expect(() => findResource(rosa, 'baltimore')).toThrow('Removed from the library.');
    expect(findResource(nadia, 'baltimore').status).toBe('retired');
    expect(search({ q: 'walrus' }).total).toBe(0);
    expect(worksCited('article:staffing')[0]?.linked).toBe(false);
    expect(putCatalogue(catalogue([article]))).toMatchObject({ removed: 0 });
    expect(putCatalogue(catalogue([article, practice, work]))).toMatchObject({ changed: 2 });
    expect(findResource(null, 'baltimore').status).toBe('published');
    expect(search({ q: 'walrus' }).total).toBe(1);
  });

  test('what a coordinator retired stays retired when its file changes', () => {
    retireResource(nadia, { id: 'practice:baltimore', reason: 'Doubtful figures.' });
    putCatalogue(catalogue([article, { ...practice, title: 'Baltimore begins again' }, work]));
    expect(() => findResource(null, 'baltimore')).toThrow('Doubtful figures.');
    expect(search({ q: 'baltimore begins' }).total).toBe(0);
  });

  test('the comments of what was retired are out of view, except for coordinators', () => {
    const id = db.select({ id: posts.id }).from(posts).where(like(posts.markdown, '%walrus idea%')).get()?.id ?? 0;
    for (const viewer of [null, rosa]) {
      for (const read of [findPost, historyOfPost, quoteOf, placeOfPost, whoReacted]) expect(() => read(viewer, id)).toThrow(NotFound);
    }
    expect([findPost(nadia, id).markdown, historyOfPost(nadia, id).versions.length]).toEqual(['We copied the walrus idea.', 1]);
  });

  test('an edit in the browser takes a piece over for good', () => {
    editResource(nadia, resourceEditInput.parse({ ...formOf('article:staffing'), title: 'Staffing, mended', reason: 'A slip.' }));
    expect(one('article:staffing')).toMatchObject({ origin: 'hub', title: 'Staffing, mended' });
    expect(findResource(null, 'staffing').html).toContain('[<a href="#work-1" aria-label="Work 1: Nam &amp; Pardo 2014"');
    putCatalogue(catalogue([{ ...article, title: 'From the file' }, practice, work]));
    expect(one('article:staffing')?.title).toBe('Staffing, mended');
    expect(putCatalogue(catalogue([practice, work])).removed).toBe(0);
    expect(one('article:staffing')?.status).toBe('published');
  });

  test('an address taken by the hub is not taken away', () => {
    const rival = piece({ slug: 'staffing', kind: 'practice', place: 'Elsewhere' });
    expect(putCatalogue(catalogue([practice, work, rival])).skipped).toEqual(['practice:staffing']);
  });
});
