import { and, eq, inArray, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { db, reads, resources } from '#db/client.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { facetNames, noFilters, readFilters, sorts, toggled, writeFilters, type FacetName, type Filters, type Sort } from '#domain/library/filters.ts';
import { latestResources, listedIds, listFacet, listResources } from '#domain/library/list.ts';
import { countLibraryChange } from '#domain/library/published.ts';
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

const populations = [null, 900, 2_500, 49_999, 50_000, 250_000, 2_700_000];
const channels = ['web', 'phone-311', 'chat', 'open-api'];

beforeAll(() => {
  const roll = dice(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
  putCatalogue(catalogue(Array.from({ length: 90 }, (_, n) => piece({
    slug: `work${n}`, kind: 'reference', type: pick(types), year: roll() > 0.9 ? null : 2000 + Math.floor(roll() * 6), place: pick(places), title: `Work ${String.fromCharCode(65 + (n * 7) % 26)}${n}`,
    themes: codes.filter(() => roll() > 0.5).concat(roll() > 0.9 ? [] : ['equity']).filter((c, at, l) => l.indexOf(c) === at),
    people: roll() > 0.3 ? `${pick(['Ångström', 'nam', 'Pardo', 'Ćwik'])} ${n % 5}` : null,
    population: pick(populations), language: pick(['en', 'en', 'fr', 'es']), evidence: pick([null, 'peer-reviewed', 'vendor', 'news']),
    // As editors and imports leave them: none at all, twice the same, something else altogether.
    details: pick<Record<string, unknown>>([{}, { channels: channels.filter(() => roll() > 0.6) }, { channels: ['web', 'web'] }, { channels: 'web' }, { channels: null }]),
  }))));
  db.update(resources).set({ status: 'draft' }).where(inArray(resources.id, ['ref:work3', 'ref:work4'])).run();
  db.update(resources).set({ status: 'retired', retiredReason: 'x' }).where(eq(resources.id, 'ref:work5')).run();
});

/** What each facet says of a resource, in SQL. */
const bandOf = `case when r.population >= 1000000 then '1m-plus' when r.population >= 500000 then '500k-1m' when r.population >= 250000 then '250k-500k' when r.population >= 100000 then '100k-250k'
  when r.population >= 50000 then '50k-100k' when r.population >= 25000 then '25k-50k' when r.population >= 10000 then '10k-25k' when r.population >= 5000 then '5k-10k'
  when r.population >= 2500 then '2500-5k' when r.population >= 0 then 'under-2500' end`;
const valuesInSql: Record<FacetName, string> = {
  type: 'select r.type as value', theme: 'select theme as value from resource_themes t where t.resource_id = r.id', year: 'select cast(r.year as text) as value where r.year is not null',
  place: 'select r.place as value where r.place is not null', population: `select ${bandOf} as value where r.population is not null`,
  channel: `select distinct value from json_each(r.details, '$.channels') where json_type(r.details, '$.channels') = 'array'`,
  language: 'select r.language as value', evidence: 'select r.evidence as value where r.evidence is not null',
};

/** The condition that the filters are, with one facet left out. */
function where(filters: Filters, without?: FacetName): string {
  const list = (values: string[]) => values.map((v) => `'${v}'`).join(', ');
  const chosen = facetNames.filter((name) => name !== without && filters[name].length);
  return ['true', ...chosen.map((name) => {
    const spans = filters[name].flatMap((v) => { const [, from, to] = /^(\d*)\.\.(\d*)$/.exec(v) ?? []; return from === undefined ? [] : [` or value between '${from || '0000'}' and '${to || '9999'}'`]; });
    return `exists (select 1 from (${valuesInSql[name]}) where value in (${list(filters[name])})${spans.join('')})`;
  })].join(' and ');
}
const truth = (filters: Filters, without?: FacetName): string[] =>
  db.$client.prepare(`select r.id from resources r where r.status = 'published' and ${where(filters, without)}`).pluck().all() as string[];
const truthOf = (name: FacetName, filters: Filters) => new Map(db.$client.prepare(`
  select (select json_group_array(value) from (${valuesInSql[name]})) from resources r where r.status = 'published' and ${where(filters, name)}`).pluck().all()
  .flatMap((values) => JSON.parse(values as string) as string[]).reduce((counts, value) => counts.set(value, (counts.get(value) ?? 0) + 1), new Map<string, number>()));

describe('the list of the library', () => {
  test('facet counts equal what SQL says under the other filters, for 200 random choices of all facets', () => {
    const roll = dice(42);
    for (let round = 0; round < 200; round++) {
      // Few or many facets at once: with all eight nothing would be left to count.
      const often = 0.25 + 0.75 * roll();
      const some = (values: readonly string[]) => (roll() < often ? [] : values.filter(() => roll() > 0.6));
      const filters: Filters = {
        ...noFilters, type: some(types), theme: some(codes), year: some(['2000', '2001', '2002', '2003', '2003..2005', '..2001', '2005..']), place: some(['Boston', 'Chicago', 'Québec']),
        population: some(['under-2500', '2500-5k', '25k-50k', '50k-100k', '250k-500k', '1m-plus']), channel: some(channels), language: some(['en', 'fr', 'es']), evidence: some(['peer-reviewed', 'vendor', 'news']),
      };
      const list = listResources(filters, {}, 100);
      expect(list.resources.map((r) => r.id).toSorted()).toEqual(truth(filters).toSorted());
      expect(list.total).toBe(list.resources.length);
      for (const name of facetNames) {
        const counted = new Map(list.facets.find((f) => f.name === name)?.values.map((v) => [v.code, v.count]));
        const there = truthOf(name, filters);
        for (const value of filters[name]) if (!there.has(value)) there.set(value, truth({ ...filters, [name]: [value] }).length);
        expect([name, [...counted].toSorted()]).toEqual([name, [...there].toSorted()]);
        expect(listFacet(filters, name).values.map((v) => [v.code, v.count]).toSorted()).toEqual([...there].toSorted());
      }
    }
  });

  test('a value of a facet leads to the list it counts', () => {
    for (const filters of [noFilters, { ...noFilters, type: ['book'], channel: ['web'] }, { ...noFilters, year: ['2001..2003'] }]) {
      for (const facet of listResources(filters).facets) {
        for (const value of facet.values.filter((v) => !v.selected && !filters[facet.name].length)) {
          expect([value.href, listResources(readFilters(new URLSearchParams(value.href.split('?')[1]))).total]).toEqual([value.href, value.count]);
        }
      }
    }
  });

  test('every page together is the whole list, in the order asked for and the other way round', () => {
    const rowsIn = (sort: Sort, reverse: boolean) => [1, 2, 3, 4, 5].flatMap((page) => listResources({ ...noFilters, sort, reverse, page: String(page) }).resources);
    for (const sort of Object.keys(sorts) as Sort[]) {
      for (const reverse of [false, true]) {
        const rows = rowsIn(sort, reverse);
        expect(new Set(rows.map((r) => r.id)).size).toBe(87);
        expect(rows.map((r) => r.id)).toEqual(listedIds({ ...noFilters, sort, reverse }));
      }
    }
    const words = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });
    const titles = rowsIn('title', false).map((r) => r.title);
    expect(titles).toEqual(titles.toSorted(words));
    expect(rowsIn('title', true).map((r) => r.title)).toEqual(titles.toReversed());
    const people = rowsIn('person', false).map((r) => r.people);
    const named = people.filter((p) => p !== null);
    expect(people).toEqual([...named.toSorted(words), ...people.filter((p) => p === null)]);
    expect(rowsIn('person', true).map((r) => r.people).slice(0, named.length)).toEqual(named.toReversed());
    const years = rowsIn('year', true).map((r) => r.year);
    expect(years).toEqual([...years.filter((y) => y !== null).toSorted((a, b) => a - b), ...years.filter((y) => y === null)]);
    expect(years.at(-1)).toBe(null);
  });

  test('of a long facet the first values stand beside the list, with those that are chosen; all have a page of their own', () => {
    db.update(resources).set({ place: sql`'Town ' || substr(${resources.id}, 9)` }).run();
    countLibraryChange();
    const far = 'Town 88';
    const { facets } = listResources({ ...noFilters, place: [far], language: ['en', 'fr', 'es'] }, { view: 'table' });
    const place = facets.find((f) => f.name === 'place');
    expect(place?.values).toHaveLength(25);
    expect(place?.values.find((v) => v.code === far)).toMatchObject({ selected: true });
    expect(place?.all).toEqual({ count: 87, href: '/library?place=Town+88&language=en&language=fr&language=es&view=table&facet=place' });
    expect(listFacet(noFilters, 'place').values).toHaveLength(87);
    expect(listFacet(noFilters, 'place', { view: 'table' }).values[0]?.href).toMatch(/^\/library\?place=Town\+\d+&view=table$/);
    db.update(resources).set({ place: null }).run();
    countLibraryChange();
    expect(listResources(noFilters).facets.map((f) => f.name)).not.toContain('place');
  });

  test('drafts and retired pieces are in no list', () => {
    const ids = [1, 2, 3, 4, 5].flatMap((page) => listResources({ ...noFilters, page: String(page) }).resources.map((r) => r.id));
    expect(ids.filter((id) => ['ref:work3', 'ref:work4', 'ref:work5'].includes(id))).toEqual([]);
    expect(latestResources(noFilters, 200)).toHaveLength(87);
  });

  test('an address survives being read and written; nonsense is passed over', () => {
    expect(writeFilters(readFilters(new URLSearchParams('type=book&type=report&year=2012&place=Qu%C3%A9bec&sort=title&page=3')))).toBe('?type=book&type=report&year=2012&place=Qu%C3%A9bec&sort=title&page=3');
    const spans = readFilters(new URLSearchParams('year=2015..2010&year=..1999&year=2020..&year=2012&year=..&sort=-year&population=1m-plus&channel=web&language=fr&evidence=vendor'));
    expect(writeFilters(spans)).toBe('?year=2010..2015&year=..1999&year=2020..&year=2012&population=1m-plus&channel=web&language=fr&evidence=vendor&sort=-year');
    expect(readFilters(new URLSearchParams('from=2010&to=2015')).year).toEqual(['2010..2015']);
    expect(readFilters(new URLSearchParams('from=+2010&to=')).year).toEqual(['2010..']);
    expect(readFilters(new URLSearchParams('from=&to=')).year).toEqual([]);
    expect(readFilters(new URLSearchParams('from=soon&to=2015&sort=-nothing'))).toEqual(noFilters);
    expect(toggled(spans, 'year', '2012')).toMatchObject({ year: ['2010..2015', '..1999', '2020..'], sort: 'year', reverse: true, page: null });
    expect(readFilters(new URLSearchParams("year=x&sort=drop&type=&page=-1'"))).toEqual({ ...noFilters, page: "-1'" });
    expect(listResources(readFilters(new URLSearchParams("page=-1'&type=' or 1=1--"))).total).toBe(87);
  });

  test('values that nothing has and no vocabulary knows are passed over, in the list and in its feed', () => {
    for (const query of ['type=nope', 'theme=nope', 'year=1066', 'place=Nowhere', 'type=__proto__&theme=constructor', 'population=many&channel=pigeon&language=tlh&evidence=hearsay']) {
      const filters = readFilters(new URLSearchParams(query));
      expect(listResources(filters)).toMatchObject({ total: 87, active: [] });
      expect(latestResources(filters, 200)).toHaveLength(87);
    }
    expect(listResources({ ...noFilters, type: ['dataset'] })).toMatchObject({ total: 0, active: [{ name: 'Type', label: 'Data sets' }] });
    const words = { population: ['10k-25k'], language: ['fr'], evidence: ['vendor'], channel: ['sensor'], year: ['2010..2015', '2020..', '..1999'] };
    expect(listResources({ ...noFilters, ...words }).active.map((a) => `${a.name}: ${a.label}`)).toEqual(expect.arrayContaining([
      'Population: 10,000 to 24,999', 'Language: French', 'Evidence: Vendor material', 'Channel: Device or telematics', 'Year: 2010 to 2015', 'Year: from 2020', 'Year: up to 1999',
    ]));
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
