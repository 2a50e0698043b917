import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { findBrowser } from '../../src/server/find-browser.mjs';
import { pagefindFiles } from '../../src/server/pagefind-files.ts';
import { selfContained } from '../../src/server/self-contained.mjs';

export interface PagefindRunner {
  /** Addresses of what the header's box shows for a query, best first, at most eight. */
  search(query: string): Promise<string[]>;
  close(): Promise<void>;
}

interface QuickSearch { search(query: string): Promise<{ found: { url: string }[] }> }

/** Opens a bundle, given as the folder that a hub keeps it in (`var/pagefind`) or as the address of a hub's (`https://hub.example.org/pagefind/`), with the code of the header's box in a headless browser. */
export async function openPagefind(bundle: string): Promise<PagefindRunner> {
  const code = await selfContained('src/scripts/quick-search/quick-search.ts');
  const files = existsSync(bundle) ? pagefindFiles(bundle, false) : async () => null;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/') return response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><html lang="en"><title>Runner</title><script type="module">import { openQuickSearch } from "/quick-search.js"; globalThis.openQuickSearch = openQuickSearch;</script>');
    if (pathname === '/quick-search.js') return response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(code);
    return void files(pathname.replace(/^\/pagefind\//, '')).then((file) => {
      if (file) response.writeHead(file.status, [...file.headers]).end(file.body);
      else response.writeHead(404).end();
    });
  });
  await new Promise<void>((open) => server.listen(0, '127.0.0.1', open));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const found = await findBrowser();
  const browser = await chromium.launch({ executablePath: found.CHROMIUM, env: { ...process.env, ...found }, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  const page = await browser.newPage();
  await page.goto(origin);
  const base = existsSync(bundle) ? `${origin}/pagefind/` : bundle;
  const quick = await page.evaluateHandle<QuickSearch>(`openQuickSearch(${JSON.stringify(base)})`);

  return {
    search: (query) => quick.evaluate(async (open, words) => (await open.search(words)).found.map(({ url }) => url), query),
    async close() {
      await browser.close();
      server.close();
      server.closeAllConnections();
    },
  };
}
