import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { db, members } from '#db/client.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { eq } from 'drizzle-orm';
import { useBrowser, useCast } from '../support/browser.ts';
import { letterTo } from '../support/hub.ts';
import { startHub } from '../support/hub.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();

const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => fetch(hub.base + path, {
  method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers: { 'content-type': 'application/x-www-form-urlencoded', origin: hub.base, ...headers },
});

describe('headers', () => {
  test.each(['/', '/library/mazerolle2002managing', '/nowhere', '/favicon.svg', '/library.atom', '/sign-in'])('%s carries the security headers', async (path) => {
    const { headers } = await fetch(hub.base + path);
    const csp = headers.get('content-security-policy') ?? '';
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain("script-src 'self'");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).not.toContain('unsafe-inline');
    expect(csp).not.toContain('unsafe-eval');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBeTruthy();
    expect(headers.get('permissions-policy')).toBeTruthy();
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('no page carries script or style inline', async () => {
    for (const path of ['/', '/library', '/library/staffing-the-centre', '/forums', '/search?q=311', '/sign-in', '/nowhere']) {
      const html = await (await fetch(hub.base + path)).text();
      expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)(?![^>]*application\/ld\+json)/i);
    }
  });
});

describe('forms', () => {
  test.each([
    ['from another site', { origin: 'https://evil.example' }], ['from a sandboxed page', { origin: 'null' }], ['from a look-alike', { origin: `${hub.base}.evil.example` }],
  ])('a form %s is refused before anything happens', async (_, headers) => {
    const { header } = await enter('rosa');
    const response = await send('/account/profile?_action=members.editProfile', { name: 'Eve' }, { cookie: header, ...headers });
    expect(response.status).toBe(403);
    expect(db.select().from(members).where(eq(members.email, 'rosa@test.example')).get()?.name).toBe('Rosa Delgado');
  });

  test('signing out by a foreign form is refused too', async () => {
    const { header } = await enter('rosa');
    expect((await send('/sign-out', {}, { cookie: header, origin: 'https://evil.example' })).status).toBe(403);
    expect((await fetch(`${hub.base}/account`, { headers: { cookie: header }, redirect: 'manual' })).status).toBe(200);
  });

  test('a form cannot give itself a role or another’s name', async () => {
    const { header } = await enter('rosa');
    await send('/account/profile?_action=members.editProfile', { name: 'Rosa Delgado', role: 'administrator', id: '1', memberId: '1', emailConfirmedAt: '1' }, { cookie: header });
    expect(db.select().from(members).where(eq(members.email, 'rosa@test.example')).get()).toMatchObject({ role: 'member' });
  });

  test('joining, signing in and resetting answer alike for known and unknown addresses', async () => {
    await enter('rosa');
    const strip = (html: string) => html.replaceAll(/(rosa|nobody)@test\.example/g, '…');
    for (const [path, fields] of [
      ['/join?_action=members.join', { name: 'X', password: 'heron lantern gravel mitten' }],
      ['/reset?_action=members.requestReset', {}],
      ['/sign-in?_action=members.signIn', { password: 'wrong wrong wrong' }],
    ] as const) {
      const [known, unknown] = await Promise.all(['rosa@test.example', 'nobody@test.example'].map(async (email) => {
        const response = await send(path, { ...fields, email });
        return [response.status, strip(await response.text())];
      }));
      expect(known).toEqual(unknown);
    }
  });

  test('an address for mailed links never comes from the request', async () => {
    await enter('tom');
    const response = await fetch(`${hub.base}/reset?_action=members.requestReset`, {
      method: 'POST', body: new URLSearchParams({ email: 'tom@test.example' }),
      headers: { origin: hub.base, 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    });
    expect(response.ok).toBe(true);
    const { text } = await letterTo(hub, 'tom@test.example', /new password/);
    expect(text).toContain(hub.base);
    expect(text).not.toContain('evil');
  });

  test.each([
    ['/sign-in?_action=posts', 404], ['/sign-in?_action=posts.none', 404], ['/sign-in?_action=%25ff', 404], ['/sign-in?_action=__proto__.x', 404], ['/_actions/posts', 404], ['/_actions/%ff', 404], ['/_actions/members.signIn/x', 404],
  ])('a form for what is no action, %s, is answered %d in a sentence', async (path, status) => {
    const response = await send(path, { a: '1' });
    expect([response.status, await response.text()]).toEqual([status, 'The hub knows no such form.\n']);
  });

  test.each([
    ['multipart that is none', { 'content-type': 'multipart/form-data; boundary=x' }, 'rubbish', 400], ['an empty multipart body', { 'content-type': 'multipart/form-data; boundary=x' }, '', 400],
    ['an empty body', { 'content-type': 'application/x-www-form-urlencoded' }, '', 400], ['JSON', { 'content-type': 'application/json' }, '{}', 415],
    ['half a million fields', { 'content-type': 'application/x-www-form-urlencoded', cookie: 'hub_session=x' }, 'a&'.repeat(520_000), 413],
  ])('%s is refused without failing', async (_, headers, body, status) => {
    for (const path of ['/sign-in?_action=members.signIn', '/_actions/members.signIn']) {
      const response = await fetch(hub.base + path, { method: 'POST', headers: { origin: hub.base, ...headers } as Record<string, string>, body });
      expect([path, response.status]).toEqual([path, status]);
      expect(await response.text()).not.toMatch(/broke on our side/);
    }
  });

  test('with a public address only forms from there are taken; who sends too many is told when to come back', async () => {
    const { hub: own, stop } = await startHub({ HUB_URL: 'https://hub.example.org' });
    const post = (origin: string, path: string, fields: Record<string, string> = {}) => fetch(own.base + path, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers: { origin } });
    const statuses = await Promise.all(['https://hub.example.org', 'http://hub.example.org', own.base].map(async (origin) => (await post(origin, '/sign-out')).status));
    expect(statuses).toEqual([303, 403, 403]);
    for (const path of ['/sign-in?_action=members.signIn', '/_actions/members.signIn']) {
      let response = await post('https://hub.example.org', path);
      for (let n = 0; n < 60 && response.status !== 429; n++) response = await post('https://hub.example.org', path, { email: 'guess@test.example', password: `guess number ${n}` });
      expect(response.status).toBe(429);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await stop();
  });

  test('many sign-ins at once: no stranger is kept waiting by what others send, who sends more than can wait is told so, and nothing is done for whoever hangs up', async () => {
    const { hub: own, stop } = await startHub({ HUB_TRUSTED_PROXIES: '1' });
    const signIn = (from: string, who: string, signal: AbortSignal | null = null) => fetch(`${own.base}/sign-in?_action=members.signIn`, {
      method: 'POST', redirect: 'manual', signal, body: new URLSearchParams({ email: `${who}@test.example`, password: 'whatever it may be' }), headers: { origin: own.base, 'x-forwarded-for': from },
    });
    const after = async (work: Promise<unknown>) => { const before = performance.now(); await work; return performance.now() - before; };
    const many = (from: string, signal: AbortSignal | null = null) => Array.from({ length: 40 }, (_, n) => signIn(from, `${from}-${n}`, signal));

    await signIn('192.0.2.1', 'first');
    const whole = await after(Promise.all(many('192.0.2.1')));
    const client = new AbortController();
    const left = many('192.0.2.2', client.signal);
    await Promise.race(left);
    client.abort();
    await Promise.allSettled(left);
    expect(await after(signIn('192.0.2.2', 'patient'))).toBeLessThan(whole / 2);

    const answered: string[] = [];
    const flood = [3, 4, 5, 6].flatMap((n) => many(`192.0.2.${n}`)).map(async (sent) => {
      const { status, headers } = await sent;
      answered.push(`${status} ${headers.get('retry-after')}`);
    });
    await Promise.race(flood);
    const before = answered.filter((answer) => answer === '400 null').length;
    expect((await signIn('192.0.2.7', 'honest')).status).toBe(400);
    expect(answered.filter((answer) => answer === '400 null').length - before).toBeLessThan(25);
    await Promise.all(flood);
    expect([...new Set(answered)].sort()).toEqual(['400 null', '503 10']);
    await stop();
  }, 120_000);

  test('too big a form is refused in a sentence', async () => {
    const { header } = await enter('rosa');
    const response = await send('/forums/new?_action=posts.preview', { body: 'x'.repeat(1_200_000) }, { cookie: header });
    expect(response.status).toBe(413);
  });

  test('bad input answers 400 with a sentence beside the field and the typed text kept', async () => {
    const { header } = await enter('rosa');
    const response = await send('/forums/new?_action=threads.create', { forum: 'measures', kind: 'question', title: 'Hm', body: 'Typed with <b>care</b> & love' }, { cookie: header });
    expect(response.status).toBe(400);
    const html = await response.text();
    expect(html).toContain('A few more words, please');
    expect(html).toContain('aria-invalid="true"');
    expect(html).toMatch(/Typed with &lt;b(&gt;|>)care/);
  });
});

describe('addresses and files', () => {
  test('an address that cannot be decoded is simply not there', async () => {
    // By the front server, so that nothing behind it takes it for a fault of the hub and writes it down as one.
    for (const path of ['/nope/%ff/x', '/%ff', '/library/%e0%a4%a', '/forums/%E0%A4%A']) {
      const answer = await fetch(hub.base + path);
      expect([path, answer.status, (await answer.text()).trim()]).toEqual([path, 404, 'There is nothing at this address.']);
    }
  });

  test('a post has one address', async () => {
    const status = async (path: string) => (await fetch(hub.base + path, { redirect: 'manual' })).status;
    expect(await status('/posts/1')).toBe(302);
    for (const path of ['/posts/1e0', '/posts/1.0', '/posts/%201', '/posts/01', '/posts/0x1']) expect([path, await status(path)]).toEqual([path, 404]);
  });

  test('database and letters are for their owner alone', () => {
    const open = readdirSync(hub.folder, { recursive: true, encoding: 'utf8' }).filter((file) => lstatSync(join(hub.folder, file)).isFile() && statSync(join(hub.folder, file)).mode & 0o077);
    expect(open).toEqual([]);
  });
});

describe('the session', () => {
  test('the cookie is HttpOnly and SameSite, a made-up one is thrown away, and signed-in pages are never stored', async () => {
    const { member } = await enter('rosa');
    const response = await send('/sign-in?_action=members.signIn', { email: member.email, password: 'four unrelated words here' });
    expect(response.headers.get('set-cookie')).toMatch(/hub_session=.+HttpOnly/i);
    expect(response.headers.get('set-cookie')).toMatch(/SameSite=Lax/i);
    const made = await fetch(`${hub.base}/`, { headers: { cookie: 'hub_session=made-up' } });
    expect(made.headers.get('set-cookie')).toMatch(/hub_session=;|Max-Age=0/i);
    expect((await fetch(`${hub.base}/account`, { headers: { cookie: (await enter('rosa')).header } })).headers.get('cache-control')).toContain('no-store');
  });

  test('a visitor never gets a member’s page out of the cache', async () => {
    const { header } = await enter('rosa');
    for (let i = 0; i < 3; i++) {
      expect(await (await fetch(`${hub.base}/forums`, { headers: { cookie: header } })).text()).toContain('Rosa Delgado');
      expect(await (await fetch(`${hub.base}/forums`)).text()).not.toContain('/sign-out');
    }
  });
});

describe('hostile text', () => {
  const payloads = [
    '<script>window.broken=1</script>', '<img src=x onerror=window.broken=1>', '<svg onload=window.broken=1>', '[x](javascript:window.broken=1)', '[x](data:text/html,<script>window.broken=1</script>)',
    '<a href="jav&#x09;ascript:window.broken=1">x</a>', '<iframe srcdoc="<script>parent.broken=1</script>"></iframe>', '<math><mtext><style><img src=x onerror=window.broken=1></style></mtext></math>',
    '![x](x"onerror="window.broken=1)', '<details open ontoggle=window.broken=1>', '`</code><script>window.broken=1</script>`', '<style>@import "x"</style>', '<form action=//evil.example><button>x</button></form>', '"><script>window.broken=1</script>',
  ];

  test('runs nowhere: in posts, titles, names and search', async () => {
    const { member, cookie } = await enter('rosa');
    const tom = await enter('tom');
    db.update(members).set({ name: '<script>window.broken=1</script>' }).where(eq(members.id, tom.member.id)).run();
    const thread = createThread(member, { forum: 'community', kind: 'discussion', title: `A title with ${payloads[0]} and ${payloads[1]}`.slice(0, 150), body: payloads.join('\n\n'), themes: [] });
    createPost({ ...tom.member }, { threadId: thread.id, body: payloads.toReversed().join('\n') });
    const { page, context } = await browser.open();
    await context.addCookies([cookie]);
    for (const path of [thread.url, '/forums/community', '/', `/search?q=${encodeURIComponent('"><script>window.broken=1</script>')}`, '/search?q=title', `/members/${tom.member.handle}`, '/library?theme="><script>window.broken=1</script>']) {
      await page.goto(hub.base + path);
      expect([path, await page.evaluate(() => 'broken' in window)]).toEqual([path, false]);
      expect(await page.locator('main iframe, main form[action^="//"], main [onerror], main [onload], main a[href^="javascript"], main a[href^="data"]').count()).toBe(0);
    }
    db.update(members).set({ name: 'Tom Achterberg' }).where(eq(members.id, tom.member.id)).run();
  });
});
