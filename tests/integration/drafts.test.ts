import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { db, drafts, posts, resources, strayDrafts } from '#db/client.ts';
import { removeThread } from '#domain/decisions/removing.ts';
import { Invalid, SignInRequired } from '#domain/errors.ts';
import { submitComment, submitCommentInput, submitEdit, submitPost, submitPostInput, submitThread, submitThreadInput } from '#domain/decisions/submitting.ts';
import { listDrafts } from '#domain/forum/draft-places.ts';
import { countDrafts, draftPlace, draftsAt, type Draft, dropDraft, forgetOldDrafts, keepDraft, saveDraft } from '#domain/forum/drafts.ts';
import { createPost, editPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { claimStray, forgetForm, keepForm, keepStray, keptForm } from '#domain/forum/stray-drafts.ts';
import { noteBrowser } from '#domain/people/known-browsers.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { stamp, writerMark } from '#domain/people/traps.ts';
import type { Member } from '#domain/people/types.ts';
import { addDays } from '#lib/dates.ts';
import { typedIn } from '../../src/typed.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { draftAt } from '../support/drafts.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member;
beforeAll(async () => {
  [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
  putCatalogue(catalogue([piece({ slug: 'behn2003why', kind: 'reference', title: 'Why measure?' })]));
});
beforeEach(() => {
  forgetLimits();
  db.delete(drafts).run();
  db.delete(strayDrafts).run();
});

let started = 0;
const start = () => createThread(rosa, { forum: 'measures', kind: 'question', title: `Who counts repeat calls apart? ${++started}`, body: 'The question.', themes: [] });
const save = (member: Member, place: string, body: string) => saveDraft(member, { place, fields: { body } });
const bodyAt = (member: Member | null, place: string) => draftAt(member, place)?.fields['body'];

describe('a draft', () => {
  test('of another form for the same place takes nobody’s room; one that goes on where another stops takes its place', () => {
    const keep = (token: string, body: string, title?: string) => saveDraft(rosa, { place: 'new-thread', fields: { token, body, ...(title && { title }) } });
    const kept = () => draftsAt(rosa, 'new-thread').map(({ fields }) => fields['body']);
    keep('one', 'Two hours of work.');
    keep('two', 'Thanks, will do.');
    keep('one', 'Two hours of work, and one more.');
    expect(kept()).toEqual(['Two hours of work, and one more.', 'Thanks, will do.']);
    keep('three', 'Thanks, will do. On Monday.');
    expect(kept()).toEqual(['Thanks, will do. On Monday.', 'Two hours of work, and one more.']);
    keep('four', 'Thanks, will do. On Monday.', 'With a title');
    keep('two', ' ');
    expect(kept()).toHaveLength(3);
    keep('four', ' ');
    expect(kept()).toEqual(['Thanks, will do. On Monday.', 'Two hours of work, and one more.']);
    const [{ id }] = draftsAt(rosa, 'new-thread') as [Draft];
    dropDraft(tom, { place: 'new-thread', id });
    dropDraft(rosa, { place: 'thread:1', id });
    expect(countDrafts(rosa)).toBe(2);
    dropDraft(rosa, { place: 'new-thread', id });
    expect(kept()).toEqual(['Two hours of work, and one more.']);
  });

  test('sent, takes along what was kept of its form, and no other', () => {
    const thread = start();
    const place = draftPlace.reply(thread.id);
    saveDraft(tom, { place, fields: { token: 'one', body: 'Two hours of work.' } });
    saveDraft(tom, { place, fields: { token: 'two', body: 'Thanks, will' } });
    submitPost(tom, { threadId: thread.id, body: 'Thanks, will do.', token: 'two' });
    expect(draftsAt(tom, place).map(({ fields }) => fields['body'])).toEqual(['Two hours of work.']);
    const { id } = createPost(tom, { threadId: thread.id, body: 'As it was.' });
    saveDraft(tom, { place: draftPlace.edit(id), fields: { token: 'one', body: 'Two hours of work.' } });
    saveDraft(tom, { place: draftPlace.edit(id), fields: { token: 'two', body: 'As it w' } });
    submitEdit(tom, { postId: id, token: 'two', shown: stamp(new Date(Date.now() - 60_000)), body: 'As it was then.' });
    expect(draftsAt(tom, draftPlace.edit(id)).map(({ fields }) => fields['body'])).toEqual(['Two hours of work.']);
  });

  test('of forms that have no name is kept once for each place and member, the last text counts', () => {
    save(rosa, 'thread:1', 'one');
    save(rosa, 'thread:1', 'two');
    save(tom, 'thread:1', 'his');
    expect([bodyAt(rosa, 'thread:1'), bodyAt(tom, 'thread:1'), bodyAt(nadia, 'thread:1'), bodyAt(null, 'thread:1')]).toEqual(['two', 'his', undefined, undefined]);
    expect(countDrafts(rosa)).toBe(1);
  });

  test('keeps every field, also more text than may be sent', () => {
    const fields = { title: 'A title', forum: 'measures', themes: ['equity', 'technology'], body: 'x'.repeat(25_000) };
    saveDraft(rosa, { place: 'new-thread', fields });
    expect(draftAt(rosa, 'new-thread')?.fields).toEqual(fields);
  });

  test('without words is none, and takes no other form’s place', () => {
    const keep = (body: string, token?: string) => saveDraft(rosa, { place: 'thread:1', fields: { body, ...(token && { token }) } });
    keep('one', 'one');
    for (const token of ['two', undefined]) {
      keep(' \n ', token);
      expect(bodyAt(rosa, 'thread:1')).toBe('one');
    }
    keep(' \n ', 'one');
    expect(countDrafts(rosa)).toBe(0);
    save(rosa, 'thread:1', 'of no form');
    keep('');
    expect(bodyAt(rosa, 'thread:1')).toBe('of no form');
  });

  test.each([['', { body: 'x' }], ['nowhere', { body: 'x' }], ['thread:0', { body: 'x' }], ['thread:1 or 1', { body: 'x' }], ['thread:1', { body: 'x'.repeat(130_000) }], ['thread:1', { '<b>': 'x' }]])('at %j is refused when the form is broken', (place, fields: Record<string, string>) => {
    expect(() => saveDraft(rosa, { place, fields })).toThrow(Invalid);
    expect(keepDraft(rosa, { place, fields })).toBe(false);
  });

  test('is for members', () => {
    expect(() => saveDraft(null, { place: 'thread:1', fields: { body: 'x' } })).toThrow(SignInRequired);
    expect(() => dropDraft(null, { place: 'thread:1' })).toThrow(SignInRequired);
    expect(() => listDrafts(null)).toThrow(SignInRequired);
  });

  test('is thrown away by its writer alone', () => {
    save(rosa, 'thread:1', 'one');
    dropDraft(tom, { place: 'thread:1' });
    expect(countDrafts(rosa)).toBe(1);
    dropDraft(rosa, { place: 'thread:1' });
    expect(countDrafts(rosa)).toBe(0);
  });

  test('goes when its text is sent: thread, reply, comment, edit', () => {
    const thread = start();
    const begin = (member: Member, place: string) => saveDraft(member, { place, fields: { body: 'x', token: 'form' } });
    begin(rosa, 'new-thread');
    submitThread(rosa, submitThreadInput.parse({ forum: 'measures', kind: 'question', title: 'Who counts repeat calls apart, once more?', body: 'The question.', token: 'form' }));
    begin(tom, draftPlace.reply(thread.id));
    submitPost(tom, submitPostInput.parse({ threadId: String(thread.id), body: 'Sent.', token: 'form' }));
    const { id } = createPost(tom, { threadId: thread.id, body: 'Sent too.' });
    save(tom, draftPlace.edit(id), 'x');
    editPost(tom, { postId: id, body: 'Sent better.' });
    begin(tom, draftPlace.comment('ref:behn2003why'));
    submitComment(tom, submitCommentInput.parse({ resourceId: 'ref:behn2003why', body: 'Sent as a comment.', token: 'form' }));
    expect([countDrafts(rosa), countDrafts(tom)]).toEqual([0, 0]);
  });

  test('stays when another form for the same place is sent, unless it says the same', () => {
    const thread = start();
    const question = { forum: 'measures', kind: 'question' as const, title: 'Who counts repeat calls in two windows?', themes: [] };
    const sends: [string, (body: string) => unknown][] = [
      ['new-thread', (body) => submitThread(tom, { ...question, body, token: 'two' })],
      [draftPlace.reply(thread.id), (body) => submitPost(tom, { threadId: thread.id, body, token: 'two' })],
      [draftPlace.comment('ref:behn2003why'), (body) => submitComment(tom, { resourceId: 'ref:behn2003why', body, token: 'two' })],
    ];
    for (const [place, send] of sends) {
      for (const token of [{ token: 'one' }, {} as Record<string, string>]) {
        forgetLimits();
        saveDraft(tom, { place, fields: { title: question.title, body: `Two hours of work, ${JSON.stringify(token)}.`, ...token } });
        send(`Another text, ${JSON.stringify(token)}.`);
        expect(bodyAt(tom, place)).toBe(`Two hours of work, ${JSON.stringify(token)}.`);
        send(`Two hours of work, ${JSON.stringify(token)}.`);
        expect(bodyAt(tom, place)).toBe(undefined);
      }
    }
  });

  test('stays when what was sent before is sent once more, and other words were kept since', () => {
    const thread = start();
    const question = { forum: 'measures', kind: 'question' as const, title: 'Who counts repeat calls, sent twice?', themes: [] };
    const sends: [string, (body: string) => { held: boolean }][] = [
      ['new-thread', (body) => submitThread(tom, { ...question, body, token: 'same' })],
      [draftPlace.reply(thread.id), (body) => submitPost(tom, { threadId: thread.id, body, token: 'same' })],
      [draftPlace.comment('ref:behn2003why'), (body) => submitComment(tom, { resourceId: 'ref:behn2003why', body, token: 'same' })],
    ];
    const held = 'CHEAP FOLLOWERS!!! Buy now at https://followers-1.example https://followers-2.example https://followers-3.example https://followers-4.example https://followers-5.example';
    for (const [place, send] of sends) {
      for (const words of ['We count them.', held]) {
        forgetLimits();
        expect(send(words).held).toBe(words === held);
        saveDraft(tom, { place, fields: { title: question.title, body: 'Newer words.' } });
        send(words);
        expect(bodyAt(tom, place)).toBe('Newer words.');
        saveDraft(tom, { place, fields: { title: `${question.title} `, body: ` ${words}\r\n` } });
        send(words);
        expect(bodyAt(tom, place)).toBe(undefined);
      }
    }
  });

  test('of an edit stays when another window keeps the text as it was', () => {
    const { id } = createPost(tom, { threadId: start().id, body: 'As it was.' });
    const place = draftPlace.edit(id);
    const form = (token: string, seconds: number) => ({ postId: id, token, shown: stamp(new Date(Date.now() - seconds * 1000)) });
    const keep = (body: string) => saveDraft(tom, { place, fields: { body, token: 'one' } });
    keep('Two hours of work.');
    submitEdit(tom, { ...form('two', 60), body: 'As it was.' });
    expect(bodyAt(tom, place)).toBe('Two hours of work.');
    submitEdit(tom, { ...form('two', 60), body: 'Two hours of work.' });
    expect(bodyAt(tom, place)).toBe(undefined);
    keep('Two hours of work, and ha');
    submitEdit(tom, { ...form('one', 60), body: 'Two hours of work, and half.' });
    expect(bodyAt(tom, place)).toBe(undefined);
    keep('Three hours of work.');
    submitEdit(tom, { ...form('three', -1), body: 'A word changed, beside the draft.' });
    expect(bodyAt(tom, place)).toBe('Three hours of work.');
    submitEdit(tom, { ...form('one', -1), body: 'Three hours of work, from the draft.' });
    expect(bodyAt(tom, place)).toBe(undefined);
    save(tom, place, 'Kept of a form without a name.');
    submitEdit(tom, { ...form('four', -1), body: 'Another word.' });
    expect(bodyAt(tom, place)).toBe(undefined);
  });

  test('stays when its text was refused', () => {
    const thread = start();
    save(tom, draftPlace.reply(thread.id), 'x');
    expect(() => submitPost(tom, submitPostInput.parse({ threadId: String(thread.id), body: '>'.repeat(20_000) }))).toThrow();
    expect(countDrafts(tom)).toBe(1);
  });

  test('is forgotten after ninety days', () => {
    save(rosa, 'thread:1', 'one');
    forgetOldDrafts(addDays(new Date(), 89));
    expect(countDrafts(rosa)).toBe(1);
    forgetOldDrafts(addDays(new Date(), 91));
    expect(countDrafts(rosa)).toBe(0);
  });

  test('gives way when there are more than a hundred', () => {
    for (let n = 1; n <= 103; n++) save(rosa, `thread:${n}`, 'x');
    expect(countDrafts(rosa)).toBe(100);
    expect([bodyAt(rosa, 'thread:1'), bodyAt(rosa, 'thread:103')]).toEqual([undefined, 'x']);
  });
});

describe('the list of one’s drafts', () => {
  test('says what each is to become and leads there', () => {
    const thread = start();
    const { id } = createPost(tom, { threadId: thread.id, body: 'Sent.' });
    saveDraft(tom, { place: 'new-thread', fields: { title: 'Half a title', body: 'b' } });
    for (const place of [draftPlace.reply(thread.id), draftPlace.comment('ref:behn2003why'), draftPlace.edit(id)]) save(tom, place, 'b');
    const at = (place: string) => `?draft=${String(draftAt(tom, place)?.id)}`;
    expect(Object.fromEntries(listDrafts(tom).map((d) => [d.what, d.url]))).toEqual({
      'A new thread, “Half a title”': `/forums/new${at('new-thread')}`, [`A reply in “${thread.title}”`]: `${thread.url}${at(draftPlace.reply(thread.id))}#write`,
      'A comment on “Why measure?”': `/library/behn2003why${at(draftPlace.comment('ref:behn2003why'))}#write`, [`An edit of your post in “${thread.title}”`]: `/posts/${id}/edit${at(draftPlace.edit(id))}`,
    });
  });

  test('names nothing that the writer may not see any more', () => {
    const thread = start();
    const { id } = createPost(rosa, { threadId: thread.id, body: 'Not his.' });
    for (const place of [draftPlace.reply(thread.id), draftPlace.comment('ref:behn2003why'), draftPlace.edit(id), 'thread:999999']) save(tom, place, 'b');
    removeThread(nadia, { threadId: thread.id, reason: 'Twice.' });
    db.update(resources).set({ status: 'draft' }).where(eq(resources.slug, 'behn2003why')).run();
    expect(listDrafts(tom).map((d) => [d.what, d.url, d.body])).toEqual(Array.from({ length: 4 }, () => ['For a place that is not there any more', null, 'b']));
    db.update(resources).set({ status: 'published' }).where(eq(resources.slug, 'behn2003why')).run();
  });
});

describe('what was sent after the session had ended', () => {
  const typed = { place: 'thread:1', writer: '', fields: { body: 'Two hours of work.' } };
  const keep = (writer: number, address = '10.0.0.1') => keepStray({ ...typed, writer: writerMark(writer) }, address)?.value ?? '';

  test('comes home when its writer signs in with the browser that sent it, once', () => {
    const token = keep(rosa.id);
    expect(token.length).toBeGreaterThan(40);
    expect(JSON.stringify(db.select().from(strayDrafts).all())).not.toContain(token);
    expect(countDrafts(rosa)).toBe(0);
    expect(claimStray(rosa.id, token)).toBe(true);
    expect(bodyAt(rosa, 'thread:1')).toBe('Two hours of work.');
    expect(claimStray(rosa.id, token)).toBe(false);
  });

  test('is nobody else’s: not by the cookie with another account, not by the account with another cookie', () => {
    const token = keep(rosa.id);
    expect(claimStray(tom.id, token)).toBe(false);
    expect(claimStray(rosa.id, keep(tom.id))).toBe(false);
    expect(claimStray(rosa.id, 'guess')).toBe(false);
    expect([countDrafts(rosa), countDrafts(tom)]).toEqual([0, 0]);
    expect(claimStray(rosa.id, token)).toBe(true);
  });

  test('is kept of forms alone that the hub made for its writer: nobody takes their room away', () => {
    const { writer, ...rest } = { ...typed, writer: writerMark(rosa.id) };
    for (const forged of [String(rosa.id), `writer-${rosa.id}`, `writer-${rosa.id}.`, writerMark(tom.id).replace(String(tom.id), String(rosa.id)), stamp(), '']) {
      for (let n = 0; n < 5; n++) expect(keepStray({ ...rest, writer: forged }, '10.0.0.9')).toBeNull();
    }
    expect(keepStray({ ...rest, writer }, '10.0.0.9')).not.toBeNull();
  });

  test('waits a day', () => {
    const token = keep(rosa.id);
    db.update(strayDrafts).set({ expiresAt: new Date(Date.now() - 1000) }).run();
    expect(claimStray(rosa.id, token)).toBe(false);
    forgetOldDrafts();
    expect(db.select().from(strayDrafts).all()).toEqual([]);
  });

  test('is not kept of who nobody is, nor without end', () => {
    expect([keep(999_999), keep(0), keep(NaN)]).toEqual(['', '', '']);
    for (let n = 0; n < 20; n++) expect(keep(rosa.id)).not.toBe('');
    expect(keep(rosa.id)).toBe('');
    for (let n = 0; n < 30; n++) keep(tom.id, '10.0.0.2');
    forgetOldDrafts(addDays(new Date(), 2));
    expect(keep(tom.id, '10.0.0.2')).toBe('');
    expect(keep(tom.id, '10.0.0.3')).not.toBe('');
  });
});

test('of a form everything that was typed is kept, with which form it was, and nothing else', () => {
  const form = new FormData();
  for (const [name, value] of [['place', 'new-thread'], ['writer', '7'], ['threadId', '3'], ['token', 't'], ['_action', 'x'], ['body', 'b'], ['themes', 'equity'], ['tag', 'a'], ['tag', 'b']] as const) form.append(name, value);
  form.append('file1', new File(['x'], 'x.png'));
  expect(typedIn(form)).toEqual({ place: 'new-thread', writer: '7', fields: { token: 't', body: 'b', themes: ['equity'], tag: ['a', 'b'] } });
});

test('a draft is nowhere but with its writer', () => {
  const thread = start();
  save(tom, draftPlace.reply(thread.id), 'unspeakable');
  expect(JSON.stringify(db.select().from(posts).all())).not.toContain('unspeakable');
});

describe('any other form that was sent without a session', () => {
  const form = { action: 'members.editProfile', path: '/account/profile' };
  /** A browser in which a member signed in last, with the cookies that it was given. */
  const browserOf = (member: Member, jar: Record<string, string> = {}) => {
    const browser = { name: 'a test', cookie: (name: string) => jar[name] };
    const put = (cookie: { name: string; value: string } | null) => { if (cookie) jar[cookie.name] = cookie.value; };
    put(noteBrowser(member.id, browser));
    return { browser, send: () => { put(keepForm(form, { lookingFor: 'Cities of our size.' }, browser, '10.0.0.1')); return jar['hub_draft'] !== undefined; } };
  };

  test('waits with its time for whoever signed in there last, until it is sent again', () => {
    const { browser, send } = browserOf(rosa);
    expect(send()).toBe(true);
    const kept = keptForm(rosa.id, form, browser);
    expect(kept?.fields).toEqual({ lookingFor: 'Cities of our size.' });
    expect(Math.abs(Date.now() - (kept?.at.getTime() ?? 0))).toBeLessThan(5000);
    expect([keptForm(tom.id, form, browser), keptForm(rosa.id, { ...form, path: '/welcome' }, browser), keptForm(rosa.id, form, browserOf(rosa).browser)]).toEqual([null, null, null]);
    expect([forgetForm(tom.id, form, browser), forgetForm(rosa.id, { ...form, action: 'welcome.place' }, browser)]).toEqual([false, false]);
    expect([forgetForm(rosa.id, form, browser), keptForm(rosa.id, form, browser), forgetForm(rosa.id, form, browser)]).toEqual([true, null, false]);
  });

  test('takes no room from drafts, in number or by address', () => {
    const [{ browser }, address] = [browserOf(tom), '10.0.0.44'];
    const sent = Array.from({ length: 40 }, (_, n) => keepForm({ ...form, path: `/${n}` }, { lookingFor: 'x' }, browser, address) !== null);
    expect(sent.filter(Boolean).length).toBe(20);
    expect(keepStray({ place: 'thread:1', fields: { body: 'Two hours of work.' }, writer: writerMark(tom.id) }, address)).not.toBeNull();
  });

  test('is not kept for who was never there, and waits an hour', () => {
    expect(keepForm(form, { lookingFor: 'x' }, { name: null, cookie: () => undefined }, '10.0.0.1')).toBeNull();
    const { browser, send } = browserOf(rosa);
    send();
    db.update(strayDrafts).set({ expiresAt: new Date(Date.now() - 1000) }).run();
    expect(keptForm(rosa.id, form, browser)).toBeNull();
  });
});
