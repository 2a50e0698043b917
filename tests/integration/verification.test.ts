import { readFileSync } from 'node:fs';
import { join as path, resolve } from 'node:path';
import { and, eq, isNull, like } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changes, db, governmentDomains, log, members, notifications, places, profiles, verifications, vouches } from '#db/client.ts';
import { Denied, Invalid, NotFound } from '#domain/errors.ts';
import { blockMember, unblockMember } from '#domain/forum/blocking.ts';
import { listTold } from '#domain/forum/inbox.ts';
import { addDomain, listDomains, removeDomain, verdictOn, verifyMember } from '#domain/membership/verifying.ts';
import { kinds, rowsOf } from '#domain/leaving/belongings.ts';
import { canVouch, removeVouch, vouch, vouchesFor, vouchInput } from '#domain/membership/vouching.ts';
import { confirmEmailChange, requestEmailChange } from '#domain/people/email-changing.ts';
import { confirmEmail, join } from '#domain/people/joining.ts';
import { asMember } from '#domain/people/members.ts';
import { governmentDomainOf, putGovernmentDomains, settleVerification, verificationOf } from '#domain/people/verification.ts';
import type { Member } from '#domain/people/types.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import { listDirectory, readDirectoryAsk } from '#domain/profiles/directory.ts';
import { again, enter, forgetLimits, lettersTo, sessionOf, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
const file = readFileSync(path(resolve(import.meta.dirname, '../..'), 'content/government-domains.txt'), 'utf8');
let rosa: Member, tom: Member, nadia: Member, ines: Member;
beforeAll(async () => {
  putGovernmentDomains(file);
  [rosa, tom, nadia, ines] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines')];
});
beforeEach(forgetLimits);

let n = 0;
/** Somebody who has just confirmed this address. */
function somebody(email = `person-${++n}@mail.example`, place: number | null = null): Member {
  const row = db.insert(members).values({ email, name: `Person ${++n}`, handle: `person-${n}`, emailConfirmedAt: new Date() }).returning().get();
  if (place !== null) db.insert(profiles).values({ memberId: row.id, placeId: place }).run();
  settleVerification(row.id);
  return asMember(row);
}
const official = (place = aPlace(), host = `city-${++n}.gov`) => somebody(`official-${++n}@${host}`, place);
const placeCalled = (name: string) => db.insert(places).values({ slug: name, name, label: name, folded: name, kind: 'city', country: 'US', origin: 'hub' }).returning({ id: places.id }).get().id;
const aPlace = () => placeCalled(`town-${++n}`);
const methodOf = (member: Member) => verificationOf(member.id)?.method ?? null;
const say = (by: Member, member: Member) => vouch(by, { memberId: member.id, how: 'We have answered calls side by side.' });
const takeBack = (by: Member, member: Member, actor = by) => removeVouch(actor, { memberId: member.id, byId: by.id });
const edit = (member: Member, more: object) => editProfile(member, profileInput.parse({ name: member.name, ...more }));

describe('a government domain', () => {
  const governments = [
    'a@denver.gov', 'a@mail.denver.gov', 'a@NYC.GOV', 'a@chicago.gov', 'a@seattle.gov', 'a@phila.gov', 'a@austintexas.gov', 'a@co.arapahoe.co.us', 'a@ci.denver.co.us', 'a@mail.ci.denver.co.us', 'a@state.co.us', 'a@dot.state.co.us', 'a@ci.minneapolis.mn.us',
    'a@town.lexington.ma.us', 'a@vil.oak-park.il.us', 'a@twp.radnor.pa.us', 'a@borough.kenai.ak.us', 'a@parish.orleans.la.us', 'a@fs.fed.us', 'a@navajo-nsn.gov', 'a@guam.gov', 'a@state.dc.us', 'a@town.concord.ma.us', 'a@co.king.wa.us', 'a@state.tx.us', 'a@dps.state.tx.us',
    'a@gc.ca', 'a@tbs-sct.gc.ca', 'a@servicecanada.gc.ca', 'a@crtc.gc.ca', 'a@statcan.gc.ca',
    'a@leeds.gov.uk', 'a@gov.uk', 'a@dublin.gov.ie', 'a@brisbane.qld.gov.au', 'a@aucklandcouncil.govt.nz', 'a@capetown.gov.za', 'a@cityofsydney.nsw.gov.au', 'a@gov.ie', 'a@go.jp', 'a@lyon.gouv.fr', 'a@city.osaka.lg.jp', 'a@cdmx.gob.mx',
  ];
  const others = [
    'a@gov.example', 'a@denver-gov.com', 'a@denvergov.com', 'a@notgov', 'a@mygov.org', 'a@gov.com', 'a@x.gov.com', 'a@denver.gov.evil.example', 'a@gov.co.example', 'a@fakedenvergov.org', 'a@gmail.com', 'a@outlook.com', 'a@mail.example', 'a@kcmo.org.example', 'a@xkcmo.org',
    'a@denver.co.us', 'a@co.us', 'a@ci.co.us', 'a@ci.denver.xx.us', 'a@ci.evil.us', 'a@ci.bar.evil.us', 'a@k12.co.us', 'a@lib.denver.co.us', 'a@state.evil.us', 'a@co', 'a@us', 'a@army.mil', 'a@gc.ca.example', 'a@notgc.ca', 'a@xtoronto.ca', 'a@toronto.ca.example', 'a@qc.ca', 'a@ville.evil.qc.ca',
    // Governments have these, as anybody might: no rule keeps them, so coordinators add them.
    'a@denvergov.org', 'a@cityofchicago.org', 'a@lacity.org', 'a@kcmo.org', 'a@toronto.ca', 'a@311.toronto.ca', 'a@calgary.ca', 'a@peelregion.ca', 'a@canada.ca', 'a@ontario.ca', 'a@gov.bc.ca', 'a@mtess.gouv.qc.ca', 'a@yukon.ca', 'a@gov.scot', 'a@cardiff.llyw.cymru', 'a@europa.eu',
    'a@gov.uk.example', 'a@co.uk', 'a@council.org.uk', 'a@com.au', 'a@police.uk', 'a@.gov.', 'gov@mail.example', 'denver.gov@mail.example', '"a@denver.gov"@mail.example',
  ];

  test('there are a hundred to try', () => expect(governments.length + others.length).toBeGreaterThanOrEqual(100));
  test.each(governments)('%s is a government’s', (address) => expect(governmentDomainOf(address)).not.toBeNull());
  test.each(others)('%s is not', (address) => expect(governmentDomainOf(address)).toBeNull());

  test('verifies whoever confirms an address under it, and nobody before', async () => {
    await join({ name: 'Dana', email: 'dana@denver.gov', password: 'heron lantern gravel mitten', website: null }, 'here');
    const row = () => db.select().from(members).where(eq(members.email, 'dana@denver.gov')).get();
    expect(verificationOf(row()?.id ?? 0)).toBeNull();
    await confirmEmail({ token: tokenFor('dana@denver.gov'), password: 'heron lantern gravel mitten' }, 'here');
    expect(verificationOf(row()?.id ?? 0)).toMatchObject({ method: 'domain', domain: 'gov' });
  });

  test('ends with the address, and pages are made anew', async () => {
    const member = official();
    expect(methodOf(member)).toBe('domain');
    requestEmailChange(await sessionOf(member), { email: 'home@mail.example' });
    const before = changes();
    confirmEmailChange({ member }, { token: tokenFor('home@mail.example') }, 'here');
    expect([methodOf(member), changes() > before]).toEqual([null, true]);
    requestEmailChange(await sessionOf(again(member)), { email: 'work@statcan.gc.ca' });
    confirmEmailChange({ member }, { token: tokenFor('work@statcan.gc.ca') }, 'here');
    expect(verificationOf(member.id)).toMatchObject({ method: 'domain', domain: 'gc.ca' });
  });

  test('does not verify a member by the click of a stranger who was sent the link: letter and refusal name the account', async () => {
    const [member, stranger] = [somebody(), somebody()];
    requestEmailChange(await sessionOf(member), { email: 'clerk@boston.gov' });
    expect(lettersTo('clerk@boston.gov').at(-1)?.text).toContain(`@${member.handle}`);
    const token = tokenFor('clerk@boston.gov');
    expect(() => confirmEmailChange({ member: stranger }, { token }, 'here')).toThrow(`@${member.handle}`);
    expect([methodOf(member), again(member).email]).toEqual([null, member.email]);
    confirmEmailChange({ member }, { token }, 'here');
    expect(methodOf(member)).toBe('domain');
  });

  test('can be added and taken away by coordinators: members follow at once', () => {
    const member = somebody('lee@cityofwexcombe.example');
    expect(() => addDomain(rosa, { domain: 'cityofwexcombe.example' })).toThrow(Denied);
    addDomain(nadia, { domain: 'cityofwexcombe.example' });
    expect([methodOf(member), listDomains(nadia).added]).toEqual(['domain', ['cityofwexcombe.example']]);
    expect(() => addDomain(nadia, { domain: 'cityofwexcombe.example' })).toThrow(Invalid);
    for (const domain of ['gmail.com', 'co.uk', 'co.us', 'com', 'x y.org', '*.org', 'on.ca', 'a..b', '*.*.co.uk', '*.co.uk', '.*.co.uk', '*.*.gov.com', '*.k12.us', '@*.denver.example', 'ci.*.co.uk', 'x.*.com.mx']) expect(() => addDomain(nadia, { domain })).toThrow(Invalid);
    expect(() => removeDomain(nadia, { domain: 'gov' })).toThrow(NotFound);
    removeDomain(nadia, { domain: 'cityofwexcombe.example' });
    expect(methodOf(member)).toBeNull();
    expect(db.select().from(log).where(eq(log.act, 'change domains')).all()).toHaveLength(2);
  });

  test('another shipped list replaces the former, what was added stays, and a broken one is refused', () => {
    addDomain(nadia, { domain: 'kept.example' });
    const member = somebody('new@newly.example');
    expect(putGovernmentDomains(file)).toEqual({ read: 0 });
    expect(putGovernmentDomains(`${file}\nnewly.example # and why\n`).read).toBeGreaterThan(400);
    expect([methodOf(member), listDomains(nadia).added]).toEqual(['domain', ['kept.example']]);
    putGovernmentDomains(file);
    expect(methodOf(member)).toBeNull();
    for (const broken of ['not a domain', '*.gov', 'a.*.us', 'GOV']) expect(() => putGovernmentDomains(broken)).toThrow(/is no domain/);
    expect(db.select().from(governmentDomains).all().length).toBeGreaterThan(400);
  });
});

describe('vouching', () => {
  test('takes two verified members; below two it ends', () => {
    const [a, b, member] = [official(), official(), somebody()];
    say(a, member);
    expect(methodOf(member)).toBeNull();
    say(b, member);
    expect(methodOf(member)).toBe('vouches');
    takeBack(a, member);
    expect([methodOf(member), vouchesFor(rosa, member.id).map(({ by }) => by.id)]).toEqual([null, [b.id]]);
    // Nobody reads of a word that is taken back.
    expect(db.select().from(notifications).where(eq(notifications.memberId, member.id)).all().map(({ kind, actorId }) => [kind, actorId])).toEqual([['word', b.id], ['word', null], ['word', null]]);
  });

  test('is for the verified, not for oneself, not twice, and the database says so too', () => {
    const [a, member, plain] = [official(), somebody(), somebody()];
    say(a, member);
    expect(() => say(a, member)).toThrow(Invalid);
    expect(() => say(a, a)).toThrow(/themselves/);
    expect(() => say(plain, member)).toThrow(/Only verified/);
    expect([canVouch(a, { id: member.id, vendor: false }), canVouch(plain, { id: member.id, vendor: false }), canVouch(null, { id: member.id, vendor: false })]).toEqual([false, false, false]);
    expect(() => db.insert(vouches).values({ memberId: member.id, byId: plain.id, how: 'I say so, whatever you think.' }).run()).toThrow(/Only verified/);
    expect(() => db.insert(vouches).values({ memberId: a.id, byId: a.id, how: 'I say so, whatever you think.' }).run()).toThrow(/CHECK/);
    expect(vouchInput.safeParse({ memberId: 1, how: 'Known.' }).success).toBe(false);
  });

  test('two from the same place count as one', () => {
    const [alder, birch] = [placeCalled('alder'), placeCalled('birch')];
    const [a, b, c, member] = [official(alder), official(alder), official(birch), somebody()];
    say(a, member);
    say(b, member);
    expect(methodOf(member)).toBeNull();
    say(c, member);
    expect(methodOf(member)).toBe('vouches');
    takeBack(c, member);
    expect(methodOf(member)).toBeNull();
  });

  test('takes two places that are known to differ, and two governments', () => {
    const [alder, birch, member] = [placeCalled('alder-2'), placeCalled('birch-2'), somebody()];
    const nowhere = () => somebody(`official-${++n}@city-${n}.gov`);
    for (const by of [nowhere(), nowhere(), official(alder, 'denver.gov'), official(birch, 'mail.denver.gov')]) say(by, member);
    expect(methodOf(member)).toBeNull();
    say(official(birch), member);
    expect(methodOf(member)).toBe('vouches');
  });

  test.each([
    ['ci.denver.co.us', 'mail.ci.denver.co.us', false], ['ci.denver.co.us', 'ci.boulder.co.us', true], ['ci.denver.co.us', 'co.denver.co.us', true],
    ['state.co.us', 'dot.state.co.us', false], ['dot.state.co.us', 'dps.state.co.us', false], ['state.co.us', 'state.nm.us', true],
    ['towngov.example', 'mail.towngov.example', false], ['fire.towngov.example', 'police.towngov.example', false], ['towngov.example', 'citygov.example', true],
    ['denver.gov', 'mail.denver.gov', false], ['denver.gov', 'police.denver.gov', false], ['denver.gov', 'boulder.gov', true],
    ['tbs-sct.gc.ca', 'mail.tbs-sct.gc.ca', false], ['tbs-sct.gc.ca', 'statcan.gc.ca', true], ['leeds.gov.uk', 'mail.leeds.gov.uk', false], ['leeds.gov.uk', 'york.gov.uk', true],
  ])('by addresses under %s and %s, whatever places their profiles name: of two governments is %s', (one, other, two) => {
    for (const domain of ['towngov.example', 'citygov.example', 'police.denver.gov']) db.insert(governmentDomains).values({ domain, origin: 'hub' }).onConflictDoNothing().run();
    const [a, b, member] = [official(aPlace(), one), official(aPlace(), other), somebody()];
    expect([methodOf(a), methodOf(b)]).toEqual(['domain', 'domain']);
    say(a, member);
    say(b, member);
    expect(methodOf(member)).toBe(two ? 'vouches' : null);
  });

  test('that was taken away is not said again for 30 days', () => {
    const [a, member] = [official(), somebody()];
    say(a, member);
    takeBack(a, member, member);
    expect(() => say(a, member)).toThrow(/30 days/);
    expect(vouchesFor(rosa, member.id)).toEqual([]);
  });

  test('by who is blocked reaches neither the member nor other readers, counts for nothing, and they do not learn it', () => {
    const [a, b, member] = [official(), official(), somebody()];
    say(a, member);
    say(b, member);
    const words = () => listTold(member, null).told.map((one) => one.words);
    blockMember(member, { memberId: a.id });
    expect([methodOf(member), vouchesFor(rosa, member.id).length, vouchesFor(member, member.id).length, vouchesFor(a, member.id).length]).toEqual([null, 1, 1, 2]);
    expect(kinds.filter(({ file }) => file === 'vouches-received').flatMap((kind) => [...rowsOf(kind, member.id)].flat()).map(({ address }) => address)).toEqual([`/members/${b.handle}`]);
    expect(words().some((one) => one.startsWith(`${a.name} `))).toBe(false);
    expect(words().some((one) => one.startsWith(`${b.name} `))).toBe(true);
    const c = official();
    blockMember(member, { memberId: c.id });
    say(c, member);
    expect([methodOf(member), vouchesFor(rosa, member.id).length, words().some((one) => one.startsWith(`${c.name} `))]).toEqual([null, 1, false]);
    unblockMember(member, { memberId: a.id });
    expect(methodOf(member)).toBe('vouches');
  });

  test('goes on from who was vouched for, and falls with them', async () => {
    const [a, b, c, first, second] = [official(), official(), official(), somebody(undefined, aPlace()), somebody()];
    say(a, first);
    say(b, first);
    say(first, second);
    say(c, second);
    expect([methodOf(first), methodOf(second)]).toEqual(['vouches', 'vouches']);
    requestEmailChange(await sessionOf(a), { email: 'a-at-home@mail.example' });
    confirmEmailChange({ member: a }, { token: tokenFor('a-at-home@mail.example') }, 'here');
    expect([methodOf(a), methodOf(first), methodOf(second)]).toEqual([null, null, null]);
  });

  test('a ring that vouches for itself holds nobody up', () => {
    const [root, other, x, y, z] = [official(), official(), ...['x', 'y', 'z'].map(() => somebody(undefined, aPlace()))] as [Member, Member, Member, Member, Member];
    for (const member of [x, y, z]) for (const by of [root, other]) say(by, member);
    for (const [by, member] of [[x, y], [x, z], [y, x], [y, z], [z, x], [z, y]] as const) say(by, member);
    expect([x, y, z].map(methodOf)).toEqual(['vouches', 'vouches', 'vouches']);
    for (const by of [root, other]) for (const member of [x, y, z]) takeBack(by, member);
    expect([x, y, z].map(methodOf)).toEqual([null, null, null]);
  });

  test('is read by members, and taken away by who gave it, whom it is for, and coordinators, who leave a line', () => {
    const [a, b, member] = [official(), official(), somebody()];
    say(a, member);
    say(b, member);
    expect([vouchesFor(null, member.id), vouchesFor(rosa, member.id).map(({ mayRemove }) => mayRemove), vouchesFor(a, member.id).map(({ mayRemove }) => mayRemove)]).toEqual([[], [false, false], [true, false]]);
    expect(() => takeBack(a, member, rosa)).toThrow(Denied);
    takeBack(a, member, member);
    takeBack(b, member, nadia);
    expect(() => takeBack(b, member, nadia)).toThrow(NotFound);
    expect(db.select().from(log).where(eq(log.act, 'remove vouch')).all()).toMatchObject([{ actorId: nadia.id }]);
  });
});

describe('coordinators', () => {
  test('verify with a reason, take it away whatever speaks for it, and leave it to the rules again', () => {
    const member = official();
    const before = changes();
    verifyMember(nadia, { memberId: member.id, verdict: 'denied', why: 'A contractor with a city address.' });
    expect([methodOf(member), changes() > before]).toEqual([null, true]);
    for (const by of [official(), official()]) say(by, member);
    settleVerification(member.id);
    expect(methodOf(member)).toBeNull();
    expect([verdictOn(nadia, member.id), verdictOn(member, member.id)?.reason, verdictOn(rosa, member.id), verdictOn(null, member.id)]).toEqual([{ method: 'denied', reason: 'A contractor with a city address.' }, 'A contractor with a city address.', null, null]);
    const denied = changes();
    verifyMember(ines, { memberId: member.id, verdict: 'coordinator', why: 'We have spoken.' });
    expect([methodOf(member), changes() > denied]).toEqual(['coordinator', true]);
    verifyMember(ines, { memberId: member.id, verdict: 'rules', why: 'Enough.' });
    expect(methodOf(member)).toBe('domain');
    expect(listTold(member, null).told.filter(({ words }) => words.includes('coordinator')).map(({ words }) => words.slice(0, 32))).toEqual(['What a coordinator had decided a', 'A coordinator has verified you a', 'A coordinator has decided that y']);
    // Only what holds now is mailed.
    expect(db.select({ words: notifications.words }).from(notifications).where(and(eq(notifications.memberId, member.id), like(notifications.words, '%coordinator%'), isNull(notifications.mailedAt))).all().map(({ words }) => words?.slice(0, 32))).toEqual(['What a coordinator had decided a']);
    expect(db.select().from(log).where(like(log.object, `${member.name}%`)).all().map(({ act, object }) => `${act}: ${object.slice(member.name.length)}`)).toEqual(['unverify member: : does not count as verified', 'verify member: ', 'unverify member: : left to the rules']);
  });

  test('not members, and nobody themselves', () => {
    expect(() => verifyMember(rosa, { memberId: tom.id, verdict: 'coordinator', why: 'A friend.' })).toThrow(Denied);
    expect(() => verifyMember(nadia, { memberId: nadia.id, verdict: 'coordinator', why: 'Me.' })).toThrow(Denied);
    expect(() => db.insert(verifications).values({ memberId: tom.id, method: 'coordinator' }).run()).toThrow(/CHECK/);
    expect(() => db.insert(verifications).values({ memberId: tom.id, method: 'domain', reason: 'x' }).run()).toThrow(/CHECK/);
  });
});

describe('a vendor', () => {
  test('is not verified, nor is their word worth anything, whatever their address is', () => {
    const [a, b, member] = [official(), official(), somebody()];
    say(a, member);
    say(b, member);
    edit(b, { hats: ['vendor'] });
    expect([methodOf(b), methodOf(member)]).toEqual([null, null]);
    expect(() => say(b, somebody())).toThrow(/Only verified/);
    expect(() => say(a, b)).toThrow(/vendor/);
    expect(() => verifyMember(nadia, { memberId: b.id, verdict: 'coordinator', why: 'Nice people.' })).toThrow(Invalid);
    edit(b, {});
    // The form without a place had taken it away.
    db.update(profiles).set({ placeId: aPlace() }).where(eq(profiles.memberId, b.id)).run();
    settleVerification(b.id);
    expect([methodOf(b), methodOf(member)]).toEqual(['domain', 'vouches']);
  });
});

test('the directory says who is verified', () => {
  const [member, vendor, plain] = [official(), official(), somebody()];
  edit(member, { listed: true, name: 'Zelda Vera' });
  edit(vendor, { listed: true, name: 'Zelda Vendor', hats: ['vendor'] });
  edit(plain, { listed: true, name: 'Zelda Plain' });
  const found = listDirectory(null, readDirectoryAsk(new URLSearchParams({ q: 'zelda' }))).members;
  expect(found.map(({ name, verified }) => [name, verified]).sort()).toEqual([['Zelda Plain', false], ['Zelda Vendor', false], ['Zelda Vera', true]]);
});
