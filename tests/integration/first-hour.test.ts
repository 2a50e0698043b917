import { and, eq, inArray } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { coordinatorAreas, db, firstHours, follows, members, memberTraits, notifications, passwords, places, posts, transaction, trustLevels } from '#db/client.ts';
import { Denied, Invalid, NotFound } from '#domain/errors.ts';
import { createPost } from '#domain/forum/posts.ts';
import { follow } from '#domain/forum/follows.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { listTold } from '#domain/forum/inbox.ts';
import { chooseFirstThemes, dismissFirstHour, firstHourOf, firstThemesInput, skipStep } from '#domain/membership/first-hour.ts';
import { newHere } from '#domain/membership/new-here.ts';
import { countWelcomes, listWelcomes, welcomeMember } from '#domain/membership/welcoming.ts';
import { beginMembership, giveWelcomesOn } from '#domain/people/admitting.ts';
import { formerCoordinator, formerMember } from '#domain/people/former.ts';
import { confirmEmail, join } from '#domain/people/joining.ts';
import { asMember, memberByEmail } from '#domain/people/members.ts';
import type { Member } from '#domain/people/types.ts';
import { choosePlace, ownProfile, placeChoiceInput } from '#domain/profiles/editing.ts';
import { again, enter, forgetLimits, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => {
  [rosa, nadia, ines, abe] = [await enter('rosa'), await enter('nadia'), await enter('ines'), await enter('abe')];
  db.update(members).set({ createdAt: new Date(Date.now() - 400 * 86_400_000) }).run();
  db.insert(places).values({ slug: 'alder-co', name: 'Alder', label: 'Alder, CO', folded: 'alder co colorado us united states', kind: 'city', region: 'CO', country: 'US', origin: 'hub' }).run();
});
beforeEach(forgetLimits);

let n = 0;
async function joined(name = `newcomer${++n}`): Promise<Member> {
  const [email, password] = [`${name.toLowerCase()}@test.example`, 'heron lantern gravel mitten'];
  await join({ name, email, password, website: null }, 'here');
  await confirmEmail({ token: tokenFor(email), password }, 'here');
  const row = memberByEmail(email);
  if (!row) throw new Error('Nobody joined.');
  return asMember(row);
}
const owner = (member: Member) => db.select({ id: firstHours.coordinatorId }).from(firstHours).where(eq(firstHours.memberId, member.id)).get()?.id;
const clear = () => db.delete(firstHours).run();
const themesOf = (member: Member) => db.select().from(follows).where(and(eq(follows.memberId, member.id), eq(follows.kind, 'theme'))).all();

describe('the three steps', () => {
  test('are there for new members, open, with the name of who welcomes them', async () => {
    const newcomer = await joined();
    expect(firstHourOf(newcomer)).toMatchObject({ steps: { place: 'open', themes: 'open', act: 'open' }, done: 0, over: false, coordinator: { name: expect.stringMatching(/Nadia|Inès/) }, welcomed: false });
    expect([firstHourOf(rosa), firstHourOf(null)]).toEqual([null, null]);
  });

  test('are ticked as they are done, whichever page they are done on', async () => {
    const newcomer = await joined();
    expect(() => choosePlace(newcomer, placeChoiceInput.parse({ place: '' }))).toThrow(Invalid);
    choosePlace(newcomer, placeChoiceInput.parse({ place: 'Alder, CO', 'see-place': 'members' }));
    expect(ownProfile(newcomer)).toMatchObject({ place: 'Alder, CO', placeSlug: 'alder-co', visibility: { place: 'members', themes: 'members', jobTitle: 'everyone' } });
    expect(db.select({ place: members.place }).from(members).where(eq(members.id, newcomer.id)).get()?.place).toBeNull();
    chooseFirstThemes(newcomer, firstThemesInput.parse({ themes: ['equity', 'technology'], 'see-themes': 'nobody' }));
    expect(themesOf(newcomer).map(({ ref, level }) => [ref, level]).sort()).toEqual([['equity', 'first-post'], ['technology', 'first-post']]);
    expect(ownProfile(newcomer)).toMatchObject({ place: 'Alder, CO', themes: ['equity', 'technology'], visibility: { place: 'members', themes: 'nobody' } });
    expect(firstHourOf(newcomer)).toMatchObject({ steps: { place: 'done', themes: 'done', act: 'open' }, done: 2, over: false });
    follow(newcomer, { kind: 'member', ref: String(rosa.id), level: 'following' });
    expect(firstHourOf(newcomer)).toMatchObject({ done: 3, over: true });
  });

  test('asking is an act as well; muting is none', async () => {
    const newcomer = await joined();
    follow(newcomer, { kind: 'member', ref: String(rosa.id), level: 'muted' });
    expect(firstHourOf(newcomer)?.steps.act).toBe('open');
    createThread(newcomer, { forum: 'operations', kind: 'question', title: 'How do you staff a Monday?', body: 'Ours is always late.', themes: [] });
    expect(firstHourOf(newcomer)?.steps.act).toBe('done');
  });

  test('nobody welcomes who was appointed meanwhile', async () => {
    clear();
    const [newcomer, other] = [await joined(), await joined()];
    db.update(members).set({ role: 'coordinator' }).where(eq(members.id, newcomer.id)).run();
    db.insert(coordinatorAreas).values({ memberId: other.id, theme: 'equity' }).run();
    expect([listWelcomes(nadia), countWelcomes()]).toEqual([[], 0]);
    db.delete(coordinatorAreas).run();
    db.update(members).set({ role: 'member' }).where(eq(members.id, newcomer.id)).run();
    expect(countWelcomes()).toBe(2);
  });

  test('coordinators are not told of an act that was without a name', async () => {
    clear();
    const newcomer = await joined();
    const stepsTold = () => listWelcomes(nadia).find(({ memberId }) => memberId === newcomer.id)?.steps;
    createThread(newcomer, { forum: 'operations', kind: 'question', title: 'My supervisor forbids call-backs', body: 'What would you do?', themes: [], nameless: true });
    expect([stepsTold(), firstHourOf(newcomer)?.done]).toEqual([0, 1]);
    createThread(newcomer, { forum: 'operations', kind: 'question', title: 'How do you staff a Tuesday?', body: 'Ours is always late.', themes: [] });
    expect(stepsTold()).toBe(1);
  });

  test('a theme that is followed already stays as it is; one that does not exist is refused whole', async () => {
    const newcomer = await joined();
    follow(newcomer, { kind: 'theme', ref: 'equity', level: 'following' });
    chooseFirstThemes(newcomer, firstThemesInput.parse({ themes: ['equity'] }));
    expect(themesOf(newcomer)).toMatchObject([{ ref: 'equity', level: 'following' }]);
    for (const themes of [[], ['technology', 'nothing']]) expect(() => chooseFirstThemes(newcomer, firstThemesInput.parse({ themes }))).toThrow(Invalid);
    expect(db.select().from(memberTraits).where(eq(memberTraits.memberId, newcomer.id)).all().map(({ value }) => value)).toEqual(['equity']);
  });

  test('can be left out and done later, and dismissed', async () => {
    const newcomer = await joined();
    for (const step of ['place', 'themes', 'place'] as const) skipStep(newcomer, { step });
    expect(firstHourOf(newcomer)).toMatchObject({ steps: { place: 'skipped', themes: 'skipped', act: 'open' }, over: false });
    choosePlace(newcomer, placeChoiceInput.parse({ place: 'Alder, CO' }));
    expect(firstHourOf(newcomer)?.steps.place).toBe('done');
    dismissFirstHour(newcomer);
    expect(firstHourOf(newcomer)?.over).toBe(true);
    skipStep(rosa, { step: 'place' });
    dismissFirstHour(rosa);
    expect(firstHourOf(rosa)).toBeNull();
  });
});

describe('who welcomes', () => {
  test('newcomers go round among the coordinators, to whoever has fewest to welcome', async () => {
    clear();
    const four = [await joined(), await joined(), await joined(), await joined()];
    expect(four.map(owner).sort()).toEqual([nadia.id, nadia.id, ines.id, ines.id].sort());
    for (const member of four.filter((one) => owner(one) === ines.id)) welcomeMember(ines, { memberId: member.id, note: null });
    expect([owner(await joined()), owner(await joined())]).toEqual([ines.id, ines.id]);
  });

  test('not to who is suspended or cannot sign in; to administrators where there is no coordinator, and to nobody where there is none', async () => {
    clear();
    const until = { suspendedUntil: new Date(Date.now() + 86_400_000), suspendedReason: 'Away.' };
    db.update(members).set(until).where(eq(members.id, nadia.id)).run();
    expect(owner(await joined())).toBe(ines.id);
    const hashes = db.select().from(passwords).where(inArray(passwords.memberId, [ines.id, abe.id])).all();
    const invented = ({ id }: Member) => {
      db.update(members).set({ sample: true }).where(eq(members.id, id)).run();
      db.delete(passwords).where(eq(passwords.memberId, id)).run();
    };
    invented(ines);
    expect(owner(await joined())).toBe(abe.id);
    invented(abe);
    const nobodys = await joined();
    expect([owner(nobodys), firstHourOf(nobodys)?.coordinator]).toEqual([null, null]);
    db.update(members).set({ suspendedUntil: null, suspendedReason: null, sample: false }).run();
    db.insert(passwords).values(hashes).run();
    // As soon as somebody can, it is theirs.
    expect(listWelcomes(nadia).find(({ memberId }) => memberId === nobodys.id)?.coordinator?.id).toBe(nadia.id);
  });

  test('what somebody cannot do any more is given to another, by their load', async () => {
    clear();
    const four = [await joined(), await joined(), await joined(), await joined()];
    const hers = four.filter((one) => owner(one) === nadia.id);
    expect([hers.length, giveWelcomesOn()]).toEqual([2, 0]);
    db.update(members).set({ role: 'member' }).where(eq(members.id, nadia.id)).run();
    expect([giveWelcomesOn(), giveWelcomesOn(), hers.map(owner)]).toEqual([2, 0, [ines.id, ines.id]]);
    db.update(members).set({ role: 'coordinator' }).where(eq(members.id, nadia.id)).run();
    const suspended = { suspendedUntil: new Date(Date.now() + 86_400_000), suspendedReason: 'Away.' };
    db.update(members).set(suspended).where(eq(members.id, ines.id)).run();
    expect([listWelcomes(nadia, true).length, four.map(owner)]).toEqual([4, four.map(() => nadia.id)]);
    db.update(members).set({ suspendedUntil: null, suspendedReason: null }).run();
    db.delete(firstHours).where(inArray(firstHours.memberId, four.map(({ id }) => id))).run();
  });

  test('the task says who joined, from where and with which themes, as far as they show it', async () => {
    clear();
    const newcomer = await joined('Pim');
    choosePlace(newcomer, placeChoiceInput.parse({ place: 'Alder, CO', 'see-place': 'coordinators' }));
    chooseFirstThemes(newcomer, firstThemesInput.parse({ themes: ['equity'], 'see-themes': 'nobody' }));
    expect(listWelcomes(nadia)).toMatchObject([{ name: 'Pim', place: 'Alder, CO', themes: [], steps: 2 }]);
    const mine = owner(newcomer) === nadia.id ? nadia : ines;
    expect([listWelcomes(mine, true).length, listWelcomes(mine === nadia ? ines : nadia, true).length]).toEqual([1, 0]);
    expect(() => listWelcomes(rosa)).toThrow(Denied);
    expect(() => welcomeMember(rosa, { memberId: newcomer.id, note: null })).toThrow(Denied);
  });

  test('done once, by whoever is first; a word is told of, and stands on the first page', () => {
    const newcomer = again(asMember(memberByEmail('pim@test.example') ?? (() => { throw new Error('Pim is gone.'); })()));
    welcomeMember(abe, { memberId: newcomer.id, note: 'Ask me about Mondays.' });
    expect(() => welcomeMember(nadia, { memberId: newcomer.id, note: 'And me.' })).toThrow(NotFound);
    expect(firstHourOf(newcomer)).toMatchObject({ welcomed: true, note: 'Ask me about Mondays.', coordinator: { name: 'Abe Whitfield' } });
    expect(listTold(newcomer, null).told).toMatchObject([{ words: expect.stringContaining('Abe Whitfield welcomes you'), why: 'You are told because it is about you.' }]);
    expect(countWelcomes()).toBe(0);
  });

  test('nobody welcomes who is suspended', async () => {
    const newcomer = await joined();
    const suspend = (until: Date | null) => db.update(members).set({ suspendedUntil: until, suspendedReason: until && 'Spam.' }).where(eq(members.id, newcomer.id)).run();
    suspend(new Date(Date.now() + 86_400_000));
    expect([listWelcomes(nadia), countWelcomes()]).toEqual([[], 0]);
    suspend(null);
    expect(countWelcomes()).toBe(1);
    welcomeMember(nadia, { memberId: newcomer.id, note: null });
  });

  test('without a word nobody is told anything', async () => {
    const newcomer = await joined();
    welcomeMember(nadia, { memberId: newcomer.id, note: null });
    expect(db.select().from(notifications).where(eq(notifications.memberId, newcomer.id)).all()).toEqual([]);
  });

  test('somebody who joins twice over is given to one', async () => {
    const newcomer = await joined();
    const before = owner(newcomer);
    transaction(() => beginMembership(newcomer.id));
    expect(owner(newcomer)).toBe(before);
  });
});

describe('new here', () => {
  const write = (member: Member, count: number) => {
    const { url } = createThread(rosa, { forum: 'measures', kind: 'discussion', title: `Where the new ones write ${++n}`, body: 'Here.', themes: [] });
    const threadId = Number(/\/(\d+)-/.exec(url)?.[1]);
    for (let at = 0; at < count; at++) {
      forgetLimits();
      createPost(member, { threadId, body: `A word of mine, number ${at} of ${n}.` });
    }
  };

  test('is who joined in the last thirty days and wrote five posts at most; members are told, visitors not', async () => {
    const newcomer = await joined();
    write(newcomer, 5);
    expect([newHere(rosa, [newcomer.id, rosa.id, 0]), newHere(null, [newcomer.id])]).toEqual([new Set([newcomer.id]), new Set()]);
    expect(newHere(rosa, [newcomer.id], new Date(Date.now() + 31 * 86_400_000))).toEqual(new Set());
    write(newcomer, 1);
    expect(newHere(rosa, [newcomer.id])).toEqual(new Set());
    db.update(posts).set({ removedAt: new Date(), removedById: newcomer.id }).where(and(eq(posts.authorId, newcomer.id), eq(posts.markdown, `A word of mine, number 0 of ${n}.`))).run();
    expect(newHere(rosa, [newcomer.id])).toEqual(new Set([newcomer.id]));
  });

  test('what is asked without a name does not count: the count would tell', async () => {
    const newcomer = await joined();
    write(newcomer, 5);
    forgetLimits();
    createThread(newcomer, { forum: 'operations', kind: 'question', title: 'Asked for a colleague of mine', body: 'They are shy.', themes: [], nameless: true });
    expect(newHere(rosa, [newcomer.id])).toEqual(new Set([newcomer.id]));
  });

  test('not coordinators, nor those of some areas', async () => {
    db.update(members).set({ createdAt: new Date() }).where(eq(members.id, ines.id)).run();
    expect(newHere(rosa, [ines.id])).toEqual(new Set());
    const newcomer = await joined();
    db.insert(coordinatorAreas).values({ memberId: newcomer.id, theme: 'equity' }).run();
    expect(newHere(rosa, [newcomer.id])).toEqual(new Set());
  });

  test('not who is trusted, such as by the word of a coordinator', async () => {
    const newcomer = await joined();
    expect(newHere(rosa, [newcomer.id])).toEqual(new Set([newcomer.id]));
    db.insert(trustLevels).values({ memberId: newcomer.id, level: 'trusted', locked: true }).onConflictDoUpdate({ target: trustLevels.memberId, set: { level: 'trusted' } }).run();
    expect(newHere(rosa, [newcomer.id])).toEqual(new Set());
  });

  test('not the row that stands for all former members, though it is as new as the first of them to leave', () => {
    const former = transaction(() => [formerMember(), formerCoordinator()]);
    expect(newHere(rosa, former)).toEqual(new Set());
  });
});

test('a coordinator who is a vendor is called so where they welcome', async () => {
  const nadia = await enter('nadia');
  const { id: vendorId } = db.insert(members).values({ name: 'Vera Vendor', handle: 'vera-vendor', email: 'vera@test.example', emailConfirmedAt: new Date(), role: 'coordinator', vendor: true }).returning().get();
  const newcomer = asMember(db.insert(members).values({ name: 'Newly Here', handle: 'newly-here', email: 'newly@test.example', emailConfirmedAt: new Date() }).returning().get());
  db.insert(firstHours).values({ memberId: newcomer.id, coordinatorId: nadia.id }).run();
  const vendor = asMember(db.select().from(members).where(eq(members.id, vendorId)).get() ?? (() => { throw new Error('gone'); })());
  welcomeMember(vendor, { memberId: newcomer.id, note: 'Hello.' });
  expect(firstHourOf(newcomer)?.coordinator).toMatchObject({ name: 'Vera Vendor', vendor: true });
  expect(db.select().from(notifications).where(eq(notifications.memberId, newcomer.id)).get()?.words).toMatch(/^Vera Vendor \(vendor\) welcomes you/);
});
