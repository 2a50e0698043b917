import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { db, members, posts, threads } from '#db/client.ts';
import { Invalid } from '#domain/errors.ts';
import { createComment } from '#domain/forum/comments.ts';
import { mentionedMembers, mentionLimit, mentionsIn } from '#domain/forum/mentions.ts';
import { createPost, editPost, postsOnPage, previewPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import type { Member } from '#domain/people/types.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
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

  test('may name three others while its author is new, ten later; oneself does not count', () => {
    expect(mentionLimit(rosa)).toBe(3);
    expect(() => start(colleagues(4))).toThrow(Invalid);
    expect(db.select().from(threads).all()).toEqual([]);
    const thread = start(`${colleagues(3)} @rosa`);
    for (const body of ['one', 'two']) createPost(rosa, { threadId: thread.id, body });
    expect(mentionLimit(rosa)).toBe(10);
    expect(namedIn(createPost(rosa, { threadId: thread.id, body: colleagues(10) }).id)).toHaveLength(10);
    const eleven = () => createPost(rosa, { threadId: thread.id, body: colleagues(11) });
    expect(eleven).toThrow(Invalid);
    expect(eleven).toThrow('You name 11 members here, and a post may name 10. Take the @ away from some of them.');
    expect(() => previewPost(tom, { body: colleagues(4) })).toThrow('a post may name 3 while you are new');
  });

  test('coordinators are never new; an edit has the same limit', () => {
    const thread = start(colleagues(10), nadia);
    const { id } = createPost(tom, { threadId: thread.id, body: 'Fine.' });
    expect(() => editPost(tom, { postId: id, body: colleagues(4) })).toThrow(Invalid);
  });
});
