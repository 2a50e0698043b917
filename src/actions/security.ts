import { defineAction } from 'astro:actions';
import { agencyAccountInput, disconnectAgency } from '#domain/people/agencies.ts';
import { confirmAuthenticator, confirmAuthenticatorInput, removeAuthenticator, renewRecoveryCodes } from '#domain/people/authenticators.ts';
import { changeEmailInput, confirmEmailChange, emailLinkInput, requestEmailChange, undoEmailChange } from '#domain/people/email-changing.ts';
import { giveSecondFactor, secondFactorInput } from '#domain/people/letting-in.ts';
import { linkInput, proofLinkInput, proveByLink, requestProofLink, requestSignInLink, signInByLink, signInLinkInput } from '#domain/people/mailed-links.ts';
import { addPasskey, addPasskeyInput, passkeyInput, proveByPasskey, removePasskey, renamePasskey, renamePasskeyInput, signInByPasskey, usePasskeyInput } from '#domain/people/passkeys.ts';
import { proveByCode, proveByCodeInput, proveByPassword, proveByPasswordInput } from '#domain/people/proving-again.ts';
import { choosePassword, choosePasswordInput } from '#domain/people/resetting.ts';
import { endOtherSessions, endOwnSession, endSessionInput, startSession } from '#domain/people/sessions.ts';
import { browserOf, enter, takeEntrance } from '../entering.ts';
import { answered, asSession, asVisitor, setCookie } from './handlers.ts';

/** Ways of signing in beside the password. */
export const signIn = {
  requestLink: defineAction({ accept: 'form', input: signInLinkInput, handler: async (input, context) => setCookie(context, await asVisitor(requestSignInLink)(input, context)) }),
  byLink: defineAction({
    accept: 'form', input: linkInput,
    handler: async (input, context) => {
      const { memberId, next } = await asVisitor(signInByLink)(input, context);
      return { next: await enter(context, memberId, 'link', next) };
    },
  }),
  byPasskey: defineAction({
    accept: 'form', input: usePasskeyInput,
    handler: async (input, context) => {
      const memberId = await answered(context, () => signInByPasskey(input, context.locals.address, browserOf(context)));
      return { next: await enter(context, memberId, 'passkey', input.next) };
    },
  }),
  second: defineAction({
    accept: 'form', input: secondFactorInput,
    handler: async (input, context) => ({ next: takeEntrance(context, await answered(context, () => giveSecondFactor(input, context.locals.address, browserOf(context)))) }),
  }),
};

/** Showing once more who one is, before changing how one signs in. */
export const proof = {
  byPassword: defineAction({ accept: 'form', input: proveByPasswordInput, handler: async (input, context) => setCookie(context, await asSession(proveByPassword)(input, context)) }),
  byCode: defineAction({ accept: 'form', input: proveByCodeInput, handler: async (input, context) => setCookie(context, await asSession(proveByCode)(input, context)) }),
  byPasskey: defineAction({ accept: 'form', input: usePasskeyInput, handler: async (input, context) => setCookie(context, await asSession((session, given: typeof input) => proveByPasskey(session, given, browserOf(context)))(input, context)) }),
  requestLink: defineAction({ accept: 'form', input: proofLinkInput, handler: asSession(requestProofLink) }),
  byLink: defineAction({
    accept: 'form', input: linkInput,
    handler: async (input, context) => {
      const { cookie, next } = await asSession(proveByLink)(input, context);
      setCookie(context, cookie);
      return { next };
    },
  }),
};

/** How a member signs in, and where they are signed in. */
export const security = {
  choosePassword: defineAction({
    accept: 'form', input: choosePasswordInput,
    handler: async (input, context) => {
      await asSession(choosePassword)(input, context);
      if (context.locals.viewer) setCookie(context, await startSession(context.locals.viewer.id, browserOf(context).name));
    },
  }),
  addPasskey: defineAction({ accept: 'form', input: addPasskeyInput, handler: async (input, context) => asSession((session, given: typeof input) => addPasskey(session, given, browserOf(context)))(input, context) }),
  renamePasskey: defineAction({ accept: 'form', input: renamePasskeyInput, handler: asSession(renamePasskey) }),
  removePasskey: defineAction({ accept: 'form', input: passkeyInput, handler: asSession(removePasskey) }),
  confirmAuthenticator: defineAction({ accept: 'form', input: confirmAuthenticatorInput, handler: async (input, context) => asSession((session, given: typeof input) => confirmAuthenticator(session, given, browserOf(context)))(input, context) }),
  removeAuthenticator: defineAction({ accept: 'form', handler: asSession(removeAuthenticator) }),
  renewRecoveryCodes: defineAction({ accept: 'form', handler: asSession(renewRecoveryCodes) }),
  disconnectAgency: defineAction({ accept: 'form', input: agencyAccountInput, handler: asSession(disconnectAgency) }),
  endSession: defineAction({ accept: 'form', input: endSessionInput, handler: asSession(endOwnSession) }),
  endOtherSessions: defineAction({ accept: 'form', handler: asSession(endOtherSessions) }),
  changeEmail: defineAction({ accept: 'form', input: changeEmailInput, handler: asSession(requestEmailChange) }),
  confirmEmail: defineAction({ accept: 'form', input: emailLinkInput, handler: asSession(confirmEmailChange) }),
  undoEmail: defineAction({ accept: 'form', input: emailLinkInput, handler: asVisitor(undoEmailChange) }),
};
