import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { closeDatabase, openDatabase } from '#db/client.ts';
import { startSession } from '#domain/people/sessions.ts';
import { enter } from './cast.ts';
import type { RunningHub } from './hub.ts';

const root = resolve(import.meta.dirname, '../..');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const phone = { width: 320, height: 640 };
export const desktop = { width: 1280, height: 900 };

/** A piece of a search bundle named by its content. After a removal the bundle before is gone at once, and boxes that are open take the new one: another test's removal is no error of this one's. */
const pieceOfBundle = /\/pagefind\/\S+_[0-9a-f]{6,}\.\w+$/;

/** One Chromium for the test file; pages opened through it must not write errors to the console. */
export function useBrowser() {
  let browser: Browser;
  const complaints: string[] = [];
  beforeAll(async () => { browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] }); }, 60_000);
  afterAll(async () => { await browser.close(); });
  afterEach(() => { expect(complaints.splice(0)).toEqual([]); });

  return {
    async open(options: BrowserContextOptions & { expectErrors?: RegExp } = {}): Promise<{ page: Page; context: BrowserContext }> {
      const { expectErrors, ...rest } = options;
      const context = await browser.newContext({ viewport: desktop, ...rest });
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      page.on('console', (message) => {
        const gone = /status of 404/.test(message.text()) && pieceOfBundle.test(message.location().url);
        if (message.type() === 'error' && !gone && !expectErrors?.test(message.text())) complaints.push(`${page.url()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
      return { page, context };
    },
  };
}

/** Brings somebody of the cast into a running hub (through its database file) and returns the cookie that signs them in. */
export function useCast(hub: RunningHub) {
  beforeAll(() => openDatabase(join(hub.folder, 'hub.sqlite'), join(root, 'db/migrations')));
  afterAll(() => closeDatabase());
  return async (who: Parameters<typeof enter>[0]) => {
    const member = await enter(who);
    const { name, value } = await startSession(member.id, 'a test');
    return { member, cookie: { name, value, url: hub.base }, header: `${name}=${value}` };
  };
}

/** What axe finds wrong on a page by WCAG 2.2 A and AA, each with the first place. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (root: Document, options: object) => Promise<{ violations: { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }[] }> } };
    const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] });
    return violations.map((v) => `${v.id}: ${v.help} at ${v.nodes[0]?.target.join(' ')} (${v.nodes.length}) ${v.nodes[0]?.failureSummary}`);
  });
}
