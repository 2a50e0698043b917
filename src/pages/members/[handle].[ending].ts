import { feedOfMember } from '../../feeds.ts';

/** What a member writes as a feed: .atom or .json. */
export const GET = feedOfMember;
