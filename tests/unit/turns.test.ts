import { describe, expect, test } from 'vitest';
import { whileAsked } from '#lib/asked.ts';
import { Turns } from '#lib/turns.ts';

class Full extends Error {}

/** Turns in which nothing is done before `begin`; what was done is noted in order. */
function held(most: number) {
  const turns = new Turns(most, () => new Full('full'));
  const done: string[] = [];
  const refused: string[] = [];
  let begin = () => {};
  const first = turns.take('hub', 'known', () => new Promise<void>((go) => { begin = go; }));
  const ask = (whose: string, what: string, line: 'known' | 'strangers' = 'strangers') =>
    turns.take(whose, line, async () => { done.push(what); }).catch((error: unknown) => { if (error instanceof Full) refused.push(what); else throw error; });
  return { turns, done, refused, ask, begin: () => { begin(); return first; } };
}

describe('work that is done in turns', () => {
  test('one piece at a time, and what failed holds up nobody', async () => {
    const turns = new Turns(10, () => new Full());
    let [now, most] = [0, 0];
    const piece = async (n: number) => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      if (n === 1) throw new TypeError('broken');
      return n;
    };
    const all = await Promise.allSettled([0, 1, 2].map((n) => turns.take('a', 'strangers', () => piece(n))));
    expect([most, all.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))]).toEqual([1, [0, 'TypeError: broken', 2]]);
  });

  test('who sends little does not wait for what somebody else sends, nor who is known for strangers', async () => {
    const { done, ask, begin } = held(40);
    const all = [...Array.from({ length: 5 }, (_, n) => ask('flood', `flood ${n}`)), ask('honest', 'honest'), ask('other', 'other'), ask('1', 'known', 'known')];
    await begin();
    await Promise.all(all);
    expect(done).toEqual(['flood 0', 'known', 'honest', 'other', 'flood 1', 'flood 2', 'flood 3', 'flood 4']);
  });

  test('whoever comes to a full line is refused, unless somebody else has more in it: they lose their last', async () => {
    const { turns, done, refused, ask, begin } = held(3);
    const all = ['a', 'a', 'a', 'a', 'b', 'c', 'd'].map((whose, n) => ask(whose, `${whose}${n}`));
    expect(() => turns.mustHaveRoom('d', 'strangers')).toThrow(Full);
    expect(() => turns.mustHaveRoom('d', 'known')).not.toThrow();
    await begin();
    await Promise.all(all);
    expect(done).toEqual(['a0', 'b4', 'c5']);
    expect(refused).toEqual(['a3', 'a2', 'a1', 'd6']);
    expect(() => turns.mustHaveRoom('d', 'strangers')).not.toThrow();
  });

  test('nothing is done for whoever has gone', async () => {
    const { done, refused, ask, begin } = held(3);
    const client = new AbortController();
    const all = [whileAsked(client.signal, () => ask('a', 'gone')), whileAsked(new AbortController().signal, () => ask('b', 'here'))];
    client.abort();
    await begin();
    await Promise.all(all);
    expect([done, refused]).toEqual([['here'], ['gone']]);
  });
});
