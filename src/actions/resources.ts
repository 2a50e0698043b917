import { defineAction } from 'astro:actions';
import {
  bodyPreviewInput, createResource, editResource, newResourceInput, previewBody, republishInput, republishResource, resourceEditInput, withdrawInput, withdrawResource,
} from '#domain/library/writing.ts';
import { NotFound } from '#domain/errors.ts';
import { useFileAgain } from '#domain/library/catalogue.ts';
import { pieceInContent } from '../content.ts';
import { asMember } from './handlers.ts';

export const resources = {
  create: defineAction({ accept: 'form', input: newResourceInput, handler: asMember(createResource) }),
  edit: defineAction({ accept: 'form', input: resourceEditInput, handler: asMember(editResource) }),
  withdraw: defineAction({ accept: 'form', input: withdrawInput, handler: asMember(withdrawResource) }),
  republish: defineAction({ accept: 'form', input: republishInput, handler: asMember(republishResource) }),
  useFile: defineAction({
    accept: 'form', input: republishInput,
    handler: asMember(async (actor, { id }) => {
      const piece = await pieceInContent(id);
      if (!piece) throw new NotFound('There is no file in content/ for this resource.');
      return useFileAgain(actor, piece);
    }),
  }),
  preview: defineAction({ accept: 'form', input: bodyPreviewInput, handler: asMember(previewBody) }),
};
