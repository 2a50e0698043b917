import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { db, log, members, resources, resourceVersions } from '#db/client.ts';
import { Denied, Gone, Invalid, NotFound, SignInRequired, TooMany } from '#domain/errors.ts';
import { attestResource, careInput, countDue, dueResources, setCare } from '#domain/library/care.ts';
import { putCatalogue, type Piece } from '#domain/library/catalogue.ts';
import { resourceForEditing } from '#domain/library/desk.ts';
import { validateCsl } from '#domain/library/csl.ts';
import { noFilters } from '#domain/library/filters.ts';
import { listResources } from '#domain/library/list.ts';
import { findResource, isStale } from '#domain/library/resources.ts';
import { suggestionInput, suggestionsOf, suggestResource, takeBackSuggestion } from '#domain/library/suggesting.ts';
import { resourceKinds } from '#domain/library/types.ts';
import { changesBetween } from '#domain/library/version-changes.ts';
import { historyOf, restoreVersion } from '#domain/library/versions.ts';
import { countWaiting, declineResource, mayPublishAlone, publishResource, reopenResource, retireResource, submitResource, takeIntoReview, waitingResources } from '#domain/library/workflow.ts';
import { createResource, editResource, newResourceInput, resourceEditInput } from '#domain/library/writing.ts';
import type { Member } from '#domain/people/types.ts';
import { search } from '#domain/search/results.ts';
import { typesOf } from '#domain/vocabulary.ts';
import { addDays, isoDate } from '#lib/dates.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let nadia: Member;
let ines: Member;
let rosa: Member;
let tom: Member;
let behn: Piece;
beforeAll(async () => {
  [nadia, ines, rosa, tom] = [await enter('nadia'), await enter('ines'), await enter('rosa'), await enter('tom')];
  behn = piece({ slug: 'behn2003why', kind: 'reference', people: 'Behn', year: 2003, title: 'Why measure', csl: { id: 'behn2003why', type: 'report', title: 'Why measure', author: [{ family: 'Behn', given: 'Robert D.' }], issued: { 'date-parts': [[2003]] } } });
  putCatalogue(catalogue([behn]));
});

const suggestion = (more: Record<string, unknown> & { title?: string } = {}) =>
  suggestionInput.parse({ title: 'A guide to wallabies', type: 'manual', url: `https://example.org/${encodeURIComponent(more.title ?? 'wallabies')}`, why: 'It helped us.', themes: ['equity'], ...more });
const draft = (more: Record<string, unknown> = {}) => newResourceInput.parse({ kind: 'reference', type: 'book', title: 'A book of numbats', people: 'Nam, Taewoo', year: '2012', rights: 'in-copyright', themes: ['technology'], ...more });
const idOf = (title: string) => db.select({ id: resources.id, slug: resources.slug }).from(resources).where(eq(resources.title, title)).all().at(-1) ?? { id: '', slug: '' };
const edited = (slug: string, more: Record<string, unknown>) => {
  const { id, updatedAt, themes, channels, serviceAreas, fields } = resourceForEditing(nadia, slug);
  return resourceEditInput.parse({ id, updatedAt: String(updatedAt), themes, channels, serviceAreas, ...fields, ...more });
};
const refusal = (work: () => unknown): Record<string, string> => {
  try { work(); } catch (error) { if (error instanceof Invalid) return error.fields; throw error; }
  throw new Error('It was taken.');
};

describe('a suggestion', () => {
  test('waits for a coordinator, seen by nobody else, and is published by one', () => {
    const waiting = countWaiting(nadia);
    expect(suggestResource(rosa, suggestion())).toEqual({ saved: true });
    const { id, slug } = idOf('A guide to wallabies');
    expect(countWaiting(nadia)).toBe(waiting + 1);
    expect(() => findResource(null, slug)).toThrow(NotFound);
    expect(() => findResource(rosa, slug)).toThrow(NotFound);
    expect(search({ q: 'wallabies' }).total).toBe(0);
    expect(listResources(noFilters).resources.some((r) => r.id === id)).toBe(false);
    expect(waitingResources(nadia).find((r) => r.id === id)).toMatchObject({ status: 'submitted', submitter: { handle: 'rosa' }, note: 'It helped us.', own: false });
    // Whoever decides sees that a vendor brought it.
    db.update(members).set({ vendor: true }).where(eq(members.id, rosa.id)).run();
    expect(waitingResources(nadia).find((r) => r.id === id)?.submitter?.vendor).toBe(true);
    expect(resourceForEditing(nadia, slug).submitter).toMatchObject({ handle: 'rosa', vendor: true });
    expect(() => waitingResources(rosa)).toThrow(Denied);
    expect(takeIntoReview(nadia, { id }).status).toBe('in-review');
    expect(historyOf(nadia, slug).versions.flatMap(({ by }) => (by?.handle === 'rosa' ? [by.vendor] : []))).toEqual([true]);
    db.update(members).set({ vendor: false }).where(eq(members.id, rosa.id)).run();
    expect(waitingResources(ines).find((r) => r.id === id)?.reviewer?.handle).toBe('nadia');
    expect(publishResource(ines, { id })).toMatchObject({ status: 'published', url: `/library/${slug}` });
    expect(search({ q: 'wallabies' }).results[0]?.url).toBe(`/library/${slug}`);
    expect(lettersTo('rosa@test.example').at(-1)).toMatchObject({ subject: expect.stringContaining('is in the library now'), text: expect.stringContaining(`/library/${slug}`) });
    expect(suggestionsOf(rosa)[0]).toMatchObject({ status: 'published', url: `/library/${slug}` });
    expect(suggestionsOf(tom)).toEqual([]);
    expect(findResource(rosa, slug)).not.toHaveProperty('suggestionNote');
    // It stays in the library when she leaves.
    expect(findResource(nadia, slug).provenance).toBe('Suggested by a member');
  });

  test('without a theme is not published as it stands', () => {
    suggestResource(rosa, suggestion({ title: 'Themeless thylacine', themes: [] }));
    const { id, slug } = idOf('Themeless thylacine');
    expect(() => publishResource(nadia, { id })).toThrow('no theme yet');
    expect(() => findResource(null, slug)).toThrow(NotFound);
  });

  test('that is mended and published in one step is thanked for too', () => {
    suggestResource(rosa, suggestion({ title: 'Letters to a bettong' }));
    const { slug } = idOf('Letters to a bettong');
    editResource(nadia, edited(slug, { rights: 'in-copyright', themes: ['equity'], publish: 'yes' }));
    expect(lettersTo('rosa@test.example').at(-1)?.subject).toContain('Letters to a bettong');
  });

  test('that is declined tells its member why, by mail and on their page, and nobody else', () => {
    suggestResource(rosa, suggestion({ title: 'A brochure of bandicoots' }));
    const { id, slug } = idOf('A brochure of bandicoots');
    declineResource(nadia, { id, reason: 'It advertises one product.' });
    expect(lettersTo('rosa@test.example').at(-1)?.text).toContain('It advertises one product.');
    expect(suggestionsOf(rosa).find((s) => s.id === id)).toMatchObject({ status: 'declined', reason: 'It advertises one product.', url: null });
    expect(() => findResource(null, slug)).toThrow(NotFound);
    expect(() => publishResource(nadia, { id })).toThrow(Denied);
    reopenResource(ines, { id });
    expect(publishResource(ines, { id }).status).toBe('published');
  });

  test('shows what the library has already, before it is taken down', () => {
    const shown = suggestResource(tom, suggestion({ title: 'Why Measure?', people: 'Behn, Robert D.', year: '2003', url: '' }));
    expect(shown).toMatchObject({ saved: false, duplicates: [{ slug: 'behn2003why' }] });
    expect(idOf('Why Measure?').id).toBe('');
    expect(suggestResource(tom, suggestion({ title: 'Why Measure?', people: 'Behn, Robert D.', year: '2003', url: '', different: 'yes' }))).toEqual({ saved: true });
    // What waits is told of, not named; of a draft nothing is told.
    createResource(nadia, draft({ title: 'Secret plans of a bandicoot' }));
    expect(suggestResource(tom, suggestion({ title: 'Secret plans of a bandicoot' }))).toEqual({ saved: true });
    suggestResource(rosa, suggestion({ title: 'Ringing the numbat exchange' }));
    expect(suggestResource(tom, suggestion({ title: 'Ringing the numbat exchange!', url: 'https://example.org/other' }))).toEqual({ saved: false, duplicates: [], waiting: true });
  });

  test('can be taken back until somebody looks at it, and only by its member', () => {
    suggestResource(tom, suggestion({ title: 'Possum lines' }));
    const { id } = idOf('Possum lines');
    expect(() => takeBackSuggestion(rosa, { id })).toThrow(NotFound);
    takeIntoReview(nadia, { id });
    expect(() => takeBackSuggestion(tom, { id })).toThrow(Denied);
    suggestResource(tom, suggestion({ title: 'Glider lines' }));
    const glider = idOf('Glider lines');
    editResource(nadia, edited(glider.slug, { rights: 'in-copyright', summary: 'Mended.' }));
    expect(() => takeBackSuggestion(tom, { id: glider.id })).toThrow(Denied);
    suggestResource(tom, suggestion({ title: 'Sugar lines' }));
    takeBackSuggestion(tom, { id: idOf('Sugar lines').id });
    const own = createResource(nadia, draft({ title: 'An own piece', publish: 'yes' }));
    expect(() => takeBackSuggestion(nadia, { id: own.id })).toThrow(NotFound);
    expect(idOf('Sugar lines').id).toBe('');
  });

  test('needs a title, a reason and something to find it by; too many at once are refused', () => {
    const problems = (more: Record<string, unknown>) => suggestionInput.safeParse({ title: 'T', type: 'book', why: 'x', ...more }).error?.issues.map((i) => i.path[0]);
    expect(problems({ title: ' ' })).toEqual(['title']);
    expect(problems({ why: '' })).toEqual(['why']);
    expect(problems({ url: 'ftp://x' })).toEqual(['url']);
    expect(problems({ type: 'article' })).toEqual(['type']);
    expect(refusal(() => suggestResource(rosa, suggestion({ url: '' })))).toHaveProperty('url');
    expect(refusal(() => suggestResource(rosa, suggestion({ themes: ['none'] })))).toHaveProperty('themes');
    expect(() => suggestResource({ ...rosa, suspendedUntil: new Date(Date.now() + 1e6) }, suggestion())).toThrow(Denied);
    forgetLimits();
    const many = () => { for (let n = 0; n < 12; n++) suggestResource(tom, suggestion({ title: `Kowari ${n} of ${'abcdefghijkl'[n]}${n * 7919}`, url: `https://example.org/${n}` })); };
    expect(many).toThrow(TooMany);
    forgetLimits();
  });
});

describe('four eyes', () => {
  test('nobody publishes alone what they brought in, by whatever way', () => {
    expect(mayPublishAlone(nadia)).toBe(false);
    const made = createResource(nadia, draft({ publish: 'yes' }));
    expect(made.status).toBe('submitted');
    expect(() => publishResource(nadia, { id: made.id })).toThrow(Denied);
    expect(() => editResource(nadia, edited(made.slug, { publish: 'yes' }))).toThrow(Denied);
    takeIntoReview(nadia, { id: made.id });
    expect(() => publishResource(nadia, { id: made.id })).toThrow('another coordinator');
    expect(() => db.update(resources).set({ status: 'published', publishedAt: new Date(), publishedById: nadia.id }).where(eq(resources.id, made.id)).run()).toThrow(/resources_four_eyes/);
    expect(waitingResources(nadia).find((r) => r.id === made.id)?.own).toBe(true);
    expect(publishResource(ines, { id: made.id }).status).toBe('published');
  });

  test('what was changed since the reviewer looked is not published unseen', () => {
    const made = createResource(nadia, draft({ title: 'Reviewed rakali', publish: 'yes' }));
    const { updatedAt } = resourceForEditing(ines, made.slug);
    editResource(nadia, edited(made.slug, { title: 'Something else altogether' }));
    expect(() => publishResource(ines, { id: made.id, updatedAt })).toThrow('changed since you opened it');
    expect(publishResource(ines, { id: made.id, updatedAt: resourceForEditing(ines, made.slug).updatedAt }).status).toBe('published');
  });

  test('a draft of one that another edits and submits still belongs to the first', () => {
    const made = createResource(nadia, draft({ title: 'Draft of a dunnart' }));
    editResource(ines, edited(made.slug, { title: 'Draft of a dunnart, better', publish: 'yes' }));
    expect(db.select().from(resources).where(eq(resources.id, made.id)).get()).toMatchObject({ status: 'submitted', submittedById: nadia.id });
    expect(() => publishResource(nadia, { id: made.id })).toThrow(Denied);
    expect(publishResource(ines, { id: made.id }).status).toBe('published');
  });

  test('the only coordinator publishes at once, and the record says so', () => {
    db.update(members).set({ role: 'member' }).where(eq(members.id, ines.id)).run();
    expect(mayPublishAlone(nadia)).toBe(true);
    const made = createResource(nadia, draft({ title: 'Alone with a quoll', publish: 'yes' }));
    expect(made.status).toBe('published');
    expect(db.select().from(resources).where(eq(resources.id, made.id)).get()).toMatchObject({ publishedAlone: true, publishedById: nadia.id });
    db.update(members).set({ role: 'coordinator' }).where(eq(members.id, ines.id)).run();
    db.update(members).set({ suspendedUntil: new Date(Date.now() + 1e6), suspendedReason: 'x' }).where(eq(members.id, ines.id)).run();
    expect(mayPublishAlone(nadia)).toBe(true);
    db.update(members).set({ suspendedUntil: null, suspendedReason: null }).where(eq(members.id, ines.id)).run();
    expect(mayPublishAlone(nadia)).toBe(false);
  });

  test('each step is taken only from where it leads on, and only by coordinators', () => {
    const made = createResource(nadia, draft({ title: 'Steps of a bilby' }));
    for (const act of [publishResource, takeIntoReview, reopenResource]) expect(() => act(ines, { id: made.id })).toThrow(Denied);
    expect(() => declineResource(ines, { id: made.id, reason: 'x' })).toThrow(Denied);
    expect(() => retireResource(ines, { id: made.id, reason: 'x' })).toThrow(Denied);
    for (const act of [publishResource, takeIntoReview, reopenResource, submitResource]) expect(() => act(rosa, { id: made.id })).toThrow(Denied);
    submitResource(nadia, { id: made.id });
    expect(() => submitResource(nadia, { id: made.id })).toThrow(Denied);
    publishResource(ines, { id: made.id });
    expect(() => publishResource(ines, { id: made.id })).toThrow(Denied);
  });
});

describe('history', () => {
  test('keeps who, when, why and what; a version can be restored, and that can be undone', () => {
    const made = createResource(nadia, draft({ title: 'First title', publish: 'yes' }));
    publishResource(ines, { id: made.id });
    expect(refusal(() => editResource(nadia, edited(made.slug, { title: 'Second title' })))).toHaveProperty('reason');
    editResource(nadia, edited(made.slug, { title: 'Second title', themes: ['equity'], body: 'A note.', reason: 'The cover says so.' }));
    const { versions, updatedAt } = historyOf(ines, made.slug);
    expect(versions.map((v) => [v.number, v.act, v.by?.handle, v.reason, v.status])).toEqual([
      [3, 'edited', 'nadia', 'The cover says so.', 'published'], [2, 'published', 'ines', null, 'published'], [1, 'made', 'nadia', null, 'submitted'],
    ]);
    const [third, second] = versions;
    if (!third || !second) throw new Error('There are three.');
    const changes = changesBetween(second.fields, third.fields);
    expect(changes.map((c) => c.field)).toEqual(['Title', 'Themes', 'Text']);
    expect(changes[0]?.parts).toEqual([{ kind: 'removed', text: 'First' }, { kind: 'added', text: 'Second' }, { kind: 'same', text: ' title' }]);
    restoreVersion(ines, { id: made.id, number: 1, updatedAt, reason: 'The cover is wrong.' });
    expect(findResource(null, made.slug)).toMatchObject({ title: 'First title', status: 'published', themes: [{ code: 'technology' }], body: '' });
    expect(search({ q: 'First title' }).results[0]?.title).toBe('First title');
    expect(() => restoreVersion(ines, { id: made.id, number: 3, updatedAt, reason: 'again' })).toThrow(Invalid);
    restoreVersion(nadia, { id: made.id, number: 3, updatedAt: historyOf(nadia, made.slug).updatedAt, reason: 'It was right.' });
    expect(findResource(null, made.slug).title).toBe('Second title');
    expect(() => historyOf(rosa, made.slug)).toThrow(Denied);
    expect(() => historyOf(null, made.slug)).toThrow(SignInRequired);
    expect(() => restoreVersion(rosa, { id: made.id, number: 1, updatedAt: 0, reason: 'x' })).toThrow(Denied);
  });

  test('any of a hundred versions comes back exactly', () => {
    const made = createResource(nadia, draft({ title: 'Version 0' }));
    for (let n = 1; n <= 100; n++) editResource(nadia, edited(made.slug, { title: `Version ${n}`, year: String(1900 + n), summary: `Summary ${n}` }));
    for (const n of [1, 37, 64, 100]) {
      restoreVersion(nadia, { id: made.id, number: n + 1, updatedAt: historyOf(nadia, made.slug).updatedAt, reason: 'x' });
      const [now] = historyOf(nadia, made.slug).versions;
      const kept = historyOf(nadia, made.slug).versions.find((v) => v.number === n + 1);
      expect(now?.fields).toEqual(kept?.fields);
      expect(findResource(nadia, made.slug)).toMatchObject({ title: `Version ${n}`, year: 1900 + n, summary: `Summary ${n}` });
    }
    expect(db.select().from(resourceVersions).where(eq(resourceVersions.resourceId, made.id)).all().map((v) => v.number)).toEqual(Array.from({ length: 105 }, (_, at) => at + 1));
  });

  test('a change of a file in content/ is a version of the hub itself', () => {
    const file = piece({ slug: 'changing-file', title: 'Before' });
    putCatalogue(catalogue([behn, file]));
    putCatalogue(catalogue([behn, { ...file, title: 'After' }]));
    expect(historyOf(nadia, 'changing-file').versions.map((v) => [v.number, v.by, v.fields.title])).toEqual([[2, null, 'After'], [1, null, 'Before']]);
  });
});

describe('care', () => {
  test('past its day a page says so; whoever confirms it gives it another year', () => {
    const made = createResource(nadia, draft({ title: 'Ageing antechinus', publish: 'yes' }));
    publishResource(ines, { id: made.id });
    const due = countDue(nadia);
    setCare(nadia, careInput.parse({ id: made.id, owner: 'ines', reviewBy: isoDate(addDays(new Date(), -1)) }));
    expect(findResource(null, made.slug)).toMatchObject({ stale: true, owner: { handle: 'ines' } });
    expect(countDue(nadia)).toBe(due + 1);
    expect(dueResources(ines, true).map((r) => r.id)).toEqual([made.id]);
    expect(dueResources(nadia, true)).toEqual([]);
    attestResource(ines, { id: made.id, note: 'Read it again.' });
    expect(findResource(null, made.slug)).toMatchObject({ stale: false, reviewBy: isoDate(addDays(new Date(), 365)) });
    expect(countDue(nadia)).toBe(due);
    expect(db.select().from(log).all().at(-1)).toMatchObject({ act: 'confirm resource', reason: 'Read it again.' });
    for (const act of [() => attestResource(rosa, { id: made.id, note: null }), () => setCare(rosa, careInput.parse({ id: made.id })), () => dueResources(rosa, false)]) expect(act).toThrow(Denied);
  });

  test('a day is a day, and the one who looks after it is a coordinator', () => {
    expect(careInput.safeParse({ id: 'x', reviewBy: '2027-02-30' }).success).toBe(false);
    expect(refusal(() => setCare(nadia, careInput.parse({ id: 'ref:behn2003why', owner: 'rosa' })))).toHaveProperty('owner');
    expect([isStale('2026-11-23', new Date('2026-11-23T23:59Z')), isStale('2026-11-23', new Date('2026-11-24T00:00Z')), isStale(null)]).toEqual([false, true, false]);
  });
});

test('every part of a citation can be entered, mended and taken away', () => {
  const made = createResource(nadia, draft({ type: 'book-chapter', title: 'A chapter on dibblers', venue: 'The book', volume: '2', issue: '', page: '12-14', month: '9', editors: 'Lee, Ann', publisher: 'Press', publisherPlace: 'Perth', edition: '3', ISBN: '978', url: 'www.example.org/x' }));
  const record = () => findResource(nadia, made.slug).csl;
  expect(record()).toMatchObject({ 'container-title': 'The book', volume: '2', page: '12-14', issued: { 'date-parts': [[2012, 9]] }, editor: [{ family: 'Lee', given: 'Ann' }], publisher: 'Press', 'publisher-place': 'Perth', edition: '3', ISBN: '978', URL: 'https://www.example.org/x' });
  editResource(nadia, edited(made.slug, {}));
  expect(record()).toMatchObject({ 'container-title': 'The book', publisher: 'Press', issued: { 'date-parts': [[2012, 9]] } });
  editResource(nadia, edited(made.slug, { volume: '', publisher: 'Other Press', month: '' }));
  expect(record()).toMatchObject({ publisher: 'Other Press', issued: { 'date-parts': [[2012]] } });
  expect(record()).not.toHaveProperty('volume');
});

test('whatever type it is, its record is valid CSL-JSON (1.0.2)', () => {
  for (const kind of resourceKinds) {
    for (const { code } of typesOf(kind)) {
      const made = createResource(nadia, newResourceInput.parse({
        kind, type: code, title: `Valid ${code} of ${kind}`, people: 'Nam, Taewoo\n{City of Portland, Oregon}', year: '2012', venue: 'Somewhere', url: 'https://example.org', doi: '10.1000/xyz', place: 'Ottawa',
        summary: 'S.', body: 'Text.', rights: 'cc-by', themes: ['equity'], language: 'fr', different: 'yes',
      }));
      const row = db.select({ csl: resources.csl }).from(resources).where(eq(resources.id, made.id)).get();
      expect([code, validateCsl(row?.csl)]).toEqual([code, { csl: expect.objectContaining({ title: `Valid ${code} of ${kind}` }) }]);
    }
  }
});

test('what was retired names what to read instead', () => {
  const old = createResource(nadia, draft({ title: 'Old potoroo guide', publish: 'yes' }));
  publishResource(ines, { id: old.id });
  expect(refusal(() => retireResource(nadia, { id: old.id, reason: 'x', successor: 'nothing-here' }))).toHaveProperty('successor');
  expect(refusal(() => retireResource(nadia, { id: old.id, reason: 'x', successor: `/library/${old.slug}` }))).toHaveProperty('successor');
  retireResource(nadia, { id: old.id, reason: 'There is a newer one.', successor: 'https://hub.example.org/library/behn2003why?x#y' });
  try {
    findResource(null, old.slug);
    throw new Error('It is still there.');
  } catch (error) {
    expect(error).toBeInstanceOf(Gone);
    expect(error).toMatchObject({ message: expect.stringContaining('There is a newer one.'), successor: { url: '/library/behn2003why', title: 'Why measure' } });
  }
});
