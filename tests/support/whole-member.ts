import { sql } from 'drizzle-orm';
import {
  acceptedAnswers, agencyAccounts, answerChecks, appeals, attachments, attempts, authenticators, blocks, bookmarks, caseNotes, cases, closedThreads, collectionItems, collections, confirmationFlags, confirmations, coordinatorAreas, corrections, db, decisions, drafts, emailChanges, firstHours,
  flags, follows, formTokens, forumCoordinators, heldFiles, heldPosts, imports, invitations, knownBrowsers, links, log, mailStops, memberActivity, members, memberTraits, merges, notifications, notificationSettings, outbox, passkeys, placeChanges, places, postFiles, posts, postVersions,
  profiles, questionTurns, reactions, readMarks, recoveryCodes, refusedConfirmations, resources, resourceVersions, savedSearches, sessions, signInLinks, signInSteps, strayDrafts, suspensions, thesaurusEntries, thesaurusSuggestions, threadActs, threadReads, threads, transaction, trustChanges, trustLevels, verifications, vouches, withheldVersions,
} from '#db/client.ts';
import { createPost } from '#domain/forum/posts.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { asMember } from '#domain/people/members.ts';
import { rememberFormer } from '#domain/people/former-traces.ts';
import { hashPassword, putPassword } from '#domain/people/passwords.ts';
import { indexMember } from '#domain/people/searchable.ts';
import { recordAct } from '#domain/moderation/log.ts';
import type { Member } from '#domain/people/types.ts';
import { filesFolder, storeFile } from '#lib/file-store.ts';
import { password } from './cast.ts';

/** What nothing may say of her any more after she has left. */
export const quilla = { name: 'Quilla Zabriskie-Onoda', handle: 'quilla-zabriskie-onoda', email: 'quilla.z@quillatown.example', former: 'old.quilla@quillatown.example', formerName: 'Quilla Featherstonehaugh' };

export interface WholeMember { member: Member; ids: { thread: number; opening: number; lonely: number; nameless: number; reply: number; comment: number; others: number }; hashes: { photo: string; post: string; attachment: string } }

/** A coordinator of whom there is a row in every table and column that can name a member, in a hub where others answered, mentioned and quoted her. */
export async function wholeMember(other: Member): Promise<WholeMember> {
  const hash = await hashPassword(password, 'here');
  const row = db.insert(members).values({ name: quilla.name, handle: quilla.handle, email: quilla.email, role: 'coordinator', emailConfirmedAt: new Date(), listed: true, jobTitle: 'Head of Quilla’s line', place: 'Quillatown' }).returning().get();
  const me = asMember(row);
  const { id: memberId } = me;
  putPassword(memberId, hash);
  db.insert(trustLevels).values({ memberId, level: 'trusted', locked: true }).run();
  const start = (actor: Member, title: string, body: string, nameless = false) => createThread(actor, { forum: 'operations', kind: 'question', title, body, themes: [], token: undefined, nameless }).id;
  const reply = (actor: Member, threadId: number, body: string) => createPost(actor, { threadId, body, token: undefined }).id;
  const openingOf = (threadId: number) => db.select({ id: posts.id }).from(posts).where(sql`thread_id = ${threadId} and number = 1`).get()?.id ?? 0;
  const hashes = { photo: await storeFile(filesFolder(), Buffer.from('photo')), post: await storeFile(filesFolder(), Buffer.from('post')), attachment: await storeFile(filesFolder(), Buffer.from('attachment')) };
  const thread = start(me, `Who answers for ${quilla.name} on holidays`, `Ask ${quilla.name}, @${quilla.handle}, at ${quilla.email}. Chrysanthemum.`);
  const opening = openingOf(thread);
  const lonely = start(me, 'Nobody answered this marigold question', 'Marigold text.');
  const nameless = start(me, 'Asked for a colleague about snapdragons', 'Snapdragon text.', true);
  const others = start(other, 'Somebody else asks about tulips', `Has @${quilla.handle} seen this? See [her page](/members/${quilla.handle}), or write to ${quilla.email}.`);
  const mine = reply(me, others, 'A tulip answer by me.');
  reply(other, thread, `${quoteOf(other, opening)}Thank you, @${quilla.handle}.`);
  reply(other, others, `${quoteOf(other, mine)}Thank you.`);
  reply(other, nameless, 'An answer to whoever asks.');
  return transaction(() => {
    db.insert(resources).values({ id: 'hub:q1', slug: 'q1', kind: 'reference', type: 'report', status: 'in-review', origin: 'hub', title: 'A work that waits', csl: {}, submittedById: memberId, reviewerId: memberId, ownerId: memberId, suggestionNote: `${quilla.name} likes it` }).run();
    db.insert(resources).values({ id: 'hub:q2', slug: 'q2', kind: 'reference', type: 'report', status: 'published', publishedAt: new Date(), origin: 'hub', title: 'A published work', csl: {}, submittedById: other.id, publishedById: memberId, ownerId: memberId }).run();
    const comments = db.insert(threads).values({ resourceId: 'hub:q2', title: 'Comments', slug: 'comments', authorId: memberId, lastPosterId: memberId, postCount: 1, lastNumber: 1 }).returning().get();
    const comment = db.insert(posts).values({ threadId: comments.id, number: 1, authorId: memberId, markdown: 'A comment with peonies.', html: '<p>A comment with peonies.</p>', renderedBy: 1 }).returning().get();
    const removed = db.insert(threads).values({ forumId: 1, title: 'A thread she removed', slug: 'removed', authorId: other.id, lastPosterId: other.id, removedAt: new Date(), removedReason: `${quilla.name} saw spam`, removedById: memberId }).returning().get();
    db.insert(posts).values({ threadId: removed.id, number: 1, authorId: other.id, markdown: 'Spam', html: '<p>Spam</p>', renderedBy: 1, removedAt: new Date(), removedById: memberId }).run();
    db.insert(acceptedAnswers).values({ postId: mine, threadId: others, byId: memberId }).run();
    db.insert(answerChecks).values({ postId: mine, askedAt: new Date(), askedById: memberId, confirmedAt: new Date(), confirmedById: memberId }).run();
    db.insert(agencyAccounts).values({ issuer: 'https://idp.example', subject: 'q', memberId, email: quilla.email }).run();
    db.insert(attachments).values({ resourceId: 'hub:q2', hash: hashes.attachment, name: 'a.pdf', label: 'Form', mediaType: 'application/pdf', size: 10, rights: 'cc-by', textState: 'none', uploadedById: memberId }).run();
    db.insert(authenticators).values({ memberId, secret: 'ABCDEFGH' }).run();
    db.insert(blocks).values([{ memberId, blockedId: other.id }, { memberId: other.id, blockedId: memberId }]).run();
    db.insert(bookmarks).values({ memberId, resourceId: 'hub:q2' }).run();
    const held = db.insert(heldPosts).values({ authorId: memberId, kind: 'post', input: { body: 'x' }, threadId: others, markdown: 'Held by lilacs', why: 'spam' }).returning().get();
    db.insert(heldFiles).values({ heldId: held.id, hash: hashes.post, name: 'x.pdf', label: 'x', mediaType: 'application/pdf', size: 1, textState: 'none' }).run();
    const flagged = db.insert(cases).values({ kind: 'flags', postId: opening, claimedById: memberId, claimedUntil: new Date(Date.now() + 1e7) }).returning().get();
    db.insert(cases).values({ kind: 'flags', memberId }).run();
    db.insert(flags).values({ caseId: flagged.id, memberId, reason: 'spam', note: `So says ${quilla.name}, once ${quilla.formerName}` }).run();
    db.insert(caseNotes).values({ caseId: flagged.id, byId: memberId, text: `Signed ${quilla.name}` }).run();
    const corrected = db.insert(cases).values({ kind: 'correction', postId: mine }).returning().get();
    db.insert(corrections).values({ caseId: corrected.id, postId: mine, wrong: 'x', source: 'y', acceptedAt: new Date(), acceptedById: memberId, acceptedAs: 'author' }).run();
    const decided = db.insert(decisions).values({ caseId: flagged.id, outcome: 'warn', reason: `${quilla.name} was warned`, deciderId: other.id, authorId: memberId, undoneAt: new Date(), undoneById: memberId }).returning().get();
    db.insert(appeals).values({ decisionId: decided.id, text: `I, ${quilla.name}, disagree` }).run();
    const appeal = db.insert(cases).values({ kind: 'appeal', decisionId: decided.id }).returning().get();
    db.insert(decisions).values([
      { caseId: appeal.id, outcome: 'uphold', reason: 'Yes', deciderId: other.id, authorId: other.id, firstDeciderId: memberId },
      { caseId: corrected.id, outcome: 'uphold', reason: 'Yes', deciderId: memberId, authorId: other.id, firstDeciderId: other.id },
    ]).run();
    db.insert(closedThreads).values({ threadId: others, byId: memberId, reason: `Settled by ${quilla.name}` }).run();
    const [open] = db.insert(collections).values([{ ownerId: memberId, title: 'Her public list', slug: 'public', visibility: 'public' }, { ownerId: memberId, title: 'Her private list', slug: 'private' }]).returning().all();
    db.insert(collections).values({ ownerId: other.id, title: 'Featured', slug: 'featured', visibility: 'public', featuredAt: new Date(), featuredById: memberId }).run();
    db.insert(collectionItems).values({ collectionId: open?.id ?? 0, resourceId: 'hub:q2', position: 1 }).run();
    db.insert(confirmations).values({ postId: opening, memberId, place: 'Quillatown', year: 2026 }).run();
    db.insert(drafts).values([{ memberId, place: 'new-thread', fields: { body: 'Draft of irises' }, updatedAt: new Date() }, { memberId: other.id, place: 'new-thread', fields: { body: `Dear @${quilla.handle} <${quilla.email}>` }, updatedAt: new Date() }]).run();
    db.insert(emailChanges).values({ id: 'c1', memberId, oldEmail: quilla.former, newEmail: quilla.email, expiresAt: new Date() }).run();
    rememberFormer(memberId, 'name', quilla.formerName);
    db.insert(follows).values([{ memberId, kind: 'forum', ref: '1', level: 'following' }, { memberId: other.id, kind: 'member', ref: String(memberId), level: 'following' }]).onConflictDoNothing().run();
    db.insert(formTokens).values({ id: 'f1', memberId, ref: 1 }).run();
    db.insert(forumCoordinators).values({ forumId: 1, memberId }).run();
    const brought = db.insert(imports).values({ fileName: 'works.bib', format: 'bib', state: 'done', byId: memberId, size: 1, theme: 'equity', rights: 'undetermined' }).returning().get();
    db.insert(knownBrowsers).values({ memberId, browser: 'b1' }).run();
    db.insert(links).values([{ id: 'l1', purpose: 'reset', memberId, expiresAt: new Date() }, { id: 'l2', purpose: 'confirm', memberId, expiresAt: new Date(), name: quilla.name, passwordHash: hash, application: `${quilla.name} asked` }]).run();
    db.insert(log).values([{ actorId: memberId, act: 'lock thread', object: 'x', reason: `Asked by ${quilla.name}` }, { actorId: other.id, act: 'suspend member', object: `${quilla.name} until tomorrow`, url: `/members/${quilla.handle}` }, { actorId: other.id, act: 'decline post', object: 'a post that waited', reason: `${quilla.name} sells`, aboutId: memberId }]).run();
    recordAct(other, 'feature collection', 'Her public list', `/collections/${open?.id}-public`);
    db.insert(mailStops).values({ memberId, subject: 'searches' }).run();
    db.insert(memberActivity).values({ memberId, day: '2026-11-01' }).run();
    db.insert(memberTraits).values({ memberId, kind: 'language', value: 'fr' }).run();
    db.insert(resources).values({ id: 'hub:q3', slug: 'q3', kind: 'reference', type: 'report', status: 'published', publishedAt: new Date(), origin: 'hub', title: 'Third', csl: {}, importId: brought.id }).run();
    db.insert(merges).values({ keptId: 'hub:q2', mergedId: 'hub:q3', byId: memberId, undoneAt: new Date(), undoneById: memberId, moved: {} }).run();
    db.insert(notifications).values([
      { memberId, kind: 'word', reason: 'own', words: 'Something', url: '/x' }, { memberId: other.id, kind: 'word', reason: 'own', actorId: memberId, words: `${quilla.name} did something`, url: '/x' },
      { memberId: other.id, kind: 'word', reason: 'own', words: `${quilla.name} did something else`, url: `/members/${quilla.handle}` }, { memberId: other.id, kind: 'word', reason: 'follows-member', reasonRef: String(memberId), words: 'Followed', url: '/x' },
    ]).run();
    db.insert(notificationSettings).values({ memberId, started: 'following', replied: 'tracking', mail: 'daily' }).run();
    db.insert(passkeys).values({ memberId, credentialId: 'k1', publicKey: Buffer.from('k'), counter: 0, transports: [], name: `${quilla.name}’s phone` }).run();
    const place = db.insert(places).values({ slug: 'quillatown', name: 'Quillatown', label: 'Quillatown', folded: 'quillatown', kind: 'municipality', country: 'US', origin: 'hub' }).returning().get();
    db.insert(placeChanges).values({ placeId: place.id, byId: memberId, what: 'CRM: none → x' }).run();
    db.insert(profiles).values({ memberId, pronouns: 'she', placeText: 'Quillatown', askMe: `Anything ${quilla.name} knows`, photoHash: hashes.photo, photoSize: 5 }).run();
    db.insert(postFiles).values({ postId: opening, hash: hashes.post, name: 'p.pdf', label: 'p', mediaType: 'application/pdf', size: 4, textState: 'none' }).run();
    db.insert(postVersions).values({ postId: opening, markdown: `Before: ${quilla.name}, hydrangea`, writtenAt: new Date(), replacedById: memberId }).run();
    db.insert(questionTurns).values([{ threadId: others, ownerId: memberId }, { threadId: others, ownerId: memberId, byId: memberId, reason: `${quilla.name} takes it` }]).run();
    db.insert(reactions).values({ postId: openingOf(others), memberId, kind: 'thanks' }).run();
    db.insert(readMarks).values({ memberId, forumId: 0, before: new Date() }).run();
    db.insert(recoveryCodes).values({ id: 'r1', memberId }).run();
    db.insert(resourceVersions).values({ resourceId: 'hub:q2', number: 1, byId: memberId, act: 'edit', reason: 'Better', status: 'published', fields: {} }).run();
    db.insert(savedSearches).values({ memberId, name: 'Mine', query: 'q=x', lastDocumentId: 0 }).run();
    const session = db.insert(sessions).values({ id: 's1', memberId, expiresAt: 9_999_999_999, browser: 'x' }).returning().get();
    db.insert(signInLinks).values({ id: 'n1', memberId, sessionId: session.id, browser: 'b', expiresAt: new Date() }).run();
    db.insert(signInSteps).values({ id: 't1', purpose: 'second', memberId, data: { next: '/' }, expiresAt: new Date() }).run();
    db.insert(strayDrafts).values({ id: 'd1', memberId, place: 'new-thread', fields: { body: 'Stray dahlias' }, expiresAt: new Date() }).run();
    const entry = db.insert(thesaurusEntries).values({ term: 'w', termKey: 'w', also: ['v'], origin: 'hub', updatedById: memberId }).returning().get();
    db.insert(thesaurusSuggestions).values([{ memberId, words: ['a'] }, { memberId: other.id, words: ['b'], state: 'taken', decidedAt: new Date(), decidedById: memberId, entryId: entry.id }]).run();
    db.insert(threadActs).values({ act: 'rename thread', threadId: others, byId: memberId, undo: { after: { title: `Asked by ${quilla.name}` } }, undoneAt: new Date(), undoneById: memberId }).run();
    db.insert(threadReads).values({ memberId, threadId: others, number: 1 }).run();
    db.insert(trustChanges).values([{ memberId, from: 'new', to: 'member', reason: 'x', byId: null }, { memberId: other.id, from: 'new', to: 'member', reason: `${quilla.name} said so`, byId: memberId }]).run();
    db.insert(withheldVersions).values({ postId: mine, byId: memberId, reason: `By ${quilla.name}` }).run();
    db.insert(confirmations).values({ postId: openingOf(others), memberId: other.id, place: 'Elsewhere', year: 2026 }).run();
    db.insert(refusedConfirmations).values({ postId: openingOf(others), memberId, place: 'Quillatown', note: `By ${quilla.name}` }).run();
    const third = db.insert(members).values({ name: 'Third', handle: 'third', email: 'third@quillatown.test', emailConfirmedAt: new Date() }).returning().get();
    db.insert(confirmationFlags).values([
      { postId: openingOf(others), memberId: other.id, byId: memberId, reason: 'spam', note: `So says ${quilla.name}` },
      { postId: opening, memberId, byId: other.id, reason: 'spam', note: `About ${quilla.name}` },
    ]).run();
    db.insert(coordinatorAreas).values({ memberId: third.id, forumId: 1, byId: memberId }).run();
    db.insert(suspensions).values([
      { memberId, kind: 'suspended', until: new Date(), reason: `${quilla.name} was rude`, byId: other.id }, { memberId: third.id, kind: 'suspended', until: new Date(), reason: `${quilla.name} saw it`, byId: memberId },
    ]).run();
    db.insert(invitations).values([
      { token: 'i1', email: quilla.email, name: quilla.name, place: 'Quillatown', invitedById: other.id, expiresAt: new Date(), usedAt: new Date(), memberId },
      { token: 'i2', email: 'colleague@quillatown.test', note: `Join us, ${quilla.name}`, invitedById: memberId, expiresAt: new Date(Date.now() + 1e7) },
    ]).run();
    db.insert(verifications).values([{ memberId, method: 'coordinator', reason: `${quilla.name} is known`, byId: other.id }, { memberId: third.id, method: 'coordinator', reason: `${quilla.name} knows them`, byId: memberId }]).run();
    db.insert(vouches).values([{ memberId: third.id, byId: memberId, how: `Worked with ${quilla.name}` }, { memberId, byId: third.id, how: `Worked with ${quilla.name}` }]).run();
    db.insert(firstHours).values([{ memberId }, { memberId: third.id, coordinatorId: memberId, welcomedAt: new Date(), welcomedById: memberId, note: `Greetings, ${quilla.name}` }]).run();
    db.insert(attempts).values([{ key: `signInPerAccount:${quilla.email} 1.2.3.4`, count: 1, resetsAt: new Date(Date.now() + 1e7) }, { key: `postPerMember:${memberId}`, count: 1, resetsAt: new Date(Date.now() + 1e7) }]).onConflictDoNothing().run();
    db.insert(outbox).values([{ to: quilla.email, subject: 'A letter to her', text: 'x' }, { to: other.email, subject: `${quilla.name} replied`, text: `See ${quilla.name} (${quilla.email})` }, { to: quilla.former, subject: 'An older one', text: '', sentAt: new Date() }]).run();
    indexMember(memberId);
    return { member: me, ids: { thread, opening, lonely, nameless, reply: mine, comment: comment.id, others }, hashes };
  });
}
