import { defineAction } from 'astro:actions';
import { blockInput, blockMember, unblockMember } from '#domain/forum/blocking.ts';
import { follow, followInput } from '#domain/forum/follows.ts';
import { readAllInput, readAllNotifications, readNotification, readOneInput } from '#domain/forum/inbox.ts';
import { notificationSettingsInput, setNotificationSettings } from '#domain/forum/notification-settings.ts';
import { markRead, markReadInput } from '#domain/forum/unread.ts';
import { asMember } from './handlers.ts';

export const follows = {
  set: defineAction({ accept: 'form', input: followInput, handler: asMember(follow) }),
  settings: defineAction({ accept: 'form', input: notificationSettingsInput, handler: asMember(setNotificationSettings) }),
};

export const blocks = {
  add: defineAction({ accept: 'form', input: blockInput, handler: asMember(blockMember) }),
  remove: defineAction({ accept: 'form', input: blockInput, handler: asMember(unblockMember) }),
};

export const notifications = {
  read: defineAction({ accept: 'form', input: readOneInput, handler: asMember(readNotification) }),
  readAll: defineAction({ accept: 'form', input: readAllInput, handler: asMember(readAllNotifications) }),
};

export const unread = {
  mark: defineAction({ accept: 'form', input: markReadInput, handler: asMember(markRead) }),
};
