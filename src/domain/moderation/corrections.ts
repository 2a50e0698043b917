import { prepared } from '#db/client.ts';
import { threadsByNumber } from '../thread-addresses.ts';

/** An accepted correction, as it stands under the post. */
export interface Correction { wrong: string; source: string; answer: string | null; acceptedAs: 'author' | 'coordinator'; acceptedAt: Date }

type Row = Omit<Correction, 'acceptedAt'> & { postId: number; acceptedAt: number };

/** The accepted corrections under each of these posts, oldest first. */
export function correctionsUnder(postIds: readonly number[]): Map<number, Correction[]> {
  const under = new Map<number, Correction[]>();
  for (const { postId, acceptedAt, wrong, source, answer, acceptedAs } of accepted().all(JSON.stringify(postIds)) as Row[]) {
    under.set(postId, [...(under.get(postId) ?? []), { wrong: threadsByNumber(wrong), source: threadsByNumber(source), answer: answer && threadsByNumber(answer), acceptedAs, acceptedAt: new Date(acceptedAt) }]);
  }
  return under;
}
const accepted = prepared((d) => d.$client.prepare(`
  select post_id as postId, wrong, source, answer, accepted_as as acceptedAs, accepted_at as acceptedAt
  from corrections where post_id in (select value from json_each(?)) and accepted_at is not null order by accepted_at`));
