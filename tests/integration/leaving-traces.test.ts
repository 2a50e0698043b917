import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { attempts, cases, coordinatorAreas, corrections, db, decisions, drafts, emailChanges, formerLevels, formerStandings, governmentDomains, heldPosts, invitations, log, members, notifications, outbox, posts, postVersions, searchDocuments, suspensions, threadActs, threads, transaction, trustChanges, trustLevels, verifications, vouches, workingCalendar } from '#db/client.ts';
import { acceptCorrection, answerCorrection, correctionFor } from '#domain/decisions/correcting.ts';
import { appealDecision } from '#domain/decisions/appealing.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagMember, flagMemberInput, flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { caseOfPost, findCase, openCases } from '#domain/decisions/queue.ts';
import { suspendMember } from '#domain/decisions/suspending.ts';
import { NotFound } from '#domain/errors.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { finishLeavings } from '#domain/leaving/finishing.ts';
import { leaveHub } from '#domain/leaving/leaving.ts';
import { records, scrubber, writings } from '#domain/leaving/traces.ts';
import { post, sendOutbox } from '#domain/mail/outbox.ts';
import { readLog } from '#domain/moderation/log.ts';
import { confirmAddress } from '#domain/people/admitting.ts';
import { confirmEmailChange, requestEmailChange } from '#domain/people/email-changing.ts';
import { forgetOldStandings } from '#domain/people/former-standings.ts';
import { asMember } from '#domain/people/members.ts';
import type { Member } from '#domain/people/types.ts';
import { verificationOf } from '#domain/people/verification.ts';
import { formerHost } from '#lib/former-host.ts';
import { folderMailer } from '#lib/mailer.ts';
import { settings } from '#lib/settings.ts';
import { again, enter, lettersTo, sessionOf, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();

const keepAll = { posts: 'keep', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep' } as const;
let number = 0;
function called(name: string, email = `leaver${++number}@town.example`): Member {
  const handle = `${name.toLowerCase().replace(/[^a-z]/g, '')}${++number}`;
  return asMember(db.insert(members).values({ name, handle, email, emailConfirmedAt: new Date() }).returning().get());
}
async function leave(member: Member, posts: 'keep' | 'delete' = 'keep'): Promise<void> {
  leaveHub(await sessionOf(member), { ...keepAll, posts, confirm: member.handle });
  await finishLeavings();
}
const start = (actor: Member, title: string, body: string, nameless = false) => createThread(actor, { forum: 'operations', kind: 'question', title, body, themes: [], token: undefined, nameless }).id;
const formerId = () => db.select({ id: members.id }).from(members).where(eq(members.email, `member@${formerHost}`)).get()?.id;
const opening = (threadId: number) => db.select().from(posts).where(eq(posts.threadId, threadId)).get();

describe('a name that is a word of the hub', () => {
  test('leaves the log, what it takes to undo, the calendar and notifications as they are', async () => {
    const [rosa, nadia] = [await enter('rosa'), await enter('nadia')];
    const thread = start(rosa, 'What to remove', 'Remove the fields in Denver. Reply, Town.');
    db.insert(workingCalendar).values({ id: 1, days: [1], opens: 480, closes: 1020, timeZone: 'America/Denver', holidays: [] }).run();
    db.insert(log).values({ actorId: nadia.id, act: 'remove post', object: 'Remove the fields', url: `/forums/operations/${thread}-what-to-remove`, reason: 'Reply to Town' }).run();
    db.insert(threadActs).values({ act: 'rename thread', threadId: thread, byId: nadia.id, undo: { as: 'fields', before: { title: 'Remove' }, after: { title: 'Fields' } } }).run();
    db.insert(notifications).values({ memberId: rosa.id, kind: 'reply', reason: 'own', words: 'Reply', url: '/x' }).run();
    db.insert(coordinatorAreas).values({ memberId: rosa.id, theme: 'equity' }).run();
    const before = () => JSON.stringify([db.select().from(log).where(eq(log.act, 'remove post')).all(), db.select().from(threadActs).all(), db.select().from(workingCalendar).all(), db.select().from(notifications).all(), db.select().from(posts).where(eq(posts.authorId, rosa.id)).all(), db.select().from(threads).where(eq(threads.authorId, rosa.id)).all()]);
    const was = before();
    for (const name of ['Remove', 'Fields', 'Denver', 'Reply', 'Town', 'Equity']) await leave(called(name));
    expect(before()).toBe(was);
  });

  test('goes out of the lines that are about them, in their words alone', async () => {
    const nadia = await enter('nadia');
    const leaver = called('Suspend');
    db.insert(log).values({ actorId: nadia.id, act: 'suspend member', object: 'Suspend until 3 May', url: `/members/${leaver.handle}`, reason: 'Suspend was rude' }).run();
    db.insert(log).values({ actorId: nadia.id, act: 'remove vouch', object: 'Suspend for Rosa Delgado', url: '/members/rosa' }).run();
    db.insert(threadActs).values({ act: 'rename thread', threadId: start(leaver, 'Suspend asks', 'x'), byId: nadia.id, undo: { as: 'fields', before: { title: 'Ask Suspend', slug: 'ask-suspend', kind: 'question' }, after: { title: 'Suspend asks' } } }).run();
    await leave(leaver);
    expect(db.select().from(log).where(eq(log.act, 'suspend member')).all()).toMatchObject([{ object: 'a former member until 3 May', url: '/members', reason: 'a former member was rude' }]);
    expect(db.select().from(log).where(eq(log.act, 'remove vouch')).all()).toMatchObject([{ object: 'a former member for Rosa Delgado', url: '/members/rosa' }]);
    expect(db.select().from(threadActs).all().at(-1)?.undo).toEqual({ as: 'fields', before: { title: 'Ask a former member', slug: 'ask-a-former-member', kind: 'question' }, after: { title: 'a former member asks' } });
  });
});

describe('addresses', () => {
  test('of others stay: in changes, letters, invitations, limits and posts', async () => {
    const [rosa, victim] = [await enter('rosa'), called('Vic Tim', 'vic2@town.example')];
    db.insert(emailChanges).values({ id: 'v', memberId: victim.id, oldEmail: 'vic.tim@town.example', newEmail: 'vic2@town.example', expiresAt: new Date(), confirmedAt: new Date(), undoId: 'u' }).run();
    const leaver = called('Town');
    // Never confirmed: whoever types an address does not own it.
    db.insert(emailChanges).values([{ id: 'a', memberId: leaver.id, oldEmail: leaver.email, newEmail: 'k@town.example', expiresAt: new Date() }, { id: 'b', memberId: leaver.id, oldEmail: leaver.email, newEmail: 'new@town.example', expiresAt: new Date() }]).run();
    db.insert(invitations).values({ token: 'n', email: 'new@town.example', invitedById: rosa.id, expiresAt: new Date(Date.now() + 1e7) }).run();
    db.insert(outbox).values([{ to: '311desk@town.example', subject: 'A', text: 'Write to k@town.example' }, { to: 'new@town.example', subject: 'Invited', text: 'x' }]).run();
    db.insert(attempts).values({ key: 'signInPerAccount:new@town.example', count: 1, resetsAt: new Date(Date.now() + 1e7) }).run();
    const thread = start(rosa, 'Whom to write to', `Write to 311desk@town.example or k@town.example, not to x${leaver.email} but to ${leaver.email}.`);
    await leave(leaver);
    expect(db.select().from(emailChanges).all()).toMatchObject([{ oldEmail: 'vic.tim@town.example' }]);
    expect(db.select().from(outbox).all().map((l) => l.to)).toEqual(expect.arrayContaining(['311desk@town.example', 'new@town.example']));
    expect(db.select().from(invitations).where(eq(invitations.email, 'new@town.example')).all()).toHaveLength(1);
    expect(db.select().from(attempts).where(eq(attempts.key, 'signInPerAccount:new@town.example')).all()).toHaveLength(1);
    expect(opening(thread)?.markdown).toBe(`Write to 311desk@town.example or k@town.example, not to x${leaver.email} but to an address that is gone.`);
    expect(opening(thread)?.html).toContain('but to an address that is gone.');
  });
});

describe('what others wrote', () => {
  test('loses links, mentions and attributions, and is rendered anew: a name breaks no markup', async () => {
    const rosa = await enter('rosa');
    const leaver = called('x"');
    const own = start(leaver, 'A lilac question', 'Lilacs grow here, says x".');
    const first = opening(own);
    const reply = createPost(rosa, { threadId: own, body: `> [x" wrote](/posts/${first?.id}):\n>\n> Lilacs grow here, says x".\n\nI, x", agree, @${leaver.handle}, [see](/members/${leaver.handle}) and [theirs](https://other.example/members/${leaver.handle}).\n\n\`\`\`html\n<a title="x" onmouseover="y">@${leaver.handle}</a>\n\`\`\``, token: undefined });
    db.insert(drafts).values({ memberId: rosa.id, place: 'new-thread', fields: { body: `> [x" wrote](/posts/${first?.id}):\n> Lilacs\n\nHello @${leaver.handle}, x"` }, updatedAt: new Date() }).run();
    db.insert(postVersions).values({ postId: reply.id, markdown: `> [x" wrote](/posts/${first?.id}): Lilacs`, writtenAt: new Date(), replacedById: rosa.id }).run();
    await leave(leaver);
    expect(db.select().from(drafts).all().map((draft) => draft.fields)).toEqual([{ body: `> [A former member wrote](/posts/${first?.id}):\n> Lilacs\n\nHello a former member, x"` }]);
    expect(db.select().from(postVersions).all().map((version) => version.markdown)).toEqual([`> [A former member wrote](/posts/${first?.id}): Lilacs`]);
    const post = db.select().from(posts).where(eq(posts.id, reply.id)).get();
    expect(post?.markdown).toContain(`> [A former member wrote](/posts/${first?.id}):\n>\n> Lilacs grow here, says a former member.`);
    expect(post?.markdown).toContain(`I, x", agree, a former member, a former member and [theirs](https://other.example/members/${leaver.handle}).`);
    expect(post?.html).toContain(`<a href="/posts/${first?.id}">A former member wrote</a>`);
    expect(post?.html).toMatch(/&lt;a title=(?:&quot;|")x(?:&quot;|") onmouseover=/);
    expect(post?.html).not.toMatch(/<a [^>]*onmouseover/);
  });

  test('waits for a coordinator and can still be published, however much of it named them', async () => {
    const [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
    const leaver = called('Al');
    const own = start(leaver, 'A question about lilacs', 'Lilacs grow here.');
    const line = `> [Al wrote](/posts/${opening(own)?.id}):\n> Lilacs grow here.\n\n`;
    const filled = (piece: string, length: number) => piece.repeat(Math.floor(length / piece.length)).padEnd(length, '.');
    const hold = (author: Member, kind: 'thread' | 'post', title: string, body: string) => {
      const input = { ...(kind === 'thread' ? { forum: 'operations', kind: 'discussion', title } : { threadId: own }), body };
      const { id } = db.insert(heldPosts).values({ kind, input, title, markdown: body, authorId: author.id, threadId: kind === 'post' ? own : null, why: 'first', signals: [] }).returning().get();
      return db.insert(cases).values({ kind: 'held', heldId: id }).returning().get().id;
    };
    const waiting = [hold(rosa, 'thread', filled(`@${leaver.handle} `, 150), filled(`@${leaver.handle} `, 20_000)), hold(tom, 'post', 'A question about lilacs', filled(line, 20_000))];
    await leave(leaver);
    for (const { title, markdown, input } of db.select().from(heldPosts).all()) {
      expect([(title ?? '').length <= 150, markdown.length <= 20_000, input['body'] === markdown]).toEqual([true, true, true]);
      expect(JSON.stringify([title, input])).not.toMatch(new RegExp(`${leaver.handle}|Al wrote`));
    }
    for (const caseId of waiting) decide(nadia, { caseId, outcome: 'approve', reason: 'Fine.' });
    expect(db.select().from(heldPosts).all().map(({ state }) => state)).toEqual(['approved', 'approved']);
    expect(db.select().from(posts).all().at(-1)?.html).toContain('>A former member wrote</a>');
  });

  test('is looked through in a time that grows with it and no faster', () => {
    const scrub = scrubber({ names: ['Slow'], handle: 'slow', emails: ['slow@town.example'] });
    for (const piece of ['[', '[](', '](/members/slow', '[x](/members/slow', '@slow ', '`', '> ', '(/members/slow']) {
      const text = piece.repeat(50_000 / piece.length);
      const began = performance.now();
      const out = scrub(text, true);
      expect(performance.now() - began, piece).toBeLessThan(250);
      expect(out.length).toBeLessThanOrEqual(50_000);
    }
  });

  test('of their own, a post without their name stays as it is', async () => {
    const leaver = called('Hortensia Quack');
    const nameless = start(leaver, 'Asked for a colleague of Hortensia Quack', 'Hortensia Quack told me.', true);
    const named = start(leaver, 'Asked by Hortensia Quack', 'I am Hortensia Quack.');
    await leave(leaver);
    expect([opening(nameless)?.markdown, opening(named)?.markdown]).toEqual(['Hortensia Quack told me.', 'I am a former member.']);
    expect(db.select().from(threads).where(eq(threads.id, nameless)).get()?.title).toBe('Asked for a colleague of Hortensia Quack');
  });
});

describe('a suspension', () => {
  const comeBack = (email: string) => db.insert(members).values({ name: 'Somebody New', handle: `new${++number}`, email }).returning().get().id;

  test('and a refused verification last beyond leaving, for each address that was confirmed, until their end', async () => {
    const until = new Date(Date.now() + 30 * 86_400_000);
    const leaver = called('Evi Evader', 'evader@city.gov');
    db.update(members).set({ suspendedUntil: until, suspendedReason: 'Rude' }).where(eq(members.id, leaver.id)).run();
    db.insert(verifications).values({ memberId: leaver.id, method: 'denied', reason: 'A vendor' }).run();
    db.insert(emailChanges).values({ id: 'e1', memberId: leaver.id, oldEmail: 'first@city.gov', newEmail: leaver.email, expiresAt: new Date(), confirmedAt: new Date(), undoId: 'e1u' }).run();
    db.insert(governmentDomains).values({ domain: 'gov', origin: 'file' }).onConflictDoNothing().run();
    await leave({ ...leaver, suspendedUntil: until });
    expect(JSON.stringify(db.select().from(formerStandings).all())).not.toMatch(/evader|first@/);
    for (const email of ['evader@city.gov', 'first@city.gov']) {
      const id = comeBack(email);
      transaction(() => confirmAddress(id));
      const back = db.select().from(members).where(eq(members.id, id)).get();
      expect([back?.suspendedUntil, back?.suspendedReason]).toEqual([until, expect.stringContaining('suspended when they left')]);
      expect(db.select().from(suspensions).where(eq(suspensions.memberId, id)).all()).toMatchObject([{ kind: 'suspended', until }]);
      expect([db.select().from(verifications).where(eq(verifications.memberId, id)).get()?.method, verificationOf(id)]).toEqual(['denied', null]);
    }
    const other = comeBack('other@city.gov');
    transaction(() => confirmAddress(other));
    expect([db.select().from(members).where(eq(members.id, other)).get()?.suspendedUntil, verificationOf(other)?.method]).toEqual([null, 'domain']);
    db.update(formerStandings).set({ until: new Date(0) }).run();
    forgetOldStandings();
    expect(db.select().from(formerStandings).all()).toEqual([]);
  });

  test('of a former holder of the address suspends nobody without whom the hub had no administrator', async () => {
    const leaver = called('Evi Third', 'third@city.example');
    const until = new Date(Date.now() + 30 * 86_400_000);
    db.update(members).set({ suspendedUntil: until, suspendedReason: 'Rude' }).where(eq(members.id, leaver.id)).run();
    await leave({ ...leaver, suspendedUntil: until });
    const abe = await enter('abe');
    requestEmailChange(await sessionOf(abe), { email: 'third@city.example' });
    confirmEmailChange({ member: abe }, { token: tokenFor('third@city.example') }, '192.0.2.2');
    expect(db.select().from(members).where(eq(members.id, abe.id)).get()).toMatchObject({ email: 'third@city.example', suspendedUntil: null });
  });

  test('and so does a level that a coordinator keeps somebody at: nobody is raised by it, and what was given is not handed on', async () => {
    const kept = (email: string, level: 'new' | 'member' | 'trusted', locked = true) => {
      const leaver = called('Lev Kept', email);
      db.insert(trustLevels).values({ memberId: leaver.id, level, locked }).run();
      return leave(leaver);
    };
    const levelAt = (id: number) => { const { level, locked } = db.select().from(trustLevels).where(eq(trustLevels.memberId, id)).get() ?? {}; return [level, locked]; };
    const back = (email: string) => { const id = comeBack(email); transaction(() => confirmAddress(id)); return levelAt(id); };
    await kept('kept@city.example', 'new');
    await kept('kept2@city.example', 'member');
    await kept('given@city.example', 'trusted');
    await kept('earned@city.example', 'member', false);
    expect(JSON.stringify(db.select().from(formerLevels).all())).not.toContain('kept');
    expect(['kept', 'kept2', 'given', 'earned'].map((name) => back(`${name}@city.example`))).toEqual([['new', true], ['member', true], [undefined, undefined], [undefined, undefined]]);

    await kept('kept3@city.example', 'new');
    const changer = called('Lev Changer');
    db.insert(trustLevels).values({ memberId: changer.id, level: 'trusted', locked: false }).run();
    requestEmailChange(await sessionOf(changer), { email: 'kept3@city.example' });
    confirmEmailChange({ member: changer }, { token: tokenFor('kept3@city.example') }, '192.0.2.1');
    expect([levelAt(changer.id), db.select().from(trustChanges).where(eq(trustChanges.memberId, changer.id)).get()?.reason]).toEqual([['new', true], expect.stringContaining('this address before')]);

    db.update(formerLevels).set({ until: new Date(0) }).run();
    forgetOldStandings();
    expect(db.select().from(formerLevels).all()).toEqual([]);
  });

  test('holds for an address that a member changes to as well', async () => {
    const until = new Date(Date.now() + 30 * 86_400_000);
    const leaver = called('Evi Second', 'second@city.example');
    db.update(members).set({ suspendedUntil: until, suspendedReason: 'Rude' }).where(eq(members.id, leaver.id)).run();
    await leave({ ...leaver, suspendedUntil: until });
    const again = called('Fresh Start');
    requestEmailChange(await sessionOf(again), { email: 'second@city.example' });
    confirmEmailChange({ member: again }, { token: tokenFor('second@city.example') }, '192.0.2.1');
    expect(db.select().from(members).where(eq(members.id, again.id)).get()?.suspendedUntil).toEqual(until);
  });
});

describe('a case that is open about what a leaver takes along', () => {
  const flagged = (flagger: Member, threadId: number) => {
    const { id = 0 } = opening(threadId) ?? {};
    flagPost(again(flagger), flagPostInput.parse({ postId: String(id), reason: 'attack', note: 'See the second line.' }));
    return { postId: id, caseId: caseOfPost(again(flagger), id) ?? 0 };
  };

  test('is closed with why, and whoever flagged is told; a thread of theirs alone keeps its place without a word', async () => {
    const [rosa, nadia] = [await enter('rosa'), await enter('nadia')];
    const leaver = called('Lonely Quince');
    const lonely = start(leaver, 'Quinces are better than you', 'You all smell of quinces.');
    const answered = start(leaver, 'Quinces, with an answer', 'You too.');
    const quiet = start(leaver, 'Quinces in peace', 'Nobody minds.');
    createPost(again(rosa), { threadId: answered, body: 'Please stop.' });
    const cases = [flagged(nadia, lonely), flagged(nadia, answered)];
    await leave(leaver, 'delete');
    expect(opening(quiet)).toBeUndefined();
    for (const { caseId, postId } of cases) {
      const view = findCase(again(nadia), caseId);
      expect([view.closedAt !== null, view.notes.map(({ by, text }) => [by, text])]).toEqual([true, [['A former member', expect.stringContaining('has left the hub')]]]);
      expect(db.select().from(notifications).where(eq(notifications.url, `/posts/${postId}`)).all().map(({ memberId, words }) => [memberId, words])).toContainEqual([nadia.id, 'About a post that you flagged: its author has left and deleted it.']);
    }
    expect(openCases(again(nadia), null).cases.filter(({ id }) => cases.some(({ caseId }) => caseId === id))).toEqual([]);
    expect(db.select().from(threads).where(eq(threads.id, lonely)).get()).toMatchObject({ title: 'Removed by its author', removedReason: 'Its author has deleted it.' });
    expect(JSON.stringify([opening(lonely), db.select().from(threads).all().filter(({ id }) => id === lonely)])).not.toMatch(/quince/i);
    expect(() => findThread(rosa, lonely)).toThrow();
    expect(db.select().from(searchDocuments).where(eq(searchDocuments.threadId, lonely)).all()).toEqual([]);
  });

  test('stays where it was about their profile: open, it is closed and whoever flagged is told; decided, it stands as it was, about nobody', async () => {
    const [rosa, nadia, ines] = [await enter('rosa'), await enter('nadia'), await enter('ines')];
    const [waits, decided] = [called('Wanda Waits'), called('Dora Decided')];
    const caseOf = ({ id, name }: Member) => {
      flagMember(again(rosa), flagMemberInput.parse({ memberId: String(id), reason: 'inaccurate', note: `${name} works elsewhere.` }));
      return db.select().from(cases).where(eq(cases.memberId, id)).get()?.id ?? 0;
    };
    const [open, closed] = [caseOf(waits), caseOf(decided)];
    const { decisionId } = decide(again(nadia), { caseId: closed, outcome: 'warn', reason: 'Dora Decided, please name your present office.' });
    appealDecision(again(decided), { decisionId, text: 'It is my office.' });
    await leave(waits);
    await leave(decided);
    const [first, second] = [findCase(again(nadia), open), findCase(again(nadia), closed)];
    for (const { subject } of [first, second]) expect(subject).toMatchObject({ words: 'the profile of a former member', url: '/members', left: true });
    expect([first.closedAt !== null, first.notes.map(({ by, text }) => [by, text])]).toEqual([true, [['A former member', expect.stringContaining('has left the hub')]]]);
    expect(second.decisions.map(({ outcome, reason }) => [outcome, reason])).toEqual([['warn', 'a former member, please name your present office.']]);
    expect(openCases(again(nadia), null).cases.filter(({ subject }) => subject.kind !== 'post')).toEqual([]);
    expect(JSON.stringify([first, second, readLog(again(nadia), null).lines, db.select().from(notifications).all()])).not.toMatch(/Wanda|Dora|wandawaits|doradecided/);
    expect(lettersTo(rosa.email).at(-1)?.text).not.toMatch(/Wanda|Dora/);
    expect(db.select().from(notifications).where(eq(notifications.memberId, rosa.id)).all().map(({ words, url }) => [words, url])).toContainEqual(['About a profile that you flagged: its owner has left the hub.', '/members']);
    expect(() => undoDecision(again(ines), { decisionId, reason: 'No.' })).toThrow(/has left/);
    // Two of them may be about the same row.
    expect(() => flagMember(again(rosa), flagMemberInput.parse({ memberId: String(formerId()), reason: 'spam', note: 'x' }))).toThrow(NotFound);
  });

  test('about a suspension goes with its member', async () => {
    const leaver = called('Susa Pended');
    suspendMember(await enter('nadia'), { memberId: leaver.id, days: 3, reason: 'Susa was rude.' });
    await leave(leaver);
    expect(db.select().from(decisions).all().filter(({ reason }) => reason.includes('Susa'))).toEqual([]);
  });

  test('says nothing of leaving where the author wrote without a name', async () => {
    const nadia = await enter('nadia');
    const leaver = called('Nameless Medlar');
    const { caseId } = flagged(nadia, start(leaver, 'Asked about medlars', 'Are they ripe?', true));
    await leave(leaver, 'delete');
    expect([findCase(again(nadia), caseId).closedAt !== null, findCase(again(nadia), caseId).notes]).toEqual([true, []]);
    expect(db.select().from(notifications).all().map(({ words }) => words)).toContain('About a post that you flagged: its author has deleted it.');
  });
});

describe('a correction', () => {
  const propose = (by: Member, threadId: number, note: string, source: string) => {
    const { id = 0 } = opening(threadId) ?? {};
    flagPost(again(by), flagPostInput.parse({ postId: String(id), reason: 'inaccurate', note, source }));
    return db.select({ id: cases.id }).from(cases).where(eq(cases.postId, id)).get()?.id ?? 0;
  };
  const rowOf = (caseId: number) => db.select().from(corrections).where(eq(corrections.caseId, caseId)).get();

  test('that a leaver proposed is taken back where nobody has accepted it, and no coordinator publishes it afterwards; an accepted one names them no more', async () => {
    const [rosa, nadia, ines] = [await enter('rosa'), await enter('nadia'), await enter('ines')];
    const leaver = called('Cora Rection', 'cora.rection@town.example');
    const [open, declined, accepted] = [0, 1, 2].map((n) => propose(leaver, start(rosa, `Corrected ${n}`, 'It is 5.'), 'It is 6, says Cora Rection.', 'Ask cora.rection@town.example')) as [number, number, number];
    const { decisionId } = decide(again(nadia), { caseId: declined, outcome: 'keep', reason: 'It is 5.' });
    acceptCorrection(again(rosa), { caseId: accepted });
    await leave(leaver);
    const view = findCase(again(nadia), open);
    expect([view.closedAt !== null, view.notes.map(({ by, text }) => [by, text])]).toEqual([true, [['A former member', expect.stringContaining('has left the hub')]]]);
    expect(() => decide(again(nadia), { caseId: open, outcome: 'correct', reason: 'Yes.' })).toThrow();
    undoDecision(again(ines), { decisionId, reason: 'Is it 6?' });
    expect(correctionFor(again(rosa), declined)).toMatchObject({ closed: false, wrong: 'Taken back by whoever proposed it.' });
    expect(rowOf(accepted)).toMatchObject({ wrong: 'It is 6, says a former member.', source: 'Ask an address that is gone' });
    expect(JSON.stringify(db.select().from(corrections).all())).not.toMatch(/rection@|Cora/);
  });

  test('that a leaver answered loses their name, or the answer where they take the post along', async () => {
    const [rosa, nadia] = [await enter('rosa'), await enter('nadia')];
    for (const how of ['keep', 'delete'] as const) {
      const leaver = called('Anna Swers');
      const threadId = start(leaver, `Answered and kept: ${how}`, 'It is 5.');
      createPost(again(nadia), { threadId, body: 'Thank you.' });
      const caseId = propose(rosa, threadId, 'It is 6.', 'Page 7');
      answerCorrection(again(leaver), { caseId, answer: 'I, Anna Swers, disagree.' });
      await leave(leaver, how);
      expect(rowOf(caseId)).toMatchObject({ wrong: 'It is 6.', answer: how === 'keep' ? 'I, a former member, disagree.' : null });
    }
  });
});

test('a word for somebody else names a leaver by link, mention and address no more', async () => {
  const [rosa, tom] = [await enter('rosa'), await enter('tom')];
  const leaver = called('Vera Ouch', 'vera.ouch@town.example');
  db.insert(verifications).values({ memberId: tom.id, method: 'coordinator', reason: 'Seen at work.' }).run();
  db.insert(vouches).values({ memberId: rosa.id, byId: tom.id, how: `We met at the office of @${leaver.handle}, vera.ouch@town.example.` }).run();
  await leave(leaver);
  expect(db.select().from(vouches).where(eq(vouches.memberId, rosa.id)).get()?.how).toBe('We met at the office of a former member, an address that is gone.');
  db.delete(vouches).run();
  db.delete(verifications).where(eq(verifications.memberId, tom.id)).run();
});

describe('letters', () => {
  test('that were sent keep no subject', async () => {
    post('somebody@town.example', 'Lettie Box vouches for you', ['y']);
    while ((await sendOutbox(() => Promise.resolve())).sent > 0);
    expect(db.select().from(outbox).all().filter(({ to, sentAt }) => to === 'somebody@town.example' && sentAt).map(({ subject, text }) => subject + text)).toEqual(['']);
  });

  test('to any of their addresses, written as files, go; the last one is not written', async () => {
    const leaver = called('Lettie Box', 'lettie@town.example');
    db.insert(emailChanges).values([{ id: 'l1', memberId: leaver.id, oldEmail: 'old.lettie@town.example', newEmail: leaver.email, expiresAt: new Date(), confirmedAt: new Date(), undoId: 'l1u' }]).run();
    requestEmailChange(await sessionOf(leaver), { email: 'pending@town.example' });
    const folder = join(settings().dataDir, 'mail');
    const write = folderMailer(folder, 'hub@test.example');
    for (const to of ['lettie@town.example', 'old.lettie@town.example', 'pending@town.example', 'not.lettie@town.example']) post(to, 'x', ['y']);
    await sendOutbox(write);
    await leave(leaver);
    await sendOutbox(write);
    expect(readdirSync(folder).map((file) => file.replace(/^.*Z-/, '')).filter((file) => /lettie|pending/.test(file))).toEqual(['not.lettie@town.example.eml']);
    expect(db.select().from(outbox).all().filter(({ to }) => /^(?:old\.)?lettie|^pending/.test(to))).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

/** Columns of text in which nothing is looked for: values that machines read, secrets, the search index, and others' own words, who may speak of anybody. */
const neverTouched = `
agency_accounts: issuer subject email | appeals: text | attachments: resource_id hash media_type rights text_state | attempts: key | authenticators: secret | blanked_quotes: html | bookmarks: resource_id
cases: kind | citations: citing_id cited_id | collection_items: resource_id | collections: slug visibility | confirmation_flags: reason | confirmations: place | coordinator_areas: theme
corrections: accepted_as | decisions: outcome before | drafts: place | email_changes: id old_email new_email undo_id | facts: name | first_hours: skipped | flags: reason | follows: kind ref level | form_tokens: id
former_forums: slug name | former_handles: hash | former_levels: hash level | former_slugs: slug resource_id | former_standings: hash kind | former_traces: kind sealed | forum_themes: theme | forums: slug name description started_by | government_domains: domain origin
held_files: hash name label media_type text_state | held_posts: kind resource_id why signals state | import_rows: finding label problem record match_id match_by resource_id | imports: format state theme rights failure
invitations: token email name place | joining_rules: mode ask_whom | known_browsers: browser | leaving_posts: what | leavings: traces tables | log_titles: resource_id | link_checks: resource_id url outcome moved_to | links: id purpose name password_hash application | log: act url
mail_stops: subject | member_activity: day | member_traits: kind value | members: email handle name role job_title place application | merges: kept_id merged_id | notification_settings: started replied mail
notifications: kind reason reason_ref url | outbox: to failure headers | passkeys: credential_id transports name | passwords: hash | place_changes: what | place_channels: channel | place_systems: role name
places: slug name label folded legal_type kind region country population_source form stage line origin | post_files: hash media_type text_state | post_links: path | posts: html
profiles: pronouns job_title place_text ask_me looking_for photo_hash visibility | reactions: kind | reads: kind ref | recovery_codes: id | refused_confirmations: place | resource_themes: resource_id theme | resource_versions: resource_id act status
resources: id slug kind type status origin content_hash people venue place region country language evidence doi url rights work_key review_by suggestion_note successor_id merged_into_id
saved_search_hits: kind ref | saved_searches: name query | search_documents: kind ref url title people summary body type themes place | secrets: name value | sessions: id browser | sign_in_links: id session_id browser next | sign_in_steps: id purpose data
spam_words: word | stray_drafts: id place | suspensions: kind | themes: code label note | thesaurus_entries: term term_key also related note origin content_key content_hash | thesaurus_suggestions: words note state
thread_acts: act | thread_themes: theme | threads: resource_id kind slug | trust_changes: from to | trust_levels: level | verifications: method domain | working_calendar: days time_zone holidays
`;

test('every column of text is looked through, or is known not to be', () => {
  const known = new Set(neverTouched.trim().split(/\n| \| /).flatMap((line) => {
    const [table = '', columns = ''] = line.split(': ');
    return columns.split(' ').map((column) => `${table}.${column}`);
  }));
  const touched = [
    ...records.map(({ table, column }) => `${table}.${column}`), ...writings.flatMap(({ table, columns, json = [] }) => [...columns, ...json].map((column) => `${table}.${column}`)),
    // Letters that wait: see scrubLetters.
    'outbox.subject', 'outbox.text', 'outbox.html',
  ];
  const columns = db.$client.prepare(`
    select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and upper(c.type) = 'TEXT' and m.name not like 'sqlite_%' and m.name not like '\\_\\_%' escape '\\' and m.name not like 'search\\_index%' escape '\\'`).pluck().all() as string[];
  expect(columns.filter((column) => !known.has(column) && !touched.includes(column))).toEqual([]);
  expect([...known, ...touched].filter((column) => !columns.includes(column))).toEqual([]);
  expect(touched.filter((column) => known.has(column))).toEqual([]);
});
