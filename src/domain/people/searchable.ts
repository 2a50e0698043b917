import { eq } from 'drizzle-orm';
import { db, members } from '#db/client.ts';
import { dropDocument, putDocument } from '../search/documents.ts';

/** Lets a member be found who agreed to it, and takes out of search who does not. Call inside the transaction of the change. */
export function indexMember(memberId: number): void {
  const member = db.select().from(members).where(eq(members.id, memberId)).get();
  if (!member || !member.listed || member.emailConfirmedAt === null) {
    dropDocument('member', String(memberId));
    return;
  }
  putDocument({
    kind: 'member', ref: String(memberId), threadId: null, url: `/members/${member.handle}`, title: member.name, people: '', summary: [member.jobTitle, member.place].filter(Boolean).join(', '), body: '',
    type: 'member', themes: [], year: null, place: member.place, at: member.createdAt,
  });
}
