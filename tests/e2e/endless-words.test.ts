import { afterAll, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { db, members, trustLevels } from '#db/client.ts';
import { follow } from '#domain/forum/follows.ts';
import { addForum } from '#domain/forum/keeping-forums.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { asMember } from '#domain/people/members.ts';
import { addPlace, editPlaceFacts, placeFactsInput, placeInput } from '#domain/places/editing.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import { phone, useBrowser, useCast } from '../support/browser.ts';
import { startHub } from '../support/hub.ts';

const { hub, stop } = await startHub();
afterAll(stop);
const enter = useCast(hub);
const browser = useBrowser();

test('words without end push no page sideways on a phone', async () => {
  const abe = await enter('abe');
  const word = (letter: string, length: number) => letter.repeat(length);
  const { id } = db.insert(members).values({ name: word('N', 80), email: 'endless@test.example', handle: word('h', 60), place: word('P', 80), jobTitle: word('J', 80), role: 'member', listed: true, emailConfirmedAt: new Date(), sample: true }).returning().get();
  db.insert(trustLevels).values({ memberId: id, level: 'member', locked: true }).run();
  const writer = db.select().from(members).where(eq(members.id, id)).get();
  if (!writer) throw new Error('Gone.');
  const place = addPlace(abe.member, placeInput.parse({ name: word('Q', 100), kind: 'county', country: 'US', region: 'CO', population: '900000000', populationYear: '2022', populationSource: word('S', 200) }));
  editProfile(asMember(writer), profileInput.parse({ name: writer.name, listed: true, jobTitle: writer.jobTitle, place: word('Q', 100), placeChoice: place.url.split('/').at(-1), askMe: word('A', 300), lookingFor: word('K', 300), pronouns: word('o', 40) }));
  editPlaceFacts(abe.member, placeFactsInput.parse({ slug: place.url.split('/').at(-1), crm: word('C', 80) }));
  const forum = addForum(abe.member, { name: word('F', 80), description: word('D', 400), startedBy: 'members', themes: [] });
  const body = `${word('b', 200)} [${word('l', 100)}](/${word('u', 200)}) \`${word('c', 200)}\`\n\n> ${word('q', 200)}\n\n| ${word('t', 90)} | b |\n|---|---|\n| c | d |\n\n## ${word('H', 90)}\n\n${'- * + 1. '.repeat(4)}${word('d', 60)}\n\n${'> '.repeat(16)}${word('d', 60)}`;
  const thread = createThread(asMember(writer), { forum: forum.slug, kind: 'question', title: word('W', 150), body, themes: [] });
  const post = createPost(abe.member, { threadId: thread.id, body });
  follow(abe.member, { kind: 'thread', ref: String(thread.id), level: 'following', back: '/' });
  follow(abe.member, { kind: 'member', ref: String(writer.id), level: 'following', back: '/' });
  createPost(asMember(writer), { threadId: thread.id, body });

  const wrong: string[] = [];
  const everybody = ['/', '/forums', '/forums?show=new', forum.url, thread.url, `/search?q=${word('W', 150)}`, `/search?q=${word('N', 80)}`, `/members/${writer.handle}`, '/log', `/posts/${post.id}/history`, '/members?sort=newest', '/places?region=CO&kind=county', place.url];
  const own = ['/account', '/account/inbox', '/account/notifications', '/desk', '/desk/members', '/desk/questions', '/desk/calendar', '/desk/places?q=qq', `/desk${place.url}`, `${place.url}/edit`, '/account/profile', '/desk/forums', `/desk/forums/${forum.slug}`, '/desk/log', `/desk/threads/${thread.id}/merge`, `/desk/threads/${thread.id}/split`, `/posts/${post.id}/edit`, '/forums/new'];
  for (const [cookies, pages] of [[[], everybody], [[abe.cookie], [...everybody, ...own]]] as const) {
    const { page, context } = await browser.open({ viewport: phone, expectErrors: /40[34]/ });
    await context.addCookies([...cookies]);
    for (const path of pages) {
      await page.goto(hub.base + path);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (overflow > 0) wrong.push(`${path.slice(0, 50)}: by ${overflow} px`);
    }
  }
  expect(wrong).toEqual([]);
}, 120_000);
