import { defineAction } from 'astro:actions';
import { commentInput, createComment } from '#domain/forum/comments.ts';
import {
  lockThread, lockThreadInput, moveThread, moveThreadInput, pinThread, removePost, removePostInput, removeThread, removeThreadInput,
  renameThread, renameThreadInput, restorePost, restorePostInput, restoreThread, threadActInput, unlockThread, unpinThread,
} from '#domain/forum/moderating.ts';
import { createPost, editPost, postEditInput, postInput, postRemoveInput, previewInput, previewPost, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread, threadInput } from '#domain/forum/starting-threads.ts';
import { postFilesInput, takePostFiles, type TakenFile } from '#domain/forum/post-files.ts';
import type { Member } from '#domain/people/types.ts';
import { incomingFolder, receivedFile } from '#lib/incoming-files.ts';
import { settings } from '#lib/settings.ts';
import type { z } from 'zod';
import { asMember } from './handlers.ts';

/** Wraps a command that writes a post: the files of the form are taken first, because that takes time and a transaction has none. */
function withFiles<Input extends object, Output>(command: (actor: Member, input: Input & { files: TakenFile[] }) => Output) {
  return asMember(async (actor, input: Input & z.output<typeof postFilesInput>) => {
    const file = await Promise.all(input.file.map((one) => receivedFile(incomingFolder(settings().dataDir), one)));
    return command(actor, { ...input, files: await takePostFiles(actor, { ...input, file }) });
  });
}
const { shape: files } = postFilesInput;

export const threads = {
  create: defineAction({ accept: 'form', input: threadInput.extend(files), handler: withFiles(createThread) }),
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
  create: defineAction({ accept: 'form', input: postInput.extend(files), handler: withFiles(createPost) }),
  edit: defineAction({ accept: 'form', input: postEditInput.extend(files), handler: withFiles(editPost) }),
  removeOwn: defineAction({ accept: 'form', input: postRemoveInput, handler: asMember(removeOwnPost) }),
  preview: defineAction({ accept: 'form', input: previewInput, handler: asMember(previewPost) }),
  remove: defineAction({ accept: 'form', input: removePostInput, handler: asMember(removePost) }),
  restore: defineAction({ accept: 'form', input: restorePostInput, handler: asMember(restorePost) }),
};

export const comments = {
  create: defineAction({ accept: 'form', input: commentInput.extend(files), handler: withFiles(createComment) }),
};
