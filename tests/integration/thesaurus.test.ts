import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { changes, db, thesaurusEntries as table } from '#db/client.ts';
import { thesaurusEntries } from '#domain/search/thesaurus.ts';
import { putThesaurus, type GivenEntry } from '#domain/thesaurus/from-content.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
beforeEach(() => { db.delete(table).run(); });

const given = (term: string, also: string[], more: Partial<GivenEntry> = {}): GivenEntry => ({ term, also, related: [], note: null, ...more });
const fcr = given('FCR', ['first-contact resolution'], { related: ['repeat call'], note: 'Answered at once.' });
const trash = given('trash', ['garbage', 'refuse']);
const inForce = () => thesaurusEntries().map(({ term, also }) => [term, ...also].join(' = '));

describe('the file and the thesaurus', () => {
  test('entries come in, in the order of the alphabet, and nothing is told twice', () => {
    const before = changes();
    expect(putThesaurus([trash, fcr])).toEqual({ added: 2, changed: 0, removed: 0, skipped: [] });
    expect(changes()).toBe(before + 1);
    expect(thesaurusEntries()).toMatchObject([fcr, trash]);
    expect(putThesaurus([trash, fcr])).toEqual({ added: 0, changed: 0, removed: 0, skipped: [] });
    expect(changes()).toBe(before + 1);
  });

  test('numbers are put in order as numbers', () => {
    putThesaurus([given('988', ['lifeline']), given('E911', ['enhanced']), given('24/7', ['around the clock']), given('311', ['three one one'])]);
    expect(thesaurusEntries().map((e) => e.term)).toEqual(['24/7', '311', '988', 'E911']);
  });

  test('an entry that changed is changed and keeps its number; one that left the file goes', () => {
    putThesaurus([trash, fcr]);
    const id = thesaurusEntries().find((e) => e.term === 'trash')?.id;
    expect(putThesaurus([given('Trash', ['garbage', 'rubbish'])])).toEqual({ added: 0, changed: 1, removed: 1, skipped: [] });
    expect(thesaurusEntries()).toMatchObject([{ id, term: 'Trash', also: ['garbage', 'rubbish'] }]);
  });

  test('an entry that was renamed in the file is another one', () => {
    putThesaurus([trash]);
    expect(putThesaurus([given('garbage', ['trash'])])).toMatchObject({ added: 1, removed: 1 });
    expect(inForce()).toEqual(['garbage = trash']);
  });

  test('the database refuses two entries of one term, an entry of one word, and one from the file that has no name there', () => {
    putThesaurus([trash]);
    const row = { term: 'TRASH', termKey: 'trash', also: ['x'], origin: 'hub' as const };
    expect(() => db.insert(table).values(row).run()).toThrow(/UNIQUE/);
    expect(() => db.insert(table).values({ ...row, termKey: 'other', also: [] }).run()).toThrow(/thesaurus_entries_also/);
    expect(() => db.insert(table).values({ ...row, termKey: 'other', origin: 'content' }).run()).toThrow(/thesaurus_entries_origin/);
  });
});

describe('what belongs to the browser', () => {
  const own = (term: string, also: string[], more: Partial<typeof table.$inferInsert> = {}) =>
    db.insert(table).values({ term, termKey: term.toLowerCase(), also, origin: 'hub', ...more }).run();

  test('the file’s entry does without words that an entry of the browser has, until that one goes', () => {
    own('refuse', ['waste']);
    putThesaurus([trash]);
    expect(inForce()).toEqual(['refuse = waste', 'trash = garbage']);
    db.delete(table).where(eq(table.termKey, 'refuse')).run();
    putThesaurus([trash]);
    expect(inForce()).toEqual(['trash = garbage = refuse']);
  });

  test('an entry whose term is taken, or that would keep one word, is left out', () => {
    own('Trash', ['dirt']);
    own('first contact resolution', ['solved at once']);
    expect(putThesaurus([trash, fcr])).toEqual({ added: 0, changed: 0, removed: 0, skipped: ['trash', 'FCR'] });
  });
});
