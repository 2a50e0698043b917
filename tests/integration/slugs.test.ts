import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { changes, db, formerSlugs, log, resources, resourceVersions } from '#db/client.ts';
import { Denied, Gone, Invalid, NotFound, SignInRequired } from '#domain/errors.ts';
import { renderBody } from '#domain/library/bodies.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { citedKeys, worksByKey } from '#domain/library/citations.ts';
import { renameInput, renameResource } from '#domain/library/renaming.ts';
import { findResource, worksCited } from '#domain/library/resources.ts';
import { addressesOf, freeSlug, holderOf, isTaken, placeOf, renamedTo, resourceIdAt } from '#domain/library/slugs.ts';
import { republishResource, retireResource } from '#domain/library/workflow.ts';
import { createResource, newResourceInput } from '#domain/library/writing.ts';
import { search } from '#domain/search/results.ts';
import type { Member } from '#domain/people/types.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';
import { randomFrom } from '../support/random.ts';

useDatabase();
let nadia: Member;
let rosa: Member;
const pieces = [
  piece({ slug: 'behn2003why', kind: 'reference', title: 'Why measure' }), piece({ slug: 'nam2014', kind: 'reference', title: 'Understanding 311' }),
  piece({ slug: 'queues', title: 'Queues', body: 'As said [@behn2003why; @nam2014, p. 3] and [@behn2003why].' }),
];
beforeAll(async () => {
  [nadia, rosa] = [await enter('nadia'), await enter('rosa')];
  putCatalogue(catalogue(pieces));
});

const rename = (id: string, slug: string) => renameResource(nadia, renameInput.parse({ id, slug, reason: 'A better address.' }));
const refused = (work: () => unknown): Record<string, string> => {
  try { work(); } catch (error) { if (error instanceof Invalid) return error.fields; throw error; }
  throw new Error('It was taken.');
};
const draft = (title: string) => createResource(nadia, newResourceInput.parse({ kind: 'article', type: 'article', title, body: 'Text.', rights: 'cc-by', themes: ['equity'] }));

describe('an address', () => {
  test('leads here, on, or nowhere', () => {
    rename('ref:nam2014', 'understanding-311');
    expect(placeOf('understanding-311')).toEqual({ kind: 'here', id: 'ref:nam2014', status: 'published' });
    expect(placeOf('nam2014')).toEqual({ kind: 'moved', id: 'ref:nam2014', slug: 'understanding-311', status: 'published' });
    expect(placeOf('nothing')).toEqual({ kind: 'none' });
    expect(resourceIdAt('nam2014')).toEqual({ id: 'ref:nam2014', slug: 'understanding-311' });
    expect(resourceIdAt('nothing')).toBeNull();
    expect([renamedTo('nam2014'), renamedTo('understanding-311'), renamedTo('nothing')]).toEqual(['understanding-311', null, null]);
    expect(addressesOf(['ref:nam2014'])).toEqual(new Map([['ref:nam2014', ['understanding-311', 'nam2014']]]));
  });

  test('is never given twice, and never one of the pages that stand beside resources', () => {
    expect([isTaken('nam2014'), isTaken('understanding-311'), isTaken('new'), isTaken('suggest'), isTaken('free')]).toEqual([true, true, true, true, false]);
    expect(freeSlug('Nam2014')).toBe('nam2014-2');
    expect(freeSlug('New')).toBe('new-2');
    expect(freeSlug('A work: draft.bib')).toBe('a-work-draft-bib');
    expect(draft('Nam2014').slug).toBe('nam2014-2');
    expect(refused(() => rename('ref:behn2003why', 'nam2014'))['slug']).toContain('taken, or was once');
    expect(refused(() => rename('ref:behn2003why', 'understanding-311'))['slug']).toContain('taken');
    expect(refused(() => rename('ref:behn2003why', 'suggest'))['slug']).toContain('taken');
  });

  test('is lower case words with hyphens; a pasted address counts as its last part', () => {
    for (const wrong of ['Upper', 'two words', 'dot.bib', 'a--b', '-a', 'a-', 'é', 'a'.repeat(81), 'a/b']) expect(refused(() => rename('ref:behn2003why', wrong))['slug']).toContain('lower case');
    expect(refused(() => rename('ref:behn2003why', 'behn2003why'))['slug']).toContain('already');
    expect(renameInput.parse({ id: 'x', slug: 'https://hub.example/library/why-measure', reason: 'r' }).slug).toBe('why-measure');
    expect(renameInput.safeParse({ id: 'x', slug: 'a', reason: ' ' }).error?.issues[0]?.message).toContain('Say why');
  });
});

describe('renaming', () => {
  test('is for coordinators', () => {
    const to = { id: 'ref:behn2003why', slug: 'mine', reason: 'r' };
    expect(() => renameResource(rosa, to)).toThrow(Denied);
    expect(() => renameResource(null as unknown as Member, to)).toThrow(SignInRequired);
    expect(() => renameResource(nadia, { ...to, id: 'none' })).toThrow(NotFound);
    expect(placeOf('mine').kind).toBe('none');
  });

  test('is logged, kept in the history, found under the new address and told to the caches', () => {
    const before = changes();
    expect(rename('ref:behn2003why', 'why-measure')).toMatchObject({ slug: 'why-measure', url: '/library/why-measure', status: 'published' });
    expect(changes()).toBeGreaterThan(before);
    expect(search({ q: 'Why measure' }).results[0]?.url).toBe('/library/why-measure');
    expect(db.select().from(log).all().at(-1)).toMatchObject({ act: 'rename resource', url: '/library/why-measure', reason: 'A better address.' });
    const versions = db.select().from(resourceVersions).where(eq(resourceVersions.resourceId, 'ref:behn2003why')).all();
    expect(versions.map((v) => [v.act, v.fields['slug']])).toEqual([['create', 'behn2003why'], ['rename', 'why-measure']]);
  });

  test('that of a draft is not told to visitors', () => {
    const { id } = draft('A secret plan');
    expect(rename(id, 'a-known-plan')).toMatchObject({ url: '/desk/resources/a-known-plan' });
    expect(db.select().from(log).all().at(-1)?.act).toBe('draft resource');
    expect(placeOf('a-secret-plan')).toMatchObject({ kind: 'moved', status: 'draft' });
  });

  test('and back again: each is current or former, never both', () => {
    rename('ref:behn2003why', 'behn2003why');
    expect(placeOf('behn2003why').kind).toBe('here');
    expect(placeOf('why-measure')).toMatchObject({ kind: 'moved', slug: 'behn2003why' });
    rename('ref:behn2003why', 'why-measure');
    rename('ref:behn2003why', 'why-we-measure');
    expect(db.select().from(formerSlugs).where(eq(formerSlugs.resourceId, 'ref:behn2003why')).all().map((f) => f.slug).sort()).toEqual(['behn2003why', 'why-measure']);
  });

  test('leaves citations as they are, in text and in order', () => {
    const body = 'As said [@behn2003why; @nam2014, p. 3], [@why-measure] and [@why-we-measure].';
    const works = worksByKey(citedKeys(body));
    expect(citedKeys(body).map((key) => works.get(key)?.slug)).toEqual(['why-we-measure', 'understanding-311', 'why-we-measure', 'why-we-measure']);
    expect([...renderBody(body, works).matchAll(/href="#work-(\d)"/g)].map((m) => m[1])).toEqual(['1', '2', '1', '1']);
    expect(worksCited('article:queues').map((w) => [w.position, w.slug])).toEqual([[1, 'why-we-measure'], [2, 'understanding-311']]);
    const made = createResource(nadia, newResourceInput.parse({ kind: 'article', type: 'article', title: 'On names', body, rights: 'cc-by', themes: ['equity'] }));
    expect(worksCited(made.id).map((w) => [w.position, w.slug])).toEqual([[1, 'why-we-measure'], [2, 'understanding-311']]);
  });

  test('one mark with two names of one work has one number', () => {
    const body = 'So [@behn2003why; @why-measure].';
    expect([...renderBody(body, worksByKey(citedKeys(body))).matchAll(/href="#work-(\d)"/g)]).toHaveLength(1);
  });

  test('outlives a change of the file in content/, and no file takes a former address', () => {
    putCatalogue(catalogue([...pieces.filter((p) => p.slug !== 'nam2014'), piece({ slug: 'nam2014', kind: 'reference', title: 'Understanding 311, second edition' }), piece({ slug: 'why-measure', kind: 'article', title: 'A thief' })]));
    expect(placeOf('nam2014')).toMatchObject({ kind: 'moved', slug: 'understanding-311' });
    expect(findResource(null, 'understanding-311').title).toBe('Understanding 311, second edition');
    expect(placeOf('why-measure')).toMatchObject({ kind: 'moved', id: 'ref:behn2003why' });
  });
});

describe('an address once public never breaks', () => {
  test('a hundred renamings and twenty retirements in any order', () => {
    const random = randomFrom(311);
    const works = Array.from({ length: 30 }, (_, n) => piece({ slug: `work-${n}`, kind: 'reference', title: `Work ${n}` }));
    putCatalogue(catalogue([...pieces, ...works]));
    const once = new Map(works.map((w) => [w.slug, w.id]));
    const acts = random.shuffled([...Array.from({ length: 100 }, () => 'rename'), ...Array.from({ length: 20 }, () => 'retire')]);
    let names = 0;
    let retired = 0;
    for (const act of acts) {
      const { id } = random.from(works);
      const row = db.select().from(resources).where(eq(resources.id, id)).get();
      if (!row) throw new Error('gone');
      if (act === 'retire') {
        // Some come back, some lose their file.
        if (row.status === 'published') retireResource(nadia, { id, reason: 'Out of date.' });
        else republishResource(nadia, { id });
        retired++;
      } else {
        const former = [...once].filter(([slug, holder]) => holder === id && slug !== row.slug).map(([slug]) => slug);
        const slug = former.length && random.chance(0.3) ? random.from(former) : `name-${names}`;
        rename(id, slug);
        once.set(slug, id);
        names++;
      }
    }
    expect([names, retired]).toEqual([100, 20]);
    putCatalogue(catalogue([...pieces, ...works.slice(0, 25)]));

    const answers = { here: 0, moved: 0, gone: 0 };
    for (const [slug, id] of once) {
      const place = placeOf(slug);
      expect(place, slug).toMatchObject({ id });
      expect(holderOf(slug)).toBe(id);
      if (place.kind === 'none') throw new Error(`${slug} is dead.`);
      const last = place.kind === 'moved' ? place.slug : slug;
      if (place.status === 'retired') expect(() => findResource(null, last)).toThrow(Gone);
      else expect(findResource(null, last).id).toBe(id);
      answers[place.status === 'retired' ? 'gone' : place.kind]++;
    }
    expect(answers.here + answers.moved + answers.gone).toBe(once.size);
    expect(Math.min(answers.here, answers.moved, answers.gone)).toBeGreaterThan(3);
    const current = db.select({ slug: resources.slug }).from(resources).all().map((r) => r.slug);
    const former = db.select({ slug: formerSlugs.slug }).from(formerSlugs).all().map((r) => r.slug);
    expect(new Set([...current, ...former]).size).toBe(current.length + former.length);
  });
});
