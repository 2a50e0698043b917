import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bumpChanges, changes, db, log, outbox, thesaurusEntries as table, thesaurusSuggestions } from '#db/client.ts';
import { Denied, Invalid, NotFound, SignInRequired, TooMany } from '#domain/errors.ts';
import { readPublicLog } from '#domain/moderation/log.ts';
import type { Member } from '#domain/people/types.ts';
import { thesaurusEntries } from '#domain/search/thesaurus.ts';
import { addEntry, editEntry, entryEditInput, entryForEditing, entryRemoveInput, newEntryInput, removedEntries, removeEntry, restoreEntry } from '#domain/thesaurus/editing.ts';
import { putThesaurus, type GivenEntry } from '#domain/thesaurus/from-content.ts';
import { byLetter, entriesMatching } from '#domain/thesaurus/listing.ts';
import { countWaitingWords, declineSuggestion, suggestWords, waitingSuggestions, wordDeclineInput, wordsSuggestedBy, wordSuggestionInput } from '#domain/thesaurus/suggestions.ts';
import { enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member;
let tom: Member;
let nadia: Member;
beforeAll(async () => { [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')]; });
beforeEach(() => {
  forgetLimits();
  db.delete(thesaurusSuggestions).run();
  db.delete(table).run();
  db.delete(log).run();
  db.delete(outbox).run();
});

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

  test('the list stays the same one while other things change, so that search builds on it once', () => {
    putThesaurus([trash, fcr]);
    const list = thesaurusEntries();
    bumpChanges();
    expect(thesaurusEntries()).toBe(list);
    putThesaurus([trash, given('FCR', ['first-call resolution'])]);
    expect(thesaurusEntries()).not.toBe(list);
    expect(inForce()).toEqual(['FCR = first-call resolution', 'trash = garbage = refuse']);
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

const add = (actor: Member, term: string, also: string, more: Record<string, unknown> = {}) => addEntry(actor, newEntryInput.parse({ term, also, ...more }));
const edit = (actor: Member, id: number, typed: Record<string, unknown>) => {
  const { fromFile: _, ...entry } = entryForEditing(nadia, id);
  return editEntry(actor, entryEditInput.parse({ ...entry, also: entry.also.join('\n'), related: entry.related.join('\n'), ...typed }));
};
const remove = (actor: Member, id: number) => removeEntry(actor, entryRemoveInput.parse({ id, reason: 'It means two things.' }));
const idOf = (term: string) => thesaurusEntries().find((e) => e.term === term)?.id ?? -1;
const suspended = (member: Member): Member => ({ ...member, suspendedUntil: new Date(Date.now() + 1e7) });
const refusal = (work: () => unknown): Record<string, string> => {
  try { work(); } catch (error) { if (error instanceof Invalid) return error.fields; throw error; }
  throw new Error('It was taken.');
};

describe('a coordinator keeps the thesaurus', () => {
  test('and nobody else does', () => {
    putThesaurus([trash]);
    const id = idOf('trash');
    for (const act of [
      (actor: Member) => add(actor, 'FCR', 'first-call resolution'), (actor: Member) => edit(actor, id, { also: 'garbage' }), (actor: Member) => remove(actor, id), (actor: Member) => restoreEntry(actor, { id }),
      (actor: Member) => entryForEditing(actor, id), removedEntries, waitingSuggestions, (actor: Member) => declineSuggestion(actor, { id: 1, reason: 'x' }),
    ]) {
      expect(() => act(rosa)).toThrow(Denied);
      expect(() => act(suspended(nadia))).toThrow(Denied);
    }
    expect(() => entryForEditing(null, id)).toThrow(SignInRequired);
    expect(inForce()).toEqual(['trash = garbage = refuse']);
  });

  test('adds an entry: words are typed one on a line or with commas, each is kept once, and the pages are told', () => {
    const before = changes();
    expect(add(nadia, ' FCR ', 'first-contact  resolution\nFirst contact resolution, one-call resolution;\n\nfcr', { related: 'repeat call\nFCR', note: 'Answered\nat once.' })).toMatchObject({ saved: true });
    expect(thesaurusEntries()).toMatchObject([{ term: 'FCR', also: ['first-contact resolution', 'one-call resolution'], related: ['repeat call'], note: 'Answered at once.' }]);
    expect(changes()).toBe(before + 1);
    expect(readPublicLog(null).lines).toMatchObject([{ words: 'added words to the thesaurus', object: 'FCR', url: `/thesaurus#word-${idOf('FCR')}`, actor: { handle: 'nadia' } }]);
  });

  test('is told on the field what cannot be taken', () => {
    expect(refusal(() => add(nadia, 'FCR', 'fcr, Fcr'))).toEqual({ also: 'Give at least one other word: an entry joins two or more.' });
    const told = (typed: Record<string, unknown>) => newEntryInput.safeParse(typed).error?.issues.map((i) => [i.path[0], i.message]);
    expect(told({ term: '', also: 'x' })).toEqual([['term', 'Give the word that you prefer.']]);
    expect(told({ term: '--', also: 'x' })).toEqual([['term', 'Give a word with letters or digits.']]);
    expect(told({ term: 'a', also: 'x'.repeat(81) })).toEqual([['also', 'Please keep each word to 80 characters.']]);
    expect(told({ term: 'a', also: Array.from({ length: 21 }, (_, n) => `w${n}`).join('\n') })).toEqual([['also', 'Please give 20 words at most.']]);
    expect(told({ term: 'a', also: 'x', note: 'x'.repeat(201) })).toEqual([['note', 'Please keep it to 200 characters.']]);
    expect(entryRemoveInput.safeParse({ id: 1, reason: ' ' }).error?.issues[0]?.message).toBe('Say why: it is kept in the log.');
  });

  test('a word that has an entry is refused, with the entry that has it; nothing is saved', () => {
    putThesaurus([trash, fcr]);
    const [trashId, before] = [idOf('trash'), changes()];
    expect(add(nadia, 'Refuse', 'waste, first contact resolution')).toEqual({
      saved: false, taken: [{ word: 'Refuse', entry: { id: trashId, term: 'trash' } }, { word: 'first contact resolution', entry: { id: idOf('FCR'), term: 'FCR' } }],
    });
    expect(edit(nadia, idOf('FCR'), { also: 'garbage' })).toEqual({ saved: false, taken: [{ word: 'garbage', entry: { id: trashId, term: 'trash' } }] });
    expect([inForce(), changes(), db.select().from(log).all()]).toEqual([['FCR = first-contact resolution', 'trash = garbage = refuse'], before, []]);
  });

  test('an entry that was changed belongs to the browser, also under another term; one that was only looked at does not', () => {
    putThesaurus([trash, fcr]);
    const id = idOf('trash');
    edit(nadia, idOf('FCR'), {});
    expect(entryForEditing(nadia, idOf('FCR')).fromFile).toBe(true);
    expect(edit(nadia, id, { term: 'household waste', also: 'garbage' })).toEqual({ saved: true, id, url: `/thesaurus#word-${id}` });
    expect(entryForEditing(nadia, id).fromFile).toBe(false);
    expect(putThesaurus([given('trash', ['garbage', 'dirt']), fcr])).toEqual({ added: 0, changed: 0, removed: 0, skipped: [] });
    expect(putThesaurus([])).toMatchObject({ removed: 1 });
    expect(inForce()).toEqual(['household waste = garbage']);
  });

  test('what somebody else saved meanwhile is not written over', () => {
    putThesaurus([trash]);
    const id = idOf('trash');
    const { updatedAt } = entryForEditing(nadia, id);
    edit(nadia, id, { also: 'garbage' });
    expect(Object.keys(refusal(() => edit(nadia, id, { also: 'rubbish', updatedAt })))).toEqual(['updatedAt']);
    expect(inForce()).toEqual(['trash = garbage']);
  });

  test('an entry that was removed stays away though the file has it, its words are free, and it can come back', () => {
    putThesaurus([trash]);
    const id = idOf('trash');
    const before = changes();
    expect(remove(nadia, id)).toEqual({ term: 'trash' });
    expect(changes()).toBe(before + 1);
    expect(putThesaurus([trash])).toEqual({ added: 0, changed: 0, removed: 0, skipped: [] });
    expect(thesaurusEntries()).toEqual([]);
    expect(removedEntries(nadia)).toMatchObject([{ id, term: 'trash', by: nadia.name }]);
    expect(readPublicLog(null).lines).toMatchObject([{ words: 'removed words from the thesaurus', reason: 'It means two things.' }]);
    expect(() => remove(nadia, id)).toThrow(NotFound);
    expect(() => edit(nadia, id, {})).toThrow(NotFound);

    expect(add(nadia, 'refuse', 'waste')).toMatchObject({ saved: true });
    expect(() => restoreEntry(nadia, { id })).toThrow('“refuse” stands in the entry “refuse” by now.');
    remove(nadia, idOf('refuse'));
    restoreEntry(nadia, { id });
    expect(() => restoreEntry(nadia, { id })).toThrow(NotFound);
    putThesaurus([]);
    expect(inForce()).toEqual(['trash = garbage = refuse']);
  });
});

describe('a member misses a word', () => {
  const suggest = (actor: Member, words: string, note = '') => suggestWords(actor, wordSuggestionInput.parse({ words, note }));
  const decline = (id: number) => declineSuggestion(nadia, wordDeclineInput.parse({ id, reason: 'It is a brand name.' }));

  test('who cannot write cannot suggest, and nobody without end', () => {
    expect(() => suggest(suspended(rosa), 'bin day')).toThrow(Denied);
    expect(wordSuggestionInput.safeParse({ words: ' , ' }).error?.issues[0]?.message).toBe('Give the word that you miss.');
    for (let n = 0; n < 10; n++) suggest(rosa, `bin day ${n}`);
    expect(() => suggest(rosa, 'one more')).toThrow(TooMany);
    expect(countWaitingWords()).toBe(10);
  });

  test('it waits for a coordinator and is seen by nobody else; the same sent twice is one', () => {
    putThesaurus([trash]);
    const before = changes();
    expect(suggest(rosa, 'bin day, garbage', 'On every calendar here.')).toEqual({ saved: true });
    suggest(rosa, 'Bin-day, Garbage');
    expect(waitingSuggestions(nadia)).toMatchObject([{ words: ['bin day', 'garbage'], note: 'On every calendar here.', member: { handle: 'rosa' }, entries: [{ term: 'trash' }] }]);
    expect(wordsSuggestedBy(rosa)).toMatchObject([{ words: ['bin day', 'garbage'], state: 'open', entry: null }]);
    expect([wordsSuggestedBy(tom), changes()]).toEqual([[], before]);
  });

  test('what is in one entry already is told at once', () => {
    putThesaurus([trash, fcr]);
    expect(suggest(rosa, 'Garbage, refuse')).toEqual({ saved: false, entry: { id: idOf('trash'), term: 'trash' } });
    expect(suggest(rosa, 'Garbage, FCR')).toEqual({ saved: true });
    expect(countWaitingWords()).toBe(1);
  });

  test('taken into a new entry: the member gets a letter, once', () => {
    suggest(rosa, 'bin day, collection day');
    const suggestionId = waitingSuggestions(nadia)[0]?.id;
    expect(add(nadia, 'bin day', 'collection day', { suggestionId })).toMatchObject({ saved: true });
    const id = idOf('bin day');
    expect(lettersTo(rosa.email)).toMatchObject([{ subject: 'In the thesaurus now: bin day, collection day' }]);
    expect(lettersTo(rosa.email)[0]?.text).toContain(`/thesaurus#word-${id}`);
    expect(wordsSuggestedBy(rosa)).toMatchObject([{ state: 'taken', entry: { id, term: 'bin day' } }]);
    expect(() => add(nadia, 'another', 'one', { suggestionId })).toThrow(NotFound);
    expect(inForce()).toEqual(['bin day = collection day']);
    remove(nadia, id);
    expect(wordsSuggestedBy(rosa)).toMatchObject([{ state: 'taken', entry: null }]);
  });

  test('taken into an entry that is there; what is refused answers nothing', () => {
    putThesaurus([trash, fcr]);
    suggest(rosa, 'household waste, garbage');
    const suggestionId = waitingSuggestions(nadia)[0]?.id;
    expect(edit(nadia, idOf('trash'), { also: 'garbage\nrefuse\nFCR', suggestionId })).toMatchObject({ saved: false });
    expect([countWaitingWords(), lettersTo(rosa.email)]).toEqual([1, []]);
    edit(nadia, idOf('trash'), { also: 'garbage\nrefuse\nhousehold waste', suggestionId });
    expect([countWaitingWords(), lettersTo(rosa.email).length]).toEqual([0, 1]);
  });

  test('an entry that has it all by now needs no change to answer', () => {
    putThesaurus([trash]);
    suggest(rosa, 'garbage, dirt');
    edit(nadia, idOf('trash'), { suggestionId: waitingSuggestions(nadia)[0]?.id });
    expect([countWaitingWords(), lettersTo(rosa.email).length, entryForEditing(nadia, idOf('trash')).fromFile, db.select().from(log).all()]).toEqual([0, 1, true, []]);
  });

  test('declined with a reason: in the letter and in the coordinators’ log, not in the public one', () => {
    suggest(rosa, 'SuperApp 3000');
    const id = waitingSuggestions(nadia)[0]?.id ?? -1;
    expect(wordDeclineInput.safeParse({ id, reason: '' }).error?.issues[0]?.message).toBe('Say why: the member gets this by mail.');
    decline(id);
    expect(lettersTo(rosa.email)[0]?.text).toContain('It is a brand name.');
    expect(wordsSuggestedBy(rosa)).toMatchObject([{ state: 'declined', reason: 'It is a brand name.' }]);
    expect(db.select().from(log).all()).toMatchObject([{ act: 'decline word', object: 'SuperApp 3000' }]);
    expect(readPublicLog(null).lines).toEqual([]);
    expect(() => decline(id)).toThrow(NotFound);
    expect(lettersTo(rosa.email)).toHaveLength(1);
  });
});

describe('the list that everybody reads', () => {
  test('is filtered by any word of an entry, however it is written', () => {
    putThesaurus([trash, fcr, given('311', ['3-1-1', 'three one one'])]);
    const found = (typed: string) => entriesMatching(typed).map((e) => e.term);
    expect([found('GARB'), found('3 1 1'), found('First Contact'), found('repeat'), found('nothing'), found(' - ')]).toEqual([['trash'], ['311'], ['FCR'], ['FCR'], [], ['311', 'FCR', 'trash']]);
  });

  test('stands under letters, accents and case aside, digits first', () => {
    putThesaurus([given('éclairage', ['street light']), given('E911', ['enhanced 911']), given('311', ['three one one']), given('988', ['crisis'])]);
    expect(byLetter(thesaurusEntries()).map(({ letter, entries }) => [letter, ...entries.map((e) => e.term)])).toEqual([['0-9', '311', '988'], ['E', 'E911', 'éclairage']]);
  });
});
