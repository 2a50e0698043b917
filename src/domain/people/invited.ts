import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { db, invitations, members, transaction } from '#db/client.ts';
import { hashToken } from '#lib/tokens.ts';
import { Denied } from '../errors.ts';
import { confirmAddress } from './admitting.ts';
import { mustBeFree } from './free-names.ts';
import { countAttempt } from './limits.ts';
import { memberByEmail, nameField, unconfirmedHandle } from './members.ts';
import { hashPassword, mustNotTellOf, newPasswordField, putPassword } from './passwords.ts';

/** What somebody reads of the invitation whose link they have opened. */
export interface Invitation { email: string; name: string | null; by: string | null; note: string | null; /** The address has an account already. */ member: boolean }

const usable = (token: string) => and(eq(invitations.token, hashToken(token)), isNull(invitations.usedAt), isNull(invitations.withdrawnAt), gt(invitations.expiresAt, new Date()));

/** The invitation of this link, without using it up; null when it does not work any more. */
export function readInvitation(token: string): Invitation | null {
  const row = db.select({ email: invitations.email, name: invitations.name, note: invitations.note, by: members.name }).from(invitations)
    .leftJoin(members, eq(members.id, invitations.invitedById)).where(usable(token)).get();
  return row ? { ...row, member: Boolean(memberByEmail(row.email)?.emailConfirmedAt) } : null;
}

export const joinInvitedInput = z.object({ token: z.string({ error: 'The link is incomplete.' }).max(100), name: nameField, password: newPasswordField });

const spent = 'This invitation does not work any more: it was used, withdrawn, has expired, or a newer letter was sent. Whoever invited you can send it again.';

/** Joins with the link of an invitation, which proves the address: of two at the same time one works. Returns the member's id, to sign them in. Throws Denied, Invalid, TooMany. */
export async function joinInvited(input: z.output<typeof joinInvitedInput>, address: string): Promise<number> {
  countAttempt('linkPerAddress', address);
  const invitation = readInvitation(input.token);
  if (!invitation) throw new Denied(spent);
  mustBeFree(input.name);
  mustNotTellOf(input.password, { ...input, email: invitation.email });
  const passwordHash = await hashPassword(input.password, address);
  return transaction(() => {
    if (!readInvitation(input.token)) throw new Denied(spent);
    const known = memberByEmail(invitation.email);
    if (known?.emailConfirmedAt) throw new Denied('There is an account with this address already: please sign in.');
    // Who asked for this address before has not shown that it is theirs: their password goes.
    const id = known?.id ?? db.insert(members).values({ email: invitation.email, name: input.name, handle: unconfirmedHandle() }).returning({ id: members.id }).get().id;
    if (known) db.update(members).set({ name: input.name }).where(eq(members.id, id)).run();
    putPassword(id, passwordHash);
    confirmAddress(id);
    return id;
  });
}
