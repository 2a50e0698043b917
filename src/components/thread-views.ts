import { threadKinds, threadKindWords, type ThreadKind } from '#domain/forum/types.ts';
import type { listThreads, ThreadFilter } from '#domain/forum/threads.ts';
import type { Viewer } from '#domain/people/types.ts';

/** One way to look at the threads of a forum, or of all. A new one is one more entry in the list below. */
export interface ThreadView {
  /** Its name in the address, `?show=…`. */
  key: string;
  label: string;
  /** Only for those who are signed in. */
  own?: boolean;
  by: Parameters<typeof listThreads>[3];
  filter: (viewer: Viewer) => ThreadFilter;
  /** What to say where it shows nothing. */
  empty: { title: string; text: string; /** In a forum in which only coordinators start threads, to the others. */ toReaders?: string };
}

const newest: ThreadView = { key: 'newest', label: 'Newest activity', by: 'activity', filter: () => ({}), empty: { title: 'Nobody has written yet', text: 'Start the first one: a question is enough.', toReaders: 'Coordinators start the threads here. When there is one, you are welcome to reply.' } };

/** The tabs above every list of threads, in order; the first one needs no name in the address. */
export const threadViews: readonly ThreadView[] = [
  newest,
  { key: 'new', label: 'New', by: 'start', filter: () => ({}), empty: newest.empty },
  { key: 'unanswered', label: 'Unanswered', by: 'start', filter: () => ({ unanswered: true }), empty: { title: 'Every question here has an answer', text: 'You can still add your experience to one of them.' } },
  { key: 'mine', label: 'My threads', own: true, by: 'activity', filter: (viewer) => ({ withMember: viewer?.id ?? 0 }), empty: { title: 'You have not written here yet', text: 'Threads you start or write in stand here.' } },
  { key: 'followed', label: 'Followed', own: true, by: 'activity', filter: (viewer) => ({ followedBy: viewer?.id ?? 0 }), empty: { title: 'You follow nothing here yet', text: 'Threads that you follow or track stand here, and those of forums, themes and members that you follow.' } },
];

export interface ChosenView {
  path: string;
  view: ThreadView;
  kind: ThreadKind | undefined;
  views: readonly ThreadView[];
  filter: ThreadFilter;
}

/** Which view the address asks for; what this viewer has no use for is the first one. */
export function chosenView(viewer: Viewer, path: string, query: URLSearchParams): ChosenView {
  const views = threadViews.filter(({ own }) => !own || viewer !== null);
  const view = views.find(({ key }) => key === query.get('show')) ?? newest;
  const kind = threadKinds.find((known) => known === query.get('kind'));
  return { path, view, kind, views, filter: { ...view.filter(viewer), ...(kind && { kind }) } };
}

/** The address of a view, of one kind of threads or of all, and of one of its pages. */
export function addressOfView({ path }: ChosenView, view: ThreadView, kind: ThreadKind | undefined, page = 1): string {
  const query = new URLSearchParams({ ...(view !== newest && { show: view.key }), ...(kind && { kind }), ...(page > 1 && { page: String(page) }) });
  // Down to the list: on a phone the forums above it fill the screen.
  return `${query.size > 0 ? `${path}?${query}` : path}#list`;
}

/** The kinds to choose from, with the words for several. */
export const kindChoices = threadKinds.map((kind) => ({ kind, label: threadKindWords[kind].many }));
