import { settings } from '#lib/settings.ts';
import { post as mail } from '../mail/outbox.ts';
import { appealable, daysToAppeal, hoursToEdit, outcomes } from './outcomes.ts';
import { flaggersOf, type Case, type Decision, type Subject } from './subjects.ts';

/** Tells the author of something what was decided and why, and how to appeal. Nobody who flagged is named. Call inside the transaction. */
export function tellAuthor(decision: Decision, kind: Case['kind'], subject: Subject): void {
  const { name, url } = settings();
  const { outcome } = decision;
  if (subject.author.id === decision.deciderId) return;
  mail(subject.author.email, `A decision about ${subject.words} on ${name}`, [
    kind === 'correction' && outcome === 'keep' ? 'A coordinator has not taken up the correction that a reader proposed: your post stands as it is.' : outcomes[outcome].author,
    `The reason: ${decision.reason}`,
    ...(decision.nobodyElse ? ['There was nobody else who could decide, so the same person has looked at it again.'] : []),
    ...(subject.kind === 'post' && outcome === 'ask' ? [`Edit it by ${inTwoDays(decision.at)}: ${url}/posts/${subject.post.id}/edit`] : []),
    ...(outcome === 'remove' || outcome === 'decline' ? [] : [`${url}${subject.url}`]),
    ...(appealable.includes(outcome) ? [`If you think this is wrong, you can ask a different coordinator to look at it, once, within ${daysToAppeal} days: ${url}/appeals/${decision.id}`] : []),
  ]);
}

const inTwoDays = (from: Date) => `${new Date(from.getTime() + hoursToEdit * 3_600_000).toISOString().slice(0, 16).replace('T', ', ')} UTC`;

/** Tells everybody who flagged in a case what was decided and why. Call inside the transaction. */
export function tellFlaggers(caseId: number, decision: Pick<Decision, 'outcome' | 'reason' | 'deciderId'>, subject: Subject): void {
  const { name, url } = settings();
  const { flagger } = outcomes[decision.outcome];
  if (!flagger) return;
  for (const { id, email } of flaggersOf(caseId)) {
    if (id === decision.deciderId) continue;
    mail(email, `About what you flagged on ${name}`, [
      `You told us about ${subject.words}. ${flagger}`, `The reason: ${decision.reason}`,
      ...(decision.outcome === 'remove' ? [] : [`${url}${subject.url}`]), 'Thank you for looking after this place.',
    ]);
  }
}

/** Tells the author that a decision was taken back. */
export function tellUndone(subject: Subject, reason: string): void {
  const { name, url } = settings();
  mail(subject.author.email, `A decision about ${subject.words} on ${name} was taken back`, [
    'A coordinator has taken the decision back: everything is as it was before it, and it will be decided anew.', `The reason: ${reason}`, `${url}${subject.url}`,
  ]);
}
