import type { Correction } from '../moderation/corrections.ts';
import type { Author } from '../people/types.ts';
import type { PostFile } from './post-files.ts';
import type { Term } from '../library/types.ts';

export const threadKinds = ['discussion', 'question', 'announcement', 'case-of-the-week'] as const;
export type ThreadKind = (typeof threadKinds)[number];

/** What each kind of thread is called. */
export const threadKindWords: Record<ThreadKind, { one: string; many: string }> = {
  question: { one: 'Question', many: 'Questions' },
  discussion: { one: 'Discussion', many: 'Discussions' },
  announcement: { one: 'Announcement', many: 'Announcements' },
  'case-of-the-week': { one: 'Case of the week', many: 'Cases of the week' },
};

/** Kinds that coordinators start; every member replies. */
export const coordinatorKinds: readonly ThreadKind[] = ['announcement', 'case-of-the-week'];

export const forumStarters = ['members', 'coordinators'] as const;
export type ForumStarters = (typeof forumStarters)[number];

export const reactionKinds = ['helpful', 'thanks', 'we-do-this-too', 'same-question'] as const;
export type ReactionKind = (typeof reactionKinds)[number];

/** How many members said the same of a post with one click. */
export interface PostReaction { kind: ReactionKind; count: number; /** The viewer is one of them. */ mine: boolean }

export interface ForumRow {
  id: number;
  slug: string;
  name: string;
  description: string;
  /** Who starts threads here; every member replies. */
  startedBy: ForumStarters;
  /** Why it is read only; null while it is open. */
  closedReason: string | null;
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
  /** By who started it or a coordinator: settled. */
  closed: boolean;
  removed: boolean;
  /** Out of view until a coordinator decides; it counts as removed everywhere. */
  hidden: boolean;
  /** It has an accepted answer. */
  answered: boolean;
  /** A question to which nobody but who asked has replied. */
  waiting: boolean;
  themes: Term[];
}

/** One post as it is shown. A removed post carries no text; one that is only hidden carries it for its author. */
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
  /** When it was edited later than a day after it was written. */
  editedAt: Date | null;
  html: string;
  files: PostFile[];
  removed: { by: 'author' | 'coordinator'; reason: string | null } | null;
  /** Out of view until a coordinator decides; it counts as removed everywhere. */
  hidden: boolean;
  /** By somebody whom the viewer has blocked: there, but folded. */
  folded: boolean;
  corrections: Correction[];
  mayEdit: boolean;
  mayRemove: boolean;
  mayFlag: boolean;
  /** What others said of it with one click; empty for a removed post. */
  reactions: PostReaction[];
  /** The reactions that this viewer may give it. */
  mayReact: readonly ReactionKind[];
  mayQuote: boolean;
}
