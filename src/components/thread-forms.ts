import { actions } from 'astro:actions';

/* Astro makes an action anew each time it is looked up, which costs a page of many forms more than a query: those of a thread are looked up once. */

const { threads, answers, posts, reactions } = actions;

/** What the tools of a thread do. */
export const threadActs = {
  rename: threads.rename, changeKind: threads.changeKind, move: threads.move, lock: threads.lock, unlock: threads.unlock, pin: threads.pin, unpin: threads.unpin,
  remove: threads.remove, restore: threads.restore, undo: threads.undo, close: threads.close, reopen: threads.reopen,
};
export const answerActs = { accept: answers.accept, unaccept: answers.unaccept, reconfirm: answers.reconfirm };
export const postActs = { create: posts.create, preview: posts.preview };
/** The address of the form below a post, as a query. */
export const setReaction = String(reactions.set);
