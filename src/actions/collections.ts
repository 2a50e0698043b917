import { defineAction } from 'astro:actions';
import { saveInput, saveResource, unsaveResource } from '#domain/library/bookmarks.ts';
import {
  collectionActInput, collectionEditInput, collectionInput, copyCollection, createCollection, deleteCollection, editCollection, featureCollection, hideCollection, hideInput, unfeatureCollection,
} from '#domain/library/collecting.ts';
import { annotateInput, annotateItem, collectInput, collectResource, itemInput, moveInput, moveItem, removeItem, replaceItem } from '#domain/library/placing.ts';
import { asMember } from './handlers.ts';

export const collections = {
  create: defineAction({ accept: 'form', input: collectionInput, handler: asMember(createCollection) }),
  edit: defineAction({ accept: 'form', input: collectionEditInput, handler: asMember(editCollection) }),
  delete: defineAction({ accept: 'form', input: collectionActInput, handler: asMember(deleteCollection) }),
  copy: defineAction({ accept: 'form', input: collectionActInput, handler: asMember(copyCollection) }),
  feature: defineAction({ accept: 'form', input: collectionActInput, handler: asMember(featureCollection) }),
  hide: defineAction({ accept: 'form', input: hideInput, handler: asMember(hideCollection) }),
  unfeature: defineAction({ accept: 'form', input: collectionActInput, handler: asMember(unfeatureCollection) }),
  collect: defineAction({ accept: 'form', input: collectInput, handler: asMember(collectResource) }),
  move: defineAction({ accept: 'form', input: moveInput, handler: asMember(moveItem) }),
  annotate: defineAction({ accept: 'form', input: annotateInput, handler: asMember(annotateItem) }),
  drop: defineAction({ accept: 'form', input: itemInput, handler: asMember(removeItem) }),
  replace: defineAction({ accept: 'form', input: itemInput, handler: asMember(replaceItem) }),
};

export const bookmarks = {
  save: defineAction({ accept: 'form', input: saveInput, handler: asMember(saveResource) }),
  unsave: defineAction({ accept: 'form', input: saveInput, handler: asMember(unsaveResource) }),
};
