import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { and, eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { db, log, members, placeChanges, places, profiles, transaction } from '#db/client.ts';
import { Denied, Invalid, NotFound, SignInRequired } from '#domain/errors.ts';
import { resourcesAbout, whyAlike } from '#domain/library/alike.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { readFilters, writeFilters } from '#domain/library/filters.ts';
import { listResources } from '#domain/library/list.ts';
import { addPlace, canEditPlace, changesOf, editPlace, editPlaceFacts, editPlaceInput, factsOf, mustEditPlace, placeFactsInput, placeInput } from '#domain/places/editing.ts';
import { findPlace, placesCalled, saysWhere, searchPlaces } from '#domain/places/finding.ts';
import { putPlaces } from '#domain/places/importing.ts';
import { countPlaceChange } from '#domain/places/known.ts';
import { usualWeights } from '#domain/places/likeness.ts';
import { listPlaces, placesByCountry, readPlaceAsk, writePlaceAsk } from '#domain/places/listing.ts';
import { editProfile, matchPlaces, ownPlace, profileInput } from '#domain/profiles/editing.ts';
import { placesInOwnWords } from '#domain/profiles/own-words.ts';
import type { Member } from '#domain/people/types.ts';
import { likingIn } from '../../src/liking.ts';
import { again, enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
const file = readFileSync(join(resolve(import.meta.dirname, '../..'), 'content/places.csv'), 'utf8');
let rosa: Member, tom: Member, nadia: Member;
beforeAll(async () => {
  [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
  putPlaces(file);
});
beforeEach(forgetLimits);

const ask = (query: string) => listPlaces(readPlaceAsk(new URLSearchParams(query)));
const facts = (given: Record<string, unknown>) => placeFactsInput.parse({ slug: 'denver-co', ...given });
const mended = (given: Record<string, unknown>) => editPlaceInput.parse({ slug: 'denver-co', name: 'Denver', kind: 'consolidated', country: 'US', region: 'CO', reason: 'the census', ...given });

describe('the file', () => {
  test('has each place once, with the year and source of its population, and is read in two seconds, again only when it changed', () => {
    expect(findPlace('denver-co')).toMatchObject({ label: 'Denver, CO', kind: 'consolidated', population: 713_252, populationYear: 2022, populationSource: 'U.S. Census Bureau, estimate for July 1, 2022', line: '311', launched: 2006, stage: 'running' });
    expect(findPlace('toronto-on')).toMatchObject({ country: 'CA', populationYear: 2021, launched: 2009 });
    expect(ask('').total).toBe(file.split('\n').filter((line) => line && !line.startsWith('#')).length - 1);
    expect(putPlaces(file)).toEqual({ read: 0 });
    const began = process.cpuUsage();
    expect(putPlaces(`${file}\n`).read).toBe(ask('').total);
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(4_000);
  });

  test('has the counties that the hub’s sources name, without what these do not say', () => {
    expect(ask('kind=county').places.map(({ label }) => label).sort()).toEqual(['Miami-Dade County, FL', 'Montgomery County, MD', 'Orange County, FL', 'Pinellas County, FL', 'Sacramento County, CA']);
    expect(findPlace('pinellas-county-fl')).toMatchObject({ kind: 'county', population: null, populationSource: null, latitude: null, line: null, stage: null });
  });

  test('names two places of one name and state apart', () => {
    expect(placesCalled('Superior, WI').map(({ label }) => label).sort()).toEqual(['Superior (city), WI', 'Superior (village), WI']);
  });

  test('is refused with its line when it makes no sense', () => {
    expect(() => putPlaces('name,legal_type,kind,region,country,population,source,latitude,longitude,stage,line,launched\nX,city,duchy,CO,US,1,us-2022,,,,,\n')).toThrow(/places\.csv:2 kind/);
  });

  test('leaves alone what people said, and what a coordinator took over', () => {
    editPlaceFacts(nadia, facts({ stage: 'renewing', line: '311', launched: '2006', crm: 'Plaza CRM' }));
    editPlace(nadia, mended({ population: '720,000', populationYear: '2025', populationSource: 'the city', latitude: '39.74', longitude: '-104.98' }));
    putPlaces(`${file}\n\n`);
    expect(findPlace('denver-co')).toMatchObject({ stage: 'renewing', population: 720_000, origin: 'hub' });
    expect(findPlace('boulder-co').origin).toBe('file');
  });
});

describe('searching', () => {
  test('goes by the beginnings of words, without accents, the exact name and the largest first', () => {
    expect(searchPlaces('spring co')[0]?.label).toBe('Colorado Springs, CO');
    expect(searchPlaces('saint louis mo')[0]?.label).toBe('St. Louis, MO');
    expect(searchPlaces('montreal')[0]?.label).toBe('Montréal, QC');
    expect(searchPlaces('denver')[0]?.label).toBe('Denver, CO');
    expect(searchPlaces('  ')).toEqual([]);
    expect(searchPlaces('%_"\'')).toEqual([]);
  });

  test('the beginning of a state is one only at the end and from three letters on, else its name or code', () => {
    const labels = (query: string) => ask(`q=${encodeURIComponent(query)}`).places.map(({ label }) => label);
    for (const typed of ['St. Lou', 'st loui', 'St. Louis']) expect([...labels(typed), ...searchPlaces(typed).map(({ label }) => label)].filter((label) => !/\bSt\. Louis/.test(label))).toEqual([]);
    expect([labels('St. Louis')[0], searchPlaces('st loui')[0]?.label]).toEqual(['St. Louis, MO', 'St. Louis, MO']);
    expect(['New York', 'Portland Or', 'Kansas City Mo', 'Washington', 'Washington, D.C.', 'spring colo', 'st louis missouri', 'charlotte north caro'].map((query) => [labels(query)[0], searchPlaces(query)[0]?.label])).toEqual(
      ['New York, NY', 'Portland, OR', 'Kansas City, MO', 'Washington, DC', 'Washington, DC', 'Colorado Springs, CO', 'St. Louis, MO', 'Charlotte, NC'].map((label) => [label, label]));
    expect([ask('q=springfield+mi').places.map(({ region }) => region).includes('MO'), ask('q=springfield+miss').total > 0, ask('q=miss+springfield').total]).toEqual([false, true, 0]);
    expect(placesCalled('Washington, D.C.').map(({ label }) => label)).toEqual(['Washington, DC']);
  });

  test.each([
    ['Portland, Ore.', 'Portland, OR'], ['London, Ont.', 'London, ON'], ['Austin, Tex.', 'Austin, TX'], ['Gary, Ind.', 'Gary, IN'], ['Montréal, Que.', 'Montréal, QC'], ['Miami, Fla.', 'Miami, FL'], ['Calgary Alta', 'Calgary, AB'],
    ['Charlottetown, P.E.I.', 'Charlottetown, PE'], ['Charlottetown PEI', 'Charlottetown, PE'], ['St. John’s, Nfld.', "St. John's, NL"],
    ['Raleigh, N. C.', 'Raleigh, NC'], ['Fargo, N. Dak.', 'Fargo, ND'], ['Charleston, W. Va.', 'Charleston, WV'], ['Albuquerque, N.Mex.', 'Albuquerque, NM'], ['Montreal, P.Q.', 'Montréal, QC'], ['Fargo, N. Dak., USA', 'Fargo, ND'],
    ['Seattle, WA, USA', 'Seattle, WA'], ['Boston, Massachusetts USA', 'Boston, MA'], ['Denver USA', 'Denver, CO'], ['Denver, Colorado, U.S.A.', 'Denver, CO'], ['Washington, D. C., U.S.', 'Washington, DC'], ['Ottawa, USA', 'Ottawa, IL'], ['New York City, USA', 'New York, NY'],
    ['City and County of Denver', 'Denver, CO'], ['City & County of San Francisco', 'San Francisco, CA'], ['the City of New York', 'New York, NY'], ['Borough of State College', 'State College, PA'], ["Ville d'Ottawa", 'Ottawa, ON'], ['Ville d’Ottawa', 'Ottawa, ON'], ['Cité de Montréal', 'Montréal, QC'],
    ['City of Denver', 'Denver, CO'], ['City of Ottawa', 'Ottawa, ON'], ['Town of Cary', 'Cary, NC'], ['Ville de Québec', 'Québec, QC'], ['New York City', 'New York, NY'], ['city of portland, ore.', 'Portland, OR'], ['Kansas City', 'Kansas City, MO'], ['Jersey City, New Jersey', 'Jersey City, NJ'],
  ])('%s finds %s', (typed, label) => expect([ask(`q=${encodeURIComponent(typed)}`).places[0]?.label, searchPlaces(typed)[0]?.label]).toEqual([label, label]));

  test('a text by hand names a place as it calls itself too, and no town by the name of its county', () => {
    const called = (text: string) => placesCalled(text).map(({ label }) => label);
    expect(['City of Denver, CO', 'Town of Cary, NC', 'Ville de Québec, QC', 'New York City, NY', 'County of Los Angeles, CA'].map(called)).toEqual([['Denver, CO'], ['Cary, NC'], ['Québec, QC'], ['New York, NY'], []]);
    expect(['Seattle, WA, USA', 'City and County of Denver, CO, U.S.A.', 'Raleigh, N. C.', 'the Borough of State College, PA', "Ville d'Ottawa, ON"].map(called)).toEqual([['Seattle, WA'], ['Denver, CO'], ['Raleigh, NC'], ['State College, PA'], ['Ottawa, ON']]);
    expect([called('City of Ottawa'), called('New York City'), called('Kansas City')].map((labels) => labels.length > 0)).toEqual([true, true, true]);
    const [denver] = placesCalled('Denver, CO');
    expect(denver && [saysWhere('City of Denver, CO', denver), saysWhere('City of Denver', denver)]).toEqual([true, false]);
  });

  test('a text by hand names one place or many', () => {
    expect(placesCalled('Denver, CO').map(({ slug }) => slug)).toEqual(['denver-co']);
    expect(placesCalled('denver colorado').length).toBe(0);
    expect(placesCalled('Springfield').length).toBeGreaterThan(10);
    expect(placesCalled('Den')).toEqual([]);
  });

  test.each([
    ['Boise, ID', 'Boise City, ID'], ['Boise, Idaho, USA', 'Boise City, ID'], ['Ottawa, Canada', 'Ottawa, ON'], ['City of Denver, Colorado', 'Denver, CO'], ['Montreal, Quebec, Canada', 'Montréal, QC'], ['Miami-Dade, FL', 'Miami-Dade County, FL'],
  ])('%s in a profile is the one place that it fits', (typed, label) => {
    editProfile(again(tom), profileInput.parse({ name: tom.name, place: typed }));
    expect(ownPlace(tom)?.label).toBe(label);
  });

  test.each(['Boise', 'Ottawa', 'Boise, City', 'Springfield, USA', 'Superior, Wisconsin', 'Newport, VA', 'Bois, ID'])('%s in a profile is asked about', (typed) => {
    expect(() => { editProfile(again(tom), profileInput.parse({ name: tom.name, place: typed })); }).toThrow(Invalid);
  });

  test('words of one’s own that fit one place are kept where somebody says so', () => {
    const edit = (choice: string | null) => { editProfile(again(tom), profileInput.parse({ name: tom.name, place: 'Boise, ID', placeChoice: choice })); };
    edit('text');
    edit(null);
    expect(ownPlace(tom)).toBeNull();
    editProfile(again(tom), profileInput.parse({ name: tom.name, place: '' }));
  });
});

describe('asking for places like one', () => {
  test('without saying which is asked for the place, and the list stays where it is', () => {
    const asked = (query: string) => likingIn(new URL(`https://hub.example/members?${query}`));
    expect(asked('like-name=&by-kind=3')).toEqual({ to: null, asked: true, typed: '', choices: [] });
    expect(asked('like-name=+&like=denver-co')).toMatchObject({ to: null, asked: true });
    expect(asked('like-name=Denver%2C+CO&theme=')).toMatchObject({ to: '/members?like=denver-co' });
    // All that are called so are offered.
    const springfields = ask('q=Springfield').places.filter(({ label }) => /^Springfield, /.test(label)).map(({ slug }) => slug);
    expect(springfields.length).toBeGreaterThan(12);
    expect(asked('like-name=Springfield')).toMatchObject({ to: null, asked: true });
    expect(new Set(asked('like-name=Springfield').choices.map(({ slug }) => slug))).toEqual(new Set(springfields));
    expect(asked('theme=equity')).toMatchObject({ to: null, asked: false });
  });
});

describe('the list', () => {
  test('says how many places of which country it holds', () => {
    const held = (code: string) => ask(`country=${code}`).total;
    expect(placesByCountry()).toEqual([{ country: 'US', places: held('US') }, { country: 'CA', places: held('CA') }]);
    addPlace(nadia, placeInput.parse({ name: 'Newly Added', kind: 'municipality', country: 'CA', region: 'YT' }));
    expect(placesByCountry()[1]).toEqual({ country: 'CA', places: held('CA') });
    db.delete(places).where(eq(places.slug, 'newly-added-yt')).run();
    transaction(countPlaceChange);
  });

  test('counts what it holds, and its address says the same when it is read back', () => {
    const large = ask('country=CA&line=311');
    expect(large.total).toBe(8);
    expect(large.places[0]?.label).toBe('Toronto, ON');
    const query = 'q=den&region=CO&kind=municipality&like=denver-co&by-stage=0&page=2';
    expect(new URLSearchParams(writePlaceAsk(readPlaceAsk(new URLSearchParams(query)))).toString()).toBe(writePlaceAsk(readPlaceAsk(new URLSearchParams(query))).slice(1));
    expect(ask('region=CO&band=500k-1m').places.map(({ label }) => label)).toEqual(['Denver, CO']);
  });

  test('places like one: the nearest first with why, without itself, by the weights of the address', () => {
    const alike = ask('like=chicago-il&line=311');
    expect(alike.places.map(({ slug }) => slug)).not.toContain('chicago-il');
    expect(alike.places[0]?.alike?.why).toContain('same kind of government');
    const percents = alike.places.map((place) => place.alike?.percent ?? 0);
    expect(percents).toEqual([...percents].sort((a, b) => b - a));
    const bySize = ask('like=chicago-il&by-kind=0&by-form=0&by-stage=0&by-stack=0&by-region=0&country=CA');
    expect(bySize.places[0]?.label).toBe('Toronto, ON');
    expect(ask('like=nowhere').like).toBeNull();
  });

  test('what is equally alike stands in an order that stays: every place once over all pages, the same each time', () => {
    const only = 'like=chicago-il&by-population=0&by-form=0&by-stage=0&by-stack=0&region=IL';
    const pages = () => Array.from({ length: ask(only).paging.pages }, (_, n) => ask(`${only}&page=${n + 1}`).places.map(({ slug }) => slug)).flat();
    const first = pages();
    expect([first.length, new Set(first).size]).toEqual([ask(only).total, ask(only).total]);
    putPlaces(`${file}\n\n\n`);
    expect(pages()).toEqual(first);
  });
});

describe('the facts of a place', () => {
  test('are kept by its members and by coordinators, with what changed and when; who did it only coordinators read', () => {
    expect(() => { mustEditPlace(null, findPlace('austin-tx').id); }).toThrow(SignInRequired);
    expect(() => editPlaceFacts(tom, facts({ slug: 'austin-tx' }))).toThrow(Denied);
    editProfile(tom, profileInput.parse({ name: tom.name, place: 'Austin, TX', 'see-place': 'nobody' }));
    const austin = findPlace('austin-tx').id;
    expect(canEditPlace(again(tom), austin)).toBe(true);
    editPlaceFacts(again(tom), facts({ slug: 'austin-tx', stage: 'running', line: '311', launched: '2001', form: 'council-manager', crm: 'Plaza CRM, plaza crm , Tollgate', channels: ['web', 'phone-311'] }));
    expect(factsOf(austin)).toEqual({ systems: [{ role: 'crm', label: 'CRM or request management', names: ['Tollgate', 'plaza crm'] }], channels: ['phone-311', 'web'] });
    expect(changesOf(null, austin)).toEqual([{ what: expect.stringContaining('Stage: nothing → Running'), at: expect.any(Date), by: null }]);
    expect(changesOf(again(rosa), austin)[0]?.by).toBeNull();
    expect(changesOf(nadia, austin)[0]?.by).toBe(tom.name);
    expect(db.select().from(log).where(eq(log.url, '/places/austin-tx')).all()).toEqual([]);
    expect(ask('q=St+Louis').places[0]?.label).toBe('St. Louis, MO');
    expect(ask('q=springfeild')).toMatchObject({ near: true, places: expect.arrayContaining([expect.objectContaining({ slug: 'springfield-mo' })]) as unknown });
    expect(ask('q=springfeild').places.every(({ folded }) => folded.includes('springfield'))).toBe(true);
    expect(ask('q=qqqqzzzz')).toMatchObject({ total: 0 });
    expect(ask('system=tollgate').places.map(({ slug }) => slug)).toEqual(['austin-tx']);
  });

  test('are kept by no vendor, who would write their own products in', () => {
    const wear = (hats: string[]) => { editProfile(again(tom), profileInput.parse({ name: tom.name, place: 'Austin, TX', 'see-place': 'nobody', hats })); };
    const austin = findPlace('austin-tx').id;
    wear(['vendor', 'practitioner']);
    expect(() => editPlaceFacts(again(tom), facts({ slug: 'austin-tx', crm: 'Tollgate' }))).toThrow('Vendors do not change them: tell a coordinator what is wrong.');
    expect(() => db.insert(placeChanges).values({ placeId: austin, byId: tom.id, what: 'x' }).run()).toThrow(/Vendors do not change/);
    wear([]);
    expect(canEditPlace(again(tom), austin)).toBe(true);
    expect(factsOf(austin).systems[0]?.names).toEqual(['Tollgate', 'plaza crm']);
  });

  test('a form that is sent again changes nothing and notes nothing', () => {
    const before = changesOf(nadia, findPlace('austin-tx').id).length;
    editPlaceFacts(again(tom), facts({ slug: 'austin-tx', stage: 'running', line: '311', launched: '2001', form: 'council-manager', crm: 'plaza crm, Tollgate', channels: ['web', 'phone-311'] }));
    expect(changesOf(nadia, findPlace('austin-tx').id)).toHaveLength(before);
  });

  test('what is none of the words is refused at its field', () => {
    expect(placeFactsInput.safeParse({ slug: 'x', stage: 'sleeping' }).error?.issues[0]?.path).toEqual(['stage']);
    expect(placeFactsInput.safeParse({ slug: 'x', launched: '20' }).error?.issues[0]?.path).toEqual(['launched']);
    expect(placeFactsInput.safeParse({ slug: 'x', channels: ['smoke'] }).error?.issues[0]?.path).toEqual(['channels']);
    expect(placeFactsInput.safeParse({ slug: 'x', crm: 'a,b,c,d,e,f,g' }).error?.issues[0]?.path).toEqual(['crm']);
    expect(() => editPlaceFacts(nadia, facts({ slug: 'nowhere' }))).toThrow(NotFound);
  });
});

describe('the desk', () => {
  const lane = { name: 'Lane County', kind: 'county', country: 'us', region: 'or', population: '382,971', populationYear: '2020', populationSource: 'U.S. census' };

  test('a coordinator adds a place, once, with a line in the log; who wrote it in their own words is there', () => {
    editProfile(rosa, profileInput.parse({ name: rosa.name, place: 'Lane County, OR', placeChoice: 'text', listed: true }));
    expect(placesInOwnWords(nadia)).toContainEqual({ text: 'Lane County, OR', members: 1 });
    expect(() => placesInOwnWords(again(rosa))).toThrow(Denied);
    expect(() => addPlace(again(rosa), placeInput.parse(lane))).toThrow(Denied);
    const { url, id } = addPlace(nadia, placeInput.parse(lane));
    expect(url).toBe('/places/lane-county-or');
    expect(db.select().from(log).where(and(eq(log.act, 'add place'), eq(log.url, url))).all()).toHaveLength(1);
    expect(() => addPlace(nadia, placeInput.parse(lane))).toThrow(Invalid);
    expect(db.select({ placeId: profiles.placeId, text: profiles.placeText }).from(profiles).where(eq(profiles.memberId, rosa.id)).get()).toEqual({ placeId: id, text: null });
    expect(placesInOwnWords(nadia)).toEqual([]);
  });

  test('a mended name stands beside the names of its members at once', () => {
    editPlace(nadia, editPlaceInput.parse({ ...lane, slug: 'lane-county-or', name: 'County of Lane', reason: 'its own spelling' }));
    expect(db.select({ place: members.place }).from(members).where(eq(members.id, rosa.id)).get()?.place).toBe('County of Lane, OR');
    expect(searchPlaces('county of lane')[0]?.slug).toBe('lane-county-or');
  });

  test('a number without year or source, a state that does not exist and half a position are refused', () => {
    for (const [field, given] of [['populationYear', { populationYear: '' }], ['populationSource', { populationSource: '' }], ['region', { region: 'ZZ' }], ['latitude', { latitude: '12' }]] as const) {
      expect(() => addPlace(nadia, placeInput.parse({ ...lane, name: 'Elsewhere County', ...given })), field).toThrow(expect.objectContaining({ fields: { [field]: expect.any(String) } }));
    }
    expect(() => db.update(places).set({ populationYear: null }).where(eq(places.slug, 'lane-county-or')).run()).toThrow(/CHECK/);
  });
});

describe('members from before there were places', () => {
  test('get the place that is called as they wrote it, and keep their words where there is none or a choice', () => {
    const written = ['Boulder, CO', 'Springfield', 'Superior, WI', 'Wexcombe University'];
    const ids = written.map((place, n) => db.insert(members).values({ email: `old-${n}@test.example`, handle: `old-${n}`, name: 'Old', place, emailConfirmedAt: new Date(), listed: true }).returning().get().id);
    expect(matchPlaces()).toBe(1);
    expect(ids.map((id) => db.select({ placeId: profiles.placeId }).from(profiles).where(eq(profiles.memberId, id)).get()?.placeId ?? null)).toEqual([findPlace('boulder-co').id, null, null, null]);
    expect(ids.map((id) => db.select({ place: members.place }).from(members).where(eq(members.id, id)).get()?.place)).toEqual(written);
  });
});

describe('the library about places like one', () => {
  beforeAll(() => {
    const practice = (slug: string, place: string, region: string, country: string, population: number | null) => piece({ slug, kind: 'practice', place, region, country, population, details: { jurisdiction: 'municipality' } });
    putCatalogue(catalogue([practice('of-boston', 'Boston', 'Massachusetts', 'US', 650_706), practice('of-tiny', 'Tinytown', 'KS', 'US', 900), practice('of-montreal', 'Montreal', 'QC', 'CA', null), piece({ slug: 'of-nowhere' })]));
  });
  const slugs = (query: string) => listResources(readFilters(new URLSearchParams(query)));

  test('leaves out what is about no place, the most alike first, with true counts', () => {
    const list = slugs('like=washington-dc');
    expect(list.total).toBe(3);
    expect(list.resources.map(({ slug }) => slug)).toEqual(['of-boston', 'of-montreal', 'of-tiny']);
    expect(list.facets.find(({ name }) => name === 'type')?.values.map(({ code, count }) => [code, count])).toEqual([['practice', 3]]);
    expect(slugs('like=washington-dc&sort=-alike').resources.map(({ slug }) => slug)).toEqual(['of-tiny', 'of-montreal', 'of-boston']);
    expect(slugs('like=washington-dc&type=report').total).toBe(0);
    expect(slugs('').total).toBe(4);
  });

  test('a place that does not exist is passed over, and addresses say the same when they are read back', () => {
    expect(slugs('like=nowhere').total).toBe(4);
    expect(slugs('like=nowhere').filters.sort).toBe('newest');
    for (const query of ['?like=denver-co&by-population=0', '?like=denver-co&sort=newest', '?like=denver-co&sort=-alike', '?type=practice&like=denver-co']) expect(writeFilters(readFilters(new URLSearchParams(query)))).toBe(query);
  });

  test('a resource is about the place of the list that it names, and says why it is alike', () => {
    expect(resourcesAbout(findPlace('montreal-qc').id)).toEqual(['practice:of-montreal']);
    expect(whyAlike('boston-ma', usualWeights, 'practice:of-boston')).toMatchObject({ percent: 100, why: expect.stringContaining('about as many people') });
    expect(whyAlike('boston-ma', usualWeights, 'ref:of-nowhere')).toBeNull();
  });
});
