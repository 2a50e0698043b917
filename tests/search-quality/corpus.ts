import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { readBibtex } from '#domain/library/bibtex.ts';
import { slugify } from '#lib/slug.ts';

const root = resolve(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const list = <T extends z.ZodType>(path: string, item: T) => z.array(item).parse(parse(text(path)));
const filesOf = (folder: string) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
const nameOf = (path: string) => path.replace(/^.*\//, '').replace(/\.[^.]+$/, '');

function titleOfPiece(path: string): string {
  return z.object({ title: z.string() }).parse(parse(text(path).split(/^---$/m)[1] ?? '')).title;
}

const titled = (folder: string, under: string) => filesOf(folder).filter((f) => f.endsWith('.mdx')).map((f) => [`${under}/${nameOf(f)}`, titleOfPiece(f)] as const);

/** What a demo hub serves and search may find: titles by address, threads as `thread: ` and their title. */
export function corpus(): Map<string, string> {
  return new Map([
    ...titled('content/articles', '/library'), ...titled('content/practices', '/library'), ...titled('content/pages', ''),
    ...readBibtex(text('content/references.bib')).works.map(({ key, csl }) => [`/library/${key}`, csl.title] as const),
    ...list('content/themes.yaml', z.object({ code: z.string(), label: z.string() })).map(({ code, label }) => [`/themes/${code}`, label] as const),
    ...list('content/forums.yaml', z.object({ slug: z.string(), name: z.string() })).map(({ slug, name }) => [`/forums/${slug}`, name] as const),
    ...list('db/sample/cast.yaml', z.object({ name: z.string() })).map(({ name }) => [`/members/${slugify(name)}`, name] as const),
    ...sampleThreads().map(({ title }) => [`thread: ${title}`, title] as const),
  ]);
}

/** The sample threads: their titles, what kind they are, and how many of their replies are marked as the accepted answer. */
export function sampleThreads(): { title: string; kind: string; accepted: number }[] {
  const thread = z.object({ title: z.string(), kind: z.string(), replies: z.array(z.object({ accepted: z.boolean().optional() })).default([]) });
  return filesOf('db/sample/threads').flatMap((f) => list(f, thread)).map(({ title, kind, replies }) => ({ title, kind, accepted: replies.filter((r) => r.accepted).length }));
}
