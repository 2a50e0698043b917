import { beforeAll, describe, expect, inject, test } from 'vitest';
import { db, posts, threads } from '#db/client.ts';
import { and, eq, isNotNull, ne } from 'drizzle-orm';
import { useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);

const roles = ['visitor', 'member', 'author', 'coordinator', 'administrator'] as const;
const cookies = new Map<string, string>();
const ids = { thread: '', opening: '', post: '', member: '' };

beforeAll(async () => {
  const [rosa, nadia, abe] = [await enter('rosa'), await enter('nadia'), await enter('abe')];
  for (const [role, who] of [['member', rosa], ['coordinator', nadia], ['administrator', abe]] as const) cookies.set(role, who.header);
  const thread = db.select().from(threads).where(isNotNull(threads.forumId)).limit(1).get();
  const post = db.select().from(posts).where(and(eq(posts.threadId, thread?.id ?? 0), ne(posts.number, 1))).limit(1).get();
  // One post of this thread belongs to a member of the cast, whom the column "author" stands for.
  const tom = await enter('tom');
  db.update(posts).set({ authorId: tom.member.id }).where(eq(posts.id, post?.id ?? 0)).run();
  cookies.set('author', tom.header);
  ids.thread = String(thread?.id);
  ids.opening = String(db.select().from(posts).where(and(eq(posts.threadId, thread?.id ?? 0), eq(posts.number, 1))).get()?.id);
  ids.post = String(post?.id);
  ids.member = 'rosa';
});

const ask = (role: string, path: string, init: RequestInit = {}) =>
  fetch(hub.base + path, { redirect: 'manual', ...init, headers: { ...(cookies.has(role) && { cookie: cookies.get(role) ?? '' }), ...init.headers } });

/** 200 shown · 303 sent to sign in · 403 not allowed · 404 not there · 301/302 leads elsewhere */
const pages: [path: () => string, visitor: number, member: number, author: number, coordinator: number, administrator: number][] = [
  [() => '/', 200, 200, 200, 200, 200],
  [() => '/about', 200, 200, 200, 200, 200],
  [() => '/guidelines', 200, 200, 200, 200, 200],
  [() => '/privacy', 200, 200, 200, 200, 200],
  [() => '/accessibility', 200, 200, 200, 200, 200],
  [() => '/library', 200, 200, 200, 200, 200],
  [() => '/library?type=report&view=table', 200, 200, 200, 200, 200],
  [() => '/library/mazerolle2002managing', 200, 200, 200, 200, 200],
  [() => '/library/staffing-the-centre', 200, 200, 200, 200, 200],
  [() => '/library.atom', 200, 200, 200, 200, 200],
  [() => '/library.json', 200, 200, 200, 200, 200],
  ...['bib', 'ris', 'csl.json', 'csv'].map((ending): (typeof pages)[number] => [() => `/library.${ending}`, 200, 200, 200, 200, 200]),
  ...['bib', 'ris', 'csl.json'].map((ending): (typeof pages)[number] => [() => `/library/mazerolle2002managing.${ending}`, 200, 200, 200, 200, 200]),
  [() => '/search.ris?q=staffing', 200, 200, 200, 200, 200],
  [() => '/members', 200, 200, 200, 200, 200],
  [() => '/places', 200, 200, 200, 200, 200],
  [() => '/places.json?q=denver', 200, 200, 200, 200, 200],
  [() => '/places/denver-co', 200, 200, 200, 200, 200],
  [() => '/places/nowhere', 404, 404, 404, 404, 404],
  [() => '/places/denver-co/edit', 303, 403, 403, 200, 200],
  ...['places', 'places/new', 'places/denver-co'].map((page): (typeof pages)[number] => [() => `/desk/${page}`, 303, 403, 403, 200, 200]),
  [() => '/account/profile', 303, 200, 200, 200, 200],
  [() => '/files/m99999/photo-0.webp', 404, 404, 404, 404, 404],
  [() => '/library/suggest', 303, 200, 200, 200, 200],
  [() => '/collections', 200, 200, 200, 200, 200],
  [() => '/collections/new', 303, 200, 200, 200, 200],
  [() => '/collections/99999-nothing', 404, 404, 404, 404, 404],
  [() => '/account/saved', 303, 200, 200, 200, 200],
  [() => '/account/inbox', 303, 200, 200, 200, 200],
  [() => '/account/inbox/99999', 303, 404, 404, 404, 404],
  [() => '/account/notifications', 303, 200, 200, 200, 200],
  [() => '/account/searches', 303, 200, 200, 200, 200],
  [() => '/search.atom?q=staffing', 200, 200, 200, 200, 200],
  [() => '/search.feed.json?q=staffing', 200, 200, 200, 200, 200],
  [() => '/unsubscribe/guess', 404, 404, 404, 404, 404],
  [() => '/account/suggestions', 303, 200, 200, 200, 200],
  [() => '/account/collections', 303, 200, 200, 200, 200],
  [() => '/files/99999/nothing.pdf', 404, 404, 404, 404, 404],
  ...['review', 'care', 'imports', 'duplicates', 'links', 'thesaurus', 'thesaurus/new', 'thesaurus/1', 'resources/staffing-the-centre/history', 'resources/staffing-the-centre/files'].map((page): (typeof pages)[number] => [() => `/desk/${page}`, 303, 403, 403, 200, 200]),
  [() => '/trust', 200, 200, 200, 200, 200],
  [() => '/desk/flags', 303, 403, 403, 200, 200],
  [() => '/desk/flags/99999', 303, 403, 403, 404, 404],
  [() => '/desk/settings', 303, 403, 403, 403, 200],
  ...['members/waiting', 'invitations', 'invitations/list', 'domains', 'welcomes'].map((page): (typeof pages)[number] => [() => `/desk/${page}`, 303, 403, 403, 200, 200]),
  [() => '/account/invitations', 303, 403, 403, 200, 200],
  [() => '/welcome', 303, 303, 303, 303, 303],
  [() => '/join?token=guess', 410, 303, 303, 303, 303],
  [() => `/posts/${ids.post}/flag`, 303, 200, 403, 200, 200],
  [() => `/posts/${ids.post}/author`, 303, 403, 403, 404, 404],
  [() => '/members/tom/flag', 303, 200, 403, 200, 200],
  [() => '/appeals/99999', 303, 404, 404, 404, 404],
  [() => '/corrections/99999', 303, 404, 404, 404, 404],
  [() => '/posts/held/99999', 303, 404, 404, 404, 404],
  [() => '/themes', 200, 200, 200, 200, 200],
  [() => '/themes/equity', 200, 200, 200, 200, 200],
  [() => '/forums', 200, 200, 200, 200, 200],
  [() => '/forums/measures', 200, 200, 200, 200, 200],
  [() => `/forums/measures/${ids.thread}`, 301, 301, 301, 301, 301],
  [() => `/posts/${ids.post}`, 302, 302, 302, 302, 302],
  [() => '/search?q=staffing', 200, 200, 200, 200, 200],
  [() => '/search.json?q=staffing', 200, 200, 200, 200, 200],
  [() => '/log', 200, 200, 200, 200, 200],
  [() => '/members/rosa', 200, 200, 200, 200, 200],
  [() => '/sitemap.xml', 200, 200, 200, 200, 200],
  [() => '/robots.txt', 200, 200, 200, 200, 200],
  [() => '/opensearch.xml', 200, 200, 200, 200, 200],
  [() => '/healthz', 200, 200, 200, 200, 200],
  [() => '/sign-in', 200, 303, 303, 303, 303],
  [() => '/sign-in/second', 303, 303, 303, 303, 303],
  [() => '/sign-in/link?sent', 200, 200, 200, 200, 200],
  [() => '/sign-in/link?token=guess', 410, 410, 410, 410, 410],
  [() => '/sign-in/agency', 404, 303, 303, 303, 303],
  [() => '/sign-in/agency/back', 403, 403, 403, 403, 403],
  [() => '/sign-in/agency/link', 303, 303, 303, 303, 303],
  ...['security', 'password', 'passkeys', 'authenticator', 'email', 'prove', 'blocked', 'export', 'leave'].map((page): (typeof pages)[number] => [() => `/account/${page}`, 303, 200, 200, 200, 200]),
  [() => '/account/export/file', 303, 303, 303, 303, 303],
  [() => '/left', 200, 303, 303, 303, 303],
  [() => '/account/email/confirm?token=guess', 410, 410, 410, 410, 410],
  [() => '/account/email/undo?token=guess', 410, 410, 410, 410, 410],
  [() => '/join', 200, 303, 303, 303, 303],
  [() => '/reset', 200, 200, 200, 200, 200],
  [() => '/set-up?token=guess', 404, 404, 404, 404, 404],
  [() => '/forums/new', 303, 200, 200, 200, 200],
  [() => '/account', 303, 200, 200, 200, 200],
  [() => `/posts/${ids.post}/edit`, 303, 403, 200, 403, 403],
  [() => `/posts/${ids.post}/remove`, 303, 403, 200, 200, 200],
  [() => `/posts/${ids.opening}/remove`, 303, 403, 403, 403, 403],
  [() => `/posts/${ids.post}/restore`, 303, 403, 403, 200, 200],
  [() => `/posts/${ids.post}/confirmations/99999`, 303, 403, 403, 404, 404],
  [() => `/posts/${ids.post}/confirmations/99999/flag`, 303, 404, 404, 404, 404],
  [() => '/desk', 303, 403, 403, 200, 200],
  [() => '/desk/log', 303, 403, 403, 200, 200],
  [() => '/desk/log.csv?act=lock+thread', 303, 403, 403, 200, 200],
  [() => '/desk/members', 303, 403, 403, 200, 200],
  [() => '/desk/members?role=areas&state=new&by=seen', 303, 403, 403, 200, 200],
  [() => '/desk/members/rosa', 303, 403, 403, 200, 200],
  [() => '/desk/members/nobody', 303, 403, 403, 404, 404],
  [() => '/permissions', 200, 200, 200, 200, 200],
  [() => '/desk/resources', 303, 403, 403, 200, 200],
  [() => '/desk/resources/new', 303, 403, 403, 200, 200],
  [() => `/desk/resources/staffing-the-centre`, 303, 403, 403, 200, 200],
  [() => '//desk', 303, 403, 403, 200, 200],
  [() => '/%64esk', 303, 403, 403, 200, 200],
  [() => '/desk/../desk', 303, 403, 403, 200, 200],
  [() => '/nowhere', 404, 404, 404, 404, 404],
  [() => '/library/nowhere', 404, 404, 404, 404, 404],
  [() => '/forums/nowhere', 404, 404, 404, 404, 404],
  [() => '/forums/measures/999999-x', 404, 404, 404, 404, 404],
  [() => '/posts/999999', 404, 404, 404, 404, 404],
  [() => '/posts/abc', 404, 404, 404, 404, 404],
  [() => '/members/nobody', 404, 404, 404, 404, 404],
  [() => '/refusal', 404, 404, 404, 404, 404],
  [() => '/_actions/posts.create', 404, 404, 404, 404, 404],
];

describe('who gets which page', () => {
  for (const [path, ...expected] of pages) {
    test(String(path).replace('() => ', ''), async () => {
      const got = await Promise.all(roles.map(async (role) => (await ask(role, path())).status));
      expect(Object.fromEntries(roles.map((role, i) => [role, got[i]]))).toEqual(Object.fromEntries(roles.map((role, i) => [role, expected[i]])));
    });
  }
});

/** Every action with the least it needs; nobody below the role may do it. */
const acts: [action: string, path: string, fields: () => Record<string, string>, least: 'member' | 'coordinator' | 'administrator'][] = [
  ['threads.create', '/forums/new', () => ({ forum: 'measures', kind: 'question', title: 'May I ask this here?', body: 'x' }), 'member'],
  ['posts.create', '/forums/new', () => ({ threadId: ids.thread, body: 'x' }), 'member'],
  ['posts.preview', '/forums/new', () => ({ body: 'x' }), 'member'],
  ['comments.create', '/library/mazerolle2002managing', () => ({ resourceId: 'ref:mazerolle2002managing', body: 'x' }), 'member'],
  ['threads.rename', '/forums/new', () => ({ threadId: ids.thread, title: 'Renamed by a stranger', reason: 'A test' }), 'coordinator'],
  ['threads.lock', '/forums/new', () => ({ threadId: ids.thread, reason: 'x' }), 'coordinator'],
  ['threads.remove', '/forums/new', () => ({ threadId: ids.thread, reason: 'x' }), 'coordinator'],
  ['posts.remove', '/forums/new', () => ({ postId: ids.post, reason: 'x' }), 'coordinator'],
  ['flags.post', '/forums/new', () => ({ postId: ids.post, reason: 'personal-data' }), 'member'],
  ['cases.claim', '/desk/flags', () => ({ caseId: '1' }), 'coordinator'],
  ['cases.note', '/desk/flags', () => ({ caseId: '1', note: 'x' }), 'coordinator'],
  ['cases.decide', '/desk/flags', () => ({ caseId: '1', outcome: 'remove', reason: 'x' }), 'coordinator'],
  ['cases.undo', '/desk/flags', () => ({ decisionId: '1', reason: 'x' }), 'coordinator'],
  ['members.editProfile', '/account/profile', () => ({ name: 'Nobody at all' }), 'member'],
  ['places.editFacts', '/places/denver-co/edit', () => ({ slug: 'denver-co', stage: 'none' }), 'coordinator'],
  ['places.add', '/desk/places/new', () => ({ name: 'Strange County', kind: 'county', country: 'US', region: 'CO' }), 'coordinator'],
  ['places.edit', '/desk/places/denver-co', () => ({ slug: 'denver-co', name: 'Strange', kind: 'county', country: 'US', region: 'CO', reason: 'x' }), 'coordinator'],
  ['moderation.setTrust', '/members/rosa', () => ({ memberId: '1', level: 'trusted', reason: 'x' }), 'coordinator'],
  ['moderation.setHolding', '/desk/settings', () => ({ hold: 'yes' }), 'administrator'],
  ['security.changeEmail', '/account/email', () => ({ email: 'other@test.example' }), 'member'],
  ['security.endOtherSessions', '/account/security', () => ({ a: '1' }), 'member'],
  ['moderation.suspend', '/members/rosa', () => ({ memberId: '1', days: '1', reason: 'x' }), 'coordinator'],
  ['moderation.appoint', '/members/rosa', () => ({ memberId: '1', role: 'coordinator' }), 'administrator'],
];

describe('who may do what', () => {
  const below = { member: ['visitor'], coordinator: ['visitor', 'member'], administrator: ['visitor', 'member', 'coordinator'] };
  for (const [action, path, fields, least] of acts) {
    test(`${action} needs a ${least}`, async () => {
      const before = { threads: db.select().from(threads).all(), posts: db.select().from(posts).all() };
      for (const role of below[least]) {
        const response = await ask(role, `${path}?_action=${action}`, {
          method: 'POST', body: new URLSearchParams(fields()), headers: { origin: hub.base, 'content-type': 'application/x-www-form-urlencoded' },
        });
        expect([role, response.status]).toEqual([role, role === 'visitor' ? 401 : 403]);
      }
      expect({ threads: db.select().from(threads).all(), posts: db.select().from(posts).all() }).toEqual(before);
    });
  }
});
