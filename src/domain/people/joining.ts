import { and, eq, isNull, lt, lte, notLike, or } from 'drizzle-orm';
import { z } from 'zod';
import { db, members, passwords, transaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { optionalText } from '#lib/fields.ts';
import { formerHost } from '#lib/former-host.ts';
import { seal, unseal } from '#lib/sealing.ts';
import { settings } from '#lib/settings.ts';
import { post } from '../mail/outbox.ts';
import { Denied, Invalid } from '../errors.ts';
import { byInvitation, confirmAddress } from './admitting.ts';
import { mustBeFree } from './free-names.ts';
import { rulesOfJoining } from './joining-rules.ts';
import { countAttempt, isWithinLimit } from './limits.ts';
import { deadLink, makeConfirmLink, memberOfLink, typedWith, useLink, type Typed } from './links.ts';
import { emailField, memberByEmail, nameField, unconfirmedHandle } from './members.ts';
import { hashPassword, isPassword, mustNotTellOf, newPasswordField, putPassword, putTypedPassword } from './passwords.ts';
import { safeNext, welcomeThen } from './signing-in.ts';
import { fastest, secondsSince, trapFields } from './traps.ts';

export const joinInput = z.object({
  name: nameField,
  email: emailField,
  password: newPasswordField,
  /** Who they are, for the coordinator who lets them in. */
  application: optionalText(500).optional(),
  /** A path of this site to which they go on when they have joined. */
  /** The way back; a longer one is left out, since it is sealed into the letter. */
  next: z.string().max(500).nullish().catch(null),
}).extend(trapFields);

/**
 * Asks to join. The answer on the screen is the same whether or not the address has an account; the mail tells which.
 * It is the same for a robot that fills the field that people do not see, and no mail goes. A form that is back faster than anybody types is asked
 * for once more: it may be a password manager. What comes back to be mended is not counted: many people may join from one address, as in a training room.
 * The account comes to life when a mailed link and a password come together that was typed here, with what was typed beside it: nobody can prepare one for somebody else,
 * nor change or end what its owner has begun.
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
  if (input.website) return;
  // Past the limit of one mailed address the answer is the same, and the links of the letters before take what was typed last.
  const mayMail = isWithinLimit('joinPerEmail', input.email);
  transaction(() => {
    const known = memberByEmail(input.email);
    if (known?.emailConfirmedAt) return mayMail && tellThatTheyAreMembers(input.email);
    const id = known?.id ?? db.insert(members).values({ email: input.email, name: input.name, application, handle: unconfirmedHandle() }).returning({ id: members.id }).get().id;
    if (known) db.update(members).set({ name: input.name, application, createdAt: new Date() }).where(eq(members.id, id)).run();
    putTypedPassword(id, passwordHash);
    if (mayMail) mailConfirmation(id, input.email, input.next);
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

/** What was typed last by whoever asked to join with this address. */
function typedLast(memberId: number): Typed | null {
  return db.select({ name: members.name, passwordHash: passwords.hash, application: members.application }).from(members).innerJoin(passwords, eq(passwords.memberId, members.id)).where(eq(members.id, memberId)).get() ?? null;
}

/**
 * Mails a link that confirms an address, with what was typed last. Where its owner goes on from there is sealed in it: anybody can ask for such a
 * letter, and it carries nobody's words. Call inside a transaction.
 */
export function mailConfirmation(memberId: number, email: string, next?: string | null): void {
  const { name, url } = settings();
  const token = makeConfirmLink(memberId, typedLast(memberId));
  post(email, `Confirm your e-mail address for ${name}`, [
    `Welcome to ${name}. Please open this link and enter the password you chose:`,
    `${url}/join/confirm?token=${token}${safeNext(next) === '/' ? '' : `&next=${seal(safeNext(next), 'joining')}`}`,
    'The link works once, for three days. If you did not ask to join, leave it: nothing happens.',
  ]);
}

/** Where the link that confirmed an address leads on. */
export const wayAfterJoining = (sealed: string | null): string => welcomeThen(sealed && unseal(sealed, 'joining'));

export const confirmInput = z.object({
  token: z.string({ error: 'The link is incomplete.' }),
  password: z.string({ error: 'Please enter the password you chose when you joined.' }),
  /** Another one than was typed at joining, where that is taken by now. */
  name: nameField.nullish(),
});

/** Of how many forms the password is looked for at most: people who join twice open either letter with either password. */
const mostForms = 5;

/** What was typed together with this password: with the link itself, else last, else with another letter. */
async function typedTogether(token: string, memberId: number, password: string, address: string): Promise<Typed | null> {
  const [own, ...others] = typedWith(token, memberId);
  const forms = new Map([own, typedLast(memberId), ...others].flatMap((one) => (one ? [[one.passwordHash, one]] : [])));
  for (const one of [...forms.values()].slice(0, mostForms)) if (await isPassword(one.passwordHash, password, address)) return one;
  return null;
}

/** Confirms the e-mail address with a mailed link and a password, as what was typed together with it, by the rules of joining that hold now. Returns the member's id, to sign them in. Throws Busy, Denied, Invalid, TooMany. */
export async function confirmEmail(input: z.output<typeof confirmInput>, address: string): Promise<number> {
  countAttempt('linkPerAddress', address);
  const id = memberOfLink('confirm', input.token);
  if (id === null) throw new Denied(deadLink);
  const typed = await typedTogether(input.token, id, input.password, address);
  if (!typed) throw new Invalid({ password: 'This is not the password that was typed at joining. With “Forgot it?” you choose your name and a new one.' });
  const name = input.name ?? typed.name;
  mustBeFree(name);
  transaction(() => {
    useLink('confirm', input.token);
    db.update(members).set({ name, application: typed.application }).where(eq(members.id, id)).run();
    putPassword(id, typed.passwordHash);
    confirmAddress(id);
  });
  return id;
}

/** Forgets people who asked to join more than seven days ago and never confirmed; those who are suspended, once that ends. */
export function forgetUnconfirmed(): void {
  const notSuspended = or(isNull(members.suspendedUntil), lte(members.suspendedUntil, new Date()));
  db.delete(members).where(and(notSuspended, isNull(members.emailConfirmedAt), notLike(members.email, `%@${formerHost}`), lt(members.createdAt, addDays(new Date(), -7)))).run();
}
