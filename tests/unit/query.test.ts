import { describe, expect, test } from 'vitest';
import { readLongForm, readQuery, withoutOperators, writeQuery, type Term } from '#domain/search/query.ts';
import { spellingTwins } from '#domain/search/spelling.ts';
import { sameWords, standsIn, stemsIn } from '#domain/search/words.ts';

const told = (term: Term) => (term.kind === 'field' ? `${term.field.name}:${term.field.value}` : `${term.kind} ${term.words.join(' ')}`);
const read = (typed: string) => {
  const { clauses, without } = readQuery(typed);
  return [clauses.map(({ terms }) => terms.map(told).join(' | ')), without.map(told)];
};

test.each([
  ['xqzvwlop type:question', 'xqzvwlop'], ['"call centre" hours? -winter author:"Ben Clark"', 'call centre hours?'], ['garbage OR trash year:2010..2012', 'garbage trash'], ['O’Brien on 3-1-1: year:soon', 'O’Brien on 3-1-1: year:soon'], ['in:threads', ''], ['“call centre” hours -„winter“', 'call centre hours'],
])('%s without its operators', (typed, words) => expect(withoutOperators(typed)).toBe(words));

describe('what was typed becomes clauses', () => {
  test.each<[string, string[], string[]]>([
    ['staffing levels', ['word staffing', 'word levels'], []],
    ['"service level" target', ['phrase service level', 'word target'], []],
    ['“service level” -„snow storm“ author:“Lorraine Mazerolle” „call centre”', ['phrase service level', 'author:Lorraine Mazerolle', 'phrase call centre'], ['phrase snow storm']],
    ['"service level', ['word service', 'word level'], []],
    ['call-centre', ['compound call centre'], []],
    ['3-1-1', ['compound 3 1 1'], []],
    ["O'Brien", ['compound O Brien'], []],
    ['the city’s plan', ['word the', 'word city', 'word plan'], []],
    ['pothole -winter -"snow storm"', ['word pothole'], ['word winter', 'phrase snow storm']],
    ['garbage OR trash OR "yard waste" pickup', ['word garbage | word trash | phrase yard waste', 'word pickup'], []],
    ['OR garbage OR', ['word garbage'], []],
    ['call OR -center', ['word call'], ['word center']],
    ['5" pipe "service level"', ['word 5', 'word pipe', 'phrase service level'], []],
    ['author:mazerolle year:2002', ['author:mazerolle', 'year:2002'], []],
    ['author:"Lorraine Mazerolle"', ['author:Lorraine Mazerolle'], []],
    ['type:book OR type:report', ['type:book | type:report'], []],
    ['type:book type:report', ['type:book | type:report'], []],
    ['-type:book equity', ['word equity'], ['type:book']],
    ['IN:Threads', ['in:Threads'], []],
    ['year:2010..2020 year:..1999 year:2021..', ['year:2010..2020', 'year:..1999', 'year:2021..'], []],
    ['before:2024-05 after:2023-01-31', ['before:2024-05', 'after:2023-01-31'], []],
  ])('%s', (typed, clauses, without) => expect(read(typed)).toEqual([clauses, without]));

  test.each<[string, string[]]>([
    ['year:abc', ['compound year abc']], ['year:2010-', ['year:2010-']], ['year:', ['word year']], ['in:nowhere', ['compound in nowhere']], ['has:fun', ['compound has fun']],
    ['type:unheard-of', ['compound type unheard of']], ['before:2024-13', ['compound before 2024 13']], ['after:2023-02-30', ['compound after 2023 02 30']], ['author:""', ['word author']],
    ['title:x', ['compound title x']], ['in:constructor', ['compound in constructor']], ['type:__proto__', ['compound type proto']], ['http://a.b/c?d', ['compound http a b c d']],
  ])('what is no operator is searched literally: %s', (typed, clauses) => expect(read(typed)[0]).toEqual(clauses));

  test.each(['', '   ', '"""', '*', '()', '-', '\u0000', '-"'])('%j asks nothing', (typed) => expect(read(typed)).toEqual([[], []]));
  test('very long text is cut', () => expect(readQuery('word '.repeat(5000)).clauses.length).toBeLessThan(30));
  test('only the last word may be unfinished, and only at the very end', () => {
    const unfinished = (typed: string) => readQuery(typed).clauses.map(({ terms: [t] }) => t?.kind === 'word' && t.unfinished);
    expect(unfinished('night shi')).toEqual([false, true]);
    expect(unfinished('night shift ')).toEqual([false, false]);
  });
});

describe('the long form', () => {
  test('says in one line what its fields ask', () => {
    expect(writeQuery({ words: 'missed collection', phrase: 'service level', any: 'trash garbage', without: 'winter -snow', author: 'Mazerolle', type: 'report', theme: 'equity', place: 'New York', from: '2010', to: '2020', in: 'library', answered: true, after: '2024', before: '2025-05' }))
      .toBe('missed collection "service level" trash OR garbage -winter -snow author:Mazerolle type:report theme:equity place:"New York" in:library after:2024 before:2025-05 year:2010..2020 has:answer');
    expect(writeQuery({ from: '2010', to: '2010' })).toBe('year:2010');
    expect(writeQuery({ to: '2010' })).toBe('year:..2010');
    expect(writeQuery({})).toBe('');
    expect(writeQuery({ any: '"service request" pothole', without: '"snow storm" -ice' })).toBe('"service request" OR pothole -"snow storm" -ice');
    expect(writeQuery({ words: '5" pipe', phrase: 'service level' })).toBe('5 pipe "service level"');
    expect(writeQuery({ words: '“first call” winter', phrase: '“service level”' })).toBe('"first call" winter "service level"');
    expect(writeQuery({ words: 'x'.repeat(390), phrase: 'service level', theme: 'equity' })).toBe(`${'x'.repeat(390)}`);
  });
  test('is filled again from the line', () => {
    const form = { words: 'missed collection', phrase: 'service level', any: 'trash garbage', without: 'winter snow', author: 'Mazerolle', type: 'report', place: 'New York', from: '2010', to: '2020', in: 'library', answered: true, after: '2024', before: '2025-05' };
    expect(readLongForm(writeQuery(form))).toEqual(form);
    expect(readLongForm(writeQuery({ to: '2010' }))).toEqual({ answered: false, from: '', to: '2010' });
  });
  test.each<[string, object]>([
    ['type:"best practice" equity', { type: 'practice', words: 'equity' }], ['type:"Journal articles" equity', { type: 'journal-article', words: 'equity' }], ['type:news data', { type: 'newspaper-article', words: 'data' }], ['type:"b" data', { words: 'type:b data' }], ['type:member ana', { words: 'type:member ana' }],
    ['in:forums snow', { in: 'threads', words: 'snow' }], ['in:Members ana', { in: 'people', words: 'ana' }], ['in:resources', { in: 'library' }], ['in:themes', { words: 'in:themes' }],
    ['year:2010 year:2012', { from: '2010', to: '2010', words: 'year:2012' }], ['author:a author:"b c"', { author: 'a', words: 'author:"b c"' }], ['data -author:"Ben Clark" -"snow storm"', { words: 'data', without: 'author:"Ben Clark" "snow storm"' }],
  ])('loses nothing of what it has no choice for: %s', (typed, form) => {
    const filled = readLongForm(typed);
    expect(filled).toMatchObject(form);
    const sorted = (query: string) => read(query).map((terms) => terms.toSorted());
    const inWords = (query: string) => sorted(query.replace('in:forums', 'in:threads').replace('in:Members', 'in:people').replace('in:resources', 'in:library').replace('type:"best practice"', 'type:practice').replace('type:"Journal articles"', 'type:journal-article').replace('type:news', 'type:newspaper-article'));
    expect(sorted(writeQuery(filled))).toEqual(inWords(typed));
  });
});

test.each([
  ['centre', 'center'], ['center', 'centre'], ['neighbourhood', 'neighborhood'], ['organization', 'organisation'], ['analyse', 'analyze'], ['programme', 'program'], ['program', 'programme'], ['licence', 'license'],
  ['cheque', 'check'], ['kerbs', 'curbs'], ['catalogue', 'catalog'], ['cancelled', 'canceled'], ['canceled', 'cancelled'], ['judgement', 'judgment'], ['defence', 'defense'], ['labour', 'labor'],
])('%s is also spelled %s', (word, twin) => expect(spellingTwins(word)).toContain(twin));

test('titles are the same whatever case, accents and punctuation', () => {
  expect(sameWords('Montréal: 311, expliqué', 'montreal 311 explique')).toBe(true);
  expect(sameWords('Staffing the centre', 'Staffing a centre')).toBe(false);
});

test('words stand side by side in a title or not', () => {
  const title = stemsIn('Measuring first-contact resolution: Équité');
  expect([['first', 'contact'], ['contact', 'measur'], ['equit'], []].map((run) => standsIn(run, title))).toEqual([true, false, true, false]);
});
