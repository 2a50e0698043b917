import { defineAction, type ActionAPIContext } from 'astro:actions';
import { keepConfirmation, removeConfirmation, removeConfirmationInput, takeBackConfirmation } from '#domain/decisions/flagging-confirmations.ts';
import { removePost, removePostInput, removeThread, removeThreadInput, restorePost, restorePostInput, restoreThread, restoreThreadInput } from '#domain/decisions/removing.ts';
import { submitComment, submitCommentInput, submitEdit, submitEditInput, submitPost, submitPostInput, submitThread, submitThreadInput } from '#domain/decisions/submitting.ts';
import { takeBackHeld, takeBackHeldInput } from '#domain/decisions/taking-back-held.ts';
import { acceptAnswer, acceptInput, unacceptAnswer } from '#domain/forum/accepting.ts';
import { handOverInput, handOverQuestion } from '#domain/forum/answer-clock.ts';
import { lookUpAuthor, lookUpInput } from '#domain/forum/asking-anonymously.ts';
import { calendarInput, setCalendar } from '#domain/forum/calendar.ts';
import { closeThread, closeThreadInput, reopenThread, reopenThreadInput } from '#domain/forum/closing.ts';
import { confirmInput, confirmPost, unconfirmInput } from '#domain/forum/confirming.ts';
import { mergeThreads, mergeThreadsInput } from '#domain/forum/merging.ts';
import {
  changeKindInput, changeThreadKind, lockThread, lockThreadInput, moveThread, moveThreadInput, pinThread, renameThread, renameThreadInput, threadActInput, unlockThread, unpinThread,
} from '#domain/forum/moderating.ts';
import { answerInput, askAboutAnswer, reconfirmAnswer } from '#domain/forum/old-answers.ts';
import { postFilesInput, takePostFiles, type TakenFile } from '#domain/forum/post-files.ts';
import { postRemoveInput, previewInput, previewPost, removeOwnPost } from '#domain/forum/posts.ts';
import { forumCoordinatorsInput, setForumCoordinators } from '#domain/forum/question-owners.ts';
import { react, reactInput } from '#domain/forum/reacting.ts';
import { splitThread, splitThreadInput } from '#domain/forum/splitting.ts';
import { undoThreadAct, undoThreadActInput } from '#domain/forum/undoing.ts';
import { showVersions, showVersionsInput, withholdVersions, withholdVersionsInput } from '#domain/forum/withholding-versions.ts';
import type { Member } from '#domain/people/types.ts';
import { incomingFolder, receivedFile } from '#lib/incoming-files.ts';
import { settings } from '#lib/settings.ts';
import type { z } from 'zod';
import { asMember } from './handlers.ts';

/** Wraps a command that writes a post: the files of the form are taken first, because that takes time and a transaction has none. */
function withFiles<Input extends object, Output>(command: (actor: Member, input: Input & { files: TakenFile[] }) => Output) {
  return (input: Input & z.output<typeof postFilesInput>, context: ActionAPIContext) => asMember(async (actor, given: typeof input) => {
    const file = await Promise.all(given.file.map((one) => receivedFile(incomingFolder(settings().dataDir), one)));
    const counted = (context.locals.filesCounted = new Set<number>());
    return command(actor, { ...given, files: await takePostFiles(actor, { ...given, file }, new Date(), counted) });
  })(input, context);
}
const { shape: files } = postFilesInput;

export const threads = {
  create: defineAction({ accept: 'form', input: submitThreadInput.extend(files), handler: withFiles(submitThread) }),
  rename: defineAction({ accept: 'form', input: renameThreadInput, handler: asMember(renameThread) }),
  changeKind: defineAction({ accept: 'form', input: changeKindInput, handler: asMember(changeThreadKind) }),
  move: defineAction({ accept: 'form', input: moveThreadInput, handler: asMember(moveThread) }),
  lock: defineAction({ accept: 'form', input: lockThreadInput, handler: asMember(lockThread) }),
  unlock: defineAction({ accept: 'form', input: threadActInput, handler: asMember(unlockThread) }),
  pin: defineAction({ accept: 'form', input: threadActInput, handler: asMember(pinThread) }),
  unpin: defineAction({ accept: 'form', input: threadActInput, handler: asMember(unpinThread) }),
  remove: defineAction({ accept: 'form', input: removeThreadInput, handler: asMember(removeThread) }),
  restore: defineAction({ accept: 'form', input: restoreThreadInput, handler: asMember(restoreThread) }),
  split: defineAction({ accept: 'form', input: splitThreadInput, handler: asMember(splitThread) }),
  merge: defineAction({ accept: 'form', input: mergeThreadsInput, handler: asMember(mergeThreads) }),
  undo: defineAction({ accept: 'form', input: undoThreadActInput, handler: asMember(undoThreadAct) }),
  close: defineAction({ accept: 'form', input: closeThreadInput, handler: asMember(closeThread) }),
  reopen: defineAction({ accept: 'form', input: reopenThreadInput, handler: asMember(reopenThread) }),
};

export const posts = {
  create: defineAction({ accept: 'form', input: submitPostInput.extend(files), handler: withFiles(submitPost) }),
  edit: defineAction({ accept: 'form', input: submitEditInput.extend(files), handler: withFiles(submitEdit) }),
  removeOwn: defineAction({ accept: 'form', input: postRemoveInput, handler: asMember(removeOwnPost) }),
  takeBackHeld: defineAction({ accept: 'form', input: takeBackHeldInput, handler: asMember(takeBackHeld) }),
  preview: defineAction({ accept: 'form', input: previewInput, handler: asMember(previewPost) }),
  remove: defineAction({ accept: 'form', input: removePostInput, handler: asMember(removePost) }),
  restore: defineAction({ accept: 'form', input: restorePostInput, handler: asMember(restorePost) }),
  lookUpAuthor: defineAction({ accept: 'form', input: lookUpInput, handler: asMember(lookUpAuthor) }),
  withholdVersions: defineAction({ accept: 'form', input: withholdVersionsInput, handler: asMember(withholdVersions) }),
  showVersions: defineAction({ accept: 'form', input: showVersionsInput, handler: asMember(showVersions) }),
};

export const comments = {
  create: defineAction({ accept: 'form', input: submitCommentInput.extend(files), handler: withFiles(submitComment) }),
};

export const reactions = {
  set: defineAction({ accept: 'form', input: reactInput, handler: asMember(react) }),
};

export const answers = {
  accept: defineAction({ accept: 'form', input: acceptInput, handler: asMember(acceptAnswer) }),
  unaccept: defineAction({ accept: 'form', input: acceptInput, handler: asMember(unacceptAnswer) }),
  confirm: defineAction({ accept: 'form', input: confirmInput, handler: asMember(confirmPost) }),
  unconfirm: defineAction({ accept: 'form', input: unconfirmInput, handler: asMember(takeBackConfirmation) }),
  removeConfirmation: defineAction({ accept: 'form', input: removeConfirmationInput, handler: asMember(removeConfirmation) }),
  keepConfirmation: defineAction({ accept: 'form', input: removeConfirmationInput, handler: asMember(keepConfirmation) }),
  ask: defineAction({ accept: 'form', input: answerInput, handler: asMember(askAboutAnswer) }),
  reconfirm: defineAction({ accept: 'form', input: answerInput, handler: asMember(reconfirmAnswer) }),
};

export const questions = {
  handOver: defineAction({ accept: 'form', input: handOverInput, handler: asMember(handOverQuestion) }),
  setCalendar: defineAction({ accept: 'form', input: calendarInput, handler: asMember(setCalendar) }),
  setCoordinators: defineAction({ accept: 'form', input: forumCoordinatorsInput, handler: asMember(setForumCoordinators) }),
};
