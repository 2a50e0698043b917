import sanitizeHtml from 'sanitize-html';
import { describe, expect, test } from 'vitest';
import { renderMarkdown } from '#lib/markdown.ts';
import { allPayloads, payloads } from '../fixtures/xss/payloads.ts';

/** Every tag of rendered text, taken apart by rules of our own: what stands between angle brackets that are not escaped. */
function tagsOf(html: string): { name: string; attributes: [name: string, value: string][] }[] {
  return [...html.matchAll(/<\/?([^\s>]*)([^>]*)>/g)].map(([, name = '', rest = '']) => ({
    name, attributes: [...rest.matchAll(/\s([^\s="]+)(?:="([^"]*)")?/g)].map(([, attribute = '', value = '']) => [attribute, value]),
  }));
}

const elements = new Set(['p', 'br', 'hr', 'h3', 'h4', 'h5', 'h6', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'a', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'sup', 'sub', 'section', 'span', 'div']);
const attributes = new Set(['href', 'id', 'rel', 'class', 'aria-label', 'scope', 'start', 'tabindex', 'role']);
const classes = /^(?:task-list-item|contains-task-list|task|footnotes|data-footnote-backref|align-center|align-right|language-[^"]*|scroll)?$/;

const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** Where a browser would go: to a page of this site, or to one that is named in full. */
function isHarmlessAddress(address: string): boolean {
  const url = URL.parse(address, 'https://hub.example/forums/x/1-y');
  if (!url) return true;
  return ['mailto:', 'tel:'].includes(url.protocol) || (['http:', 'https:'].includes(url.protocol) && (url.host === 'hub.example' || /^https?:\/\//i.test(address)));
}

/** What is wrong with rendered text, in words; empty when nothing is. */
function harmIn(html: string): string[] {
  return tagsOf(html).flatMap(({ name, attributes: given }) => [
    ...(elements.has(name.replace(/\/$/, '')) ? [] : [`element ${name}`]),
    ...given.flatMap(([attribute, value]) => [
      ...(attributes.has(attribute) || attribute === '/' ? [] : [`attribute ${attribute} of ${name}`]),
      ...(attribute === 'href' && !isHarmlessAddress(unescaped(value)) ? [`address ${value}`] : []),
      ...(attribute === 'class' && !classes.test(value) ? [`class ${value}`] : []),
      ...(attribute === 'id' && !value.startsWith('m-') ? [`id ${value}`] : []),
    ]),
  ]);
}

test('the corpus is as large as it claims, and nothing stands in it twice', () => {
  expect(allPayloads.length).toBeGreaterThanOrEqual(170);
  expect(allPayloads.filter((payload, at) => allPayloads.indexOf(payload) !== at)).toEqual([]);
});

test('the finder of harm finds it', () => {
  for (const html of ['<script>', '<p onclick="x">', '<a href="javascript:x">', '<a href="//x">', '<a href="data:x">', '<p style="x">', '<p class="button">', '<a id="write">', '<img src="x">']) expect([html, harmIn(html).length]).not.toEqual([html, 0]);
  expect(harmIn('<p>a <a href="https://x" rel="nofollow">b</a><br /></p>')).toEqual([]);
});

describe.each(Object.entries(payloads))('%s', (_, list) => {
  test.each(list)('%j does no harm', (payload) => {
    // Alone, in the middle of a line, in a list, in a table and in words of a link.
    for (const markdown of [payload, `before ${payload} after`, `- a\n- ${payload}`, `|a|\n|-|\n|${payload.replaceAll('\n', ' ')}|`, `[${payload}](https://a.example)`, `[a](${payload})`, `![${payload}](${payload})`, `a[^1]\n\n[^1]: ${payload}`]) {
      const html = renderMarkdown(markdown);
      expect([markdown, harmIn(html)]).toEqual([markdown, []]);
      // What a parser makes of it and writes again is the same: there is nothing in it that two parsers read differently.
      const again = sanitizeHtml(html, { allowedTags: false, allowedAttributes: false, allowVulnerableTags: true });
      expect(sanitizeHtml(again, { allowedTags: false, allowedAttributes: false, allowVulnerableTags: true })).toBe(again);
      expect(harmIn(again)).toEqual([]);
    }
  });
});
