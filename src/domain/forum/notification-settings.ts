import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { db, notifications, notificationSettings, prepared, transaction } from '#db/client.ts';
import { mustSignIn } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';

/** Levels that writing may give to a thread. */
export const levelsByWriting = ['normal', 'tracking', 'following'] as const;

/** When letters about notifications are written. */
export const mailTimes = ['at-once', 'daily', 'none'] as const;

export interface NotificationSettings {
  started: (typeof levelsByWriting)[number];
  replied: (typeof levelsByWriting)[number];
  mail: (typeof mailTimes)[number];
}

const defaults: NotificationSettings = { started: 'following', replied: 'tracking', mail: 'at-once' };

/** What a member has chosen about being told, or what holds for everybody who has not. */
export function notificationSettingsOf(memberId: number): NotificationSettings {
  return (settingsOf().get(memberId) as NotificationSettings | undefined) ?? defaults;
}
const settingsOf = prepared((d) => d.$client.prepare('select started, replied, mail from notification_settings where member_id = ?'));

export const notificationSettingsInput = z.object({ started: z.enum(levelsByWriting), replied: z.enum(levelsByWriting), mail: z.enum(mailTimes) });

/** Changes when and of what the actor is told from now on: what waited under the old choice is not mailed under the new one when there was no mail before. */
export function setNotificationSettings(actor: Member, input: z.output<typeof notificationSettingsInput>): void {
  mustSignIn(actor);
  transaction(() => {
    const before = notificationSettingsOf(actor.id);
    db.insert(notificationSettings).values({ memberId: actor.id, ...input }).onConflictDoUpdate({ target: notificationSettings.memberId, set: input }).run();
    if (before.mail === 'none' && input.mail !== 'none') {
      db.update(notifications).set({ mailedAt: new Date() }).where(and(eq(notifications.memberId, actor.id), isNull(notifications.mailedAt))).run();
    }
  });
}
