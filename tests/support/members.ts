import { db, members, trustLevels } from '#db/client.ts';
import { asMember } from '#domain/people/members.ts';
import { hashPassword, putPassword } from '#domain/people/passwords.ts';
import type { Member, Role } from '#domain/people/types.ts';
import { password } from './cast.ts';

/** A member of a test's own, for what the cast must not go through: confirmed, with the tests' password. */
export async function ownMember(name: string, handle: string, role: Role = 'member'): Promise<Member> {
  const passwordHash = await hashPassword(password, 'here');
  const row = db.insert(members).values({ name, handle, role, email: `${handle}@test.example`, emailConfirmedAt: new Date() }).returning().get();
  putPassword(row.id, passwordHash);
  db.insert(trustLevels).values({ memberId: row.id, level: 'member', locked: true }).run();
  return asMember(row);
}
