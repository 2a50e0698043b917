import { describe, expect, test } from 'vitest';
import { handlesIn } from '#domain/forum/mentions.ts';
import { linksIn, pathInside } from '#domain/forum/post-links.ts';
import { markAddresses } from '#domain/forum/titles.ts';
import { spamScore } from '#domain/moderation/spam.ts';
import { wordsOf } from '#domain/moderation/spam-words.ts';
import { readLongForm, readQuery } from '#domain/search/query.ts';
import { distinctWords } from '#domain/thesaurus/words.ts';
import { line, text } from '#lib/fields.ts';
import { nameForSaving } from '#lib/file-kind.ts';
import { foldWords, snippetOf, wordsToFind } from '#lib/find-words.ts';
import { wrapped } from '#lib/letter.ts';
import { escapeHtml, plainText } from '#lib/markdown.ts';
import { slugify } from '#lib/slug.ts';
import { diffText } from '#lib/text-diff.ts';

const context = { newcomer: true, seconds: 10, ownRepeats: 0, othersWithIt: 0, likelihood: 0.5 };
/** What looks at a text before anybody else sees it, each given all that a post may have. */
const looks: Record<string, (words: string) => unknown> = {
  spam: (words) => spamScore(words, context),
  links: (words) => linksIn(`<p><a href="/posts/${escapeHtml(words)}">x</a> <a href="https://example.org/${escapeHtml(words)}">y</a>${words}`),
  path: (words) => pathInside(`/library/${words}x`),
  addresses: (words) => markAddresses(`<p>${escapeHtml(words)}</p>`),
  handles: (words) => handlesIn(`<p>${escapeHtml(words)}</p>`),
  words: (words) => plainText(`<p>${words}</p>`),
  field: (words) => text({ missing: 'x', max: 20_000 }).safeParse(`x${words}x`),
  line: (words) => line({ missing: 'x', max: 20_000 }).safeParse(`x${words}x`),
  slug: (words) => slugify(words),
  learning: (words) => wordsOf(words),
  finding: (words) => [foldWords(words), wordsToFind(words), snippetOf(words, ['a', '/'])],
  query: (words) => [readQuery(words), readLongForm(words)],
  thesaurus: (words) => distinctWords([words]),
  letter: (words) => wrapped(words),
  differences: (words) => diffText(words, `${words.slice(7)}x`, 50),
  file: (words) => nameForSaving(`b${words}b`, 'csv'),
};
const seeds = ['a-', '/', '.', ' ', '\n', ' \n', '>', '<', '&', '[', '](', '*', '_', '`', '@a', '@', 'a.', '-', '#', '0', '0 ', '(0', 'http://', 'www.', 'dr a', 'text ', 'whats app ', 'invest ', '/forums/a/', '/posts/1', '/library/a.', '?a=', '&amp;a=', '%', '\u00ad', 'é', '\t', '\r\n', 'casino ', 'a@b.', '<a href="', '<blockquote>'];

describe.each(Object.keys(looks))('%s', (name) => {
  test.each(seeds)('twenty thousand characters of %j take no time', (seed) => {
    const words = seed.repeat(Math.floor(20_000 / seed.length));
    const before = performance.now();
    looks[name]?.(words);
    expect(performance.now() - before).toBeLessThan(250);
  });
});
