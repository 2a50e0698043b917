import { attachments } from './attachments.ts';
import { bookmarks, collections } from './collections.ts';
import { drafts } from './drafts.ts';
import { answers, comments, posts, questions, reactions, threads } from './forum.ts';
import { blocks, follows, notifications, unread } from './follows.ts';
import { forums } from './forums.ts';
import { imports } from './imports.ts';
import { links } from './links.ts';
import { members } from './members.ts';
import { invitations, joining, verification, welcome } from './membership.ts';
import { duplicates } from './merging.ts';
import { places } from './places.ts';
import { cases, corrections, flags, moderation } from './moderation.ts';
import { resources } from './resources.ts';
import { mail, searches } from './searches.ts';
import { proof, security, signIn } from './security.ts';
import { thesaurus } from './thesaurus.ts';

export const server = {
  members, forums, threads, posts, comments, drafts, answers, questions, reactions, moderation, flags, corrections, cases, resources, collections, bookmarks, imports, links, duplicates, attachments, places, thesaurus, searches, mail,
  follows, blocks, notifications, unread, signIn, proof, security, joining, invitations, verification, welcome,
};
