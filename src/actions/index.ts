import { comments, posts, threads } from './forum.ts';
import { members } from './members.ts';
import { moderation } from './moderation.ts';
import { resources } from './resources.ts';

export const server = { members, threads, posts, comments, moderation, resources };
