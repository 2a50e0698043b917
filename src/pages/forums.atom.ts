import { feedOfForums } from '../feeds.ts';

/** The newest threads of all forums as an Atom feed. */
export const GET = feedOfForums('atom');
