import { feedOfForum } from '../../feeds.ts';

/** The newest threads of a forum as a feed: .atom or .json. */
export const GET = feedOfForum;
