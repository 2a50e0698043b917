import { feedOfTheme } from '../../feeds.ts';

/** The newest on a theme as an Atom feed: library and forums. */
export const GET = feedOfTheme('atom');
