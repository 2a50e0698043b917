import { defineAction } from 'astro:actions';
import { attachFile, attachInput, detachFile, detachInput } from '#domain/library/attaching.ts';
import { incomingFolder, receivedFile } from '#lib/incoming-files.ts';
import { settings } from '#lib/settings.ts';
import { asMember } from './handlers.ts';

export const attachments = {
  attach: defineAction({
    accept: 'form', input: attachInput,
    handler: asMember(async (actor, input) => attachFile(actor, { ...input, file: await receivedFile(incomingFolder(settings().dataDir), input.file) })),
  }),
  detach: defineAction({ accept: 'form', input: detachInput, handler: asMember(detachFile) }),
};
