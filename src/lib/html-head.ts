import sanitizeHtml from 'sanitize-html';
import { plainText } from './markdown.ts';

/** What a page says about itself for machines. Texts are on one line, without markup, entities resolved. */
export interface PageHead {
  /** Of `<meta name|property|itemprop content>`, names in lower case, in the order of the page. */
  metas: { name: string; content: string }[];
  title: string | null;
  /** Of `<link rel="canonical">`, as written. */
  canonical: string | null;
  /** Language code of the page, such as "fr-CA". */
  language: string | null;
  /** Parsed `application/ld+json` blocks; those that cannot be parsed are left out. */
  jsonLd: unknown[];
}

const mostMetas = 500;
const mostBlocks = 20;

/** Reads what a page of HTML says about itself. Takes time in proportion to its length, whatever is in it; never throws. */
export function readHead(html: string): PageHead {
  const head: PageHead = { metas: [], title: null, canonical: null, language: null, jsonLd: [] };
  for (const { name, attributes, text } of tagsIn(html)) {
    const attribute = (key: string) => attributes.get(key) ?? '';
    if (name === 'meta') {
      const key = attribute('name') || attribute('property') || attribute('itemprop');
      const content = withoutMarkup(attribute('content'));
      if (key && content && head.metas.length < mostMetas) head.metas.push({ name: key.trim().toLowerCase(), content });
    } else if (name === 'title') head.title ??= withoutMarkup(text) || null;
    else if (name === 'html') head.language ??= attribute('lang') || null;
    else if (name === 'link' && /(?:^|\s)canonical(?:\s|$)/i.test(attribute('rel'))) head.canonical ??= withoutMarkup(attribute('href')) || null;
    else if (name === 'script' && /^\s*application\/ld\+json/i.test(attribute('type')) && head.jsonLd.length < mostBlocks) head.jsonLd.push(...parsed(text));
  }
  return head;
}

interface Tag { name: string; attributes: Map<string, string>; text: string }

const attributePattern = /[\s/]*([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?/y;
const rawText = new Set(['script', 'style', 'title', 'textarea', 'xmp', 'iframe', 'noembed', 'noframes', 'template']);

/** Opening tags in order, as browsers see them: nothing in comments, in scripts or inside quotes is a tag. */
function* tagsIn(html: string): Generator<Tag> {
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at)) {
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at + 4);
      if (end === -1) return;
      at = end + 3;
      continue;
    }
    const name = /^[a-z][^\s/>]{0,40}/i.exec(html.slice(at + 1, at + 42))?.[0].toLowerCase();
    at += 1 + (name?.length ?? 0);
    if (!name) continue;
    const attributes = new Map<string, string>();
    for (attributePattern.lastIndex = at; ;) {
      const found = attributePattern.exec(html);
      if (!found?.[1]) break;
      at = attributePattern.lastIndex;
      const key = found[1].toLowerCase();
      if (!attributes.has(key)) attributes.set(key, found[2] ?? found[3] ?? found[4] ?? '');
    }
    const text = rawText.has(name) ? textUntilEnd(html, name, at) : { text: '', end: at };
    if (!text) return;
    at = text.end;
    yield { name, attributes, text: text.text };
  }
}

/** The text of an element that holds no tags; null where it never ends, and with it the page. */
function textUntilEnd(html: string, name: string, from: number): { text: string; end: number } | null {
  const begin = html.indexOf('>', from);
  const closing = new RegExp(`</${name}[\\s/>]`, 'gi');
  closing.lastIndex = begin + 1;
  const end = begin === -1 ? null : closing.exec(html);
  return end && { text: html.slice(begin + 1, end.index), end: end.index + 2 };
}

function parsed(json: string): unknown[] {
  try {
    return [JSON.parse(json.replace(/^\s*(?:<!--|\/\/\s*<!\[CDATA\[)|(?:-->|\/\/\s*\]\]>)\s*$/g, ''))];
  } catch {
    return [];
  }
}

/** Text with entities and perhaps tags, as plain words on one line; what stands in scripts is gone. */
export function withoutMarkup(text: string): string {
  const words = /[<&]/.test(text) ? plainText(sanitizeHtml(text, { allowedTags: [], allowedAttributes: {} })) : text;
  return words.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').replace(/[\p{Cf}\u115F\u1160\u2800\u3164\uFFA0]/gu, '').trim();
}
