import { readFile } from 'node:fs/promises';
import { glob, type Loader } from 'astro/loaders';
import { defineCollection } from 'astro:content';
import { z } from 'zod';
import { parse } from 'yaml';
import { articleSchema, forumSchema, measureSchema, pageSchema, practiceSchema, themeSchema, thesaurusSchema } from './content-schema.ts';
import { readBibtex, type Work } from '#domain/library/bibtex.ts';

/** A collection whose entries are read from one file of content/, in its order. */
function oneFile(path: string, read: (text: string) => { id: string; data: Record<string, unknown> }[]): Loader {
  return {
    name: path,
    load: async ({ store, parseData, watcher, config }) => {
      const file = new URL(path, config.root);
      const load = async () => {
        store.clear();
        for (const [position, { id, data }] of read(await readFile(file, 'utf8')).entries()) {
          store.set({ id, data: await parseData({ id, data: { ...data, position } }) });
        }
      };
      await load();
      watcher?.add(file.pathname);
      watcher?.on('change', (changed) => { if (changed === file.pathname) void load(); });
    },
  };
}

const list = (key: string) => (text: string) => z.array(z.record(z.string(), z.unknown())).parse(parse(text)).map((data) => ({ id: String(data[key]), data }));

const works = (text: string) => readBibtex(text).works.map((work) => ({ id: work.key, data: { ...work } }));
const position = { position: z.number() };

/** Collections of content/: where they live and what they must contain. src/content-check.ts says the same with file and line. */
export const collections = {
  articles: defineCollection({ loader: glob({ base: './content/articles', pattern: '*.mdx' }), schema: articleSchema }),
  practices: defineCollection({ loader: glob({ base: './content/practices', pattern: '*.mdx' }), schema: practiceSchema }),
  pages: defineCollection({ loader: glob({ base: './content/pages', pattern: '*.mdx' }), schema: pageSchema }),
  themes: defineCollection({ loader: oneFile('content/themes.yaml', list('code')), schema: themeSchema.extend(position) }),
  forums: defineCollection({ loader: oneFile('content/forums.yaml', list('slug')), schema: forumSchema.extend(position) }),
  measures: defineCollection({ loader: oneFile('content/measures.yaml', list('id')), schema: measureSchema.extend(position) }),
  thesaurus: defineCollection({ loader: oneFile('content/thesaurus.yaml', list('term')), schema: thesaurusSchema.extend(position) }),
  references: defineCollection({ loader: oneFile('content/references.bib', works), schema: z.custom<Work>() }),
};
