import { describe, expect, test } from 'vitest';
import { MarkdownTooLarge, ownWords, ownWordsInBrief, plainText, quotationsIn, renderKept, renderMarkdown } from '#lib/markdown.ts';
import { randomFrom } from '../support/random.ts';

describe('what members may write', () => {
  test.each([
    ['**bold** and *soft*', '<strong>bold</strong>'],
    ['# Title', '<h3>Title</h3>'],
    ['## Part', '<h3>Part</h3>'],
    ['### Detail', '<h4>Detail</h4>'],
    ['| a | b |\n|---|---:|\n| 1 | 2 |', '<td class="align-right">2</td>'],
    ['- [x] done\n- [ ] open', '☑'],
    ['https://open311.org', 'rel="nofollow ugc noopener"'],
    ['> quoted', '<blockquote>'],
    ['[inside](/library/staffing-the-centre)', '<a href="/library/staffing-the-centre">inside</a>'],
    ['![a chart](https://example.org/c.png)', '<a href="https://example.org/c.png"'],
    ['use `<b>` here', '<code>&lt;b&gt;</code>'],
    ['what I typed <b>raw</b> stays', '&lt;b&gt;raw&lt;/b&gt;'],
  ])('%j', (markdown, html) => expect(renderMarkdown(markdown)).toContain(html));

  test('footnotes of two posts on one page have different ids', () => {
    const [one, two] = [renderMarkdown('a[^1]\n\n[^1]: b', 'p1-1'), renderMarkdown('a[^1]\n\n[^1]: b', 'p1-2')];
    const ids = (html: string) => [...html.matchAll(/id="([^"]+)"/g)].map((m) => m[1]);
    expect(ids(one).length).toBeGreaterThan(1);
    expect(ids(one).filter((id) => ids(two).includes(id))).toEqual([]);
    for (const [, target] of one.matchAll(/href="#([^"]+)"/g)) expect(ids(one)).toContain(target);
  });

  test.each([
    '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '[x](javascript:alert(1))', '[x](JaVaScRiPt:alert(1))', '[x](data:text/html,x)', '[x](vbscript:x)', '<a href="javascript:alert(1)">x</a>',
    '<svg/onload=alert(1)>', '<iframe src=//evil></iframe>', '<p style="position:fixed">x</p>', '<form action=//evil>', '<input autofocus onfocus=alert(1)>', '[x](//evil.example)', '<base href=//evil>', '<a href="jav\tascript:alert(1)">x</a>',
    '![x](javascript:alert(1))', '<div class="button primary">x</div>',
  ])('%j does no harm', (markdown) => {
    const html = renderMarkdown(markdown);
    expect(html).not.toMatch(/<(script|img|svg|iframe|form|base|input|style)\b/i);
    expect(html).not.toMatch(/<[^>]*\s(on\w+|style)=/i);
    expect(html).not.toMatch(/<[^>]*href="\s*(javascript|data|vbscript|\/\/)/i);
    expect(html).not.toMatch(/<[^>]*class="[^"]*button/);
  });

  test.each([
    ['a table whose rows are filled up', `${'|a'.repeat(2500)}|\n${'|-'.repeat(2500)}|\n${'x\n'.repeat(4990)}`], ['twenty thousand quotes in each other', '>'.repeat(20_000)],
    ['a table of sixteen hundred columns whose rows are empty', `${'|a'.repeat(1660)}|\n${'|:-:'.repeat(1660)}|\n${'|\n'.repeat(5018)}`], ['the same with rows that look blank', `${'|a'.repeat(1660)}|\n${'|:-:'.repeat(1660)}|\n${'\u00a0\n'.repeat(5018)}`],
    ['the same in a quotation', `>${'|a'.repeat(1660)}|\n>${'|:-:'.repeat(1660)}|\n${'>|\n'.repeat(3345)}`], ['the same with old line ends', `${'|a'.repeat(1660)}|\r${'|:-:'.repeat(1660)}|\r${'|\r'.repeat(5018)}`],
    ['four kinds of lists in each other', '* - + 1. '.repeat(2222)], ['the same line by line', `${'* - + 1. '.repeat(22)}a\n`.repeat(100)], ['lists that go in step by step', Array.from({ length: 20 }, (__, at) => `${' '.repeat(2 * at)}- a`).join('\n')],
    ['quotations that go in step by step', Array.from({ length: 20 }, (__, at) => `${'>'.repeat(at + 1)} a`).join('\n\n')], ['words in ever more stars', `${'*a '.repeat(3300)}${' a*'.repeat(3300)}`],
  ])('%s is refused at once', (_, bomb) => {
    const before = performance.now();
    expect(() => renderMarkdown(bomb)).toThrow(MarkdownTooLarge);
    expect(performance.now() - before).toBeLessThan(60);
  });

  test('what is kept since before a limit stands there as it was typed', () => {
    expect(renderKept('>'.repeat(40))).toBe(`<pre><code>${'&gt;'.repeat(40)}</code></pre>`);
    expect(renderKept('**bold**')).toBe(renderMarkdown('**bold**'));
  });

  test('the same text twice has the ids of its place, and a sign that is no text leads nowhere', () => {
    const [one, two] = [renderMarkdown('a[^1]\n\n[^1]: b\0', 'p1-1'), renderMarkdown('a[^1]\n\n[^1]: b\0', 'p1-2')];
    expect(two).toBe(one.replaceAll('p1-1', 'p1-2'));
    expect(one).toContain('b\uFFFD');
  });

  test.each([
    ['a thousand links', 'see https://example.org/a and www.example.org\n\n'.repeat(400)], ['a long ordinary table', `|a|b|c|\n|-|:-:|-|\n${'|1|2|3|\n'.repeat(600)}`], ['a long list', '- [ ] one\n'.repeat(1900)],
    ['a line of dashes or stars', `${'- '.repeat(60)}\n\n${'* '.repeat(60)}\n\n${'a\n\n'.repeat(400)}`], ['a marker of code', `\`\`\`\n${'>'.repeat(30)}\n\`\`\`\n${'a\n\n'.repeat(400)}`], ['quotations and lists as people nest them', `${'> '.repeat(6)}1. a\n${'> '.repeat(6)}   - **b _c_**\n\n${'a\n\n'.repeat(400)}`],
  ])('%s is taken', (_, markdown) => expect(renderMarkdown(markdown).length).toBeGreaterThan(1000));

  test('the words without the tags', () => expect(plainText(renderMarkdown('**Tom & Jerry**\n\n- one < two'))).toBe('Tom & Jerry one < two'));
  test.each([
    ['> Alice wrote:\n> > deep\n> said\n\nCount each.[^1] More.\n\n[^1]: A note.', 'Count each. More.'], ['> only this', 'only this'], ['Before\n\n> quoted\n\nafter', 'Before after'], ['', ''],
  ])('the words of who wrote: %j', (markdown, words) => expect(ownWords(renderMarkdown(markdown))).toBe(words));
  test.each([
    ['In short:\n\n| Agents | In 20 s |\n|---|---|\n| 1 | 2 |\n\nSo it is.', 'In short: … So it is.'], ['| a |\n|---|\n\n\n| b |\n|---|\n', '…'],
  ])('in brief, tables are left out: %j', (markdown, words) => expect(ownWordsInBrief(renderMarkdown(markdown))).toBe(words));
  test('what stands within a line is not torn apart', () => expect(plainText(renderMarkdown('He said **"I have it"**. Then `x`, [a link](/about)!'))).toBe('He said "I have it". Then x, a link!'));
});

describe('quotations', () => {
  test('are found in the order of the HTML, those of footnotes as these are referred to', () => {
    const inHtml = (html: string) => html.split('<blockquote>').slice(1).map((from) => /w\d+z/.exec(from)?.[0]);
    let most = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomFrom(seed);
      let words = 0;
      const note = () => `[^${random.from(['a', 'b', 'c', 'D'])}]`;
      const word = () => `w${words++}z${random.chance(0.4) ? note() : ''}`;
      const quote = (indent: string) => `> ${word()}${random.chance(0.3) ? `\n${indent}> > ${word()}` : ''}${random.chance(0.3) ? `\n${indent}>\n${indent}> - ${word()}\n${indent}>   > ${word()}` : ''}`;
      const blocks = [word, () => quote(''), () => `- ${word()}\n\n  ${quote('  ')}`, () => `${note().toLowerCase()}: ${word()}\n\n    ${quote('    ')}`, () => `${note()}: ${quote('    ')}`, () => `> ${note()}: ${word()}\n>     > ${word()}\n>\n> ${word()}`, () => `| a | b |\n|---|---|\n| ${word()} | x |`];
      const markdown = Array.from({ length: 2 + random.below(6) }, () => random.from(blocks)()).join('\n\n');
      const [html, found] = [inHtml(renderKept(markdown)), quotationsIn(markdown).map(({ words: at }) => /w\d+z/.exec(markdown.slice(at))?.[0])];
      expect(found.slice(0, html.length), markdown).toEqual(html);
      most = Math.max(most, html.length);
    }
    expect(most).toBeGreaterThan(6);
  });

  test('have their links, and those right before them', () => {
    const markdown = '[N wrote](/posts/1):\n\n> ![it](/posts/2) and [that][x]\n>\n> > [inside](/posts/3)\n\n[x]: /posts/4';
    expect(quotationsIn(markdown).map(({ depth, links, before }) => [depth, links.map(({ address, words }) => `${words} ${address}`), before.map(({ address }) => address)])).toEqual([[1, ['it /posts/2', 'that /posts/4'], ['/posts/1']], [2, ['inside /posts/3'], ['/posts/2', '/posts/4']]]);
    expect(quotationsIn(`${'>'.repeat(40)} too deep`)).toEqual([]);
  });
});
