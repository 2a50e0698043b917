import { prepared } from '#db/client.ts';
import { hasBlocked } from '../blocked.ts';
import { publicTitleOfHeldSql } from '../decisions/subjects.ts';
import { opened } from '../people/former-traces.ts';

/** One kind of what a member gets in the export: a file of JSON with an object for each row. */
export interface Kind {
  /** Name of the file without its ending. */
  file: string;
  /** What it holds, for the list in the archive. */
  words: string;
  /** Columns of the schema that name the member and are told by it, as `table.column`. */
  tells: readonly string[];
  /** SQL of what each object has; the main table is `x`. */
  columns: string;
  from: string;
  where: string;
}

/** The title of a thread: nobody is told one that was removed, but for their own. */
const titleIn = (t: string, more = 'true') => `case when ${t}.author_id = @me or (${t}.removed_at is null and (${more})) then ${t}.title end`;
const postAt = `'/posts/' || p.id as post, ${titleIn('t', 'p.removed_at is null')} as thread`;
/** What was decided; a suspension stands among the warnings, and a “works for us too” that was removed among the posts. */
const outcome = `case when json_type(x.before, '$.suspendedUntil') is not null then 'suspend' when c.kind = 'confirmation' and x.outcome = 'remove' then 'remove confirmation' else x.outcome end as outcome`;
const onPost = 'join posts p on p.id = x.post_id join threads t on t.id = p.thread_id';
const writing = `'/posts/' || x.id as address, ${titleIn('t')} as thread, x.markdown, x.created_at as createdAt, x.edited_at as editedAt, x.removed_at as removedAt, exists (select 1 from anonymous_posts a where a.post_id = x.id) as withoutName`;
const work = `'/library/' || r.slug as address, r.title`;

/** Everything that the export holds. What others wrote is not in it, beyond titles and addresses; nor is who did something to what is the member's. */
export const kinds: readonly Kind[] = [
  { file: 'account', words: 'Who you are here, and since when', tells: [], from: 'members x', where: 'x.id = @me', columns: 'x.handle, x.email, x.name, x.role, x.job_title as jobTitle, x.place, x.listed, x.vendor, x.email_confirmed_at as emailConfirmedAt, x.application, x.suspended_until as suspendedUntil, x.suspended_reason as suspendedReason, x.created_at as createdAt' },
  { file: 'profile', words: 'What you say about yourself, each field with who sees it; the photo is in files/', tells: ['profiles.member_id'], from: 'profiles x left join places l on l.id = x.place_id', where: 'x.member_id = @me', columns: 'x.pronouns, x.job_title as jobTitle, coalesce(l.label, x.place_text) as place, x.ask_me as askMeAbout, x.looking_for as lookingFor, x.visibility as visibility_json, x.updated_at as updatedAt' },
  { file: 'traits', words: 'As what you write, your languages, channels and themes of interest', tells: ['member_traits.member_id'], from: 'member_traits x', where: 'x.member_id = @me', columns: 'x.kind, x.value' },
  { file: 'settings', words: 'What you are told of, and how', tells: ['notification_settings.member_id'], from: 'notification_settings x', where: 'x.member_id = @me', columns: 'x.started, x.replied, x.mail' },
  { file: 'stopped-letters', words: 'Letters that you stopped', tells: ['mail_stops.member_id'], from: 'mail_stops x', where: 'x.member_id = @me', columns: 'x.subject, x.at' },
  { file: 'threads', words: 'Threads you started', tells: ['threads.author_id'], from: 'threads x join forums f on f.id = x.forum_id', where: 'x.author_id = @me', columns: `x.id, x.title, x.kind, f.name as forum, '/forums/' || f.slug || '/' || x.id || '-' || x.slug as address, x.created_at as createdAt, x.removed_at as removedAt, x.removed_reason as removedReason` },
  { file: 'posts', words: 'What you wrote in the forums, what you asked without your name too', tells: ['posts.author_id', 'anonymous_posts.member_id'], from: 'posts x join threads t on t.id = x.thread_id', where: 'x.author_id = @me and t.forum_id is not null', columns: writing },
  { file: 'comments', words: 'What you wrote about works in the library', tells: [], from: `posts x join threads t on t.id = x.thread_id join resources r on r.id = t.resource_id`, where: 'x.author_id = @me', columns: `${writing.replace(`${titleIn('t')} as thread`, 'r.title as work')}` },
  { file: 'earlier-versions', words: 'What your posts and comments said before you edited them', tells: ['post_versions.replaced_by_id'], from: 'post_versions x join posts p on p.id = x.post_id', where: 'p.author_id = @me', columns: `'/posts/' || p.id as post, x.markdown, x.written_at as writtenAt, x.replaced_at as replacedAt` },
  { file: 'held-posts', words: 'What you sent that waited, or waits, for a coordinator', tells: ['held_posts.author_id'], from: 'held_posts x', where: 'x.author_id = @me', columns: `x.kind, ${publicTitleOfHeldSql} as title, x.markdown, x.at, case when x.withdrawn_at is null then x.state else 'taken back' end as state, '/posts/' || x.post_id as address` },
  { file: 'drafts', words: 'What you began to write and did not send', tells: ['drafts.member_id'], from: 'drafts x', where: 'x.member_id = @me', columns: 'x.place, x.fields as fields_json, x.updated_at as updatedAt' },
  { file: 'stray-drafts', words: 'What you sent when your session was over', tells: ['stray_drafts.member_id'], from: 'stray_drafts x', where: 'x.member_id = @me', columns: 'x.place, x.fields as fields_json, x.expires_at as expiresAt' },
  { file: 'files', words: 'Pictures and documents of your posts; the files themselves are in files/', tells: [], from: 'post_files x join posts p on p.id = x.post_id', where: 'p.author_id = @me', columns: `'/posts/' || p.id as post, 'files/post-' || x.id || '-' || x.name as file, x.label, x.media_type as mediaType, x.size` },
  { file: 'attachments', words: 'Files you added to works; the files themselves are in files/', tells: ['attachments.uploaded_by_id'], from: 'attachments x join resources r on r.id = x.resource_id', where: 'x.uploaded_by_id = @me', columns: `${work}, 'files/work-' || x.id || '-' || x.name as file, x.label, x.media_type as mediaType, x.size, x.rights, x.created_at as createdAt` },
  { file: 'reactions', words: 'Your reactions', tells: ['reactions.member_id'], from: `reactions x ${onPost}`, where: 'x.member_id = @me', columns: `${postAt}, x.kind, x.at` },
  { file: 'confirmations', words: 'Your “works for us too”', tells: ['confirmations.member_id'], from: `confirmations x ${onPost}`, where: 'x.member_id = @me', columns: `${postAt}, x.place, x.year, x.note, x.created_at as createdAt, x.at` },
  { file: 'accepted-answers', words: 'Answers that you accepted', tells: ['accepted_answers.by_id'], from: `accepted_answers x ${onPost}`, where: 'x.by_id = @me', columns: `${postAt}, x.at` },
  { file: 'answer-checks', words: 'Old answers that you asked about or confirmed', tells: ['answer_checks.asked_by_id', 'answer_checks.confirmed_by_id'], from: `answer_checks x ${onPost}`, where: '(x.asked_by_id = @me or x.confirmed_by_id = @me)', columns: `${postAt}, case when x.asked_by_id = @me then x.asked_at end as askedAt, case when x.confirmed_by_id = @me then x.confirmed_at end as confirmedAt` },
  { file: 'closed-threads', words: 'Threads that you closed', tells: ['closed_threads.by_id'], from: 'closed_threads x join threads t on t.id = x.thread_id', where: 'x.by_id = @me', columns: `${titleIn('t')} as thread, x.reason, x.at` },
  { file: 'mentions', words: 'Posts that name you', tells: ['post_mentions.member_id'], from: `post_mentions x ${onPost}`, where: 'x.member_id = @me and p.removed_at is null and t.removed_at is null', columns: postAt },
  { file: 'follows', words: 'What you follow and what you muted', tells: ['follows.member_id'], from: 'follows x', where: 'x.member_id = @me', columns: `x.kind, case x.kind when 'thread' then (select ${titleIn('t')} from threads t where t.id = cast(x.ref as integer)) when 'forum' then (select name from forums where id = cast(x.ref as integer)) when 'member' then (select '/members/' || handle from members where id = cast(x.ref as integer)) else x.ref end as subject, x.level, x.auto as byWriting, x.at` },
  { file: 'blocked', words: 'Whom you blocked', tells: ['blocks.member_id'], from: 'blocks x join members o on o.id = x.blocked_id', where: 'x.member_id = @me', columns: `'/members/' || o.handle as address, x.at` },
  { file: 'read', words: 'How far you have read', tells: ['thread_reads.member_id'], from: 'thread_reads x join threads t on t.id = x.thread_id', where: 'x.member_id = @me', columns: `${titleIn('t')} as thread, x.number as upToPost` },
  { file: 'read-marks', words: 'What you marked as read', tells: ['read_marks.member_id'], from: 'read_marks x left join forums f on f.id = x.forum_id', where: 'x.member_id = @me', columns: `coalesce(f.name, 'all forums') as forum, x.before` },
  { file: 'notifications', words: 'What you were told', tells: ['notifications.member_id'], from: 'notifications x left join posts p on p.id = x.post_id left join threads t on t.id = coalesce(x.thread_id, p.thread_id)', where: 'x.member_id = @me', columns: `x.kind, x.reason, ${titleIn('t', 'p.removed_at is null')} as thread, coalesce('/posts/' || x.post_id, x.url) as address, x.words, x.created_at as createdAt, x.read_at as readAt, x.mailed_at as mailedAt` },
  { file: 'saved-works', words: 'Works that you saved', tells: ['bookmarks.member_id'], from: 'bookmarks x join resources r on r.id = x.resource_id', where: 'x.member_id = @me', columns: `${work}, x.created_at as savedAt` },
  { file: 'collections', words: 'Your reading lists', tells: ['collections.owner_id'], from: 'collections x', where: 'x.owner_id = @me', columns: 'x.id, x.title, x.description, x.visibility, x.created_at as createdAt, x.updated_at as updatedAt' },
  { file: 'collection-items', words: 'What is on your reading lists, with your notes', tells: [], from: 'collection_items x join collections c on c.id = x.collection_id join resources r on r.id = x.resource_id', where: 'c.owner_id = @me', columns: `c.id as collection, ${work}, x.position, x.note, x.added_at as addedAt` },
  { file: 'saved-searches', words: 'Your saved searches', tells: ['saved_searches.member_id'], from: 'saved_searches x', where: 'x.member_id = @me', columns: 'x.name, x.query, x.mail, x.created_at as createdAt' },
  { file: 'suggestions', words: 'Works that you suggested or brought in', tells: ['resources.submitted_by_id'], from: 'resources x', where: 'x.submitted_by_id = @me', columns: `'/library/' || x.slug as address, x.title, x.type, x.status, x.summary, x.body, x.csl as record_json, x.suggestion_note as note, x.declined_reason as declinedReason, x.submitted_at as submittedAt, x.created_at as createdAt` },
  { file: 'edits', words: 'Your changes of works', tells: ['resource_versions.by_id'], from: 'resource_versions x join resources r on r.id = x.resource_id', where: 'x.by_id = @me', columns: `${work}, x.number, x.act, x.reason, x.at` },
  { file: 'words', words: 'Words that you suggested for the thesaurus', tells: ['thesaurus_suggestions.member_id'], from: 'thesaurus_suggestions x', where: 'x.member_id = @me', columns: 'x.words as words_json, x.note, x.state, x.at, x.reason' },
  { file: 'flags', words: 'What you told coordinators, and corrections you asked for', tells: ['flags.member_id'], from: 'flags x join cases c on c.id = x.case_id left join corrections k on k.case_id = c.id', where: 'x.member_id = @me', columns: `'/posts/' || c.post_id as post, x.reason, x.note, k.wrong, k.source, x.at` },
  { file: 'decisions', words: 'What coordinators decided about you, and your appeals', tells: ['decisions.author_id'], from: 'decisions x join cases c on c.id = x.case_id left join appeals a on a.decision_id = x.id', where: 'x.author_id = @me', columns: `'/posts/' || c.post_id as post, ${outcome}, x.reason, x.at, x.overturned_at as overturnedAt, x.undone_at as undoneAt, a.text as appeal, a.at as appealedAt` },
  { file: 'trust', words: 'Your level of trust', tells: ['trust_levels.member_id'], from: 'trust_levels x', where: 'x.member_id = @me', columns: 'x.level, x.locked' },
  { file: 'trust-changes', words: 'How your level of trust changed, and why', tells: ['trust_changes.member_id'], from: 'trust_changes x', where: 'x.member_id = @me', columns: 'x."from", x."to", x.reason, x.at' },
  { file: 'activity', words: 'On which days you were here, and how much you read', tells: ['member_activity.member_id'], from: 'member_activity x', where: 'x.member_id = @me', columns: 'x.day, x.threads_read as threadsRead' },
  { file: 'invitations', words: 'Invitations that you sent', tells: ['invitations.invited_by_id'], from: 'invitations x', where: 'x.invited_by_id = @me', columns: 'x.email, x.name, x.place, x.note, x.sent_at as sentAt, x.expires_at as expiresAt, x.used_at as usedAt, iif(x.quiet_at is not null and x.withdrawn_at = x.expires_at, null, x.withdrawn_at) as withdrawnAt' },
  { file: 'invited', words: 'The invitation by which you joined', tells: ['invitations.member_id'], from: 'invitations x', where: 'x.member_id = @me and x.quiet_at is null', columns: 'x.email, x.name, x.place, x.note, x.sent_at as sentAt, x.used_at as usedAt' },
  { file: 'verification', words: 'How it is known that you work for a government', tells: ['verifications.member_id'], from: 'verifications x', where: 'x.member_id = @me', columns: 'x.method, x.domain, x.reason, x.at' },
  { file: 'vouches-given', words: 'Members for whom you vouched', tells: ['vouches.by_id'], from: 'vouches x join members o on o.id = x.member_id', where: 'x.by_id = @me', columns: `'/members/' || o.handle as address, x.how, x.at` },
  { file: 'vouches-received', words: 'Members who vouched for you', tells: ['vouches.member_id'], from: 'vouches x join members o on o.id = x.by_id', where: `x.member_id = @me and not ${hasBlocked('x.member_id', 'x.by_id')}`, columns: `'/members/' || o.handle as address, x.at` },
  { file: 'first-steps', words: 'Your first steps', tells: ['first_hours.member_id'], from: 'first_hours x', where: 'x.member_id = @me', columns: 'x.at, x.skipped as skipped_json, x.dismissed_at as dismissedAt, x.welcomed_at as welcomedAt, x.note as welcome' },
  { file: 'suspensions', words: 'Your suspensions, with the reasons', tells: ['suspensions.member_id'], from: 'suspensions x', where: 'x.member_id = @me', columns: 'x.kind, x.reason, x.until, x.at' },
  { file: 'areas', words: 'Forums and themes that you coordinate', tells: ['coordinator_areas.member_id'], from: 'coordinator_areas x left join forums f on f.id = x.forum_id', where: 'x.member_id = @me', columns: 'f.name as forum, x.theme, x.at' },
  { file: 'refused-confirmations', words: 'Your “works for us too” that were removed, or that you took back while they were flagged', tells: ['refused_confirmations.member_id'], from: `refused_confirmations x ${onPost}`, where: 'x.member_id = @me', columns: `${postAt}, x.place, x.note, x.at` },
  { file: 'flagged-confirmations', words: 'What you told coordinators about a “works for us too”', tells: ['confirmation_flags.by_id'], from: `confirmation_flags x ${onPost}`, where: 'x.by_id = @me', columns: `${postAt}, x.reason, x.note, x.at` },
  { file: 'office-welcomes', words: 'Newcomers whom you were to welcome, or welcomed', tells: ['first_hours.coordinator_id', 'first_hours.welcomed_by_id'], from: 'first_hours x join members o on o.id = x.member_id', where: '(x.coordinator_id = @me or x.welcomed_by_id = @me)', columns: `'/members/' || o.handle as address, x.at, case when x.welcomed_by_id = @me then x.welcomed_at end as welcomedAt, case when x.welcomed_by_id = @me then x.note end as note` },
  { file: 'sessions', words: 'Where you are signed in', tells: ['sessions.member_id'], from: 'sessions x', where: 'x.member_id = @me', columns: 'x.browser, x.created_at as createdAt, x.last_used_at as lastUsedAt, x.expires_at * 1000 as expiresAt' },
  { file: 'known-browsers', words: 'Browsers in which you have signed in before', tells: ['known_browsers.member_id'], from: 'known_browsers x', where: 'x.member_id = @me', columns: 'x.last_used_at as lastUsedAt' },
  { file: 'passwords', words: 'Since when your password is what it is; not the password', tells: ['passwords.member_id'], from: 'passwords x', where: 'x.member_id = @me', columns: 'x.changed_at as changedAt' },
  { file: 'passkeys', words: 'Your passkeys, without the keys', tells: ['passkeys.member_id'], from: 'passkeys x', where: 'x.member_id = @me', columns: 'x.name, x.created_at as createdAt, x.last_used_at as lastUsedAt' },
  { file: 'authenticators', words: 'Since when signing in takes a second step', tells: ['authenticators.member_id'], from: 'authenticators x', where: 'x.member_id = @me', columns: 'x.created_at as createdAt' },
  { file: 'recovery-codes', words: 'How many recovery codes you were given, and which were used', tells: ['recovery_codes.member_id'], from: 'recovery_codes x', where: 'x.member_id = @me', columns: 'x.used_at as usedAt' },
  { file: 'agency-accounts', words: 'Accounts with your agency', tells: ['agency_accounts.member_id'], from: 'agency_accounts x', where: 'x.member_id = @me', columns: 'x.issuer, x.email, x.created_at as createdAt, x.last_used_at as lastUsedAt' },
  { file: 'email-changes', words: 'Changes of your e-mail address', tells: ['email_changes.member_id'], from: 'email_changes x', where: 'x.member_id = @me', columns: 'x.old_email as oldEmail, x.new_email as newEmail, x.confirmed_at as confirmedAt, x.undone_at as undoneAt' },
  { file: 'former-names', words: 'Names and addresses that you had before; nobody sees them, and they are there to be taken out of texts when you leave', tells: ['former_traces.member_id'], from: 'former_traces x', where: 'x.member_id = @me', columns: 'x.kind, x.sealed as value_sealed, x.until' },
  { file: 'office-log', words: 'What you did as a coordinator', tells: ['log.actor_id'], from: 'log x', where: 'x.actor_id = @me', columns: 'x.act, x.url as address, x.reason, x.at' },
  { file: 'office-decisions', words: 'What you decided as a coordinator', tells: ['decisions.decider_id', 'decisions.first_decider_id', 'decisions.undone_by_id'], from: 'decisions x join cases c on c.id = x.case_id', where: '(x.decider_id = @me or x.first_decider_id = @me or x.undone_by_id = @me)', columns: `'/posts/' || c.post_id as post, ${outcome}, case when x.decider_id = @me then x.reason end as reason, x.at` },
  { file: 'office-notes', words: 'What you wrote to other coordinators about cases', tells: ['case_notes.by_id'], from: 'case_notes x', where: 'x.by_id = @me', columns: 'x.text, x.at' },
  { file: 'office-thread-acts', words: 'What you did to threads', tells: ['thread_acts.by_id'], from: 'thread_acts x join threads t on t.id = x.thread_id', where: 'x.by_id = @me', columns: `${titleIn('t')} as thread, x.act, x.reason, x.at, x.undone_at as undoneAt` },
  { file: 'office-questions', words: 'Questions that you looked after or handed over', tells: ['question_turns.owner_id', 'question_turns.by_id'], from: 'question_turns x join threads t on t.id = x.thread_id', where: '(x.owner_id = @me or x.by_id = @me)', columns: `${titleIn('t')} as thread, case when x.by_id = @me then x.reason end as handedOverBecause, x.at` },
  { file: 'office-forums', words: 'Forums in which you look for answers', tells: ['forum_coordinators.member_id'], from: 'forum_coordinators x join forums f on f.id = x.forum_id', where: 'x.member_id = @me', columns: 'f.name as forum' },
  { file: 'office-works', words: 'Works that you look after, review or published', tells: ['resources.owner_id', 'resources.reviewer_id', 'resources.published_by_id'], from: 'resources x', where: '(x.owner_id = @me or x.reviewer_id = @me or x.published_by_id = @me)', columns: `'/library/' || x.slug as address, x.title, x.owner_id = @me as lookAfter, x.reviewer_id = @me as review, x.published_by_id = @me as published` },
  { file: 'office-imports', words: 'Files of works that you brought', tells: ['imports.by_id'], from: 'imports x', where: 'x.by_id = @me', columns: 'x.file_name as fileName, x.format, x.state, x.created_at as createdAt, x.done_at as doneAt, x.undone_at as undoneAt' },
  { file: 'office-merges', words: 'Duplicates that you merged', tells: ['merges.by_id'], from: 'merges x join resources r on r.id = x.kept_id', where: 'x.by_id = @me', columns: `${work}, x.reason, x.at, x.undone_at as undoneAt` },
  { file: 'office-places', words: 'What you changed about places', tells: ['place_changes.by_id'], from: 'place_changes x join places l on l.id = x.place_id', where: 'x.by_id = @me', columns: 'l.label as place, x.what, x.at' },
];

/** Columns that name a member and are not in the export, with the reason. */
export const notExported: Record<string, string> = {
  'blocks.blocked_id': 'whoever is blocked is never told',
  'cases.claimed_by_id': 'who works on a case now is in no history; what was decided is in office-decisions',
  'cases.member_id': 'a flagged profile: what was decided is in decisions, who flagged is not told',
  'collections.featured_by_id': 'in office-log',
  'corrections.accepted_by_id': 'in decisions and office-log',
  'form_tokens.member_id': 'hashes of forms that were sent, for a day, so that nothing is written twice',
  'links.member_id': 'hashes of mailed links: secrets',
  'log.about_id': 'what was decided is in decisions',
  'log_titles.owner_id': 'the lists themselves are in collections',
  'merges.undone_by_id': 'in office-log',
  'notifications.actor_id': 'what others were told',
  'posts.removed_by_id': 'own removals are in posts, those in office in office-log',
  'sign_in_links.member_id': 'hashes of mailed links: secrets',
  'sign_in_steps.member_id': 'hashes of cookies, for some minutes: secrets',
  'thesaurus_entries.updated_by_id': 'in office-log',
  'thesaurus_suggestions.decided_by_id': 'in office-log',
  'thread_acts.undone_by_id': 'in office-log',
  'threads.last_poster_id': 'follows from posts and comments',
  'threads.removed_by_id': 'in office-log',
  'coordinator_areas.by_id': 'in office-log',
  'suspensions.by_id': 'in office-log',
  'verifications.by_id': 'in office-log',
  'trust_changes.by_id': 'what was decided about others; in office-log',
  'withheld_versions.by_id': 'in office-log',
};

const portion = 200;

/** What a member has of one kind, 200 rows at a time, so that nobody waits and nothing is held in memory. */
export function* rowsOf({ columns, from, where }: Kind, memberId: number): Generator<Record<string, unknown>[]> {
  const page = statement(`select x.rowid as _row, ${columns} from ${from} where ${where} and x.rowid > @after order by x.rowid limit ${portion}`);
  for (let after = 0; ;) {
    const rows = page.all({ me: memberId, after }) as ({ _row: number } & Record<string, unknown>)[];
    if (rows.length > 0) yield rows.map(told);
    const last = rows.at(-1);
    if (!last || rows.length < portion) return;
    after = last._row;
  }
}
const statement = (sql: string) => prepared((d) => d.$client.prepare(sql))();

const isYesOrNo = new Set(['listed', 'vendor', 'withoutName', 'byWriting', 'locked', 'lookAfter', 'review', 'published']);

/** A row as the file has it: moments in ISO 8601, yes and no, lists and objects as such. */
function told({ _row, ...row }: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => {
    if (name.endsWith('_sealed')) return [name.slice(0, -7), opened(String(value))];
    if (name.endsWith('_json')) return [name.slice(0, -5), typeof value === 'string' ? JSON.parse(value) : value];
    if (typeof value === 'number' && /(?:^at|^until|At|Until|^before)$/.test(name)) return [name, new Date(value).toISOString()];
    return [name, isYesOrNo.has(name) && value !== null ? value === 1 : value];
  }));
}
