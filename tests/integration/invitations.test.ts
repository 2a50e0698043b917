import { and, eq, inArray } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { db, invitations, log, members, outbox, passwords, places, trustLevels } from '#db/client.ts';
import { Denied, Invalid, NotFound, TooMany } from '#domain/errors.ts';
import { kinds, rowsOf } from '#domain/leaving/belongings.ts';
import { forgetOldInvitations, invite, inviteInput, listInvitations, mayInvite, sendInvitationAgain, sendLostInvitation, sendWaitingInvitations, withdrawInvitation } from '#domain/membership/inviting.ts';
import { inviteMany, readList } from '#domain/membership/inviting-many.ts';
import { placeInvitedFrom } from '#domain/membership/first-hour.ts';
import { setRulesOfJoining } from '#domain/membership/rules.ts';
import { join } from '#domain/people/joining.ts';
import { joinInvited, readInvitation } from '#domain/people/invited.ts';
import type { JoiningMode } from '#domain/people/joining-rules.ts';
import { countAttempt, isWithinLimit, limits } from '#domain/people/limits.ts';
import { asMember, memberByEmail } from '#domain/people/members.ts';
import { canWrite } from '#domain/people/permissions.ts';
import { signIn } from '#domain/people/signing-in.ts';
import type { Member } from '#domain/people/types.ts';
import { countPlaceChange } from '#domain/places/known.ts';
import { addDays } from '#lib/dates.ts';
import { settings } from '#lib/settings.ts';
import { hashToken } from '#lib/tokens.ts';
import { again, enter, forgetLimits, lettersTo, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')]; });
beforeEach(forgetLimits);

const password = 'heron lantern gravel mitten';
const rules = (mode: JoiningMode, who: 'coordinators' | 'members' = 'coordinators') => setRulesOfJoining(abe, { mode, invite: who, askWhom: null });
const send = (by: Member, email: string, name: string | null = null, note: string | null = null) => invite(by, { email, name, note });
const stateOf = (email: string) => listInvitations(nadia, null).invitations.find((row) => row.email === email);
const idOf = (email: string) => stateOf(email)?.id ?? 0;
const rowsOfInvitations = (who: Member) => kinds.filter(({ file }) => file === 'invitations').flatMap((kind) => [...rowsOf(kind, who.id)].flat());
const expire = (email: string, days = 15) => db.update(invitations).set({ sentAt: new Date(Date.now() - days * 86_400_000), expiresAt: new Date(Date.now() - (days - 14) * 86_400_000) }).where(eq(invitations.email, email)).run();

describe('one invitation', () => {
  test('is mailed with a word, is kept as a hash, and prefills name and address', () => {
    rules('invitation');
    send(nadia, 'gwen@test.example', 'Gwen Ashby', 'Bring your night shift.');
    const letter = lettersTo('gwen@test.example').at(-1);
    expect(letter?.subject).toContain('Nadia Okafor invites you');
    expect(letter?.text).toContain('Bring your night shift.');
    const token = tokenFor('gwen@test.example');
    expect(readInvitation(token)).toEqual({ email: 'gwen@test.example', name: 'Gwen Ashby', note: 'Bring your night shift.', by: 'Nadia Okafor', member: false });
    expect(db.select().from(invitations).all().map((row) => row.token)).toEqual([hashToken(token)]);
    expect(db.select().from(log).where(eq(log.act, 'invite')).all()).toMatchObject([{ actorId: nadia.id, object: 'gwen@test.example' }]);
  });

  test('lets in at once, however joining is set, and works once', async () => {
    const token = tokenFor('gwen@test.example');
    const both = await Promise.allSettled([joinInvited({ token, name: 'Gwen A. Ashby', password }, 'here'), joinInvited({ token, name: 'Somebody', password }, 'there')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const gwen = memberByEmail('gwen@test.example');
    expect(gwen && canWrite(asMember(gwen))).toBe(true);
    expect(await signIn({ email: 'gwen@test.example', password }, 'here')).toBe(gwen?.id);
    expect(stateOf('gwen@test.example')).toMatchObject({ state: 'used', member: { handle: gwen?.handle } });
    rules('approval');
    send(nadia, 'hugo@test.example');
    await joinInvited({ token: tokenFor('hugo@test.example'), name: 'Hugo', password }, 'here');
    expect(memberByEmail('hugo@test.example')).toMatchObject({ application: null, name: 'Hugo' });
  });

  test('what somebody prepared for the address before is worth nothing', async () => {
    rules('open');
    await join({ name: 'Eve', email: 'iris@test.example', password: 'the attacker knows this one', website: null }, 'here');
    send(nadia, 'iris@test.example');
    await joinInvited({ token: tokenFor('iris@test.example'), name: 'Iris', password }, 'here');
    await expect(signIn({ email: 'iris@test.example', password: 'the attacker knows this one' }, 'here')).rejects.toThrow(Invalid);
    expect(await signIn({ email: 'iris@test.example', password }, 'here')).toBeGreaterThan(0);
    expect(db.select().from(members).where(eq(members.email, 'iris@test.example')).all()).toHaveLength(1);
  });

  test('expires, can be sent again with a new link, and can be withdrawn', async () => {
    send(nadia, 'jon@test.example');
    const first = tokenFor('jon@test.example');
    expire('jon@test.example');
    expect([readInvitation(first), stateOf('jon@test.example')?.state]).toEqual([null, 'expired']);
    await expect(joinInvited({ token: first, name: 'Jon', password }, 'here')).rejects.toThrow(Denied);
    sendInvitationAgain(ines, { invitationId: idOf('jon@test.example') });
    const second = tokenFor('jon@test.example');
    expect([readInvitation(first), readInvitation(second)?.email, stateOf('jon@test.example')?.state]).toEqual([null, 'jon@test.example', 'sent']);
    withdrawInvitation(ines, { invitationId: idOf('jon@test.example') });
    expect([readInvitation(second), stateOf('jon@test.example')?.state]).toEqual([null, 'withdrawn']);
    for (const act of [withdrawInvitation, sendInvitationAgain]) expect(() => act(ines, { invitationId: idOf('jon@test.example') })).toThrow(NotFound);
    send(nadia, 'jon@test.example');
    expect(readInvitation(tokenFor('jon@test.example'))?.email).toBe('jon@test.example');
  });

  test('goes out again to whoever lost it, and nobody learns who was invited', () => {
    send(nadia, 'lost@test.example', 'Lo', null);
    const [first, before] = [tokenFor('lost@test.example'), db.select().from(outbox).all().length];
    for (const email of ['lost@test.example', 'never-invited@test.example', rosa.email]) expect(sendLostInvitation({ email }, 'here')).toBeUndefined();
    expect(db.select().from(outbox).all().length).toBe(before + 1);
    const again = tokenFor('lost@test.example');
    expect([readInvitation(first), readInvitation(again)?.by]).toEqual([null, 'Nadia Okafor']);
    // Past three letters a day the answer is the same, and the last link stays good.
    for (let n = 0; n < 5; n++) sendLostInvitation({ email: 'lost@test.example' }, 'there');
    expect([lettersTo('lost@test.example').length, readInvitation(tokenFor('lost@test.example'))?.name]).toEqual([3, 'Lo']);
    withdrawInvitation(nadia, { invitationId: idOf('lost@test.example') });
    forgetLimits();
    sendLostInvitation({ email: 'lost@test.example' }, 'here');
    expect(lettersTo('lost@test.example').length).toBe(3);
    for (let n = 1; n < limits.lostPerAddress.most; n++) sendLostInvitation({ email: 'x@test.example' }, 'here');
    expect(() => sendLostInvitation({ email: 'x@test.example' }, 'here')).toThrow(TooMany);
  });

  test('coordinators are told who is a member or invited already; one address has one open invitation', () => {
    expect(() => send(nadia, rosa.email)).toThrow(/Rosa Delgado is a member already/);
    expect(() => send(nadia, 'jon@test.example')).toThrow(/invited on .* already/);
    const row = db.select().from(invitations).where(eq(invitations.email, 'jon@test.example')).all().find((one) => !one.withdrawnAt);
    expect(() => db.insert(invitations).values({ email: 'jon@test.example', token: 'other', expiresAt: row?.expiresAt ?? new Date() }).run()).toThrow(/UNIQUE/);
    expect(() => db.update(invitations).set({ withdrawnAt: new Date() }).where(eq(invitations.email, 'gwen@test.example')).run()).toThrow(/CHECK/);
  });

  test('takes an address that is one', () => expect(inviteInput.safeParse({ email: 'nobody', name: '', note: '' }).error?.issues.map((i) => i.path[0])).toEqual(['email']));
});

describe('members who invite', () => {
  test('only where the rules say so', () => {
    rules('invitation');
    expect([mayInvite(rosa), mayInvite(nadia), mayInvite(null)]).toEqual([false, true, false]);
    expect(() => send(rosa, 'kim@test.example')).toThrow(Denied);
    expect(() => listInvitations(rosa, null, 'own')).toThrow(Denied);
    rules('invitation', 'members');
    send(rosa, 'kim@test.example');
    expect(listInvitations(rosa, null, 'own').invitations.map(({ email }) => email)).toEqual(['kim@test.example']);
    expect(() => listInvitations(rosa, null)).toThrow(Denied);
    expect(listInvitations(tom, null, 'own').invitations).toEqual([]);
  });

  test('learn nothing about accounts: the answer is the same, the letter tells', async () => {
    send(rosa, tom.email);
    expect(listInvitations(rosa, null, 'own').invitations).toMatchObject([{ email: tom.email, state: 'sent', member: null }, { email: 'kim@test.example' }]);
    expect(lettersTo(tom.email).at(-1)?.subject).toContain('already have an account');
    expect(lettersTo(tom.email).at(-1)?.text).not.toContain('token=');
  });

  test('nor who else was invited: what another has invited seems sent, is listed, sent again and exported as their own are, and no letter goes', async () => {
    const address = 'twice-asked@test.example';
    const own = () => listInvitations(rosa, null, 'own').invitations.find(({ email }) => email === address);
    const letters = () => lettersTo(address).length;
    const exported = () => rowsOfInvitations(rosa).find(({ email }) => email === address);
    send(tom, address);
    send(rosa, address);
    expect([letters(), own()]).toEqual([1, expect.objectContaining({ state: 'sent', member: null, own: true })]);
    expect(exported()).toMatchObject({ withdrawnAt: null, usedAt: null });
    expect(listInvitations(nadia, null).invitations.filter(({ email }) => email === address)).toMatchObject([{ by: tom.name }]);
    expect(() => send(rosa, address)).toThrow(/invited on .* already/);
    sendInvitationAgain(rosa, { invitationId: own()?.id ?? 0 });
    expect([letters(), own()?.state]).toEqual([1, 'sent']);
    // The first is withdrawn: now hers goes out, and to her nothing changes.
    forgetLimits();
    const first = listInvitations(nadia, null).invitations.find(({ email }) => email === address);
    const before = own();
    withdrawInvitation(tom, { invitationId: first?.id ?? 0 });
    expect([letters(), lettersTo(address).at(-1)?.subject, own()]).toEqual([2, `${rosa.name} invites you to ${settings().name}`, before]);
    expect([lettersTo(address).at(-1)?.text.includes('for 14 days'), readInvitation(tokenFor(address))?.by]).toEqual([true, rosa.name]);
    // Both have ended, and another invites: each still sees their own.
    db.update(invitations).set({ expiresAt: addDays(new Date(), -1) }).where(eq(invitations.email, address)).run();
    forgetLimits();
    send(nadia, address);
    expect(own()?.state).toBe('expired');
    sendInvitationAgain(rosa, { invitationId: own()?.id ?? 0 });
    expect([letters(), own()?.state]).toEqual([3, 'sent']);
    const id = await joinInvited({ token: tokenFor(address), name: 'Twice Asked', password }, 'here');
    expect(own()).toMatchObject({ state: 'used', member: { name: 'Twice Asked' } });
    db.delete(members).where(eq(members.id, id)).run();
    db.delete(invitations).where(eq(invitations.email, address)).run();
  });

  test('a coordinator who withdraws one withdraws what others sent to the address too: no letter goes, nobody comes in', () => {
    const address = 'not-wanted@test.example';
    const own = (who: Member) => listInvitations(who, null, 'own').invitations.find(({ email }) => email === address);
    send(nadia, address);
    send(rosa, address);
    const token = tokenFor(address);
    withdrawInvitation(nadia, { invitationId: idOf(address) });
    sendWaitingInvitations();
    expect([lettersTo(address).length, readInvitation(token), own(rosa)?.state]).toEqual([1, null, 'withdrawn']);
    expect(() => sendInvitationAgain(rosa, { invitationId: own(rosa)?.id ?? 0 })).toThrow(NotFound);
    db.delete(invitations).where(eq(invitations.email, address)).run();
  });

  test('a coordinator who withdraws an expired one leaves a fresh one of the address alone', () => {
    const address = 'asked-anew@test.example';
    send(nadia, address);
    const id = idOf(address);
    expire(address);
    send(rosa, address);
    withdrawInvitation(nadia, { invitationId: id });
    expect([stateOf(address), readInvitation(tokenFor(address))]).toEqual([expect.objectContaining({ by: rosa.name, state: 'sent' }), expect.objectContaining({ by: rosa.name })]);
    expect(listInvitations(nadia, null).invitations.find((row) => row.id === id)?.state).toBe('withdrawn');
    withdrawInvitation(nadia, { invitationId: idOf(address) });
    expect(readInvitation(tokenFor(address))).toBeNull();
    db.delete(invitations).where(eq(invitations.email, address)).run();
  });

  test('an expired one stays on the desk when another goes out', () => {
    const address = 'late@test.example';
    send(nadia, address);
    expire(address);
    send(rosa, address);
    expect(listInvitations(nadia, null).invitations.filter(({ email }) => email === address)).toMatchObject([{ by: rosa.name, state: 'sent' }, { by: nadia.name, state: 'expired' }]);
    db.delete(invitations).where(eq(invitations.email, address)).run();
  });

  test('nor by how many letters others have sent', () => {
    const address = 'much-asked@test.example';
    for (let n = 0; n < limits.letterPerInvitation.most; n++) countAttempt('letterPerInvitation', address);
    send(rosa, address);
    expect([lettersTo(address), listInvitations(rosa, null, 'own').invitations[0]]).toEqual([[], expect.objectContaining({ email: address, state: 'sent' })]);
    withdrawInvitation(rosa, { invitationId: listInvitations(rosa, null, 'own').invitations[0]?.id ?? 0 });
    expect(listInvitations(rosa, null, 'own').invitations[0]).toMatchObject({ email: address, state: 'withdrawn' });
    // Nothing went out, so there is nothing to withdraw at the desk; nor does joining make it a used one.
    expect(stateOf(address)).toBeUndefined();
    expect(rowsOfInvitations(rosa).find(({ email }) => email === address)?.['withdrawnAt']).toEqual(expect.any(String));
    db.delete(invitations).where(eq(invitations.email, address)).run();
  });

  test('cannot keep an address from being invited: by the next member, by a coordinator, in a list', () => {
    const [address, letters] = ['blocked@test.example', () => lettersTo('blocked@test.example').length];
    const useUp = () => { while (isWithinLimit('letterPerInvitation', address)); };
    const own = (who: Member) => listInvitations(who, null, 'own').invitations.find(({ email }) => email === address);
    send(rosa, address);
    send(tom, address);
    withdrawInvitation(rosa, { invitationId: own(rosa)?.id ?? 0 });
    expect([letters(), readInvitation(tokenFor(address))?.by, own(tom)?.state]).toEqual([2, tom.name, 'sent']);
    withdrawInvitation(tom, { invitationId: own(tom)?.id ?? 0 });
    send(rosa, address);
    withdrawInvitation(rosa, { invitationId: own(rosa)?.id ?? 0 });
    // Past the limit of a day: it goes the next day, before whoever comes later.
    send(tom, address);
    expect([letters(), own(tom)?.state]).toEqual([3, 'sent']);
    sendWaitingInvitations();
    expect(letters()).toBe(3);
    forgetLimits();
    send(rosa, address);
    expect([letters(), readInvitation(tokenFor(address))?.by]).toEqual([4, tom.name]);
    withdrawInvitation(tom, { invitationId: own(tom)?.id ?? 0 });
    withdrawInvitation(rosa, { invitationId: own(rosa)?.id ?? 0 });
    useUp();
    send(tom, address);
    forgetLimits();
    db.update(trustLevels).set({ level: 'new' }).where(eq(trustLevels.memberId, tom.id)).run();
    sendWaitingInvitations();
    expect(letters()).toBe(5);
    db.update(trustLevels).set({ level: 'member' }).where(eq(trustLevels.memberId, tom.id)).run();
    sendWaitingInvitations();
    expect([letters(), readInvitation(tokenFor(address))?.by]).toEqual([6, tom.name]);
    withdrawInvitation(tom, { invitationId: own(tom)?.id ?? 0 });
    useUp();
    send(nadia, address);
    expect([letters(), readInvitation(tokenFor(address))?.by]).toEqual([7, nadia.name]);
    // What is refused counts no letter.
    for (let n = 0; n < 5; n++) expect(() => send(nadia, address)).toThrow(/invited on/);
    withdrawInvitation(nadia, { invitationId: idOf(address) });
    expect(inviteMany(nadia, { records: `email\n${address}`, note: null })).toEqual({ invited: 1 });
    db.delete(invitations).where(eq(invitations.email, address)).run();
  });

  test('not before they have been here for a while, and their notes carry no address', () => {
    db.update(trustLevels).set({ level: 'new' }).where(eq(trustLevels.memberId, tom.id)).run();
    expect(mayInvite(tom)).toBe(false);
    expect(() => send(tom, 'kit@test.example')).toThrow(/New members do not invite/);
    db.update(trustLevels).set({ level: 'member' }).where(eq(trustLevels.memberId, tom.id)).run();
    for (const note of ['See https://win.example/prize', 'Go to www.win.example', 'Look at win.example today', 'WIN.EXAMPLE', 'evil．example', 'evil。example', 'evil｡example', 'evil\u00ad.example', 'प्रचार.कॉम', 'Go to 1.2.3.4/x']) expect(() => send(tom, 'kit@test.example', null, note)).toThrow(expect.objectContaining({ fields: { note: expect.stringContaining('web addresses') } }));
    expect(lettersTo('kit@test.example')).toEqual([]);
    send(tom, 'kit@test.example', null, 'We meet on Mondays. You would like it, e.g. the 3.5 minute rule.');
    send(nadia, 'kai@test.example', null, 'More on https://hub.example/about');
    for (const email of ['kit@test.example', 'kai@test.example']) withdrawInvitation(nadia, { invitationId: idOf(email) });
  });

  test('have no letter that begins with an address, by a new name either', () => {
    const [named, lost] = ['nina@test.example', 'nora@test.example'];
    send(tom, lost);
    const called = (name: string) => { db.update(members).set({ name }).where(eq(members.id, tom.id)).run(); return again(tom); };
    for (const name of ['Prize at evil.example/win', 'Prize at evil。example', 'Prize at 1.2.3.4']) {
      expect(() => send(called(name), named)).toThrow(/reads like a web address/);
      expect(() => sendInvitationAgain(called(name), { invitationId: idOf(lost) })).toThrow(/reads like a web address/);
    }
    expect(lettersTo(named)).toEqual([]);
    sendLostInvitation({ email: lost }, 'here');
    expect(lettersTo(lost)).toHaveLength(2);
    expect(JSON.stringify(lettersTo(lost))).not.toContain('Prize');
    send(called('J. R. St. John'), named);
    for (const email of [named, lost]) withdrawInvitation(nadia, { invitationId: idOf(email) });
    called(tom.name);
  });

  test('touch only their own', () => {
    for (const act of [withdrawInvitation, sendInvitationAgain]) expect(() => act(tom, { invitationId: idOf('kim@test.example') })).toThrow(NotFound);
    withdrawInvitation(rosa, { invitationId: idOf('kim@test.example') });
    expect(stateOf('kim@test.example')?.state).toBe('withdrawn');
  });

  test('may send so many a day, and nobody gets the same letter again and again', () => {
    for (let n = 0; n < limits.invitePerMember.most; n++) send(rosa, `many-${n}@test.example`);
    expect(() => send(rosa, 'one-too-many@test.example')).toThrow(TooMany);
    forgetLimits();
    for (let n = 0; n < limits.letterPerInvitationOfCoordinators.most; n++) sendInvitationAgain(nadia, { invitationId: idOf('many-1@test.example') });
    expect(() => sendInvitationAgain(nadia, { invitationId: idOf('many-1@test.example') })).toThrow(TooMany);
    expect(db.select().from(log).where(and(eq(log.act, 'send invitation'), eq(log.object, 'many-1@test.example'))).all()).toHaveLength(limits.letterPerInvitationOfCoordinators.most);
    rules('open');
  });
});

describe('a list of people', () => {
  const list = ['E-mail;Name;City', 'lea@test.example;Léa Martin;Québec, QC', 'nonsense;X;', `${'ROSA@test.example'};Rosa;`, 'LEA@test.example;Again;', 'many-2@test.example;;', ';No address;', `max@test.example;;${'p'.repeat(81)}`, 'noor@test.example;;'].join('\r\n');

  test('is read line by line, and nothing is sent', async () => {
    const letters = db.select().from(outbox).all().length;
    const read = await readList(nadia, { records: list });
    expect(read.lines.map(({ line, problem }) => [line, problem])).toEqual([
      [2, null], [3, expect.stringContaining('does not look like')], [4, 'Rosa Delgado is a member already.'], [5, 'The same address stands in line 2.'], [6, expect.stringContaining('was invited on')],
      [7, 'There is no e-mail address.'], [8, 'The place is longer than 80 characters.'], [9, null],
    ]);
    expect([read.good, db.select().from(outbox).all().length]).toEqual([2, letters]);
    await expect(readList(nadia, { records: list, file: new File(['email\nx@test.example\n'], 'people.csv') })).rejects.toThrow(Invalid);
    const file = await readList(nadia, { records: '', file: new File([`\uFEFFemail,name\n"lea@test.example","Martin, Léa"\n`], 'people.csv') });
    expect(file.lines).toMatchObject([{ line: 2, name: 'Martin, Léa', problem: null }]);
  });

  test.each([
    ['Windows-1252, as “CSV” of a spreadsheet', Buffer.from('email,name,place\nmia@test.example,Jürgen Müller,Québec\n', 'latin1')],
    ['UTF-16 with tabs, as “Unicode text”', Buffer.from('\uFEFFemail\tname\tplace\r\nmia@test.example\tJürgen Müller\tQuébec\r\n', 'utf16le')],
    ['UTF-8 with a mark', Buffer.from('\uFEFFemail,name,place\nmia@test.example,Jürgen Müller,Québec\n')],
  ])('is read as it was written: %s', async (_, bytes) => {
    expect((await readList(nadia, { records: '', file: new File([bytes], 'people.csv') })).lines).toMatchObject([{ email: 'mia@test.example', name: 'Jürgen Müller', place: 'Québec', problem: null }]);
  });

  test('a file that is no text is refused as what it is', async () => {
    const refusal = await readList(nadia, { records: '', file: new File([Buffer.from('PK\x03\x04\0\0\0')], 'people.xlsx') }).catch((e: unknown) => e);
    expect(refusal instanceof Invalid && refusal.fields['file']).toMatch(/not a text file/);
  });

  test('a list of nobody is refused', async () => {
    for (const records of ['email', 'email,name,place\n\n']) expect(await readList(nadia, { records }).catch((e: unknown) => e)).toMatchObject({ fields: { records: expect.stringContaining('Only the first line is there') } });
  });

  test('columns that nothing is taken from and places nobody knows are said', async () => {
    db.insert(places).values({ slug: 'alder-co', name: 'Alder', label: 'Alder, CO', folded: 'alder co colorado us united states', kind: 'city', region: 'CO', country: 'US', origin: 'hub' }).run();
    db.insert(places).values({ slug: 'linden-falls-oh', name: 'Linden Falls', label: 'Linden Falls, OH (sample)', folded: 'linden falls oh ohio us united states', kind: 'city', region: 'OH', country: 'US', origin: 'hub', sample: true }).run();
    for (const region of ['OH', 'ME']) db.insert(places).values({ slug: `birch-${region}`, name: 'Birch', label: `Birch, ${region}`, folded: `birch ${region}`, kind: 'city', region, country: 'US', origin: 'hub' }).run();
    countPlaceChange();
    const read = await readList(nadia, { records: 'email,place,Phone\na1@test.example,Nowhereville,1\na2@test.example,"alder, co",2\na3@test.example,Alder,3\na4@test.example,,4\na5@test.example,Birch,5\na6@test.example,"Birch, ME",6\na7@test.example,"Linden Falls, OH",7\na8@test.example,"Linden Falls, OH (sample)",8\na9@test.example,"City of Alder, Colorado",9\na10@test.example,"Alder, US",10\na11@test.example,"Alder, ME",11' });
    expect([read.unread, read.newPlaces, read.sharedPlaces, read.good]).toEqual([['Phone'], ['Nowhereville', 'Alder, ME'], ['Birch'], 11]);
  });

  test('a line with more cells than columns is left out, and says which: a comma without quotation marks', async () => {
    const read = await readList(nadia, { records: 'email,place\na1@test.example,Alder, CO\na2@test.example,Alder,,\na3@test.example,"Alder, CO"' });
    expect(read.lines.map(({ problem }) => problem)).toEqual([expect.stringContaining('“CO” stands after the last column'), null, null]);
  });

  test.each([
    ['', /choose a file or paste/], ['name\nLea', /one of them must be “email”/], [`email\n${Array.from({ length: 501 }, (_, n) => `p${n}@test.example`).join('\n')}`, /At most 500 people/], ['x'.repeat(200_001), /too long/],
  ])('%#: says what is wrong with the whole', async (records, words) => {
    const refusal = await readList(nadia, { records }).catch((e: unknown) => e);
    expect(refusal instanceof Invalid && refusal.fields['records']).toMatch(words);
  });

  test('a quotation mark that is never closed spoils its own line and what follows, not what stands before', async () => {
    expect((await readList(nadia, { records: 'email,name\nnina@test.example,Nina\nomar@test.example,"Omar\npia@test.example,Pia' })).lines).toMatchObject([{ line: 2, problem: null }, { line: 3, problem: expect.stringContaining('never closed') }]);
  });

  test('is for coordinators alone', async () => {
    rules('open', 'members');
    await expect(readList(rosa, { records: list })).rejects.toThrow(Denied);
    expect(() => inviteMany(rosa, { records: list, note: null })).toThrow(Denied);
    rules('open');
  });

  test('is sent at once or not at all, and what it says of places begins the first step', async () => {
    db.$client.exec(`create temp trigger stop_noor before insert on invitations when new.email = 'noor@test.example' begin select raise(abort, 'no'); end`);
    expect(() => inviteMany(nadia, { records: list, note: null })).toThrow(/no/);
    expect(stateOf('lea@test.example')).toBeUndefined();
    db.$client.exec('drop trigger stop_noor');
    expect(inviteMany(nadia, { records: list, note: 'See you there.' })).toEqual({ invited: 2 });
    expect(lettersTo('lea@test.example').at(-1)?.text).toContain('See you there.');
    expect(db.select().from(log).where(eq(log.object, 'lea@test.example, noor@test.example')).all()).toHaveLength(1);
    expect(() => inviteMany(nadia, { records: list, note: null })).toThrow(Invalid);
    expect(stateOf('lea@test.example')?.place).toBe('Québec, QC');
    const id = await joinInvited({ token: tokenFor('lea@test.example'), name: 'Léa Martin', password }, 'here');
    const lea = db.select().from(members).where(eq(members.id, id)).get();
    expect(lea && placeInvitedFrom(asMember(lea))).toBe('Québec, QC');
    expect(stateOf('lea@test.example')?.place).toBeNull();
  });
});

test('a list counts the letters to each address too: nobody gets more by withdrawing, and the others of the list get theirs', async () => {
  const [email, records] = ['often@test.example', 'email\noften@test.example'];
  for (let n = 0; n < limits.letterPerInvitationOfCoordinators.most; n++) {
    inviteMany(nadia, { records, note: null });
    withdrawInvitation(nadia, { invitationId: idOf(email) });
  }
  expect(() => send(nadia, email)).toThrow(TooMany);
  const both = `${records}\nother@test.example`;
  expect((await readList(nadia, { records: both })).lines.map(({ problem }) => problem)).toEqual([expect.stringContaining('as many letters as anybody gets in a day'), null]);
  expect(inviteMany(nadia, { records: both, note: null })).toEqual({ invited: 1 });
  expect([lettersTo(email).length, lettersTo('other@test.example').length]).toEqual([limits.letterPerInvitationOfCoordinators.most, 1]);
});

test('addresses of people who did not come are forgotten two months after the end', () => {
  send(nadia, 'old@test.example');
  expire('old@test.example', 73);
  forgetOldInvitations();
  expect(stateOf('old@test.example')?.state).toBe('expired');
  expire('old@test.example', 75);
  forgetOldInvitations();
  const named = () => db.select().from(log).where(eq(log.object, 'old@test.example')).all().length;
  expect(named()).toBe(1);
  db.update(log).set({ at: new Date(Date.now() - 75 * 86_400_000) }).where(inArray(log.object, ['old@test.example', 'lea@test.example, noor@test.example'])).run();
  forgetOldInvitations();
  expect([named(), db.select().from(log).where(eq(log.object, '2 people')).all().length]).toEqual([0, 1]);
  expect([stateOf('old@test.example'), stateOf('noor@test.example')?.state]).toEqual([undefined, 'sent']);
  expect(db.select().from(passwords).all().length).toBeGreaterThan(0);
});
