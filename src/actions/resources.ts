import { defineAction } from 'astro:actions';
import { attestInput, attestResource, careInput, setCare } from '#domain/library/care.ts';
import { useFileAgain } from '#domain/library/catalogue.ts';
import { lookUpForForm, lookUpInput } from '#domain/library/lookup.ts';
import { renameInput, renameResource } from '#domain/library/renaming.ts';
import { suggestionInput, suggestResource, takeBackInput, takeBackSuggestion } from '#domain/library/suggesting.ts';
import { restoreVersion, restoreVersionInput } from '#domain/library/versions.ts';
import {
  declineInput, declineResource, publishInput, publishResource, reopenResource, republishResource, resourceActInput, retireInput, retireResource, submitResource, takeIntoReview,
} from '#domain/library/workflow.ts';
import { bodyPreviewInput, createResource, editResource, newResourceInput, previewBody, resourceEditInput } from '#domain/library/writing.ts';
import { NotFound } from '#domain/errors.ts';
import { pieceInContent } from '../content.ts';
import { asMember } from './handlers.ts';

export const resources = {
  create: defineAction({ accept: 'form', input: newResourceInput, handler: asMember(createResource) }),
  edit: defineAction({ accept: 'form', input: resourceEditInput, handler: asMember(editResource) }),
  submit: defineAction({ accept: 'form', input: resourceActInput, handler: asMember(submitResource) }),
  review: defineAction({ accept: 'form', input: resourceActInput, handler: asMember(takeIntoReview) }),
  publish: defineAction({ accept: 'form', input: publishInput, handler: asMember(publishResource) }),
  decline: defineAction({ accept: 'form', input: declineInput, handler: asMember(declineResource) }),
  reopen: defineAction({ accept: 'form', input: resourceActInput, handler: asMember(reopenResource) }),
  retire: defineAction({ accept: 'form', input: retireInput, handler: asMember(retireResource) }),
  republish: defineAction({ accept: 'form', input: resourceActInput, handler: asMember(republishResource) }),
  rename: defineAction({ accept: 'form', input: renameInput, handler: asMember(renameResource) }),
  restore: defineAction({ accept: 'form', input: restoreVersionInput, handler: asMember(restoreVersion) }),
  care: defineAction({ accept: 'form', input: careInput, handler: asMember(setCare) }),
  attest: defineAction({ accept: 'form', input: attestInput, handler: asMember(attestResource) }),
  useFile: defineAction({
    accept: 'form', input: resourceActInput,
    handler: asMember(async (actor, { id }) => {
      const piece = await pieceInContent(id);
      if (!piece) throw new NotFound('There is no file in content/ for this resource.');
      return useFileAgain(actor, piece);
    }),
  }),
  preview: defineAction({ accept: 'form', input: bodyPreviewInput, handler: asMember(previewBody) }),
  lookUp: defineAction({ accept: 'form', input: lookUpInput, handler: asMember(lookUpForForm) }),
  suggest: defineAction({ accept: 'form', input: suggestionInput, handler: asMember(suggestResource) }),
  takeBack: defineAction({ accept: 'form', input: takeBackInput, handler: asMember(takeBackSuggestion) }),
};
