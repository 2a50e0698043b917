import { sql } from 'drizzle-orm';
import { decisions } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import type { Case, Decision, Subject } from './subjects.ts';

export type Outcome = Decision['outcome'];

/** What each decision is called: on its button, and in letters to the author and to those who flagged. */
export const outcomes: Record<Outcome, { label: string; hint: string; author: string; flagger: string }> = {
  keep: { label: 'Keep it', hint: 'It stays, or comes back if it was hidden.', author: 'A coordinator has looked at it and decided that it stays.', flagger: 'A coordinator has looked at it and decided that it stays.' },
  remove: { label: 'Remove it', hint: 'Its place shows the reason.', author: 'A coordinator has removed it.', flagger: 'A coordinator has removed it.' },
  ask: { label: 'Ask the author to edit', hint: 'The author has 48 hours; the case stays open until you decide again.', author: 'A coordinator asks you to edit it within 48 hours.', flagger: 'A coordinator has asked its author to edit it.' },
  warn: { label: 'Keep it and warn the author', hint: 'It stays; the author gets your reason as a warning.', author: 'It stays, but a coordinator warns you because of it.', flagger: 'A coordinator has let it stand and warned its author.' },
  move: { label: 'Move it to another forum', hint: 'A good contribution in the wrong place.', author: 'A coordinator has moved it to another forum.', flagger: 'A coordinator has moved it to another forum.' },
  correct: { label: 'Accept the correction', hint: 'It stands under the post, marked as accepted by a coordinator.', author: 'A coordinator has accepted a correction, which now stands under your post.', flagger: 'A coordinator has accepted your correction; it stands under the post.' },
  approve: { label: 'Let it through', hint: 'Everybody can see it from now on.', author: 'A coordinator has looked at it: everybody can see it now.', flagger: '' },
  decline: { label: 'Do not let it through', hint: 'Nobody else will see it.', author: 'A coordinator has decided not to show it.', flagger: '' },
  uphold: { label: 'Uphold the first decision', hint: 'Final.', author: 'It was looked at again: the decision stands. This is final.', flagger: 'After an appeal, the first decision stands.' },
  overturn: { label: 'Overturn the first decision', hint: 'Final. What was decided is taken back.', author: 'It was looked at again, and a coordinator has taken the decision back. This is final.', flagger: 'After an appeal, the first decision was taken back.' },
};

/** Whether a decision was to suspend somebody, or for longer; and the same as a condition. */
export const isSuspension = ({ before }: Pick<Decision, 'before'>): boolean => before.suspendedUntil !== undefined;
export const ofSuspension = sql`json_type(${decisions.before}, '$.suspendedUntil') is not null`;

/** What a decision that was taken is called, and what its author is told. */
export function wordsOf({ outcome, before }: Pick<Decision, 'outcome' | 'before'>): { label: string; author: string } {
  if (!isSuspension({ before })) return outcomes[outcome];
  return before.suspendedUntil === null ? { label: 'Suspension', author: 'A coordinator has suspended your account.' } : { label: 'Longer suspension', author: 'A coordinator has made the suspension of your account longer.' };
}

/** What an appeal is, in words that hold whoever is there. */
export const askAgain = 'ask a different coordinator, or the same where there is no other, to look at it';

/** Which decisions the author may appeal, within 30 days. */
export const appealable: readonly Outcome[] = ['remove', 'ask', 'warn', 'move', 'correct', 'decline'];
export const daysToAppeal = 30;
/** What a member who can appeal a decision is told in a letter. */
export const howToAppeal = (decisionId: number) => `If you think this is wrong, you can ${askAgain}, once, within ${daysToAppeal} days: ${settings().url}/appeals/${decisionId}`;
/** How long an author who is asked to edit has for it. */
export const hoursToEdit = 48;

/** What can be decided about a case of this kind; nobody is asked or warned who is known to have left. */
export function outcomesFor(kind: Case['kind'], subject: Subject, hasLeft: boolean): Outcome[] {
  if (kind === 'appeal') return ['uphold', 'overturn'];
  if (kind === 'confirmation') return [];
  if (kind === 'held') return ['approve', 'decline'];
  if (kind === 'correction') return ['correct', 'keep'];
  if (subject.kind === 'member') return ['keep', 'warn'];
  return ['keep', 'remove', ...(hasLeft ? [] : ['ask' as const, 'warn' as const]), ...(subject.kind === 'post' && subject.isThread ? ['move' as const] : [])];
}
