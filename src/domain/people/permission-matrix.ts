import { noAreas } from './areas.ts';
import { isTrustedStanding, type Level } from './levels.ts';
import {
  canAdminister, canAppoint, canCoordinateSomething, canCurate, canCurateSomething, canCurateThemes, canEndSessionsOf, canInvite, canModerate, canModerateForum, canModerateIn, canModerateSomething, canReadAsMember, canRemoveSecondStep,
  canSeeField, canSuspend, canWrite, mustAdminister, mustCoordinate, mustCoordinateSomething, mustCurateSomething, mustCurateThemes, mustModerateForum, mustModerateIn, mustModerateSomething, mustSignIn, mustWrite,
} from './permissions.ts';
import type { Member, Viewer } from './types.ts';

/*
 * Who may do what, computed from the predicates by asking them about invented people: the page /permissions cannot say anything else than what happens.
 */

/** Who is asked about, with the level of trust where it matters, and whether what they do lies in their own area. */
interface Person { words: string; viewer: Viewer; level: Level; inside: boolean }

const sample = (more: Partial<Member>): Member => ({ id: -1, handle: 'sample', name: 'Sample', email: '', role: 'member', areas: noAreas, sample: true, emailConfirmed: true, waiting: false, suspendedUntil: null, ...more });
const [ownForum, otherForum, ownTheme, otherTheme] = [-1, -2, 'own', 'other'];
const ofAreas = sample({ areas: { forums: [ownForum], themes: [ownTheme] } });
const endless = new Date(8.64e15);

const people: readonly Person[] = [
  { words: 'Visitor', viewer: null, level: 'new', inside: true },
  { words: 'Waiting to be let in', viewer: sample({ waiting: true }), level: 'new', inside: true },
  { words: 'New member', viewer: sample({}), level: 'new', inside: true },
  { words: 'Member', viewer: sample({}), level: 'member', inside: true },
  { words: 'Trusted member', viewer: sample({}), level: 'trusted', inside: true },
  { words: 'Coordinator of some forums or themes, there', viewer: ofAreas, level: 'member', inside: true },
  { words: 'The same, elsewhere', viewer: ofAreas, level: 'member', inside: false },
  { words: 'Coordinator', viewer: sample({ role: 'coordinator' }), level: 'member', inside: true },
  { words: 'Administrator', viewer: sample({ role: 'administrator' }), level: 'member', inside: true },
  { words: 'Anybody suspended', viewer: sample({ role: 'administrator', areas: ofAreas.areas, suspendedUntil: endless }), level: 'trusted', inside: true },
];

const member = sample({ id: -2 });
const coordinator = sample({ id: -3, role: 'coordinator' });
const administrator = sample({ id: -4, role: 'administrator' });

const forumOf = ({ inside }: Person) => (inside ? ownForum : otherForum);
const themesOf = ({ inside }: Person) => [inside ? ownTheme : otherTheme];
const standing = ({ viewer, level }: Person) => (viewer && viewer.role !== 'member' ? 'coordinator' as const : level);

/** Whether a guard lets somebody pass. */
function passes(guard: () => void): boolean {
  try {
    guard();
    return true;
  } catch {
    return false;
  }
}

interface Row { words: string; asks: (person: Person) => boolean }
interface Group { words: string; rows: readonly Row[] }

const groups: readonly Group[] = [
  { words: 'Everybody', rows: [
    { words: 'Read the library, the forums and this page', asks: () => true },
    { words: 'Read what is for members, such as who vouches for whom', asks: ({ viewer }) => canReadAsMember(viewer) },
    { words: 'See what a profile shows everybody', asks: ({ viewer }) => canSeeField(viewer, member.id, 'everyone') },
    { words: 'See what a profile shows members', asks: ({ viewer }) => canSeeField(viewer, member.id, 'members') },
    { words: 'See what a profile shows coordinators', asks: ({ viewer }) => canSeeField(viewer, member.id, 'coordinators') },
    { words: 'See what a profile shows nobody', asks: ({ viewer }) => canSeeField(viewer, member.id, 'nobody') },
    { words: 'Look after one’s own account, appeal decisions about what one wrote', asks: ({ viewer }) => passes(() => mustSignIn(viewer)) },
  ] },
  { words: 'Taking part', rows: [
    { words: 'See the forms to ask, reply, comment and react', asks: ({ viewer }) => canWrite(viewer) },
    { words: 'Ask, reply, comment, flag, suggest works, keep reading lists', asks: ({ viewer }) => passes(() => mustWrite(viewer)) },
    { words: 'Invite colleagues by mail, where the rules of joining let every member who is not new', asks: (person) => canInvite(person.viewer, true, standing(person)) },
    { words: 'Invite colleagues by mail otherwise', asks: (person) => canInvite(person.viewer, false, standing(person)) },
    { words: 'One’s flag counts towards hiding a post, and nothing one writes is held', asks: (person) => canWrite(person.viewer) && isTrustedStanding(standing(person)) },
  ] },
  { words: 'Keeping order in a forum', rows: [
    { words: 'See removed and hidden threads and posts, earlier versions taken out of view, files that wait', asks: (person) => canModerateForum(person.viewer, forumOf(person)) },
    { words: 'Rename, move, pin, lock, split and merge threads, and undo it; remove and restore posts', asks: (person) => passes(() => mustModerateForum(person.viewer, forumOf(person))) },
    { words: 'The same in a thread where one writes under one’s name', asks: (person) => passes(() => mustModerateIn(person.viewer, { id: -1, forumId: forumOf(person) })) },
    { words: 'Write in a locked thread, close and open the threads of others', asks: (person) => canModerateIn(person.viewer, { id: -1, forumId: forumOf(person) }) },
    { words: 'Decide about flags, corrections and held posts; accept answers; look after questions', asks: (person) => passes(() => mustModerateForum(person.viewer, forumOf(person))) },
    { words: 'Open the worklists of flags, questions and old answers, which show everybody what is theirs', asks: ({ viewer }) => passes(() => mustModerateSomething(viewer)) && canModerateSomething(viewer) },
  ] },
  { words: 'Curating the library', rows: [
    { words: 'See drafts and suggestions that carry a theme', asks: (person) => canCurateThemes(person.viewer, themesOf(person)) },
    { words: 'Write, edit, review, publish and retire what carries a theme; its files, address, care and history', asks: (person) => passes(() => mustCurateThemes(person.viewer, themesOf(person))) },
    { words: 'Open the worklists of the library, which show everybody what is theirs', asks: ({ viewer }) => passes(() => mustCurateSomething(viewer)) && canCurateSomething(viewer) },
    { words: 'Import works, merge duplicates, mend links, keep the thesaurus, feature reading lists', asks: ({ viewer }) => canCurate(viewer) && passes(() => mustCoordinate(viewer)) },
  ] },
  { words: 'Keeping the house', rows: [
    { words: 'Have a desk', asks: ({ viewer }) => canCoordinateSomething(viewer) && passes(() => mustCoordinateSomething(viewer)) },
    { words: 'Decide about comments, profiles and appeals; add and close forums; mend places', asks: ({ viewer }) => canModerate(viewer) },
    { words: 'Look up who wrote without a name, which is logged', asks: ({ viewer }) => passes(() => mustCoordinate(viewer)) },
    { words: 'See the list of members with e-mail addresses, levels of trust, the log of all acts', asks: ({ viewer }) => passes(() => mustCoordinate(viewer)) },
    { words: 'Suspend a member, or a coordinator of some forums or themes', asks: ({ viewer }) => canSuspend(viewer, member) },
    { words: 'Suspend a coordinator', asks: ({ viewer }) => canSuspend(viewer, coordinator) },
    { words: 'Suspend an administrator', asks: ({ viewer }) => canSuspend(viewer, administrator) },
  ] },
  { words: 'Administering', rows: [
    { words: 'Decide about settings, the working calendar and who looks for answers where; sign everybody out', asks: ({ viewer }) => canAdminister(viewer) && passes(() => mustAdminister(viewer)) },
    { words: 'Give somebody else a role, or areas', asks: ({ viewer }) => canAppoint(viewer, member) },
    { words: 'Give oneself a role', asks: ({ viewer }) => viewer !== null && canAppoint(viewer, viewer) },
    { words: 'See where somebody is signed in, and end it', asks: ({ viewer }) => canEndSessionsOf(viewer, member) },
    { words: 'Take away a second step that somebody has lost', asks: ({ viewer }) => canRemoveSecondStep(viewer, member) },
  ] },
];

export interface Matrix {
  columns: string[];
  groups: { words: string; rows: { words: string; cells: boolean[] }[] }[];
}

/** Who may do what: a row for each act, a cell for each kind of person, in the order of the columns. */
export function permissionMatrix(): Matrix {
  return {
    columns: people.map(({ words }) => words),
    groups: groups.map(({ words, rows }) => ({ words, rows: rows.map((row) => ({ words: row.words, cells: people.map((person) => row.asks(person)) })) })),
  };
}

/** The predicates that the matrix asks, as the source of its rows names them; for the test that none is forgotten. */
export function predicatesAsked(names: readonly string[]): string[] {
  const source = groups.flatMap(({ rows }) => rows.map(({ asks }) => asks.toString())).join('\n');
  return names.filter((name) => new RegExp(`\\b${name}\\b`).test(source));
}
