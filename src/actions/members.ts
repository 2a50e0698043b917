import { defineAction, type ActionAPIContext } from 'astro:actions';
import type { z } from 'zod';
import { leaveHub, leaveInput } from '#domain/leaving/leaving.ts';
import { confirmEmail, confirmInput, join, joinInput } from '#domain/people/joining.ts';
import { joinInvited, joinInvitedInput } from '#domain/people/invited.ts';
import { editProfile, profileFormInput } from '#domain/profiles/editing.ts';
import { dropPhoto, putPhoto } from '#domain/profiles/photo.ts';
import { changePassword, changePasswordInput, newPasswordInput, requestReset, resetInput, setNewPassword } from '#domain/people/resetting.ts';
import type { Browser } from '#domain/people/cookies.ts';
import type { Way } from '#domain/people/letting-in.ts';
import { noCookie, startSession } from '#domain/people/sessions.ts';
import { setUp, setUpInput } from '#domain/moderation/setting-up.ts';
import { signIn, signInInput } from '#domain/people/signing-in.ts';
import { incomingFolder, receivedFile } from '#lib/incoming-files.ts';
import { settings } from '#lib/settings.ts';
import { browserOf, enter } from '../entering.ts';
import { answered, asMember, asSession, asVisitor, setCookie } from './handlers.ts';

/** Wraps a command that ends in knowing who somebody is: they are let in. Then the page goes where the form says, or `to`. */
function signingIn<Input extends { next?: string | null | undefined } | object>(command: (input: Input, address: string, browser: Browser) => Promise<number>, way: Way, to = '/') {
  return async (input: Input, context: ActionAPIContext) => {
    const memberId = await answered(context, () => command(input, context.locals.address, browserOf(context)));
    return { next: await enter(context, memberId, way, 'next' in input ? input.next : to) };
  };
}

/** Ends in nobody being signed in. */
const leave = defineAction({
  accept: 'form', input: leaveInput,
  handler: async (input, context) => {
    await asSession(leaveHub)(input, context);
    setCookie(context, noCookie());
  },
});

export const members = {
  leave,
  join: defineAction({ accept: 'form', input: joinInput, handler: asVisitor(join) }),
  joinInvited: defineAction({ accept: 'form', input: joinInvitedInput, handler: signingIn(joinInvited, 'password', '/welcome') }),
  confirm: defineAction({ accept: 'form', input: confirmInput, handler: signingIn(confirmEmail, 'password', '/welcome') }),
  signIn: defineAction({ accept: 'form', input: signInInput, handler: signingIn(signIn, 'password') }),
  requestReset: defineAction({ accept: 'form', input: resetInput, handler: asVisitor(requestReset) }),
  setNewPassword: defineAction({ accept: 'form', input: newPasswordInput, handler: signingIn(setNewPassword, 'link', '/account/security?password') }),
  setUp: defineAction({ accept: 'form', input: setUpInput, handler: signingIn(setUp, 'link', '/desk') }),
  editProfile: defineAction({
    accept: 'form', input: profileFormInput,
    // The profile first: a new photo is never shown to more people than the form says.
    handler: asMember(async (actor, { photo, withoutPhoto, ...profile }: z.output<typeof profileFormInput>) => {
      const edited = editProfile(actor, profile);
      if (photo && photo.name !== '') await putPhoto(actor, { photo: await receivedFile(incomingFolder(settings().dataDir), photo) });
      else if (withoutPhoto) dropPhoto(actor);
      return edited;
    }),
  }),
  changePassword: defineAction({
    accept: 'form', input: changePasswordInput,
    handler: async (input, context) => {
      await asMember(changePassword)(input, context);
      const viewer = context.locals.viewer;
      if (viewer) setCookie(context, await startSession(viewer.id, context.request.headers.get('user-agent')));
    },
  }),
};
