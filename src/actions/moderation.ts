import { defineAction } from 'astro:actions';
import { appointInput, appointMember, restoreInput, restoreMember, suspendInput, suspendMember } from '#domain/moderation/suspending.ts';
import { asMember } from './handlers.ts';

export const moderation = {
  suspend: defineAction({ accept: 'form', input: suspendInput, handler: asMember(suspendMember) }),
  restore: defineAction({ accept: 'form', input: restoreInput, handler: asMember(restoreMember) }),
  appoint: defineAction({ accept: 'form', input: appointInput, handler: asMember(appointMember) }),
};
