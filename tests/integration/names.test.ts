import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { coordinatorAreas, db, forums, members } from '#db/client.ts';
import { namelessName } from '#domain/anonymity.ts';
import { createPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { listTold } from '#domain/forum/inbox.ts';
import { invite } from '#domain/membership/inviting.ts';
import { isNameTaken, lookOf } from '#domain/people/free-names.ts';
import { joinInvited } from '#domain/people/invited.ts';
import { join, joinInput } from '#domain/people/joining.ts';
import type { Member } from '#domain/people/types.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import { settings } from '#lib/settings.ts';
import { again, enter, forgetLimits, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member;
beforeAll(async () => { [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')]; await enter('abe'); });
beforeEach(forgetLimits);

const rename = (member: Member, name: string) => editProfile(again(member), profileInput.parse({ name, listed: false }));

describe('a name that stands for somebody else', () => {
  test.each([namelessName, namelessName.toUpperCase(), 'A member asking for a colleague.', 'A mernber asking for a collеague', 'A former member', 'Nadia Okafor', 'nadia okafor', 'Nаdia 0kafor', 'N\u00e1dia  O-kafor'])('%s is not taken by members', async (name) => {
    expect(() => rename(tom, name)).toThrow(expect.objectContaining({ fields: { name: expect.stringContaining('taken') } }));
    await expect(join(joinInput.parse({ name, email: 'new@test.example', password: 'a long enough password 7' }), 'here')).rejects.toThrow(/taken/);
  });

  test.each([
    'ɴadia Okafor', 'ᴺadia Okafor', 'NᎪdia Okafor', 'Νadia Okafor', 'Nadia Okafor ✓', 'Nadia Okafor ✓ Coordinator', 'Moderator Nadia Okafor', 'Nadia Okafor (official)',
    'Member asking for a colleague', 'Former member', 'The former member', 'The hub', 'Hub', settings().name, `The ${settings().name}`, `${settings().name} Coordinator`, 'Coordinator', 'The Administrator', 'moderator',
  ])('%s is neither', (name) => expect(isNameTaken(name)).toBe(true));

  test.each([
    'ꓠꓮꓓꓲꓮ ꓳꓗꓮꓝꓳꓣ', 'NᎪᎠᏆᎪ OKAFOR', '🅝🅐🅓🅘🅐 Okafor', 'Nadia Øka𝖿or', 'Nadia Oƙafor', 'Nⱥdia Okafor', 'Nadia Okafo⍴', 'Nadia Оkafor', 'Nadia Okafor staff', 'Nadia Okafor, Admin', 'Nadia Okafor, Co-ordinator', 'Nadia Okafor Team', 'Support: Nadia Okafor',
    'Admin', 'Admins', 'Coordinators', 'Coordinator Nadia', 'Gwen, Moderators', 'Moderation Team', 'Staff', 'The Support Team', 'System', 'A former coordinator', 'Former Coordinators', 'Somebody asking for a colleague',
    'Nadia Okafor (Hub)', 'Ann (Hub)', 'Ann [Mod]', '[Mod] Nadia Okafor', 'Administration', 'The Administration', 'Help Desk', 'Helpdesk', 'Coordination', 'Mod', '[Mod]', 'Webmaster', 'Site Support', 'Deleted account', 'One former member', 'Co-ordinator',
    'Ꞑadia Okafor', 'Ŋadia Okafor', 'Nadia Okaꝼor', 'Abe Whitfielꝺ', 'Abe Ⱳhitfield', 'Ɐbe Whitfield', 'Nadia Okaforˑ', 'Nadiaा Okafor', 'Ann Вell', '!!!', '-', '311',
    `${settings().name} Team`, `${settings().name} Support`, `Ann from ${settings().name}`, `Gwen, ${settings().name}`, `${settings().name.replaceAll(' ', '')}Support`, 'Ann Ꮃilson', 'Ann ✅', 'Iван Petrov',
    'Coordonnateur', 'Coordonnatrice', 'La coordonnatrice', 'Anne Roy, coordinatrice', 'Les coordinateurs', 'Modératrice', 'Modérateur Luc', 'MODERATEURS', 'Modérateur·trice', 'L’administrateur', "L'administratrice", 'Administrateurs', 'Webmestre',
    'L’équipe', 'Équipe', 'L’équipe de soutien', 'Équipe du soutien', 'Soutien', 'Le soutien', 'Le personnel', 'Les officiels', 'Système', 'L’aide', 'Assistance', 'Une équipe', 'Anne Roy (équipe)', 'Anne Roy [modo]', 'Équipe Nadia Okafor', 'L’équipe de Nadia Okafor', 'Nadia Okafor, soutien', 'Nadia Okafor (officielle)', 'L’équipe du Hub', 'Un ancien membre', 'Ancien membre', 'Compte supprimé',
    'Nadia Okafor Verified', 'Nadia Okafor (verified)', '(Verified) Tom Smith', 'Tom Smith, verified', 'Verified Member', 'Nadia Okafor, trusted', 'Certified Nadia Okafor', 'Anne Roy (vérifiée)', 'Nadia Okafor Coord', 'Tom Smith, Coord.', 'Nadia Okafor 1', 'Nadia Okafor2', 'Nadia Okafor 02 (staff)', 'Okafor, Nadia', 'OKAFOR, Nadia',
    'Hub Owner/Manager', 'Hub Owner', 'Nadia Okafor, Community Manager', 'Community Team', 'Support 2', 'Sysadmin', 'Adminstrator', 'Cordinator', 'Co-ordinater Tom', 'Moderater', 'Administatrice', 'A former colleague', 'Un ancien collègue', '[deleted]', 'АДМИН', 'админ', 'Администратор', 'ᗩᗪᗰᓮᑎ', 'ᑎᗩᗪᓮᗩ Okafor',
    'The Nadia Okafor', 'A Nadia Okafor', 'Nadia Okafor PhD', 'Nadia Okafor, Ph.D.', 'Nadia Okafor, Ph. D.', 'Nadia Okafor M.P.A., MPP', 'Nadia Okafor, M. P. A.', 'Dr. Nadia Okafor', 'Prof. Dr. Nadia Okafor, PhD', 'Dr. Nadia Okafor (staff)', 'Okafor, Nadia, MPA', 'Ms. Nadia Okafor', 'Nadia Okafor РhD',
    'Nadia Okafor, CPA', 'Nadia Okafor (Ottawa)', 'Nadia Okafor [she/her]', 'Okafor, Nadia, CPA', 'Dr. Nadia Okafor, City of Ottawa', 'Mme Nadia Okafor', 'Madame Nadia Okafor', 'Rev. Nadia Okafor', 'The Hon. Nadia Okafor, CPA',
    'Member', 'New Member', 'The Member', 'A Member', 'A New Member', 'Members', 'Member 2', 'Membre', 'Un membre', 'Nouveau membre',
    'M.ember', 'M. E. M. B. E. R.', 'Mem ber', 'Removed', 'The Deleted', 'Former users', 'Deleted user 4711', 'Deleted account #102', 'Former account 7', 'Former member (Nadia)',
    'Trusted Member', 'The Trusted Member', 'Trusted Members', 'Community Member', '311 Help', '311 Team', 'The 311 Help Desk', 'Support 3-1-1',
    'evil.com', 'http://evil', 'Prize at evil.example/win', 'Tom t.co', 'Tom bit.ly/x', '[Tom](http://x)', '[Tom](evil.com)', '=HYPERLINK("x")', '@Tom', '＠Tom', '+1 Tom', '-Tom', '# Tom', 'www.tom', 'Tom 10.0.0.1',
  ])('nor is %s', async (name) => {
    expect(isNameTaken(name)).toBe(true);
    expect(() => rename(tom, name)).toThrow(expect.objectContaining({ fields: { name: expect.any(String) } }));
  });

  test.each([
    'Nadia Okafor, Jr.', 'Nadia Okafor (Sr.)', 'Nadia Smith, CPA', 'Mme Okafor', 'Ann Smith, Okafor', 'New Memberton', 'Neil New', 'Rev. Ann Smith',
    'Nadia Okafor Jr.', 'Nadia Okafor Sr.', 'A. Nadia Okafor', 'Nadia Okafor Ma', 'Nadia PhD', 'The Nadia', 'Theo Adia Okafor', 'An Okafor', 'Dr. Nadia Smith, PhD', 'Denver 311 Help', 'Ann Member', 'Trusty Member', 'Member Trusten', 'Ma Li', 'Md Rahman',
    'Kaʻiulani Kealoha', 'Inès Lévesque', 'Łukasz Żółć', 'Đặng Thị Hương', 'Ø. Ångström', 'Иван Петров', 'Иван Petrov', 'Ελένη Παπαδοπούλου', '田中 さくら', '田中さくら Tanaka', 'スーパー 太郎', '김민준', '王小明 (Wang)', 'محمد علي', 'עמית כהן', 'अनिल शर्मा', 'ᐱᑕ ᐊᑕᒍᑦᑕᖅ', 'ᏣᎳᎩ', "D'Arcy O’Neill", 'J. R. St. John-Smith 3rd', 'R&D + 311', 'Ava Staff', 'Denver 311 Team', 'Adminka Novak', 'Norma Teamer', 'Practica Hubert', 'Ad Min', 'Admi N', 'Hub Smith', 'Ann Modd', 'Dina Onesite', 'Denver 311 Coordination', 'Léquipe', 'Anne Léquipe', 'Soutienne', 'Luc Soutien', 'Équipe 311 Laval', 'Aide Morales', 'Le La', 'Du Le', 'Lê Thị Lan', 'Jean de La Fontaine', 'Modeste L’Heureux', 'Maude Rateau', 'Ancel Membré', 'Aimée Coordon', 'Administrata Roy', 'Un Jung', 'Ava Owner', 'Maria Manager', 'Okafor Nadia', 'Okafor, N.', 'Okafor, Nadia Lee', 'Nadia B. Okafor 2', 'Ivo Veri', 'Bo Moderato', 'Moderata Fonte', 'Denver Community Team', 'Anne Collègue', 'Delia Ted', 'J.R.R. Tolkien', 'J.Smith', 'St.John Rivers', 'Ann Roy, Ph.D.', 'Ann Roy, M.P.A.', 'Dr.Roy', 'Ann Roy Jr.', "'t Hooft", '“Bo” Smith', '(Bo) Smith', 'xʷməθkʷəy̓əm Point', 'Haíɫzaqv Ƛ̓uxv', 'ʔaχʷ Sλi', 'ߊߡߊߘߎ ߖߊߟߏ', '𞤀𞤥𞤢𞤣𞤵', 'ⴰⵎⴰⵣⵉⵖ', 'ᱥᱟᱱᱛᱟᱲ', 'ꕙꔤ', 'ꆈꌠ', 'ᠮᠣᠩᠭᠣᠯ',
  ])('but %s is', (name) => expect(isNameTaken(name)).toBe(false));

  test('one that refuses a sign says which; an accent alone is an apostrophe', () => {
    expect(() => rename(tom, 'Ann ✅')).toThrow(expect.objectContaining({ fields: { name: expect.stringContaining('“✅”') } }));
    expect(['O´Brien', 'O`Brien'].map((name) => joinInput.shape.name.parse(name))).toEqual(['O’Brien', 'O’Brien']);
    expect(isNameTaken('O’Brien')).toBe(false);
  });

  test('a vowel of another script is no accent', () => {
    for (const [one, other] of [['अनिल', 'अनल'], ['கவிதா', 'கவத'], ['นิดา', 'นดา']] as const) expect(lookOf(one)).not.toBe(lookOf(other));
    expect(lookOf('Ѓорѓи')).toBe(lookOf('Горги'));
  });

  test('a hub that is called one word, such as a place, leaves that to who has it as a surname', () => {
    const { name } = settings();
    Object.assign(settings(), { name: 'Riverdale' });
    expect(['Ann Riverdale', 'Riverdale', 'The Riverdale Team'].map((one) => isNameTaken(one))).toEqual([false, true, true]);
    Object.assign(settings(), { name });
  });

  test('of a coordinator with areas is taken too', () => {
    db.insert(coordinatorAreas).values({ memberId: rosa.id, forumId: db.select({ id: forums.id }).from(forums).limit(1).get()?.id ?? 0 }).run();
    expect([isNameTaken('Rosa Delgado'), isNameTaken('Rosa Delgado', rosa.id)]).toEqual([true, false]);
    db.delete(coordinatorAreas).run();
  });

  test('of a coordinator who has a title is taken without it too', () => {
    db.update(members).set({ name: 'Nadia Okafor, PhD' }).where(eq(members.id, nadia.id)).run();
    expect(['Nadia Okafor', 'Nadia Okafor MPA', 'Nadia Okafor Jr.'].map((name) => isNameTaken(name))).toEqual([true, true, false]);
    db.update(members).set({ name: 'Nadia Okafor, CPA' }).where(eq(members.id, nadia.id)).run();
    expect(['Nadia Okafor', 'Nadia Okafor (Ottawa)', 'Nadia Okafor, Jr.'].map((name) => isNameTaken(name))).toEqual([true, true, false]);
    db.update(members).set({ name: nadia.name }).where(eq(members.id, nadia.id)).run();
  });

  test('is not taken by who was invited either', async () => {
    invite(nadia, { email: 'invited@test.example', name: null, note: null });
    const token = tokenFor('invited@test.example');
    for (const name of ['Nadia Okafor', namelessName]) await expect(joinInvited({ token, name, password: 'a long enough password 7' }, 'here')).rejects.toThrow(/taken/);
    await joinInvited({ token, name: 'Ivo Invited', password: 'a long enough password 7' }, 'here');
  });

  test.each(['Nadia Okafor-Lind', 'Hubert Thehub', 'Anna', 'An', 'Ada Coordinatora', 'Nadia Okaforova', 'Rosa Delgado', 'A. Member', 'M. Ember', 'Removed Smith', 'Deleted Jones', 'Ida Former'])('%s is', (name) => expect(isNameTaken(name)).toBe(false));

  test('a coordinator keeps their own, and a look is the same however it is written', () => {
    expect(() => rename(nadia, 'Nadia Okafor')).not.toThrow();
    expect(lookOf('Ιnès Моrеаu')).toBe(lookOf('Ines Moreau'));
    for (const other of ['ꓖꓪꓰꓠ ꓮꓢꓧꓪꓳꓣꓔꓧ', 'ᏀᏔᎬN ASHWORTH', 'Ǥwen Ashworth', 'Gwen Ⱥshworth', '𝐆wen Ashworth']) expect(lookOf(other)).toBe(lookOf('Gwen Ashworth'));
  });
});

test('of two members of one name letters and the inbox say the handle', () => {
  db.update(members).set({ name: rosa.name }).where(eq(members.id, tom.id)).run();
  const { id } = createThread(rosa, { forum: 'operations', kind: 'discussion', title: 'Who of us is who here?', body: 'Hello.', themes: [] });
  createPost(again(tom), { threadId: id, body: 'I am the other one.' });
  expect(JSON.stringify(listTold(rosa, null))).toContain(`${rosa.name} (${tom.handle}) replied`);
  db.update(members).set({ name: tom.name }).where(eq(members.id, tom.id)).run();
});
