import { and, eq, isNull, sql } from 'drizzle-orm';
import { caseNotes, cases, db } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { isWrittenNamelessly } from '../anonymity.ts';
import { postUrl } from '../forum/addresses.ts';
import { formerMember } from '../people/former.ts';
import { tell } from './letters.ts';
import { flaggersOf } from './subjects.ts';

/**
 * Closes the open cases about posts whose author takes them along: there is nothing left to decide. The coordinators read why, and whoever told them is told. That the author has
 * left is not said where they wrote without their name: it would tell who it was. Call inside the transaction of their leaving.
 */
export function closeCasesOfLeaver(memberId: number, postIds: readonly number[], now = new Date()): void {
  const open = db.select({ id: cases.id, postId: cases.postId }).from(cases).where(and(sql`${cases.postId} in (select value from json_each(${JSON.stringify(postIds)}))`, isNull(cases.closedAt))).all();
  for (const { id, postId } of open) {
    if (postId === null) continue;
    const nameless = isWrittenNamelessly(postId);
    db.update(cases).set({ closedAt: now, editBy: null, claimedById: null, claimedUntil: null }).where(eq(cases.id, id)).run();
    if (!nameless) db.insert(caseNotes).values({ caseId: id, byId: formerMember(), text: 'The author has left the hub and deleted this: there is nothing left to decide.', at: now }).run();
    const what = nameless ? 'Its author has deleted it' : 'Its author has left and deleted it';
    for (const flagger of flaggersOf(id)) {
      if (flagger.id === memberId) continue;
      tell(flagger, { subject: `About what you flagged on ${settings().name}`, paragraphs: [`You told us about a post. ${what}, so there is nothing left to decide.`, 'Thank you for looking after this place.'] },
        { reason: 'flagged', words: `About a post that you flagged: ${what.replace('Its', 'its')}.`, url: postUrl(postId) });
    }
  }
}
