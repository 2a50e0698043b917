import { and, eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { corrections, db, outbox, posts, resources, searchDocuments, threads } from '#db/client.ts';
import { flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { acceptCorrection, correctionFor } from '#domain/decisions/correcting.ts';
import { removePost } from '#domain/decisions/removing.ts';
import { acceptAnswer } from '#domain/forum/accepting.ts';
import { threadsByNumber } from '#domain/thread-addresses.ts';
import { acceptedAnswersOf } from '#domain/forum/answers.ts';
import { closeThread } from '#domain/forum/closing.ts';
import { createComment } from '#domain/forum/comments.ts';
import { confirmationsBetween, confirmInput, confirmPost } from '#domain/forum/confirming.ts';
import { jsonLdOfThread } from '#domain/forum/json-ld.ts';
import { mailNotifications } from '#domain/forum/notification-letters.ts';
import { historyOfPost } from '#domain/forum/post-history.ts';
import { createPost, editPost, openingPost, postsOnPage, previewPost } from '#domain/forum/posts.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { newestPostsBy, newestPostsIn, newestThreads } from '#domain/forum/recent-posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { createCollection } from '#domain/library/collecting.ts';
import { findCollection, listCollections } from '#domain/library/collections.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { findResource } from '#domain/library/resources.ts';
import { readPublicLog } from '#domain/moderation/log.ts';
import type { Member } from '#domain/people/types.ts';
import { recordsOf } from '#domain/search/pagefind-records.ts';
import { search } from '#domain/search/results.ts';
import { settings } from '#lib/settings.ts';
import { enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
const hub = settings().url;
let rosa: Member, tom: Member, nadia: Member, ines: Member;
beforeAll(async () => { [rosa, tom, nadia, ines] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines')]; });
beforeEach(forgetLimits);

describe('the addresses of threads, by their number alone', () => {
  test.each([
    ['See /forums/measures/12-who-calls.', 'See /forums/measures/12.'],
    [`${hub}/forums/measures/12-who-calls?page=2#post-25`, `${hub}/forums/measures/12?page=2#post-25`],
    ['[this](/forums/measures/12-who-calls#post-1)', '[this](/forums/measures/12#post-1)'],
    ['_/forums/measures/12-who-calls_', '_/forums/measures/12_'],
    ['`/forums/measures/12-who-calls`', '`/forums/measures/12`'],
    ['/forums/measures/12-who-calls.atom', '/forums/measures/12.atom'],
    ['/sign-in?next=/forums/measures/12-who-calls', '/sign-in?next=/forums/measures/12'],
    [hub.replace('http:', 'https:') + '/forums/measures/12-who', `${hub.replace('http:', 'https:')}/forums/measures/12`],
    [`${hub.replace(/^https?:\/\//, '')}/forums/measures/12-who`, `${hub.replace(/^https?:\/\//, '')}/forums/measures/12`],
    ['/forums/measures/12', '/forums/measures/12'],
    ['**/forums/measures/12-who-calls**, ~~/forums/measures/13-x~~ | “/forums/measures/14-y” **_/forums/measures/15-z_**', '**/forums/measures/12**, ~~/forums/measures/13~~ | “/forums/measures/14” **_/forums/measures/15_**'],
    ['[a]:/forums/measures/12-who [b](\\/forums/measures/13-x)', '[a]:/forums/measures/12 [b](\\/forums/measures/13)'],
    [`See: ${hub}/sign-in?next=/forums/measures/12-who-calls`, `See: ${hub}/sign-in?next=/forums/measures/12`],
  ])('%s', (text, without) => expect(threadsByNumber(text)).toBe(without));

  test.each([
    'https://community.example.org/index.php?/forums/topic/12345-my-topic/', 'https://archive.example.org/#/forums/help/77-how-to-do', 'https://x.example.org/go?to=/forums/ops/99-other-title&x=1', 'https://x.example.org/sign-in?next=/forums/ops/99-other-title',
    'https://fr.example.org/communauté/forums/aide/88-comment-faire', 'https://x.example.org/our_/forums/ops/98-other-title', 'https://x.example.org/~/forums/ops/98-other-title', 'https://x.example.org/a,b;c:d@e!f$/forums/ops/98-other-title',
  ])('%s leads elsewhere', (address) => {
    for (const text of [address, `<${address}>`, `[x](${address} "y")`, `See *${address}*.`]) expect(threadsByNumber(text)).toBe(text);
  });

  test.each(['https://other.example/forums/measures/12-who', 'other.example/forums/measures/12-who', '/library/12-who', '/forums/measures', 'a 12-who', 'x/forums/measures/12-who'])('%s is none', (text) => expect(threadsByNumber(text)).toBe(text));
});

test('leads in what leaves the hub to a footnote of the post itself, and to any other place on the page of its thread', () => {
  const thread = createThread(rosa, { forum: 'operations', kind: 'discussion', title: 'Where does it lead to from a feed?', body: 'Where?', themes: [] });
  const { id } = createPost(tom, { threadId: thread.id, body: 'See [above](#post-1), and a note.[^1]\n\n[^1]: So.' });
  const html = newestPostsIn(thread.id, 1)[0]?.html;
  expect(html).toContain(`<a href="${hub}${thread.url}#post-1">above</a>`);
  expect(html?.match(/<a href="([^"]*)"/g)?.slice(1)).toEqual([`<a href="${hub}/posts/${id}#p${thread.id}-2-fn-1"`, `<a href="${hub}/posts/${id}#p${thread.id}-2-fnref-1"`]);
});

test('what a thread was called whose title is hidden stands in nothing that leaves the hub, however its address was typed', () => {
  const named = createThread(rosa, { forum: 'measures', kind: 'discussion', title: 'Does Cloudberry Smith call each week?', body: 'We count the weeks.', themes: [] });
  createPost(tom, { threadId: named.id, body: 'We do not.' });
  const ways = `See ${named.url}#post-1 and ${hub}${named.url}, [this](${named.url}), [that][t], \`${named.url}\` and <${hub}${named.url}>.\n\n[t]: ${named.url}\n`;
  putCatalogue(catalogue([piece({ slug: 'weeks2020', kind: 'reference', title: 'Weeks', body: ways })]));
  db.update(resources).set({ origin: 'hub' }).where(eq(resources.slug, 'weeks2020')).run();
  const asked = createThread(tom, { forum: 'measures', kind: 'question', title: 'Where do we ask?', body: `Before. ${ways}`, themes: [] });
  const answer = createPost(rosa, { threadId: asked.id, body: `Before. ${ways}` }).id;
  const comment = createComment(tom, { resourceId: 'ref:weeks2020', body: ways }).id;
  acceptAnswer(tom, { postId: answer });
  editPost(rosa, { postId: answer, body: `After. ${ways}` });
  const quoting = createPost(nadia, { threadId: asked.id, body: quoteOf(nadia, answer) }).id;
  const list = createCollection(tom, { title: 'A list', description: ways, visibility: 'public' });
  flagPost(nadia, flagPostInput.parse({ postId: answer, reason: 'inaccurate', note: `Not so, see ${named.url}`, source: `${hub}${named.url}` }));
  confirmPost(nadia, confirmInput.parse({ postId: answer, place: 'Moncton', year: '2024', note: `See ${named.url}` }));
  acceptCorrection(rosa, { caseId: db.select().from(corrections).get()?.caseId ?? 0 });
  const gone = createPost(nadia, { threadId: asked.id, body: 'Gone soon.' }).id;
  removePost(ines, { postId: gone, reason: `Said in ${named.url}` });
  closeThread(tom, { threadId: asked.id, reason: `Goes on in ${hub}${named.url}` });
  const opening = db.select().from(posts).where(and(eq(posts.threadId, named.id), eq(posts.number, 1))).get()?.id ?? 0;
  flagPost(ines, flagPostInput.parse({ postId: opening, reason: 'personal-data' }));
  expect(db.select({ slug: threads.slug }).from(threads).where(eq(threads.id, named.id)).get()?.slug).not.toContain('cloudberry');
  expect(mailNotifications(tom.id, new Date(Date.now() + 86_400_000))).toBeGreaterThan(0);
  const thread = findThread(null, asked.id);
  const shown = postsOnPage(null, thread, 1);
  const first = openingPost(null, thread);
  if (!first) throw new Error('It has an opening post.');
  const documents = db.select().from(searchDocuments).all();
  const outputs = {
    pages: [shown, postsOnPage(null, thread, 1), previewPost(tom, { body: ways })], stored: db.select({ id: posts.id, html: posts.html }).from(posts).all(),
    feeds: [newestThreads(20), newestPostsIn(asked.id, 20), newestPostsBy(rosa.id, 20), newestPostsBy(tom.id, 20)],
    jsonLd: jsonLdOfThread(thread, shown, first, new Set([answer]), settings()), answers: acceptedAnswersOf(thread),
    reasons: [thread, readPublicLog(null)], confirmed: [...confirmationsBetween(asked.id, 1, 20).values()], history: historyOfPost(null, answer), quote: quoteOf(nadia, answer), documents, snippets: search({ q: 'before after see' }).results, pagefind: recordsOf(db.$client, documents.map(({ id }) => id)),
    letters: db.select().from(outbox).where(eq(outbox.to, tom.email)).all(),
    work: findResource(null, 'weeks2020').html, lists: [findCollection(null, list.id).html, listCollections(null)], correction: correctionFor(nadia, db.select().from(corrections).get()?.caseId ?? 0),
  };
  for (const [name, output] of Object.entries(outputs)) expect(JSON.stringify(output), name).not.toMatch(/cloudberry/i);
  expect(search({ q: 'Cloudberry' }).total).toBe(0);
  expect(shown.find(({ id }) => id === quoting)?.html).toContain('Rosa Delgado wrote');
  expect(comment).toBeGreaterThan(0);
});
