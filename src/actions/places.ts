import { defineAction } from 'astro:actions';
import { addPlace, editPlace, editPlaceFacts, editPlaceInput, placeFactsInput, placeInput } from '#domain/places/editing.ts';
import { asMember } from './handlers.ts';

export const places = {
  add: defineAction({ accept: 'form', input: placeInput, handler: asMember((actor, input: Parameters<typeof addPlace>[1]) => addPlace(actor, input)) }),
  edit: defineAction({ accept: 'form', input: editPlaceInput, handler: asMember(editPlace) }),
  editFacts: defineAction({ accept: 'form', input: placeFactsInput, handler: asMember(editPlaceFacts) }),
};
