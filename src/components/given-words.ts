import type { Contributions } from '#domain/profiles/contributions.ts';

const amount = (n: number, one: string, many: string) => (n === 0 ? [] : [`${n.toLocaleString('en-CA')} ${n === 1 ? one : many}`]);

/** What somebody gave to the community, in words; nothing for nothing. */
export function givenWords({ answers, accepted, practices, resources }: Contributions): string[] {
  const answered = amount(answers, 'answer', 'answers').map((words) => (accepted > 0 ? `${words} (${accepted} accepted)` : words));
  return [...answered, ...amount(practices, 'best practice', 'best practices'), ...amount(resources, 'work for the library', 'works for the library')];
}
