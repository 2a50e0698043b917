import { eq, inArray } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases, db, facts, members, notifications, posts, threads, trustLevels } from '#db/client.ts';
import { decide } from '#domain/decisions/deciding.ts';
import { openCaseOf } from '#domain/decisions/flagging.ts';
import { heldPost, submitPost, submitPostInput } from '#domain/decisions/submitting.ts';
import { Gone, Invalid, SignInRequired } from '#domain/errors.ts';
import { blankQuotes, restoreQuotes } from '#domain/forum/blanked-quotes.ts';
import { blockMember, unblockMember } from '#domain/forum/blocking.ts';
import { createComment } from '#domain/forum/comments.ts';
import { draftPlace, saveDraft } from '#domain/forum/drafts.ts';
import { membersToMention, mentionedMembers, mentionsIn } from '#domain/forum/mentions.ts';
import { historyOfPost } from '#domain/forum/post-history.ts';
import { createPost, editPost, postsOnPage, previewPost, removeOwnPost } from '#domain/forum/posts.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { renderSomeAgain } from '#domain/forum/rendering-again.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { changeLevel } from '#domain/people/trust.ts';
import type { Member, Viewer } from '#domain/people/types.ts';
import { settings } from '#lib/settings.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { draftAt } from '../support/drafts.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member;
beforeAll(async () => {
  [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
  putCatalogue(catalogue([piece({ slug: 'behn2003why', kind: 'reference' })]));
  db.insert(members).values([
    { email: 'waiting@test.example', handle: 'waiting', name: 'Not Confirmed' },
    ...Array.from({ length: 12 }, (_, n) => ({ email: `m${n}@test.example`, handle: `colleague-${n}`, name: `Colleague ${n}`, emailConfirmedAt: new Date() })),
  ]).run();
});
beforeEach(() => {
  forgetLimits();
  db.delete(threads).run();
  db.delete(trustLevels).run();
});

const start = (body: string, author = rosa) => createThread(author, { forum: 'measures', kind: 'question', title: 'Who counts repeat calls apart?', body, themes: [] });
const postsOf = (threadId: number) => postsOnPage(null, findThread(null, threadId), 1);
const namedIn = (postId: number) => mentionedMembers(postId).map((m) => m.handle);
const colleagues = (n: number) => Array.from({ length: n }, (_, i) => `@colleague-${i}`).join(' ');

describe('whom Markdown names', () => {
  test.each([
    ['Ask @rosa about it', ['rosa']], ['@rosa, @Tom and @rosa again', ['rosa', 'tom']], ['(@rosa) "@tom" @nadia’s @ines.', ['rosa', 'tom', 'nadia', 'ines']], ['**@rosa**: yes', ['rosa']], ['- @rosa-delgado-2', ['rosa-delgado-2']],
    ['`@rosa`', []], ['```\n@rosa\n```', []], ['    @rosa', []], ['write to rosa@test.example', []], ['x@rosa', []], ['https://social.example/@rosa', []], ['[@rosa](https://a.example)', []], ['@rosa@social.example', []], ['@rosa.example', []], ['@@rosa', []],
    ['@ rosa', []], ['@-rosa', []], ['@rosa- x', ['rosa']], ['<b>@rosa</b>', ['rosa']], ['no names here', []],
    // What is quoted are words of somebody else.
    ['> @rosa', []], ['> > @rosa', []], ['- > @rosa', []], ['> @rosa\n\nAsk @tom.', ['tom']], ['> @rosa\n\nAsk @rosa.', ['rosa']], ['Yes.[^1]\n\n[^1]: Ask @rosa.', ['rosa']],
  ])('%j: %j', (markdown, handles) => expect(mentionsIn(markdown)).toEqual(handles));
});

describe('a post that names members', () => {
  test('links those who exist, remembers them, and leaves others as typed', () => {
    const thread = start('@Tom, have you asked @nobody or @waiting? `@nadia` knows.');
    const [post] = postsOf(thread.id);
    expect(post?.html).toContain('<a href="/members/tom" class="mention">@Tom</a>, have you asked @nobody or @waiting?');
    expect(post?.html).toContain('<code>@nadia</code>');
    expect(namedIn(post?.id ?? 0)).toEqual(['tom']);
  });

  test('does so in replies, comments and the preview', () => {
    const thread = start('Who does?');
    expect(namedIn(createPost(tom, { threadId: thread.id, body: 'Ask @nadia.' }).id)).toEqual(['nadia']);
    expect(namedIn(createComment(tom, { resourceId: 'ref:behn2003why', body: 'As @rosa says.' }).id)).toEqual(['rosa']);
    expect(previewPost(tom, { body: 'Ask @nadia.' }).html).toContain('href="/members/nadia"');
  });

  test('keeps those whom an edit takes out, so that nobody is told twice', () => {
    const { id } = createPost(tom, { threadId: start('Who does?').id, body: 'Ask @nadia.' });
    editPost(tom, { postId: id, body: 'Ask @rosa.' });
    expect(namedIn(id)).toEqual(['nadia', 'rosa']);
    expect(db.select({ html: posts.html }).from(posts).all().some((p) => p.html.includes('/members/nadia'))).toBe(false);
  });

  test('may name as many others as the level of its author allows; oneself does not count', () => {
    expect(() => start(colleagues(4))).toThrow(Invalid);
    expect(db.select().from(threads).all()).toEqual([]);
    const thread = start(`${colleagues(3)} @rosa`);
    expect(() => createPost(rosa, { threadId: thread.id, body: colleagues(4) })).toThrow('A new member can put 3 mentions of members into a post; this one has 4.');
    changeLevel({ memberId: rosa.id, from: 'new', to: 'member', reason: 'A test.', byId: null, locked: true });
    expect(namedIn(createPost(rosa, { threadId: thread.id, body: colleagues(10) }).id)).toHaveLength(10);
    const eleven = () => createPost(rosa, { threadId: thread.id, body: colleagues(11) });
    expect(eleven).toThrow(Invalid);
    expect(eleven).toThrow('A member can put 10 mentions of members into a post; this one has 11.');
    expect(() => previewPost(tom, { body: colleagues(4) })).toThrow('A new member can put 3 mentions');
  });

  test('coordinators are never new; an edit has the same limit', () => {
    const thread = start(colleagues(10), nadia);
    const { id } = createPost(tom, { threadId: thread.id, body: 'Fine.' });
    expect(() => editPost(tom, { postId: id, body: colleagues(4) })).toThrow(Invalid);
  });

  test('counts whom it named before an edit too: one after the other is no more than all at once', () => {
    const { id } = createPost(tom, { threadId: start('Who does?').id, body: '@colleague-0 @colleague-1' });
    editPost(tom, { postId: id, body: 'Ask @colleague-2.' });
    expect(() => editPost(tom, { postId: id, body: 'Ask @colleague-3.' })).toThrow(/this one has 4.*before an edit/);
    expect(namedIn(id)).toHaveLength(3);
    editPost(tom, { postId: id, body: 'Ask @colleague-0, or nobody.' });
  });
});

describe('whom a post speaks to', () => {
  const told = () => db.select({ member: notifications.memberId, kind: notifications.kind, post: notifications.postId }).from(notifications).where(inArray(notifications.kind, ['mention', 'quote'])).orderBy(notifications.id).all();
  const quote = (id: number, words = 'Who does') => `> [Rosa wrote](/posts/${id}):\n>\n> ${words}\n\nWe do.`;
  beforeEach(() => { db.delete(notifications).run(); });

  test('is told once, of threads, replies and comments; an edit tells only whom it newly names or quotes', () => {
    const thread = start('Who does it, @tom? And @rosa.');
    const opening = postsOf(thread.id)[0]?.id ?? 0;
    const { id } = createPost(tom, { threadId: thread.id, body: `${quote(opening, 'Who does it')} @nadia` });
    const comment = createComment(tom, { resourceId: 'ref:behn2003why', body: '@rosa may know.' }).id;
    const all = [{ member: tom.id, kind: 'mention', post: opening }, { member: nadia.id, kind: 'mention', post: id }, { member: rosa.id, kind: 'quote', post: id }, { member: rosa.id, kind: 'mention', post: comment }];
    expect(told()).toEqual(all);
    editPost(tom, { postId: id, body: `${quote(opening, 'Who does it')} @nadia, once more` });
    expect(told()).toEqual(all);
    const plain = createPost(nadia, { threadId: thread.id, body: 'Nobody is meant.' }).id;
    editPost(nadia, { postId: plain, body: `${quote(id, 'nadia, once more')} @rosa` });
    // Who asked was told of it as a reply already.
    expect(told()).toEqual([...all, { member: tom.id, kind: 'quote', post: plain }]);
  });

  test('is nobody whom it only quotes: whoever calls them did so before; an edit that calls them tells them', () => {
    const thread = start('Who does it, @tom?', nadia);
    const opening = postsOf(thread.id)[0]?.id ?? 0;
    const before = [{ member: tom.id, kind: 'mention', post: opening }];
    expect(told()).toEqual(before);
    const quoted = `${quoteOf(rosa, opening)}We do.`;
    expect(quoted).toContain('> Who does it, @tom?');
    const { id } = createPost(rosa, { threadId: thread.id, body: quoted });
    expect(postsOf(thread.id)[1]?.html).toContain('<a href="/members/tom" class="mention">@tom</a>');
    const all = [...before, { member: nadia.id, kind: 'quote', post: id }];
    expect([told(), namedIn(id)]).toEqual([all, []]);
    editPost(rosa, { postId: id, body: `${quoted} And you, @tom?` });
    expect([told(), namedIn(id)]).toEqual([[...all, { member: tom.id, kind: 'mention', post: id }], ['tom']]);
    editPost(rosa, { postId: id, body: quoted });
    editPost(rosa, { postId: id, body: `${quoted} Hm, @tom.` });
    expect(told()).toHaveLength(3);
  });

  test('is not who blocked the one who called them, when somebody else quotes it', () => {
    blockMember(nadia, { memberId: tom.id });
    const thread = start('Who does?');
    const { id } = createPost(tom, { threadId: thread.id, body: 'A jab at @nadia.' });
    createPost(rosa, { threadId: thread.id, body: `${quoteOf(rosa, id)}Hm.` });
    expect(told().map(({ member }) => member)).toEqual([tom.id]);
    unblockMember(nadia, { memberId: tom.id });
  });

  test('may be quoted with as many as its author named', () => {
    const thread = start(colleagues(10), nadia);
    const { id } = createPost(rosa, { threadId: thread.id, body: `${quoteOf(rosa, postsOf(thread.id)[0]?.id ?? 0)}All of them?` });
    expect(namedIn(id)).toEqual([]);
  });

  test('nobody is told by a line that quotes nothing that stands, by their own, or by a link outside a quotation', () => {
    const thread = start('Who does?');
    const opening = postsOf(thread.id)[0]?.id ?? 0;
    const gone = createPost(nadia, { threadId: thread.id, body: 'Taken back.' }).id;
    removeOwnPost(nadia, { postId: gone });
    for (const body of [quote(gone), quote(999_999), `[Rosa wrote](/posts/${opening}): it`, quote(opening).replace('/posts/', 'https://elsewhere.example/posts/')]) createPost(tom, { threadId: thread.id, body });
    createPost(rosa, { threadId: thread.id, body: quote(opening) });
    expect(told()).toEqual([]);
  });

  test('nobody is told, and nobody’s name stands there, where the words are not theirs', () => {
    const thread = start('Count the *weeks*, not the days.\n\nTwo of them.[^1]\n\n[^1]: A note.');
    const opening = postsOf(thread.id)[0]?.id ?? 0;
    const shown = (body: string) => { const { id } = createPost(tom, { threadId: thread.id, body }); return db.select({ html: posts.html }).from(posts).where(eq(posts.id, id)).get()?.html ?? ''; };
    // The hub's own line goes; what somebody typed otherwise stays as their words, and leads to nobody.
    for (const [first, stays] of [[`[Rosa Delgado wrote](/posts/${opening}):`, ''], [`[**Nadia** Okafor wrote](/posts/${opening}):`, 'Okafor wrote:'], [`Rosa [wrote](${settings().url}/posts/${opening})`, 'Rosa wrote']] as const) {
      for (const words of ['I pay for five-star reviews.', 'Count the weeks.\n>\n> I pay for them.']) {
        const html = shown(`> ${first}\n>\n> ${words}\n\nWell.`);
        expect(html).not.toContain('<a');
        if (stays) expect(html).toContain(stays);
        else expect(html).toMatch(/^<blockquote>\s*<p>(I pay|Count)/);
      }
      expect(shown(`> ${first} I pay for them.`)).toContain('I pay for them.');
      expect(shown(`> > ${first}\n> > I pay.\n>\n> Really?`)).not.toContain('<a');
    }
    expect(shown(`> [Rosa wrote](/posts/999999):\n>\n> Nothing.`)).not.toContain('<a');
    expect(told()).toEqual([]);
    expect(previewPost(tom, { body: quote(opening, 'I pay.') }).html).not.toContain('<a');
  });

  test('the name is the one that the post shows, whatever was typed; words may be left out, and what it said before counts', () => {
    const thread = start('Count the **weeks**, not the days, says [the manual](/library/behn2003why) of 2003.[^1]\n\n- One.\n- Two.\n\n[^1]: A note.');
    const opening = postsOf(thread.id)[0]?.id ?? 0;
    for (const words of ['Count the weeks … says the manual', 'Count the **weeks**, not the days, says [the manual](/library/behn2003why) of 2003.[^1]\n>\n> - One.\n> - Two.', '- two']) {
      expect(previewPost(tom, { body: `> [Nadia wrote](/posts/${opening}):\n>\n> ${words}` }).html).toMatch(new RegExp(`<p class="said-by"[^>]*><a href="/posts/${opening}">Rosa Delgado wrote</a>:</p>`));
    }
    // The post shows no number.
    expect(previewPost(tom, { body: quote(opening, '1. two') }).html).not.toContain('Rosa Delgado wrote');
    expect(previewPost(tom, { body: quoteOf(tom, opening) }).html).toContain('Rosa Delgado wrote');
    editPost(rosa, { postId: opening, body: 'Never mind.' });
    expect(previewPost(tom, { body: quote(opening, 'Count the weeks') }).html).toContain('Rosa Delgado wrote');
    const twin = db.insert(members).values({ name: 'Rosa Delgado', email: 'twin@test.example', handle: 'rosa-two', emailConfirmedAt: new Date() }).returning().get();
    expect(previewPost(tom, { body: quote(opening, 'Never mind') }).html).toContain(`Rosa Delgado (${rosa.handle}) wrote`);
    db.delete(members).where(eq(members.id, twin.id)).run();
  });

  test('a text of quotations takes no time', () => {
    const thread = start('word '.repeat(4_000));
    const opening = postsOf(thread.id)[0]?.id ?? 0;
    const before = performance.now();
    previewPost(tom, { body: `> [R wrote](/posts/${opening}): no\n\n`.repeat(600).slice(0, 20_000) });
    previewPost(tom, { body: `${'> '.repeat(12)}[R wrote](/posts/${opening}): word\n\n`.repeat(300).slice(0, 20_000) });
    expect(performance.now() - before).toBeLessThan(800);
  });

  test('whoever is held tells nobody until they are let through, loses their draft, and their files wait along', () => {
    const thread = start('Who does?');
    const body = 'Best online casino bonus, buy followers cheap now! https://win.bet https://casino.top @nadia';
    saveDraft(tom, { place: draftPlace.reply(thread.id), fields: { body } });
    const file = { hash: 'a'.repeat(64), name: 'a.png', label: 'A picture', mediaType: 'image/png', size: 5, width: 1, height: 1, textState: 'none' as const };
    const { url, held } = submitPost(tom, { ...submitPostInput.parse({ threadId: String(thread.id), body, token: 'one' }), files: [file] });
    expect(held).toBe(true);
    expect(draftAt(tom, draftPlace.reply(thread.id))).toBeNull();
    expect(told()).toEqual([]);
    const waiting = Number(url.split('/').at(-1));
    const [heldFile] = heldPost(tom, waiting).files;
    expect(heldFile).toMatchObject({ label: 'A picture', name: 'a.png' });
    const caseId = db.select().from(cases).where(eq(cases.heldId, waiting)).get()?.id ?? 0;
    saveDraft(tom, { place: draftPlace.reply(thread.id), fields: { body: 'Another one, begun meanwhile.' } });
    decide(nadia, { caseId, outcome: 'approve', reason: 'It is fine.' });
    expect(draftAt(tom, draftPlace.reply(thread.id))?.fields).toEqual({ body: 'Another one, begun meanwhile.' });
    const [post] = postsOf(thread.id).slice(-1);
    expect(post?.files).toMatchObject([{ label: 'A picture', name: 'a.png' }]);
    expect(told()).toEqual([{ member: nadia.id, kind: 'mention', post: post?.id }]);
    // The same form sent again leads to what it wrote.
    expect(submitPost(tom, submitPostInput.parse({ threadId: String(thread.id), body, token: 'one' }))).toEqual({ url: `${thread.url}#post-2`, held: false });
  });
});

test('rendering again takes out again what must not be quoted, and hidden posts have no history', () => {
  const thread = start('A resident called Mary Miller lives there.', tom);
  const { id } = createPost(rosa, { threadId: thread.id, body: 'A resident called Mary Miller lives in Elm Street.' });
  const quoting = createPost(nadia, { threadId: thread.id, body: '> A resident called Mary Miller lives in Elm Street.\n\nPlease no names.' }).id;
  editPost(rosa, { postId: id, body: 'A resident called Mary Miller lives in Elm Street. Really.' });
  const caseId = openCaseOf({ postId: id });
  db.update(posts).set({ removedAt: new Date(), removedById: rosa.id, hidden: true }).where(eq(posts.id, id)).run();
  blankQuotes(id);
  const html = () => db.select({ html: posts.html }).from(posts).where(eq(posts.id, quoting)).get()?.html ?? '';
  expect(html()).not.toContain('Elm Street');
  db.update(posts).set({ renderedBy: 0 }).run();
  db.delete(facts).where(eq(facts.name, 'renderer')).run();
  while (renderSomeAgain());
  expect(html()).not.toContain('Elm Street');
  db.update(posts).set({ removedAt: null, removedById: null, hidden: false }).where(eq(posts.id, id)).run();
  restoreQuotes(id);
  expect(html()).toContain('Elm Street');
  expect(historyOfPost(null, id)).toMatchObject({ withheld: false, versions: { length: 2 } });
  editPost(rosa, { postId: id, body: 'A resident lives there.' });
  expect(historyOfPost(null, id)).toMatchObject({ withheld: true, versions: [{ markdown: 'A resident lives there.' }] });
  expect(historyOfPost(rosa, id).versions).toHaveLength(3);
  decide(nadia, { caseId, outcome: 'remove', reason: 'Personal data.' });
  expect(() => historyOfPost(null, id)).toThrow(Gone);
});

describe('members to choose from', () => {
  const handles = (viewer: Viewer, q: string) => membersToMention(viewer, q).map(({ handle }) => handle);
  test('are found by handle and by any word of the name, but not oneself, nor who neither agreed nor wrote', () => {
    const silent = db.insert(members).values({ name: 'Tomas Silent', email: 'silent@test.example', handle: 'tomas-silent', emailConfirmedAt: new Date(), sample: true }).returning().get();
    forgetLimits();
    createThread(tom, { forum: 'operations', kind: 'discussion', title: 'Something of mine stands here', body: 'Text.', themes: [] });
    expect(handles(rosa, 'to')).toContain('tom');
    expect(handles(rosa, 'ACHTER')).toEqual(['tom']);
    expect(handles(tom, 'ach')).toEqual([]);
    expect(handles(rosa, 'tomas')).toEqual([]);
    db.update(members).set({ listed: true }).where(eq(members.id, silent.id)).run();
    expect(handles(rosa, 'sil')).toEqual(['tomas-silent']);
    db.update(members).set({ vendor: true }).where(eq(members.id, silent.id)).run();
    expect(membersToMention(rosa, 'sil').map(({ name }) => name)).toEqual(['Tomas Silent (vendor)']);
    expect([handles(rosa, ''), handles(rosa, '%'), handles(rosa, '_om')]).toEqual([[], [], []]);
    expect(handles({ ...rosa, waiting: true }, 'to')).toEqual([]);
    expect(() => membersToMention(null, 'to')).toThrow(SignInRequired);
  });
});
