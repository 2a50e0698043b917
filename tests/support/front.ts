import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { watchChanges } from '../../src/server/change-counter.ts';
import { createFront, type Ground } from '../../src/server/front.ts';
import { pagefindFiles } from '../../src/server/pagefind-files.ts';
import type { Capture } from '../../src/server/render.ts';
import { loadStaticFiles } from '../../src/server/static-files.ts';

export interface Answer { status: number; headers: IncomingMessage['headers']; body: Buffer; text: string }

/** The front server on a real port and a real change counter, with a page of the test's own in Astro's place. */
export function useFront(options: { url?: string; trustedProxies?: number } & Partial<Pick<Ground['hub'], 'uploader' | 'isMember' | 'fileAt'>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'practice-hub-front-'));
  const client = join(folder, 'client');
  let database: Database.Database;
  let server: Server;
  let changes: Ground['changes'];
  let counterBroken = false;
  const readChanges = () => {
    if (counterBroken) throw new Error('disk I/O error');
    return changes.read();
  };
  const front = {
    folder, client,
    /** What the page does; set by the test. */
    page: (_request: IncomingMessage, _response: Capture, _next?: undefined, _locals?: object): unknown => undefined,
    rendered: 0,
    reads: [] as string[],
    port: 0,
    /** What a command does in another process: writes, and says that a visitor could see it. */
    bump: () => { database.prepare("update facts set value = value + 1 where name = 'changes'").run(); },
    /** A commit that no visitor could see. */
    commit: () => { database.prepare("insert into other values (1)").run(); },
    /** Makes the change counter throw, or work again. */
    breakCounter: (broken: boolean) => { counterBroken = broken; },
    /** Read the files of `client` again. */
    async reload() { await open(); },
    ask(path: string, init: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {}): Promise<Answer> {
      return new Promise((done, failed) => {
        const call = send({ port: front.port, host: '127.0.0.1', path, method: init.method ?? 'GET', headers: init.headers }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
            const body = Buffer.concat(parts);
            done({ status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() });
          });
        });
        call.on('error', failed).end(init.body);
      });
    },
  };

  async function open() {
    server?.close();
    const { url = 'http://localhost:4321', trustedProxies = 0 } = options;
    const https = url.startsWith('https:');
    const answer = createFront({
      page: (...given) => { front.rendered++; return front.page(...given); },
      changes: { ...changes, read: readChanges }, hub: { countRead: (path) => front.reads.push(path), uploader: async () => null, isMember: async () => true, fileAt: async () => null, ...options }, files: loadStaticFiles(client, https), bundle: pagefindFiles(join(folder, 'pagefind'), https),
      settings: { url, urlGiven: options.url !== undefined, trustedProxies, uploadBytes: 3 * 1024 * 1024, dataDir: folder },
    });
    server = createServer(answer);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    front.port = typeof address === 'object' && address ? address.port : 0;
  }

  beforeAll(async () => {
    mkdirSync(client, { recursive: true });
    const file = join(folder, 'hub.sqlite');
    database = new Database(file);
    database.exec("pragma journal_mode = wal; create table facts (name text primary key, value any); insert into facts values ('changes', 1); create table other (n)");
    changes = watchChanges(file);
    await open();
  });
  beforeEach(() => {
    front.bump();
    front.rendered = 0;
    front.reads = [];
    front.page = (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>page</p>');
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
    changes.close();
    database.close();
    rmSync(folder, { recursive: true });
  });
  return front;
}
