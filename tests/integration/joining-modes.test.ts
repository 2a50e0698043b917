import { readdirSync, rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { eq, like } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attempts, db, firstHours, invitations, log, members, outbox, posts } from '#db/client.ts';
import { Denied, Invalid, NotFound } from '#domain/errors.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { sendOutbox } from '#domain/mail/outbox.ts';
import { membersNamed } from '#domain/forum/mentions.ts';
import { acceptApplicant, countApplicants, declineApplicant, listApplicants, ownApplication, sayWhoYouAre } from '#domain/membership/applying.ts';
import { invite } from '#domain/membership/inviting.ts';
import { inviteMany } from '#domain/membership/inviting-many.ts';
import { setRulesOfJoining } from '#domain/membership/rules.ts';
import { appointMember } from '#domain/moderation/appointing.ts';
import { recordAct } from '#domain/moderation/log.ts';
import { comeBackFromAgency, goToAgency } from '#domain/people/agencies.ts';
import { confirmEmail, join } from '#domain/people/joining.ts';
import { rulesOfJoining, type JoiningMode } from '#domain/people/joining-rules.ts';
import { requestSignInLink } from '#domain/people/mailed-links.ts';
import { asMember, countMembers, findProfile, memberByEmail } from '#domain/people/members.ts';
import { canWrite, mustWrite } from '#domain/people/permissions.ts';
import { requestReset, setNewPassword } from '#domain/people/resetting.ts';
import { signIn } from '#domain/people/signing-in.ts';
import type { Member } from '#domain/people/types.ts';
import { folderMailer } from '#lib/mailer.ts';
import { settings } from '#lib/settings.ts';
import { useAgency } from '../support/agency.ts';
import { browserOfTest, enter, forgetLimits, lettersTo, sessionOf, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

const agency = useAgency('http://localhost:4321');
useDatabase();
let rosa: Member, nadia: Member, abe: Member;
beforeAll(async () => { [rosa, nadia, abe] = [await enter('rosa'), await enter('nadia'), await enter('abe')]; });
beforeEach(forgetLimits);

const password = 'heron lantern gravel mitten';
const set = (mode: JoiningMode) => setRulesOfJoining(abe, { mode, invite: 'coordinators', askWhom: null });
const ask = (who: string, application?: string) => join({ name: who, email: `${who}@test.example`, password, application, website: null }, 'here');
const confirm = (who: string) => confirmEmail({ token: tokenFor(`${who}@test.example`), password }, 'here');
const row = (who: string) => memberByEmail(`${who}@test.example`);
const viewer = (who: string) => { const found = row(who); if (!found) throw new Error(`Nobody is ${who}.`); return asMember(found); };
async function visitAgency(sub: string) {
  const browser = browserOfTest();
  const { url, cookie } = await goToAgency('/', null, 'here');
  browser.take(cookie);
  return comeBackFromAgency(await agency.visit(url, { sub, email: `${sub}@test.example`, email_verified: true, name: sub }), browser, null);
}

describe('the rule of joining', () => {
  test('is open at first, is set by administrators alone, and each change is logged once', () => {
    expect(rulesOfJoining()).toEqual({ mode: 'open', membersInvite: false, askWhom: null });
    for (const other of [rosa, nadia]) expect(() => setRulesOfJoining(other, { mode: 'invitation', invite: 'members', askWhom: null })).toThrow(Denied);
    set('approval');
    set('approval');
    expect(db.select().from(log).where(eq(log.act, 'change joining')).all()).toHaveLength(1);
    set('open');
    expect(() => db.$client.prepare(`update joining_rules set mode = 'closed'`).run()).toThrow(/CHECK/);
    expect(() => db.$client.prepare(`insert into joining_rules (id, mode) values (2, 'open')`).run()).toThrow(/CHECK/);
  });

  test('open: whoever confirms is a member and has a first hour', async () => {
    set('open');
    await ask('olga', 'not asked for');
    await confirm('olga');
    expect([row('olga')?.application, canWrite(viewer('olga'))]).toEqual([null, true]);
    expect(db.select().from(firstHours).where(eq(firstHours.memberId, row('olga')?.id ?? 0)).all()).toHaveLength(1);
  });
});

describe('by invitation', () => {
  test('nobody joins without one, whatever their address is, and no letter goes', async () => {
    set('invitation');
    const before = lettersTo(rosa.email).length;
    const answers = await Promise.all([join({ name: 'Ivo', email: 'ivo@test.example', password, website: null }, 'here'), join({ name: 'Rosa', email: rosa.email, password, website: null }, 'here')].map((asked) => asked.catch((e: unknown) => e)));
    expect(answers.map(String)).toEqual([String(answers[0]), String(answers[0])]);
    expect(answers[0]).toBeInstanceOf(Denied);
    expect([row('ivo'), lettersTo(rosa.email).length]).toEqual([null, before]);
  });

  test('neither the link of an earlier request, nor a reset, nor an agency leads past it', async () => {
    set('open');
    await ask('petra');
    const token = tokenFor('petra@test.example');
    set('invitation');
    await expect(confirmEmail({ token, password }, 'here')).rejects.toThrow(/by invitation/);
    requestReset({ email: 'petra@test.example' }, 'here');
    await expect(setNewPassword({ token: tokenFor('petra@test.example'), name: 'Petra Novak', password: 'quite another set of words' }, 'here')).rejects.toThrow(/by invitation/);
    requestSignInLink({ email: 'petra@test.example', next: '/' }, 'here');
    await expect(confirmEmail({ token: tokenFor('petra@test.example'), password }, 'here')).rejects.toThrow(/by invitation/);
    await expect(visitAgency('quinn')).rejects.toThrow(/by invitation/);
    await expect(visitAgency('petra')).rejects.toThrow(/by invitation/);
    expect([row('petra')?.emailConfirmedAt, row('quinn')]).toEqual([null, null]);
    set('open');
    requestSignInLink({ email: 'petra@test.example', next: '/' }, 'here');
    await expect(confirm('petra')).resolves.toBeGreaterThan(0);
  });

  test('members go on signing in', async () => {
    set('invitation');
    await expect(signIn({ email: 'petra@test.example', password }, 'here')).resolves.toBe(row('petra')?.id);
  });
});

describe('approved by a coordinator', () => {
  beforeAll(() => set('approval'));

  test('it takes a sentence, asked for whoever the address is', async () => {
    for (const email of ['anton@test.example', rosa.email]) await expect(join({ name: 'A', email, password, application: null, website: null }, 'here')).rejects.toThrow(Invalid);
    await ask('anton', 'I answer the phones in Anytown.');
    expect(listApplicants(nadia).map(({ name }) => name)).not.toContain('anton');
    await confirm('anton');
    expect(listApplicants(nadia)).toMatchObject([{ name: 'anton', application: 'I answer the phones in Anytown.', government: false }]);
    expect(countApplicants()).toBe(1);
    expect(() => listApplicants(rosa)).toThrow(Denied);
  });

  test('every coordinator gets a letter when somebody waits, in which nobody is named; with more who come once a day', async () => {
    const lettersOf = () => [nadia, abe, rosa].map(({ email }) => lettersTo(email).filter(({ subject }) => /wait to be let in|waits to be let in/.test(subject)));
    expect(lettersOf().map((letters) => letters.length)).toEqual([1, 1, 0]);
    expect(lettersOf()[0]?.[0]?.text).toContain('/desk/members/waiting');
    expect(lettersOf()[0]?.[0]?.text).not.toContain('anton');
    const counts: (number | undefined)[] = [];
    // The window begins anew with each test.
    for (const who of ['zeno', 'zora']) {
      await ask(who, 'I answer phones.');
      await confirm(who);
      counts.push(lettersOf()[0]?.length);
    }
    expect([counts, lettersOf()[0]?.[1]?.subject]).toEqual([[2, 2], expect.stringContaining('2 people have asked to join and wait')]);
    for (const who of ['zeno', 'zora']) db.delete(members).where(eq(members.id, viewer(who).id)).run();
  });

  test('who waits signs in and reads, writes nothing, and is seen by coordinators only', async () => {
    const anton = viewer('anton');
    expect(await signIn({ email: anton.email, password }, 'here')).toBe(anton.id);
    expect([canWrite(anton), anton.waiting, ownApplication(anton)]).toEqual([false, true, 'I answer the phones in Anytown.']);
    expect(() => mustWrite(anton)).toThrow(/not let you in yet/);
    expect(() => createThread(anton, { forum: 'operations', kind: 'discussion', title: 'May I write already?', body: 'I try to.', themes: [] })).toThrow(Denied);
    for (const other of [null, rosa]) expect(() => findProfile(other, anton.handle)).toThrow(NotFound);
    expect(findProfile(nadia, anton.handle).name).toBe('anton');
    expect(membersNamed([anton.handle, rosa.handle]).map(({ id }) => id)).toEqual([rosa.id]);
    const session = await sessionOf(abe);
    expect(() => appointMember(session, { memberId: anton.id, role: 'coordinator' })).toThrow(Denied);
    const thread = createThread(rosa, { forum: 'operations', kind: 'discussion', title: 'Somebody else writes here', body: 'As members do.', themes: [] });
    const post = db.select().from(posts).orderBy(posts.id).all().at(-1);
    expect(thread.url).toContain('/forums/operations/');
    expect(() => db.insert(posts).values({ ...post, id: undefined, number: 99, authorId: anton.id } as typeof posts.$inferInsert).run()).toThrow(/not been let in/);
  });

  test('they can say better who they are; members have nothing to say', () => {
    sayWhoYouAre(viewer('anton'), { application: 'I run the night shift in Anytown.' });
    expect(listApplicants(nadia)[0]?.application).toBe('I run the night shift in Anytown.');
    expect(() => sayWhoYouAre(rosa, { application: 'Let me in again.' })).toThrow(Denied);
    expect(memberByEmail(rosa.email)?.application).toBeNull();
  });

  test('accepted, they are members: a letter, a first hour, a line in the log; of two coordinators one decides', () => {
    const anton = viewer('anton');
    const before = countMembers();
    expect(() => acceptApplicant(rosa, { memberId: anton.id })).toThrow(Denied);
    acceptApplicant(nadia, { memberId: anton.id });
    expect([canWrite(viewer('anton')), countMembers()]).toEqual([true, before + 1]);
    expect(lettersTo(anton.email).at(-1)?.text).toContain('/welcome');
    expect(db.select().from(log).where(eq(log.act, 'accept applicant')).all()).toMatchObject([{ actorId: nadia.id, object: 'anton' }]);
    expect(() => acceptApplicant(nadia, { memberId: anton.id })).toThrow(NotFound);
    expect(() => declineApplicant(nadia, { memberId: anton.id, reason: 'Too late.' })).toThrow(NotFound);
  });

  test('declined, they get the reason, their account is gone, and they may ask again', async () => {
    await ask('bruno', 'I sell things.');
    const id = await confirm('bruno');
    declineApplicant(nadia, { memberId: id, reason: 'We know nothing of you, bruno (bruno@test.example): please write from your brunoesque work address.' });
    expect(row('bruno')).toBeNull();
    expect(lettersTo('bruno@test.example').at(-1)?.text).toMatch(/please\s+write from your\s+brunoesque/);
    expect(db.select().from(log).where(eq(log.act, 'decline applicant')).all()).toMatchObject([{ object: 'An applicant', reason: 'We know nothing of you, the applicant (the applicant): please write from your brunoesque work address.' }]);
    await ask('bruno', 'I run the 311 line of Anytown.');
    expect(await confirm('bruno')).toBeGreaterThan(0);
  });

  test('the log keeps neither address nor a name of who is declined, however they are written', async () => {
    await ask('berta', 'I sell things.');
    const id = await confirm('berta');
    db.update(members).set({ name: 'Berta Al Quixotry' }).where(eq(members.id, id)).run();
    declineApplicant(nadia, { memberId: id, reason: 'BERTA (Berta@Test.Example) is berta al quixotry; Quixotry is all we know, al fresco.' });
    expect(db.select().from(log).where(eq(log.act, 'decline applicant')).all().at(-1)?.reason).toBe('the applicant (the applicant) is the applicant; the applicant is all we know, al fresco.');
  });

  test('declined, nothing is left of their address and name, in letters, limits, files and the log; the limit of their network stays', async () => {
    const folder = joinPath(settings().dataDir, 'mail');
    const write = folderMailer(folder, 'hub@test.example');
    await ask('bea-lévy', 'I sell things.');
    const id = await confirm('bea-lévy');
    db.update(members).set({ name: 'Bea Lévy' }).where(eq(members.id, id)).run();
    while ((await sendOutbox(write)).sent > 0);
    const before = db.select().from(attempts).where(like(attempts.key, 'joinPerAddress:%')).all();
    declineApplicant(nadia, { memberId: id, reason: 'Bea, or Levy as we say: who is Bea-Lévy?' });
    expect(lettersTo('bea-lévy@test.example').map(({ text }) => text.includes('who is Bea'))).toEqual([true]);
    await sendOutbox(write);
    expect(readdirSync(folder).filter((file) => file.includes('bea'))).toEqual([]);
    rmSync(folder, { recursive: true });
    expect(JSON.stringify([db.select().from(attempts).all(), db.select().from(outbox).all(), db.select().from(log).all()])).not.toMatch(/l[eé]vy|\bbea\b/i);
    expect(db.select().from(attempts).where(like(attempts.key, 'joinPerAddress:%')).all()).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });

  test('declined, no invitation sent while they waited lets them in, and neither it nor the log keeps their address', async () => {
    setRulesOfJoining(abe, { mode: 'approval', invite: 'members', askWhom: null });
    await ask('iris', 'I sell things.');
    const id = await confirm('iris');
    invite(rosa, { email: 'iris@test.example', name: null, note: null });
    inviteMany(nadia, { records: 'email\nnot-iris@test.example\nivy@test.example', note: null });
    recordAct(nadia, 'invite', 'not-iris@test.example, iris@test.example', '/desk/invitations');
    declineApplicant(nadia, { memberId: id, reason: 'We know nothing of you.' });
    expect(db.select().from(invitations).where(eq(invitations.email, 'iris@test.example')).all()).toEqual([]);
    expect(db.select().from(log).where(eq(log.act, 'invite')).all().map(({ object }) => object)).toEqual(['one person', 'not-iris@test.example, ivy@test.example', 'not-iris@test.example, one person']);
    await ask('iris', 'Once more.');
    await confirm('iris');
    expect(viewer('iris').waiting).toBe(true);
    set('approval');
  });

  test('a reset waits as well, and whoever comes from an agency says who they are afterwards', async () => {
    await ask('carla', 'I plan shifts.');
    requestReset({ email: 'carla@test.example' }, 'here');
    await setNewPassword({ token: tokenFor('carla@test.example'), name: 'Carla Diaz', password: 'quite another set of words' }, 'here');
    expect(viewer('carla').waiting).toBe(true);
    expect(await visitAgency('dora')).toMatchObject({ is: 'known', next: '/welcome' });
    expect([viewer('dora').waiting, ownApplication(viewer('dora'))]).toEqual([true, '']);
  });

  test('the rule that holds when the address is confirmed decides', async () => {
    await ask('emil', 'I asked while it was approved.');
    set('open');
    await confirm('emil');
    expect(canWrite(viewer('emil'))).toBe(true);
    await ask('fred');
    set('approval');
    await confirm('fred');
    expect([viewer('fred').waiting, ownApplication(viewer('fred'))]).toEqual([true, '']);
    expect(db.select().from(members).where(eq(members.email, 'carla@test.example')).get()?.application).toBe('');
  });
});
