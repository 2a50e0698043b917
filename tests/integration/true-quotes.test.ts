import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cases, db, members, posts } from '#db/client.ts';
import { decide, undoDecision } from '#domain/decisions/deciding.ts';
import { flagPost } from '#domain/decisions/flagging.ts';
import { removePost, removeThread } from '#domain/decisions/removing.ts';
import { createComment } from '#domain/forum/comments.ts';
import { historyOfPost } from '#domain/forum/post-history.ts';
import { createPost, editPost, postsOnPage, previewPost, removeOwnPost } from '#domain/forum/posts.ts';
import { quoteOf } from '#domain/forum/quoting.ts';
import { renderSomeAgain } from '#domain/forum/rendering-again.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { showVersions, withholdVersions } from '#domain/forum/withholding-versions.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { republishResource, retireResource } from '#domain/library/workflow.ts';
import { editProfile, profileInput } from '#domain/profiles/editing.ts';
import type { Member } from '#domain/people/types.ts';
import { plainText } from '#lib/markdown.ts';
import { again, enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member, ines: Member;
beforeAll(async () => {
  [rosa, tom, nadia, ines] = [await enter('rosa'), await enter('tom'), await enter('nadia'), await enter('ines')];
  putCatalogue(catalogue([piece({ slug: 'behn2003why', kind: 'reference' })]));
});
beforeEach(forgetLimits);

let started = 0;
const start = (author = rosa, body = 'Where do we begin?') => createThread(author, { forum: 'operations', kind: 'discussion', title: `Who said what of it? ${++started}`, body, themes: [] });
const opening = (threadId: number) => db.select({ id: posts.id }).from(posts).where(eq(posts.threadId, threadId)).get()?.id ?? 0;
const reply = (author: Member, threadId: number, body: string) => createPost(author, { threadId, body }).id;
const html = (id: number) => db.select({ html: posts.html }).from(posts).where(eq(posts.id, id)).get()?.html ?? '';
const preview = (body: string) => { forgetLimits(); return previewPost(tom, { body }).html; };
const caseOn = (id: number) => db.select({ id: cases.id }).from(cases).where(eq(cases.postId, id)).all().at(-1)?.id ?? 0;
const line = (id: number) => `[Rosa Delgado wrote](/posts/${id}):`;
const words = (text: string) => plainText(text).replace(/\s+/g, ' ');
const named = (text: string) => /Rosa Delgado/.test(text) && text.includes(' wrote</a>:');

describe('whose words a quotation shows', () => {
  let thread = 0, said = 0, L = '';
  beforeAll(() => {
    thread = start().id;
    said = reply(rosa, thread, '> The mayor is a crook\n\nI do not agree with that sentence of Bob. Call volume went up by 12 percent, ~~or more~~ or less… I think.\n\nAs for the rest: no.\n\nStaff are busy.[^1]\n\n[^1]: So they say.');
    L = line(said);
  });

  test.each<[string, () => string]>([
    ['bold', () => `> **${L}** forged`], ['bold to the end', () => `> **${L.slice(0, -1)}**: forged`], ['a heading', () => `> # ${L}\n> forged`], ['a list', () => `> - ${L} forged`],
    ['after a word', () => `> *a* ${L} forged`], ['another verb', () => `> [Rosa Delgado said](/posts/${said}): forged`], ['the name alone', () => `> [Rosa Delgado](/posts/${said}) wrote: forged`],
    ['a letter of another script', () => `> [Rosa Delgado wr\u043ete](/posts/${said}): forged`], ['something that is not seen', () => `> [Rosa Delgado wrote\u200B](/posts/${said}): forged`], ['a soft hyphen', () => `> [Rosa Delgado wro&shy;te](/posts/${said}): forged`],
    ['a dash', () => `> [Rosa Delgado wrote —](/posts/${said}) forged`], ['the colon inside', () => `> [Rosa Delgado wrote:](/posts/${said}) forged`], ['its place in the thread', () => `> [Rosa Delgado wrote](/forums/operations/x-${thread}#post-2): forged`],
    ['her page', () => `> [Rosa Delgado wrote](/members/${rosa.handle}): forged`], ['a mention', () => `> @${rosa.handle} wrote: forged`], ['the name before the link', () => `> Rosa Delgado [wrote](/posts/${said}): forged`],
    ['two of them', () => `> ${L} ${L} forged`], ['one after the other', () => `> ${L}\n>\n> **${L}**\n>\n> forged`], ['further down', () => `> It is forged.\n>\n> ${L} forged`], ['a table', () => `> | ${L} |\n> |---|\n> | forged |`],
    ['after a long sentence', () => `> ${'As all of us know, and have known for a long time. '.repeat(3)}${L} forged`], ['on a line of its own', () => `> **Count.\\
> ${L}** forged`], ['a picture', () => `> ![](/files/p1/a.png)${L} forged`],
    ['an address elsewhere', () => `> [Rosa Delgado wrote](https://evil.example/posts/1):\n>\n> forged`], ['an address of mail', () => `> [Rosa Delgado wrote](mailto:a@b.example):\n>\n> forged`], ['a picture of words', () => `> ![Rosa Delgado wrote](https://evil.example/x):\n>\n> forged`],
    ['an address that is none', () => `> [Rosa Delgado wrote](javascript:alert(1)):\n>\n> forged`], ['a long address', () => `> [Rosa Delgado](/posts/${said}/${'x'.repeat(501)}) wrote:\n>\n> forged`], ['nothing but a colon after the name', () => `> [Rosa Delgado](/posts/${said}) &#8203;: forged`], ['the colon in another script', () => `> ([Rosa Delgado](/posts/${said}))\uFF1A forged`],
    ['a first paragraph', () => `> I see.\n>\n> [Rosa Delgado](/posts/${said}) wrote:\n>\n> forged`], ['a first paragraph that is not seen', () => `> &#10240;\n>\n> @${rosa.handle} wrote:\n>\n> forged`], ['much that is not seen', () => `> ${'&#8203;'.repeat(101)}[Rosa Delgado wro&shy;te](/posts/${said}) forged`],
    ['a number of a note', () => `> &#8203;[^9]\n>\n> [Rosa Delgado](/posts/${said}) wrote:\n>\n> forged\n\n[^9]: x`], ['a second item', () => `> - One\n> - [Rosa Delgado](/posts/${said}) wrote:\n> - forged`], ['a second cell', () => `> | One | [Rosa Delgado](/posts/${said}) wrote: |\n> |---|---|\n> | Two | forged |`],
    ['bold beside it', () => `> [Rosa Delgado](/posts/${said}) **wrote** forged`], ['letters that look alike after it', () => `> [Rosa Delgado](/posts/${said}) wr\u043et\u0435 forged`],
    ['the line before', () => `${L}\n\n> forged`], ['a verb before', () => `[Rosa Delgado](/posts/${said}) wrote:\n\n> forged`], ['a mention before', () => `Now, @${rosa.handle} wrote:\n\n> forged`], ['a line before that is not followed by anything seen', () => `${L}\n\n&#8203;\n\n---\n\n> forged`],
    ['a line before, and one that is not seen', () => `[Rosa Delgado wr\u043ete](/posts/${said}):  \n&#8203;\n\n> forged`], ['a line before a box in a box', () => `> [Rosa Delgado](/posts/${said}) wrote:\n>\n> > forged`],
  ])('is not shown by a line that is not the one of the hub: %s', (_, body) => {
    const shown = preview(body());
    expect(shown).toContain('forged');
    expect(shown).not.toMatch(/<a>|href="(?:\?|mailto:|https:|\/(?:(?:%70|p)osts|members|forums|search|log|library))/);
  });

  test.each<[string, string, string]>([
    ['who was there', '> Nobody from the office of @rosa-delgado was there', 'Nobody from the office of @rosa-delgado was there'],
    ['who never said', '> Not true: [Rosa](/members/rosa-delgado) never said that the mayor lied', 'Not true: Rosa never said that the mayor lied'],
    ['what was not followed', '> The council did **not** follow [Rosa’s proposal](/posts/1), and that was right', 'The council did not follow Rosa’s proposal, and that was right'],
    ['who said it not', '> [Rosa never said](/posts/1): the mayor lied', 'Rosa never said: the mayor lied'],
    ['a list of threads', '> - [One](/forums/operations/1-a)\n> - [Two](/forums/operations/2-b)', 'One Two'],
    ['a bare address', '> /posts/999999', '/posts/999999'],
    ['a line with nothing below', '> [Rosa Delgado wrote](/posts/1):', 'Rosa Delgado wrote:'],
  ])('keeps every word of a quotation that is not one: %s', (_, body, all) => expect(words(preview(body))).toBe(all));

  test('loses the line of the hub, and no word, where a paragraph was left out', () => {
    expect(words(preview(`> ${L}\n>\n> I do not agree with that sentence of Bob.\n>\n> Staff are busy.`))).toBe('I do not agree with that sentence of Bob. Staff are busy.');
    expect(words(preview(`> ${L} In my view: no, and no again.`))).toBe('In my view: no, and no again.');
  });

  test.each<[string, string]>([
    ['what she only quoted', 'The mayor is a crook'], ['words put together', 'agree with … Bob'], ['words in a row', '| I | agree | with | Bob |\n> |---|---|---|---|'], ['words below each other', 'I  \n> agree  \n> with  \n> Bob'],
    ['letters in circles', 'Call volume went up ⓢⓣⓐⓕⓕ'], ['a face', 'Call volume went up 🖕'], ['another sign', 'went up by −12 percent'], ['another number', 'went up by 1.2 percent'], ['a footnote that is none', 'Call volume went up [^and staff are lazy]'],
    ['words struck through', 'I do ~~not~~ agree with that sentence'], ['words no longer struck through', 'by 12 percent, or more or less'], ['nothing', ''], ['a box in it', 'Call volume went up by 12 percent.\n>\n> > forged'],
    ['the wrong order', 'Call volume went up … I do not agree'], ['another kind of number', 'went up by 12% percent'], ['struck words that are not', 'or more'], ['half a word', 'ot agree'], ['half a number', '2 percent'], ['text from right to left', 'Call volume \u202Ewent up by'],
  ])('is not shown with %s', (_, words) => expect(named(preview(`> ${L}\n>\n> ${words}`))).toBe(false));

  test('is not shown with a footnote of one’s own', () => {
    expect(named(preview(`> ${L}\n>\n> Staff are busy.[^1]\n\n[^1]: And lazy.`))).toBe(false);
    expect(named(preview(`> ${L}\n>\n> Staff are busy.[^1]\n\n[^1]: So they say.`))).toBe(true);
  });

  test.each<[string, string]>([
    ['in one piece', 'Call **volume** went up by 12 percent'], ['with words left out', 'I do not agree […] Call volume went up'], ['with her own dots', 'or less… I think'], ['a short paragraph whole', 'As for the rest: no.'],
    ['what is struck through', 'by 12 percent, ~~or more~~ or less'], ['a footnote’s mark', 'Staff are busy.[^1]'], ['over paragraphs', 'I think.\n>\n> As for the rest: no.'], ['two words', 'not agree'], ['usual remarks', 'I do [sic] not agree (…) went up by 12 percent (emphasis mine)'], ['full-width letters', 'Ｉ do not agree with'],
  ])('is shown with her own words: %s', (_, words) => expect(preview(`> ${L}\n>\n> ${words}`)).toMatch(new RegExp(`^<blockquote><p class="said-by" title="[^"]+"><a href="/posts/${said}">Rosa Delgado wrote</a>:</p>\n<`)));

  test.each(['<p class="said-by">x</p>', '<blockquote class="said-by">\n\nx\n\n</blockquote>', 'x {.said-by}', '# x {.said-by}', ':::said-by\nx\n:::', '[x](/a "said-by"){.said-by}', '```said-by\nx\n```', '| x {.said-by} |\n|---|', '- [ ] x {.said-by}'])('is said with a look that no Markdown has: %j', (markdown) => {
    for (const shown of [preview(markdown), preview(`> ${markdown.replaceAll('\n', '\n> ')}`)]) expect([shown, /<[^>]*class="[^"]*(?<!language-)said-by/.test(shown)]).toEqual([shown, false]);
  });

  test('is shown by the Quote button', () => {
    expect(named(preview(quoteOf(tom, said)))).toBe(true);
    const long = reply(rosa, thread, `${'A long sentence of many words that says something, (12) and 1.5 per cent.\n\n- One\n- [Two](/library/behn2003why)\n\n'.repeat(60)}End.`);
    expect(named(preview(quoteOf(tom, long)))).toBe(true);
  });

  test.each([["Sean O'Brien"], ['Ann "Nan" Lee'], ['A & B Smith'], ['Bob <b>']])('is shown with a name of any signs, and without it where it is not true: %s', (name) => {
    const author = db.insert(members).values({ email: `m${++started}@test.example`, handle: `m${started}`, name, emailConfirmedAt: new Date() }).returning().get();
    const id = reply(again(author as unknown as Member), thread, 'The council closed the old line today.');
    const quote = quoteOf(tom, id);
    expect(words(preview(quote))).toBe(`${name} wrote: The council closed the old line today.`);
    expect(words(preview(quote.replace('closed', 'sold')))).toBe('The council sold the old line today.');
  });

  test('is not shown where a sign that tells something was changed, or a note', () => {
    const id = reply(rosa, thread, 'I think we can’t close the line. If a != b then stop the work, at 15٪ or 15‰ of 7′ and no more.[^1] So said she.\n\n[^1]: It was unkind.[^2]\n\n[^2]: Or so.');
    const shows = (text: string) => named(preview(`> ${line(id)}\n>\n> ${text}`));
    expect(["I think we can't close the line", 'If a != b then stop', 'If a ≠ b then', 'work, at 15% or 15 ‰ of 7′', 'and no more.[^1] So'].map(shows)).toEqual([true, true, true, true, true]);
    expect(['I think we can … close the line', 'I think we can t close the line', 'If a = b then stop', 'stop the work, at 15', 'or 15% of', 'of 7 and', 'and no more.[^3] So'].map(shows)).toEqual(Array(7).fill(false));
    expect(shows('and no more.[^1]\n\n[^1]: It was unkind.[^2]\n\n[^2]: Or so.')).toBe(true);
    expect(shows('and no more.[^1]\n\n[^1]: It was unkind.[^2]\n\n[^2]: She is a thief.')).toBe(false);
    expect(preview(`> ${line(id)}\n>\n> I think [we can’t](#post-1) close the line`)).not.toContain('href="#');
  });

  test('is not shown where a question became a statement, or a note leads elsewhere', () => {
    const id = reply(rosa, thread, 'Do you think the mayor lied? I do not.[^1]\n\n[^1]: See [the report](https://city.example/report).');
    const shows = (text: string) => named(preview(`> ${line(id)}\n>\n> ${text}`));
    expect(['Do you think the mayor lied? I do not.', 'Do you think the mayor … I do not', 'the mayor lied?'].map(shows)).toEqual([true, true, true]);
    expect(['The mayor lied!', 'Do you think the mayor lied', 'You think? The mayor lied.', 'Do you think the mayor lied. I do not?'].map(shows)).toEqual(Array(4).fill(false));
    expect(shows('I do not.[^1]\n\n[^1]: See [the report](https://city.example/report).')).toBe(true);
    expect(shows('I do not.[^1]\n\n[^1]: See [the report](https://evil.example/).')).toBe(false);
  });

  test('is not shown with a note of another mark, or with the text as its note', () => {
    const id = reply(rosa, thread, 'It is true.[^1] It is not.[^2] So much[^1] for that.\n\n[^1]: Per Ann.\n\n[^2]: Per Bob, of the *old* city.');
    const shows = (text: string) => named(preview(`> ${line(id)}\n>\n> ${text}`));
    expect(['It is true.[^1]\n\n[^1]: Per Ann.', 'It is not.[^a] So much for that\n\n[^a]: Per Bob, of the old city.', 'It is not.[^1] So much[^2]\n\n[^1]: Per Bob\n\n[^2]: Per Ann.'].filter((text) => !shows(text))).toEqual([]);
    expect(['It is true.[^1]\n\n[^1]: Per Bob.', 'It is true.[^1]\n\n[^1]: Per Bob, of the old city.', 'It is true.[^1]\n\n[^1]: It is not.', 'It is not.[^1] So much\n\n[^1]: Per Ann.', 'It is true.[^2]\n\n[^2]: Per Bob, of the old city.'].filter(shows)).toEqual([]);
    const quote = `> ${line(id)}\n>\n> It is not.[^2]\n\n[^2]: Per Bob, of the old city.`;
    editPost(rosa, { postId: id, body: 'Something else.[^1]\n\n[^1]: It is not.' });
    expect(named(preview(quote))).toBe(true);
  });

  test('has no link of the post on other words than it has there', () => {
    const id = reply(rosa, thread, 'Read [the *good* report](https://good.example/), and never [that scam page](https://scam.example/), nor [→](/about).[^1]\n\n[^1]: As [Ann](https://ann.example/) and [Bob](https://bob.example/) say.');
    const shown = (text: string) => preview(`> ${line(id)}\n>\n> ${text}`);
    const exchanged = shown('Read [the good report](https://scam.example/), and never [that scam page](https://good.example/)');
    expect([named(exchanged), exchanged.includes('.example')]).toEqual([true, false]);
    const kept = shown('[good report](https://good.example/), and never that [scam page](https://scam.example/), nor [→](/about)');
    expect([named(kept), kept.match(/\.example|"\/about"/g)]).toEqual([true, ['.example', '.example', '"/about"']]);
    expect(shown('never [that scam page, nor](https://scam.example/)')).not.toContain('.example');
    expect(['ann', 'bob'].map((site) => named(shown(`that scam page, nor →.[^1]\n\n[^1]: As [Ann](https://${site}.example/) and Bob say.`)))).toEqual([true, false]);
  });

  test('has the empty cells of a table where the post has them', () => {
    const table = (...rows: string[]) => ['| Line | Day | Night |', '|---|---|---|', ...rows];
    const id = reply(rosa, thread, table('| Fire | | yes |', '| Water | yes | |').join('\n'));
    const shown = (...rows: string[]) => named(preview([line(id), '', ...table(...rows)].map((row) => `> ${row}`).join('\n')));
    expect([shown('| Fire | | yes |', '| Water | yes | |'), shown('| Fire | yes | |', '| Water | | yes |')]).toEqual([true, false]);
    // Selected on the page, rows are their words.
    for (const words of ['Fire\tyes\nWater\tyes', 'Night\n\nFire yes']) expect(named(preview(`${line(id)}\n\n${words}`.replace(/^/gm, '> ')))).toBe(true);
  });

  test('has the cells of a table in their columns, and no row but those of the post', () => {
    const table = (...rows: string[]) => rows.toSpliced(1, 0, rows[0]?.replace(/[^|]+/g, '---') ?? '').join('\n');
    const id = reply(rosa, thread, `${table('| Name | Yes | No |', '| Ann | x | |', '| Bob | | x |', '| Cy | x … | |', '| Dee | | x |')}\n\nThat is what they say.\n\n${table('| Name | No | Yes |', '| Eve | x | |')}`);
    const shows = (text: string) => named(preview(`${line(id)}\n\n${text}`.replace(/^/gm, '> ')));
    expect([
      table('| Name | Yes | No |', '| Ann | x | &shy; |'), table('| Bob | | x |', '| Cy | x … | |'), table('| Name | Yes | No |', '| … | … | … |', '| Dee | | x |'), table('| Name | Yes | No |', '| […] | | |', '| Bob | | x |', '| ... | | |', '| Dee | | x |'),
      `${table('| Name | Yes | No |', '| Ann | x | |')}\n\n…\n\nThat is what they say.`, `That is what they say.\n\n…\n\n${table('| Eve | x | |')}`, 'Ann x',
    ].filter((text) => !shows(text))).toEqual([]);
    expect([
      table('| Name … | No |', '| Ann | x |'), table('| Name | No |', '| Ann | x |'), ...['&#8203;', '&shy;', '&#12644;', '**&#8203;**', '…', '.'].map((cell) => table('| Name | Yes | No |', `| Ann | ${cell} | x |`)), table('| Name | Yes | No |', '| Ann | x … | |'),
      table('| Name | Yes |', '| Ann | x |'), table('| Name | Yes | No | |', '| Ann | x | | |'), table('| Name | Yes | No |', '| … | | |', '| Eve | x | |'), table('| Name | Yes | No |', '| Bob | | x |'), table('| Name Yes | No |', '| Ann | x |'),
    ].filter(shows)).toEqual([]);
  });

  test('has each item of a list under the number that it has in the post', () => {
    const id = reply(rosa, thread, 'Worst vendors, the worst first:\n\n1. Acme is the worst of all\n2. Bolt\n   - never answers its telephone\n   - lies\n3. Crux\n\n   4. sued us all over town\n   5. lost\n\nThat is the whole list.\n\n8. Dyn');
    const shows = (text: string) => named(preview(`${line(id)}\n\n${text}`.replace(/^/gm, '> ')));
    const first = 'Worst vendors, the worst first:';
    expect([
      `${first}\n\n1. Acme is the worst of all\n2. Bolt`, `${first}\n\n1. Acme is the`, `${first} …\n\n3. Crux`, `${first} …\n\n2. Bolt\n   - never answers its telephone\n   - …`, `1. Acme is the worst …\n\n3) Crux`,
      '2. Bolt\n   - never answers its telephone\n   - lies\n3. Crux', '3. Crux\n\n   4. sued us all over town\n   5. lost', '4. sued us all over town', '3. … sued us all over town', '1. Acme is the worst of all\n\n…\n\nThat is the whole list.', 'That is the whole list.\n\n8. Dyn', `${first}\n\nAcme is the worst of all\n\nBolt`, '- never answers its telephone',
    ].filter((text) => !shows(text))).toEqual([]);
    expect([
      `${first} …\n\n1. Crux`, `${first}\n\n2. Acme is the worst of all\n3. Bolt`, `${first} …\n\n1. … Crux`, `${first} …\n\n1. &#8203;\n2. Acme is the worst of all`, `${first}\n\n1. Acme is the worst of all\n2. &#8203;`, `${first}\n\n1. &shy;\n\n…\n\nCrux`, '1. Acme is the … never answers its telephone',
      '1. Acme is the worst …\n2. Crux', '1. Acme is the worst of all\n\n   Bolt', '1. sued us all over town', '3. Crux\n\n   1. sued us all over town', '1. never answers its telephone', '1. That is the whole list', '2. Dyn', '3. Crux\n\n   That is the whole list.',
    ].filter(shows)).toEqual([]);
  });

  test.each<[string, string]>([
    ['a list that begins at another number', 'So:\n\n7. a\n8. b'], ['lists in lists', '1. a\n   - b\n     1. c\n     2. d\n   - e\n2. f\n\n   3. g\n\n   | h |\n   |---|\n   | |\n\n2) i'], ['empty items and cells', '1.\n2. b\n3.\n\n| | c |\n|---|---|\n| | |\n| … | |'],
    ['lists between which somebody is quoted', '1. a\n\n> b\n\n1. c\n2. **d**'], ['lists between which a footnote stands', '1. a[^1]\n\n[^1]: b\n\n1. c'], ['items that quote somebody', '1. > a\n2. > b\n\n   c\n3. d\n   > e'],
    ['a long list', `${'1. Some words … of an item, \n'.repeat(300)}`], ['a long list of long items', `${'1. Some words of an item that goes on and on, and on and on and on, and on\n\n'.repeat(90)}`], ...[0, 9, 17, 25].map((more): [string, string] => [`a long table after ${more} letters`, `${'a'.repeat(more)}\n\n| Name of it | Some words | |\n|---|---|---|\n${'| Some words | and many more | x |\n| b | | c |\n'.repeat(120)}`]),
  ])('is shown by the Quote button with numbers and cells: %s', (_, body) => expect(named(preview(quoteOf(tom, reply(rosa, thread, body))))).toBe(true));

  test('begins no list at a number that the post does not have', () => {
    const [plain, list] = [reply(rosa, thread, 'people leave the council today'), reply(rosa, thread, '7. people leave the council today\n8. and tomorrow')];
    const shown = (id: number, text: string) => preview(`> ${line(id)}\n>\n> ${text}`);
    const quoted = [shown(plain, '900. people leave the council today'), shown(list, '7. people leave the council today'), shown(list, '8. and tomorrow'), shown(list, '900. people leave the council today')];
    expect(quoted.map((html) => [named(html), /start="\d+"/.exec(html)?.[0]])).toEqual([[false, 'start="900"'], [true, 'start="7"'], [true, 'start="8"'], [false, 'start="900"']]);
  });

  test('is shown with usual remarks, and where bold, slanted words or code were cut by hand', () => {
    const id = reply(rosa, thread, 'This is **very important, so do it** now. And _see the config_ of `config file` here, ~~not there, nor~~ anywhere; about 5 percent.');
    const shows = (text: string) => named(preview(`> ${line(id)}\n>\n> ${text}`));
    expect(['so do it now [emphasis added]', 'so do it now [emphasis mine]', 'so do it now (my emphasis)', 'so do it now. (Emphasis added.)', 'so do it [*sic*] now', 'so do it (*sic*) now', 'important, so do it** now', '**very important', '_see the config', 'the config_ of', 'config file` here', '``config file` here``'].filter((text) => !shows(text))).toEqual([]);
    expect(['so do it now [emphasis]', 'so do it now (my view)', 'not there, nor~~ anywhere', 'nor anywhere', 'about ~5 percent', 'see*the*config of'].filter(shows)).toEqual([]);
  });

  test.each<[string, string, string[], string[]]>([
    ['exponents and fractions', 'It is 10² metres long, 2³ wide and 1½ high, by H₂O and by half.', ['It is 10² metres long', 'wide and 1½ high', 'by H₂O and by half'], ['It is 102 metres long', 'long, 23 wide', 'wide and 11⁄2 high', 'metres long, 2', 'by H2O and by half']],
    ['a sign before a word', '`if (!pays) return is our code` and `¬c & !done here` and `!(a && b)` and −x + 1 or -y + 2 is .5 of $5 for non-smokers.', ['if (!pays) return is our code', '¬c & !done here', '!pays) return is our code', '!(a && b) and'], ['if (pays) return is our code', 'pays) return is our code', 'c & done here', 'c & !done here', 'done here and !(a', '(a && b) and −x', 'a && b) and −x', 'x + 1 or', 'y + 2 is', '5 of $5 for', '5 for non-smokers', 'smokers']],
    ['a question behind a bracket or a quote', 'Must we (really) pay (overtime)? Do they say "we pay?" Do they say “we pay”? No. Will we ever pay…? Never.', ['Will we ever pay …? Never', 'Must we (really) pay (overtime)?', 'Must we (really) pay', 'Do they say “we pay?”'], ['Must we really pay overtime', 'Must we (really) pay (overtime)', 'Must we (really) pay (overtime', 'Do they say we pay.', 'Do they say "we pay"', 'Do they say "we pay.', 'Will we ever pay']],
    ['a question in Greek', 'Πληρώνουμε τις υπερωρίες; Και το «ρεπό»; Ναι. Και τώρα…; Όχι.', ['Πληρώνουμε τις υπερωρίες;', 'Πληρώνουμε τις υπερωρίες\u037E', 'Και το «ρεπό»; Ναι'], ['Πληρώνουμε τις υπερωρίες.', 'Πληρώνουμε τις υπερωρίες', 'Και το «ρεπό»', 'Και τώρα']],
    ['signs within', 'We close, Ann; she says “never”: (not now) – or 3–5 times / week. Stop! Go…', ['We close, Ann; she says "never": (not now) - or 3-5 times / week', '“never”: (not now) — or', 'We close, Ann', 'Stop! Go', 'now) – or 3–5 times / week. Stop', '“We close, Ann”', 'week. Stop! Go.'], ['We close Ann', 'We close, Ann, she says', 'she says never', '(not now) or 3', '(not) now – or', 'or 35 times', '5 times / week', '3–5 times week', 'Stop. Go']],
  ])('is not shown where a sign was changed: %s', (_, body, same, other) => {
    const id = reply(rosa, thread, body);
    const shows = (text: string) => named(preview(`> ${line(id)}\n>\n> ${text}`));
    expect(same.filter((text) => !shows(text))).toEqual([]);
    expect(other.filter(shows)).toEqual([]);
  });

  test.each<[string, string]>([
    ['a table', '| Calls | % |\n|---|--:|\n| a - b | 12.5 |\n| (c) | −3 |\n\nSo: yes!'], ['code', 'Run `a[0] != "b" && !c;` or\n\n```\nif (!x) { return -1; } // "no"\n```\n\n    <b>&amp;</b> *x*'], ['lists', '- [x] One: (a)\n- [ ] Two; “b”\n\n1. - A\n   - B!\n2) C'],
    ['links and mentions', 'See [the *report*](https://city.example/a_(b)?c=1#d), https://city.example/x.html; @tom-becker, /library/behn2003why and <a@b.example>.'], ['a picture', 'Look: ![a "chart"!](https://city.example/a.png), no?'], ['footnotes', 'Busy.[^1] “Really”[^b]? (Yes[^1])\n\n[^1]: So.\n\n[^b]: No.'],
    ['pictures for words', '👍 Good 👩‍👩‍👧, very (❤️)! 🇨🇦/🇺🇸 1️⃣'], ['scripts without spaces', '我们每周统计「电话」数量，并且公布结果。是吗？是！\n\nเรานับ (ทุกสัปดาห์) ฯลฯ\n\nカタカナ・ガラパゴス、ｶﾅ。'], ['right to left', 'هل ندفع؟ نعم، ندفع؛ “كل يوم”. שלום, "עולם"!'], ['other signs', 'a_b_c *d\\* e\\_f ~g #h $5 +1 §3 °C 5′ 6″ ^x a|b \\[y] \\!z ½ ™ -k -- – — ― ‘l’ ‹m› ¿n? ¡o! p; q... r.... [W]ord [sic] (sic) T[h]is'],
    ['many dots', 'A… b… c… d… e… f… g… h… i… (…) [...] j…'], ['a quotation in it', 'I say, “no”:\n\n> The mayor: “yes”!\n\n- She (Ann)…\n\n# Why? And how\n\n---\n\n\\- not a list\n\n1\\. nor this'],
    ['lines', 'One,  \ntwo;\\\nthree -\n- four\n\n~~five, six.~~ seven~~, eight~~.'],
  ])('is shown by the Quote button of every kind of post, and where each of its lines begins or ends: %s', (_, body) => {
    const id = reply(rosa, thread, body);
    expect([html(id), preview(quoteOf(tom, id))].map(named)).toEqual([false, true]);
    editPost(rosa, { postId: id, body: 'Something else.' });
    const before = quoteOf(tom, id);
    editPost(rosa, { postId: id, body });
    const now = quoteOf(tom, id);
    editPost(rosa, { postId: id, body: 'And now something else again.' });
    expect([before, now].map((quote) => named(preview(quote)))).toEqual([true, true]);
  });

  test('is shown by the Quote button of a long text that is one bold paragraph', () => {
    const quote = quoteOf(tom, reply(rosa, thread, `**Words ~~struck through~~ and ${'many - words, and 1. more! https://city.example/a_b?c#d '.repeat(120)}end.**`));
    expect(quote.length).toBeGreaterThan(3_800);
    expect(quote).toContain('~~struck through~~');
    expect(named(preview(quote))).toBe(true);
  });

  test.each([['bold words', 'A **'], ['a link', 'An [a '], ['code', 'A `b '], ['a picture', '![c '], ['slanted words in bold ones', 'A **b _c ']])('is shown by the Quote button of a long text that is cut amid %s', (_, opening) => {
    const closing: Record<string, string> = { '**': '**', '[a ': '](https://city.example/)', '`b ': '`', '![c ': '](https://city.example/a.png)', '**b _c ': '_ d**' };
    const end = Object.entries(closing).find(([sign]) => opening.endsWith(sign))?.[1] ?? '';
    const quote = quoteOf(tom, reply(rosa, thread, `${'words, '.repeat(550)}${opening}${'many words '.repeat(60)}x${end} end.`));
    expect(quote.length).toBeGreaterThan(3_800);
    expect(named(preview(quote))).toBe(true);
  });

  test('is shown with what its words allow', () => {
    const id = reply(rosa, thread, '~~We will close the old line.~~ We will close the old line on Tuesday. This is [sic] a word.');
    const shows = (text: string) => named(preview(`> ${line(id)}\n>\n> ${text}`));
    expect(['We will close the old line', 'This is [sic] a word', 'This is a word', '[w]e will close the old line', '~~We will close the old line.~~'].map(shows)).toEqual([true, true, false, true, true]);
  });

  test.each([['what is struck through at the cut', `${'words '.repeat(655)}~~a struck part that goes on and on and is cut in the middle of it all the way over yes~~ end`], ['pictures without spaces', '👩‍👩‍👧❤️👍🏽🇨🇦'.repeat(300)]])('is shown by the Quote button of a long text with %s', (_, body) => {
    const quote = quoteOf(tom, reply(rosa, thread, body));
    expect(quote).toMatch(/….*$/m);
    expect(named(preview(quote))).toBe(true);
  });

  test('is not offered of a post that only quotes others', () => {
    const own = start().id;
    const [only, more] = [reply(rosa, own, '> The mayor is here.'), reply(rosa, own, '> The mayor is here.\n\nYes.')];
    expect([quoteOf(tom, only), quoteOf(tom, more) !== '']).toEqual(['', true]);
    const shown = postsOnPage(tom, findThread(tom, own), 1);
    expect([only, more].map((id) => shown.find((post) => post.id === id)?.mayQuote)).toEqual([false, true]);
  });

  test('has no link under it but those of the post', () => {
    const id = reply(rosa, thread, 'The mayor asked [us](https://good.example/) for it.');
    const shown = preview(`> ${line(id)}\n>\n> [The mayor](https://evil.example/phish) ![asked](https://evil.example/a.png) [us](https://good.example/)`);
    expect([named(shown), shown.includes('evil.example'), shown.includes('href="https://good.example/"')]).toEqual([true, false, true]);
  });

  test('is shown by the Quote button of a long text without spaces', () => {
    const id = reply(rosa, thread, `Thai: ${'ทุกสัปดาห์นี้'.repeat(500)}`);
    expect(quoteOf(tom, id).length).toBeGreaterThan(3_900);
    expect(named(preview(quoteOf(tom, id)))).toBe(true);
  });

  test('is shown with a piece of a language that is written without spaces', () => {
    const id = reply(rosa, thread, '我们每周统计电话数量，并且公布结果。\n\nเรานับจำนวนสายโทรศัพท์ทุกสัปดาห์');
    const shows = (text: string) => named(preview(`> ${line(id)}\n>\n> ${text}`));
    expect(['统计电话数量', '公布结果', '我们每周统计 … 并且公布结果', 'จำนวนสายโทรศัพท์'].map(shows)).toEqual([true, true, true, true]);
    expect(['统计电话很少', '我们 … 公布 … 结果', 'ไม่นับจำนวนสาย'].map(shows)).toEqual([false, false, false]);
  });

  test('is shown by the Quote button of a post that quotes others, lazily too, and not with their words', () => {
    const id = reply(rosa, thread, '> The mayor is\na crook\n\nI do not think so.\n\n```\n> code\n```\n\n- One\n  > inner\n- Two');
    expect(quoteOf(tom, id)).not.toMatch(/mayor|crook|inner/);
    expect(quoteOf(tom, id)).toContain('> > code');
    expect(named(preview(quoteOf(tom, id)))).toBe(true);
  });

  test('leaves a link to another site that a colon follows', () => {
    expect(preview('From [the 2019 report](https://city.example/report.pdf):\n\n> Wait times fell.')).toContain('<a href="https://city.example/report.pdf"');
    expect(preview('> [The 2019 report](https://city.example/report.pdf): wait times fell.')).toContain('<a href="https://city.example/report.pdf"');
  });

  test('leaves other words as they were written', () => {
    expect(preview('> Behn wrote: count what matters.')).toContain('Behn wrote: count what matters.');
    expect(preview(`> Count.\n>\n> See [this](/posts/${said}) too.`)).toContain(`<a href="/posts/${said}">this</a>`);
    expect(preview('> See https://good.example/a:b, or [the manual](/library/behn2003why), and count.').match(/<a /g)).toHaveLength(2);
    expect(preview(`As [Rosa](/posts/${said}) says.\n\nIndeed.\n\n> Count.\n\n[Rosa](/posts/${said}) said so.`).match(/<a /g)).toHaveLength(2);
    expect(words(preview(`${L}\n\n> forged`))).toBe('Rosa Delgado wrote: forged');
  });

  test('is known of what a post said long before, too', () => {
    const id = reply(rosa, thread, 'The first true words of mine.');
    for (let n = 0; n < 8; n++) { forgetLimits(); editPost(rosa, { postId: id, body: `Something else, number ${n}.\n\n> and a quotation of others` }); }
    expect(named(preview(`> ${line(id)}\n>\n> The first true words`))).toBe(true);
    expect(named(preview(`> ${line(id)}\n>\n> and a quotation of others`))).toBe(false);
  });

  test('follows a change of her name', () => {
    const quoting = reply(tom, thread, `> ${L}\n>\n> I do not agree\n\nWhy?`);
    editProfile(rosa, profileInput.parse({ name: 'Rosa Ramirez' }));
    while (renderSomeAgain());
    expect(html(quoting)).toContain('Rosa Ramirez wrote</a>:');
    editProfile(again(rosa), profileInput.parse({ name: 'Rosa Delgado' }));
    while (renderSomeAgain());
    expect(html(quoting)).toContain('Rosa Delgado wrote</a>:');
    expect(db.select({ name: members.name }).from(members).where(eq(members.id, rosa.id)).get()?.name).toBe('Rosa Delgado');
  });
});

describe('what not everybody may read', () => {
  const secret = 'The resident is Juniper Applewood of 12 Elm Street';
  const guess = 'The resident is Juniper Applewood of 13 Elm Street';
  const quote = (id: number, words: string) => `> ${line(id)}\n>\n> ${words}\n\nLook.`;

  test('is not quoted once it was edited away while it was flagged, and guesses are told nothing', () => {
    const id = reply(rosa, start().id, `${secret}, as we know.`);
    const elsewhere = start(tom).id;
    const [before, dressed, fine] = [reply(tom, elsewhere, quote(id, secret)), reply(tom, elsewhere, `> # ${line(id)}\n> Juniper  \n> Applewood\n\nLook.`), reply(tom, elsewhere, quote(id, 'as we know'))];
    flagPost(tom, { postId: id, reason: 'attack', note: null, source: null });
    expect([before, fine].map((one) => named(html(one)))).toEqual([true, true]);
    editPost(rosa, { postId: id, body: 'The resident is somebody, as we know.' });
    const after = reply(tom, elsewhere, quote(id, secret));
    const check = () => {
      for (const one of [before, dressed, after]) expect(html(one)).not.toMatch(/Juniper|Rosa/);
      expect(named(html(fine))).toBe(true);
      expect(preview(quote(id, secret))).toBe(preview(quote(id, guess)));
      expect(preview(quote(id, secret))).not.toMatch(/Juniper|Rosa/);
      expect(JSON.stringify(historyOfPost(null, after))).not.toContain('Juniper');
    };
    check();
    flagPost(ines, { postId: id, reason: 'personal-data', note: null, source: null });
    decide(nadia, { caseId: caseOn(id), outcome: 'keep', reason: 'It is out.' });
    check();
  });

  test('does not take other words along, and is quoted again once what was flagged was let stand', () => {
    const id = reply(rosa, start().id, 'Calls fell by twelve percent after the launch of teh app in May.');
    const thread = start(tom).id;
    const doubt = reply(tom, thread, `> In [Rosa’s post](/posts/${id}) there is a figure that I doubt.\n\nLook.`);
    const [typo, other] = [reply(tom, thread, quote(id, 'after the launch of teh app')), reply(tom, thread, quote(id, 'Calls fell by twelve percent'))];
    flagPost(ines, { postId: id, reason: 'off-topic', note: null, source: null });
    editPost(rosa, { postId: id, body: 'Calls fell by twelve percent after the launch of the app in May.' });
    expect(words(html(doubt))).toBe('In Rosa’s post there is a figure that I doubt. Look.');
    expect(words(html(typo))).toBe('This quotation is not shown: what it quotes was changed since. Look.');
    expect(named(html(other))).toBe(true);
    const { decisionId } = decide(nadia, { caseId: caseOn(id), outcome: 'keep', reason: 'Nothing is wrong with it.' });
    expect([named(html(typo)), JSON.stringify(historyOfPost(null, id)).includes('teh app')]).toEqual([true, true]);
    undoDecision(nadia, { decisionId, reason: 'I look at it again.' });
    expect([html(typo).includes('teh app'), JSON.stringify(historyOfPost(null, id)).includes('teh app')]).toEqual([false, false]);
  });

  test('is not quoted once coordinators took it out of view, and is again when they bring it back', () => {
    const id = reply(rosa, start().id, `${secret}, as we know.`);
    const quoting = reply(tom, start(tom).id, quote(id, secret));
    editPost(rosa, { postId: id, body: 'The resident is somebody, as we know.' });
    expect(named(html(quoting))).toBe(true);
    withholdVersions(nadia, { postId: id, reason: 'A name.' });
    expect(html(quoting)).toMatch(/not shown[^]*Look\./);
    expect(JSON.stringify(historyOfPost(null, quoting))).not.toContain('Juniper');
    showVersions(nadia, { postId: id, reason: 'No name.' });
    expect([named(html(quoting)), html(quoting).includes('Juniper')]).toEqual([true, true]);
  });

  test('is not quoted of comments on what is not in the library any more', () => {
    const id = createComment(rosa, { resourceId: 'ref:behn2003why', body: 'Secret words under it stand here.' }).id;
    const quoting = reply(tom, start(tom).id, quote(id, 'Secret words under it'));
    expect(named(html(quoting))).toBe(true);
    retireResource(nadia, { id: 'ref:behn2003why', reason: 'It is out of date.' });
    expect(html(quoting)).not.toMatch(/Rosa|Secret/);
    for (const words of ['Secret words under it', 'Public words under it']) expect(preview(quote(id, words))).toMatch(/^<blockquote><p>This quotation is not shown/);
    republishResource(nadia, { id: 'ref:behn2003why' });
    expect([named(html(quoting)), html(quoting).includes('Secret')]).toEqual([true, true]);
  });

  test('has no name in a preview', () => {
    const thread = start();
    const [removed, taken, hidden] = [reply(rosa, thread.id, 'Some words of mine.'), reply(rosa, thread.id, 'Other words of mine.'), start()];
    removePost(nadia, { postId: removed, reason: 'Rude.' });
    removeOwnPost(rosa, { postId: taken });
    removeThread(nadia, { threadId: hidden.id, reason: 'Rude.' });
    for (const id of [removed, taken, opening(hidden.id)]) expect(preview(`> [x wrote](/posts/${id}):\n>\n> any\n\nLook.`)).toMatch(/^<blockquote><p>This quotation is not shown[^]*Look\.<\/p>\s*$/);
  });

  test.each<[string, (line: string) => string]>([
    ['bold', (L) => `> **${L}**\n>\n> Juniper  \n> Applewood`], ['as a heading', (L) => `> # ${L}\n>\n> Juniper  \n> Applewood`], ['as a list', (L) => `> - ${L}\n> - Juniper\n> - Applewood`], ['as it should', (L) => `> ${L}\n>\n> Juniper  \n> Applewood`],
  ])('is not quoted by a line that is dressed otherwise: %s', (_, body) => {
    const id = reply(rosa, start().id, `${secret}, as we know.`);
    const quoting = reply(tom, start(tom).id, body(line(id)));
    expect(html(quoting)).toContain('Juniper');
    flagPost(ines, { postId: id, reason: 'personal-data', note: null, source: null });
    expect(html(quoting)).not.toContain('Juniper');
    decide(nadia, { caseId: caseOn(id), outcome: 'keep', reason: 'No person.' });
    expect(html(quoting)).toContain('Juniper');
  });
});
