import { defineAction } from 'astro:actions';
import { chooseAll, chooseAllInput, chooseInput, chooseRows } from '#domain/library/imports/choosing.ts';
import { discardImport, importActInput } from '#domain/library/imports/discarding.ts';
import { publishImport } from '#domain/library/imports/publishing.ts';
import { startImport, startInput } from '#domain/library/imports/starting.ts';
import { takeImport, takeInput } from '#domain/library/imports/taking.ts';
import { undoImport } from '#domain/library/imports/undoing.ts';
import { asMember } from './handlers.ts';

export const imports = {
  start: defineAction({ accept: 'form', input: startInput, handler: asMember(startImport) }),
  choose: defineAction({ accept: 'form', input: chooseInput, handler: asMember(chooseRows) }),
  chooseAll: defineAction({ accept: 'form', input: chooseAllInput, handler: asMember(chooseAll) }),
  take: defineAction({ accept: 'form', input: takeInput, handler: asMember(takeImport) }),
  publish: defineAction({ accept: 'form', input: importActInput, handler: asMember(publishImport) }),
  undo: defineAction({ accept: 'form', input: importActInput, handler: asMember(undoImport) }),
  discard: defineAction({ accept: 'form', input: importActInput, handler: asMember(discardImport) }),
};
