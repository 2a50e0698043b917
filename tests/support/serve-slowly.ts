import { mkdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readSettings } from '#lib/settings.ts';
import { endWith, serve } from '../../src/server/running.ts';

// A program for tests: the real server around a page that takes its time, and a hub that says when it is closed.
try {
  const settings = readSettings(process.env);
  const client = join(settings.dataDir, 'client');
  await serve({
    handler: async (_, response) => {
      console.log('asked');
      await wait(400);
      response.writeHead(200, { 'content-type': 'text/html' }).end('slow but whole');
    },
    async openHub() {
      mkdirSync(client, { recursive: true });
      const database = new Database(join(settings.dataDir, 'hub.sqlite'));
      database.exec('pragma journal_mode = wal; create table if not exists facts (name text primary key, value any)');
      console.log('opened');
      return { setUpLink: null, startChores: () => console.log('chores'), countRead: () => undefined, uploader: async () => null, isMember: async () => false, fileAt: async () => null, close: async () => { database.close(); console.log('closed'); } };
    },
  }, client, settings);
} catch (error) {
  endWith(error);
}
