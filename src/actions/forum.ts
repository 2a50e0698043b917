import { defineAction } from 'astro:actions';
import { acceptAnswer, acceptInput, unacceptAnswer } from '#domain/forum/accepting.ts';
import { handOverInput, handOverQuestion } from '#domain/forum/answer-clock.ts';
import { lookUpAsker, lookUpInput } from '#domain/forum/asking-anonymously.ts';
import { calendarInput, setCalendar } from '#domain/forum/calendar.ts';
import { commentInput, createComment } from '#domain/forum/comments.ts';
import { confirmInput, confirmPost, unconfirmInput, unconfirmPost } from '#domain/forum/confirming.ts';
import {
  lockThread, lockThreadInput, moveThread, moveThreadInput, pinThread, removePost, removePostInput, removeThread, removeThreadInput,
  renameThread, renameThreadInput, restorePost, restorePostInput, restoreThread, threadActInput, unlockThread, unpinThread,
} from '#domain/forum/moderating.ts';
import { createPost, editPost, postEditInput, postInput, postRemoveInput, previewInput, previewPost, removeOwnPost } from '#domain/forum/posts.ts';
import { answerInput, askAboutAnswer, reconfirmAnswer } from '#domain/forum/old-answers.ts';
import { forumCoordinatorsInput, setForumCoordinators } from '#domain/forum/question-owners.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
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

export const answers = {
  accept: defineAction({ accept: 'form', input: acceptInput, handler: asMember(acceptAnswer) }),
  unaccept: defineAction({ accept: 'form', input: acceptInput, handler: asMember(unacceptAnswer) }),
  confirm: defineAction({ accept: 'form', input: confirmInput, handler: asMember(confirmPost) }),
  unconfirm: defineAction({ accept: 'form', input: unconfirmInput, handler: asMember(unconfirmPost) }),
  ask: defineAction({ accept: 'form', input: answerInput, handler: asMember(askAboutAnswer) }),
  reconfirm: defineAction({ accept: 'form', input: answerInput, handler: asMember(reconfirmAnswer) }),
};

export const questions = {
  handOver: defineAction({ accept: 'form', input: handOverInput, handler: asMember(handOverQuestion) }),
  lookUpAsker: defineAction({ accept: 'form', input: lookUpInput, handler: asMember(lookUpAsker) }),
  setCalendar: defineAction({ accept: 'form', input: calendarInput, handler: asMember(setCalendar) }),
  setCoordinators: defineAction({ accept: 'form', input: forumCoordinatorsInput, handler: asMember(setForumCoordinators) }),
};
