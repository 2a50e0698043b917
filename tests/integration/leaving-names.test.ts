import { eq, type SQL } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { collections, corrections, db, emailChanges, formerStandings, formerTraces, log, members, posts, postVersions, resources, threadActs, threads } from '#db/client.ts';
import { answerCorrection } from '#domain/decisions/correcting.ts';
import { flagPost } from '#domain/decisions/flagging.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { mergeThreads, mergeThreadsInput } from '#domain/forum/merging.ts';
import { createComment } from '#domain/forum/comments.ts';
import { renameThread } from '#domain/forum/moderating.ts';
import { createPost, editPost } from '#domain/forum/posts.ts';
import { attribution, quoteOf } from '#domain/forum/quoting.ts';
import { splitThread, splitThreadInput } from '#domain/forum/splitting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { undoThreadAct } from '#domain/forum/undoing.ts';
import { finishLeavings } from '#domain/leaving/finishing.ts';
import { leaveHub } from '#domain/leaving/leaving.ts';
import { scrubber } from '#domain/leaving/traces.ts';
import { withoutTheirLines } from '#domain/leaving/words.ts';
import { restoreMember, suspendMember } from '#domain/decisions/suspending.ts';
import { confirmEmailChange, forgetOldEmailChanges, requestEmailChange } from '#domain/people/email-changing.ts';
import { formerOf, rememberFormer } from '#domain/people/former-traces.ts';
import { asMember } from '#domain/people/members.ts';
import type { Member } from '#domain/people/types.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import { enter, forgetLimits, sessionOf, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();

const again = (member: Member) => asMember(db.select().from(members).where(eq(members.id, member.id)).get() ?? (() => { throw new Error('gone'); })());
const called = (name: string, handle: string, email = `${handle}@town.example`) => asMember(db.insert(members).values({ name, handle, email, emailConfirmedAt: new Date() }).returning().get());
async function leave(member: Member): Promise<void> {
  leaveHub(await sessionOf(again(member)), { posts: 'keep', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep', confirm: member.handle });
  await finishLeavings();
}
/** Every text of the database. */
const everything = () => (db.$client.prepare(`select m.name as "table", c.name as "column" from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and upper(c.type) = 'TEXT' and m.name not like 'search\\_index%' escape '\\'`).all() as { table: string; column: string }[])
  .flatMap(({ table, column }) => (db.$client.prepare(`select "${column}" from "${table}"`).pluck().all() as string[]).map((text) => `${table}.${column}: ${text}`));

test('a name that somebody had before goes with them, from wherever it stands', async () => {
  const [nadia, rosa] = [await enter('nadia'), await enter('rosa')];
  const leaver = called('Zebulon Quixotry', 'zq1');
  const threadId = createThread(leaver, { forum: 'operations', kind: 'question', title: 'Zebulon Quixotry asks about snow', body: 'Says Zebulon Quixotry.', themes: [], token: undefined, nameless: false }).id;
  const opening = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  createPost(rosa, { threadId, body: `${quoteOf(rosa, opening)}Thanks.`, token: undefined });
  const elsewhere = createThread(rosa, { forum: 'operations', kind: 'question', title: 'Another about snow', body: `${quoteOf(rosa, opening)}As was said.`, themes: [], token: undefined, nameless: false }).id;
  suspendMember(nadia, { memberId: leaver.id, days: 3, reason: 'Zebulon Quixotry was rude' });
  restoreMember(nadia, { memberId: leaver.id, reason: 'Zebulon Quixotry said sorry' });
  flagPost(rosa, { postId: opening, reason: 'off-topic', note: 'Zebulon Quixotry again', source: null });
  renameThread(nadia, { threadId, title: 'Zebulon Quixotry on snow days', reason: 'Says what it is about.' });
  expect(everything().filter((text) => /zebulon|quixotry/i.test(text)).length).toBeGreaterThan(8);
  editProfile(again(leaver), profileInput.parse({ name: 'Zed Quill', listed: false }));
  expect(everything().filter((text) => text.startsWith('former_traces') && /zebulon/i.test(text))).toEqual([]);
  await leave(leaver);
  expect(everything().filter((text) => /zebulon|quixotry|zed.quill/i.test(text))).toEqual([]);
  expect(db.select().from(threads).where(eq(threads.id, threadId)).get()).toMatchObject({ title: 'a former member on snow days', slug: 'a-former-member-on-snow-days' });
  expect(db.select().from(posts).where(eq(posts.threadId, elsewhere)).get()?.markdown).toContain('Says a former member.');
  expect(db.select().from(log).where(eq(log.act, 'rename thread')).all()[0]?.url).toContain(`/${threadId}-a-former-member-on-snow-days`);
  expect(db.select().from(formerTraces).all()).toEqual([]);
});

test('a name of several words goes from what they wrote however it is spaced and whatever its capitals; one of one word as it is, and of no other words', async () => {
  const rosa = await enter('rosa');
  const [leaver, green] = [called('Ottoline Vree', 'ottoline-vree'), called('Green', 'green1')];
  const start = (who: Member, body: string) => createThread(who, { forum: 'operations', kind: 'question', title: `OTTOLINE VREE asks, ${body.length}`, body, themes: [], token: undefined, nameless: false }).id;
  const threadId = start(leaver, 'OTTOLINE VREE, ottoline  vree, Ottoline\nVree, Ottoline\u00a0Vree.\n\n> Ottoline\n\nVree, or Ottoline > Vree\n\nOttoline; Vreeland; Ottoline Vreeland; (ottoline-vree), Ottoline-Vree, ottoline-vree-2, /library/ottoline-vree, x-ottoline-vree.');
  const opening = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const quoting = createPost(rosa, { threadId, body: `${quoteOf(rosa, opening)}As OTTOLINE VREE says.`, token: undefined }).id;
  const short = start(green, 'Green here: the green light is Green, not GREEN.');
  await leave(leaver);
  await leave(green);
  const said = (where: SQL) => db.select({ markdown: posts.markdown }).from(posts).where(where).get()?.markdown;
  const gone = 'a former member, a former member, \na former member, a former member.';
  expect(said(eq(posts.threadId, threadId))).toBe(`${gone}\n\n> Ottoline\n\nVree, or Ottoline > Vree\n\nOttoline; Vreeland; Ottoline Vreeland; (a former member), a former member, ottoline-vree-2, /library/ottoline-vree, x-ottoline-vree.`);
  expect(db.select().from(threads).where(eq(threads.id, threadId)).get()?.title).toMatch(/^a former member asks/);
  // What somebody else says of them, in plain words, is theirs.
  expect(said(eq(posts.id, quoting))).toMatch(/As OTTOLINE VREE says\.$/);
  expect(said(eq(posts.id, quoting))).toContain(`> ${gone.replace('\n', '\n> ')}`);
  expect(said(eq(posts.threadId, short))).toBe('a former member here: the green light is a former member, not GREEN.');
});

test.each([
  ['@mary-ann-lee, www.ann-lee.example, info@ann-lee.example, /members/mary-ann-lee, /library/ann-lee and ann-lee.example/x', null],
  ['[p](https://e.example/X_(ann-lee)), https://e.example/X_(ann-lee), [t][ann-lee]\n\n[ann-lee]: https://e.example/ann-lee "Ann-Lee"', '[p](https://e.example/X_(ann-lee)), https://e.example/X_(ann-lee), [t][ann-lee]\n\n[ann-lee]: https://e.example/ann-lee "a former member"'],
  ['As I said.[^1]\n\n[^1]: Ann Lee, City of Fir', 'As I said.[^1]\n\n[^1]: a former member, City of Fir'],
  ['[Ann Lee]: we call back, (see [our note](Ann Lee, 2024)).', '[a former member]: we call back, (see [our note](a former member, 2024)).'],
  ['Ann Leé and Ann Lee\u0301 are others; (ann-lee) and **ANN LEE** are not.', 'Ann Leé and Ann Lee\u0301 are others; (a former member) and **a former member** are not.'],
  ['`ann lee` in code', '`a former member` in code'],
  ['[plan][Ann Lee], a note.[^ann-lee]\n\n[Ann Lee]: https://e.example\n\n[^ann-lee]: Here.', '[plan][a former member], a note.[^ann-lee]\n\n[a former member]: https://e.example\n\n[^ann-lee]: Here.'],
  ['Chat:\n[Ann Lee]: Thanks!', 'Chat:\n[a former member]: Thanks!'],
  ['I think we will, Ann\n\nLee side.', null],
  ['10. Ann\n    Lee', '10. a former member\n    '],
  ['Asked by Ann\n Lee today.\nAnn\nLee has it.', 'Asked by \n a former member today.\na former member\n has it.'],
  ['#ann-lee, name=ann-lee&x', null],
])('what is no name of theirs stays, and no address breaks: %s', (text, out) => {
  expect(scrubber({ names: ['Ann Lee'], handle: 'ann-lee', emails: ['ann@fir.example'] }, { anyCase: true })(text, true)).toBe(out ?? text);
});

test('a name of one word is no part of an address', () => {
  const text = 'Green, www.Green.example, info@Green.example, /library/Green, Green@fir.example, Rosa/Green, Green@work, Green.Then';
  expect(scrubber({ names: ['Green'], handle: 'green', emails: [] }, { anyCase: true })(text, true)).toBe('a former member, www.Green.example, info@Green.example, /library/Green, Green@fir.example, Rosa/a former member, a former member@work, a former member.Then');
});

test('what others quote of them is without their name wherever the quotation stands, and nothing else that they wrote changes', async () => {
  const [rosa, tom] = [await enter('rosa'), await enter('tom')];
  const leaver = called('Yuri Tam', 'yuri-tam');
  const threadId = createThread(leaver, { forum: 'operations', kind: 'question', title: 'Who reads the log?', body: 'I am Yuri Tam of Fir.', themes: [], token: undefined, nameless: false }).id;
  const first = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const write = (who: Member, body: string) => { forgetLimits(); return createPost(who, { threadId, body, token: undefined }).id; };
  const toms = write(tom, `See what [she wrote](/posts/${first}) there.\n\nThe Yuri Tam archive has it, says Yuri Tam.`);
  const says = write(leaver, `As [Tom wrote](/posts/${toms}), it begins.\n\nI am Yuri Tam and agree.`);
  const line = (id: number, name = 'Yuri Tam') => `> [${name} wrote](/posts/${id}):`;
  const own = `${line(first)}\n>\n> I am Yuri Tam of Fir.`;
  const inList = (indent: string) => `1. First\n\n${own.split('\n').map((one) => indent + one).join('\n')}\n\n${indent}Yuri Tam says so.\n\n2. Second`;
  const nested = `${line(toms, 'Tom Achterberg')}\n>\n${own.split('\n').map((one) => `> ${one}`).join('\n')}\n>\n> The Yuri Tam archive has it, says Yuri Tam.`;
  const inAll = write(leaver, 'Asked by Yuri\nTam today.\n\n    code\n      more\n\nEnd.');
  const loud = write(tom, 'YURI TAM says 5, and the file yuri-tam has it.');
  const made = [
    `${quoteOf(rosa, toms)}Yes.`, `${quoteOf(rosa, says)}Yes.`, inList('   '), `- a\n  - b\n\n${own.split('\n').map((one) => `    ${one}`).join('\n')}`, `- ${own.replaceAll('\n', '\n  ')}`,
    own.split('\n').map((one) => `> ${one}`).join('\n'), nested, `> - ${own.replaceAll('\n', '\n>   ')}`,
    `- \`\`\`\n  x\n  \`\`\`\n\n${own}`, `\`\`\`a\`b\n\n${own}`, own.replace('> [', '>   ['), `${quoteOf(rosa, inAll)}Yes.`,
  ].map((body) => write(rosa, body));
  // The last one says that they wrote what somebody else did.
  const theirOwn = [`${quoteOf(leaver, inAll)}Mine.`, `${quoteOf(leaver, loud)}Yuri Tam quotes it.`, `${line(toms)}\n>\n> Hm`, '> [I wrote](https://e.example/blog):\n>\n> I am Yuri Tam.', `- ${line(toms, 'Tom Achterberg')}\n  >\n  > Hm\n- > Yuri Tam says so.`].map((body) => write(leaver, body));
  await leave(leaver);
  const now = [...made, ...theirOwn].map((id) => db.select({ markdown: posts.markdown, html: posts.html }).from(posts).where(eq(posts.id, id)).get());
  const left = `${line(first, 'A former member')}\n>\n> I am a former member of Fir.`;
  expect(now[0]?.markdown).toContain('The Yuri Tam archive has it, says Yuri Tam.');
  expect(now[1]?.markdown).toContain('I am a former member and agree.');
  expect(now[2]?.markdown).toBe(inList('   ').replace(own.replaceAll('\n', '\n   '), left.replaceAll('\n', '\n   ')));
  const clean = now.map((post) => /Yuri|Tam\b/.exec(post?.markdown ?? '') === null);
  expect(clean).toEqual([false, true, false, true, true, true, false, ...Array.from({ length: 10 }, () => true)]);
  expect(now[6]?.markdown).toBe(nested.replace('Yuri Tam wrote', 'A former member wrote').replace('I am Yuri Tam', 'I am a former member'));
  expect([11, 12].map((at) => now[at]?.html.includes('<code>code'))).toEqual([true, true]);
  expect(now[13]?.markdown).toContain('> YURI TAM says 5, and the file yuri-tam has it.\n\na former member quotes it.');
  for (const post of now.slice(0, 14)) expect(post?.html).toContain('wrote</a>:</p>');
});

test.each([
  ['    > [Tom wrote](/posts/TOM): Yuri Tam, hello'], ['```\n> [Tom wrote](/posts/TOM):\n> Yuri Tam, hello\n```'], ['So it goes\n     > [Tom wrote](/posts/TOM): Yuri Tam, hello'], ['\u00a0> [Tom wrote](/posts/TOM):\n\u00a0> Yuri Tam, hello'], ['> [Tom \\] wrote](/posts/TOM):\n>\n> Yuri Tam, hello'],
  ['> [I wrote](/posts/99999):\n>\n> Yuri Tam, hello'], ['> [Tom Achterberg wrote](/posts/TOM):\n>\n> Yuri Tam said no such thing.'], ['> [Tom Achterberg wrote](/posts/TOM):\n>\n> > [Rosa Delgado wrote](/posts/TOM):\n> >\n> > Yuri\n> > Tam, hello'], ['> Yuri\nTam goes on.'],
  ['One[^1], two[^2].\n\n[^2]: Mine:\n\n    > [Tom Achterberg wrote](/posts/TOM):\n    > Yuri Tam is a liar.\n\n[^1]: Said:\n\n    > [Tom Achterberg wrote](/posts/TOM):\n    >\n    > The archive has it.'], ['One[^a].\n\n[^z]: > [Tom Achterberg wrote](/posts/TOM): Yuri Tam is a liar.\n\n[^a]: > [Tom Achterberg wrote](/posts/TOM): The archive has it.'],
  ['> [Tom Achterberg wrote](/posts/TOM):\n>\n> YURI TAM said no such thing.'], ['> [Tom Achterberg wrote](/posts/TOM):\r> The archive has it.\r\rI, Yuri Tam, think so.'],
])('in their own text only what the hub has compared with the post of somebody else keeps their name: %j', async (body) => {
  const tom = await enter('tom');
  const leaver = called('Yuri Tam', 'yuri-tam');
  const threadId = createThread(tom, { forum: 'operations', kind: 'question', title: 'Who reads the log?', body: 'The Yuri Tam archive has it.', themes: [], token: undefined, nameless: false }).id;
  const toms = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const write = (text: string) => createPost(leaver, { threadId, body: text, token: undefined }).id;
  const [its, truly] = [write(body.replaceAll('TOM', String(toms))), write(`- a\n\n  ${quoteOf(leaver, toms).trim().replaceAll('\n', '\n  ')}\n\n\n> Yuri Tam says so.`)];
  await leave(leaver);
  const said = (id: number) => db.select().from(posts).where(eq(posts.id, id)).get();
  expect(said(its)?.markdown).not.toMatch(/Yuri|Tam\b/);
  expect(said(its)?.markdown.split(/\r|\n/)).toHaveLength(body.split(/\r|\n/).length);
  expect(said(truly)?.markdown).toBe(`- a\n\n  > [Tom Achterberg wrote](/posts/${toms}):\n  >\n  > The Yuri Tam archive has it.\n\n\n> a former member says so.`);
  expect(said(truly)?.html).toContain('wrote</a>:</p>');
});

test.each([
  ['Anna Weiß', 'ANNA WEISS'], ['Nazım Kaya', 'NAZIM KAYA'],
])('a name goes from an untrue quotation in the spelling of capitals, too: %s', async (name, loud) => {
  const tom = await enter('tom');
  const leaver = called(name, 'zz77');
  const threadId = createThread(tom, { forum: 'operations', kind: 'question', title: 'Who reads the log?', body: 'The archive has it.', themes: [], token: undefined, nameless: false }).id;
  const toms = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const { id } = createPost(leaver, { threadId, body: `> [Tom Achterberg wrote](/posts/${toms}):\n>\n> ${loud} said no such thing.`, token: undefined });
  await leave(leaver);
  expect(db.select().from(posts).where(eq(posts.id, id)).get()?.markdown).toContain('> a former member said no such thing.');
});

test.each([
  ['One[^1], two[^2].\n\n[^2]: > [Tom Achterberg wrote](/posts/TOM): The Yuri Tam archive has it.\n\n[^1]: Mine:\n\n    > Yuri Tam says no.', 'Yuri Tam says'], ['> [^1]: x\n>\n> [Tom Achterberg wrote](/posts/TOM):\n>\n> The Yuri Tam archive has it.', ''],
  ['> [q]: /posts/TOM\n>\n> [Tom Achterberg wrote][q]:\n>\n> The Yuri Tam archive has it.', ''], ['> [Tom Achterberg wrote](/posts/TOM)&#58; The Yuri Tam archive has it.', ''],
])('a true quotation of another in their own text stays wherever it stands: %j', async (body, goes) => {
  const tom = await enter('tom');
  const leaver = called('Yuri Tam', 'yuri-tam');
  const threadId = createThread(tom, { forum: 'operations', kind: 'question', title: 'Who reads the log?', body: 'The Yuri Tam archive has it.', themes: [], token: undefined, nameless: false }).id;
  const toms = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const { id } = createPost(leaver, { threadId, body: body.replace('TOM', String(toms)), token: undefined });
  await leave(leaver);
  const post = db.select().from(posts).where(eq(posts.id, id)).get();
  expect(post?.markdown).toBe(body.replace('TOM', String(toms)).replace(goes, goes.replace('Yuri Tam', 'a former member')));
  expect(post?.html).toContain('wrote</a>:</p>');
});

test('a quotation of what they said before an edit is still shown as compared, and one in what others said before goes too; a description, where nothing is compared, holds no name', async () => {
  const rosa = await enter('rosa');
  const leaver = called('Yuri Tam', 'yuri-tam');
  const threadId = createThread(leaver, { forum: 'operations', kind: 'question', title: 'Who reads the log?', body: 'First I am Yuri Tam.', themes: [], token: undefined, nameless: false }).id;
  const first = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const quoting = createPost(rosa, { threadId, body: `${quoteOf(rosa, first)}Yes.`, token: undefined }).id;
  const edited = createPost(rosa, { threadId, body: `> *From [a post](/posts/${first}), she said:*\n>\n> First I am Yuri Tam.\n\nYes.`, token: undefined }).id;
  const said = (id: number) => db.select().from(posts).where(eq(posts.id, id)).get();
  editPost(leaver, { postId: first, body: 'Now it is other words.', token: undefined });
  editPost(rosa, { postId: edited, body: 'No.', token: undefined });
  const list = db.insert(collections).values({ ownerId: leaver.id, title: 'Mine', slug: 'mine', description: `> [Rosa Delgado wrote](/posts/${edited}):\n>\n> Yuri Tam says no.\n\n> [Rosa Delgado wrote](/posts/${edited}):\n>\n> No.`, visibility: 'public' }).returning().get();
  expect(said(quoting)?.html).toContain('wrote</a>:</p>');
  await leave(leaver);
  expect(said(quoting)?.markdown).toContain('> First I am a former member.');
  expect(said(quoting)?.html).toContain('A former member wrote</a>:</p>');
  expect(db.select().from(postVersions).where(eq(postVersions.postId, edited)).all().map(({ markdown }) => markdown)).toEqual([`> *From [a post](/posts/${first}), she said:*\n>\n> First I am a former member.\n\nYes.`]);
  expect(db.select().from(collections).where(eq(collections.id, list.id)).get()?.description).toContain('> a former member says no.');
});

test.each([
  ['> **[Yuri Tam wrote](/posts/ID):**\n>\n> I am Yuri Tam.'], ['> [Yuri Tam wrote](/posts/ID)\n>\n> I am Yuri Tam.'], ['> As [Yuri Tam wrote](/posts/ID):\n> I am Yuri Tam.'], ['> [Yuri Tam wrote](/posts/ID) : I am Yuri\n> Tam.'], ['> [Yuri Tam wrote](/posts/ID):I am Yuri Tam.'],
  ['> [Yuri Tam](/posts/ID): I am Yuri Tam.'], ['> *From Yuri Tam ([post](/posts/ID))*\n>\n> I am Yuri Tam.'], ['[Yuri Tam wrote](/posts/ID):\n\n> I am Yuri Tam.'], ['> [Yuri Tam wrote][1]:\n>\n> I am Yuri Tam.\n\n[1]: /posts/ID'],
  ['>\n> [She said](/posts/ID):\n>\n> 1. I am Yuri\n>    Tam.'], ['> [Tom Achterberg wrote](/posts/TOM):\n>\n> Yes.\n>\n> [Yuri Tam wrote](/posts/ID):\n>\n> I am Yuri Tam.'], ['> [Yuri Tam wrote](/posts/ID):\n>\n> Not he,\nI am Yuri Tam.'],
  ['> ![Yuri Tam wrote](/posts/ID):\n>\n> I am Yuri Tam.'], ['[Yuri Tam wrote](/posts/ID)\nthis morning:\n\n> I am Yuri Tam.'],
])('what others quote of them is without their name however the line over it is written: %j', async (body) => {
  const [rosa, tom] = [await enter('rosa'), await enter('tom')];
  const leaver = called('Yuri Tam', 'yuri-tam');
  forgetLimits();
  const start = (who: Member, text: string) => createThread(who, { forum: 'operations', kind: 'question', title: `Who reads the log, ${who.name}?`, body: text, themes: [], token: undefined, nameless: false }).id;
  const threadId = start(leaver, 'I am Yuri Tam.');
  const opening = (thread: number) => db.select().from(posts).where(eq(posts.threadId, thread)).get()?.id ?? 0;
  const toms = opening(start(tom, `Yes. See [that](/posts/${opening(threadId)}).\n\n[Yuri Tam](/posts/${opening(threadId)}): The Yuri Tam archive has it.`));
  const written = body.replaceAll('ID', String(opening(threadId))).replaceAll('TOM', String(toms));
  const after = `\n\n${quoteOf(rosa, toms)}Yuri Tam and the Yuri Tam archive are two.`;
  const { id } = createPost(rosa, { threadId, body: written + after, token: undefined });
  await leave(leaver);
  const post = db.select().from(posts).where(eq(posts.id, id)).get();
  const [its = ''] = post?.markdown.split(after) ?? [];
  expect(post?.markdown.endsWith(after)).toBe(true);
  expect(its).not.toMatch(/Yuri|Tam\b/);
  expect(its.split('\n')).toHaveLength(written.split('\n').length);
});

test.each([
  ['> [Yuri Tam wrote](/posts/ID):\n>\n> I am Yuri Tam.\n>\n> [Tom Achterberg wrote](/posts/TOM):\n>\n> The Yuri Tam archive has it.', 'The Yuri Tam archive'], ['> [Tom Achterberg wrote](/posts/TOM): ask [Yuri Tam](/posts/ID), the Yuri Tam archive', 'ask [Yuri Tam](/posts/ID), the Yuri Tam archive'],
  ['> [Tom Achterberg wrote](/posts/TOM): the Yuri Tam archive, says [this](/posts/ID)', 'the Yuri Tam archive, says'],
])('what others quote of somebody else stays as it is: %j', async (body, stays) => {
  const [rosa, tom] = [await enter('rosa'), await enter('tom')];
  const leaver = called('Yuri Tam', 'yuri-tam');
  forgetLimits();
  const start = (who: Member, text: string) => createThread(who, { forum: 'operations', kind: 'question', title: `Who reads the log, ${who.name}?`, body: text, themes: [], token: undefined, nameless: false }).id;
  const opening = (thread: number) => db.select().from(posts).where(eq(posts.threadId, thread)).get()?.id ?? 0;
  const threadId = start(leaver, 'I am Yuri Tam.');
  const fill = (text: string) => text.replaceAll('ID', String(opening(threadId))).replaceAll('TOM', String(toms));
  const toms = opening(start(tom, 'The Yuri Tam archive has it.'));
  const { id } = createPost(rosa, { threadId, body: fill(body), token: undefined });
  await leave(leaver);
  expect(db.select().from(posts).where(eq(posts.id, id)).get()?.markdown).toContain(fill(stays));
});

test('what quotes what was without them before is still shown as compared: in earlier versions of their own, and of whoever says in turn who wrote', async () => {
  const [rosa, tom] = [await enter('rosa'), await enter('tom')];
  const leaver = called('Yuri Tam', 'yuri-tam');
  forgetLimits();
  const threadId = createThread(leaver, { forum: 'operations', kind: 'question', title: 'Who reads the log?', body: 'I am Yuri Tam.', themes: [], token: undefined, nameless: false }).id;
  const first = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const write = (who: Member, body: string) => { forgetLimits(); return createPost(who, { threadId, body, token: undefined }).id; };
  const said = (id: number) => db.select().from(posts).where(eq(posts.id, id)).get();
  const toms = write(tom, 'Thanks @yuri-tam. Yuri Tam has the plan.');
  const own = write(leaver, `${quoteOf(leaver, toms)}Yes.`);
  editPost(leaver, { postId: own, body: `${quoteOf(leaver, toms)}Yes, says Yuri Tam.`, token: undefined });
  const tells = write(tom, `[Yuri Tam wrote](/posts/${first}): it is so.\n\nYuri Tam has the plan.`);
  const blog = write(tom, 'As [Yuri Tam wrote](https://yuri.example/blog), it is so. Yuri Tam is right.');
  const quoting = [write(rosa, `${quoteOf(rosa, tells)}Ok.`), write(leaver, `${quoteOf(leaver, blog)}Mine.`)];
  const linked = write(leaver, `[Tom Achterberg wrote](/posts/${toms}): it snows.\n\nI, Yuri Tam, agree.`);
  const ofVersion = write(rosa, `${quoteOf(rosa, linked)}Ok.`);
  editPost(leaver, { postId: linked, body: 'Taken back.', token: undefined });
  await leave(leaver);
  expect(said(own)?.markdown).toContain('> Thanks a former member. Yuri Tam has the plan.\n\nYes, says a former member.');
  expect(db.select().from(postVersions).where(eq(postVersions.postId, own)).all().map(({ markdown }) => markdown)).toEqual([expect.stringContaining('> Thanks a former member. Yuri Tam has the plan.\n\nYes.')]);
  expect(said(quoting[0] ?? 0)?.markdown).toContain('> [A former member wrote](/posts/' + first + '): it is so.\n>\n> Yuri Tam has the plan.');
  expect(said(quoting[1] ?? 0)?.markdown).toContain('> As [Yuri Tam wrote](https://yuri.example/blog), it is so. Yuri Tam is right.');
  expect(said(ofVersion)?.markdown).toContain('it snows.\n>\n> I, a former member, agree.');
  for (const id of [own, ...quoting, ofVersion]) expect(said(id)?.html).toContain('wrote</a>:</p>');
});

test('no page says their name over a true quotation whose line is otherwise written; own posts that quote each other still show it', async () => {
  const rosa = await enter('rosa');
  const leaver = called('Ulla Vantrey', 'uv-9');
  forgetLimits();
  const threadId = createThread(leaver, { forum: 'operations', kind: 'question', title: 'Who reads the log?', body: 'It snows in Fir today.', themes: [], token: undefined, nameless: false }).id;
  const first = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const write = (who: Member, body: string) => { forgetLimits(); return createPost(who, { threadId, body, token: undefined }).id; };
  const said = (id: number) => db.select().from(posts).where(eq(posts.id, id)).get();
  const quoting = ['Ulla', 'She', 'OP'].map((name) => write(rosa, `> [${name} wrote](/posts/${first}):\n>\n> It snows in Fir today.\n\nOk.`));
  const earlier = write(leaver, 'First words.');
  const later = write(leaver, 'I am Ulla Vantrey of Fir.');
  editPost(leaver, { postId: earlier, body: `> [I wrote](/posts/${later}):\n>\n> I am Ulla Vantrey of Fir.\n\nAs I say.`, token: undefined });
  for (const id of [...quoting, earlier]) expect(said(id)?.html).toContain('Ulla Vantrey wrote</a>:</p>');
  await leave(leaver);
  for (const id of [...quoting, earlier]) expect(said(id)?.html).toContain('A former member wrote</a>:</p>');
  expect(said(quoting[0] ?? 0)?.markdown).toContain('[Ulla wrote]');
  expect(everything().filter((text) => /vantrey/i.test(text))).toEqual([]);
  expect(db.$client.prepare(`select body from search_documents where body like '%Ulla Vantrey%'`).all()).toEqual([]);
});

test('the title of a thread of theirs goes although it went into another before, and comes back without their name; addresses of threads lead on by their number', async () => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called('Yuri Tam', 'yuri-tam');
  forgetLimits();
  const start = (who: Member, title: string, nameless = false) => createThread(who, { forum: 'operations', kind: 'question', title, body: 'Who reads the log?', themes: [], token: undefined, nameless });
  const [into, other, from, unnamed] = [start(tom, 'Another thread about it'), start(tom, 'A third thread about it'), start(leaver, 'Yuri Tam asks'), start(leaver, 'What Yuri Tam is asked', true)];
  mergeThreads(nadia, mergeThreadsInput.parse({ threadId: from.id, target: into.url, reason: 'Yuri Tam had it twice.' }));
  mergeThreads(nadia, mergeThreadsInput.parse({ threadId: unnamed.id, target: other.url, reason: 'The same again.' }));
  forgetLimits();
  const linking = createPost(tom, { threadId: into.id, body: `See ${from.url} and /forums/operations/99-another-yuri-tam-talk.`, token: undefined }).id;
  await leave(leaver);
  expect(db.select().from(threads).where(eq(threads.id, from.id)).get()).toMatchObject({ title: 'a former member asks', slug: 'a-former-member-asks' });
  // Without their name it tells whose it is: a name that goes would say so.
  expect(db.select().from(threads).where(eq(threads.id, unnamed.id)).get()?.title).toBe('What Yuri Tam is asked');
  expect(db.select().from(posts).where(eq(posts.id, linking)).get()?.markdown).toBe(`See /forums/operations/${from.id} and /forums/operations/99.`);
  const [merge] = db.select().from(threadActs).where(eq(threadActs.threadId, from.id)).all();
  expect(merge?.reason).toBe('a former member had it twice.');
  undoThreadAct(nadia, { actId: merge?.id ?? 0 });
  expect(db.select().from(threads).where(eq(threads.id, from.id)).get()).toMatchObject({ title: 'a former member asks', removedAt: null });
});

test('what they wrote without their name is changed as anybody’s is: nothing tells whose it is', async () => {
  const [rosa, tom] = [await enter('rosa'), await enter('tom')];
  const leaver = called('Ilse Quandt', 'iq-5');
  forgetLimits();
  const ask = (who: Member, body: string, unnamed: boolean) => createThread(who, { forum: 'operations', kind: 'question', title: `Is it so, ${body.length}?`, body, themes: [], token: undefined, nameless: unnamed }).id;
  const opening = (thread: number) => db.select().from(posts).where(eq(posts.threadId, thread)).get()?.id ?? 0;
  const named = opening(ask(leaver, 'Ilse Quandt, Fir: we count calls twice a day.', false));
  const bodies = [`> [My colleague wrote](/posts/${named}):\n>\n> Ilse Quandt, Fir: we count calls twice a day.\n\nIs that so?`, `> [Somebody said](/posts/${named})\n>\n> Ilse Quandt, Fir: we count calls.\n\nIs that so?`];
  const asked = bodies.map((body) => [rosa, leaver].map((who) => { forgetLimits(); return opening(ask(who, body, true)); }));
  const replied = bodies.map((body) => { forgetLimits(); return createPost(tom, { threadId: db.select().from(posts).where(eq(posts.id, named)).get()?.threadId ?? 0, body, token: undefined }).id; });
  await leave(leaver);
  const said = (id: number) => db.select({ markdown: posts.markdown, html: posts.html }).from(posts).where(eq(posts.id, id)).get();
  for (const [at, [others = 0, theirs = 0]] of asked.entries()) {
    expect(said(theirs)).toEqual(said(others));
    expect(said(theirs)).toEqual(said(replied[at] ?? 0));
    expect(JSON.stringify(said(theirs))).not.toContain('Quandt');
  }
});

test('what the log says of a thread of theirs in a line about another is without their name', async () => {
  const [nadia, tom, rosa] = [await enter('nadia'), await enter('tom'), await enter('rosa')];
  const leaver = called('Ilse Quandtley', 'iq-6');
  forgetLimits();
  const start = (who: Member, title: string) => createThread(who, { forum: 'operations', kind: 'question', title, body: 'Who reads the log?', themes: [], token: undefined, nameless: false });
  const [into, from, split] = [start(tom, 'What others ask here'), start(leaver, 'Ilse Quandtley a third time'), start(leaver, 'Ask Ilse Quandtley again')];
  const reply = createPost(rosa, { threadId: split.id, body: 'Another matter.', token: undefined }).id;
  createPost(rosa, { threadId: split.id, body: 'And this.', token: undefined });
  renameThread(nadia, { threadId: from.id, title: 'Ilse Quandtley a fourth time', reason: 'It is.' });
  mergeThreads(nadia, mergeThreadsInput.parse({ threadId: from.id, target: into.url, reason: 'The same.' }));
  splitThread(nadia, splitThreadInput.parse({ threadId: split.id, posts: [String(reply)], into: 'existing', target: into.url, reason: 'Another matter.' }));
  await leave(leaver);
  expect(db.select().from(log).all().map(({ object }) => object).filter((object) => /Quandtley/.test(object))).toEqual([]);
});

test.each([["Maeve O'Brien", 'Maeve O’Brien asks about hail'], ['Rolf Kern', 'rolf kern asks about hail'], ['Wilma Exact', 'Wilma Exact asks about hail']])('no undoing brings a title with their name back, however it is written: %s', async (name, title) => {
  const nadia = await enter('nadia');
  const leaver = called(name, name.toLowerCase().replace(/[^a-z]+/g, '-'));
  forgetLimits();
  const { id } = createThread(leaver, { forum: 'operations', kind: 'question', title, body: 'How much?', themes: [], token: undefined, nameless: false });
  renameThread(nadia, { threadId: id, title: 'About hail', reason: 'Says what it is about.' });
  await leave(leaver);
  const last = db.select().from(threadActs).where(eq(threadActs.threadId, id)).get();
  undoThreadAct(nadia, { actId: last?.id ?? 0 });
  expect(db.select().from(threads).where(eq(threads.id, id)).get()).toMatchObject({ title: 'a former member asks about hail', slug: 'a-former-member-asks-about-hail' });
  expect(db.select().from(log).all().map(({ object }) => object).filter((object) => object.toLowerCase().includes(title.toLowerCase()))).toEqual([]);
});

test.each([
  ['Rolf Kernig', 'rolf-kernig', 'Does the “Quick Start” of Rolf Kernig work?', 'Does the “Quick Start” of a former member work?'], ['Ada Finchley', 'ada-finchley', 'ADA FINCHLEY (@ada-finchley) asks about snow', 'a former member (a former member) asks about snow'],
])('a title stands in a line about another thread as it does in its own: %s', async (name, handle, title, now) => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called(name, handle);
  forgetLimits();
  const start = (who: Member, words: string) => createThread(who, { forum: 'operations', kind: 'question', title: words, body: 'How much?', themes: [], token: undefined, nameless: false });
  const [theirs, into, others] = [start(leaver, title), start(tom, `Winter of ${name}`), start(tom, 'Summer here')];
  mergeThreads(nadia, mergeThreadsInput.parse({ threadId: theirs.id, target: into.url, reason: 'The same.' }));
  const second = start(leaver, `${title} Again`);
  mergeThreads(nadia, mergeThreadsInput.parse({ threadId: others.id, target: second.url, reason: 'The same.' }));
  const reply = createPost(tom, { threadId: second.id, body: 'Ten.', token: undefined }).id;
  acceptAnswer(nadia, { postId: reply });
  const same = start(tom, title);
  acceptAnswer(nadia, { postId: createPost(nadia, { threadId: createThread(tom, { forum: 'operations', kind: 'question', title, body: 'How many?', themes: [], token: undefined, nameless: false }).id, body: 'Twelve.', token: undefined }).id });
  renameThread(nadia, { threadId: same.id, title: 'About summer', reason: 'It is.' });
  const work = db.select().from(resources).where(eq(resources.status, 'published')).get();
  db.insert(log).values({ actorId: nadia.id, act: 'edit resource', object: title, url: `/library/${work?.slug}` }).run();
  await leave(leaver);
  const lines = db.select().from(log).all().map(({ object }) => object);
  expect(lines).toContain(`“${now}” into “Winter of ${name}”`);
  expect(lines).toContain(`“Summer here” into “${now} Again”`);
  expect(lines).toContain(`an answer to “${now} Again”`);
  expect(lines.some((line) => line.startsWith('an answer to “') && line.includes(title.replace(`@${handle}`, 'a former member')))).toBe(true);
  // A work or a thread of somebody else that is called so is not theirs; that they are mentioned goes.
  expect(lines).toContain(`“${title.replace(`@${handle}`, 'a former member')}” is now “About summer”`);
  expect(lines).toContain(title.replace(`@${handle}`, 'a former member'));
  expect(db.select().from(threads).where(eq(threads.id, others.id)).get()?.removedReason).toBe(`It was merged into “${now} Again”.`);
});

test('a line of the log about a post that was moved out of a thread of theirs is without their name, and one about a thread of somebody else that is called like a work of theirs stays', async () => {
  const [nadia, tom] = [await enter('nadia'), await enter('tom')];
  const leaver = called('Odo Reedling', 'odo-reedling');
  forgetLimits();
  const start = (who: Member, words: string) => createThread(who, { forum: 'operations', kind: 'question', title: words, body: 'How much?', themes: [], token: undefined, nameless: false });
  const [theirs, into, like, others] = [start(leaver, 'A question by Odo Reedling'), start(tom, 'Which paper is it?'), start(tom, 'Way of Odo Reedling'), start(tom, 'Winter of the others')];
  acceptAnswer(nadia, { postId: createPost(tom, { threadId: theirs.id, body: 'Ten.', token: undefined }).id });
  mergeThreads(nadia, mergeThreadsInput.parse({ threadId: theirs.id, target: into.url, reason: 'The same.' }));
  db.insert(resources).values({ id: 'hub:odo', slug: 'odo', kind: 'practice', type: 'practice', status: 'published', publishedAt: new Date(), origin: 'hub', title: 'Way of Odo Reedling', summary: 'How.', body: 'So.', csl: { id: 'odo', title: 'Way of Odo Reedling' }, details: {}, submittedById: leaver.id } as typeof resources.$inferInsert).run();
  createComment(tom, { resourceId: 'hub:odo', body: 'We do so.' });
  mergeThreads(nadia, mergeThreadsInput.parse({ threadId: others.id, target: like.url, reason: 'The same.' }));
  await leave(leaver);
  const lines = db.select().from(log).all().map(({ object }) => object);
  expect(lines.filter((line) => line.includes('Reedling'))).toEqual(['“Winter of the others” into “Way of Odo Reedling”']);
  expect(lines).toContain('an answer to “A question by a former member”');
});

test('whoever has a lonely thread without their name, which quotes a post of theirs, can leave and delete it', async () => {
  const leaver = called('Ann Lonely', 'al-7');
  forgetLimits();
  const start = (body: string, nameless: boolean) => createThread(leaver, { forum: 'operations', kind: 'question', title: `Who counts, ${body.length}?`, body, themes: [], token: undefined, nameless }).id;
  const first = db.select().from(posts).where(eq(posts.threadId, start('Ann Lonely counts.', false))).get()?.id ?? 0;
  const unnamed = start(`${quoteOf(leaver, first)}As said [here](/posts/${first}): does anybody else, @al-7?`, true);
  leaveHub(await sessionOf(again(leaver)), { posts: 'delete', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep', confirm: leaver.handle });
  await finishLeavings();
  expect(db.select().from(threads).where(eq(threads.id, unnamed)).get()).toBeUndefined();
  expect(everything().filter((text) => /Ann Lonely/.test(text))).toEqual([]);
});

test('whoever deletes their posts is in no quotation by name, also where what they wrote said who wrote', async () => {
  const [rosa, tom] = [await enter('rosa'), await enter('tom')];
  const leaver = called('Ilse Quandtmann', 'iq-7');
  forgetLimits();
  const threadId = createThread(tom, { forum: 'operations', kind: 'question', title: 'How often do you count?', body: 'We count calls.', themes: [], token: undefined, nameless: false }).id;
  const toms = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const theirs = createPost(leaver, { threadId, body: `[Tom Achterberg wrote](/posts/${toms}): we count calls. But I, Ilse Quandtmann, do not.`, token: undefined }).id;
  createPost(rosa, { threadId, body: `${quoteOf(rosa, theirs)}Ok.`, token: undefined });
  leaveHub(await sessionOf(again(leaver)), { posts: 'delete', comments: 'keep', suggestions: 'keep', collections: 'keep', files: 'keep', confirm: leaver.handle });
  await finishLeavings();
  expect(everything().filter((text) => /Quandtmann/.test(text))).toEqual([]);
});

test.each([
  ['王小明', '我是王小明，来自北京。王小明在此。', '我是a former member，来自北京。a former member在此。'], ['田中太郎', '私は田中太郎です。', '私はa former memberです。'], ['สมชาย ใจดี', 'ผมสมชาย ใจดีครับ', 'ผมa former memberครับ'], ['O王', 'O王 and NO王', 'a former member and NO王'],
])('a name in letters without spaces goes from wherever it stands: %s', (name, text, out) => {
  expect(scrubber({ names: [name], handle: 'xq-7', emails: [] }, { anyCase: true })(text, true)).toBe(out);
});

test.each([
  ["Sinead O'Neil", 'I am Sinead O’Neil, SINEAD O‘NEIL; O’Neil stays.', 'I am a former member, a former member; O’Neil stays.'], ['Sinead O’Neil', "Sinead O'Neil’s desk", 'a former member’s desk'], ['Jean-Luc Picard', 'Jean\u2011Luc Picard, JEAN–LUC PICARD', 'a former member, a former member'], ['O’Neil', "O'Neil", 'a former member'],
])('a name goes with whatever apostrophe or hyphen it is typed: %s', (name, text, out) => {
  expect(scrubber({ names: [name], handle: 'xq7', emails: [] }, { anyCase: true })(text, true)).toBe(out);
});

test.each([['A Former', 'af-9'], ['2. Vice Mayor', 'vm-9'], ['wrote', 'wr-9'], ['former member', 'fm-9']])('what stands for somebody who has left is never changed again: a leaving of whoever is called like it ends: %s', async (name, handle) => {
  const leaver = called(name, handle);
  forgetLimits();
  const threadId = createThread(leaver, { forum: 'operations', kind: 'question', title: `Who reads the log of ${name}?`, body: `I am ${name} of Fir, a former member said.`, themes: [], token: undefined, nameless: false }).id;
  const a = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  const b = createPost(leaver, { threadId, body: `> ${attribution(name, a)}\n>\n> I am ${name} of Fir, a former member said.\n\nYes, says ${name}.`, token: undefined }).id;
  editPost(leaver, { postId: a, body: `> ${attribution(name, b)}\n>\n> Yes, says ${name}.\n\nI am ${name} of Fir, a former member said.`, token: undefined });
  await leave(leaver);
  const said = (id: number) => db.select().from(posts).where(eq(posts.id, id)).get();
  expect(said(a)?.markdown).toBe(`> [A former member wrote](/posts/${b}):\n>\n> Yes, says a former member.\n\nI am a former member of Fir, a former member said.`);
  for (const id of [a, b]) expect(said(id)?.html).toContain('A former member wrote</a>:</p>');
});

test('the last resort leaves no quotation in a list, and no name over lines', () => {
  const traces = { names: ['Ann_Lee M*x'], handle: 'ann-lee-mx', emails: [], own: { posts: [], attachments: [], collections: [], resources: [], corrections: [], answers: [] } };
  expect(withoutTheirLines('One.\n\n- > [Ann\\_Lee M\\*x wrote](/posts/1): hi\n- Two', traces)).toBe('One.\n\n- Two');
  expect(withoutTheirLines('One of Ann_Lee\nM*x.', traces)).toBe('…');
});

test('in a correction only what they said themselves is without their name', async () => {
  const rosa = await enter('rosa');
  const leaver = called('Open Data', 'open-data');
  const threadId = createThread(leaver, { forum: 'operations', kind: 'question', title: 'How open is ours?', body: 'About 60 %.', themes: [], token: undefined, nameless: false }).id;
  const postId = db.select().from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
  flagPost(rosa, { postId, reason: 'inaccurate', note: 'The open data portal says 70 %, as Open Data knows.', source: 'www.open-data.example' });
  const { caseId } = db.select().from(corrections).where(eq(corrections.postId, postId)).get() ?? { caseId: 0 };
  answerCorrection(again(leaver), { caseId, answer: 'OPEN DATA stands by it.' });
  await leave(leaver);
  expect(db.select().from(corrections).where(eq(corrections.caseId, caseId)).get()).toMatchObject({ wrong: 'The open data portal says 70 %, as Open Data knows.', source: 'www.open-data.example', answer: 'a former member stands by it.' });
});

test('an address that somebody had long ago goes too, and what was decided holds for it', async () => {
  const rosa = await enter('rosa');
  const leaver = called('Ada Longago', 'longago1', 'first@longago.example');
  requestEmailChange(await sessionOf(leaver), { email: 'second@longago.example' });
  confirmEmailChange({ member: leaver }, { token: tokenFor('second@longago.example') }, '192.0.2.7');
  db.update(emailChanges).set({ expiresAt: new Date(0) }).run();
  forgetOldEmailChanges();
  expect(db.select().from(emailChanges).all()).toEqual([]);
  const thread = createThread(rosa, { forum: 'operations', kind: 'question', title: 'Whom to write to now', body: 'Write to first@longago.example.', themes: [], token: undefined, nameless: false }).id;
  const until = new Date(Date.now() + 30 * 86_400_000);
  db.update(members).set({ suspendedUntil: until, suspendedReason: 'Rude' }).where(eq(members.id, leaver.id)).run();
  await leave(leaver);
  expect(db.select().from(posts).where(eq(posts.threadId, thread)).get()?.markdown).toBe('Write to an address that is gone.');
  expect(db.select().from(formerStandings).all()).toHaveLength(2);
});

test('of former names the latest are kept, each once', () => {
  const { id } = called('Many Names', 'many1');
  for (let n = 0; n < 25; n++) rememberFormer(id, 'name', `Name ${n}`);
  rememberFormer(id, 'name', 'Name 10');
  expect(formerOf(id, 'name')).toHaveLength(20);
  expect(formerOf(id, 'name').slice(0, 2)).toEqual(['Name 10', 'Name 24']);
  expect(formerOf(id, 'email')).toEqual([]);
});
