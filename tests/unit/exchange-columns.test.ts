import { expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { db, resources } from '#db/client.ts';
import { columnsOf, recordOf } from '#domain/library/exchange/columns.ts';
import { workKey } from '#domain/library/exchange/duplicates.ts';
import type { ExchangeRecord } from '#domain/library/exchange/record.ts';
import { resourceType, resourceTypes, typesOf } from '#domain/vocabulary.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();

const record: ExchangeRecord = {
  key: 'nam2012work', type: 'journal-article', themes: ['equity', 'open311'], place: 'Boston', region: 'MA', country: 'US', population: 650_000, channels: ['web', 'phone-311'], serviceAreas: ['trees-parks'], language: 'fr', evidence: 'peer-reviewed', rights: 'cc-by', rightsNote: 'The authors',
  csl: {
    id: 'nam2012work', type: 'article-journal', title: 'A work', author: [{ family: 'Nam', given: 'Taewoo' }, { family: 'Pardo', given: 'Theresa' }], translator: [{ literal: 'T' }], issued: { 'date-parts': [[2012, 5]] }, 'container-title': 'A Journal', publisher: 'P',
    abstract: 'About it.', DOI: '10.1000/x', URL: 'https://a.org', language: 'fr', custom: { AN: '7' },
  },
};

function stored(given: ExchangeRecord) {
  db.insert(resources).values({ id: given.key, slug: given.key, status: 'published', publishedAt: new Date(), origin: 'hub', ...columnsOf(given) }).run();
  const row = db.select().from(resources).where(eq(resources.id, given.key)).get();
  if (!row) throw new Error('Not stored.');
  return row;
}

test('a record becomes the columns of a reference', () => {
  expect(stored(record)).toMatchObject({
    kind: 'reference', type: 'journal-article', title: 'A work', summary: 'About it.', people: 'Nam & Pardo', year: 2012, venue: 'A Journal', place: 'Boston', region: 'MA', country: 'US', population: 650_000, language: 'fr', evidence: 'peer-reviewed',
    doi: '10.1000/x', url: 'https://a.org', rights: 'cc-by', rightsNote: 'The authors', workKey: workKey(record.csl), details: { channels: ['web', 'phone-311'], serviceAreas: ['trees-parks'] },
  });
});

test('and the columns the same record again, for every type', () => {
  for (const { code } of typesOf('reference')) {
    const given = { ...record, key: `k-${code}`, type: code, csl: { ...record.csl, id: `k-${code}`, type: resourceType(code).csl } };
    expect(recordOf(stored(given), given.themes)).toEqual(given);
  }
});

test('rights that nobody has determined say nothing and come back as that', () => {
  const unstated = { ...record, key: 'unstated', rights: null, rightsNote: null, csl: { ...record.csl, id: 'unstated' } };
  const row = stored(unstated);
  expect(row.rights).toBe('undetermined');
  expect(recordOf(row, unstated.themes)).toEqual(unstated);
  expect(recordOf({ ...row, rightsNote: 'Asked in 2012, no answer' }, []).rights).toBe('undetermined');
});

test('our own two kinds come back as a web page and a case study, an unstated right as not determined', () => {
  expect(resourceTypes.slice(0, 2).map(({ code }) => columnsOf({ ...record, type: code, rights: null }))).toMatchObject([{ type: 'website', rights: 'undetermined', csl: { type: 'webpage' } }, { type: 'case-study', csl: { type: 'report' } }]);
});

test('what the columns say goes before what stands in the record', () => {
  const row = { ...stored({ ...record, key: 'again' }), title: 'Newer title', summary: '', doi: null, details: { channels: ['web', 'pigeon', 3], serviceAreas: 'x' } };
  expect(recordOf(row, [])).toMatchObject({ csl: { title: 'Newer title' }, channels: ['web'], serviceAreas: [], themes: [] });
  expect(recordOf(row, []).csl).not.toHaveProperty('abstract');
  expect(recordOf(row, []).csl).not.toHaveProperty('DOI');
});
