import { describe, expect, test } from 'vitest';
import { MarkdownTooLarge, ownWords, plainText, renderMarkdown } from '#lib/markdown.ts';

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
  ])('%s is refused', (_, bomb) => expect(() => renderMarkdown(bomb)).toThrow(MarkdownTooLarge));

  test.each([
    ['a thousand links', 'see https://example.org/a and www.example.org\n\n'.repeat(400)], ['a long ordinary table', `|a|b|c|\n|-|:-:|-|\n${'|1|2|3|\n'.repeat(2000)}`], ['a long list', '- [ ] one\n'.repeat(1900)],
  ])('%s is taken', (_, markdown) => expect(renderMarkdown(markdown).length).toBeGreaterThan(1000));

  test('the words without the tags', () => expect(plainText(renderMarkdown('**Tom & Jerry**\n\n- one < two'))).toBe('Tom & Jerry one < two'));
  test.each([
    ['> Alice wrote:\n> > deep\n> said\n\nCount each.[^1] More.\n\n[^1]: A note.', 'Count each. More.'], ['> only this', 'only this'], ['Before\n\n> quoted\n\nafter', 'Before after'], ['', ''],
  ])('the words of who wrote: %j', (markdown, words) => expect(ownWords(renderMarkdown(markdown))).toBe(words));
  test('what stands within a line is not torn apart', () => expect(plainText(renderMarkdown('He said **"I have it"**. Then `x`, [a link](/about)!'))).toBe('He said "I have it". Then x, a link!'));
});
