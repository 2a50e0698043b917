import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { cases, corrections, db, flags, prepared, transaction } from '#db/client.ts';
import { optionalText, rowId } from '#lib/fields.ts';
import { settings } from '#lib/settings.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { findPost, type FoundPost } from '../forum/posts.ts';
import { sameSince } from '../forum/sent-again.ts';
import { post as mail } from '../mail/outbox.ts';
import { recordAct } from '../moderation/log.ts';
import { flagReasonCodes, type FlagReason } from '../moderation/reasons.ts';
import { noAreas } from '../people/areas.ts';
import { coordinatorsBesides } from '../people/coordinators.ts';
import { isTrusted } from '../people/levels.ts';
import { countForLevel } from '../people/limits.ts';
import { memberById } from '../people/members.ts';
import { mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { forumOfCase } from './case-areas.ts';
import { hide } from './hiding.ts';
import { tell } from './letters.ts';
import { caseById, nounOf, publicWords, stateOf, subjectOf } from './subjects.ts';

/** How many flags by trusted members or coordinators hide a post until somebody decides. */
export const flagsThatHide = 3;

const flagFields = {
  reason: z.enum(flagReasonCodes, { error: 'Please choose what is wrong.' }),
  note: optionalText(1_000),
  source: optionalText(500),
};

/** The post as the form that flags it shows it. Throws SignInRequired, Denied, NotFound. */
export function flaggablePost(viewer: Viewer, postId: number): FoundPost {
  mustWrite(viewer);
  const post = findPost(viewer, postId);
  if (post.removed || post.thread.removed) throw new NotFound(post.hidden || post.thread.hidden ? 'This post is hidden already, while coordinators look at it.' : 'This post was removed already.');
  if (post.authorId === viewer.id) throw new Denied('This is your own post: you can edit it, or take it back.');
  return post;
}

export const flagPostInput = z.object({ postId: rowId, ...flagFields });

/**
 * Tells the coordinators about a post or comment; flagging an opening post flags its thread. "Inaccurate" asks the author for a
 * correction; a resident's personal data hides it at once where a trusted member says so, of a thread in which others wrote its opening text and title alone; three flags that count hide it until a coordinator decides.
 * Flags of those whose flag a coordinator has not followed do not count while it says the same. The same flag, sent again within ten minutes, is the first one.
 * Throws NotFound, Denied, Invalid.
 */
export function flagPost(actor: Member, input: z.output<typeof flagPostInput>): { url: string; hidden: boolean } {
  mustWrite(actor);
  return transaction(() => {
    const before = sentJustNow().get({ ...input, memberId: actor.id, since: sameSince().getTime() }) as { hidden: 0 | 1; slug: string | null } | undefined;
    if (before) return whereTold(input.postId, before.hidden === 1, before.slug);
    const post = flaggablePost(actor, input.postId);
    const { id: postId, thread } = post;
    const inaccurate = input.reason === 'inaccurate';
    if (hasFlagged(actor.id, postId, inaccurate ? 'correction' : 'flags')) {
      throw new Denied(inaccurate ? 'A correction that you proposed to this post is still open. You will have a letter when its author or a coordinator has answered it.' : 'You have told the coordinators about this post already. They will write to you when they have decided.');
    }
    countForLevel(actor, 'flagsPerDay', 'reason');
    if (inaccurate) {
      proposeCorrection(actor, postId, input);
      return { url: `/posts/${postId}`, hidden: false };
    }
    const caseId = openCaseOf({ postId });
    const counts = isTrusted(actor) && letStand().get({ postId, memberId: actor.id }) === undefined;
    db.insert(flags).values({ caseId, memberId: actor.id, reason: input.reason, note: input.note, counts }).run();
    return whereTold(postId, hideWhenDue(caseId, post, input.reason, counts), thread.forum?.slug ?? null);
  });
}

/** Where somebody goes on who has flagged a post. */
const whereTold = (postId: number, hidden: boolean, forum: string | null) => ({ url: hidden && forum !== null ? `/forums/${forum}` : `/posts/${postId}`, hidden });

/** Of the very same flag by this member, from the last minutes and on what still stands or is hidden: where it was. Whoever presses twice has flagged once. */
const sentJustNow = prepared((d) => d.$client.prepare(`
  select p.hidden or t.hidden as hidden, o.slug from flags f join cases c on c.id = f.case_id left join corrections k on k.case_id = c.id
    join posts p on p.id = c.post_id join threads t on t.id = p.thread_id left join forums o on o.id = t.forum_id
  where c.post_id = @postId and c.closed_at is null and f.member_id = @memberId and f.at > @since and f.reason = @reason and f.note is @note and (k.case_id is null or k.source is @source)
    and (p.removed_at is null or p.hidden) and (t.removed_at is null or t.hidden)`));

/** What this viewer has told about a post that nobody has answered yet, in sentences. */
export function toldAlready(viewer: Viewer, postId: number): string[] {
  if (!viewer) return [];
  return [
    ...(hasFlagged(viewer.id, postId, 'flags') ? ['You have flagged this post already. The coordinators will write to you when they have decided; you need not flag it again.'] : []),
    ...(hasFlagged(viewer.id, postId, 'correction') ? ['You have proposed a correction to this post already. You will have a letter when its author or a coordinator has answered it.'] : []),
  ];
}

/** Whether this member has an open flag, or an open correction, on the post. */
function hasFlagged(memberId: number, postId: number, kind: 'flags' | 'correction'): boolean {
  return db.select({ id: flags.id }).from(flags).innerJoin(cases, eq(cases.id, flags.caseId))
    .where(and(eq(cases.postId, postId), eq(cases.kind, kind), isNull(cases.closedAt), eq(flags.memberId, memberId))).limit(1).get() !== undefined;
}

/** Whether a coordinator has let a post stand that this member had flagged, and it is the same since, its files too: their flag does not hide it again. */
const letStand = prepared((d) => d.$client.prepare(`
  select 1 from cases c join flags f on f.case_id = c.id join posts p on p.id = c.post_id
  where c.post_id = @postId and c.kind = 'flags' and f.member_id = @memberId and c.closed_at >= coalesce(p.edited_at, p.created_at)
    and not exists (select 1 from post_files where post_id = p.id and created_at > c.closed_at) limit 1`));

/** The open case of flags on a post or a profile, made if there is none. */
export function openCaseOf(about: { postId: number } | { memberId: number }): number {
  const on = 'postId' in about ? eq(cases.postId, about.postId) : eq(cases.memberId, about.memberId);
  const known = db.select({ id: cases.id }).from(cases).where(and(on, eq(cases.kind, 'flags'), isNull(cases.closedAt))).get();
  return known?.id ?? db.insert(cases).values({ kind: 'flags', ...about }).returning({ id: cases.id }).get().id;
}

function hideWhenDue(caseId: number, post: FoundPost, reason: FlagReason, counts: boolean): boolean {
  const row = caseById(caseId);
  const personal = reason === 'personal-data';
  const counting = db.select({ id: flags.id }).from(flags).where(and(eq(flags.caseId, caseId), eq(flags.counts, true))).all().length;
  const many = counting >= flagsThatHide;
  if (many || (personal && counts)) {
    hideByHub(row, personal ? 'It may contain a resident’s personal data.' : 'Several members have flagged it.', many ? 'all' : 'own');
    return true;
  }
  if (personal) mailCoordinators(post.authorId, caseId, 'was flagged', 'A member says that something contains a resident’s personal data. It is not hidden, and stands first among what waits: please look soon.');
  return false;
}

/** Hides what a case is about (see `hide`), tells its author and the coordinators, and writes it into the log. Call inside a transaction. */
export function hideByHub(row: typeof cases.$inferSelect, why: string, what: 'all' | 'own' = 'all'): void {
  const whole = subjectOf(keeper, row);
  if (whole.kind !== 'post' || stateOf(whole).removed) return;
  const hidden = hide(whole, what);
  const subject = hidden === 'text' ? { ...whole, isThread: false, words: `the opening post of “${whole.post.thread.title}”` } : whole;
  recordAct(null, 'hide post', subject.words, subject.url, why);
  tell(subject.author, {
    subject: `Your ${nounOf(subject)} on ${settings().name} is hidden for now`,
    paragraphs: [
      `${capital(publicWords(subject))} is hidden until a coordinator has looked at it: ${settings().url}${subject.url}`,
      `The reason: ${why}`, 'You will get a letter with what they decide and why. You need not do anything; you can edit it meanwhile.',
    ],
  }, { reason: 'own', words: `Your ${nounOf(subject)} is hidden until a coordinator has looked at it. You can edit it meanwhile.`, url: `/posts/${subject.post.id}/edit` });
  mailCoordinators(subject.author.id, row.id, 'is hidden', `${capital(subject.words)} is hidden until one of you has looked${hidden === 'text' ? ', and so is its title; the replies of others stand' : ''}. The reason: ${why}`);
}

function mailCoordinators(authorId: number, caseId: number, what: string, words: string): void {
  for (const { email } of coordinatorsBesides([authorId], new Date(), forumOfCase(caseId))) mail(email, `Something ${what} on ${settings().name} and waits for you`, [words, `${settings().url}/desk/flags/${caseId}`]);
}

// What the hub itself does it sees as a coordinator would.
export const keeper: Member = { id: 0, handle: '', name: '', email: '', role: 'coordinator', areas: noAreas, sample: false, emailConfirmed: true, waiting: false, suspendedUntil: null };

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

/** Puts a post before the coordinators in the hub's own name and hides it, of a thread in which others wrote its opening text and title alone. Call inside a transaction. */
export function flagByHub(postId: number, note: string): void {
  const caseId = openCaseOf({ postId });
  db.insert(flags).values({ caseId, memberId: null, reason: 'spam', note }).run();
  const row = db.select().from(cases).where(eq(cases.id, caseId)).get();
  if (row) hideByHub(row, 'It looks like advertising to the hub; a person will look.', 'own');
}

function proposeCorrection(actor: Member, postId: number, { note, source }: { note: string | null; source: string | null }): void {
  if (note === null || source === null) {
    throw new Invalid({ ...(note === null && { note: 'Please say what is wrong, and what is right.' }), ...(source === null && { source: 'Please say where the right figure or fact stands.' }) });
  }
  const { id: caseId } = db.insert(cases).values({ kind: 'correction', postId }).returning({ id: cases.id }).get();
  db.insert(flags).values({ caseId, memberId: actor.id, reason: 'inaccurate', note }).run();
  db.insert(corrections).values({ caseId, postId, wrong: note, source }).run();
  const subject = subjectOf(keeper, { postId, memberId: null, heldId: null, decisionId: null });
  tell(subject.author, {
    subject: `A correction to your post on ${settings().name}`,
    paragraphs: [
      `A reader says that something in your post is not accurate: ${settings().url}/posts/${postId}`,
      `What they say: ${note}`, `Where it stands: ${source}`,
      `You can accept the correction, which then stands under your post, or answer it: ${settings().url}/corrections/${caseId}`,
      'Nothing of your post is hidden. If you do neither, a coordinator decides.',
    ],
  }, { reason: 'own', words: `A reader proposes a correction to your ${nounOf(subject)}: accept or answer it.`, url: `/corrections/${caseId}` });
}

export const flagMemberInput = z.object({ memberId: rowId, ...flagFields });

/** Tells the coordinators about a member's profile. Nothing is hidden by it. The same flag, sent again, is the first one. Throws NotFound, Denied, Invalid. */
export function flagMember(actor: Member, input: z.output<typeof flagMemberInput>): { url: string } {
  mustWrite(actor);
  return transaction(() => {
    const member = flaggableMember(actor, input.memberId);
    if (input.note === null) throw new Invalid({ note: 'Please say what is wrong with this profile.' });
    const caseId = openCaseOf({ memberId: member.id });
    const known = db.select({ reason: flags.reason, note: flags.note, at: flags.at }).from(flags).where(and(eq(flags.caseId, caseId), eq(flags.memberId, actor.id))).get();
    const url = `/members/${member.handle}`;
    if (known && known.reason === input.reason && known.note === input.note && known.at > sameSince()) return { url };
    if (known) throw new Denied('You have told the coordinators about this profile already. They will write to you when they have decided.');
    countForLevel(actor, 'flagsPerDay', 'reason');
    db.insert(flags).values({ caseId, memberId: actor.id, reason: input.reason, note: input.note, counts: isTrusted(actor) }).run();
    return { url };
  });
}

/** The member whose profile somebody may flag. Throws SignInRequired, Denied, NotFound. */
export function flaggableMember(viewer: Viewer, memberId: number): Member {
  mustWrite(viewer);
  const member = memberById(memberId);
  if (!member.emailConfirmed || member.waiting) throw new NotFound('There is no such member.');
  if (member.id === viewer.id) throw new Denied('This is your own profile: you can change it on your account page.');
  return member;
}
