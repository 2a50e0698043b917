/** Texts that somebody may type into the search box, from sensible to hostile; the same ones for the same seed. */
export function oddQueries(seed: number): () => string {
  let state = seed;
  const roll = () => { state = (state * 1664525 + 1013904223) % 2 ** 32; return state / 2 ** 32; };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
  const words = ['staffing', 'the', 'call', 'request', 'pothole', 'service level', 'measure', 'abandonned', 'montreal', 'centre', '311', '3-1-1', 'garbage', 'FCR', 'w7a2', 'eqiuty', 'Offenhuber'];
  const signs = ['"', "'", '*', '(', ')', 'AND', 'OR', 'NOT', 'NEAR/2', ':', 'title:', '-', '+', '^', '{', '}', '\u0000', '\\', '%', '_', ';', '--', '|', '..', '<b>', '&amp;', '\n', '\t', '😀', '日本', 'ﬀ', 'é', '\uE000', '\uE001', '\uD800', String.fromCharCode(768), 'x'.repeat(80), "' or 1=1 --", '"; drop table posts; --', 'search_index', 'rowid', 'rank'];
  const operators = ['author:', 'type:', 'theme:', 'place:', 'year:', 'in:', 'has:', 'before:', 'after:', '-author:', '-type:', 'AUTHOR:', 'year:2010..2020', 'in:threads', 'has:answer', 'type:report', 'theme:equity', 'before:2024-13-45', 'year:..', 'after:9999-12-31', 'year:0000..9999', 'in:constructor', 'type:__proto__'];
  const part = () => { const r = roll(); return r < 0.4 ? pick(words) : r < 0.65 ? pick(signs) : r < 0.85 ? pick(operators) : String.fromCodePoint(Math.floor(roll() * 0x10ffff)); };
  return () => Array.from({ length: Math.floor(roll() * (roll() > 0.98 ? 120 : 9)) }, part).join(roll() > 0.5 ? ' ' : '');
}
