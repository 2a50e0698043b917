import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { bumpChanges, db, facts, transaction, untilChange } from '#db/client.ts';
import { countReads } from '#domain/library/reads.ts';
import { mostUsedResources } from '#domain/library/shelves.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let asked = 0;
const value = () => db.select().from(facts).where(eq(facts.name, 'told')).get()?.value ?? 0;
const remembered = untilChange((plus: number) => { asked++; return value() + plus; });
const tell = (n: number) => {
  db.insert(facts).values({ name: 'told', value: n }).onConflictDoUpdate({ target: facts.name, set: { value: n } }).run();
  bumpChanges();
};
beforeEach(() => { transaction(() => tell(1)); asked = 0; });

describe('what is remembered until something changes', () => {
  test('is worked out once for each argument', () => {
    expect([remembered(0), remembered(0), remembered(5), remembered(5)]).toEqual([1, 1, 6, 6]);
    expect(asked).toBe(2);
  });

  test('is worked out anew after a change', () => {
    remembered(0);
    transaction(() => tell(7));
    expect(remembered(0)).toBe(7);
  });

  test('nothing of a write that is rolled back is remembered', () => {
    expect(() => transaction(() => { tell(99); expect(remembered(0)).toBe(99); throw new Error('no'); })).toThrow('no');
    expect(remembered(0)).toBe(1);
    transaction(() => tell(2));
    expect(remembered(0)).toBe(2);
  });
});

test('what is used most follows the readers, although reading changes no page', () => {
  putCatalogue(catalogue([piece({ slug: 'first' }), piece({ slug: 'second' })]));
  countReads([{ kind: 'resource', ref: 'article:first', count: 3 }]);
  expect(mostUsedResources(1).map((r) => r.slug)).toEqual(['first']);
  countReads([{ kind: 'resource', ref: 'article:second', count: 9 }]);
  expect(mostUsedResources(1).map((r) => r.slug)).toEqual(['second']);
});
