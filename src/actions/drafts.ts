import { defineAction } from 'astro:actions';
import { dropDraft, dropDraftInput, saveDraft } from '#domain/forum/drafts.ts';
import { typedIn } from '../typed.ts';
import { asMember } from './handlers.ts';

export const drafts = {
  save: defineAction({ accept: 'form', handler: (form: FormData, context) => asMember((actor, typed: ReturnType<typeof typedIn>) => saveDraft(actor, typed))(typedIn(form), context) }),
  drop: defineAction({ accept: 'form', input: dropDraftInput, handler: asMember(dropDraft) }),
};
