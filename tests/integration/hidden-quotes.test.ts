import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases, db, posts, searchDocuments } from '#db/client.ts';
import { correctionFor } from '#domain/decisions/correcting.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagPost } from '#domain/decisions/flagging.ts';
import { submitEdit } from '#domain/decisions/submitting.ts';
import { createPost, removeOwnPost } from '#domain/forum/posts.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import type { Thread } from '#domain/forum/threads.ts';
import type { Member } from '#domain/people/types.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member;
beforeAll(async () => { [rosa, tom, nadia, ines] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines')]; });
beforeEach(forgetLimits);

const name = 'Juniper Applewood';
let written = 0;
const start = (author: Member, body = 'We count the weeks.'): Thread => createThread(author, { forum: 'measures', kind: 'discussion', title: `Who counts which weeks? ${++written}`, body, themes: [] });
const reply = (author: Member, thread: Thread, body: string) => createPost(author, { threadId: thread.id, body }).id;
const opening = (thread: Thread) => db.select({ id: posts.id }).from(posts).where(eq(posts.threadId, thread.id)).get()?.id ?? 0;
const html = (id: number) => db.select({ html: posts.html }).from(posts).where(eq(posts.id, id)).get()?.html ?? '';
const inSearch = (id: number) => JSON.stringify(db.select().from(searchDocuments).where(eq(searchDocuments.ref, String(id))).all()).includes('Juniper');
const caseOn = (id: number) => db.select({ id: cases.id }).from(cases).where(eq(cases.postId, id)).all().at(-1)?.id ?? 0;
const hide = (id: number) => flagPost(ines, { postId: id, reason: 'personal-data', note: null, source: null });
const quote = (id: number, text: string) => `> [Rosa Delgado wrote](/posts/${id}):\n>\n> ${text}\n\nI doubt it.`;

describe('what is out of view', () => {
  test.each(['/%70osts', '/p%6Fsts'])('is not quoted by an address in other letters: %s', (posts) => {
    const post = reply(rosa, start(rosa), `A resident called ${name} lives there.`);
    const quoting = reply(tom, start(tom), quote(post, `called ${name}`).replace('/posts', posts));
    hide(post);
    expect([html(quoting).includes(name), inSearch(quoting)]).toEqual([false, false]);
  });

  test('is not quoted by what is written or edited after it was hidden, and comes back in both', () => {
    const post = reply(rosa, start(rosa), `A resident called ${name} lives there.`);
    const edited = reply(tom, start(tom), 'Nothing yet.');
    hide(post);
    const ids = [reply(tom, start(tom), quote(post, `called ${name}`)), createThread(ines, { forum: 'measures', kind: 'discussion', title: 'Again, who was it?', body: quote(post, `It was ${name} then.`), themes: [] })].map((made) => (typeof made === 'number' ? made : opening(made)));
    submitEdit(tom, { postId: edited, body: quote(post, `Was it ${name}?`) });
    for (const id of [...ids, edited]) {
      expect(html(id)).toMatch(/quotation is not shown[^]*I doubt it/);
      expect([html(id).includes('Juniper'), inSearch(id)]).toEqual([false, false]);
    }
    decide(nadia, { caseId: caseOn(post), outcome: 'keep', reason: 'No person.' });
    for (const id of [...ids, edited]) expect(html(id)).toContain(name);
  });

  test('is not quoted where two said it and one of them is shown again', () => {
    const thread = start(rosa);
    const posts = [rosa, ines].map((author) => reply(author, thread, `A resident called ${name} lives there.`));
    const quoting = reply(tom, thread, `> A resident called ${name} lives there.\n\nOh.`);
    for (const id of posts) flagPost(id === posts[1] ? nadia : ines, { postId: id, reason: 'personal-data', note: null, source: null });
    for (const id of posts) {
      expect(html(quoting)).not.toContain(name);
      decide(nadia, { caseId: caseOn(id), outcome: 'keep', reason: 'No person.' });
    }
    expect(html(quoting)).toContain(name);
  });

  test('is not quoted where the line that says whose words they are goes on with them', () => {
    const post = reply(rosa, start(rosa), `A resident called ${name} lives there.`);
    const quoting = reply(tom, start(tom), `> [Rosa Delgado wrote](/posts/${post}): called ${name}\n\nSo.`);
    const other = reply(tom, start(tom), `> [Tom wrote](/posts/${quoting}): nothing of it\n\nSee [there](/posts/${post}).`);
    hide(post);
    expect([html(quoting).includes('Juniper'), html(other).includes('nothing of it')]).toEqual([false, true]);
  });

  test('is not quoted in so few words that only a number or an address is left', () => {
    const thread = start(rosa);
    const post = reply(rosa, thread, 'She is at 555-0134 or mulberry@elm.example, case 48213. We had 2019-2021 in mind.');
    const few = ['555-0134', '5550134', 'her number: (555) 0134', 'mulberry@elm.example', 'Write to Mulberry@Elm.example.', '48213'].map((words) => reply(tom, thread, `> ${words}\n\nOh.`));
    const others = ['2019-2021', 'We had', '555-0199', 'other@elm.example'].map((words) => reply(tom, thread, `> ${words}\n\nOh.`));
    hide(post);
    expect(few.map((id) => html(id).includes('not shown'))).toEqual(few.map(() => true));
    expect(others.map((id) => html(id).includes('not shown'))).toEqual(others.map(() => false));
  });

  test('is not quoted in another thread with words of one’s own among them', () => {
    const post = reply(rosa, start(rosa), `A resident called ${name} lives there.`);
    const quoting = reply(tom, start(tom), quote(post, `A resident called ${name} lives there.\n>\n> And I like her.`));
    expect(html(quoting)).not.toContain('wrote');
    hide(post);
    expect(html(quoting)).not.toContain('Juniper');
  });

  test('includes the replies of a removed thread, which are quoted elsewhere', () => {
    const thread = start(rosa);
    const post = reply(rosa, thread, `A resident called ${name} lives there.`);
    const taken = reply(rosa, thread, `And ${name} was here too.`);
    const elsewhere = start(tom);
    const quoting = reply(tom, elsewhere, quote(post, `A resident called ${name} lives there.`));
    const ofTaken = reply(tom, elsewhere, quote(taken, `And ${name} was here too.`));
    removeOwnPost(rosa, { postId: taken });
    flagPost(ines, { postId: opening(thread), reason: 'personal-data', note: null, source: null });
    expect([quoting, ofTaken].map((id) => [html(id).includes('Juniper'), inSearch(id)])).toEqual([[false, false], [false, false]]);
    const { decisionId } = decide(nadia, { caseId: caseOn(opening(thread)), outcome: 'keep', reason: 'No person.' });
    expect([quoting, ofTaken].map((id) => [html(id).includes('Juniper'), inSearch(id)])).toEqual([[true, true], [false, false]]);
    undoDecision(ines, { decisionId, reason: 'Looked at again.' });
    expect([quoting, ofTaken].map((id) => html(id).includes('Juniper'))).toEqual([false, false]);
  });

  test('includes what its author took back; who wrote the same words besides is still quoted', () => {
    const thread = start(rosa);
    const post = reply(rosa, thread, `A resident called ${name} lives there.`);
    const same = reply(ines, thread, `A resident called ${name} lives there.`);
    const [quoting, ofSame] = [reply(tom, thread, quote(post, `A resident called ${name} lives there.`)), reply(tom, thread, quote(same, `A resident called ${name} lives there.`))];
    removeOwnPost(rosa, { postId: post });
    expect([html(quoting).includes('Juniper'), inSearch(quoting), html(ofSame).includes('Juniper')]).toEqual([false, false, true]);
    expect(html(reply(tom, thread, quote(post, `It was ${name}.`)))).not.toContain('Juniper');
  });

  test('is not in the quotation of a post that quotes it, however it is marked', () => {
    const post = reply(rosa, start(rosa), `A resident called ${name} lives there.`);
    const thread = start(tom);
    const quoting = reply(tom, thread, `Two *things* <here>:[^1]\n\n[^1]: A note.\n\n${quote(post, 'A resident called')}\n\n> [Rosa wrote](/posts/${post}):\n${name} lives there.\n\nThat is all.`);
    hide(post);
    expect(quoteOf(null, quoting)).toBe(`> [Tom Achterberg wrote](/posts/${quoting}):\n>\n> Two things \\<here\\>:\n>\n> I doubt it.\n>\n> That is all.\n\n`);
  });

  test('is not on the page of a correction of a post that quotes it, except for its author and coordinators', () => {
    const post = reply(rosa, start(rosa), `A resident called ${name} lives there.`);
    const quoting = reply(rosa, start(rosa), quote(post, `A resident called ${name} lives there.`));
    flagPost(tom, { postId: quoting, reason: 'inaccurate', note: 'Two.', source: 'https://example.org' });
    const seen = (viewer: Member) => correctionFor(viewer, caseOn(quoting)).post.markdown;
    expect(seen(tom)).toContain('Juniper');
    hide(post);
    expect([tom, rosa, nadia].map((viewer) => seen(viewer).includes('Juniper'))).toEqual([false, true, true]);
  });

  test('stays out where another thing that is quoted too is still hidden', () => {
    const [first, second] = [reply(rosa, start(rosa), 'The first sentence that is quoted'), reply(rosa, start(rosa), 'The second sentence that is quoted')];
    const quoting = reply(tom, start(tom), `${quote(first, 'The first sentence that is quoted')}\n\n${quote(second, 'The second sentence that is quoted')}`);
    for (const id of [first, second]) hide(id);
    decide(nadia, { caseId: caseOn(first), outcome: 'keep', reason: 'No person.' });
    expect([html(quoting).includes('first sentence'), html(quoting).includes('second sentence')]).toEqual([true, false]);
  });
});
