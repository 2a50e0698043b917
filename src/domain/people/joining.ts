import { and, eq, isNull, lt, notLike } from 'drizzle-orm';
import { z } from 'zod';
import { db, members, transaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { optionalText } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { post } from '../mail/outbox.ts';
import { Denied, Invalid } from '../errors.ts';
import { byInvitation, confirmAddress } from './admitting.ts';
import { formerHost } from './former.ts';
import { mustBeFree } from './free-names.ts';
import { rulesOfJoining } from './joining-rules.ts';
import { countAttempt, isWithinLimit } from './limits.ts';
import { deadLink, makeLink, memberOfLink, useLink } from './links.ts';
import { emailField, memberByEmail, nameField, unconfirmedHandle } from './members.ts';
import { hashPassword, isPasswordOf, mustNotTellOf, newPasswordField, putPassword } from './passwords.ts';
import { fastest, secondsSince, trapFields } from './traps.ts';

export const joinInput = z.object({
  name: nameField,
  email: emailField,
  password: newPasswordField,
  /** Who they are, for the coordinator who lets them in. */
  application: optionalText(500).optional(),
}).extend(trapFields);

/**
 * Asks to join. The answer on the screen is the same whether or not the address has an account; the mail tells which.
 * It is the same for a robot that fills the field that people do not see, and no mail goes. A form that is back faster than anybody types is asked
 * for once more: it may be a password manager. What comes back to be mended is not counted: many people may join from one address, as in a training room.
 * The account comes to life when the mailed link and the password come together, so nobody can prepare one for somebody else.
 * Where coordinators let people in, it takes a sentence on who they are; where one is invited, it is refused.
 * @param address where the request comes from, for the rate limit  Throws Denied, Invalid, TooMany.
 */
export async function join(input: z.output<typeof joinInput>, address: string): Promise<void> {
  const { mode } = rulesOfJoining();
  if (mode === 'invitation') throw new Denied(byInvitation);
  const application = mode === 'approval' ? input.application ?? null : null;
  if (mode === 'approval' && !application) throw new Invalid({ application: 'Please say in a sentence who you are.' });
  mustBeFree(input.name);
  mustNotTellOf(input.password, input);
  if (!input.website && (secondsSince(input.shown) ?? fastest) < fastest) throw new Denied(`The form was back sooner than anybody types it, as from a robot. If a program filled it in for you, nothing is wrong: please press “${mode === 'approval' ? 'Ask to join' : 'Join'}” once more.`);
  countAttempt('joinPerAddress', address);
  const passwordHash = await hashPassword(input.password, address);
  // Past the limit of one mailed address the answer is the same, and the last link stays good.
  if (input.website || !isWithinLimit('joinPerEmail', input.email)) return;
  transaction(() => {
    const known = memberByEmail(input.email);
    if (known?.emailConfirmedAt) return tellThatTheyAreMembers(input.email);
    const id = known?.id ?? db.insert(members).values({ email: input.email, name: input.name, application, handle: unconfirmedHandle() }).returning({ id: members.id }).get().id;
    if (known) db.update(members).set({ name: input.name, application, createdAt: new Date() }).where(eq(members.id, id)).run();
    putPassword(id, passwordHash);
    mailConfirmation(id, input.email);
  });
}

function tellThatTheyAreMembers(email: string): void {
  const { name, url } = settings();
  post(email, `You already have an account on ${name}`, [
    `Somebody, most likely you, asked to join ${name} with this address. You already have an account.`,
    `Sign in: ${url}/sign-in`,
    `If you have forgotten your password: ${url}/reset`,
    'If it was not you, you need not do anything.',
  ]);
}

/** Mails the link that confirms an address. Call inside a transaction. */
export function mailConfirmation(memberId: number, email: string): void {
  const { name, url } = settings();
  post(email, `Confirm your e-mail address for ${name}`, [
    `Welcome to ${name}. Please open this link and enter the password you chose:`,
    `${url}/join/confirm?token=${makeLink('confirm', memberId)}`,
    'The link works once, for three days. If you did not ask to join, leave it: nothing happens.',
  ]);
}

export const confirmInput = z.object({
  token: z.string({ error: 'The link is incomplete.' }),
  password: z.string({ error: 'Please enter the password you chose when you joined.' }),
});

/** Confirms the e-mail address with the mailed link and the password, by the rules of joining that hold now. Returns the member's id, to sign them in. Throws Denied, Invalid, TooMany. */
export async function confirmEmail(input: z.output<typeof confirmInput>, address: string): Promise<number> {
  countAttempt('linkPerAddress', address);
  const id = memberOfLink('confirm', input.token);
  if (id === null) throw new Denied(deadLink);
  if (!await isPasswordOf(id, input.password, address)) throw new Invalid({ password: 'This is not the password chosen for this account.' });
  transaction(() => {
    useLink('confirm', input.token);
    confirmAddress(id);
  });
  return id;
}

/** Forgets people who asked to join more than seven days ago and never confirmed. */
export function forgetUnconfirmed(): void {
  db.delete(members).where(and(isNull(members.emailConfirmedAt), notLike(members.email, `%@${formerHost}`), lt(members.createdAt, addDays(new Date(), -7)))).run();
}
