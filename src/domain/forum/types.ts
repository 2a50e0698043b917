import type { Author } from '../people/types.ts';
import type { Term } from '../library/types.ts';

export const threadKinds = ['discussion', 'question', 'announcement'] as const;
export type ThreadKind = (typeof threadKinds)[number];

export interface ForumRow {
  id: number;
  slug: string;
  name: string;
  description: string;
  threads: number;
  posts: number;
  latest: ThreadRow | null;
}

/** One line of a list of threads. */
export interface ThreadRow {
  id: number;
  title: string;
  /** `/forums/<forum>/<id>-<slug>`, or the resource's page for a thread of comments. */
  url: string;
  kind: ThreadKind;
  forum: { slug: string; name: string } | null;
  author: Author;
  createdAt: Date;
  lastPostAt: Date;
  lastPoster: Author;
  /** Replies, without the opening post. */
  replies: number;
  pinned: boolean;
  locked: boolean;
  removed: boolean;
  /** It has an accepted answer. */
  answered: boolean;
  /** A question to which nobody but who asked has replied. */
  waiting: boolean;
  themes: Term[];
}

/** One post as it is shown. A removed post carries no text. */
export interface PostView {
  id: number;
  /** Position in its thread, 1 = the opening post; never changes. */
  number: number;
  /** As everybody may see them; nameless where it was asked for a colleague. */
  author: Author;
  /** The viewer's own. */
  own: boolean;
  /** The viewer's own, and shown to all others without their name. */
  ownNameless: boolean;
  createdAt: Date;
  editedAt: Date | null;
  html: string;
  removed: { by: 'author' | 'coordinator'; reason: string | null } | null;
  mayEdit: boolean;
  mayRemove: boolean;
}
