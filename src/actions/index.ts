import { attachments } from './attachments.ts';
import { bookmarks, collections } from './collections.ts';
import { answers, comments, posts, questions, threads } from './forum.ts';
import { imports } from './imports.ts';
import { links } from './links.ts';
import { members } from './members.ts';
import { duplicates } from './merging.ts';
import { moderation } from './moderation.ts';
import { resources } from './resources.ts';
import { mail, searches } from './searches.ts';
import { thesaurus } from './thesaurus.ts';

export const server = {
  members, threads, posts, comments, answers, questions, moderation, resources, collections, bookmarks, imports, links, duplicates, attachments, thesaurus, searches, mail,
};
