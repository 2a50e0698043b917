import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { bookmarks, collections, db, drafts, heldPosts, members, notifications, passkeys, posts, savedSearches, sessions } from '#db/client.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { columnsNamingMembers } from '#domain/leaving/leaving.ts';
import { startSession } from '#domain/people/sessions.ts';
import { safeNext } from '#domain/people/signing-in.ts';
import type { Member } from '#domain/people/types.ts';
import { useCast } from '../support/browser.ts';
import { forgetLimits, password } from '../support/cast.ts';
import { ownMember } from '../support/members.ts';

const hub = inject('demo');
const enter = useCast(hub);
const root = resolve(import.meta.dirname, '../..');

/** Names of all actions, read from the files: `posts.create`, `members.join` … */
const actions = readdirSync(join(root, 'src/actions')).flatMap((file) => [...readFileSync(join(root, 'src/actions', file), 'utf8').matchAll(/^export const (\w+) = \{\n([\s\S]*?)^\};/gm)]
  .flatMap(([, noun = '', body = '']) => [...body.matchAll(/^ {2}(\w+)(?:: defineAction|,$)/gm)].map(([, verb = '']) => `${noun}.${verb}`)));

/** Every address of the hub that has something in its path, as its file says it. */
const filesBelow = (folder: string): string[] => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));
const pageFiles = filesBelow(join(root, 'src/pages'));
const routes = pageFiles.map((file) => `/${relative(join(root, 'src/pages'), file).replace(/(?:\/?index)?\.(?:astro|ts)$/, '')}`);

/** One who tries, and one whose things they try. */
let eve: Member, victim: Member;
const ids = { thread: 0, opening: 0, reply: 0, held: 0, collection: 0, privateSlug: '', notification: 0, search: 0, passkey: 0, session: '' };
const cookieOf = async (member: Member) => {
  const { name, value } = await startSession(member.id, 'a test');
  return `${name}=${value}`;
};

beforeAll(async () => {
  await enter('nadia');
  eve = await ownMember('Eve Tries', 'eve-tries');
  victim = await ownMember('Vic Holder', 'vic-holder');
  const thread = createThread(victim, { forum: 'measures', kind: 'question', title: 'Whose things are safe from whom', body: 'Mine, I hope.', themes: [], token: undefined });
  ids.thread = thread.id;
  ids.opening = db.select({ id: posts.id }).from(posts).where(eq(posts.threadId, thread.id)).get()?.id ?? 0;
  ids.reply = createPost(victim, { threadId: thread.id, body: 'A second thought of mine.', token: undefined }).id;
  ids.held = db.insert(heldPosts).values({ authorId: victim.id, kind: 'post', input: { threadId: thread.id, body: 'x' }, threadId: thread.id, markdown: 'Waiting', why: 'spam' }).returning().get().id;
  const list = db.insert(collections).values({ ownerId: victim.id, title: 'A private list', slug: 'private-list' }).returning().get();
  [ids.collection, ids.privateSlug] = [list.id, `${list.id}-private-list`];
  ids.notification = db.insert(notifications).values({ memberId: victim.id, kind: 'word', reason: 'own', words: 'Something', url: '/account' }).returning().get().id;
  ids.search = db.insert(savedSearches).values({ memberId: victim.id, name: 'Mine', query: 'q=mine', lastDocumentId: 0 }).returning().get().id;
  ids.passkey = db.insert(passkeys).values({ memberId: victim.id, credentialId: 'vic-key', publicKey: Buffer.from('k'), counter: 0, transports: [], name: 'Phone' }).returning().get().id;
  db.insert(drafts).values({ memberId: victim.id, place: `thread:${thread.id}`, fields: { body: 'Begun' }, updatedAt: new Date() }).run();
  db.insert(bookmarks).values({ memberId: victim.id, resourceId: 'ref:mazerolle2002managing' }).run();
  await startSession(victim.id, 'theirs');
  ids.session = db.select({ id: sessions.id }).from(sessions).where(eq(sessions.memberId, victim.id)).get()?.id ?? '';
});

const send = (path: string, fields: Record<string, string>, headers: Record<string, string>) =>
  fetch(hub.base + path, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ any: 'thing', ...fields }), headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } });

describe('a form of another site', () => {
  test('reaches no action and no other address that takes forms, with a session or without', async () => {
    expect(actions.length).toBeGreaterThan(110);
    const cookie = await cookieOf(eve);
    const taking = pageFiles.filter((file) => /export const POST/.test(readFileSync(file, 'utf8'))).map((file) => `/${relative(join(root, 'src/pages'), file).replace(/\.ts$/, '')}`);
    expect(taking.sort()).toEqual(['/account/export/file', '/account/passkey', '/search/long', '/sign-in/passkey', '/sign-out'].filter((path) => taking.includes(path)));
    const answers: Record<string, number[]> = {};
    for (const path of [...actions.map((name) => `/?_action=${name}`), ...taking]) {
      for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}, { origin: 'https://evil.example', cookie }, { cookie }, { cookie, 'sec-fetch-site': 'same-site' }] as Record<string, string>[]) {
        (answers[path] ??= []).push((await send(path, {}, headers)).status);
      }
    }
    expect(Object.entries(answers).filter(([, statuses]) => statuses.some((status) => status !== 403))).toEqual([]);
    // The same from here is answered.
    expect((await send('/forums/new?_action=posts.preview', { body: 'Hello' }, { origin: hub.base, cookie })).status).toBe(200);
  }, 120_000);
});

describe('whoever sends the numbers of another', () => {
  /** Every row that names the victim, as it stands; counters of threads and what others may do to them are left out. */
  const theirs = () => Object.fromEntries(columnsNamingMembers().filter(({ table }) => !['threads', 'flags', 'reactions', 'post_mentions', 'cases'].includes(table)).map(({ table, column }) =>
    [`${table}.${column}`, db.$client.prepare(`select * from "${table}" where "${column}" = ? order by rowid`).all(victim.id)]));

  test('by any form changes nothing of theirs', async () => {
    // What members may do to each other: whoever is blocked has a row that names them, whoever is answered is told.
    const allowed = new Set(['blocks.add', 'posts.create']);
    const before = theirs();
    const given = {
      threadId: String(ids.thread), postId: String(ids.reply), heldId: String(ids.held), caseId: '1', decisionId: '1', memberId: String(victim.id), collectionId: String(ids.collection), ownerId: String(victim.id), authorId: String(victim.id),
      resourceId: 'ref:mazerolle2002managing', draft: `thread:${ids.thread}`, place: `thread:${ids.thread}`, slug: 'mazerolle2002managing', title: 'Taken over by somebody else', name: 'Eve Tries', reason: 'Because', body: 'Taken over', markdown: 'Taken over', why: 'Because',
      level: 'muted', kind: 'member', ref: String(victim.id), days: '3', role: 'administrator', to: String(eve.id), forum: 'operations', confirm: victim.handle, email: victim.email, password, current: password, code: '000000', mail: 'off', visibility: 'public', outcome: 'remove', upTo: '999999',
      posts: 'delete', comments: 'delete', suggestions: 'delete', collections: 'delete', files: 'delete', token: 'guess', query: 'q=mine', issuer: 'x', subject: 'x', words: 'a', answer: 'x', year: '2026', give: 'thanks',
    };
    const numbers = [ids.notification, ids.search, ids.passkey, ids.collection, ids.held, ids.opening].map(String);
    for (const name of actions.filter((action) => !allowed.has(action) && !/^signIn\.|^members\.(?:join|signIn|requestReset|setNewPassword|setUp|confirm)$/.test(action))) {
      for (const id of [...new Set(numbers), ids.session]) {
        forgetLimits();
        const response = await send(`/?_action=${name}`, { ...given, id }, { origin: hub.base, cookie: await cookieOf(eve) });
        expect([name, response.status < 500]).toEqual([name, true]);
      }
    }
    expect(theirs()).toEqual(before);
    // Nor did she give herself anything by it.
    expect(db.select().from(members).where(eq(members.id, eve.id)).get()).toMatchObject({ role: 'member', email: 'eve-tries@test.example' });
  }, 300_000);

  /** Every address with something of a member in its path, and how another member is answered. What is not named here is the same for everybody. */
  const foreign: Record<string, [path: () => string, status: number]> = {
    '/account/inbox/[id]': [() => `/account/inbox/${ids.notification}`, 404],
    '/collections/[collection]': [() => `/collections/${ids.privateSlug}`, 404],
    '/collections/[collection].[ending]': [() => `/collections/${ids.privateSlug}.bib`, 404],
    '/collections/[collection]/edit': [() => `/collections/${ids.privateSlug}/edit`, 404],
    '/collections/[collection]/delete': [() => `/collections/${ids.privateSlug}/delete`, 404],
    '/posts/[id]/edit': [() => `/posts/${ids.reply}/edit`, 403],
    '/posts/[id]/remove': [() => `/posts/${ids.reply}/remove`, 403],
    '/posts/[id]/restore': [() => `/posts/${ids.reply}/restore`, 403],
    '/posts/[id]/author': [() => `/posts/${ids.reply}/author`, 403],
    '/posts/[id]/confirmations/[member]': [() => `/posts/${ids.reply}/confirmations/${victim.id}`, 403],
    '/posts/held/[id]': [() => `/posts/held/${ids.held}`, 404],
    '/appeals/[decision]': [() => '/appeals/1', 404],
    '/corrections/[id]': [() => '/corrections/1', 404],
    '/unsubscribe/[token]': [() => `/unsubscribe/${victim.id}.searches.guess`, 404],
    '/places/[place]/edit': [() => '/places/denver-co/edit', 403],
  };
  /** The same for everybody, or for coordinators alone. */
  const open = [/^\/desk\//, /^\/account\/saved\.\[ending\]$/, /^\/(?:library|themes|forums|search|members|places)\b(?!.*\/edit$)/, /^\/\[page\]$/, /^\/files\//, /^\/posts\/\[id\](?:\/(?:history|reactions|flag|confirm|confirmations\/\[member\]\/flag))?$/];

  test('by any address gets nothing of theirs', async () => {
    const cookie = await cookieOf(eve);
    const dynamic = routes.filter((route) => route.includes('['));
    expect(dynamic.filter((route) => !(route in foreign) && !open.some((one) => one.test(route)))).toEqual([]);
    for (const [route, [path, status]] of Object.entries(foreign)) {
      expect(routes).toContain(route);
      expect([route, (await fetch(hub.base + path(), { redirect: 'manual', headers: { cookie } })).status]).toEqual([route, status]);
    }
    for (const route of routes.filter((one) => one.startsWith('/desk'))) {
      const path = route.replaceAll(/\[\w+\]/g, '1');
      expect([route, (await fetch(hub.base + path, { redirect: 'manual', headers: { cookie } })).status]).toEqual([route, 403]);
    }
    for (const route of routes.filter((one) => one.startsWith('/account') && !one.includes('['))) {
      const { status, headers } = await fetch(hub.base + route.replace('[ending]', 'bib'), { redirect: 'manual' });
      expect([route, status === 303 || status === 410 || status === 401, headers.get('location')?.includes('evil') ?? false]).toEqual([route, true, false]);
    }
  }, 120_000);
});

describe('where a form leads afterwards', () => {
  const elsewhere = ['https://evil.example', '//evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example', '/\n/evil.example', 'javascript:alert(1)', ' /x', '/ /evil', 'http:evil.example', '///evil.example', '/%5cevil\\', '@evil.example', '/\u0000/evil', 'evil.example', ''];

  test.each(elsewhere)('%j is never another site', (next) => expect(safeNext(next)).toBe('/'));

  test('nor is it in what the hub answers', async () => {
    const cookie = await cookieOf(eve);
    for (const next of elsewhere.slice(0, 7)) {
      forgetLimits();
      const query = `next=${encodeURIComponent(next)}`;
      const answers = [
        await send('/sign-in?_action=members.signIn', { email: eve.email, password, next }, { origin: hub.base }),
        await fetch(`${hub.base}/sign-in?${query}`, { redirect: 'manual', headers: { cookie } }),
        await fetch(`${hub.base}/account/prove?${query}`, { redirect: 'manual', headers: { cookie } }),
        await send(`/account/prove?${query}&_action=proof.byPassword`, { password }, { origin: hub.base, cookie: await cookieOf(eve) }),
        await send('/account/notifications?_action=follows.set', { kind: 'forum', ref: '1', level: 'tracking', back: next }, { origin: hub.base, cookie }),
      ];
      for (const { headers, url } of answers) expect(new URL(headers.get('location') ?? '/', url).origin).toBe(hub.base);
    }
  });
});
