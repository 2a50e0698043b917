import { defineAction, type ActionAPIContext } from 'astro:actions';
import { confirmEmail, confirmInput, join, joinInput } from '#domain/people/joining.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import { dropPhoto, photoInput, putPhoto } from '#domain/profiles/photo.ts';
import { changePassword, changePasswordInput, newPasswordInput, requestReset, resetInput, setNewPassword } from '#domain/people/resetting.ts';
import { claimStray, noStrayCookie, strayCookie } from '#domain/forum/stray-drafts.ts';
import { startSession } from '#domain/people/sessions.ts';
import { setUp, setUpInput } from '#domain/moderation/setting-up.ts';
import { safeNext, signIn, signInInput } from '#domain/people/signing-in.ts';
import { incomingFolder, receivedFile } from '#lib/incoming-files.ts';
import { settings } from '#lib/settings.ts';
import { asMember, asVisitor, setCookie } from './handlers.ts';

/** Wraps a command that ends in knowing who somebody is: a new session starts, and what they sent after the last one had ended is theirs again. */
function signingIn<Input extends { next?: string | null | undefined } | object>(command: (input: Input, address: string) => Promise<number>) {
  return async (input: Input, context: ActionAPIContext) => {
    const memberId = await asVisitor(command)(input, context);
    setCookie(context, await startSession(memberId, context.request.headers.get('user-agent')));
    const stray = context.cookies.get(strayCookie)?.value;
    if (stray && claimStray(memberId, stray)) setCookie(context, noStrayCookie());
    return { next: 'next' in input ? safeNext(input.next) : '/' };
  };
}

export const members = {
  join: defineAction({ accept: 'form', input: joinInput, handler: asVisitor(join) }),
  confirm: defineAction({ accept: 'form', input: confirmInput, handler: signingIn(confirmEmail) }),
  signIn: defineAction({ accept: 'form', input: signInInput, handler: signingIn(signIn) }),
  requestReset: defineAction({ accept: 'form', input: resetInput, handler: asVisitor(requestReset) }),
  setNewPassword: defineAction({ accept: 'form', input: newPasswordInput, handler: signingIn(setNewPassword) }),
  setUp: defineAction({ accept: 'form', input: setUpInput, handler: signingIn(setUp) }),
  editProfile: defineAction({ accept: 'form', input: profileInput, handler: asMember(editProfile) }),
  putPhoto: defineAction({
    accept: 'form', input: photoInput,
    handler: asMember(async (actor, { photo }: { photo: File }) => putPhoto(actor, { photo: await receivedFile(incomingFolder(settings().dataDir), photo) })),
  }),
  dropPhoto: defineAction({ accept: 'form', handler: asMember(dropPhoto) }),
  changePassword: defineAction({
    accept: 'form', input: changePasswordInput,
    handler: async (input, context) => {
      await asMember(changePassword)(input, context);
      const viewer = context.locals.viewer;
      if (viewer) setCookie(context, await startSession(viewer.id, context.request.headers.get('user-agent')));
    },
  }),
};
