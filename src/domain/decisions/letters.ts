import { isStandIn } from '#lib/former-host.ts';
import { settings } from '#lib/settings.ts';
import { postUrl } from '../forum/addresses.ts';
import { putNotification, type Notification } from '../mail/notifications.ts';
import { post as mail } from '../mail/outbox.ts';
import { appealable, hoursToEdit, howToAppeal, outcomes, wordsOf } from './outcomes.ts';
import { noteShownIn, noteToldIn } from '../mail/withdrawing.ts';
import { flaggersOf, nounOf, publicWords, stateOf, type Case, type Decision, type Subject } from './subjects.ts';

/**
 * Tells somebody by a letter, and in their inbox by one sentence, whatever they follow or have muted and whichever letters they have stopped.
 * The sentence stays when what it is about goes: it names no title and nobody. A letter that waits while the post that it `names` goes out of
 * view is taken back, and the sentence mailed in its place. Call inside the transaction of the fact.
 */
export function tell(to: { id: number; email: string }, letter: { subject: string; paragraphs: string[] }, word: { reason: Notification['reason']; words: string; url: string }, names: number | null = null): void {
  const letterId = mail(to.email, letter.subject, letter.paragraphs);
  const told = putNotification({ memberId: to.id, kind: 'word', actorId: null, ...word, mailed: true });
  if (names === null) return;
  noteShownIn(letterId, [names]);
  if (told !== null) noteToldIn(letterId, [told]);
}

/** Tells the author of something what was decided and why, and how to appeal. Nobody who flagged is named. Call inside the transaction. */
export function tellAuthor(decision: Decision, kind: Case['kind'], subject: Subject): void {
  const { name, url } = settings();
  const { outcome } = decision;
  if (subject.author.id === decision.deciderId) return;
  const said = whatIsSaid(kind, decision, subject);
  tell(subject.author, {
    subject: subject.kind === 'appeal' ? `About your appeal: ${publicWords(subject.about)}` : `A decision about ${publicWords(subject)} on ${name}`,
    paragraphs: [
      `This is about ${publicWords(subject)}.`,
      said,
      ...(decision.before.left === undefined ? [] : [decision.before.left]),
      `The reason: ${decision.reason}`,
      ...(decision.nobodyElse ? ['There was nobody else who could decide, so the same person has looked at it again.'] : subject.kind === 'appeal' ? ['It was decided by somebody else than the first time.'] : []),
      ...(subject.kind === 'post' && outcome === 'ask' ? [`Edit it by ${inTwoDays(decision.at)}: ${url}/posts/${subject.post.id}/edit`] : []),
      ...(subject.kind === 'confirmation' && outcome === 'remove' ? [`You can say it anew in other words: ${url}${subject.url}`] : []),
      ...(outcome === 'remove' || outcome === 'decline' ? [] : [`${url}${subject.url}`]),
      ...(appealable.includes(outcome) ? [howToAppeal(decision.id)] : []),
    ],
  }, { reason: 'own', words: `About your ${nounOf(subject)}: ${said.charAt(0).toLowerCase()}${said.slice(1)}`, url: `/appeals/${subject.kind === 'appeal' ? subject.decision.id : decision.id}` });
}

/** What the author of something is told that was decided about it, as it is. */
export function whatIsSaid(kind: Case['kind'], decision: Pick<Decision, 'outcome' | 'before'>, subject: Subject): string {
  const { outcome } = decision;
  if (kind === 'correction' && outcome === 'keep') return 'A coordinator has not taken up the correction that a reader proposed: your post stands as it is.';
  const noPlace = 'There was no place for it any more, so it is not shown.';
  if (outcome === 'approve' && subject.kind === 'held' && subject.held.postId === null) return `A coordinator has looked at it and found nothing wrong with it. ${noPlace}`;
  if (outcome === 'overturn' && subject.kind === 'appeal' && subject.about.kind === 'held' && subject.about.held.postId === null) return `${outcomes.overturn.author} ${noPlace}`;
  return wordsOf(decision).author;
}

const inTwoDays = (from: Date) => `${new Date(from.getTime() + hoursToEdit * 3_600_000).toISOString().slice(0, 16).replace('T', ', ')} UTC`;

/** Those who flagged in a case and are told what is decided: not whoever decides, and nobody who has left. */
export const flaggersTold = (caseId: number, deciderId: number): { id: number; email: string }[] => flaggersOf(caseId).filter((flagger) => flagger.id !== deciderId && !isStandIn(flagger));

/** Tells everybody who flagged in a case what was decided and why; what is out of view is not named. Call inside the transaction. */
export function tellFlaggers(caseId: number, decision: Pick<Decision, 'outcome' | 'reason' | 'deciderId'>, subject: Subject): void {
  const { name, url } = settings();
  const said = outcomes[decision.outcome].flagger;
  if (!said) return;
  const stands = subject.kind !== 'post' || !stateOf(subject).removed;
  for (const flagger of flaggersTold(caseId, decision.deciderId)) {
    tell(flagger, {
      subject: `About what you flagged on ${name}`,
      paragraphs: [`You told us about ${stands ? publicWords(subject) : `a ${nounOf(subject)}`}. ${said}`, `The reason: ${decision.reason}`, ...(stands ? [`${url}${subject.url}`] : []), 'Thank you for looking after this place.'],
    }, { reason: 'flagged', words: `About a ${nounOf(subject)} that you flagged: ${said.charAt(0).toLowerCase()}${said.slice(1)}`, url: subject.kind === 'post' ? postUrl(subject.post.id) : subject.url }, subject.kind === 'post' && stands ? subject.post.id : null);
  }
}

/** Tells the author that a decision was taken back, and what did not become as it was. */
export function tellUndone(decisionId: number, subject: Subject, reason: string, left: string | null): void {
  const { name, url } = settings();
  tell(subject.author, {
    subject: `A decision about ${publicWords(subject)} on ${name} was taken back`,
    paragraphs: [left === null ? 'A coordinator has taken the decision back: everything is as it was before it, and it will be decided anew.' : `A coordinator has taken the decision back, and it will be decided anew. ${left}`, `The reason: ${reason}`, `${url}${subject.url}`],
  }, { reason: 'own', words: `About your ${nounOf(subject)}: a coordinator has taken the decision back. It will be decided anew.`, url: `/appeals/${decisionId}` });
}

/** Tells the author that what a coordinator had removed is back, and why. The thread of others in which a post stands is named only while it shows. Call inside the transaction. */
export function tellRestored(subject: Extract<Subject, { kind: 'post' }>, reason: string): void {
  const { name, url } = settings();
  const noun = nounOf(subject);
  const shows = subject.isThread || !subject.post.thread.removed;
  tell(subject.author, {
    subject: `Your ${noun} on ${name} is back`,
    paragraphs: [`A coordinator has restored ${shows ? subject.words : `a ${noun}`} of yours, which a coordinator had removed${shows ? ': everybody can see it again' : '; it shows again once its thread does'}.`, `The reason: ${reason}`, `${url}${subject.url}`],
  }, { reason: 'own', words: `Your ${noun} is back: a coordinator has restored it.`, url: postUrl(subject.post.id) });
}
