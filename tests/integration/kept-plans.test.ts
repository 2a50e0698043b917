import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db, facts, prepared, withPlus } from '#db/client.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();

test('every parameter has a plus, so that a statement keeps its plan; quotes and comments stay', () => {
  expect(withPlus('select a from b where c = ? and d in (?, @e) limit @limit')).toBe('select a from b where c = +? and d in (+?, +@e) limit +@limit');
  expect(withPlus(`select '?', 'it''s @me', "a?", \`b@c\` -- why?\n, /* @no\n ? */ ?`)).toBe(`select '?', 'it''s @me', "a?", \`b@c\` -- why?\n, /* @no\n ? */ +?`);
});

test('all statements of the open database are made so, those of Drizzle too', () => {
  expect(db.$client.prepare('select value from facts where name = ?').source).toBe('select value from facts where name = +?');
  const seen: string[] = [];
  const statement = prepared((d) => d.select().from(facts).where(eq(facts.name, 'changes')).prepare())();
  seen.push((statement as unknown as { stmt: { source: string } }).stmt.source);
  expect(seen[0]).toContain('= +?');
});

test('a value with a plus is the same value', () => {
  const echo = (value: unknown) => db.$client.prepare('select ? as value, typeof(?) as type').get(value, value);
  expect([null, 1.5, 'a+?', '007', Buffer.from([1])].map(echo)).toEqual([
    { value: null, type: 'null' }, { value: 1.5, type: 'real' }, { value: 'a+?', type: 'text' }, { value: '007', type: 'text' }, { value: Buffer.from([1]), type: 'blob' },
  ]);
  db.insert(facts).values({ name: 'seven', value: 7 }).run();
  expect(db.$client.prepare('select typeof(value) as type from facts where name = @name and value = @value').get({ name: 'seven', value: 7 })).toEqual({ type: 'integer' });
});
