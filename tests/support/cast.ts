import { eq } from 'drizzle-orm';
import { attempts, db, members, outbox, transaction, trustLevels } from '#db/client.ts';
import { asMember } from '#domain/people/members.ts';
import { hashPassword, putPassword } from '#domain/people/passwords.ts';
import type { Browser, Cookie } from '#domain/people/cookies.ts';
import { readSession, sessionCookie, startSession, type Session } from '#domain/people/sessions.ts';
import type { Member, Role } from '#domain/people/types.ts';

/** The people of the tests: each name always means the same role. */
const people: Record<string, { name: string; role: Role }> = {
  rosa: { name: 'Rosa Delgado', role: 'member' },
  tom: { name: 'Tom Achterberg', role: 'member' },
  nadia: { name: 'Nadia Okafor', role: 'coordinator' },
  ines: { name: 'Inès Lévesque', role: 'coordinator' },
  abe: { name: 'Abe Whitfield', role: 'administrator' },
};

export const password = 'four unrelated words here';

let hash: Promise<string> | null = null;

/** Brings somebody of the cast into the database, confirmed and with the tests' password, and returns them as a viewer. */
export async function enter(key: keyof typeof people): Promise<Member> {
  const person = people[key];
  if (!person) throw new Error(`Nobody is called ${key}.`);
  const email = `${key}@test.example`;
  const known = db.select().from(members).where(eq(members.email, email)).get();
  if (known) return asMember(known);
  const passwordHash = await (hash ??= hashPassword(password, 'here'));
  return transaction(() => {
    const row = db.insert(members).values({ ...person, email, handle: key, emailConfirmedAt: new Date(), sample: true }).returning().get();
    putPassword(row.id, passwordHash);
    // The cast has been here for a while; what new members may do has tests of its own.
    db.insert(trustLevels).values({ memberId: row.id, level: 'member', locked: true }).run();
    return asMember(row);
  });
}

/** The same person as the database has them now. */
export function again(member: Member): Member {
  const row = db.select().from(members).where(eq(members.id, member.id)).get();
  if (!row) throw new Error('Gone.');
  return asMember(row);
}

/** Letters waiting for an address, the newest last. */
export function lettersTo(email: string): { subject: string; text: string }[] {
  return db.select({ subject: outbox.subject, text: outbox.text }).from(outbox).where(eq(outbox.to, email)).orderBy(outbox.id).all();
}

/** The token in the newest letter to an address. */
export function tokenFor(email: string): string {
  const token = /token=([\w-]+)/.exec(lettersTo(email).at(-1)?.text ?? '')?.[1];
  if (!token) throw new Error(`No link was mailed to ${email}.`);
  return token;
}

/** Lets everybody try as often as at first. */
export function forgetLimits(): void {
  db.delete(attempts).run();
}

/** A browser of the tests: it keeps the cookies that it is told to keep. */
export function browserOfTest(name = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'): Browser & { take: (...cookies: Cookie[]) => void } {
  const jar = new Map<string, string>();
  return {
    name, cookie: (of) => jar.get(of),
    take: (...cookies) => { for (const { name: of, value, attributes } of cookies) attributes.maxAge > 0 ? jar.set(of, value) : jar.delete(of); },
  };
}

/** The session that a cookie or a browser stands for; throws when it has ended. */
export async function sessionIn(held: Cookie | Browser): Promise<Session> {
  const token = 'cookie' in held ? held.cookie(sessionCookie) : held.value;
  const { session } = await readSession(token ?? '');
  if (!session) throw new Error('There is no such session.');
  return session;
}

/** A new session of a member, who has just shown who they are. */
export async function sessionOf(member: Member): Promise<Session> {
  return sessionIn(await startSession(member.id, null));
}
