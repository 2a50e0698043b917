import { defineAction } from 'astro:actions';
import { appealDecision, appealInput } from '#domain/decisions/appealing.ts';
import { acceptCorrection, acceptCorrectionInput, answerCorrection, answerCorrectionInput } from '#domain/decisions/correcting.ts';
import { decide, decideInput, undoDecision, undoInput } from '#domain/decisions/deciding.ts';
import { flagConfirmation, flagConfirmationInput } from '#domain/decisions/flagging-confirmations.ts';
import { flagMember, flagMemberInput, flagPost, flagPostInput } from '#domain/decisions/flagging.ts';
import { addCaseNote, caseInput, caseNoteInput, claimCase, releaseCase } from '#domain/decisions/queue.ts';
import { appointInput, appointMember } from '#domain/moderation/appointing.ts';
import { holdingInput, setHolding } from '#domain/moderation/holding.ts';
import { endEverySession, endSessionOf, endSessionOfInput, removeSecondStep, removeSecondStepInput } from '#domain/moderation/others-sessions.ts';
import { setTrust, trustInput } from '#domain/moderation/setting-trust.ts';
import { extendInput, extendSuspension, restoreInput, restoreMember, suspendInput, suspendMember } from '#domain/decisions/suspending.ts';
import { asMember, asSession } from './handlers.ts';

export const moderation = {
  suspend: defineAction({ accept: 'form', input: suspendInput, handler: asMember(suspendMember) }),
  extend: defineAction({ accept: 'form', input: extendInput, handler: asMember(extendSuspension) }),
  restore: defineAction({ accept: 'form', input: restoreInput, handler: asMember(restoreMember) }),
  appoint: defineAction({ accept: 'form', input: appointInput, handler: asSession(appointMember) }),
  endSession: defineAction({ accept: 'form', input: endSessionOfInput, handler: asMember(endSessionOf) }),
  endEverySession: defineAction({ accept: 'form', handler: asSession(endEverySession) }),
  removeSecondStep: defineAction({ accept: 'form', input: removeSecondStepInput, handler: asSession(removeSecondStep) }),
  setTrust: defineAction({ accept: 'form', input: trustInput, handler: asMember(setTrust) }),
  setHolding: defineAction({ accept: 'form', input: holdingInput, handler: asMember(setHolding) }),
};

export const flags = {
  post: defineAction({ accept: 'form', input: flagPostInput, handler: asMember(flagPost) }),
  member: defineAction({ accept: 'form', input: flagMemberInput, handler: asMember(flagMember) }),
  confirmation: defineAction({ accept: 'form', input: flagConfirmationInput, handler: asMember(flagConfirmation) }),
};

export const corrections = {
  accept: defineAction({ accept: 'form', input: acceptCorrectionInput, handler: asMember(acceptCorrection) }),
  answer: defineAction({ accept: 'form', input: answerCorrectionInput, handler: asMember(answerCorrection) }),
};

export const cases = {
  claim: defineAction({ accept: 'form', input: caseInput, handler: asMember((actor, input) => claimCase(actor, input)) }),
  release: defineAction({ accept: 'form', input: caseInput, handler: asMember((actor, input) => releaseCase(actor, input)) }),
  note: defineAction({ accept: 'form', input: caseNoteInput, handler: asMember(addCaseNote) }),
  decide: defineAction({ accept: 'form', input: decideInput, handler: asMember((actor, input) => decide(actor, input)) }),
  undo: defineAction({ accept: 'form', input: undoInput, handler: asMember((actor, input) => undoDecision(actor, input)) }),
  appeal: defineAction({ accept: 'form', input: appealInput, handler: asMember((actor, input) => appealDecision(actor, input)) }),
};
