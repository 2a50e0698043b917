import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, members, transaction } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { Denied } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { linkWorks, makeLink, useLink } from '../people/links.ts';
import { emailField, freeHandle, memberByEmail, nameField } from '../people/members.ts';
import { hashPassword, mustNotTellOf, newPasswordField, putPassword } from '../people/passwords.ts';
import { settleVerification } from '../people/verification.ts';
import { recordAct } from './log.ts';

/** Whether a real person keeps the house; the invented coordinators of the sample community cannot sign in. */
function hasCoordinator(): boolean {
  return db.select({ id: members.id }).from(members).where(and(inArray(members.role, ['coordinator', 'administrator']), eq(members.sample, false))).get() !== undefined;
}

/** While nobody keeps the house: a fresh address, good for one day and one use, that makes the first administrator. Otherwise null. */
export function setUpLink(): string | null {
  return transaction(() => hasCoordinator() ? null : `${settings().url}/set-up?token=${makeLink('set-up', null)}`);
}

/** Said of a set-up link that is not good any more: no letter brought it. */
export const deadSetUp = 'This set-up link has been used before or has expired. A new one is printed each time the hub starts, until it has an administrator.';

/** Whether the set-up page may be shown for this token. */
export function setUpWorks(token: string): boolean {
  return !hasCoordinator() && linkWorks('set-up', token);
}

export const setUpInput = z.object({ token: z.string({ error: 'The link is incomplete.' }), name: nameField, email: emailField, password: newPasswordField });

/** Makes the first administrator; their address counts as confirmed because whoever has the link runs the hub. Returns the member's id. Throws Denied. */
export async function setUp(input: z.output<typeof setUpInput>, address: string): Promise<number> {
  countAttempt('linkPerAddress', address);
  mustNotTellOf(input.password, input);
  const passwordHash = await hashPassword(input.password, address);
  return transaction(() => {
    if (hasCoordinator()) throw new Denied('The hub has been set up already. Please sign in.');
    if (!linkWorks('set-up', input.token)) throw new Denied(deadSetUp);
    useLink('set-up', input.token);
    const known = memberByEmail(input.email);
    const made = { name: input.name, role: 'administrator' as const, emailConfirmedAt: new Date(), application: null };
    const id = known
      ? db.update(members).set({ ...made, handle: freeHandle(input.name, known.id) }).where(eq(members.id, known.id)).returning({ id: members.id }).get()?.id
      : db.insert(members).values({ ...made, email: input.email, handle: freeHandle(input.name) }).returning({ id: members.id }).get().id;
    if (id === undefined) throw new Error('The administrator was not written.');
    putPassword(id, passwordHash);
    settleVerification(id);
    recordAct({ id }, 'set up hub', `${input.name} is the first administrator`, null);
    bumpChanges();
    return id;
  });
}
