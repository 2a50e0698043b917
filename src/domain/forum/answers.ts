import { prepared } from '#db/client.ts';
import { addMonths } from '#lib/dates.ts';
import { ownWordsInBrief } from '#lib/markdown.ts';
import { isNamelessIn, isNamelessPost, shownName } from '../anonymity.ts';
import { postPlace } from './addresses.ts';
import type { Thread } from './threads.ts';
import { withTitles } from './titles.ts';

/** From this age on an accepted answer shows how old it is, and wants to be confirmed. */
export const oldAfterMonths = 24;
/** Longer answers are shown by their beginning. */
const mostWords = 300;

/** An accepted answer as the top of its question shows it. */
export interface Answer {
  postId: number;
  number: number;
  /** Where it stands in the thread. */
  url: string;
  author: string;
  /** Plain text, at most about 300 characters, without tables. */
  words: string;
  /** The words are all of it. */
  whole: boolean;
  writtenAt: Date;
  acceptedAt: Date;
  /** Who accepted it: a name, or "the asker". */
  acceptedBy: string;
  /** How old it is and when somebody last said that it still works; null while it is young. */
  old: { years: number; confirmed: Date | null } | null;
}

interface Row { post_id: number; number: number; html: string; written: number; accepted: number; author: string; by_name: string; by_asker: number; confirmed: number | null }

/** The accepted answers of a question in the order they stand in it; those that were removed are not among them, nor is one that opens the thread since it was split off. */
export function acceptedAnswersOf(thread: Thread, now = new Date()): Answer[] {
  const rows = accepted().all(thread.id) as Row[];
  const htmls = withTitles(rows.map((row) => row.html));
  return rows.map((row, at) => {
    const text = ownWordsInBrief(htmls[at] ?? '');
    const fits = text.length <= mostWords;
    return {
      postId: row.post_id, number: row.number, url: postPlace(thread.url, row.number), author: row.author, words: fits ? text : `${text.slice(0, mostWords).replace(/\s+\S*$/, '')} …`, whole: fits && !row.html.includes('<table>'),
      writtenAt: new Date(row.written), acceptedAt: new Date(row.accepted), acceptedBy: row.by_asker ? 'the asker' : row.by_name,
      old: ageOf(new Date(row.written), row.confirmed === null ? null : new Date(row.confirmed), now),
    };
  });
}
const accepted = prepared((d) => d.$client.prepare(`
  select yes.post_id, p.number, p.html, p.created_at as written, yes.at as accepted, ${shownName(isNamelessPost('p.id'), 'w')} as author,
    ${shownName(isNamelessIn('t.id', 'b.id'), 'b')} as by_name, yes.by_id = t.author_id as by_asker, ${lastConfirmed('p.id')} as confirmed
  from accepted_answers yes join posts p on p.id = yes.post_id join threads t on t.id = p.thread_id join members w on w.id = p.author_id join members b on b.id = yes.by_id
  where yes.thread_id = ? and p.number > 1 and p.removed_at is null order by p.number`));

/** In SQL: when somebody last said that an answer works, as milliseconds; null when nobody has. */
export function lastConfirmed(postId: string): string {
  return `nullif(max(coalesce((select max(at) from confirmations where post_id = ${postId}), 0), coalesce((select confirmed_at from answer_checks where post_id = ${postId}), 0)), 0)`;
}

/** What is said of the age of an answer. */
export function ageOf(writtenAt: Date, confirmed: Date | null, now = new Date()): Answer['old'] {
  if (addMonths(writtenAt, oldAfterMonths) > now) return null;
  let years = Math.floor(oldAfterMonths / 12);
  while (addMonths(writtenAt, 12 * (years + 1)) <= now) years++;
  return { years, confirmed };
}
