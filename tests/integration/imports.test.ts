import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { and, eq, like, ne, sql } from 'drizzle-orm';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { attachments, bookmarks, changes, citations, collectionItems, collections, db, importRows, imports, log, members, merges, postLinks, posts, resources, resourceThemes, searchDocuments } from '#db/client.ts';
import { Denied, Invalid, NotFound, SignInRequired } from '#domain/errors.ts';
import { createComment } from '#domain/forum/comments.ts';
import { chooseAll, chooseRows } from '#domain/library/imports/choosing.ts';
import { discardImport, forgetOldImports } from '#domain/library/imports/discarding.ts';
import { undoneReason } from '#domain/library/imports/matching.ts';
import { findImport, importRowsOf, keptWorks, listImports, waitingImports, type ImportRowView } from '#domain/library/imports/preview.ts';
import { publishImport } from '#domain/library/imports/publishing.ts';
import { continueImports, readOn, stopImports } from '#domain/library/imports/reading.ts';
import { mostBytes, startImport, startInput } from '#domain/library/imports/starting.ts';
import { takeImport } from '#domain/library/imports/taking.ts';
import { undoImport } from '#domain/library/imports/undoing.ts';
import { listResources } from '#domain/library/list.ts';
import { noFilters } from '#domain/library/filters.ts';
import { findResource } from '#domain/library/resources.ts';
import { withVersion } from '#domain/library/versions.ts';
import { publishResource, republishResource } from '#domain/library/workflow.ts';
import type { Member } from '#domain/people/types.ts';
import { search } from '#domain/search/results.ts';
import { settings } from '#lib/settings.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
const samples = resolve(import.meta.dirname, '../fixtures/import-samples');
const sample = (name: string) => readFileSync(join(samples, name), 'utf8');

let nadia: Member;
let ines: Member;
let rosa: Member;
beforeAll(async () => {
  [nadia, ines, rosa] = [await enter('nadia'), await enter('ines'), await enter('rosa')];
});
/** Every test begins with a library without imported works. */
afterEach(() => {
  db.update(resources).set({ mergedIntoId: null }).run();
  db.delete(merges).run();
  db.delete(resources).run();
  db.delete(searchDocuments).run();
  db.delete(imports).run();
});

interface More { theme?: string; rights?: string; records?: string | null; format?: 'bib' | 'ris' | 'csl.json' | 'csv' | null }
const upload = (actor: Member, name: string, text: string | Uint8Array<ArrayBuffer>, more: More = {}) =>
  startImport(actor, { file: new File([text], name), records: null, format: null, theme: 'technology', rights: 'undetermined', ...more });

/** Brings a file and waits until it has been read. */
async function bring(actor: Member, name: string, text: string | Uint8Array<ArrayBuffer>, more: More = {}): Promise<number> {
  const { id } = await upload(actor, name, text, more);
  await readOn(id);
  return id;
}
const confirm = (actor: Member, id: number) => takeImport(actor, { id, shown: [], take: [], next: null });
async function bringIn(name: string, text: string): Promise<number> {
  const id = await bring(nadia, name, text);
  confirm(nadia, id);
  publishImport(ines, { id });
  return id;
}
const rowsOf = (id: number, page: string | null = null): ImportRowView[] => importRowsOf(nadia, id, { finding: null, page }).rows;
const broughtBy = (id: number) => db.select().from(resources).where(eq(resources.importId, id)).orderBy(resources.slug).all();
const state = (id: number) => findImport(nadia, id).state;
const only = <T>(list: readonly T[]): T => { expect(list.length).toBe(1); return list[0] as T; };
const shownTitles = () => listResources(noFilters).resources.map((r) => r.title);

interface Work { key: string; title: string; doi?: string; author?: string; year?: number; more?: string }
const bib = (works: Work[]) => works.map(({ key, title, doi, author = 'Nam, Taewoo', year = 2014, more = '' }) =>
  `@article{${key},\n  author = {${author}},\n  title = {${title}},\n  journal = {Public Works},\n  year = {${year}},${doi ? `\n  doi = {${doi}},` : ''}${more ? `\n  ${more},` : ''}\n}\n`).join('\n');
const three = bib([
  { key: 'nam2014', title: 'Understanding the changing face of 311', doi: '10.5555/nam.1' },
  { key: 'holmes2007', title: 'Consolidation of call centres in mid-sized cities', author: 'Holmes, Dwight', year: 2007 },
  { key: 'boston_2011', title: 'Potholes, telephones and trust', author: '{City of Boston}', year: 2011 },
]);

test('a title that the library cannot hold is told by its line, and does not break the rest', async () => {
  const id = await bring(nadia, 'long.bib', `${bib([{ key: 'endless', title: 'Very '.repeat(101) }])}\n${three}`);
  expect(only(rowsOf(id).filter((r) => r.finding === 'unreadable'))).toMatchObject({ line: 1, problem: 'Its title has more than 500 characters.' });
  confirm(nadia, id);
  expect(broughtBy(id)).toHaveLength(3);
});

test('a file that grows without end while it is read is told, and the hub goes on', async () => {
  const grown = ['@string{a0 = "' + 'é'.repeat(128) + '"}', ...Array.from({ length: 22 }, (_, n) => `@string{a${n + 1} = a${n} # a${n}}`), '@book{k, title = {B}, abstract = a22 # "x"}'].join('\n');
  const id = await bring(nadia, 'bomb.bib', `${grown}\n${three}`);
  expect(findImport(nadia, id).counts.new).toBeGreaterThanOrEqual(3);
  expect(JSON.stringify(rowsOf(id)).length).toBeLessThan(200_000);
  const many = await bring(nadia, 'many.csv', `key,title,author,issued\n${Array.from({ length: 3000 }, (_, n) => `same,Work ${n} of ${(n * 7919).toString(36)},"Other, A",2001`).join('\n')}`);
  const began = performance.now();
  confirm(nadia, many);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(new Set(broughtBy(many).map((r) => r.slug)).size).toBe(3000);
});

describe('reading real files', () => {
  const zotero = sample('dinosaurs_zotero.ris');
  /** The same works as Google Scholar writes them: other tags, initials instead of given names, capitals in titles, no DOI, no abstract. */
  const scholar = zotero.replace(/^(?:DO|AB|UR|KW|N1|ID|SN|L1|M3|C\d)  - .*\n/gm, '').replace(/^TI  - (.*)$/gm, (_, title: string) => `T1  - ${title.replace(/\b[a-z]/g, (c) => c.toUpperCase())}.`)
    .replace(/^AU  - ([^,\n]*), ?(.*)$/gm, (_, family: string, given: string) => `A1  - ${family}, ${given.split(/[ -]/).map((part) => part.charAt(0)).join('')}`)
    .replace(/^(?:PY|Y1|DA)  - (\d{4}).*$/gm, 'Y1  - $1//').replace(/^(?:T2|JF|JO)  - /gm, 'JO  - ');
  const exports = [['endnote', sample('dinosaurs_endnote.ris')], ['like Google Scholar', scholar]] as const;

  test('the same ten works from three exporters are recognised as the same ten', async () => {
    const first = await bring(nadia, 'dinosaurs_zotero.ris', zotero);
    expect(findImport(nadia, first).counts).toEqual({ new: 10, duplicate: 0, similar: 0, unreadable: 0 });
    confirm(nadia, first);
    for (const [exporter, text] of exports) {
      const id = await bring(nadia, `${exporter}.ris`, text);
      const { counts, taken } = findImport(nadia, id);
      expect([exporter, counts, taken]).toEqual([exporter, { new: 0, duplicate: 10, similar: 0, unreadable: 0 }, 0]);
      const matched = db.select().from(importRows).where(eq(importRows.importId, id)).all().map((r) => r.matchId);
      expect(new Set(matched).size).toBe(10);
    }
    // The sample of Google Scholar holds ten other works on dinosaurs.
    expect(findImport(nadia, await bring(nadia, 'others.ris', sample('dinosaurs_googlescholar.ris'))).counts).toEqual({ new: 10, duplicate: 0, similar: 0, unreadable: 0 });
  });

  test('within one file the later ones are duplicates of the earlier', async () => {
    const id = await bring(nadia, 'all.ris', [zotero, ...exports.map(([, text]) => text)].join('\n'));
    const rows = rowsOf(id);
    expect(rows.filter((r) => r.finding === 'new').map((r) => r.position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const later = rows.slice(10);
    expect(later.every((r) => r.finding === 'duplicate' && !r.take && /^Row \d+ of this file$/.test(r.match?.note ?? ''))).toBe(true);
    expect(later.length).toBe(20);
    expect(later[0]?.match?.href).toMatch(/^\?page=1#row-\d+$/);
  });

  test('64 BibTeX records come in right: accents, braces, months, names without commas', async () => {
    const id = await bring(nadia, 'pysal_access_references.bib', sample('pysal_access_references.bib'));
    const { counts, taken } = findImport(nadia, id);
    expect(counts.unreadable).toBe(0);
    expect(counts.new + counts.duplicate + counts.similar).toBe(64);
    chooseAll(nadia, { id, shown: [], take: [], next: null, choice: 'take-similar' });
    confirm(nadia, id);
    const works = broughtBy(id);
    expect(works.length).toBe(counts.new + counts.similar);
    expect(taken).toBeGreaterThan(50);
    const weibull = works.find((w) => w.slug === '1976-weibull-axiomatic-accessibility');
    expect(weibull).toMatchObject({ people: 'Weibull', year: 1976, type: 'journal-article', title: 'An axiomatic approach to the measurement of accessibility', status: 'submitted' });
    expect(weibull?.csl['author']).toMatchObject([{ family: 'Weibull', given: 'Jörgen W.' }]);
    expect(works.every((w) => !/[{}\\]/.test(w.title) && w.workKey !== '' && w.year !== null)).toBe(true);
    expect(works.every((w) => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(w.slug))).toBe(true);
    expect(works.every((w) => w.csl['id'] === w.slug && w.provenance?.includes('pysal_access_references.bib'))).toBe(true);
  });

  test('what cannot be read is told with its line and the reason, and the rest is read', async () => {
    const text = `${bib([{ key: 'one', title: 'The first work' }])}\n@article{two,\n  title = {Never closed,\n  year = 2012\n\n${bib([{ key: 'three', title: 'The third work' }])}`;
    const id = await bring(nadia, 'broken.bib', text);
    const broken = only(rowsOf(id).filter((r) => r.finding === 'unreadable'));
    expect(broken.line).toBe(text.slice(0, text.indexOf('@article{two')).split('\n').length);
    expect(broken.problem).toMatch(/\w+.*[.!]$/);
    expect(broken.readable).toBe(false);
    expect(rowsOf(id).filter((r) => r.finding !== 'unreadable').map((r) => r.label)).toContain('The first work');
    expect(() => db.update(importRows).set({ take: true }).where(eq(importRows.finding, 'unreadable')).run()).toThrow(/CHECK/);
    chooseRows(nadia, { id, shown: [broken.position], take: [broken.position], next: null });
    expect(rowsOf(id).find((r) => r.finding === 'unreadable')?.take).toBe(false);
  });

  test.each([
    ['works.csl.json', JSON.stringify([{ id: 'nam2014', type: 'article-journal', title: 'One work', author: [{ family: 'Nam', given: 'Taewoo' }], issued: { 'date-parts': [[2014]] } }])],
    ['works.csv', 'key,type,title,authors,year\nnam2014,journal-article,One work,"Nam, Taewoo",2014\n'],
    ['works.ris', 'TY  - JOUR\r\nTI  - One work\r\nAU  - Nam, Taewoo\r\nPY  - 2014\r\nER  - \r\n'],
  ])('%s is read too', async (name, text) => {
    const row = only(rowsOf(await bring(nadia, name, text)));
    expect(row).toMatchObject({ finding: 'new', label: 'One work', take: true });
  });

  test('a file in an old encoding keeps its accents', async () => {
    const bytes = new Uint8Array(Buffer.from(bib([{ key: 'k', title: 'Québec répond', author: 'Lévesque, Inès' }]), 'latin1'));
    expect(only(rowsOf(await bring(nadia, 'old.bib', bytes)))).toMatchObject({ label: 'Québec répond', people: 'Lévesque' });
  });

  test('a file with nothing in it fails with a sentence, and so does one with too many records', async () => {
    const empty = await bring(nadia, 'empty.bib', '% nothing here\n', { format: 'bib' });
    expect(findImport(nadia, empty)).toMatchObject({ state: 'failed', failure: expect.stringMatching(/nothing in this file/) as string });
    const many = await bring(nadia, 'many.ris', 'TY  - JOUR\nTI  - A\nER  - \n'.repeat(20_001));
    expect(findImport(nadia, many)).toMatchObject({ state: 'failed', records: 0, failure: expect.stringMatching(/20,000/) as string });
  }, 60_000);

  test('what cannot be a file of records is refused beside the field', async () => {
    const refused = async (work: Promise<unknown>) => Object.keys((await work.then(() => new Invalid({ nothing: '' }), (error: unknown) => error) as Invalid).fields);
    expect(await refused(upload(nadia, 'a.xyz', 'some words'))).toEqual(['format']);
    expect(await refused(upload(nadia, 'a.bib', new Uint8Array([0, 1, 2, 0])))).toEqual(['file']);
    expect(await refused(upload(nadia, 'a.bib', ''))).toEqual(['file']);
    expect(await refused(upload(nadia, 'a.bib', three, { records: three }))).toEqual(['records']);
    expect(await refused(upload(nadia, 'a.bib', three, { theme: 'x', rights: 'y' }))).toEqual(['theme', 'rights']);
    expect(await refused(upload(nadia, 'a.bib', ' '.repeat(mostBytes() + 1)))).toEqual(['file']);
    expect(listImports(nadia, null).imports).toEqual([]);
    expect(startInput.safeParse({ theme: 'technology', rights: 'cc0', format: 'docx' }).success).toBe(false);
  });

  test('records can be pasted', async () => {
    const { id } = await startImport(nadia, { file: new File([], ''), records: three, format: null, theme: 'equity', rights: 'cc0' });
    await readOn(id);
    expect(findImport(nadia, id)).toMatchObject({ fileName: 'pasted records', format: 'BibTeX', records: 3 });
  });

  test('a reading that was cut off goes on where it was and loses or doubles nothing', async () => {
    const works = Array.from({ length: 1500 }, (_, n) => ({ key: `k${n}`, title: `Report number ${n} about ${n * 7919 % 1009} calls`, doi: `10.5555/x.${n}` }));
    const { id } = await upload(nadia, 'long.bib', bib(works));
    while (findImport(nadia, id).records === 0) await new Promise((go) => setImmediate(go));
    await stopImports();
    const cut = findImport(nadia, id);
    expect(cut.state).toBe('reading');
    expect(cut.records).toBeLessThan(1500);
    expect(cut.percent).toBeLessThan(100);
    await continueImports();
    expect(findImport(nadia, id)).toMatchObject({ state: 'ready', records: 1500, percent: 100 });
    expect(db.select({ n: sql<number>`max(position)` }).from(importRows).where(eq(importRows.importId, id)).get()?.n).toBe(1500);
  }, 60_000);

  test('discarded while it is read, it is read no further and leaves nothing', async () => {
    const { id } = await upload(nadia, 'long.bib', bib(Array.from({ length: 1500 }, (_, n) => ({ key: `k${n}`, title: `Report number ${n}`, doi: `10.5555/y.${n}` }))));
    while (findImport(nadia, id).records === 0) await new Promise((go) => setImmediate(go));
    discardImport(nadia, { id });
    await readOn(id);
    expect(findImport(nadia, id)).toMatchObject({ state: 'discarded', records: 0 });
    expect(existsSync(join(settings().dataDir, 'imports', String(id)))).toBe(false);
  }, 60_000);
});

describe('the preview', () => {
  test('writes nothing to the library, and a visitor sees nothing of it', async () => {
    const before = { changes: changes(), resources: db.select().from(resources).all(), documents: db.select().from(searchDocuments).all().length };
    const id = await bring(nadia, 'three.bib', three);
    expect(findImport(nadia, id)).toMatchObject({ state: 'ready', taken: 3, works: 0 });
    expect({ changes: changes(), resources: db.select().from(resources).all(), documents: db.select().from(searchDocuments).all().length }).toEqual(before);
  });

  test('tells what a duplicate is a duplicate of, why, and where that stands', async () => {
    await bringIn('three.bib', three);
    db.update(resources).set({ status: 'draft', publishedAt: null }).where(eq(resources.slug, 'holmes2007')).run();
    db.update(resources).set({ status: 'retired', retiredReason: 'Out of date.' }).where(eq(resources.slug, 'boston-2011')).run();
    const id = await bring(nadia, 'again.bib', bib([
      { key: 'a', title: 'Quite another title', doi: 'https://doi.org/10.5555/NAM.1' },
      { key: 'b', title: '{Consolidation} of Call Centres in Mid-Sized Cities.', author: 'Dwight Holmes', year: 2007 },
      { key: 'c', title: 'Potholes, Telephones, and Trust', author: '{City of Boston}', year: 2011 },
      { key: 'd', title: 'A work nobody has', doi: '10.5555/new' },
    ]));
    const [byDoi, byWork, , fresh] = rowsOf(id);
    expect(byDoi).toMatchObject({ finding: 'duplicate', take: false, why: 'same DOI', match: { href: '/library/nam2014', note: 'Published' } });
    expect(byWork).toMatchObject({ finding: 'duplicate', take: false, why: 'same title, year and author', match: { href: '/desk/resources/holmes2007', note: 'Draft' } });
    expect(fresh).toMatchObject({ finding: 'new', take: true, match: null });
  });

  test('a merged duplicate leads to the work that was kept', async () => {
    await bringIn('three.bib', three);
    const [kept, merged] = ['holmes2007', 'nam2014'].map((slug) => db.select().from(resources).where(eq(resources.slug, slug)).get());
    db.update(resources).set({ status: 'retired', retiredReason: 'Merged.', mergedIntoId: kept?.id ?? null }).where(eq(resources.id, merged?.id ?? '')).run();
    const row = only(rowsOf(await bring(nadia, 'again.bib', bib([{ key: 'x', title: 'Whatever', doi: '10.5555/nam.1' }]))));
    expect(row).toMatchObject({ finding: 'duplicate', match: { href: '/library/holmes2007' } });
  });

  test('similar titles are flagged and, when nearly the same, not proposed', async () => {
    await bringIn('three.bib', three);
    const row = only(rowsOf(await bring(nadia, 'near.bib', bib([{ key: 'x', title: 'Understanding the changing faces of 311', year: 2015 }]))));
    expect(row).toMatchObject({ finding: 'similar', why: 'similar title', take: false, match: { href: '/library/nam2014' } });
  });

  test('ticks are kept a page at a time and for all of a finding at once', async () => {
    const works = Array.from({ length: 120 }, (_, n) => ({ key: `k${n}`, title: `${['Apple', 'Brick', 'Cloud', 'Delta', 'Eagle'][n % 5]} ${(n * 7919 + 13).toString(36)} ${(n * 104729 + 7).toString(36)}`, doi: `10.5555/p.${n}` }));
    const id = await bring(nadia, 'many.bib', bib(works));
    const second = importRowsOf(nadia, id, { finding: null, page: '2' });
    expect([second.rows.length, second.paging.pages, second.rows[0]?.position]).toEqual([50, 3, 51]);
    expect(chooseRows(nadia, { id, shown: second.rows.map((r) => r.position), take: [51, 52, 999], next: '?page=3' }).url).toBe(`/desk/imports/${id}?page=3`);
    expect(chooseRows(nadia, { id, shown: [], take: [], next: '//elsewhere.example' }).url).toBe(`/desk/imports/${id}`);
    expect(findImport(nadia, id).taken).toBe(72);
    chooseAll(nadia, { id, shown: [1], take: [], next: null, choice: 'leave-new' });
    expect(findImport(nadia, id).taken).toBe(0);
    chooseAll(nadia, { id, shown: [], take: [], next: null, choice: 'take-new' });
    expect(findImport(nadia, id).taken).toBe(120);
    expect(importRowsOf(nadia, id, { finding: 'duplicate', page: null }).total).toBe(0);
  });

  test('discarded, it leaves neither rows nor file; forgotten after thirty days', async () => {
    const id = await bring(nadia, 'three.bib', three);
    discardImport(nadia, { id });
    expect(findImport(nadia, id)).toMatchObject({ state: 'discarded', records: 0 });
    expect(() => confirm(nadia, id)).toThrow(Denied);
    const [old, recent, done] = [await bring(nadia, 'old.bib', three), await bring(nadia, 'new.bib', three), await bring(nadia, 'done.bib', three)];
    confirm(nadia, done);
    const stray = join(settings().dataDir, 'imports', '99999');
    writeFileSync(stray, three);
    db.update(imports).set({ createdAt: new Date(Date.now() - 31 * 86_400_000) }).where(ne(imports.id, recent)).run();
    forgetOldImports();
    expect(listImports(nadia, null).imports.map((i) => i.id)).toEqual([done, recent]);
    expect(db.select().from(importRows).where(eq(importRows.importId, old)).all()).toEqual([]);
    expect(existsSync(stray)).toBe(false);
  });
});

describe('confirming', () => {
  test('puts the ticked works in, waiting for another coordinator, with themes, rights and where they come from', async () => {
    const text = bib([{ key: 'with', title: 'A work with a theme', more: 'keywords = {equity}' }, { key: 'without_one', title: 'Some work entirely without' }, { key: 'not', title: 'Left out altogether' }]);
    const id = await bring(nadia, 'works.bib', text, { rights: 'cc-by' });
    takeImport(nadia, { id, shown: [1, 2, 3], take: [1, 2], next: null });
    const works = broughtBy(id);
    expect(works.map((w) => [w.slug, w.status, w.kind, w.origin, w.rights, w.submittedById, w.publishedAt])).toEqual([
      ['with', 'submitted', 'reference', 'hub', 'cc-by', nadia.id, null], ['without-one', 'submitted', 'reference', 'hub', 'cc-by', nadia.id, null],
    ]);
    const themesOf = (slug: string) => db.select({ theme: resourceThemes.theme }).from(resourceThemes).innerJoin(resources, eq(resources.id, resourceThemes.resourceId)).where(eq(resources.slug, slug)).all().map((t) => t.theme);
    expect([themesOf('with'), themesOf('without-one')]).toEqual([['equity'], ['technology']]);
    expect(shownTitles()).toEqual([]);
    expect(() => findResource(null, 'with')).toThrow(NotFound);
    expect(search({ q: 'entirely without' }).total).toBe(0);
    expect(findImport(nadia, id)).toMatchObject({ state: 'done', works: 2, waiting: 2, mayPublish: false });
    expect(only(waitingImports(ines))).toMatchObject({ id, waiting: 2 });
    expect(rowsOf(id).map((r) => r.result?.href ?? null)).toEqual(['/desk/resources/with', '/desk/resources/without-one', null]);
  });

  test('four eyes: another coordinator publishes, and the database says so too', async () => {
    const id = await bring(nadia, 'three.bib', three);
    confirm(nadia, id);
    expect(() => publishImport(nadia, { id })).toThrow(Denied);
    expect(() => db.update(resources).set({ status: 'published', publishedAt: new Date(), publishedById: nadia.id }).where(eq(resources.importId, id)).run()).toThrow(/CHECK/);
    const before = changes();
    publishImport(ines, { id });
    expect(changes()).toBeGreaterThan(before);
    expect(broughtBy(id).every((w) => w.status === 'published' && w.publishedById === ines.id && !w.publishedAlone)).toBe(true);
    expect(shownTitles().sort()).toEqual(['Consolidation of call centres in mid-sized cities', 'Potholes, telephones and trust', 'Understanding the changing face of 311']);
    expect(search({ q: 'potholes telephones' }).total).toBe(1);
    expect(() => publishImport(ines, { id })).toThrow(Denied);
    expect(db.select().from(log).where(like(log.act, '%import%')).all().slice(-3).map((l) => [l.act, l.object])).toEqual([['read import', 'three.bib'], ['import resources', '3 works'], ['publish import', '3 works']]);
  });

  test('a coordinator who is alone publishes at once', async () => {
    db.update(members).set({ role: 'member' }).where(eq(members.id, ines.id)).run();
    try {
      const id = await bring(nadia, 'three.bib', three);
      confirm(nadia, id);
      expect(broughtBy(id).every((w) => w.status === 'published' && w.publishedAlone && w.publishedById === nadia.id)).toBe(true);
      expect(search({ q: 'consolidation centres' }).total).toBe(1);
    } finally {
      db.update(members).set({ role: 'coordinator' }).where(eq(members.id, ines.id)).run();
    }
  });

  test('is one transaction: when the last work cannot be written, none is', async () => {
    const id = await bring(nadia, 'three.bib', three);
    db.$client.exec(`create temp trigger no_potholes before insert on resources when new.title like 'Potholes%' begin select raise(abort, 'no potholes'); end`);
    const before = changes();
    expect(() => confirm(nadia, id)).toThrow(/no potholes/);
    expect(broughtBy(id)).toEqual([]);
    expect(changes()).toBe(before);
    expect(findImport(nadia, id)).toMatchObject({ state: 'ready', taken: 3 });
    db.$client.exec('drop trigger no_potholes');
    confirm(nadia, id);
    expect(broughtBy(id).length).toBe(3);
  });

  test('twice, it happens once', async () => {
    const id = await bring(nadia, 'three.bib', three);
    confirm(nadia, id);
    expect(() => confirm(ines, id)).toThrow(Denied);
    expect(broughtBy(id).length).toBe(3);
    undoImport(nadia, { id });
    expect(() => confirm(nadia, id)).toThrow(Denied);
  });

  test('what somebody added since the preview is left out, and its row says so', async () => {
    const first = await bring(nadia, 'three.bib', three);
    const second = await bring(ines, 'one.bib', bib([{ key: 'mine', title: 'Mine', doi: '10.5555/NAM.1' }]));
    confirm(ines, second);
    confirm(nadia, first);
    expect(broughtBy(first).map((w) => w.slug)).toEqual(['boston-2011', 'holmes2007']);
    expect(findImport(nadia, first)).toMatchObject({ works: 2, skipped: 1 });
    expect(rowsOf(first)[0]).toMatchObject({ finding: 'duplicate', result: null, match: { href: '/desk/resources/mine' }, problem: expect.stringContaining('left out') as string });
  });

  test('a duplicate that somebody ticked comes in as a work of its own, under another address', async () => {
    await bringIn('three.bib', three);
    const id = await bring(nadia, 'three.bib', three);
    expect(findImport(nadia, id).taken).toBe(0);
    expect(() => confirm(nadia, id)).toThrow(Invalid);
    takeImport(nadia, { id, shown: [1, 2, 3], take: [1], next: null });
    expect(broughtBy(id).map((w) => w.slug)).toEqual(['nam2014-2']);
  });

  test('keys that make the same address get different ones', async () => {
    const id = await bring(nadia, 'keys.bib', bib([{ key: 'a_b', title: 'First thing here' }, { key: 'A-B', title: 'Another matter' }]));
    confirm(nadia, id);
    expect(broughtBy(id).map((w) => w.slug)).toEqual(['a-b', 'a-b-2']);
  });
});

describe('undoing', () => {
  test('deletes what was never public', async () => {
    const id = await bring(nadia, 'three.bib', three);
    confirm(nadia, id);
    undoImport(ines, { id });
    expect(broughtBy(id)).toEqual([]);
    expect(state(id)).toBe('undone');
    expect(() => undoImport(ines, { id })).toThrow(Denied);
  });

  test('retires what was public, and the same file brings it back under the same addresses', async () => {
    const id = await bringIn('three.bib', three);
    const before = broughtBy(id).map((w) => [w.id, w.slug, w.publishedAt]);
    undoImport(nadia, { id });
    expect(shownTitles()).toEqual([]);
    expect(search({ q: 'potholes' }).total).toBe(0);
    expect(broughtBy(id).every((w) => w.status === 'retired' && w.retiredReason === undoneReason)).toBe(true);

    const again = await bring(nadia, 'three.bib', three);
    expect(findImport(nadia, again)).toMatchObject({ counts: { new: 3, duplicate: 0 }, taken: 3 });
    expect(rowsOf(again)[0]?.match).toMatchObject({ note: 'Taken out with its import' });
    confirm(nadia, again);
    expect(broughtBy(again).map((w) => [w.id, w.slug, w.publishedAt])).toEqual(before);
    expect(broughtBy(again).every((w) => w.status === 'published' && w.retiredReason === null)).toBe(true);
    expect(shownTitles().length).toBe(3);
    expect(search({ q: 'potholes' }).total).toBe(1);
    undoImport(nadia, { id: again });
    expect(shownTitles()).toEqual([]);
  });

  test('a work whose import was undone counts as there again once somebody published it', async () => {
    const id = await bringIn('one.bib', bib([{ key: 'k', title: 'A single work' }]));
    undoImport(nadia, { id });
    republishResource(nadia, { id: only(broughtBy(id)).id });
    expect(only(rowsOf(await bring(nadia, 'one.bib', bib([{ key: 'k', title: 'A single work' }]))))).toMatchObject({ finding: 'duplicate', take: false });
  });

  test('keeps what somebody has used since, and says why', async () => {
    const kinds = ['commented', 'cited', 'mentioned', 'collected', 'saved', 'attached', 'edited', 'published', 'untouched'];
    const subjects = ['winter storms', 'bicycle lanes', 'library hours', 'tree planting', 'noise at night', 'stray animals', 'broken lamps', 'garden waste', 'open data'];
    const id = await bring(nadia, 'used.bib', bib(kinds.map((key, n) => ({ key, title: `Concerning ${subjects[n]} ${'abcdefghi'[n]?.repeat(4)}`, doi: `10.5555/u.${n}` }))));
    confirm(nadia, id);
    const idOf = (slug: string) => db.select().from(resources).where(eq(resources.slug, slug)).get()?.id ?? '';
    publishResource(ines, { id: idOf('published') });
    publishImport(ines, { id });
    createComment(rosa, { resourceId: idOf('commented'), body: 'We do this too.' });
    const citing = db.insert(resources).values({ id: 'article:x', slug: 'x', kind: 'article', type: 'article', status: 'published', origin: 'hub', title: 'X', csl: {}, publishedAt: new Date() }).returning().get();
    db.insert(citations).values({ citingId: citing.id, citedId: idOf('cited'), position: 1 }).run();
    const post = db.select().from(posts).get();
    db.insert(postLinks).values({ postId: post?.id ?? 0, path: '/library/mentioned' }).run();
    const collection = db.insert(collections).values({ ownerId: rosa.id, title: 'Mine', slug: 'mine' }).returning().get();
    db.insert(collectionItems).values({ collectionId: collection.id, resourceId: idOf('collected'), position: 1 }).run();
    db.insert(bookmarks).values({ memberId: rosa.id, resourceId: idOf('saved') }).run();
    db.insert(attachments).values({ resourceId: idOf('attached'), hash: 'a'.repeat(64), name: 'a.pdf', label: 'A', mediaType: 'application/pdf', size: 1, rights: 'cc0', textState: 'none' }).run();
    withVersion(ines, idOf('edited'), 'edit', null, () => { db.update(resources).set({ title: 'Edited' }).where(eq(resources.slug, 'edited')).run(); });

    undoImport(nadia, { id });
    const standing = db.select().from(resources).where(and(eq(resources.importId, id), eq(resources.status, 'published'))).all().map((r) => r.slug).sort();
    expect(standing).toEqual(['attached', 'cited', 'collected', 'commented', 'edited', 'mentioned', 'saved']);
    const kept = new Map(keptWorks(nadia, id).map((w) => [w.href.split('/').at(-1), w.reason]));
    expect([...kept.keys()].sort()).toEqual(standing);
    expect(kept.get('commented')).toMatch(/comments/);
    expect(kept.get('saved')).toBe('Kept in the library: a member saved it.');
    expect(findImport(nadia, id)).toMatchObject({ state: 'undone', works: 7 });
    expect(db.select().from(resources).where(eq(resources.slug, 'published')).get()?.status).toBe('retired');
    expect(db.select().from(log).where(eq(log.act, 'undo import')).all().at(-1)).toMatchObject({ object: '2 works', reason: expect.stringContaining('7 works') as string });
  });

  test('all or nothing: a failure in the middle leaves everything', async () => {
    const id = await bringIn('three.bib', three);
    db.$client.exec(`create temp trigger keep_it before update on resources when old.slug = 'holmes2007' begin select raise(abort, 'kept'); end`);
    expect(() => undoImport(nadia, { id })).toThrow(/kept/);
    db.$client.exec('drop trigger keep_it');
    expect(broughtBy(id).every((w) => w.status === 'published')).toBe(true);
    expect(state(id)).toBe('done');
  });
});

describe('who may', () => {
  test('members and visitors may nothing of it', async () => {
    const id = await bring(nadia, 'three.bib', three);
    const choice = { id, shown: [1], take: [], next: null };
    await expect(upload(rosa, 'three.bib', three)).rejects.toThrow(Denied);
    for (const act of [() => takeImport(rosa, choice), () => publishImport(rosa, { id }), () => undoImport(rosa, { id }), () => discardImport(rosa, { id }), () => chooseRows(rosa, choice), () => chooseAll(rosa, { ...choice, choice: 'leave-new' as const }),
      () => findImport(rosa, id), () => listImports(rosa, null), () => importRowsOf(rosa, id, { finding: null, page: null }), () => keptWorks(rosa, id), () => waitingImports(rosa)]) expect(act).toThrow(Denied);
    for (const look of [() => findImport(null, id), () => listImports(null, null), () => importRowsOf(null, id, { finding: null, page: null })]) expect(look).toThrow(SignInRequired);
    expect(findImport(nadia, id)).toMatchObject({ state: 'ready', taken: 3 });
  });

  test('an import that does not exist is not found', () => {
    for (const id of [99, Number.NaN, 1.5]) expect(() => findImport(nadia, id)).toThrow(NotFound);
    expect(() => undoImport(nadia, { id: 99 })).toThrow(NotFound);
  });

  test('nothing happens out of turn', async () => {
    const id = await bring(nadia, 'three.bib', three);
    expect(() => undoImport(nadia, { id })).toThrow(Denied);
    expect(() => publishImport(ines, { id })).toThrow(Denied);
    confirm(nadia, id);
    expect(() => discardImport(nadia, { id })).toThrow(Denied);
    expect(() => chooseRows(nadia, { id, shown: [1], take: [], next: null })).toThrow(Denied);
  });
});
