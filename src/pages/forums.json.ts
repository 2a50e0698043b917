import { feedOfForums } from '../feeds.ts';

/** The newest threads of all forums as a JSON Feed. */
export const GET = feedOfForums('json');
