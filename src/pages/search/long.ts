import type { APIRoute } from 'astro';
import { addressOf } from '#domain/search/narrowing.ts';
import { writeQuery } from '#domain/search/query.ts';

/** The long form of a search leads to the search that asks the same in one line. */
export const GET: APIRoute = ({ url: { searchParams: given }, redirect }) => {
  const field = (name: string) => given.get(name);
  const q = writeQuery({
    words: field('words'), phrase: field('phrase'), any: field('any'), without: field('without'), author: field('author'), type: field('type'), theme: field('theme'), place: field('place'),
    from: field('from'), to: field('to'), in: field('in'), after: field('after'), before: field('before'), answered: given.has('answered'),
  });
  return redirect(q ? addressOf({ q }) : '/search', 303);
};
