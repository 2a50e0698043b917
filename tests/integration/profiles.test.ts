import sharp from 'sharp';
import { existsSync } from 'node:fs';
import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bumpChanges, db, members, placeSystems, profiles, searchDocuments, transaction } from '#db/client.ts';
import { Denied, Invalid, SignInRequired } from '#domain/errors.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { createPost } from '#domain/forum/posts.ts';
import { newestPostsBy } from '#domain/forum/recent-posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread, threadsBy } from '#domain/forum/threads.ts';
import { postsOnPage } from '#domain/forum/posts.ts';
import { forgetOrphanFiles } from '#domain/library/attaching.ts';
import { findProfile } from '#domain/people/members.ts';
import { canSeeField } from '#domain/people/permissions.ts';
import { visibilities, type Member, type Viewer } from '#domain/people/types.ts';
import { addPlace, placeInput } from '#domain/places/editing.ts';
import { countPlaceChange } from '#domain/places/known.ts';
import { membersByPlace } from '#domain/places/listing.ts';
import { noContributions } from '#domain/profiles/contributions.ts';
import { audienceOf, listDirectory, membersOfPlace, peopledPlaces, readDirectoryAsk, writeDirectoryAsk } from '#domain/profiles/directory.ts';
import { editProfile, ownPlace, ownProfile, placesToChoose, profileInput } from '#domain/profiles/editing.ts';
import { languages } from '#domain/profiles/fields.ts';
import { dropPhoto, photoFor, putPhoto } from '#domain/profiles/photo.ts';
import { profileFor } from '#domain/profiles/showing.ts';
import { placesInOwnWords } from '#domain/profiles/own-words.ts';
import { search } from '#domain/search/results.ts';
import { givenWords } from '../../src/components/given-words.ts';
import { again, enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member;
const town = { name: 'Marigold', kind: 'municipality', country: 'US', region: 'OH', population: '90000', populationYear: '2022', populationSource: 'a test' };
beforeAll(async () => {
  [rosa, tom, nadia, ines] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines')];
  for (const name of ['Marigold', 'Larkspur']) addPlace(nadia, placeInput.parse({ ...town, name }));
  addPlace(nadia, placeInput.parse({ ...town, name: 'Marigold', region: 'TX' }));
});
beforeEach(forgetLimits);

const edit = (member: Member, given: Record<string, unknown> = {}) => editProfile(again(member), profileInput.parse({ name: member.name, ...given }));
const directory = (viewer: Viewer, query = '') => listDirectory(viewer, readDirectoryAsk(new URLSearchParams(query)));
const handles = (viewer: Viewer, query = '') => directory(viewer, query).members.map(({ handle }) => handle);
const refusal = (work: () => unknown): Record<string, string> => {
  try { work(); } catch (error) { if (error instanceof Invalid) return error.fields; throw error; }
  return {};
};

test('languages stand in the order of their names', () => {
  const labels = languages.map(({ label }) => label);
  expect(labels).toEqual([...labels].sort(new Intl.Collator('en').compare));
});

describe('choosing a place', () => {
  test('takes the only one that is called so, and asks where there are several', () => {
    edit(rosa, { place: 'larkspur, oh' });
    expect(ownPlace(rosa)?.label).toBe('Larkspur, OH');
    expect(refusal(() => edit(rosa, { place: 'Marigold' }))).toEqual({ place: expect.stringContaining('Several places') });
    expect(ownPlace(rosa)?.label).toBe('Larkspur, OH');
    edit(rosa, { place: 'Marigold', placeChoice: 'marigold-tx' });
    expect(ownPlace(rosa)?.label).toBe('Marigold, TX');
    edit(rosa, { place: 'Marigold, TX' });
    expect(ownPlace(rosa)?.slug).toBe('marigold-tx');
  });

  test('does not take a place for theirs that is only called so: a name without its state may be one that is in no list', () => {
    edit(rosa, { place: '' });
    expect(refusal(() => edit(rosa, { place: 'Larkspur' }))).toEqual({ place: expect.stringContaining('may be another') as unknown });
    expect(placesToChoose('Larkspur').map(({ slug }) => slug)).toEqual(['larkspur-oh']);
    edit(rosa, { place: 'Larkspur', placeChoice: 'text' });
    expect([ownPlace(rosa), ownProfile(again(rosa)).place]).toEqual([null, 'Larkspur']);
    edit(rosa, { place: 'Larkspur', placeChoice: 'larkspur-oh' });
    expect(ownPlace(rosa)?.slug).toBe('larkspur-oh');
    edit(rosa, { place: '' });
    edit(rosa, { place: 'Larkspur OH' });
    expect(ownPlace(rosa)?.slug).toBe('larkspur-oh');
  });

  test('one choice says for all fields who sees them', () => {
    edit(rosa, { pronouns: 'she', 'see-all': 'coordinators', 'see-pronouns': 'everyone' });
    expect(new Set(Object.values(ownProfile(again(rosa)).visibility))).toEqual(new Set(['coordinators']));
    edit(rosa, { pronouns: 'she', 'see-all': '' });
    expect(new Set(Object.values(ownProfile(again(rosa)).visibility))).toEqual(new Set(['everyone']));
  });

  test('leaves words of their own that name no place, asks about those that nearly do, and forgets a place that is emptied', () => {
    expect(refusal(() => edit(rosa, { place: 'Wexcombe University' }))).toEqual({ place: expect.stringContaining('look at the spelling') as unknown });
    edit(rosa, { place: 'Wexcombe University', placeChoice: 'text' });
    edit(rosa, { place: 'Wexcombe University' });
    expect([ownPlace(rosa), ownProfile(again(rosa)).place]).toEqual([null, 'Wexcombe University']);
    expect(refusal(() => edit(rosa, { place: 'Larks' }))).toHaveProperty('place');
    edit(rosa, { place: 'Larks', placeChoice: 'text' });
    expect(ownProfile(again(rosa)).place).toBe('Larks');
    edit(rosa, { place: 'Larks' });
    edit(rosa, { place: '' });
    expect([ownPlace(rosa), ownProfile(again(rosa)).place]).toEqual([null, null]);
  });
});

describe('the form', () => {
  test('refuses what is none of the words, each at its field, and visitors', () => {
    const wrong = (given: Record<string, unknown>) => profileInput.safeParse({ name: 'Rosa', ...given }).error?.issues[0]?.path[0];
    expect(wrong({ hats: ['king'] })).toBe('hats');
    expect(wrong({ languages: ['xx'] })).toBe('languages');
    expect(wrong({ channels: ['smoke'] })).toBe('channels');
    expect(wrong({ 'see-askMe': 'friends' })).toBe('see-askMe');
    expect(wrong({ askMe: 'x'.repeat(301) })).toBe('askMe');
    expect(refusal(() => edit(rosa, { themes: ['nothing'] }))).toHaveProperty('themes');
    expect(() => ownProfile(null)).toThrow(SignInRequired);
  });

  test('is filled with what was sent', () => {
    edit(rosa, { pronouns: 'she/her', jobTitle: 'Supervisor', place: 'Larkspur, OH', hats: ['practitioner', 'researcher'], channels: ['web'], languages: ['es', 'en'], themes: ['equity'], askMe: 'rosters', lookingFor: 'peers', listed: true, 'see-askMe': 'members' });
    expect(ownProfile(again(rosa))).toMatchObject({
      name: rosa.name, listed: true, pronouns: 'she/her', jobTitle: 'Supervisor', place: 'Larkspur, OH', placeSlug: 'larkspur-oh', hats: ['practitioner', 'researcher'], channels: ['web'], languages: ['en', 'es'], themes: ['equity'],
      askMe: 'rosters', lookingFor: 'peers', visibility: expect.objectContaining({ askMe: 'members', place: 'everyone' }),
    });
  });
});

describe('who sees a field', () => {
  test('by the table', () => {
    const seen = (viewer: Viewer) => visibilities.filter((seenBy) => canSeeField(viewer, rosa.id, seenBy));
    expect(seen(null)).toEqual(['everyone']);
    expect(seen(tom)).toEqual(['everyone', 'members']);
    expect(seen({ ...tom, waiting: true })).toEqual(['everyone']);
    expect([audienceOf(tom), audienceOf({ ...tom, waiting: true }), audienceOf({ ...nadia, waiting: true })]).toEqual(['members', 'everyone', 'everyone']);
    expect(seen(nadia)).toEqual(['everyone', 'members', 'coordinators']);
    expect(seen(rosa)).toEqual(['everyone', 'members', 'coordinators', 'nobody']);
    expect(seen({ ...nadia, suspendedUntil: new Date(Date.now() + 60_000) })).toEqual(['everyone', 'members']);
  });

  const marked = { pronouns: 'zq/pronouns', jobTitle: 'Zqjobtitle', place: 'Zqplace hamlet', askMe: 'zqaskme', lookingFor: 'zqlookingfor' };
  const words = Object.values(marked).map((text) => /zq\W?\w+/i.exec(text)?.[0].toLowerCase() ?? '');
  let thread = 0;
  beforeAll(() => {
    forgetLimits();
    thread = createThread(again(rosa), { forum: 'operations', kind: 'question', title: 'How do you plan the holidays?', body: 'We cannot agree.', themes: ['equity'] }).id;
    createPost(again(rosa), { threadId: thread, body: 'A little more from me.' });
  });

  /** What search finds and proposes, without the words that were asked. */
  const answerTo = (q: string) => { const { total, results, corrected, likelier } = search({ q }); return [total, results, corrected, likelier]; };

  /** Everything that the hub says of Rosa to somebody, without the text of what she wrote. */
  const said = (viewer: Viewer) => JSON.stringify([
    profileFor(viewer, rosa.id), findProfile(viewer, 'rosa'), directory(viewer), words.map((q) => [handles(viewer, `q=${q}`), answerTo(q)]), db.select().from(searchDocuments).all(), threadsBy(viewer, rosa.id, 5), newestPostsBy(rosa.id, 5),
    postsOnPage(viewer, findThread(viewer, thread), 1), peopledPlaces(viewer), [...membersByPlace()],
  ]).toLowerCase();

  test.each(visibilities)('%s: in profile, directory, search, feeds and beside posts', (seenBy) => {
    edit(rosa, { ...marked, listed: true, placeChoice: 'text', ...Object.fromEntries(Object.keys(marked).map((field) => [`see-${field}`, seenBy])) });
    for (const [viewer, sees] of [[null, ['everyone']], [tom, ['everyone', 'members']], [nadia, ['everyone', 'members', 'coordinators']]] as const) {
      const text = said(viewer);
      for (const word of words) expect([viewer?.handle, word, text.includes(word)]).toEqual([viewer?.handle, word, (sees as readonly string[]).includes(seenBy)]);
    }
    for (const word of words) expect(JSON.stringify(profileFor(again(rosa), rosa.id)).toLowerCase()).toContain(word);
    expect(placesInOwnWords(nadia).some(({ text }) => text === marked.place)).toBe(seenBy !== 'nobody');
  });

  test.each(visibilities)('%s: what is chosen from lists narrows only for whoever sees it', (seenBy) => {
    edit(rosa, { place: 'Larkspur, OH', hats: ['official'], languages: ['nv'], channels: ['ivr'], themes: ['technology'], listed: true, ...Object.fromEntries(['place', 'hats', 'languages', 'channels', 'themes'].map((field) => [`see-${field}`, seenBy])) });
    const larkspur = ownPlace(rosa)?.id ?? 0;
    for (const [viewer, sees] of [[null, ['everyone']], [tom, ['everyone', 'members']], [nadia, ['everyone', 'members', 'coordinators']]] as const) {
      const expected = (sees as readonly string[]).includes(seenBy) ? ['rosa'] : [];
      for (const query of ['hat=official', 'language=nv', 'theme=technology', 'place=larkspur-oh', 'region=OH', 'band=50k-100k', 'like=marigold-oh']) expect([query, handles(viewer, query)]).toEqual([query, expected]);
      expect(membersOfPlace(viewer, larkspur).map(({ handle }) => handle)).toEqual(expected);
      expect(peopledPlaces(viewer).map(({ members: n }) => n)).toEqual(expected.length > 0 ? [1] : []);
      const { hats, languages, channels, themes } = profileFor(viewer, rosa.id);
      expect([hats, languages, channels, themes].map((terms) => terms.length)).toEqual(expected.length > 0 ? [1, 1, 1, 1] : [0, 0, 0, 0]);
    }
    expect(membersByPlace().get(larkspur) ?? 0).toBe(seenBy === 'everyone' ? 1 : 0);
    const [found] = db.select().from(searchDocuments).where(eq(searchDocuments.url, '/members/rosa')).all();
    expect([found?.themes, found?.place]).toEqual(seenBy === 'everyone' ? [' technology ', 'Larkspur, OH'] : [' ', null]);
  });

  test('who is not listed, not confirmed or suspended is in no list', () => {
    edit(rosa, { place: 'Larkspur, OH', listed: false });
    expect(handles(nadia)).not.toContain('rosa');
    edit(rosa, { place: 'Larkspur, OH', listed: true });
    expect(handles(null)).toContain('rosa');
    db.update(members).set({ suspendedUntil: new Date(Date.now() + 60_000), suspendedReason: 'x' }).where(eq(members.id, rosa.id)).run();
    edit(tom);
    expect([handles(nadia).includes('rosa'), peopledPlaces(nadia)]).toEqual([false, []]);
    expect(() => edit(rosa)).toThrow(Denied);
    db.update(members).set({ suspendedUntil: null, suspendedReason: null }).where(eq(members.id, rosa.id)).run();
  });
});

describe('vendors', () => {
  test('are labelled wherever they write, whoever sees their hats, but not where they are nameless', () => {
    edit(tom, { hats: ['vendor'], 'see-hats': 'nobody', listed: true });
    const { id } = createThread(again(tom), { forum: 'operations', kind: 'question', title: 'What do you ask vendors?', body: 'Tell me.', themes: [] });
    expect(threadsBy(null, tom.id, 1)[0]?.author.vendor).toBe(true);
    expect(newestPostsBy(tom.id, 1)[0]?.author).toBe(`${tom.name} (vendor)`);
    const document = () => db.select().from(searchDocuments).where(eq(searchDocuments.threadId, id)).get()?.people;
    expect(document()).toBe(`${tom.name} (vendor)`);
    expect(handles(null, 'hat=vendor')).toEqual(['tom']);
    expect(profileFor(null, tom.id).hats).toEqual([]);
    const nameless = createThread(again(tom), { forum: 'operations', kind: 'question', title: 'Without a name', body: 'For a colleague.', themes: [], nameless: true });
    expect(findThread(null, nameless.id).author).toMatchObject({ handle: '', vendor: false });
    expect(db.select().from(searchDocuments).where(eq(searchDocuments.threadId, nameless.id)).get()?.people).toBe('');
    edit(tom, { hats: [], listed: true });
    expect([document(), threadsBy(null, tom.id, 5).some(({ author }) => author.vendor)]).toEqual([tom.name, false]);
  });
});

describe('the directory', () => {
  test('says what somebody gave, with true counts, and puts the most helpful first', () => {
    edit(ines, { listed: true });
    edit(tom, { listed: true });
    const { id } = createThread(again(rosa), { forum: 'measures', kind: 'question', title: 'What do you count?', body: 'Everything?', themes: ['technology'] });
    const answer = createPost(again(ines), { threadId: id, body: 'Only what somebody reads.' });
    createPost(again(tom), { threadId: id, body: 'As much as we can.' });
    createPost(again(rosa), { threadId: id, body: 'Thank you.' });
    acceptAnswer(again(rosa), { postId: answer.id });
    const [first, second] = directory(null, 'theme=technology').members;
    expect([first?.handle, first?.given.answers, first?.given.accepted, first?.onTheme]).toEqual(['ines', 1, 1, 1]);
    expect([second?.handle, second?.given.accepted]).toEqual(['tom', 0]);
    expect(directory(null).members[0]?.handle).toBe('ines');
    expect(directory(null).members.find(({ handle }) => handle === 'rosa')?.given.answers).toBe(0);
    expect(handles(null, 'sort=name')).toEqual(['ines', 'rosa', 'tom']);
  });

  test('pages count over everybody who fits, and the address says the same when it is read back', () => {
    for (let n = 0; n < 25; n++) db.insert(members).values({ email: `many-${n}@test.example`, handle: `many-${n}`, name: `Many ${n}`, jobTitle: 'Gatekeeper', emailConfirmedAt: new Date(), listed: true }).run();
    edit(ines, { listed: true });
    const page = directory(null, 'q=gatekeeper&page=2');
    expect([page.total, page.members.length, page.paging.pages]).toEqual([25, 5, 2]);
    const query = '?q=a&theme=equity&like=larkspur-oh&by-kind=0&sort=name&page=2';
    expect(writeDirectoryAsk(readDirectoryAsk(new URLSearchParams(query)))).toBe(query);
  });

  test('members at places like one: those of the nearest first, with why', () => {
    edit(rosa, { place: 'Larkspur, OH', listed: true });
    edit(tom, { place: 'Marigold, TX', listed: true });
    const { members: found, total } = directory(null, 'like=marigold-oh');
    expect([total, found.map(({ handle }) => handle)]).toEqual([2, ['rosa', 'tom']]);
    expect(found[0]?.alike).toEqual({ percent: 100, points: 'in 3 of 6 points', why: 'about as many people, same kind of government, also in Ohio; not known of either: form of government, stage of the programme, systems in use' });
    expect(directory(null, 'like=larkspur-oh').members[0]).toMatchObject({ handle: 'rosa', alike: { percent: 100, why: 'this place' } });
  });

  test('whoever is found by a system is told why: what their place uses, where it may be seen', () => {
    const larkspur = ownPlace(again(rosa))?.id ?? 0;
    transaction(() => { db.insert(placeSystems).values({ placeId: larkspur, role: 'crm', name: 'Plaza CRM' }).run(); countPlaceChange(); bumpChanges(); });
    expect(directory(null, 'system=plaza+crm').members.map(({ handle, uses }) => [handle, uses])).toEqual([['rosa', 'Plaza CRM']]);
    expect(directory(null, 'q=rosa').members[0]?.uses).toBeNull();
    edit(rosa, { place: 'Larkspur, OH', listed: true, 'see-place': 'members' });
    expect([handles(null, 'system=Plaza+CRM'), handles(tom, 'system=Plaza+CRM')]).toEqual([[], ['rosa']]);
    edit(rosa, { place: 'Larkspur, OH', listed: true });
  });

  test('nobody leads the list of those who are like them; in every other list they find themselves', () => {
    edit(rosa, { place: 'Larkspur, OH', listed: true });
    edit(tom, { place: 'Marigold, TX', listed: true });
    expect([handles(rosa, 'like=larkspur-oh'), directory(rosa, 'like=larkspur-oh').total]).toEqual([['tom'], 1]);
    expect(handles(tom, 'like=larkspur-oh')).toEqual(['rosa']);
    expect(handles(rosa, 'q=rosa')).toEqual(['rosa']);
  });

  test('answers on a theme are said once, and beside those on others as part of all', () => {
    const given = { ...noContributions, answers: 6, accepted: 2, practices: 1 };
    expect(givenWords(given)).toEqual(['6 answers (2 accepted)', '1 best practice']);
    expect(givenWords(given, { theme: 'Technology', answers: 6 })).toEqual(['6 answers on Technology (2 accepted)', '1 best practice']);
    expect(givenWords(given, { theme: 'Technology', answers: 1 })).toEqual(['1 answer on Technology', '6 answers in all (2 accepted)', '1 best practice']);
  });
});

describe('a photo', () => {
  const picture = async (size = 600) => new File([new Uint8Array(await sharp({ create: { width: size, height: size / 2, channels: 3, background: '#123456' } }).withExif({ IFD0: { Artist: 'zqsecret' } }).jpeg().toBuffer())], 'me.jpg');

  test('is drawn anew as a square without what the camera wrote, and is had only by whoever sees it', async () => {
    await putPhoto(again(rosa), { photo: await picture() });
    const file = photoFor(null, rosa.id);
    expect(file).toMatchObject({ mediaType: 'image/webp', shared: true });
    const { width, height, exif } = await sharp(file?.path).metadata();
    expect([width, height, exif]).toEqual([320, 320, undefined]);
    edit(rosa, { listed: true, 'see-photo': 'members' });
    expect([photoFor(null, rosa.id), photoFor(tom, rosa.id)?.shared]).toEqual([null, false]);
    expect([profileFor(null, rosa.id).photo, directory(null, 'q=rosa').members[0]?.photo]).toEqual([null, null]);
    edit(rosa, { listed: true, 'see-photo': 'nobody' });
    expect([photoFor(nadia, rosa.id), photoFor(rosa, rosa.id) !== null]).toEqual([null, true]);
  });

  test('put by itself it is seen only by whoever its form says, and what else is said of the profile stays', async () => {
    edit(rosa, { pronouns: 'she', 'see-pronouns': 'members' });
    await putPhoto(again(rosa), { photo: await picture(), seenBy: 'coordinators' });
    expect([photoFor(tom, rosa.id), photoFor(nadia, rosa.id)?.shared]).toEqual([null, false]);
    expect(ownProfile(again(rosa)).visibility).toMatchObject({ photo: 'coordinators', pronouns: 'members' });
    await putPhoto(again(rosa), { photo: await picture(), seenBy: 'everyone' });
    expect(photoFor(null, rosa.id)?.shared).toBe(true);
  });

  test('stays while it is used, and its bytes go when it is taken off', () => {
    const path = photoFor(rosa, rosa.id)?.path ?? '';
    const tomorrow = new Date(Date.now() + 86_400_000);
    forgetOrphanFiles(tomorrow);
    expect(existsSync(path)).toBe(true);
    dropPhoto(again(rosa));
    forgetOrphanFiles(tomorrow);
    expect([existsSync(path), photoFor(rosa, rosa.id), db.select({ hash: profiles.photoHash }).from(profiles).where(eq(profiles.memberId, rosa.id)).get()?.hash]).toEqual([false, null, null]);
  });

  test('what is no picture is refused at its field', async () => {
    await expect(putPhoto(again(rosa), { photo: new File(['a,b\n1,2\n'], 'me.jpg') })).rejects.toThrow(/no picture/);
    await expect(putPhoto(again(rosa), { photo: new File([], 'me.jpg') })).rejects.toThrow(Invalid);
  });
});
