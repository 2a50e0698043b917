import { feedOfTheme } from '../../feeds.ts';

/** The newest on a theme as a JSON Feed: library and forums. */
export const GET = feedOfTheme('json');
