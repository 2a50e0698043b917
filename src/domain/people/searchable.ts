import { and, eq } from 'drizzle-orm';
import { db, members, memberTraits, profiles } from '#db/client.ts';
import { dropDocument, putDocument } from '../search/documents.ts';

/** Lets a member be found who agreed to it, by what everybody may see, and takes out of search who does not. Call inside the transaction of the change. */
export function indexMember(memberId: number): void {
  const row = db.select({ member: members, profile: profiles }).from(members).leftJoin(profiles, eq(profiles.memberId, members.id)).where(eq(members.id, memberId)).get();
  if (!row || !row.member.listed || row.member.emailConfirmedAt === null) {
    dropDocument('member', String(memberId));
    return;
  }
  const { member, profile } = row;
  const open = (field: string) => profile !== null && (profile.visibility[field] ?? 'everyone') === 'everyone';
  const themes = open('themes') ? db.select({ value: memberTraits.value }).from(memberTraits).where(and(eq(memberTraits.memberId, memberId), eq(memberTraits.kind, 'theme'))).all().map(({ value }) => value) : [];
  putDocument({
    kind: 'member', ref: String(memberId), threadId: null, url: `/members/${member.handle}`, title: member.name, people: '', summary: [member.vendor && 'Vendor', member.jobTitle, member.place].filter(Boolean).join(', '),
    body: [open('askMe') && profile?.askMe && `Ask me about ${profile.askMe}`, open('lookingFor') && profile?.lookingFor && `Looking for ${profile.lookingFor}`].filter(Boolean).join('\n'),
    type: 'member', themes, year: null, place: member.place, at: member.createdAt,
  });
}
