import { expect, test } from 'vitest';
import { db, leavings, posts, transaction } from '#db/client.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { beginFinishing, finishFor } from '#domain/leaving/finishing.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();

test('a portion of a leaving looks through fewer texts the more names and addresses somebody had, and finds each of them', async () => {
  const rosa = await enter('rosa');
  const { id: threadId } = createThread(rosa, { forum: 'operations', kind: 'discussion', title: 'Long posts', body: 'First.', themes: [] });
  const text = 'Where the street lamp is dark, somebody calls 311. '.repeat(940);
  const put = (number: number, markdown: string) => db.insert(posts).values({ threadId, authorId: rosa.id, number, markdown, html: '<p>.</p>', renderedBy: 1 }).returning({ id: posts.id }).get().id;
  const many = Array.from({ length: 20 }, (_, n) => n);
  const names = many.map((n) => `Wilhelmina Quockerwodger ${n}`);
  const emails = many.map((n) => `wilhelmina${n}@quocker.example`);
  const asked = transaction(() => { for (let n = 2; n < 400; n++) put(n, text); return emails.map((email, n) => put(400 + n, `${text} ${email.toUpperCase()}`)); });
  const leave = (known: number) => {
    transaction(() => beginFinishing({ names: names.slice(0, known), handle: 'wilhelmina-q', emails: emails.slice(0, known), own: { posts: [], attachments: [], collections: [], resources: [], corrections: [], answers: [] } }, []));
    const times: number[] = [];
    for (let more = true; more;) {
      const began = performance.now();
      more = finishFor(0);
      times.push(performance.now() - began);
    }
    return times;
  };
  const [few, all] = [leave(1), leave(20)];
  expect(all.length).toBeGreaterThan(few.length * 3);
  expect(db.select().from(leavings).all()).toEqual([]);
  const said = new Map(db.select({ id: posts.id, markdown: posts.markdown }).from(posts).all().map(({ id, markdown }) => [id, markdown]));
  expect(asked.filter((id) => !said.get(id)?.endsWith('an address that is gone'))).toEqual([]);
});
