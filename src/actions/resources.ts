import { defineAction } from 'astro:actions';
import {
  bodyPreviewInput, createResource, editResource, newResourceInput, previewBody, republishInput, republishResource, resourceEditInput, withdrawInput, withdrawResource,
} from '#domain/library/writing.ts';
import { asMember } from './handlers.ts';

export const resources = {
  create: defineAction({ accept: 'form', input: newResourceInput, handler: asMember(createResource) }),
  edit: defineAction({ accept: 'form', input: resourceEditInput, handler: asMember(editResource) }),
  withdraw: defineAction({ accept: 'form', input: withdrawInput, handler: asMember(withdrawResource) }),
  republish: defineAction({ accept: 'form', input: republishInput, handler: asMember(republishResource) }),
  preview: defineAction({ accept: 'form', input: bodyPreviewInput, handler: asMember(previewBody) }),
};
