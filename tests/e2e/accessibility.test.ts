import { beforeAll, describe, expect, inject, test } from 'vitest';
import { and, desc, eq, isNotNull, ne } from 'drizzle-orm';
import { db, posts, threads } from '#db/client.ts';
import { findThread } from '#domain/forum/threads.ts';
import { axeViolations, desktop, phone, useBrowser, useCast } from '../support/browser.ts';

const hub = inject('demo');
const enter = useCast(hub);
const browser = useBrowser();
const found = { thread: '', post: '' };

beforeAll(async () => {
  const longest = db.select().from(threads).where(isNotNull(threads.forumId)).orderBy(desc(threads.postCount)).limit(1).get();
  found.thread = findThread(null, longest?.id ?? 0).url;
  const tom = await enter('tom');
  const post = db.select().from(posts).where(and(eq(posts.threadId, longest?.id ?? 0), ne(posts.number, 1))).limit(1).get();
  db.update(posts).set({ authorId: tom.member.id }).where(eq(posts.id, post?.id ?? 0)).run();
  found.post = String(post?.id);
});

const open = (): string[] => [
  '/', '/about', '/guidelines', '/privacy', '/accessibility', '/library', '/library?type=journal-article&view=table', '/library?type=thesis&theme=equity&year=1977', '/library/staffing-the-centre', '/library/boston-shows-the-repair',
  '/library/mazerolle2002managing', '/collections', '/library?population=1m-plus&channel=web&sort=person', '/themes', '/themes/equity', '/forums', '/forums/measures', '/forums/measures?show=unanswered', found.thread, `${found.thread}?page=2`,
  '/search', '/search?q=staffing', '/search?q=zzzzqqqq', '/search?q=pothoel+repair', '/search?q=interpreter+line+waits&kind=thread', '/thesaurus', '/embed', '/log', '/trust', '/members/tom', '/members', '/members?like=alder-springs-co-sample&theme=equity', '/places', '/places?like=denver-co&by-stage=0', '/places?like-name=Springfield', '/places/denver-co', '/places/alder-springs-co-sample', '/library?like=denver-co', '/sign-in', '/sign-in/link?sent', '/sign-in/link?token=x', '/account/email/confirm?token=x', '/account/email/undo?token=x', '/join', '/join?sent', '/join/confirm?token=x', '/reset', '/reset?sent', '/reset/new?token=x', '/nowhere',
];
const signedIn = (): string[] => ['/', found.thread, '/library/staffing-the-centre', '/forums/new', '/forums/new?title=interpreter+line', '/search?q=staffing', '/account', '/account/profile', '/members', '/welcome', '/library/suggest', '/account/suggestions', '/account/drafts', '/account/saved', '/account/collections', '/account/searches', '/account/inbox', '/account/notifications', '/account/security', '/account/password', '/account/passkeys', '/account/authenticator', '/account/email', '/account/prove', '/collections/new', '/library/mazerolle2002managing', `/posts/${found.post}/flag`, '/members/tom/flag', '/flagged'];
const own = (): string[] => ['/members/tom', `/posts/${found.post}/edit`, `/posts/${found.post}/history`, `/posts/${found.post}/remove`];
const coordinating = (): string[] => [
  '/desk', '/desk/flags', '/desk/log', '/desk/members', '/permissions', '/desk/resources', '/desk/resources/new', '/desk/resources/new?kind=article', '/desk/resources/new?kind=practice', '/desk/resources/new?kind=reference',
  '/desk/resources/staffing-the-centre', '/desk/resources/mazerolle2002managing', '/desk/resources/staffing-the-centre/history', '/desk/resources/staffing-the-centre/files', '/desk/review', '/desk/care', '/desk/questions', '/desk/answers',
  '/desk/imports', '/desk/duplicates', '/desk/duplicates/compare?a=staffing-the-centre&b=choosing-channels', '/desk/links', '/desk/places', '/desk/places/new', '/desk/places/denver-co', '/places/denver-co/edit', found.thread, '/library/mazerolle2002managing', '/members/tom', `/posts/${found.post}/remove`,
];

const views = [
  { name: 'desktop, light', viewport: desktop, colorScheme: 'light' as const },
  { name: 'desktop, dark', viewport: desktop, colorScheme: 'dark' as const },
  { name: 'phone, light', viewport: phone, colorScheme: 'light' as const },
  { name: 'phone, dark', viewport: phone, colorScheme: 'dark' as const },
];

describe.each(views)('WCAG 2.2 AA on $name', ({ name: _, ...view }) => {
  test.each([['a visitor', null, open], ['a member', 'rosa', signedIn], ['an author', 'tom', own], ['an administrator', 'abe', coordinating]] as const)('every page of %s', async (_who, who, pages) => {
    const { page, context } = await browser.open({ ...view, expectErrors: /404|403|410/ });
    if (who) await context.addCookies([(await enter(who)).cookie]);
    const wrong: string[] = [];
    for (const path of pages()) {
      await page.goto(hub.base + path);
      for (const violation of await axeViolations(page)) wrong.push(`${path}: ${violation}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) wrong.push(`${path}: scrolls sideways by ${overflow} px`);
    }
    expect(wrong).toEqual([]);
  }, 180_000);
});

describe('by keyboard', () => {
  test('the skip link comes first and leads to the main content', async () => {
    const { page } = await browser.open();
    await page.goto(hub.base);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Skip');
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).hash).toBe('#main');
  });

  test.each([320, 390, 600, 1280])('at %i px the keyboard goes through the header of a visitor as it is read', async (width) => {
    const { page } = await browser.open({ viewport: { width, height: 740 } });
    await page.goto(`${hub.base}/library`);
    const places: { name: string; top: number; bottom: number; left: number }[] = [];
    for (const step of ['skip link', 'brand', 'Sign in', 'Join', 'Menu or navigation']) {
      await page.keyboard.press('Tab');
      if (step === 'skip link') continue;
      places.push(await page.evaluate(() => {
        const { top, bottom, left } = document.activeElement?.getBoundingClientRect() ?? new DOMRect();
        return { name: document.activeElement?.textContent?.trim() ?? '', top, bottom, left };
      }));
    }
    expect(places.slice(1, 3).map(({ name }) => name)).toEqual(['Sign in', 'Join']);
    places.slice(1).forEach((one, n) => {
      const before = places[n] ?? one;
      expect(one.top >= before.bottom - 4 || (one.left > before.left && one.bottom > before.top), `${before.name} before ${one.name}`).toBe(true);
    });
  });

  test('a failed form puts the summary first and its links lead to the fields', async () => {
    const { page } = await browser.open({ expectErrors: /400/ });
    await page.goto(`${hub.base}/join`);
    await page.getByLabel('Your name').fill('X');
    await page.getByLabel('E-mail address').fill('no-address@x');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('alert').getByRole('link').last().click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('password');
  });

  test('targets are at least 24 pixels high or stand in text', async () => {
    const { page } = await browser.open({ viewport: phone });
    for (const path of ['/', '/library', '/forums', found.thread]) {
      await page.goto(hub.base + path);
      const small = await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('button, input:not([type=hidden]), select, summary, nav a')]
        .filter((e) => e.checkVisibility() && !e.closest('.visually-hidden')).map((e) => ({ e, box: e.getBoundingClientRect() }))
        .filter(({ box }) => box.height > 1 && (box.height < 24 || box.width < 24)).map(({ e, box }) => `${e.outerHTML.slice(0, 80)} ${box.width}×${box.height}`));
      expect([path, small]).toEqual([path, []]);
    }
  });
});
