import type { Contributions } from '#domain/profiles/contributions.ts';

const amount = (n: number, one: string, many: string) => (n === 0 ? [] : [`${n.toLocaleString('en-CA')} ${n === 1 ? one : many}`]);

/** What somebody gave to the community, in words; nothing for nothing. Their answers on a theme that was asked for come first. */
export function givenWords({ answers, accepted, practices, resources }: Contributions, on?: { theme: string; answers: number }): string[] {
  const accepting = accepted > 0 ? ` (${accepted} accepted)` : '';
  const onTheme = amount(on?.answers ?? 0, 'answer', 'answers').map((words) => `${words} on ${on?.theme}`);
  const answered = on?.answers === answers ? onTheme.map((words) => `${words}${accepting}`) : [...onTheme, ...amount(answers, 'answer', 'answers').map((words) => `${words}${on ? ' in all' : ''}${accepting}`)];
  return [...answered, ...amount(practices, 'best practice', 'best practices'), ...amount(resources, 'work for the library', 'works for the library')];
}
