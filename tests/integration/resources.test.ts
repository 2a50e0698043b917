import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { changes, db, log, resources, threads } from '#db/client.ts';
import { Denied, Gone, Invalid, NotFound } from '#domain/errors.ts';
import { createComment } from '#domain/forum/comments.ts';
import { createPost } from '#domain/forum/posts.ts';
import { putCatalogue, useFileAgain } from '#domain/library/catalogue.ts';
import { listForDesk, readDeskFilter, resourceForEditing } from '#domain/library/desk.ts';
import { citedBy, findResource, worksCited } from '#domain/library/resources.ts';
import { publishResource, republishResource, retireInput, retireResource } from '#domain/library/workflow.ts';
import { createResource, editResource, newResourceInput, previewBody, resourceEditInput } from '#domain/library/writing.ts';
import type { Member } from '#domain/people/types.ts';
import { search } from '#domain/search/results.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let nadia: Member;
let ines: Member;
let rosa: Member;
beforeAll(async () => {
  [nadia, ines, rosa] = [await enter('nadia'), await enter('ines'), await enter('rosa')];
  putCatalogue(catalogue([
    piece({ slug: 'nam2014', kind: 'reference', people: 'Nam & Pardo', year: 2014, title: 'A city changes' }),
    piece({ slug: 'behn2003why', kind: 'reference', people: 'Behn', year: 2003, title: 'Why measure' }),
  ]));
});

/** Makes a resource, and lets the other coordinator publish what is handed on. */
const create: typeof createResource = (actor, input) => {
  const made = createResource(actor, input);
  return made.status === 'submitted' ? publishResource(ines, { id: made.id }) : made;
};
const article = (more: Record<string, unknown> = {}) => newResourceInput.parse({ kind: 'article', type: 'article', title: 'Answering in two languages', summary: 'How.', rights: 'cc-by', themes: ['equity'], body: 'Text [@nam2014].', ...more });
const reference = (more: Record<string, unknown> = {}) => newResourceInput.parse({
  kind: 'reference', type: 'book', title: 'A book of lines', people: 'Nam, Taewoo\n{City of Portland, Oregon}', year: '2012', venue: 'Some Press', doi: 'https://doi.org/10.1000/xyz', rights: 'in-copyright', themes: ['technology'], different: 'yes', ...more,
});
const slugOf = (id: string) => db.select({ slug: resources.slug }).from(resources).where(eq(resources.id, id)).get()?.slug ?? '';
const edited = (id: string, more: Record<string, unknown>) => {
  const form = resourceForEditing(nadia, slugOf(id));
  return resourceEditInput.parse({ id, updatedAt: String(form.updatedAt), themes: form.themes, ...form.fields, reason: 'Because.', ...more });
};
const refusal = (work: () => unknown): Record<string, string> => {
  try { work(); } catch (error) { if (error instanceof Invalid) return error.fields; throw error; }
  throw new Error('It was taken.');
};

describe('who may', () => {
  test('a member may neither publish nor edit, retire, preview or see the desk', () => {
    for (const act of [
      () => createResource(rosa, article({ publish: 'yes' })), () => createResource(rosa, article()), () => editResource(rosa, edited('ref:nam2014', {})),
      () => retireResource(rosa, { id: 'ref:nam2014', reason: 'x' }), () => republishResource(rosa, { id: 'ref:nam2014' }), () => previewBody(rosa, { body: 'x' }),
      () => listForDesk(rosa, readDeskFilter(new URLSearchParams()), null), () => resourceForEditing(rosa, slugOf('ref:nam2014')),
    ]) expect(act).toThrow(Denied);
    expect(findResource(null, 'nam2014').status).toBe('published');
  });
  test('a suspended coordinator may not either', () => {
    expect(() => createResource({ ...nadia, suspendedUntil: new Date(Date.now() + 1e6) }, article())).toThrow(Denied);
  });
});

describe('writing', () => {
  test('a draft is seen by coordinators alone and found by nobody', () => {
    const before = changes();
    const draft = create(nadia, article({ title: 'Quokka answers' }));
    expect(draft).toMatchObject({ status: 'draft', slug: 'quokka-answers' });
    expect(() => findResource(rosa, draft.slug)).toThrow(NotFound);
    expect(findResource(ines, draft.slug).title).toBe('Quokka answers');
    expect(search({ q: 'quokka' }).total).toBe(0);
    expect(changes()).toBe(before);
    expect(() => createComment(rosa, { resourceId: draft.id, body: 'hello' })).toThrow(NotFound);
    expect(editResource(ines, edited(draft.id, { publish: 'yes' })).status).toBe('submitted');
    expect(search({ q: 'quokka' }).total).toBe(0);
    expect(editResource(ines, edited(draft.id, { publish: 'yes' }))).toMatchObject({ status: 'published', url: '/library/quokka-answers' });
    expect(search({ q: 'quokka' }).results[0]?.url).toBe('/library/quokka-answers');
    expect(changes()).toBe(before + 1);
  });

  test('a published article cites, links and is logged', () => {
    const { id, slug } = create(nadia, article({ publish: 'yes', body: 'Calls fell [@nam2014; @behn2003why, p. 12], and `[@code]` stays.\n\n## Why\n\nBecause.' }));
    const shown = findResource(null, slug);
    expect(shown.html).toMatch(/^<p>Calls fell<sup class="cite">\[<a href="#work-1" aria-label="Work 1: Nam &amp; Pardo 2014, p\. 12" title="[^"]+, p\. 12">1<\/a>, <a href="#work-2" aria-label="Work 2: Behn 2003, p\. 12" title="[^"]+">2<\/a>\]<\/sup>, and/);
    expect(shown.html).toContain('<code>[@code]</code>');
    expect(shown.html).toContain('<h2 id="s-why">Why</h2>');
    expect(worksCited(id).map((w) => [w.position, w.slug])).toEqual([[1, 'nam2014'], [2, 'behn2003why']]);
    expect(citedBy('ref:behn2003why').map((r) => r.slug)).toEqual([slug]);
    expect(db.select().from(log).all().at(-1)).toMatchObject({ act: 'publish resource', actorId: ines.id, url: `/library/${slug}` });
  });

  test('two of the same title have two addresses', () => {
    expect(create(nadia, article({ title: 'Same' })).slug).toBe('same');
    expect(create(nadia, article({ title: 'Same' })).slug).toBe('same-2');
  });

  test('a reference keeps its record, and fields the form does not show', () => {
    const { id, slug } = create(nadia, reference({ publish: 'yes' }));
    expect(findResource(null, slug)).toMatchObject({
      people: 'Nam & City of Portland, Oregon', year: 2012, doi: '10.1000/xyz', type: { code: 'book' },
      csl: { type: 'book', author: [{ family: 'Nam', given: 'Taewoo' }, { literal: 'City of Portland, Oregon' }], issued: { 'date-parts': [[2012]] } },
    });
    db.update(resources).set({ csl: { ...findResource(nadia, slug).csl, volume: '7' } }).where(eq(resources.id, id)).run();
    editResource(nadia, edited(id, { title: 'A better title' }));
    expect(findResource(null, slug)).toMatchObject({ title: 'A better title', csl: { volume: '7', title: 'A better title' } });
  });

  test('a practice keeps its results', () => {
    const { id, slug } = create(nadia, newResourceInput.parse({
      kind: 'practice', type: 'practice', title: 'Two languages', rights: 'cc-by', place: 'Ottawa', country: 'ca', population: '1,017,449', themes: ['equity'], body: 'Text.', publish: 'yes',
      results: 'Calls on hold | 18 % | 4 % | The newspaper\nShare | 36 % | @nam2014',
    }));
    expect(findResource(null, slug)).toMatchObject({ country: 'CA', population: 1017449, details: { results: [{ what: 'Calls on hold', before: '18 %', after: '4 %', source: 'The newspaper' }, { what: 'Share', value: '36 %', work: 'nam2014' }] } });
    expect(worksCited(id).map((w) => w.slug)).toEqual(['nam2014']);
    expect(resourceForEditing(nadia, slugOf(id)).fields['results']).toBe('Calls on hold | 18 % | 4 % | The newspaper\nShare | 36 % | @nam2014');
  });

  test('what cannot be taken is told beside its field, and nothing is written', () => {
    const rows = () => db.select().from(resources).all().length;
    const before = rows();
    expect(refusal(() => create(nadia, article({ body: 'See [@nobody2000].' })))['body']).toContain('nobody2000');
    expect(refusal(() => create(nadia, article({ body: '' })))).toHaveProperty('body');
    expect(refusal(() => create(nadia, article({ themes: ['none'] })))).toHaveProperty('themes');
    expect(refusal(() => create(nadia, article({ type: 'book' })))).toHaveProperty('type');
    expect(refusal(() => create(nadia, newResourceInput.parse({ kind: 'practice', type: 'practice', title: 'T', rights: 'cc-by', themes: ['equity'], body: 'x', results: 'only | one' })))).toMatchObject({ place: expect.any(String), results: expect.stringContaining('Line 1') });
    expect(rows()).toBe(before);
    const problems = (more: Record<string, unknown>) => newResourceInput.safeParse({ kind: 'reference', type: 'book', title: 'T', rights: 'in-copyright', themes: ['equity'], ...more }).error?.issues.map((i) => i.path[0]);
    expect(problems({ title: ' ' })).toEqual(['title']);
    expect(problems({ url: 'javascript:alert(1)' })).toEqual(['url']);
    expect(problems({ doi: 'abc' })).toEqual(['doi']);
    expect(problems({ year: 'MMXII' })).toEqual(['year']);
    expect(problems({ themes: [] })).toEqual(['themes']);
    expect(problems({ country: 'USA' })).toEqual(['country']);
    expect(problems({ rights: '' })).toEqual(['rights']);
    expect(problems({ channels: ['telepathy'] })).toEqual(['channels']);
    expect(problems({})).toBeUndefined();
  });

  test('hostile Markdown is harmless', () => {
    const { slug } = create(nadia, article({ publish: 'yes', title: '<script>alert(1)</script>', body: '<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>' }));
    expect(findResource(null, slug).html).not.toMatch(/<script|href="javascript:|<img/);
    expect(search({ q: 'alert' }).results.every((r) => !/<script|<img/.test(r.titleHtml + r.snippetHtml))).toBe(true);
  });

  test('two coordinators at once: the second is told, and may decide', () => {
    const { id } = create(nadia, article({ title: 'Clash' }));
    const mine = edited(id, { title: 'Mine' });
    const theirs = edited(id, { title: 'Theirs' });
    editResource(ines, theirs);
    expect(refusal(() => editResource(nadia, mine))['updatedAt']).toContain('Somebody else');
    expect(resourceForEditing(nadia, slugOf(id)).fields['title']).toBe('Theirs');
    editResource(nadia, { ...mine, updatedAt: resourceForEditing(nadia, slugOf(id)).updatedAt });
    expect(resourceForEditing(nadia, slugOf(id)).fields['title']).toBe('Mine');
  });
});

describe('citing what is not published', () => {
  test('a draft can be cited neither in the text nor as a source, and the refusal does not say its title', () => {
    const draft = create(nadia, reference({ title: 'Secret numbat study' }));
    expect(refusal(() => create(nadia, article({ body: `See [@${draft.slug}].` })))['body']).toContain('is not published yet');
    expect(refusal(() => previewBody(nadia, { body: `See [@${draft.slug}].` }))['body']).toContain('is not published yet');
    expect(refusal(() => create(nadia, newResourceInput.parse({ kind: 'practice', type: 'practice', title: 'P', rights: 'cc-by', place: 'X', themes: ['equity'], body: 'x', results: `Share | 36 % | @${draft.slug}` })))['results']).toContain('is not published yet');
  });

  test('a citation that leads to a draft all the same shows neither title nor authors', () => {
    const draft = create(nadia, reference({ title: 'Secret bilby study', publish: 'yes' }));
    const { id, slug } = create(nadia, article({ title: 'Cites a bilby', publish: 'yes', body: `See [@${draft.slug}].` }));
    db.update(resources).set({ status: 'draft' }).where(eq(resources.id, draft.id)).run();
    const shown = JSON.stringify([findResource(null, slug).html, worksCited(id).map(({ slug: _, ...work }) => work)]);
    expect(shown).not.toMatch(/Secret|Nam\b|Portland|\/library\//);
    expect(worksCited(id)).toMatchObject([{ linked: false, title: 'A work that is not published yet' }]);
  });

  test('a retired work is named without a link, until it is published again', () => {
    const work = create(nadia, reference({ title: 'Dunnart study', publish: 'yes' }));
    const { id, slug } = create(nadia, article({ title: 'Cites a dunnart', publish: 'yes', body: `See [@${work.slug}].` }));
    retireResource(nadia, { id: work.id, reason: 'Doubtful.' });
    expect(findResource(null, slug).html).toContain('aria-label="Work 1: Nam &amp; City of Portland, Oregon 2012"');
    expect(worksCited(id)).toMatchObject([{ linked: false }]);
    expect(editResource(nadia, edited(id, { title: 'Still cites it' })).status).toBe('published');
    republishResource(nadia, { id: work.id });
    expect(worksCited(id)).toMatchObject([{ linked: true }]);
  });
});

describe('retiring', () => {
  test('leaves the reason at the address, takes it out of lists and search, and can be undone', () => {
    const { id, slug } = create(nadia, article({ publish: 'yes', title: 'Okapi hours' }));
    createComment(rosa, { resourceId: id, body: 'An axolotl remark.' });
    expect(retireInput.safeParse({ id, reason: ' ' }).success).toBe(false);
    retireResource(nadia, { id, reason: 'Superseded by the new guide.' });
    expect(() => findResource(null, slug)).toThrow(Gone);
    expect(() => findResource(rosa, slug)).toThrow('Superseded by the new guide.');
    expect(search({ q: 'okapi' }).total + search({ q: 'axolotl' }).total).toBe(0);
    expect(() => retireResource(nadia, { id, reason: 'again' })).toThrow(Denied);
    republishResource(ines, { id });
    expect(findResource(null, slug).retiredReason).toBeNull();
    expect(search({ q: 'okapi' }).total).toBe(1);
    expect(search({ q: 'axolotl' }).results[0]?.title).toBe('Okapi hours');
    expect(db.select().from(log).all().slice(-2).map((l) => [l.act, l.reason])).toEqual([['retire resource', 'Superseded by the new guide.'], ['republish resource', null]]);
  });
});

test('a piece that was taken over goes back to its file, and only a coordinator can do that', () => {
  const file = piece({ id: 'article:from-file', slug: 'from-file', kind: 'article', type: 'article', title: 'As the file has it', body: 'File text with ocelots.' });
  putCatalogue(catalogue([file]));
  editResource(nadia, edited('article:from-file', { title: 'As the browser has it', body: 'Browser text.' }));
  putCatalogue(catalogue([file]));
  expect(findResource(null, 'from-file').title).toBe('As the browser has it');
  expect(() => useFileAgain(rosa, file)).toThrow(Denied);
  useFileAgain(nadia, file);
  expect(findResource(null, 'from-file')).toMatchObject({ title: 'As the file has it', origin: 'content' });
  expect(search({ q: 'ocelots' }).total).toBe(1);
});

test('what was retired takes no further comment, by whatever form', () => {
  putCatalogue(catalogue([piece({ slug: 'talked-about' })]));
  const { url } = createComment(rosa, { resourceId: 'article:talked-about', body: 'First.' });
  const thread = db.select().from(threads).where(eq(threads.resourceId, 'article:talked-about')).get();
  retireResource(nadia, { id: 'article:talked-about', reason: 'Old.' });
  expect(() => createPost(rosa, { threadId: thread?.id ?? 0, body: 'Second.' })).toThrow(Denied);
  expect(url).toContain('#post-1');
});
