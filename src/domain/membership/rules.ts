import { z } from 'zod';
import { bumpChanges, db, joiningRules, transaction } from '#db/client.ts';
import { optionalText } from '#lib/fields.ts';
import { recordAct } from '../moderation/log.ts';
import { joiningModes, rulesOfJoining, type JoiningMode } from '../people/joining-rules.ts';
import { mustAdminister } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';

export const modeWords: Record<JoiningMode, string> = { open: 'open to everybody', invitation: 'by invitation', approval: 'approved by a coordinator' };

export const rulesInput = z.object({
  mode: z.enum(joiningModes, { error: 'Please choose.' }),
  invite: z.enum(['coordinators', 'members'], { error: 'Please choose.' }),
  askWhom: optionalText(300),
});

/** Sets how one becomes a member and who may invite. For administrators. */
export function setRulesOfJoining(actor: Member, { mode, invite, askWhom }: z.output<typeof rulesInput>): void {
  mustAdminister(actor);
  transaction(() => {
    const rules = { mode, membersInvite: invite === 'members', askWhom };
    if (JSON.stringify(rules) === JSON.stringify(rulesOfJoining())) return;
    db.insert(joiningRules).values({ id: 1, ...rules }).onConflictDoUpdate({ target: joiningRules.id, set: rules }).run();
    recordAct(actor, 'change joining', `joining is ${modeWords[mode]}; ${invite} may invite`, '/desk/settings');
    bumpChanges();
  });
}
