import { and, eq, inArray } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { db, reads, resources, resourceThemes } from '#db/client.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { noFilters, readFilters, writeFilters, type FacetName, type Filters } from '#domain/library/filters.ts';
import { latestResources, listResources } from '#domain/library/list.ts';
import { countReadsOfAddresses } from '#domain/library/reads.ts';
import { mostUsedResources, relatedResources, resourcesOnTheme } from '#domain/library/shelves.ts';
import { findTheme, listThemes } from '#domain/library/themes.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();

/** A repeatable stream of numbers in [0, 1). */
function dice(seed: number): () => number {
  let state = seed;
  return () => { state = (state * 1664525 + 1013904223) % 2 ** 32; return state / 2 ** 32; };
}
const types = ['report', 'book', 'journal-article', 'website'];
const codes = ['equity', 'technology', 'performance-measurement'];
const places = [null, 'Boston', 'Chicago', 'Québec'];

beforeAll(() => {
  const roll = dice(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
  putCatalogue(catalogue(Array.from({ length: 90 }, (_, n) => piece({
    slug: `work${n}`, kind: 'reference', type: pick(types), year: 2000 + Math.floor(roll() * 6), place: pick(places), title: `Work ${String.fromCharCode(65 + (n * 7) % 26)}${n}`,
    themes: codes.filter(() => roll() > 0.5).concat(roll() > 0.9 ? [] : ['equity']).filter((c, at, l) => l.indexOf(c) === at),
  }))));
  db.update(resources).set({ status: 'draft' }).where(inArray(resources.id, ['ref:work3', 'ref:work4'])).run();
  db.update(resources).set({ status: 'withdrawn', withdrawnReason: 'x' }).where(eq(resources.id, 'ref:work5')).run();
});

/** The truth, counted over whole rows in plain JavaScript. */
function truth(filters: Filters, without?: FacetName) {
  const themesOf = Map.groupBy(db.select().from(resourceThemes).all(), (t) => t.resourceId);
  const any = (name: FacetName, value: (string | null)[]) => name === without || !filters[name].length || filters[name].some((v) => value.includes(v));
  return db.select().from(resources).all().filter((r) => r.status === 'published').map((r) => ({ r, themes: (themesOf.get(r.id) ?? []).map((t) => t.theme) }))
    .filter(({ r, themes }) => any('type', [r.type]) && any('theme', themes) && any('year', [String(r.year)]) && any('place', [r.place]));
}

describe('the list of the library', () => {
  test('facet counts equal the truth under the other filters, for 200 random choices', () => {
    const roll = dice(42);
    for (let round = 0; round < 200; round++) {
      const some = (values: readonly string[]) => values.filter(() => roll() > 0.75);
      const filters: Filters = { ...noFilters, type: some(types), theme: some(codes), year: some(['2000', '2001', '2002', '2003']), place: some(['Boston', 'Chicago', 'Québec']) };
      const list = listResources(filters);
      expect(list.total).toBe(truth(filters).length);
      for (const { name, values } of list.facets) {
        const rows = truth(filters, name);
        for (const value of values) {
          const n = rows.filter(({ r, themes }) => (name === 'theme' ? themes.includes(value.code) : String(r[name]) === value.code)).length;
          expect([name, value.code, value.count]).toEqual([name, value.code, n]);
        }
        const shown = values.map((v) => v.code);
        const there = new Set(rows.flatMap(({ r, themes }) => (name === 'theme' ? themes : r[name] === null ? [] : [String(r[name])])));
        expect([...there].every((code) => shown.includes(code))).toBe(true);
      }
    }
  });

  test('a value of a facet leads to the list it counts', () => {
    const list = listResources({ ...noFilters, type: ['book'] });
    for (const value of list.facets.flatMap((f) => f.values).filter((v) => !v.selected && f0(list, v))) {
      const next = listResources(readFilters(new URLSearchParams(value.href.split('?')[1])));
      expect(next.total).toBe(value.count);
    }
  });
  const f0 = (list: ReturnType<typeof listResources>, v: { code: string }) => !list.facets.find((f) => f.name === 'type')?.values.some((t) => t.code === v.code);

  test('every page together is the whole list, in the order asked for', () => {
    for (const sort of ['newest', 'title', 'year', 'used'] as const) {
      const pages = [1, 2, 3, 4, 5].map((page) => listResources({ ...noFilters, sort, page: String(page) }));
      expect(pages[0]?.paging.pages).toBe(5);
      expect(new Set(pages.flatMap((p) => p.resources.map((r) => r.id))).size).toBe(87);
    }
    const titles = [1, 2, 3, 4, 5].flatMap((page) => listResources({ ...noFilters, sort: 'title', page: String(page) }).resources.map((r) => r.title));
    expect(titles).toEqual(titles.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })));
  });

  test('drafts and withdrawn pieces are in no list', () => {
    const ids = [1, 2, 3, 4, 5].flatMap((page) => listResources({ ...noFilters, page: String(page) }).resources.map((r) => r.id));
    expect(ids.filter((id) => ['ref:work3', 'ref:work4', 'ref:work5'].includes(id))).toEqual([]);
    expect(latestResources(noFilters, 200)).toHaveLength(87);
  });

  test('an address survives being read and written; nonsense is passed over', () => {
    expect(writeFilters(readFilters(new URLSearchParams('type=book&type=report&year=2012&place=Qu%C3%A9bec&sort=title&page=3')))).toBe('?type=book&type=report&year=2012&place=Qu%C3%A9bec&sort=title&page=3');
    expect(readFilters(new URLSearchParams("year=x&sort=drop&type=&page=-1'"))).toEqual({ ...noFilters, page: "-1'" });
    expect(listResources(readFilters(new URLSearchParams("page=-1'&type=' or 1=1--"))).total).toBe(87);
  });

  test('values that nothing has and no vocabulary knows are passed over, in the list and in its feed', () => {
    for (const query of ['type=nope', 'theme=nope', 'year=1066', 'place=Nowhere', 'type=__proto__&theme=constructor']) {
      const filters = readFilters(new URLSearchParams(query));
      expect(listResources(filters)).toMatchObject({ total: 87, active: [] });
      expect(latestResources(filters, 200)).toHaveLength(87);
    }
    expect(listResources({ ...noFilters, type: ['dataset'] })).toMatchObject({ total: 0, active: [{ label: 'Data sets' }] });
  });

  test('a fixed number of queries, however many rows', () => {
    const original = db.$client.prepare.bind(db.$client);
    let queries = 0;
    db.$client.prepare = ((source: string) => { queries++; return original(source); }) as typeof db.$client.prepare;
    listResources(noFilters);
    db.$client.prepare = original as typeof db.$client.prepare;
    expect(queries).toBeLessThanOrEqual(9);
  });
});

describe('shelves', () => {
  test('most used counts readings by address', () => {
    countReadsOfAddresses(new Map([['/library/work1', 3], ['/library/work2', 5], ['/library/work1', 4], ['/library/nothing', 9], ['/forums/measures/12-x', 2], ['/library/work3', 9]]));
    countReadsOfAddresses(new Map([['/library/work1', 2]]));
    expect(mostUsedResources(5).map((r) => r.slug)).toEqual(['work1', 'work2']);
    expect(db.select().from(reads).where(and(eq(reads.kind, 'thread'), eq(reads.ref, '12'))).get()?.count).toBe(2);
    expect(listResources({ ...noFilters, sort: 'used' }).resources.slice(0, 2).map((r) => r.slug)).toEqual(['work1', 'work2']);
  });

  test('related resources share themes and say so', () => {
    const related = relatedResources({ id: 'ref:work1', place: null, themes: [{ code: 'equity' }, { code: 'technology' }, { code: 'performance-measurement' }] }, ['ref:work2'], 5);
    expect(related).toHaveLength(5);
    expect(related.every((r) => /^Also about /.test(r.reason) && !['ref:work1', 'ref:work2'].includes(r.id))).toBe(true);
  });

  test('themes count what is published', () => {
    const theme = findTheme('technology');
    expect(theme.resources).toBe(truth({ ...noFilters, theme: ['technology'] }).length);
    expect(resourcesOnTheme('technology', 'reference', 200)).toHaveLength(theme.resources);
    expect(listThemes().map((t) => t.code)).toEqual(codes);
    expect(() => findTheme('none')).toThrow('no theme');
  });
});
