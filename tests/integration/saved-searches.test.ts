import { desc, eq } from 'drizzle-orm';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { db, mailStops, members, outbox, savedSearches, savedSearchHits, searchDocuments, threads } from '#db/client.ts';
import { removeThread, restoreThread } from '#domain/decisions/removing.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { resumeMail, stopMail, stopToken } from '#domain/mail/stopping.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import type { Member } from '#domain/people/types.ts';
import { askOf, queryOf, wordsOf } from '#domain/saved-searches/asks.ts';
import { mailSavedSearches, membersWithSearchesDue, passOverSearches } from '#domain/saved-searches/letters.ts';
import { deleteSearch, mostSearches, renameSearch, renameSearchInput, saveSearch, saveSearchInput, setSearchMail } from '#domain/saved-searches/saving.ts';
import { listSavedSearches, savedSearchFor } from '#domain/saved-searches/saved.ts';
import { dropDocument, putDocument } from '#domain/search/documents.ts';
import { lastDocumentId } from '#domain/search/matches.ts';
import { lastHour } from '#lib/dates.ts';
import { again, enter, forgetLimits, lettersTo } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member;
beforeAll(async () => { [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')]; });
beforeEach(forgetLimits);
afterEach(() => { for (const table of [savedSearches, outbox, mailStops, searchDocuments]) db.delete(table).run(); });

const save = (query: string, name = query, actor = rosa) => saveSearch(actor, saveSearchInput.parse({ query, name }));
const mine = (actor = rosa) => listSavedSearches(actor).searches;
const thread = (title: string, body = 'Who has a number for it?', author = tom) =>
  createThread(author, threadInput.parse({ forum: 'operations', title, body, kind: 'question', themes: [] }));
const report = (ref: string, title: string, at = new Date()) =>
  putDocument({ kind: 'resource', ref, threadId: null, url: `/library/${ref}`, title, people: '', summary: 'What it says.', body: '', type: 'report', themes: [], year: null, place: null, at });
const newest = () => db.select({ id: threads.id }).from(threads).orderBy(desc(threads.id)).get()?.id ?? 0;
/** The daily letter `days` from now, as the chores write it. */
const daily = (days = 1) => {
  const now = new Date(Date.now() + days * 86_400_000);
  const told = membersWithSearchesDue(now).map((member) => mailSavedSearches(member, now));
  passOverSearches(now);
  return told;
};

describe('the query of a search', () => {
  test.each([
    ['q=pothole', 'q=pothole'], ['page=3&q=pothole', 'q=pothole'], ['q=%20pothole%20&kind=', 'q=pothole'], ['kind=thread&q=a+b', 'q=a+b&kind=thread'], ['other=x&q=%26', 'q=%26'], ['q=', ''], ['page=2', ''],
  ])('%j is written %j', (given, written) => expect(queryOf(askOf(given))).toBe(written));
  test('in words', () => expect(wordsOf(askOf('q=pothole&kind=thread&theme=equity&type=report'))).toBe('“pothole”, in discussions, Report, on Equity and access'));
});

describe('saving', () => {
  test('a search is kept under its name, for its owner alone, with its feeds', () => {
    expect(save('q=pothole&page=2', '  Potholes\nof   all kinds ')).toEqual({ url: '/search?q=pothole' });
    expect(mine()).toMatchObject([{ name: 'Potholes of all kinds', words: '“pothole”', url: '/search?q=pothole', mail: true, feeds: { atom: '/search.atom?q=pothole', json: '/search.feed.json?q=pothole' } }]);
    expect(mine(tom)).toEqual([]);
    expect(savedSearchFor(rosa, askOf('q=pothole&page=4'))).toMatchObject({ name: 'Potholes of all kinds' });
    for (const viewer of [tom, null]) expect(savedSearchFor(viewer, askOf('q=pothole'))).toBeNull();
    expect(savedSearchFor(rosa, askOf('q=pothole&kind=thread'))).toBeNull();
  });
  test('the same search is refused with the name it has', () => {
    save('q=pothole', 'Potholes');
    expect(() => save('page=9&q=+pothole', 'Another name')).toThrow('You have saved this search already, as “Potholes”.');
    save('q=pothole', 'Potholes', tom);
  });
  test('a search for nothing is refused', () => { for (const query of ['', 'page=2', 'q=+++']) expect(() => save(query, 'x')).toThrow('asks for nothing'); });
  test('a search for all but one thing is one', () => expect(save('q=-pothole')).toEqual({ url: '/search?q=-pothole' }));
  test.each([['', false], ['   ', false], ['\u200B', false], ['x'.repeat(80), true], ['x'.repeat(81), false]])('the name %j: %j', (name, taken) => {
    expect(saveSearchInput.safeParse({ name, query: 'q=x' }).success).toBe(taken);
    expect(renameSearchInput.safeParse({ name, id: '1' }).success).toBe(taken);
  });
  test(`${mostSearches} are the most`, () => {
    for (let n = 0; n < mostSearches; n++) save(`q=word${n}`);
    expect(() => save('q=onemore')).toThrow(`${mostSearches} searches, which is the most`);
    save('q=onemore', 'x', tom);
  });
  test('the database repeats the rules', () => {
    const row = { memberId: rosa.id, name: 'x', query: 'q=x', lastDocumentId: 0 };
    db.insert(savedSearches).values(row).run();
    for (const wrong of [row, { ...row, query: 'q=y', name: '  ' }, { ...row, query: '' }]) expect(() => db.insert(savedSearches).values(wrong).run()).toThrow();
  });
  test('whoever may not write saves nothing, but may stop and delete', () => {
    save('q=pothole');
    const suspended = { ...rosa, suspendedUntil: new Date(Date.now() + 86_400_000) };
    expect(() => save('q=x', 'x', suspended)).toThrow('suspended');
    expect(() => save('q=x', 'x', { ...rosa, emailConfirmed: false })).toThrow('confirm');
    const [search] = mine();
    setSearchMail(suspended, { id: search?.id ?? 0, mail: 'off' });
    deleteSearch(suspended, { id: search?.id ?? 0 });
    expect(mine()).toEqual([]);
  });
  test('renamed, stopped and deleted by their owner alone', () => {
    save('q=pothole');
    const id = mine()[0]?.id ?? 0;
    for (const act of [() => renameSearch(tom, { id, name: 'mine' }), () => setSearchMail(tom, { id, mail: 'off' }), () => deleteSearch(tom, { id })]) expect(act).toThrow('no such saved search');
    renameSearch(rosa, { id, name: 'Better' });
    expect(mine()).toMatchObject([{ name: 'Better', mail: true }]);
    deleteSearch(rosa, { id });
    expect(mine()).toEqual([]);
  });
});

describe('the day of letters', () => {
  test.each([['05:59', '27T06'], ['06:00', '28T06'], ['23:00', '28T06']])('at %s the last six o’clock is that of %s', (time, last) =>
    expect(lastHour(new Date(`2026-11-28T${time}:00Z`), 6).toISOString()).toBe(`2026-11-${last}:00:00.000Z`));
});

describe('the daily letter', () => {
  test('tells of what came after saving, each once', () => {
    thread('Pothole from before');
    save('q=pothole', 'Holes');
    thread('Pothole in the bus lane');
    report('new', 'A pothole report');
    thread('Something else');
    expect(daily()).toEqual([2]);
    const [letter] = lettersTo(rosa.email);
    expect(letter?.subject).toBe('2 new for “Holes”');
    expect(letter?.text).toContain('* Pothole in the bus lane\n  Running the centre · by Tom Achterberg\n');
    expect(letter?.text).toContain('* A pothole report\n');
    expect(letter?.text).toContain('  http://localhost:4321/library/new\n');
    expect(letter?.text).not.toContain('from before');
    expect(letter?.text).not.toContain('Something else');
    expect(daily()).toEqual([]);
    expect(daily(2)).toEqual([0]);
    expect(lettersTo(rosa.email)).toHaveLength(1);
  });
  test('all searches of a member in one letter, and what two find stands there once', () => {
    save('q=pothole', 'A');
    save('q=lane', 'B');
    save('q=pothole+lane', 'C');
    thread('Pothole in the lane');
    thread('A lane for trams');
    expect(daily()).toEqual([4]);
    const [letter, another] = lettersTo(rosa.email);
    expect(another).toBeUndefined();
    expect(letter?.subject).toBe('2 new for 3 of your searches');
    expect(letter?.text).toContain('A: 1 new\n');
    expect(letter?.text).toContain('B: 2 new\n');
    expect(letter?.text.match(/\* Pothole in the lane/g)).toHaveLength(1);
    expect(letter?.text).toContain('C: 1 new\n--------\n\nAll of it stands above.');
    expect(letter?.text.match(/One more stands above\.\n/g)).toHaveLength(1);
  });
  test('what it says of a match has no blank before the end of a sentence', () => {
    save('q=pothole');
    thread('Who mends it', 'Who mends a pothole?');
    daily();
    expect(lettersTo(rosa.email)[0]?.text).toContain('Who mends a pothole?');
  });
  test('a thread with several new matches stands there once', () => {
    save('q=pothole');
    thread('A pothole that grows');
    const threadId = newest();
    createPost(nadia, { threadId, body: 'A pothole here too.' });
    createPost(nadia, { threadId, body: 'And one more pothole.' });
    expect(daily()).toEqual([3]);
    const [letter] = lettersTo(rosa.email);
    expect(letter?.text.match(/A pothole that grows/g)).toHaveLength(1);
    expect(letter?.subject).toBe('1 new for “q=pothole”');
    expect(letter?.text).toContain('q=pothole: 1 new\n');
  });
  test('shows twenty of a search and says how many more there are', () => {
    save('q=pothole');
    for (let n = 1; n <= 23; n++) report(`r${n}`, `Pothole ${n}`);
    expect(daily()).toEqual([23]);
    const text = lettersTo(rosa.email)[0]?.text ?? '';
    expect(text).toContain('* Pothole 20\n');
    expect(text).not.toContain('* Pothole 21\n');
    expect(text).toContain('And 3 more: open the search:\nhttp://localhost:4321/search?q=pothole');
    expect(daily(2)).toEqual([0]);
  });
  test('what leaves and comes back is not told twice', () => {
    save('q=pothole');
    report('r', 'Pothole report');
    expect(daily()).toEqual([1]);
    dropDocument('resource', 'r');
    report('r', 'Pothole report');
    expect(daily(2)).toEqual([0]);
  });
  test('a thread from before that is removed and restored is not new', () => {
    thread('Pothole of old');
    const id = newest();
    save('q=pothole');
    const before = lastDocumentId();
    removeThread(nadia, { threadId: id, reason: 'A mistake' });
    restoreThread(nadia, { threadId: id, reason: 'In order.' });
    expect(lastDocumentId()).toBeGreaterThan(before);
    expect(daily()).toEqual([0]);
  });
  test('what was removed before the letter is not in it', () => {
    save('q=pothole');
    thread('Pothole to be removed');
    removeThread(nadia, { threadId: newest(), reason: 'Spam' });
    expect(daily()).toEqual([0]);
    expect(lettersTo(rosa.email)).toEqual([]);
  });
  test('one’s own words are no news', () => {
    save('q=pothole');
    thread('My own pothole', 'x', rosa);
    expect(daily()).toEqual([0]);
  });
  test('what came while the mail was off is not mailed later', () => {
    save('q=pothole');
    const id = mine()[0]?.id ?? 0;
    setSearchMail(rosa, { id, mail: 'off' });
    report('a', 'Pothole while off');
    expect(daily()).toEqual([]);
    setSearchMail(rosa, { id, mail: 'on' });
    report('b', 'Pothole after');
    expect(daily(2)).toEqual([1]);
    expect(lettersTo(rosa.email)[0]?.text).toContain('Pothole after');
    expect(lettersTo(rosa.email)[0]?.text).not.toContain('while off');
  });
  test.each([
    ['suspended', { suspendedUntil: new Date(Date.now() + 9 * 86_400_000), suspendedReason: 'x' }, { suspendedUntil: null, suspendedReason: null }],
    ['unconfirmed', { emailConfirmedAt: null }, { emailConfirmedAt: new Date() }],
  ])('a member who is %s gets none, and none of it later', (_, wrong, right) => {
    save('q=pothole');
    report('a', 'Pothole meanwhile');
    db.update(members).set(wrong).where(eq(members.id, rosa.id)).run();
    expect(daily()).toEqual([]);
    expect(mailSavedSearches(rosa.id, new Date(Date.now() + 86_400_000))).toBe(0);
    db.update(members).set(right).where(eq(members.id, rosa.id)).run();
    report('b', 'Pothole after');
    expect(daily(2)).toEqual([1]);
    expect(lettersTo(rosa.email)[0]?.text).not.toContain('meanwhile');
  });
  test('a suspension that is over keeps no letter back', () => {
    save('q=pothole');
    report('a', 'Pothole');
    db.update(members).set({ suspendedUntil: new Date(Date.now() - 1), suspendedReason: 'x' }).where(eq(members.id, rosa.id)).run();
    expect(daily()).toEqual([1]);
    db.update(members).set({ suspendedUntil: null, suspendedReason: null }).where(eq(members.id, rosa.id)).run();
  });
  test('whoever stopped these letters gets none until they take it back', () => {
    save('q=pothole');
    report('a', 'Pothole meanwhile');
    const token = stopToken(rosa.id, 'searches');
    stopMail({ token });
    expect(listSavedSearches(rosa).stopped).toBe(token);
    expect(daily()).toEqual([]);
    resumeMail({ token });
    report('b', 'Pothole after');
    expect(daily(2)).toEqual([1]);
    expect(lettersTo(rosa.email)[0]?.text).not.toContain('meanwhile');
  });
  test('says why it was sent and how to stop it, to people and to programs', () => {
    save('q=pothole');
    report('a', 'Pothole <b>&');
    daily();
    const letter = db.select().from(outbox).get();
    const stop = `http://localhost:4321/unsubscribe/${stopToken(rosa.id, 'searches')}`;
    expect(letter?.headers).toEqual({ 'List-Unsubscribe': `<${stop}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' });
    expect(letter?.text.replaceAll('\n', ' ')).toContain('You get this letter, at most once a day, because you saved this search');
    expect(letter?.text).toContain(stop);
    expect(letter?.text).toContain('http://localhost:4321/account/searches');
    expect(letter?.html).toContain(`href="${stop}"`);
    expect(letter?.html).toContain('Pothole &lt;b&gt;&amp;');
    expect(letter?.html).not.toContain('<b>');
  });
  test('a crash before the letter is kept leaves nothing told; after it nothing is told again', () => {
    save('q=pothole');
    report('a', 'Pothole');
    const before = db.select().from(savedSearches).all();
    db.$client.exec(`create trigger crash before insert on outbox begin select raise(abort, 'power cut'); end`);
    expect(daily).toThrow('power cut');
    db.$client.exec('drop trigger crash');
    expect(db.select().from(savedSearches).all()).toEqual(before);
    expect(db.select().from(savedSearchHits).all()).toEqual([]);
    expect(daily()).toEqual([1]);
    // The process that wrote the letter goes down before it has noted anything in memory; another begins anew.
    db.update(savedSearches).set({ lastMailedAt: null, lastDocumentId: 0 }).run();
    expect(daily()).toEqual([0]);
    expect(lettersTo(rosa.email)).toHaveLength(1);
  });
  test('another’s new name makes nothing new', () => {
    thread('Pothole of Tom');
    save('q=Achterberg');
    editProfile(again(tom), profileInput.parse({ name: 'Tom van Achterberg', jobTitle: null, place: null, listed: false }));
    expect(daily()).toEqual([0]);
    editProfile(again(tom), profileInput.parse({ name: tom.name, jobTitle: null, place: null, listed: false }));
  });
});
