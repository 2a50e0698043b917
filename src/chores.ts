import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Cron } from 'croner';
import { keepOldSuspensions } from '#domain/decisions/suspension-decisions.ts';
import { tickAnswerClock } from '#domain/forum/answer-clock.ts';
import { forgetRefusedConfirmations } from '#domain/forum/confirming.ts';
import { forgetOldDrafts } from '#domain/forum/drafts.ts';
import { forgetOldForms } from '#domain/forum/form-tokens.ts';
import { mailNotifications, membersWithLettersDue } from '#domain/forum/notification-letters.ts';
import { readWaitingPostFiles } from '#domain/forum/post-file-words.ts';
import { renderAgain } from '#domain/forum/rendering-again.ts';
import { forgetOrphanFiles } from '#domain/library/attaching.ts';
import { finishLeavings } from '#domain/leaving/finishing.ts';
import { readWaitingDocuments } from '#domain/library/attachment-words.ts';
import { forgetOldImports } from '#domain/library/imports/discarding.ts';
import { continueImports } from '#domain/library/imports/reading.ts';
import { checkSomeLinks } from '#domain/library/link-checks.ts';
import { forgetOldInvitations, sendWaitingInvitations } from '#domain/membership/inviting.ts';
import { forgetSentLetters, sendOutbox } from '#domain/mail/outbox.ts';
import { forgetOldStandings } from '#domain/people/former-standings.ts';
import { giveWelcomesOn } from '#domain/people/admitting.ts';
import { forgetUnconfirmed } from '#domain/people/joining.ts';
import { forgetOldAttempts } from '#domain/people/limits.ts';
import { forgetOldEmailChanges } from '#domain/people/email-changing.ts';
import { forgetOldBrowsers } from '#domain/people/known-browsers.ts';
import { forgetOldLinks } from '#domain/people/links.ts';
import { forgetOldSignInLinks } from '#domain/people/mailed-links.ts';
import { computeAllTrust } from '#domain/people/trust.ts';
import { forgetExpiredSessions } from '#domain/people/sessions.ts';
import { forgetOldSteps } from '#domain/people/steps.ts';
import { forgetOldChanges } from '#domain/search/attributes.ts';
import { mailSavedSearches, membersWithSearchesDue, passOverSearches } from '#domain/saved-searches/letters.ts';
import { purgeIndex } from '#domain/search/documents.ts';
import { pagefindIsStale, rebuildPagefind } from '#domain/search/pagefind.ts';
import { folderMailer, smtpMailer } from '#lib/mailer.ts';
import { settings } from '#lib/settings.ts';
import { writeReads } from './reads.ts';
import { reportFailure } from '#lib/failures.ts';

/** Starts the housekeeping: mail every five seconds, reads every half minute, the Pagefind bundle when it is behind, imports that are being read, what leavings and removals leave in the search index, three links a minute, questions, newcomers, invitations that wait and suspensions of who has confirmed their address since every three minutes, letters of news, levels of trust, forgetting once an hour. Returns a function that stops it and waits for what runs. */
export function startChores(): () => Promise<void> {
  const { dataDir, smtpUrl, mailFrom, outbound } = settings();
  const mailer = smtpUrl ? smtpMailer(smtpUrl, mailFrom) : folderMailer(join(dataDir, 'mail'), mailFrom);
  const running = new Set<Promise<unknown>>();

  const every = (pattern: string, name: string, chore: () => unknown) => new Cron(pattern, { protect: true, unref: true }, async () => {
    const work = Promise.resolve().then(chore).catch((error: unknown) => reportFailure(error, `chore ${name}`));
    running.add(work);
    await work;
    running.delete(work);
  });

  const jobs = [
    every('*/5 * * * * *', 'mail', () => sendOutbox(mailer)),
    every('*/30 * * * * *', 'reads', writeReads),
    every('*/10 * * * * *', 'pagefind', () => pagefindIsStale() && rebuildPagefind()),
    every('*/5 * * * * *', 'imports', continueImports),
    every('*/7 * * * * *', 'documents', async () => { await readWaitingDocuments(); await readWaitingPostFiles(); }),
    every('*/3 * * * * *', 'rendering', () => renderAgain()),
    every('*/2 * * * * *', 'leaving', finishLeavings),
    every('50 */5 * * * *', 'search index', purgeIndex),
    every('30 * * * * *', 'links', () => outbound && checkSomeLinks(3)),
    every('40 * * * * *', 'notifications', () => eachOf(membersWithLettersDue(), 'notifications', mailNotifications)),
    every('20 */5 * * * *', 'saved searches', async () => {
      await eachOf(membersWithSearchesDue(), 'saved searches', mailSavedSearches);
      passOverSearches();
    }),
    every('41 * * * *', 'trust', () => computeAllTrust()),
    every('20 */3 * * * *', 'answer clock', () => { tickAnswerClock(); giveWelcomesOn(); sendWaitingInvitations(); keepOldSuspensions(); }),
    every('17 * * * *', 'forgetting', async () => {
      forgetOldAttempts();
      forgetOldLinks();
      forgetOldSignInLinks();
      forgetOldSteps();
      forgetOldBrowsers();
      forgetOldEmailChanges();
      forgetOldForms();
      forgetUnconfirmed();
      forgetOldStandings();
      forgetOldInvitations();
      forgetSentLetters();
      forgetOldImports();
      forgetOldDrafts();
      forgetRefusedConfirmations();
      forgetOrphanFiles();
      forgetOldChanges();
      await forgetExpiredSessions();
    }),
  ];
  void jobs[2]?.trigger();
  return async () => {
    for (const job of jobs) job.stop();
    // A Pagefind build may take long and loses nothing when it is cut off.
    await Promise.race([Promise.all(running), setTimeout(3_000, null, { ref: false })]);
  };
}

/** Does it for one after the other, and lets requests through between: one who fails keeps nobody else waiting. */
async function eachOf(members: readonly number[], name: string, chore: (memberId: number) => unknown): Promise<void> {
  for (const member of members) {
    try {
      chore(member);
    } catch (error) {
      reportFailure(error, `chore ${name} for member ${member}`);
    }
    await setImmediate();
  }
}
