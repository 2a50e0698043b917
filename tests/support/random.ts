/** Chance that is the same each time: what a failing property test finds can be found again. */
export function randomFrom(seed: number) {
  let state = seed;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const from = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(next() * list.length)];
    if (found === undefined) throw new Error('Nothing to choose from.');
    return found;
  };
  return {
    from,
    chance: (likelihood: number): boolean => next() < likelihood,
    below: (limit: number): number => Math.floor(next() * limit),
    shuffled: <T>(list: readonly T[]): T[] => list.map((value) => ({ value, at: next() })).sort((a, b) => a.at - b.at).map(({ value }) => value),
  };
}
