import { defineAction } from 'astro:actions';
import { acceptApplicant, acceptInput, applicationInput, declineApplicant, declineInput, sayWhoYouAre } from '#domain/membership/applying.ts';
import { chooseFirstThemes, dismissFirstHour, firstThemesInput, skipStep, stepInput } from '#domain/membership/first-hour.ts';
import { invitationInput, invite, inviteInput, lostInvitationInput, sendInvitationAgain, sendLostInvitation, withdrawInvitation } from '#domain/membership/inviting.ts';
import { inviteMany, inviteManyInput, readList, readListInput } from '#domain/membership/inviting-many.ts';
import { rulesInput, setRulesOfJoining } from '#domain/membership/rules.ts';
import { addDomain, domainInput, removeDomain, verifyInput, verifyMember } from '#domain/membership/verifying.ts';
import { removeVouch, unvouchInput, vouch, vouchInput } from '#domain/membership/vouching.ts';
import { welcomeInput, welcomeMember } from '#domain/membership/welcoming.ts';
import { choosePlace, placeChoiceInput } from '#domain/profiles/editing.ts';
import { incomingFolder, receivedFile } from '#lib/incoming-files.ts';
import { settings } from '#lib/settings.ts';
import { asMember, asVisitor } from './handlers.ts';

export const joining = {
  setRules: defineAction({ accept: 'form', input: rulesInput, handler: asMember(setRulesOfJoining) }),
  say: defineAction({ accept: 'form', input: applicationInput, handler: asMember(sayWhoYouAre) }),
  accept: defineAction({ accept: 'form', input: acceptInput, handler: asMember(acceptApplicant) }),
  decline: defineAction({ accept: 'form', input: declineInput, handler: asMember(declineApplicant) }),
};

export const invitations = {
  send: defineAction({ accept: 'form', input: inviteInput, handler: asMember(invite) }),
  sendAgain: defineAction({ accept: 'form', input: invitationInput, handler: asMember(sendInvitationAgain) }),
  sendLost: defineAction({ accept: 'form', input: lostInvitationInput, handler: asVisitor(sendLostInvitation) }),
  withdraw: defineAction({ accept: 'form', input: invitationInput, handler: asMember(withdrawInvitation) }),
  readList: defineAction({
    accept: 'form', input: readListInput,
    handler: asMember(async (actor, { file, records }: Parameters<typeof readList>[1]) => readList(actor, { records, file: file && await receivedFile(incomingFolder(settings().dataDir), file) })),
  }),
  sendMany: defineAction({ accept: 'form', input: inviteManyInput, handler: asMember(inviteMany) }),
};

export const verification = {
  vouch: defineAction({ accept: 'form', input: vouchInput, handler: asMember(vouch) }),
  removeVouch: defineAction({ accept: 'form', input: unvouchInput, handler: asMember(removeVouch) }),
  verify: defineAction({ accept: 'form', input: verifyInput, handler: asMember(verifyMember) }),
  addDomain: defineAction({ accept: 'form', input: domainInput, handler: asMember(addDomain) }),
  removeDomain: defineAction({ accept: 'form', input: domainInput, handler: asMember(removeDomain) }),
};

export const welcome = {
  place: defineAction({ accept: 'form', input: placeChoiceInput, handler: asMember(choosePlace) }),
  themes: defineAction({ accept: 'form', input: firstThemesInput, handler: asMember(chooseFirstThemes) }),
  skip: defineAction({ accept: 'form', input: stepInput, handler: asMember(skipStep) }),
  dismiss: defineAction({ accept: 'form', handler: asMember(dismissFirstHour) }),
  done: defineAction({ accept: 'form', input: welcomeInput, handler: asMember(welcomeMember) }),
};
