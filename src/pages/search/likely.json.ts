import type { APIRoute } from 'astro';
import { likelyAnswers } from '#domain/search/likely-answers.ts';

/** What may answer a question that is being typed: `[{ title, url, type, why }]`, at most six. */
export const GET: APIRoute = ({ locals, url: { searchParams } }) =>
  Response.json(likelyAnswers(locals.viewer, (searchParams.get('title') ?? '').slice(0, 150)).map(({ title, url, typeLabel, accepted, meta }) => ({ title, url, type: typeLabel, accepted, meta })));
