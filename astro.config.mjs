import mdx from '@astrojs/mdx';
import node from '@astrojs/node';
import { defineConfig } from 'astro/config';
import { selfContained } from './src/server/self-contained.mjs';

const building = process.argv.includes('build');

/** Adds src/hub.ts to the server build, so that the front server and the pages share one copy of the domain. */
const hubEntry = {
  name: 'hub-entry',
  apply: 'build',
  buildStart() {
    if (this.environment.name !== 'ssr') return;
    this.emitFile({ type: 'chunk', id: new URL('./src/hub.ts', import.meta.url).pathname, fileName: 'hub.mjs', preserveSignature: 'strict' });
  },
};

/** Adds the search box for other sites to the files for browsers: whole in one file at an address that stays. */
const embedded = {
  name: 'embedded-search',
  apply: 'build',
  async buildStart() {
    if (this.environment.name !== 'client') return;
    this.emitFile({ type: 'asset', fileName: 'embed/search.js', source: await selfContained('src/scripts/embed.ts') });
  },
};

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'middleware', experimentalDisableStreaming: true, bodySizeLimit: 101 * 1024 * 1024 }),
  integrations: [mdx()],
  publicDir: './src/public',
  trailingSlash: 'never',
  compressHTML: true,
  session: false,
  devToolbar: { enabled: false },
  // The request's origin is checked in src/middleware.ts against the address configured at run time; Astro's own check is fixed at build time.
  security: { checkOrigin: false, actionBodySizeLimit: 101 * 1024 * 1024 },
  build: { inlineStylesheets: 'never', assets: '_assets' },
  markdown: { syntaxHighlight: 'prism' },
  vite: {
    plugins: [hubEntry, embedded],
    build: { assetsInlineLimit: 0 },
    ssr: {
      external: ['better-sqlite3', 'sharp', 'pagefind', '@node-rs/argon2', 'satteri'],
      // Unbundled drizzle-orm costs about 190 MB of memory; `astro dev` cannot bundle everything.
      ...(building ? { noExternal: true } : {}),
    },
  },
});
