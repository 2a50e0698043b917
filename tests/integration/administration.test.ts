import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authenticators, db, log, members, posts, recoveryCodes, sessions, transaction, trustLevels, verifications } from '#db/client.ts';
import { casesOfMember, latestPostsOf } from '#domain/decisions/about-member.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { Denied, NotFound, SignInRequired } from '#domain/errors.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { appointMember } from '#domain/moderation/appointing.ts';
import { logChoices, logLines, readLog, readLogFilter, recordAct } from '#domain/moderation/log.ts';
import { endEverySession, endSessionOf, removeSecondStep, sessionsOfMember } from '#domain/moderation/others-sessions.ts';
import { suspendMember } from '#domain/decisions/suspending.ts';
import { administratorsBesides, mustLeaveAnAdministrator } from '#domain/people/administrators.ts';
import { hasAuthenticator } from '#domain/people/authenticators.ts';
import { formerCoordinator, formerMember } from '#domain/people/former.ts';
import { listMembers, memberCounts, memberForDesk, readMemberFilter } from '#domain/people/member-list.ts';
import { startSession } from '#domain/people/sessions.ts';
import type { Member } from '#domain/people/types.ts';
import { csvRow } from '#lib/csv.ts';
import { addDays } from '#lib/dates.ts';
import { again, enter, forgetLimits, lettersTo, sessionOf } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
const root = resolve(import.meta.dirname, '../..');
let rosa: Member, tom: Member, nadia: Member, ines: Member, abe: Member;
beforeAll(async () => { [rosa, tom, nadia, ines, abe] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines'), await enter('abe')]; });
beforeEach(forgetLimits);

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';

describe('the last administrator', () => {
  test('stays, whatever is tried', async () => {
    expect(administratorsBesides(abe.id)).toBe(0);
    expect(() => mustLeaveAnAdministrator(abe)).toThrow(/appoint another/);
    expect(() => mustLeaveAnAdministrator(nadia)).not.toThrow();
    const refused = /must keep an administrator/;
    const at = (change: Partial<typeof members.$inferInsert>) => () => db.update(members).set(change).where(eq(members.id, abe.id)).run();
    expect(at({ role: 'member' })).toThrow(refused);
    expect(at({ suspendedUntil: addDays(new Date(), 1), suspendedReason: 'x' })).toThrow(refused);
    expect(at({ emailConfirmedAt: null })).toThrow(refused);
    expect(() => db.delete(members).where(eq(members.id, abe.id)).run()).toThrow(refused);
    expect(at({ name: 'Abe Whitfield' })).not.toThrow();
    expect(again(abe)).toMatchObject({ role: 'administrator', suspendedUntil: null });
  });

  test('goes when there is another; of two who demote each other one stays', async () => {
    const abes = await sessionOf(abe);
    appointMember(abes, { memberId: ines.id, role: 'administrator' });
    const iness = await sessionOf(again(ines));
    appointMember(iness, { memberId: abe.id, role: 'coordinator' });
    // Abe's form was open meanwhile; the session it came with is dead, and so is his right.
    expect(() => appointMember({ ...abes, member: again(abe) }, { memberId: ines.id, role: 'member' })).toThrow(Denied);
    expect(() => appointMember(abes, { memberId: ines.id, role: 'member' })).toThrow(/last administrator/);
    appointMember(iness, { memberId: abe.id, role: 'administrator' });
    appointMember(await sessionOf(again(abe)), { memberId: ines.id, role: 'coordinator' });
    expect(again(ines).role).toBe('coordinator');
  });

  test('is none who is suspended, unconfirmed, or an invented person without a password', () => {
    const other = (more: Partial<typeof members.$inferInsert>) => db.insert(members).values({ name: 'Other', email: `other${Math.random()}@test.example`, handle: `other-${Math.random()}`, role: 'administrator', emailConfirmedAt: new Date(), ...more }).returning().get();
    for (const one of [other({ suspendedUntil: addDays(new Date(), 1), suspendedReason: 'x' }), other({ emailConfirmedAt: null }), other({ sample: true })]) {
      expect(administratorsBesides(abe.id)).toBe(0);
      expect(() => db.delete(members).where(eq(members.id, abe.id)).run()).toThrow(/must keep/);
      db.delete(members).where(eq(members.id, one.id)).run();
    }
  });
});

describe('the list of members', () => {
  const found = (query: string) => listMembers(nadia, readMemberFilter(new URLSearchParams(query)), null).members.map(({ handle }) => handle);

  test('is searched, narrowed and ordered', () => {
    const made = db.insert(members).values([
      { name: 'Vera Vendor', email: 'vera@sells.example', handle: 'vera', vendor: true, emailConfirmedAt: new Date() }, { name: 'Una Unconfirmed', email: 'una@test.example', handle: 'una' },
    ]).returning().all();
    db.insert(trustLevels).values({ memberId: made[0]?.id ?? 0, level: 'trusted', locked: true }).run();
    suspendMember(nadia, { memberId: tom.id, days: 3, reason: 'Attacks.' });
    expect(found('q=sells.example')).toEqual(['vera']);
    expect(found('role=coordinator&by=name')).toEqual(['ines', 'nadia']);
    expect(found('role=administrator')).toEqual(['abe']);
    expect(found('state=suspended')).toEqual(['tom']);
    expect(found('state=unconfirmed')).toEqual(['una']);
    expect(found('state=vendor')).toEqual(['vera']);
    expect(found('state=new')).toEqual([]);
    expect(found('role=nonsense&state=__proto__&by=constructor')).toContain('rosa');
    expect(found('by=name')[0]).toBe('abe');
    const counts = memberCounts(nadia);
    expect(counts).toMatchObject({ roles: { coordinator: 2, administrator: 1, areas: 0 }, states: { suspended: 1, unconfirmed: 1, vendor: 1, new: 0 } });
    expect(counts.all).toBe(listMembers(nadia, {}, null).total);
    db.update(members).set({ suspendedUntil: null, suspendedReason: null }).run();
  });

  test('says who is verified and how, and is narrowed to those who are or are not', () => {
    const [vera] = db.select().from(members).where(eq(members.handle, 'vera')).all();
    const by: [number, 'domain' | 'vouches' | 'coordinator' | 'denied', string | null][] = [[rosa.id, 'domain', 'gov'], [tom.id, 'coordinator', null], [ines.id, 'denied', null], [vera?.id ?? 0, 'domain', 'gov']];
    for (const [memberId, method, domain] of by) db.insert(verifications).values({ memberId, method, domain, reason: method === 'domain' ? null : 'For this test.' }).run();
    expect(found('verified=yes&by=name')).toEqual(['rosa', 'tom']);
    expect(found('verified=no').sort()).toEqual(['abe', 'ines', 'nadia', 'una', 'vera']);
    expect(found('verified=no&role=coordinator&by=name')).toEqual(['ines', 'nadia']);
    expect(found('verified=constructor')).toHaveLength(7);
    const how = Object.fromEntries(listMembers(nadia, {}, null).members.map(({ handle, verified }) => [handle, verified]));
    expect(how).toMatchObject({ rosa: { method: 'domain', domain: 'gov' }, tom: { method: 'coordinator', domain: null }, ines: null, vera: null, una: null });
    expect(memberCounts(nadia).verified).toEqual({ yes: 2, no: 5 });
    db.delete(verifications).run();
  });

  test('and the page of one is for coordinators of all', async () => {
    appointMember(await sessionOf(abe), { memberId: tom.id, role: 'areas', themes: ['equity'] });
    expect(found('role=areas')).toEqual(['tom']);
    for (const viewer of [rosa, again(tom)]) {
      for (const query of [() => listMembers(viewer, {}, null), () => memberCounts(viewer), () => memberForDesk(viewer, 'tom'), () => latestPostsOf(viewer, tom.id), () => casesOfMember(viewer, tom.id)]) expect(query).toThrow(Denied);
    }
    expect(() => listMembers(null, {}, null)).toThrow(SignInRequired);
    expect(memberForDesk(nadia, 'tom')).toMatchObject({ email: tom.email, areas: true });
    expect(memberForDesk(nadia, 'nobody-at-all')).toBeNull();
    appointMember(await sessionOf(abe), { memberId: tom.id, role: 'member' });
  });

  test('tells nothing of what somebody asked without their name', () => {
    const named = createThread(rosa, { forum: 'measures', kind: 'question', title: 'A question under my name', body: 'How do you do it?', themes: [] });
    const unnamed = createThread(rosa, { forum: 'operations', kind: 'question', title: 'A question for a colleague', body: 'How do they do it?', themes: [], nameless: true });
    for (const thread of [named, unnamed]) flagPost(tom, flagPostInput.parse({ postId: Number(db.$client.prepare('select id from posts where thread_id = ?').pluck().get(thread.id)), reason: 'spam' }));
    const told = JSON.stringify([latestPostsOf(nadia, rosa.id), casesOfMember(nadia, rosa.id)]);
    expect(told).toContain('under my name');
    expect(told).not.toContain('for a colleague');
  });

  test('names first what they wrote last, whichever came into the hub first', () => {
    const [early, late] = ['An early question of hers', 'A late question of hers'].map((title) => createThread(rosa, { forum: 'measures', kind: 'question', title, body: 'How do you do it?', themes: [] }));
    for (const [thread, at] of [[late, Date.now() + 2000], [early, Date.now() + 3000]] as const) db.update(posts).set({ createdAt: new Date(at) }).where(eq(posts.threadId, thread?.id ?? 0)).run();
    expect(latestPostsOf(nadia, rosa.id).slice(0, 2).map(({ title }) => title)).toEqual([early?.title, late?.title]);
  });
});

describe('the sessions of others', () => {
  test('say when somebody was here last, before the day is counted', async () => {
    db.delete(sessions).where(eq(sessions.memberId, tom.id)).run();
    const seen = () => [memberForDesk(nadia, 'tom')?.seen, listMembers(nadia, { q: 'Achterberg' }, null).members[0]?.seen];
    expect(seen()).toEqual([null, null]);
    await sessionOf(tom);
    const today = new Date().toISOString().slice(0, 10);
    expect(seen()).toEqual([today, today]);
  });

  test('are seen and ended by administrators, one or all, and that is logged', async () => {
    await startSession(tom.id, firefox);
    await startSession(tom.id, null);
    const open = sessionsOfMember(abe, tom.id);
    expect(open.map(({ device }) => device)).toEqual(expect.arrayContaining(['Firefox on Linux', 'An unnamed browser']));
    for (const viewer of [nadia, rosa]) {
      expect(() => sessionsOfMember(viewer, tom.id)).toThrow(Denied);
      expect(() => endSessionOf(viewer, { memberId: tom.id })).toThrow(Denied);
    }
    const nadias = await startSession(nadia.id, null);
    expect(nadias.value).not.toBe('');
    const foreign = sessionsOfMember(abe, nadia.id)[0]?.id ?? '';
    expect(() => endSessionOf(abe, { memberId: tom.id, id: foreign })).toThrow(NotFound);
    endSessionOf(abe, { memberId: tom.id, id: open[0]?.id ?? '' });
    expect(sessionsOfMember(abe, tom.id)).toHaveLength(open.length - 1);
    endSessionOf(abe, { memberId: tom.id });
    expect(db.select().from(sessions).where(eq(sessions.memberId, tom.id)).all()).toEqual([]);
    expect(() => endSessionOf(abe, { memberId: abe.id })).toThrow(Denied);
    expect(readLog(abe, null).lines[0]).toMatchObject({ act: 'end sessions', object: 'all of Tom Achterberg' });
  });

  test('of everybody are ended but the one that asks', async () => {
    await startSession(tom.id, null);
    const session = await sessionOf(abe);
    expect(() => endEverySession({ ...session, provedAt: null })).toThrow(/proof/);
    expect(() => endEverySession({ ...session, member: nadia })).toThrow(Denied);
    endEverySession(session);
    expect(db.select({ id: sessions.id }).from(sessions).all()).toEqual([{ id: session.id }]);
    expect(readLog(abe, null).lines[0]).toMatchObject({ act: 'end sessions', object: expect.stringMatching(/^all of everybody, \d+ of them$/) });
  });

  test('a lost second step is removed by an administrator who shows who they are, with a reason that the member reads', async () => {
    db.insert(authenticators).values({ memberId: tom.id, secret: 'JBSWY3DPEHPK3PXP' }).run();
    db.insert(recoveryCodes).values({ id: 'a'.repeat(64), memberId: tom.id }).run();
    const session = await sessionOf(abe);
    const input = { memberId: tom.id, reason: 'They lost their phone; I called them.' };
    expect(() => removeSecondStep({ ...session, provedAt: null }, input)).toThrow(/proof/);
    expect(() => removeSecondStep({ ...session, member: nadia }, input)).toThrow(Denied);
    expect(() => removeSecondStep(session, { ...input, memberId: abe.id })).toThrow(Denied);
    await startSession(tom.id, null);
    removeSecondStep(session, input);
    expect(hasAuthenticator(tom.id)).toBe(false);
    expect(db.select().from(recoveryCodes).where(eq(recoveryCodes.memberId, tom.id)).all()).toEqual([]);
    expect(db.select().from(sessions).where(eq(sessions.memberId, tom.id)).all()).toEqual([]);
    expect(lettersTo(tom.email).at(-1)?.text.replace(/\s+/g, ' ')).toContain('They lost their phone; I called them.');
    expect(readLog(abe, null).lines[0]).toMatchObject({ act: 'remove second step', object: 'Tom Achterberg', reason: input.reason });
    expect(() => removeSecondStep(session, input)).toThrow(/no second step/);
  });
});

describe('the log', () => {
  test('is narrowed by who, what and when, and taken along', () => {
    db.delete(log).run();
    recordAct(nadia, 'lock thread', 'A thread', '/forums/measures/1-a-thread', '=1+1 enough');
    recordAct(ines, 'pin thread', 'Another', null);
    recordAct(null, 'hide post', 'A post', null);
    db.update(log).set({ at: new Date('2026-10-31T23:59:59Z') }).where(eq(log.act, 'lock thread')).run();
    const acts = (query: string) => readLog(abe, null, readLogFilter(new URLSearchParams(query))).lines.map(({ act }) => act);
    expect(acts('')).toEqual(['hide post', 'pin thread', 'lock thread']);
    expect(acts('actor=nadia')).toEqual(['lock thread']);
    expect(acts('actor=hub')).toEqual(['hide post']);
    expect(acts('actor=nobody')).toEqual([]);
    expect(acts('act=pin+thread')).toEqual(['pin thread']);
    expect(acts('act=__proto__')).toHaveLength(3);
    expect(acts('from=2026-10-31&to=2026-10-31')).toEqual(['lock thread']);
    // Of the rows that stand for former members one has no handle: as a choice it would be everybody.
    db.insert(log).values(transaction(() => [formerMember(), formerCoordinator()]).map((actorId) => ({ actorId, act: 'unpin thread', object: 'A thread' }))).run();
    expect(logChoices(nadia).actors.map(({ handle }) => handle).sort()).toEqual(['-', 'ines', 'nadia']);
    db.delete(log).where(eq(log.act, 'unpin thread')).run();
    expect(acts('from=2026-11-01')).toEqual(['hide post', 'pin thread']);
    expect(acts('from=yesterday')).toHaveLength(3);
    expect(logChoices(abe)).toMatchObject({ actors: [{ handle: 'ines' }, { handle: 'nadia' }], acts: [{ act: 'hide post' }, { act: 'lock thread' }, { act: 'pin thread' }] });
    const lines = logLines(abe, readLogFilter(new URLSearchParams()));
    expect(lines.map(({ act }) => act)).toEqual(acts(''));
    const line = lines.at(-1);
    expect(line).toMatchObject({ act: 'lock thread', actor: { handle: 'nadia' } });
    expect(csvRow([line?.reason ?? null, 'a "b", c'])).toBe(`'=1+1 enough,"a ""b"", c"\r\n`);
    for (const query of [() => logLines(rosa, readLogFilter(new URLSearchParams())), () => logChoices(rosa), () => readLog(rosa, null)]) expect(query).toThrow(Denied);
  });

  interface Function { file: string; name: string; body: string }

  /** Every function of the domain that stands by itself in a file. */
  function functionsOfDomain(): Function[] {
    const folder = join(root, 'src/domain');
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/^(?:export )?(?:async )?function (\w+)[^\n]*\{\n([^]*?)^\}/gm)].map(([, name = '', body = '']) => ({ file, name, body })));
  }

  test('has a line for every privileged act: each command that asks for a coordinator and writes leaves one', () => {
    const all = functionsOfDomain();
    const named = Map.groupBy(all, ({ name }) => name);
    const called = ({ file, body }: Function) => [...body.matchAll(/\b(\w+)\(/g)].flatMap(([, name = '']) => {
      const known = named.get(name) ?? [];
      return known.some((one) => one.file === file) ? known.filter((one) => one.file === file) : known;
    });
    const records = (one: Function, seen = new Set<Function>()): boolean => {
      if (seen.has(one)) return false;
      seen.add(one);
      return /\brecordAct\(/.test(one.body) || called(one).some((other) => records(other, seen));
    };
    const guards = /\b(?:mustCoordinate|mustAdminister|mustModerateForum|mustModerateSomething|mustCurateSomething|mustCurateResource|canSuspend|canAppoint)\(|\bonThread\(actor, input/;
    const commands = all.filter(({ body }) => guards.test(body) && /\b(?:transaction|onThread)\(/.test(body));
    const names = commands.map(({ name }) => name);
    expect(commands.length).toBeGreaterThan(40);
    expect(names).toEqual(expect.arrayContaining(['appointMember', 'suspendMember', 'setHolding', 'decide', 'withholdVersions', 'setCare', 'removeSecondStep']));
    // Saying "I am on it" and leaving a note stand in the case itself, a welcome in the task, choosing rows of an import changes nothing before they are taken.
    const silent = ['addCaseNote', 'chooseAll', 'chooseRows', 'claimCase', 'releaseCase', 'welcomeMember'];
    expect(commands.filter((one) => !records(one)).map(({ name }) => name).sort()).toEqual(silent);
  });
});

