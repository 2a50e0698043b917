import { defineAction } from 'astro:actions';
import { mergeInput, mergeResources, unmergeInput, unmergeResources } from '#domain/library/merging.ts';
import { asMember } from './handlers.ts';

export const duplicates = {
  merge: defineAction({ accept: 'form', input: mergeInput, handler: asMember(mergeResources) }),
  unmerge: defineAction({ accept: 'form', input: unmergeInput, handler: asMember(unmergeResources) }),
};
