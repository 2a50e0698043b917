import { defineAction } from 'astro:actions';
import { closeThread, closeThreadInput, reopenThread, reopenThreadInput } from '#domain/forum/closing.ts';
import { commentInput, createComment } from '#domain/forum/comments.ts';
import {
  lockThread, lockThreadInput, moveThread, moveThreadInput, pinThread, removePost, removePostInput, removeThread, removeThreadInput,
  renameThread, renameThreadInput, restorePost, restorePostInput, restoreThread, threadActInput, unlockThread, unpinThread,
} from '#domain/forum/moderating.ts';
import { mergeThreads, mergeThreadsInput } from '#domain/forum/merging.ts';
import { createPost, editPost, postEditInput, postInput, postRemoveInput, previewInput, previewPost, removeOwnPost } from '#domain/forum/posts.ts';
import { react, reactInput } from '#domain/forum/reacting.ts';
import { splitThread, splitThreadInput } from '#domain/forum/splitting.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { undoThreadAct, undoThreadActInput } from '#domain/forum/undoing.ts';
import { asMember } from './handlers.ts';

export const threads = {
  create: defineAction({ accept: 'form', input: threadInput, handler: asMember(createThread) }),
  rename: defineAction({ accept: 'form', input: renameThreadInput, handler: asMember(renameThread) }),
  move: defineAction({ accept: 'form', input: moveThreadInput, handler: asMember(moveThread) }),
  lock: defineAction({ accept: 'form', input: lockThreadInput, handler: asMember(lockThread) }),
  unlock: defineAction({ accept: 'form', input: threadActInput, handler: asMember(unlockThread) }),
  pin: defineAction({ accept: 'form', input: threadActInput, handler: asMember(pinThread) }),
  unpin: defineAction({ accept: 'form', input: threadActInput, handler: asMember(unpinThread) }),
  remove: defineAction({ accept: 'form', input: removeThreadInput, handler: asMember(removeThread) }),
  restore: defineAction({ accept: 'form', input: threadActInput, handler: asMember(restoreThread) }),
  split: defineAction({ accept: 'form', input: splitThreadInput, handler: asMember(splitThread) }),
  merge: defineAction({ accept: 'form', input: mergeThreadsInput, handler: asMember(mergeThreads) }),
  undo: defineAction({ accept: 'form', input: undoThreadActInput, handler: asMember(undoThreadAct) }),
  close: defineAction({ accept: 'form', input: closeThreadInput, handler: asMember(closeThread) }),
  reopen: defineAction({ accept: 'form', input: reopenThreadInput, handler: asMember(reopenThread) }),
};

export const posts = {
  create: defineAction({ accept: 'form', input: postInput, handler: asMember(createPost) }),
  edit: defineAction({ accept: 'form', input: postEditInput, handler: asMember(editPost) }),
  removeOwn: defineAction({ accept: 'form', input: postRemoveInput, handler: asMember(removeOwnPost) }),
  preview: defineAction({ accept: 'form', input: previewInput, handler: asMember(previewPost) }),
  remove: defineAction({ accept: 'form', input: removePostInput, handler: asMember(removePost) }),
  restore: defineAction({ accept: 'form', input: restorePostInput, handler: asMember(restorePost) }),
};

export const comments = {
  create: defineAction({ accept: 'form', input: commentInput, handler: asMember(createComment) }),
};

export const reactions = {
  set: defineAction({ accept: 'form', input: reactInput, handler: asMember(react) }),
};
