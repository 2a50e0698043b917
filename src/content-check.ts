import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { ZodType } from 'zod';
import { articleSchema, forumSchema, measureSchema, pageSchema, practiceSchema, practiceSections, themeSchema, thesaurusSchema } from './content-schema.ts';
import { entryLines, fieldLine, readBibtex } from '#domain/library/bibtex.ts';
import { figureData, keysIn, scanComponents, type ComponentUse } from '#domain/library/mdx.ts';
import { wordKey } from '#domain/thesaurus/words.ts';

/** Something in content/ that the hub cannot take. */
export interface Problem { file: string; line: number; field: string; message: string }

interface Piece { file: string; slug: string; body: string; bodyLine: number; data: Record<string, unknown> | null; lineOf: (path: readonly PropertyKey[]) => number }

/** Checks every piece of a content folder; an empty list means that the hub can start with it. Files are named from the folder's parent. */
export function checkContent(dir: string): Problem[] {
  const problems: Problem[] = [];
  const root = resolve(dir, '..');
  const tell = (file: string) => (line: number, field: string, message: string) => problems.push({ file: relative(root, file), line, field, message });

  const list = (name: string, schema: ZodType, key: string | null): Set<string> => {
    const file = join(dir, name);
    const say = tell(file);
    const found = new Set<string>();
    if (!existsSync(file)) say(1, 'file', 'This file is missing.');
    else {
      const { value, lineOf, errors } = readYaml(readFileSync(file, 'utf8'), 0);
      for (const error of errors) say(error.line, 'file', error.message);
      if (!errors.length && !Array.isArray(value)) say(1, 'file', 'This must be a list.');
      for (const [at, entry] of (Array.isArray(value) ? value : []).entries()) {
        const read = schema.safeParse(entry);
        for (const issue of read.error?.issues ?? []) say(lineOf([at, ...issue.path]), fieldOf(issue), issue.message);
        if (key === null) continue;
        const code = String((entry as Record<string, unknown> | null)?.[key]);
        if (found.has(code)) say(lineOf([at, key]), key, `"${code}" is given twice.`);
        found.add(code);
      }
    }
    return found;
  };

  const themes = list('themes.yaml', themeSchema, 'code');
  list('forums.yaml', forumSchema, 'slug');
  const measures = list('measures.yaml', measureSchema, 'id');
  list('thesaurus.yaml', thesaurusSchema, null);
  wordsGivenTwice(join(dir, 'thesaurus.yaml'), tell(join(dir, 'thesaurus.yaml')));
  // Everything else leans on these: what they lack would be told again on every page that uses it.
  if (problems.length) return inOrder(problems);
  const works = bibliography(join(dir, 'references.bib'), themes, tell(join(dir, 'references.bib')));
  namedCodes(join(dir, 'forums.yaml'), 'themes', themes, 'theme', tell(join(dir, 'forums.yaml')));
  namedCodes(join(dir, 'measures.yaml'), 'sources', works, 'work', tell(join(dir, 'measures.yaml')));

  const articles = pieces(join(dir, 'articles'), tell);
  const practices = pieces(join(dir, 'practices'), tell);
  const pages = pieces(join(dir, 'pages'), tell);
  for (const name of pagesNeeded) if (!pages.some((p) => p.slug === name)) tell(join(dir, 'pages', `${name}.mdx`))(1, 'file', 'This file is missing.');
  const slugs = new Map<string, string>([...works].map((key) => [key, 'references.bib']));
  for (const piece of [...articles, ...practices]) {
    const holder = slugs.get(piece.slug);
    if (holder) tell(piece.file)(1, 'file', `The address /library/${piece.slug} is taken by ${holder}.`);
    slugs.set(piece.slug, relative(root, piece.file));
  }
  const known = { works, measures, slugs: new Set(slugs.keys()), themes };
  for (const piece of articles) frontmatter(piece, articleSchema, tell(piece.file), themes);
  for (const piece of pages) frontmatter(piece, pageSchema, tell(piece.file), themes);
  for (const piece of practices) {
    frontmatter(piece, practiceSchema, tell(piece.file), themes);
    sections(piece, tell(piece.file));
    resultWorks(piece, works, tell(piece.file));
  }
  for (const piece of [...articles, ...practices, ...pages]) components(piece, known, tell(piece.file));
  return inOrder(problems);
}

const inOrder = (problems: Problem[]) => problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);

/** The pages that every footer links to. */
const pagesNeeded = ['about', 'guidelines', 'privacy', 'accessibility'];

type Say = (line: number, field: string, message: string) => void;

function bibliography(file: string, themes: Set<string>, say: Say): Set<string> {
  if (!existsSync(file)) {
    say(1, 'file', 'This file is missing.');
    return new Set();
  }
  const source = readFileSync(file, 'utf8');
  const { works, problems } = readBibtex(source);
  for (const { line, field, message } of problems) say(line, field, message);
  for (const { key, line, themes: codes } of works) {
    const at = fieldLine(source, line, 'keywords');
    if (!codes.length) say(at, 'keywords', `${key} has no theme.`);
    for (const code of codes) if (!themes.has(code)) say(at, 'keywords', `${key}: there is no theme "${code}".`);
  }
  // A work with a mistake of its own is there for what cites it.
  return new Set(entryLines(source).keys());
}

/** Checks that the codes a list of a YAML file names are known. */
function namedCodes(file: string, field: string, known: Set<string>, what: string, say: Say): void {
  if (!existsSync(file)) return;
  const { value, lineOf } = readYaml(readFileSync(file, 'utf8'), 0);
  for (const [at, entry] of (Array.isArray(value) ? value : []).entries()) {
    const codes = (entry as Record<string, unknown> | null)?.[field];
    for (const code of Array.isArray(codes) ? codes : []) if (!known.has(String(code))) say(lineOf([at, field]), field, `There is no ${what} "${code}".`);
  }
}

/** No word of the thesaurus stands in two entries or twice in one, and none is related to itself. */
function wordsGivenTwice(file: string, say: Say): void {
  if (!existsSync(file)) return;
  const { value, lineOf } = readYaml(readFileSync(file, 'utf8'), 0);
  const list = (given: unknown): unknown[] => (Array.isArray(given) ? given : []);
  const holders = new Map<string, { at: number; term: string }>();
  for (const [at, entry] of list(value).entries()) {
    const { term, also, related } = (entry ?? {}) as Record<string, unknown>;
    const own: [unknown, PropertyKey[]][] = [[term, ['term']], ...list(also).map((word, n): [unknown, PropertyKey[]] => [word, ['also', n]])];
    for (const [word, path] of own) {
      const key = wordKey(String(word ?? ''));
      const holder = holders.get(key);
      if (holder) say(lineOf([at, ...path]), String(path[0]), holder.at === at ? `"${String(word)}" is given twice.` : `"${String(word)}" stands in the entry "${holder.term}" too.`);
      else if (key) holders.set(key, { at, term: String(term) });
    }
    const near = new Set<string>();
    for (const [n, word] of list(related).entries()) {
      const key = wordKey(String(word));
      if (holders.get(key)?.at === at) say(lineOf([at, 'related', n]), 'related', `"${String(word)}" is already the same, so it cannot be related.`);
      else if (near.has(key)) say(lineOf([at, 'related', n]), 'related', `"${String(word)}" is given twice.`);
      near.add(key);
    }
  }
}

function pieces(folder: string, tell: (file: string) => Say): Piece[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.flatMap((name) => {
    const file = join(folder, name);
    const say = tell(file);
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*\.mdx$/.test(name)) {
      if (!name.startsWith('.')) say(1, 'file', 'The name of a piece is lower case with hyphens and ends in .mdx.');
      return [];
    }
    const source = readFileSync(file, 'utf8').replace(/\r\n/g, '\n');
    const match = /^---\n([\s\S]*?\n)---(?:\n|$)/.exec(source);
    if (!match) {
      say(1, 'frontmatter', 'The file must start with frontmatter between two lines of ---.');
      return [{ file, slug: name.slice(0, -4), body: '', bodyLine: 1, data: null, lineOf: () => 1 }];
    }
    const { value, lineOf, errors } = readYaml(match[1] ?? '', 1);
    for (const error of errors) say(error.line, 'frontmatter', error.message);
    const data = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
    if (!data && !errors.length) say(2, 'frontmatter', 'The frontmatter is empty.');
    return [{ file, slug: name.slice(0, -4), body: source.slice(match[0].length), bodyLine: match[0].split('\n').length, data, lineOf }];
  });
}

function frontmatter(piece: Piece, schema: ZodType, say: Say, themes: Set<string>): void {
  if (!piece.data) return;
  for (const issue of schema.safeParse(piece.data).error?.issues ?? []) say(piece.lineOf(issue.path), fieldOf(issue), issue.message);
  const codes = piece.data['themes'];
  for (const [at, code] of (Array.isArray(codes) ? codes : []).entries()) if (!themes.has(String(code))) say(piece.lineOf(['themes', at]), 'themes', `There is no theme "${code}".`);
}

const fieldOf = (issue: { path: PropertyKey[]; code?: string; keys?: string[] }) =>
  [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys ?? [] : [])].filter((p, at) => at > 0 || typeof p !== 'number').map(String).join('.') || 'frontmatter';

function sections({ body, bodyLine, data }: Piece, say: Say): void {
  if (!data) return;
  const headings = [...withoutCode(body).matchAll(/^## +(.+?) *$/gm)].map((m) => ({ text: m[1] ?? '', line: bodyLine - 1 + body.slice(0, m.index).split('\n').length }));
  const missing = practiceSections.filter((title) => !headings.some((h) => h.text === title));
  for (const title of missing) say(bodyLine, 'body', `The section "## ${title}" is missing.`);
  for (const { text, line } of headings) if (!practiceSections.some((title) => title === text)) say(line, 'body', `"## ${text}" is none of the sections of a practice.`);
  const order = headings.map((h) => h.text);
  if (!missing.length && order.length === practiceSections.length && order.some((title, at) => title !== practiceSections[at])) say(bodyLine, 'body', `The sections must come in this order: ${practiceSections.join(', ')}.`);
}

function resultWorks({ data, lineOf }: Piece, works: Set<string>, say: Say): void {
  const results = data?.['results'];
  for (const [at, result] of (Array.isArray(results) ? results : []).entries()) {
    const work: unknown = (result as { work?: unknown } | null)?.work;
    if (typeof work === 'string' && !works.has(work)) say(lineOf(['results', at, 'work']), `results.${at}.work`, `The bibliography has no work "${work}".`);
  }
}

const needed: Record<string, readonly string[]> = { Cite: ['work'], Callout: ['kind', 'title'], Checklist: ['title'], Figure: ['title'], Measure: ['id'], EmbeddedSearch: ['show'] };
const allowed: Record<string, readonly string[]> = { ...needed, Cite: ['work', 'at'], Figure: ['title', 'unit', 'data', 'source', 'note'] };

function components({ body, bodyLine }: Piece, known: { works: Set<string>; measures: Set<string>; slugs: Set<string>; themes: Set<string> }, say: Say): void {
  const { uses, problems } = scanComponents(body);
  for (const { line, message } of problems) say(bodyLine - 1 + line, 'body', message);
  for (const { name, attributes, line: at, inner, innerEnd } of uses) {
    const line = bodyLine - 1 + at;
    const must = needed[name];
    if (!must) {
      say(line, name, `There is no component <${name}>; there are ${Object.keys(needed).join(', ')}.`);
      continue;
    }
    for (const attribute of must) if (!attributes[attribute]) say(line, name, `<${name}> needs ${attribute}.`);
    for (const attribute of Object.keys(attributes)) if (!allowed[name]?.includes(attribute)) say(line, name, `<${name}> has no ${attribute}.`);
    for (const key of keysIn(name === 'Cite' ? attributes['work'] : name === 'Figure' ? attributes['source'] : '')) {
      if (!known.works.has(key)) say(line, name, `The bibliography has no work "${key}".`);
    }
    if (name === 'Cite' && /[,;]/.test(attributes['work'] ?? '')) say(line, name, 'Separate keys by blanks.');
    if (name === 'Callout' && attributes['kind'] && !['note', 'tip', 'warning'].includes(attributes['kind'])) say(line, name, 'kind is note, tip or warning.');
    if (name === 'Measure' && attributes['id'] && !known.measures.has(attributes['id'])) say(line, name, `There is no measure "${attributes['id']}".`);
    if (name === 'EmbeddedSearch' && attributes['show'] && !['lines', 'policy', 'tried'].includes(attributes['show'])) say(line, name, 'show is lines, policy or tried.');
    if (name === 'Figure' && attributes['data'] !== undefined && !figureData(attributes['data'])) say(line, name, 'data is a list such as [{ label: "32 agents", value: 61 }].');
    if (name === 'Figure' && attributes['data'] === undefined && !/^\|.*\|/m.test(body.slice(inner, innerEnd))) say(line, name, 'A figure needs data or a table inside.');
    if (name === 'Figure' && !attributes['source'] && !attributes['note']) say(line, name, 'A figure needs a source, or a note that names it.');
  }
  prose(body, bodyLine, known, say);
  plain(withoutComponents(body, uses), bodyLine, say);
}

/** The body with its code and the tags of its components blanked, line by line as it was. */
function withoutComponents(body: string, uses: readonly ComponentUse[]): string {
  const blank = (text: string, from: number, to: number) => text.slice(0, from) + text.slice(from, to).replace(/[^\n]/g, ' ') + text.slice(to);
  return uses.reduce((text, use) => blank(blank(text, use.start, use.inner), use.innerEnd, use.end), withoutCode(body));
}

/** MDX can run code; a piece is text, and everything that moves is a component. */
function plain(body: string, bodyLine: number, say: Say): void {
  body.split('\n').forEach((text, at) => {
    const line = bodyLine + at;
    if (/(?<!\\)[{}]/.test(text)) say(line, 'body', 'Braces would be run as code: write \\{ and \\}.');
    const tag = /(?<!\\)<[/!]?(?:[a-z][\w:-]*|>|--)/i.exec(text)?.[0];
    if (tag) say(line, 'body', `HTML such as ${tag} is not taken: use Markdown or a component.`);
    for (const [, target = ''] of text.matchAll(/(?:\]\(|^ {0,3}\[[^\]]+\]:)\s*<?([^\s)>]*)/g)) {
      if (!/^(?:https?:\/\/|mailto:|tel:|\/(?!\/)|#)/i.test(target)) say(line, 'body', `A link starts with https://, mailto:, tel:, / or #: "${target}" does not.`);
    }
  });
}

const places = new Set(['', 'library', 'themes', 'forums', 'search', 'about', 'guidelines', 'privacy', 'accessibility', 'join', 'sign-in', 'log', 'trust', 'account', 'thesaurus']);

function prose(body: string, bodyLine: number, known: { slugs: Set<string>; themes: Set<string> }, say: Say): void {
  let level = 1;
  withoutCode(body).split('\n').forEach((text, at) => {
    const line = bodyLine + at;
    const marks = /^(#{1,6}) /.exec(text)?.[1]?.length;
    if (marks === 1) say(line, 'body', 'Headings start at ##: the title is the first.');
    else if (marks && marks > level + 1) say(line, 'body', 'A level of headings is skipped.');
    if (marks) level = marks;
    if (/^(?:import|export)\s/.test(text)) say(line, 'body', 'The components are given: leave import and export out.');
    for (const [, target = ''] of text.matchAll(/\]\((\/[^)\s]*)\)/g)) {
      const [path = ''] = target.split(/[?#]/);
      const [, place = '', rest] = path.split('/');
      if (!places.has(place)) say(line, 'body', `There is no page ${path}.`);
      else if (place === 'library' && rest && !known.slugs.has(rest)) say(line, 'body', `There is nothing at ${path}.`);
      else if (place === 'themes' && rest && !known.themes.has(rest)) say(line, 'body', `There is no theme "${rest}".`);
    }
  });
}

const withoutCode = (body: string) => body.replace(/^(```|~~~)[\s\S]*?^\1.*$|`[^`\n]*`/gm, (code) => code.replace(/[^\n]/g, ' '));

/** Reads YAML and tells on which line a path of it stands; `before` lines come ahead of it in the file. */
function readYaml(text: string, before: number) {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const line = (offset: number) => counter.linePos(offset).line + before;
  return {
    value: document.errors.length ? null : (document.toJS() as unknown),
    errors: document.errors.map((e) => ({ line: line(e.pos[0]), message: e.message })),
    lineOf: (path: readonly PropertyKey[]) => line(startOf(document, path)),
  };
}

/** Where the deepest part of the path that exists begins: at the key of a pair, at the start of an item. */
function startOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let start = 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step);
      if (!pair) break;
      start = (pair.key as Node | null)?.range?.[0] ?? start;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      if (!item) break;
      start = (item as Node).range?.[0] ?? start;
      node = item;
    } else break;
  }
  return start;
}

if (process.argv[1] === import.meta.filename) {
  const problems = checkContent(resolve(process.argv[2] ?? 'content'));
  for (const { file, line, field, message } of problems) console.error(`${file}:${line} ${field}: ${message}`);
  process.exitCode = problems.length ? 1 : 0;
}
