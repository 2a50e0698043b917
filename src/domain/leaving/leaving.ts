import { and, eq, inArray, isNotNull, isNull, not, or, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import {
  acceptedAnswers, agencyAccounts, appeals, attachments, bumpChanges, cases, collections, confirmations, corrections, db, decisions, emailChanges, flags, follows, heldFiles, heldPosts, hiddenTitles, invitations, members, postFiles, postLinks,
  postMentions, posts, postVersions, prepared, profiles, reactions, resources, threadActs, threads, transaction,
} from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { slugify } from '#lib/slug.ts';
import { isNamedPost, isNamelessPost } from '../anonymity.ts';
import { closeCasesOfLeaver, emptyHeldOf, forgetCorrectionsOf, keepCasesOfProfile } from '../decisions/author-leaving.ts';
import { Invalid } from '../errors.ts';
import { takeHiddenTitle } from '../forum/hidden-titles.ts';
import { putThreadSlugs, retitle, retitleAll } from '../forum/retitling.ts';
import { dropThreadFromSearch } from '../forum/searchable.ts';
import { forgetFilesNow } from '../library/attaching.ts';
import { forgetLettersTo, forgetWrittenLetters, post } from '../mail/outbox.ts';
import { withdrawLettersAbout } from '../mail/withdrawing.ts';
import { recordAct } from '../moderation/log.ts';
import { unlearn } from '../moderation/spam-words.ts';
import { mustLeaveAnAdministrator } from '../people/administrators.ts';
import { formerAsker, formerCoordinator, formerMember, retireHandle } from '../people/former.ts';
import { rememberStanding } from '../people/former-standings.ts';
import { formerOf } from '../people/former-traces.ts';
import { forgetAttemptsOf } from '../people/limits.ts';
import { memberByEmail } from '../people/members.ts';
import { mustHaveProved } from '../people/proving.ts';
import type { Session } from '../people/sessions.ts';
import type { Member } from '../people/types.ts';
import { settleVouches } from '../people/verification.ts';
import { dropDocument, dropDocuments } from '../search/documents.ts';
import { beginFinishing, retitleOwn, finishFor, putNewSlug, readdress, slugsOf, type Left } from './finishing.ts';
import { scrubber, scrubRecords, threadsNamedBy, threadsStartedBy, type Own, type Traces } from './traces.ts';

const choice = z.enum(['keep', 'delete'], { error: 'Please choose one.' });

/** What a member decides about when they leave; everything else of theirs is deleted. */
export const leaveKinds = ['posts', 'comments', 'suggestions', 'collections', 'files'] as const;
export type LeaveKind = (typeof leaveKinds)[number];

export const leaveInput = z.object({
  posts: choice, comments: choice, suggestions: choice, collections: choice, files: choice,
  /** Their handle, typed. */
  confirm: z.string({ error: 'Please type your handle.' }).transform((typed) => typed.trim().replace(/^@/, '').toLowerCase()),
});
type Choices = Record<LeaveKind, 'keep' | 'delete'>;

/**
 * Takes a member out of the hub, at once and for good; their name out of what others wrote within seconds, in a large hub minutes (see finishing.ts). Of each kind they choose whether it goes or stays as "a former member"; all else of theirs goes:
 * profile, ways of signing in, drafts, reactions, follows, saved works, notifications. Posts that others answered or quote keep their place without
 * their text. What they looked after goes on to others. Throws Denied, Invalid.
 */
export function leaveHub(session: Session, { confirm, ...choices }: z.output<typeof leaveInput>): void {
  mustHaveProved(session);
  const { member } = session;
  if (confirm !== member.handle) throw new Invalid({ confirm: `Please type ${member.handle}, to show that you mean it.` });
  const { hashes, addresses } = transaction(() => {
    mustLeaveAnAdministrator(member);
    const traces = tracesOf(member);
    const hashes = filesOf(member.id);
    rememberStanding(member, traces.emails);
    const named = threadsNamedBy(member.id);
    scrubRecords(traces, member.id);
    unlearn([...traces.names, traces.handle, ...traces.emails.map((email) => email.split('@')[0] ?? '')]);
    dropOwnFiles(member.id, choices);
    const quoting = quotingThem(member);
    const own = [...leaveWritings(member, 'posts', choices.posts, traces, named), ...leaveWritings(member, 'comments', choices.comments, traces)];
    leaveSuggestions(member.id, choices.suggestions, traces);
    leaveCollections(member.id, choices.collections);
    retitleOwn(traces);
    leaveCases(member.id, choices.posts, traces);
    forgetInOthers(member);
    passOn(member.id);
    db.delete(invitations).where(or(eq(invitations.memberId, member.id), and(inArray(invitations.email, [...traces.emails]), isNull(invitations.memberId)))).run();
    const addresses = [...traces.emails, ...onlyTyped(member.id)];
    forgetLettersTo(addresses);
    forgetAttemptsOf(member.id, traces.emails);
    db.delete(members).where(eq(members.id, member.id)).run();
    settleVouches();
    beginFinishing(traces, [...own, ...quoting]);
    retireHandle(member.handle);
    recordAct(null, 'leave hub', 'A member', null);
    sayFarewell(member.email);
    bumpChanges();
    return { hashes, addresses };
  });
  forgetFilesNow(hashes);
  forgetWrittenLetters(addresses);
  // Where a hub is small, this is all; of a large one the chores do the rest.
  finishFor(50);
}

/** Of addresses those that were shown to be theirs and are nobody else's now: what somebody only typed may be anybody's. */
function tracesOf({ id, name, handle, email }: Member): Traces {
  const changes = db.select({ old: emailChanges.oldEmail, fresh: emailChanges.newEmail }).from(emailChanges).where(and(eq(emailChanges.memberId, id), isNotNull(emailChanges.confirmedAt))).all();
  const agencies = db.select({ email: agencyAccounts.email }).from(agencyAccounts).where(eq(agencyAccounts.memberId, id)).all();
  const all = [email, ...formerOf(id, 'email'), ...changes.flatMap((change) => [change.old, change.fresh]), ...agencies.map((account) => account.email.toLowerCase())];
  return { names: [...new Set([name, ...formerOf(id, 'name')])], handle, emails: [...new Set(all)].filter((one) => one.includes('@') && (one === email || !memberByEmail(one))), own: ownOf(id) };
}

/** A work of others stands in the library as it is called, whoever brought it in. */
function ownOf(id: number): Own {
  const ids = <Id extends number | string>(sql: string) => db.$client.prepare(sql).pluck().all(id) as Id[];
  return {
    posts: ids(`select id from posts where author_id = ? and not ${isNamelessPost('posts.id')}`),
    attachments: ids('select id from attachments where uploaded_by_id = ?'),
    collections: ids('select id from collections where owner_id = ?'),
    resources: ids(`select id from resources where submitted_by_id = ? and (kind <> 'reference' or published_at is null)`),
    corrections: ids<number>('select k.case_id from corrections k join flags f on f.case_id = k.case_id where f.member_id = ?'),
    answers: ids<number>(`select k.case_id from corrections k join posts p on p.id = k.post_id where p.author_id = ? and not ${isNamelessPost('p.id')}`),
  };
}

/** Addresses to which they asked to change, and which nothing else in the hub is about: letters went there for them alone. */
function onlyTyped(id: number): string[] {
  return db.$client.prepare(`
    select new_email from email_changes c where member_id = ? and confirmed_at is null and not exists (select 1 from members where email = c.new_email)
      and not exists (select 1 from email_changes o where o.member_id <> c.member_id and c.new_email in (o.old_email, o.new_email)) and not exists (select 1 from invitations where email = c.new_email)`).pluck().all(id) as string[];
}

/** Hashes of all files that are theirs; those that something still uses afterwards stay on the disk. */
function filesOf(memberId: number): string[] {
  return [
    db.select({ hash: profiles.photoHash }).from(profiles).where(and(eq(profiles.memberId, memberId), isNotNull(profiles.photoHash))).all(),
    db.select({ hash: postFiles.hash }).from(postFiles).innerJoin(posts, eq(posts.id, postFiles.postId)).where(eq(posts.authorId, memberId)).all(),
    db.select({ hash: heldFiles.hash }).from(heldFiles).innerJoin(heldPosts, eq(heldPosts.id, heldFiles.heldId)).where(eq(heldPosts.authorId, memberId)).all(),
    db.select({ hash: attachments.hash }).from(attachments).where(eq(attachments.uploadedById, memberId)).all(),
  ].flat().flatMap(({ hash }) => hash ?? []);
}

const written = (memberId: number) => db.select({ id: posts.id }).from(posts).where(eq(posts.authorId, memberId));

function dropOwnFiles(memberId: number, { files }: Choices): void {
  const [ofPosts, ofWorks] = [inArray(postFiles.postId, written(memberId)), eq(attachments.uploadedById, memberId)];
  if (files === 'delete') {
    db.delete(postFiles).where(ofPosts).run();
    db.delete(attachments).where(ofWorks).run();
  }
  // Words that are taken out of a file from now on would have their name.
  db.update(postFiles).set({ textState: 'none' }).where(and(ofPosts, eq(postFiles.textState, 'waiting'))).run();
  db.update(attachments).set({ textState: 'none' }).where(and(ofWorks, eq(attachments.textState, 'waiting'))).run();
}

/**
 * Deletes what they wrote in forums, or in comments, or leaves it to be kept without their name; kept as it is where their name was never shown, since a change would show it.
 * A title stays where others answered; a name in it does not, nor in those that they gave to threads of others (`named`). What is deleted can be read and found no more. Returns what is left to be done.
 */
function leaveWritings(member: Member, kind: 'posts' | 'comments', how: 'keep' | 'delete', traces: Traces, named: readonly number[] = []): Left[] {
  const inForums = kind === 'posts';
  if (how === 'delete' && inForums) dropLonelyThreads(member.id);
  const rows = db.select({ id: posts.id, threadId: posts.threadId, number: posts.number, removedAt: posts.removedAt }).from(posts)
    .innerJoin(threads, eq(threads.id, posts.threadId)).where(and(eq(posts.authorId, member.id), inForums ? isNotNull(threads.forumId) : isNull(threads.forumId), how === 'keep' ? isNamedPost() : undefined)).all();
  const ids = rows.map(({ id }) => id);
  withdrawLettersAbout(ids);
  // Under another name, or none, they are found again when they are brought in step.
  dropDocuments('post', ids);
  const opened = inForums ? rows.filter(({ number }) => number === 1) : [];
  const scrub = scrubber(traces, { anyCase: true });
  const titled = inForums ? threadsStartedBy(member.id).concat(named) : [];
  for (const id of named) retitle(id, scrub(titleOf(id), true, 500));
  retitleAll(new Map(titled.map((id) => [id, scrub(titleOf(id), true, 500)])));
  for (const { threadId, title } of db.select().from(hiddenTitles).where(inArray(hiddenTitles.threadId, titled)).all()) db.update(hiddenTitles).set({ title: scrub(title, true, 500) }).where(eq(hiddenTitles.threadId, threadId)).run();
  dropDocuments('thread', opened.map(({ threadId }) => threadId));
  if (how === 'keep') return rows.map(({ id }) => ({ postId: id, what: 'kept' as const }));
  closeCasesOfLeaver(member.id, ids);
  // No decision will bring back a title that was hidden.
  for (const { threadId } of opened) if (takeHiddenTitle(threadId) !== null) retitle(threadId, emptyTitle);
  emptyPosts(member.id, ids);
  return rows.filter(({ number, removedAt }) => removedAt === null || (inForums && number === 1)).map(({ id }) => ({ postId: id, what: 'emptied' as const }));
}

const titleOf = (threadId: number) => db.select({ title: threads.title }).from(threads).where(eq(threads.id, threadId)).get()?.title ?? '';

/**
 * Threads in which nobody else has written go whole. The place stays, without a word of theirs, of one that went into another, for its address leads there, and where a case
 * about one is open, so that the case can be told from one that never was. One into which another went stays as others' do.
 */
function dropLonelyThreads(memberId: number): void {
  const all = db.select({ id: threads.id, staysEmpty: sql<number>`exists (select 1 from former_threads f where f.thread_id = threads.id) or exists (select 1 from cases c join posts p on p.id = c.post_id where p.thread_id = threads.id and c.closed_at is null)` }).from(threads).where(and(eq(threads.authorId, memberId), isNotNull(threads.forumId),
    sql`not exists (select 1 from posts p where p.thread_id = ${threads.id} and p.author_id <> ${memberId})`, sql`not exists (select 1 from former_threads f where f.into_id = ${threads.id})`,
    sql`not exists (select 1 from thread_acts a join json_each(a.undo, '$.posts') o join posts p on p.id = o.value ->> '$.id' where a.thread_id = ${threads.id} and a.act = 'merge threads' and a.undone_at is null and p.author_id <> ${memberId})`)).all();
  for (const { id, staysEmpty } of all) if (staysEmpty) emptyThread(memberId, id);
  const lonely = all.filter(({ staysEmpty }) => !staysEmpty).map(({ id }) => id);
  withdrawLettersAbout(db.select({ id: posts.id }).from(posts).where(inArray(posts.threadId, lonely)).all().map(({ id }) => id));
  for (const id of lonely) dropThreadFromSearch(id);
  putThreadSlugs(new Map(lonely.map((id) => [id, slugify('')])));
  db.delete(threads).where(inArray(threads.id, lonely)).run();
}

const emptyTitle = 'Removed by its author';

/** Nothing of a thread is left but its place; its posts are emptied like others. */
function emptyThread(memberId: number, id: number): void {
  takeHiddenTitle(id);
  retitle(id, emptyTitle);
  dropThreadFromSearch(id);
  db.delete(threadActs).where(eq(threadActs.threadId, id)).run();
  db.update(threads).set({ removedAt: new Date(), removedReason: 'Its author has deleted it.', removedById: memberId, hidden: false }).where(eq(threads.id, id)).run();
}

/** The place of a post stays, "removed by its author": numbers, quotations and answers lead to it. Its words and all that hangs on it go. */
function emptyPosts(memberId: number, ids: readonly number[]): void {
  const these = sql`(select value from json_each(${JSON.stringify(ids)}))`;
  for (const table of [postFiles, postLinks, postMentions, postVersions, reactions, confirmations, acceptedAnswers]) db.delete(table).where(sql`${table.postId} in ${these}`).run();
  db.update(posts).set({ removedAt: new Date(), removedById: memberId, removedReason: null }).where(and(sql`${posts.id} in ${these}`, isNull(posts.removedAt))).run();
  db.update(posts).set({ markdown: 'Removed.', html: '', hidden: false }).where(sql`${posts.id} in ${these}`).run();
  db.update(corrections).set({ answer: null, answeredAt: null }).where(sql`${corrections.postId} in ${these}`).run();
}

/** The posts of others that mention them or may quote them by name: the first that are looked at. Their own without a name are among them, which are changed as anybody's. */
function quotingThem({ id }: Member): Left[] {
  return (quoting().all({ member: id }) as number[]).map((postId) => ({ postId, what: 'quoting' as const }));
}
const quoting = prepared((d) => d.$client.prepare(`
  select p.id from posts p where (p.author_id <> @member or ${isNamelessPost('p.id')}) and p.id in (
    select post_id from post_mentions where member_id = @member
    union select l.post_id from posts o join post_links l on l.path = '/posts/' || o.id where o.author_id = @member and not ${isNamelessPost('o.id')})`).pluck());

/** Works that were published stay in the library, nobody's; what was not goes, or stays for the coordinators without who brought it. What was merged into another stays behind that one: texts that cite it lead there. */
function leaveSuggestions(memberId: number, how: 'keep' | 'delete', { names }: Traces): void {
  const theirs = eq(resources.submittedById, memberId);
  const unpublished = db.select({ id: resources.id, title: resources.title, status: resources.status }).from(resources).where(and(theirs, isNull(resources.publishedAt), isNull(resources.mergedIntoId))).all();
  for (const work of unpublished) {
    if (how === 'delete' && work.status !== 'retired') {
      readdress(work.id, null);
      db.delete(resources).where(eq(resources.id, work.id)).run();
    } else if (slugsOf(work.id).some((slug) => names.some((name) => new RegExp(`(?:^|-)${slugify(name)}s?(?:-|$)`).test(slug)))) putNewSlug(work);
  }
  db.update(resources).set({ suggestionNote: null }).where(theirs).run();
  db.update(resources).set({ status: 'submitted', reviewerId: null }).where(and(eq(resources.reviewerId, memberId), eq(resources.status, 'in-review'))).run();
}

/** Private lists are nobody else's, so they go whatever was chosen. */
function leaveCollections(memberId: number, how: 'keep' | 'delete'): void {
  if (how === 'keep') db.update(collections).set({ ownerId: formerMember() }).where(and(eq(collections.ownerId, memberId), eq(collections.visibility, 'public'))).run();
}

/**
 * What they told coordinators goes; a case that waits for them alone is over, one that they had taken is free, those about their profile stay. An appeal about what they wrote
 * without their name stays while the post does, and as the post does: that its author has left would tell whose it is.
 */
function leaveCases(memberId: number, posts: 'keep' | 'delete', traces: Traces): void {
  const unnamed = sql.raw(unnamedDecision('decisions', memberId));
  const end = (which: SQL, text: string) => {
    const about = db.select({ id: decisions.id }).from(decisions).where(and(eq(decisions.authorId, memberId), which));
    db.update(appeals).set({ text }).where(inArray(appeals.decisionId, about)).run();
    db.update(cases).set({ closedAt: new Date() }).where(and(inArray(cases.decisionId, about), isNull(cases.closedAt))).run();
  };
  end(not(unnamed), 'The member has left.');
  if (posts === 'delete') {
    end(unnamed, 'Its author has deleted what it was about.');
    emptyHeldOf(memberId);
  }
  const scrub = scrubber(traces);
  const kept = inArray(appeals.decisionId, db.select({ id: decisions.id }).from(decisions).where(and(eq(decisions.authorId, memberId), unnamed)));
  for (const { id, text } of db.select({ id: appeals.decisionId, text: appeals.text }).from(appeals).where(kept).all()) db.update(appeals).set({ text: scrub(text, false) }).where(eq(appeals.decisionId, id)).run();
  db.update(cases).set({ claimedById: null, claimedUntil: null }).where(and(eq(cases.claimedById, memberId), isNull(cases.closedAt))).run();
  forgetCorrectionsOf(memberId);
  db.update(flags).set({ note: null }).where(eq(flags.memberId, memberId)).run();
  keepCasesOfProfile(memberId);
}

/** In SQL: a decision about what somebody wrote without their name, or sent so for a coordinator to look at first. */
const unnamedDecision = (d: string, memberId: number) => `exists (
  select 1 from cases c left join decisions f on f.id = c.decision_id join cases o on o.id = coalesce(f.case_id, c.id)
  where c.id = ${d}.case_id and o.kind <> 'confirmation' and (o.post_id in (select post_id from anonymous_posts where member_id = ${memberId}) or o.held_id in (select id from held_posts where author_id = ${memberId} and nameless)))`;

/** What others had set and were told about this person. */
function forgetInOthers({ id }: Member): void {
  const ref = String(id);
  db.delete(follows).where(and(eq(follows.kind, 'member'), eq(follows.ref, ref))).run();
  db.$client.prepare(`delete from notifications where reason = 'follows-member' and reason_ref = ?`).run(ref);
  db.$client.prepare(`delete from saved_search_hits where kind = 'member' and ref = ?`).run(ref);
  dropDocument('member', ref);
}

/** Columns that would be emptied with the row, where nobody means something else: "the hub", "its author". */
const nobodyMeansOther = ['flags.member_id', 'thread_acts.by_id', 'thread_acts.undone_by_id', 'merges.by_id', 'merges.undone_by_id', 'imports.by_id', 'resource_versions.by_id', 'place_changes.by_id', 'trust_changes.by_id'];

/**
 * What somebody wrote without their name, and did where they were nameless, stands as before: it goes to a row of its own, before anything else of theirs is passed on. What
 * waits is still to be decided, and what was decided is still to be read: that it went with them would tell whose it was.
 */
function passOnNameless(memberId: number): void {
  const asker = formerAsker();
  const run = (statement: string) => db.$client.prepare(statement).run({ asker, memberId });
  const marked = `select post_id from anonymous_posts where member_id = @memberId`;
  const unnamedIn = `select p.thread_id from posts p where p.id in (${marked})`;
  // A thread that went into another comes back when that is undone.
  const started = `select p.thread_id from posts p where p.number = 1 and p.id in (${marked})
    union select a.thread_id from thread_acts a join threads t on t.id = a.thread_id and t.author_id = @memberId join json_each(a.undo, '$.posts') o on o.value ->> '$.number' = 1 where a.act = 'merge threads' and o.value ->> '$.id' in (${marked})`;
  run(`update decisions set author_id = @asker where author_id = @memberId and ${unnamedDecision('decisions', memberId)}`);
  run(`update held_posts set author_id = @asker where author_id = @memberId and nameless`);
  run(`update or ignore reactions set member_id = @asker where member_id = @memberId and post_id in (select id from posts where thread_id in (${unnamedIn}))`);
  run(`update accepted_answers set by_id = @asker where by_id = @memberId and thread_id in (${started})`);
  run(`update closed_threads set by_id = @asker where by_id = @memberId and thread_id in (${started})`);
  for (const by of ['by_id', 'undone_by_id']) run(`update thread_acts set ${by} = @asker where ${by} = @memberId and thread_id in (${started})`);
  passOnClosings(memberId, asker, `thread_id in (${started})`);
  run(`update threads set last_poster_id = @asker where last_poster_id = @memberId and exists (select 1 from posts p where p.thread_id = threads.id and p.created_at = threads.last_post_at and p.id in (${marked}))`);
  run(`update threads set author_id = @asker, removed_by_id = iif(removed_by_id = @memberId, @asker, removed_by_id) where author_id = @memberId and id in (${started})`);
  run(`update posts set author_id = @asker, removed_by_id = iif(removed_by_id = @memberId, @asker, removed_by_id) where author_id = @memberId and id in (${marked})`);
  run('update anonymous_posts set member_id = @asker where member_id = @memberId');
}

/** What undoes a closing says who closed it. */
function passOnClosings(memberId: number, to: number, which: string): void {
  for (const by of ['$.before.byId', '$.after.byId']) db.$client.prepare(`update thread_acts set undo = json_replace(undo, @by, cast(@to as integer)) where undo ->> @by = @memberId and ${which}`).run({ by, to, memberId });
}

/** Everything that must name somebody, and stays, names a former member from now on: whatever column of the schema it is. */
function passOn(memberId: number): void {
  passOnNameless(memberId);
  const [former, office] = [formerMember(), formerCoordinator()];
  const sqlite = db.$client;
  for (const table of ['posts', 'threads'] as const) sqlite.prepare(`update ${table} set removed_by_id = ? where removed_by_id = ? and author_id <> ?`).run(office, memberId, memberId);
  sqlite.prepare('update decisions set first_decider_id = ? where first_decider_id = ?').run(office, memberId);
  // What they accepted, closed and did in threads of others was in office: it is never its author's, once that one has left too.
  const others = 'thread_id in (select id from threads where author_id <> @memberId)';
  for (const column of ['accepted_answers.by_id', 'closed_threads.by_id', 'thread_acts.by_id', 'thread_acts.undone_by_id']) {
    const [table, by] = column.split('.');
    sqlite.prepare(`update ${table} set ${by} = @office where ${by} = @memberId and ${others}`).run({ office, memberId });
  }
  passOnClosings(memberId, office, others);
  for (const { table, column, rule } of columnsNamingMembers()) {
    if (rule !== 'NO ACTION' && !nobodyMeansOther.includes(`${table}.${column}`)) continue;
    sqlite.prepare(`update or ignore "${table}" set "${column}" = ? where "${column}" = ?`).run(former, memberId);
  }
  passOnClosings(memberId, former, 'true');
}

/** Every column of the schema that names a member, and what happens to it when the member's row goes. */
export function columnsNamingMembers(): { table: string; column: string; rule: string }[] {
  return db.$client.prepare(`
    select m.name as "table", f."from" as "column", f.on_delete as rule from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table' and f."table" = 'members' order by 1, 2`).all() as { table: string; column: string; rule: string }[];
}

function sayFarewell(email: string): void {
  const { name } = settings();
  post(email, `You have left ${name}`, [
    `Your account on ${name} is gone, and what you chose to delete with it. This letter is the last one, and the hub does not keep your address.`,
    'Thank you for what you gave to the others. You are welcome to join again at any time, as somebody new.',
    'If it was not you who did this, write to the people who run the hub: they may have a backup.',
  ], { passing: true });
}
