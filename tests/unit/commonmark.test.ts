import { tests } from 'commonmark-spec';
import sanitizeHtml from 'sanitize-html';
import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '#lib/markdown.ts';

/** The examples of the CommonMark specification 0.31.2, which writes tabs as arrows. */
const examples = tests.map(({ markdown, html, ...rest }) => ({ ...rest, markdown: markdown.replaceAll('→', '\t'), html: html.replaceAll('→', '\t') }));

/*
 * Where the hub differs from the specification on purpose:
 *
 * - Headings: a page has its own h1 and h2, so those of a post begin at h3, and no level is left out.
 * - Images: a picture on somebody else's server tells them who reads. It is shown as a link with its alternative text.
 * - Titles of links and images: they show to a mouse only, so what stands in them is left out.
 * - Schemes: links lead to http, https, mailto and tel. With any other scheme the words stay and lead nowhere.
 * - Links leave with rel="nofollow ugc noopener".
 * - Raw HTML is shown as it was typed: examples of two sections and those listed here.
 * - Addresses without angle brackets are links (GFM), and a picture in a link is words of that link: the examples listed here.
 */
const rawHtmlElsewhere = new Set([21, 31, 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536, 642, 643]);
const otherwise = new Map([
  [517, '<p><a href="/uri">moon</a></p>'], [531, '<p><a href="/uri">moon</a></p>'],
  [602, '<p>&lt;<a href="https://foo.bar/baz">https://foo.bar/baz</a> bim&gt;</p>'], [606, '<p>&lt;<a href="mailto:foo+@bar.example.com">foo+@bar.example.com</a>&gt;</p>'],
  [608, '<p>&lt; <a href="https://foo.bar">https://foo.bar</a> &gt;</p>'], [611, '<p><a href="https://example.com">https://example.com</a></p>'],
  [612, '<p><a href="mailto:foo@bar.example.com">foo@bar.example.com</a></p>'],
]);
const isRaw = ({ section, number, html }: { section: string; number: number; html: string }) =>
  rawHtmlElsewhere.has(number) || ((section === 'HTML blocks' || section === 'Raw HTML') && !/^(?:<p>(?:[^<]|<\/?em>)*<\/p>\n?)+$/.test(html));

const lowered: Record<string, string> = { h1: 'h3', h2: 'h3', h3: 'h4', h4: 'h5', h5: 'h6' };
const foreign = /^(?!https?:|mailto:|tel:)[a-z][a-z0-9+.-]*:/i;
const leads = (href: string): Record<string, string> => (foreign.test(href) ? {} : { href });

/** One spelling for what means the same: entities, slashes of empty elements, blanks between blocks. */
function spelled(html: string, transformTags: sanitizeHtml.IOptions['transformTags'] = {}): string {
  return sanitizeHtml(html, { allowedTags: false, allowedAttributes: false, allowVulnerableTags: true, transformTags }).replace(/\s*\n\s*/g, '\n').replace(/(?<=>)\s+(?=<)|^\s+|\s+$/g, '');
}

const ofSpecification = (html: string) => spelled(html, {
  ...lowered,
  a: (tagName: string, { href = '' }) => ({ tagName, attribs: leads(href) }),
  img: (_: string, { src = '', alt = '' }) => ({ tagName: 'a', attribs: leads(src), text: alt || src || 'picture' }),
});
const ofHub = (html: string) => spelled(html, { a: (tagName: string, { rel: _, ...attribs }) => ({ tagName, attribs }) });

/** The words and the raw markup of HTML, without the elements that Markdown makes. */
const rawWords = (html: string) => html.replace(/<(?:\/?(?:p|em|pre|code|ul|li|blockquote)|br ?\/?)>|\s+/g, '');
const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

describe('the examples of the CommonMark specification', () => {
  test('there are as many as it has', () => expect(examples.length).toBe(652));

  const sections = [...new Set(examples.map((e) => e.section))];
  test.each(sections)('%s', (section) => {
    for (const example of examples.filter((e) => e.section === section && !isRaw(e))) {
      const right = otherwise.get(example.number) ?? example.html;
      expect([example.number, ofHub(renderMarkdown(example.markdown))]).toEqual([example.number, ofSpecification(right)]);
    }
  });

  const raw = examples.filter(isRaw);
  test('raw HTML is in about sixty of them', () => expect(raw.length).toBeGreaterThan(60));
  test.each(raw)('raw HTML of example $number is shown as it was typed', ({ markdown, html }) => {
    const ours = renderMarkdown(markdown);
    expect(ours).not.toMatch(/<(?!\/?(?:p|em|pre|code|ul|li|blockquote|br)\b)/);
    expect(rawWords(unescaped(rawWords(ours)))).toBe(rawWords(unescaped(html)));
  });

  test('links leave with what tells search engines and the other site nothing', () => {
    for (const { markdown } of examples) {
      for (const [tag] of renderMarkdown(markdown).matchAll(/<a href="https?:[^>]*>/gi)) expect(tag).toMatch(/ rel="nofollow ugc noopener"/);
    }
  });
});

describe('beyond CommonMark', () => {
  const table = (inner: string) => `<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>${inner}</table></div>`;
  const row = (cell: 'th' | 'td', ...cells: string[]) => `<tr>${cells.map((c) => (cell === 'th' ? `<th scope="col">${c}</th>` : `<td>${c}</td>`)).join('')}</tr>`;
  // Numbers are those of the GitHub Flavored Markdown specification 0.29.
  test.each([
    [198, '| foo | bar |\n| --- | --- |\n| baz | bim |', table(`<thead>${row('th', 'foo', 'bar')}</thead><tbody>${row('td', 'baz', 'bim')}</tbody>`)],
    [199, '| abc | defghi |\n:-: | -----------:\nbar | baz', table('<thead><tr><th class="align-center" scope="col">abc</th><th class="align-right" scope="col">defghi</th></tr></thead><tbody><tr><td class="align-center">bar</td><td class="align-right">baz</td></tr></tbody>')],
    [200, '| f\\|oo  |\n| ------ |\n| b `\\|` az |\n| b **\\|** im |', table(`<thead>${row('th', 'f|oo')}</thead><tbody>${row('td', 'b <code>|</code> az')}${row('td', 'b <strong>|</strong> im')}</tbody>`)],
    [201, '| abc | def |\n| --- | --- |\n| bar | baz |\n> bar', `${table(`<thead>${row('th', 'abc', 'def')}</thead><tbody>${row('td', 'bar', 'baz')}</tbody>`)}<blockquote><p>bar</p></blockquote>`],
    [202, '| abc | def |\n| --- | --- |\n| bar | baz |\nbar\n\nbar', `${table(`<thead>${row('th', 'abc', 'def')}</thead><tbody>${row('td', 'bar', 'baz')}${row('td', 'bar', '')}</tbody>`)}<p>bar</p>`],
    [203, '| abc | def |\n| --- |\n| bar |', '<p>| abc | def |\n| --- |\n| bar |</p>'],
    [204, '| abc | def |\n| --- | --- |\n| bar |\n| bar | baz | boo |', table(`<thead>${row('th', 'abc', 'def')}</thead><tbody>${row('td', 'bar', '')}${row('td', 'bar', 'baz')}</tbody>`)],
    [205, '| abc | def |\n| --- | --- |', table(`<thead>${row('th', 'abc', 'def')}</thead>`)],
    [279, '- [ ] foo\n- [x] bar', '<ul class="contains-task-list"><li class="task-list-item"><span class="task">☐</span> foo</li><li class="task-list-item"><span class="task">☑</span> bar</li></ul>'],
    [280, '- [x] foo\n  - [ ] bar\n- [ ] bim', '<ul class="contains-task-list"><li class="task-list-item"><span class="task">☑</span> foo\n<ul class="contains-task-list"><li class="task-list-item"><span class="task">☐</span> bar</li></ul></li><li class="task-list-item"><span class="task">☐</span> bim</li></ul>'],
    [491, '~~Hi~~ Hello, ~there~ world!', '<p><del>Hi</del> Hello, <del>there</del> world!</p>'],
    [492, 'This ~~has a\n\nnew paragraph~~.', '<p>This ~~has a</p><p>new paragraph~~.</p>'],
    [621, 'www.commonmark.org', '<p><a href="http://www.commonmark.org">www.commonmark.org</a></p>'],
    [622, 'Visit www.commonmark.org/help for more information.', '<p>Visit <a href="http://www.commonmark.org/help">www.commonmark.org/help</a> for more information.</p>'],
    [623, 'Visit www.commonmark.org.\n\nVisit www.commonmark.org/a.b.', '<p>Visit <a href="http://www.commonmark.org">www.commonmark.org</a>.</p><p>Visit <a href="http://www.commonmark.org/a.b">www.commonmark.org/a.b</a>.</p>'],
    [624, '(www.google.com/search?q=Markup+(business))', '<p>(<a href="http://www.google.com/search?q=Markup+(business)">www.google.com/search?q=Markup+(business)</a>)</p>'],
    [627, 'www.commonmark.org/he<lp', '<p><a href="http://www.commonmark.org/he">www.commonmark.org/he</a>&lt;lp</p>'],
    [628, 'http://commonmark.org\n\n(Visit https://encrypted.google.com/search?q=Markup+(business))', '<p><a href="http://commonmark.org">http://commonmark.org</a></p><p>(Visit <a href="https://encrypted.google.com/search?q=Markup+(business)">https://encrypted.google.com/search?q=Markup+(business)</a>)</p>'],
    [629, 'foo@bar.baz', '<p><a href="mailto:foo@bar.baz">foo@bar.baz</a></p>'],
    [631, 'a.b-c_d@a.b\n\na.b-c_d@a.b.\n\na.b-c_d@a.b-', '<p><a href="mailto:a.b-c_d@a.b">a.b-c_d@a.b</a></p><p><a href="mailto:a.b-c_d@a.b">a.b-c_d@a.b</a>.</p><p>a.b-c_d@a.b-</p>'],
  ])('GFM example %d', (_, markdown, html) => expect(ofHub(renderMarkdown(markdown))).toBe(spelled(html)));

  test('footnotes stand at the end in the order of their first mention, with the way there and back', () => {
    const html = renderMarkdown('One[^b] and two[^a], again[^b].\n\n[^a]: Second.\n[^b]: First, **bold**.\n[^c]: Nobody asks.', 'p1');
    const notes = html.slice(html.indexOf('<section'));
    expect(notes).toMatch(/^<section class="footnotes" aria-label="Footnotes">/);
    expect(notes.indexOf('First, <strong>bold</strong>.')).toBeLessThan(notes.indexOf('Second.'));
    expect(notes.indexOf('First')).toBeGreaterThan(0);
    expect(html).not.toContain('Nobody asks');
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]));
    const targets = [...html.matchAll(/href="#([^"]+)"/g)].map((m) => m[1]);
    expect(targets.length).toBe(6);
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
    expect([...ids].every((id) => id?.startsWith('p1-'))).toBe(true);
  });

  test.each([
    ['a mention without a note stays as typed', 'see[^1]', '<p>see[^1]</p>'],
    ['a line of dashes at the beginning is a rule, and what follows is not lost', '---\ntitle: words\n---\n\nmore', '<hr /><h3>title: words</h3><p>more</p>'],
    ['pluses too', '+++\nx = 1\n+++', '<p>+++\nx = 1\n+++</p>'],
    ['a picture in a link is the link with its words', '[![a chart](https://a.example/c.png)](https://b.example/)', '<p><a href="https://b.example/">a chart</a></p>'],
    ['a picture in a link in other words', '[see ![a *chart*](c.png) here](https://b.example/) ![d](e.png)', '<p><a href="https://b.example/">see a chart here</a> <a href="e.png">d</a></p>'],
  ])('%s', (_, markdown, html) => expect(ofHub(renderMarkdown(markdown))).toBe(spelled(html)));
});
