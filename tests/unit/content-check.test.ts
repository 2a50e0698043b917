import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { practiceSections } from '../../src/content-schema.ts';
import { checkContent } from '../../src/content-check.ts';

let dir = '';
const put = (file: string, text: string) => writeFileSync(join(dir, file), text);
const told = () => checkContent(dir).map((p) => `${p.file}:${p.line} ${p.field}`);

const article = `---
title: A title
summary: What it says.
authors: [Practice Hub editors]
published: 2026-11-23
themes: [equity]
---

Text.<Cite work="key2001" />
`;
const practice = `---
title: A practice
summary: What it did.
place: Somewhere
country: US
jurisdiction: municipality
year: 1996
published: 2026-11-23
themes: [equity]
evidence: news
results:
  - what: Calls on hold
    before: "18 %"
    after: 4
    work: key2001
---

${practiceSections.map((s) => `## ${s}\n\nText.\n`).join('\n')}`;

const words = `- term: FCR
  also: [first-contact resolution]
  related: [repeat call]
- term: trash
  also: [garbage, refuse]
`;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'practice-hub-content-')), 'content');
  for (const folder of ['articles', 'practices', 'pages']) mkdirSync(join(dir, folder), { recursive: true });
  put('themes.yaml', '- code: equity\n  label: Equity\n  note: Who is served.\n');
  put('forums.yaml', '- slug: talk\n  name: Talk\n  description: All of it.\n  themes: [equity]\n');
  put('measures.yaml', '- id: CC-01\n  name: Service level\n  group: contact-centre\n  formula: Hs / O\n  unit: "%"\n  better: band\n  means: Answered in time.\n');
  put('thesaurus.yaml', words);
  put('references.bib', '@misc{key2001,\n  title = {T}, author = {A, B}, year = {2001},\n  keywords = {equity}, note = {verified: x}\n}\n');
  put('articles/first.mdx', article);
  put('practices/second.mdx', practice);
  for (const page of ['guidelines', 'privacy', 'accessibility']) put(`pages/${page}.mdx`, '---\ntitle: A page\nsummary: What it says.\nupdated: 2026-11-23\n---\n\nText.\n');
  put('pages/about.mdx', '---\ntitle: About\nsummary: Who we are.\nupdated: 2026-11-23\n---\n\nSee [first](/library/first).\n');
});
afterEach(() => rmSync(resolve(dir, '..'), { recursive: true }));

describe('the check of content/', () => {
  test('takes what is right', () => expect(checkContent(dir)).toEqual([]));

  test.each([
    ['a theme that does not exist', 'articles/first.mdx', article.replace('[equity]', '[equity, nothing]'), ['content/articles/first.mdx:6 themes']],
    ['a missing title', 'articles/first.mdx', article.replace('title: A title\n', ''), ['content/articles/first.mdx:2 title']],
    ['a wrong date', 'articles/first.mdx', article.replace('2026-11-23', 'soon'), ['content/articles/first.mdx:5 published']],
    ['an unknown field', 'articles/first.mdx', article.replace('authors:', 'author: x\nauthors:'), ['content/articles/first.mdx:2 author']],
    ['YAML that cannot be read', 'articles/first.mdx', article.replace('title: A title', 'title: A: b'), ['content/articles/first.mdx:2 frontmatter']],
    ['no frontmatter', 'articles/first.mdx', 'Text.', ['content/articles/first.mdx:1 frontmatter']],
    ['an unknown work', 'articles/first.mdx', article.replace('key2001', 'nobody'), ['content/articles/first.mdx:9 Cite']],
    ['an unknown measure', 'articles/first.mdx', `${article}\n<Measure id="XX-99" />\n`, ['content/articles/first.mdx:11 Measure']],
    ['a dead link', 'articles/first.mdx', `${article}\n[x](/library/none) [y](/nowhere)\n`, ['content/articles/first.mdx:11 body', 'content/articles/first.mdx:11 body']],
    ['an unknown component', 'articles/first.mdx', `${article}\n<Video src="x" />\n`, ['content/articles/first.mdx:11 Video']],
    ['an open component', 'articles/first.mdx', `${article}\n<Callout kind="note" title="t">\n`, ['content/articles/first.mdx:11 body']],
    ['a figure without a source', 'articles/first.mdx', `${article}\n<Figure title="t" data={[{ label: "a", value: 1 }]} />\n`, ['content/articles/first.mdx:11 Figure']],
    ['a skipped heading', 'articles/first.mdx', `${article}\n### Deep\n`, ['content/articles/first.mdx:11 body']],
    ['a missing section', 'practices/second.mdx', practice.replace('## What it takes', '## Effort'), ['content/practices/second.mdx:17 body', 'content/practices/second.mdx:34 body']],
    ['a result without a source', 'practices/second.mdx', practice.replace('    work: key2001\n', ''), ['content/practices/second.mdx:12 results.0']],
    ['an unknown work of a result', 'practices/second.mdx', practice.replace('key2001', 'none'), ['content/practices/second.mdx:15 results.0.work']],
    ['a wrong jurisdiction', 'practices/second.mdx', practice.replace('municipality', 'kingdom'), ['content/practices/second.mdx:6 jurisdiction']],
    ['a work with an unknown theme', 'references.bib', '@misc{key2001,\n title = {T}, author = {A},\n keywords = {none}}\n', ['content/references.bib:3 keywords']],
    ['a work with a wrong year', 'references.bib', '@misc{key2001, title = {T}, keywords = {equity}}\n@misc{b,\n title = {T},\n year = {MM}, keywords = {equity}}\n', ['content/references.bib:4 year']],
    ['an address that is none', 'references.bib', '@misc{key2001, title = {T}, keywords = {equity},\n  url = {javascript:alert(1)}}\n', ['content/references.bib:2 url']],
    ['an address that cannot be read', 'references.bib', '@misc{key2001, title = {T}, keywords = {equity},\n  url = {https://[x}}\n', ['content/references.bib:2 url']],
    ['a DOI that is none', 'references.bib', '@misc{key2001, title = {T}, keywords = {equity},\n  doi = {puar.12092}}\n', ['content/references.bib:2 doi']],
    ['a month that is none', 'references.bib', '@misc{key2001, title = {T}, keywords = {equity},\n  month = 13}\n', ['content/references.bib:2 month']],
    ['a key that is given twice, where it is', 'references.bib', '@misc{key2001, title = {T}, keywords = {equity}}\n\n@misc{key2001, title = {U}, keywords = {equity}}\n', ['content/references.bib:3 key']],
    ['a key that is no address, where it is', 'references.bib', '@misc{key2001, title = {T}, keywords = {equity}} @misc{x,\n title = {T}, keywords = {equity}}\n@misc{é/x, title = {T}, keywords = {equity}}\n', ['content/references.bib:3 key']],
    ['an expression', 'articles/first.mdx', `${article}\nA {process.exit(1)} b \\{c\\} \`{d}\`.\n`, ['content/articles/first.mdx:11 body']],
    ['a script', 'articles/first.mdx', `${article}\n<script>alert(1)\n`, ['content/articles/first.mdx:11 body']],
    ['raw HTML inside a component', 'articles/first.mdx', `${article}\n<Callout kind="note" title="t">\n\nA <b>bold</b> word.\n\n</Callout>\n`, ['content/articles/first.mdx:13 body']],
    ['a link that runs', 'articles/first.mdx', `${article}\n[x](javascript:alert) [y](java&#115;cript:a)\n\n[z]: data:text/html,x\n`, ['content/articles/first.mdx:11 body', 'content/articles/first.mdx:11 body', 'content/articles/first.mdx:13 body']],
    ['a list of themes that cannot be read, and of nothing else', 'themes.yaml', '- code: equity\n  label: A: b\n', ['content/themes.yaml:2 file']],
    ['a forum with an unknown theme', 'forums.yaml', '- slug: talk\n  name: Talk\n  description: D.\n  themes: [none]\n', ['content/forums.yaml:4 themes']],
    ['a measure with an unknown source', 'measures.yaml', '- id: CC-01\n  name: N\n  group: contact-centre\n  formula: a / b\n  unit: x\n  better: up\n  means: M.\n  sources: [none]\n', ['content/measures.yaml:8 sources']],
    ['a thesaurus that is no list', 'thesaurus.yaml', 'FCR: first-contact resolution\n', ['content/thesaurus.yaml:1 file']],
    ['an entry without a second word', 'thesaurus.yaml', '- term: FCR\n- term: ASA\n  also: []\n', ['content/thesaurus.yaml:1 also', 'content/thesaurus.yaml:3 also']],
    ['an empty word', 'thesaurus.yaml', '- term: FCR\n  also:\n    - first-call resolution\n    - "-"\n', ['content/thesaurus.yaml:4 also.1']],
    ['a word that is too long', 'thesaurus.yaml', `- term: FCR\n  also: [${'x'.repeat(81)}]\n`, ['content/thesaurus.yaml:2 also.0']],
    ['a note that is too long', 'thesaurus.yaml', `- term: FCR\n  also: [x]\n  note: ${'x'.repeat(201)}\n`, ['content/thesaurus.yaml:3 note']],
    ['a field that a thesaurus does not have', 'thesaurus.yaml', '- term: FCR\n  also: [x]\n  see: y\n', ['content/thesaurus.yaml:1 see']],
    ['a word in two entries, however it is written', 'thesaurus.yaml', `${words}- term: waste\n  also: [rubbish, Réfuse]\n`, ['content/thesaurus.yaml:7 also']],
    ['a word that is given twice', 'thesaurus.yaml', '- term: 3-1-1\n  also: [3 1 1, three one one]\n', ['content/thesaurus.yaml:2 also']],
    ['a related word that is the same', 'thesaurus.yaml', '- term: FCR\n  also: [one-call resolution]\n  related: [One call resolution, near, near]\n', ['content/thesaurus.yaml:3 related', 'content/thesaurus.yaml:3 related']],
    ['a file name that is no address', 'articles/First One.mdx', article, ['content/articles/First One.mdx:1 file']],
    ['an address that is taken', 'practices/first.mdx', practice, ['content/practices/first.mdx:1 file']],
  ])('tells of %s', (_, file, text, expected) => {
    put(file, text);
    expect(told()).toEqual(expected);
  });

  test('a missing file is told, and nothing that follows from it', () => {
    rmSync(join(dir, 'themes.yaml'));
    expect(told()).toEqual(['content/themes.yaml:1 file']);
  });

  test('every page that the footer links to must be there', () => {
    for (const page of ['about', 'guidelines', 'privacy', 'accessibility']) rmSync(join(dir, `pages/${page}.mdx`));
    expect(told()).toEqual(['accessibility', 'privacy', 'guidelines', 'about'].toSorted().map((page) => `content/pages/${page}.mdx:1 file`));
  });
});

test('the hub’s own thesaurus is in order and large enough to be worth reading', () => {
  cpSync(resolve(import.meta.dirname, '../../content/thesaurus.yaml'), join(dir, 'thesaurus.yaml'));
  expect(checkContent(dir)).toEqual([]);
  expect(readFileSync(join(dir, 'thesaurus.yaml'), 'utf8').match(/^- term: /gm)?.length).toBeGreaterThan(300);
});

test('a word that stands in another entry is told with the entry that has it', () => {
  put('thesaurus.yaml', `${words}- term: waste\n  also: [Garbage]\n`);
  expect(checkContent(dir)).toEqual([{ file: 'content/thesaurus.yaml', line: 7, field: 'also', message: '"Garbage" stands in the entry "trash" too.' }]);
});

test('the hub’s own bibliography is read within a second', () => {
  cpSync(resolve(import.meta.dirname, '../../content/references.bib'), join(dir, 'references.bib'));
  const started = performance.now();
  expect(checkContent(dir).some((p) => p.field === 'keywords')).toBe(true);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(readFileSync(join(dir, 'references.bib'), 'utf8')).toContain('@article');
});
