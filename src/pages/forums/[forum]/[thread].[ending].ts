import { feedOfThread } from '../../../feeds.ts';

/** The newest posts of a thread as a feed: .atom or .json. */
export const GET = feedOfThread;
