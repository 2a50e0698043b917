import { defineAction } from 'astro:actions';
import { addEntry, editEntry, entryEditInput, entryRemoveInput, entryRestoreInput, newEntryInput, removeEntry, restoreEntry } from '#domain/thesaurus/editing.ts';
import { declineSuggestion, suggestWords, wordDeclineInput, wordSuggestionInput } from '#domain/thesaurus/suggestions.ts';
import { asMember } from './handlers.ts';

export const thesaurus = {
  add: defineAction({ accept: 'form', input: newEntryInput, handler: asMember(addEntry) }),
  edit: defineAction({ accept: 'form', input: entryEditInput, handler: asMember(editEntry) }),
  remove: defineAction({ accept: 'form', input: entryRemoveInput, handler: asMember(removeEntry) }),
  restore: defineAction({ accept: 'form', input: entryRestoreInput, handler: asMember(restoreEntry) }),
  suggest: defineAction({ accept: 'form', input: wordSuggestionInput, handler: asMember(suggestWords) }),
  decline: defineAction({ accept: 'form', input: wordDeclineInput, handler: asMember(declineSuggestion) }),
};
