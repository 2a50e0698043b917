import { prepared, untilChange } from '#db/client.ts';
import { isNamelessPost } from '../anonymity.ts';

/** What somebody gave to the community that everybody can see. */
export interface Contributions {
  /** Replies to the questions of others. */
  answers: number;
  /** Of these, those that somebody else accepted. */
  accepted: number;
  practices: number;
  /** Other works of the library that they brought in. */
  resources: number;
  /** Answers by theme of the question. */
  answersOn: ReadonlyMap<string, number>;
}

export const noContributions: Contributions = { answers: 0, accepted: 0, practices: 0, resources: 0, answersOn: new Map() };

/** The contributions of everybody, by member; what was written without a name or is removed counts for nobody. */
export const allContributions = untilChange((): ReadonlyMap<number, Contributions> => {
  const all = new Map<number, Contributions & { answersOn: Map<string, number> }>();
  const of = (id: number) => {
    const one = all.get(id) ?? { ...noContributions, answersOn: new Map<string, number>() };
    all.set(id, one);
    return one;
  };
  for (const { id, answers, accepted } of answered().all() as { id: number; answers: number; accepted: number }[]) Object.assign(of(id), { answers, accepted });
  for (const { id, theme, n } of byTheme().all() as { id: number; theme: string; n: number }[]) of(id).answersOn.set(theme, n);
  for (const { id, practices, resources } of brought().all() as { id: number; practices: number; resources: number }[]) Object.assign(of(id), { practices, resources });
  return all;
});

/** Answers, with what else is joined to them. */
const answersWith = (join = '') => `from posts p join threads t on t.id = p.thread_id ${join}
  where t.kind = 'question' and t.forum_id is not null and t.removed_at is null and p.removed_at is null and p.number > 1 and p.author_id <> t.author_id and not ${isNamelessPost('p.id')}`;
const answered = prepared((d) => d.$client.prepare(`
  select p.author_id as id, count(*) as answers, sum(exists (select 1 from accepted_answers x where x.post_id = p.id and x.by_id is not p.author_id)) as accepted ${answersWith()} group by p.author_id`));
const byTheme = prepared((d) => d.$client.prepare(`
  select p.author_id as id, h.theme, count(*) as n ${answersWith('join thread_themes h on h.thread_id = t.id')} group by p.author_id, h.theme`));
const brought = prepared((d) => d.$client.prepare(`
  select submitted_by_id as id, sum(kind = 'practice') as practices, sum(kind <> 'practice') as resources from resources where status = 'published' and submitted_by_id is not null group by submitted_by_id`));
