import { z } from 'zod';
import { db, transaction, trustLevels } from '#db/client.ts';
import { rowId, text } from '#lib/fields.ts';
import { Denied } from '../errors.ts';
import { levelOf, levels, levelWords } from '../people/levels.ts';
import { memberById } from '../people/members.ts';
import { mustCoordinate } from '../people/permissions.ts';
import { changeLevel, computeTrust } from '../people/trust.ts';
import type { Member } from '../people/types.ts';
import { recordAct } from './log.ts';

export const trustInput = z.object({
  memberId: rowId,
  level: z.enum([...levels, 'rules'], { error: 'Please choose a level.' }),
  reason: text({ missing: 'Please give the reason: the member reads it.', max: 1_000 }),
});

/** Sets a member's level and keeps the rules from changing it, or leaves it to the rules again. Throws Denied, NotFound. */
export function setTrust(actor: Member, input: z.output<typeof trustInput>): void {
  mustCoordinate(actor);
  transaction(() => {
    const member = memberById(input.memberId);
    if (member.id === actor.id) throw new Denied('You cannot set your own level: another coordinator can.');
    const from = levelOf(member.id);
    if (input.level === 'rules') {
      db.insert(trustLevels).values({ memberId: member.id, level: from, locked: false }).onConflictDoUpdate({ target: trustLevels.memberId, set: { locked: false } }).run();
      computeTrust(member.id);
    } else changeLevel({ memberId: member.id, from, to: input.level, reason: `A coordinator has set it: ${input.reason}`, byId: actor.id, locked: true });
    recordAct(actor, 'set trust', `${member.name}: ${input.level === 'rules' ? 'left to the rules' : levelWords[input.level]}`, `/members/${member.handle}`, input.reason);
  });
}
