import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { reportFailure } from '#lib/failures.ts';
import { SettingsError, type Settings } from '#lib/settings.ts';
import type { Built } from './built.ts';
import { checkDatabase, watchChanges } from './change-counter.ts';
import { createFront } from './front.ts';
import { securityHeaders } from './headers.ts';
import { pagefindFiles } from './pagefind-files.ts';
import { sendWords } from './send.ts';
import { startMessage } from './start-message.ts';
import { loadStaticFiles } from './static-files.ts';
import { drain } from './stopping.ts';

/** The hub cannot start for a reason that one sentence tells. */
export class CannotStart extends Error {}

/** Serves the built hub until SIGTERM or SIGINT. `client` is the folder of built files. Returns when it is open; throws CannotStart. */
export async function serve({ openHub, handler }: Built, client: string, settings: Settings): Promise<void> {
  const { dataDir } = settings;
  const https = settings.url.startsWith('https:');
  checkDataFolder(dataDir);
  let answer = (_: IncomingMessage, response: ServerResponse) => sendWords(response, [...securityHeaders({ https }), 'Retry-After', '2'], 503, 'The hub is starting.');
  const server = createServer((request, response) => answer(request, response));
  server.headersTimeout = 20_000;
  // For files over slow lines; any other body has a minute (request.ts).
  server.requestTimeout = 11 * 60_000;
  // Longer than the minute after which proxies give up a connection, so that none is closed under a request.
  server.keepAliveTimeout = 65_000;
  // The adapter takes a connection for https when it is marked so; behind our proxy it is.
  if (https) server.on('connection', (socket) => Object.assign(socket, { encrypted: true }));
  // The port before the database: a second start must not touch the data of the first.
  await listen(server, settings);

  const { hub, changes } = await openData(openHub, join(dataDir, 'hub.sqlite'));
  const files = loadStaticFiles(client, https);
  const bundle = pagefindFiles(join(dataDir, 'pagefind'), https);
  onStopSignal(async () => {
    await drain(server);
    changes.close();
    await hub.close();
  });
  console.log(startMessage(settings, hub.setUpLink));
  answer = createFront({ page: handler, changes, hub, files, bundle, settings });
  hub.startChores();
}

/** Ends the process: with one sentence where that tells it, else with the error. */
export function endWith(error: unknown): never {
  console.error(error instanceof SettingsError || error instanceof CannotStart ? error.message : error);
  process.exit(1);
}

function onStopSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const end = () => {
    // A terminal sends it to the whole family, and npm passes it on as well.
    if (stopping) return;
    stopping = true;
    stop().then(() => process.exit(0), (error: unknown) => {
      reportFailure(error, 'closing');
      process.exit(1);
    });
  };
  process.on('SIGTERM', end).on('SIGINT', end);
}

function checkDataFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(join(folder, '/'), constants.W_OK);
  } catch (error) {
    throw new CannotStart(`HUB_DATA_DIR is "${folder}", but this is not a folder that the hub can write to (${codeOf(error)}).`);
  }
}

/** With `recursive`, mkdirSync asks for ever where nothing can be made, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

async function openData(openHub: Built['openHub'], file: string) {
  try {
    if (existsSync(file)) checkDatabase(file);
    return { hub: await openHub(), changes: watchChanges(file) };
  } catch (error) {
    const reason = sqliteErrorIn(error);
    throw reason ? new CannotStart(`${file} cannot be opened (${reason.message.split('\n', 1)[0]}): ${cureOf(codeOf(reason))}.`) : error;
  }
}

/** The error of SQLite that an error of drizzle is about. */
function sqliteErrorIn(error: unknown): Error | null {
  if (!(error instanceof Error)) return null;
  return codeOf(error).startsWith('SQLITE_') ? error : sqliteErrorIn(error.cause);
}

function cureOf(code: string): string {
  const [, kind = ''] = code.split('_');
  return {
    BUSY: 'stop the other program that uses it',
    READONLY: 'let this user write to it and to its folder',
    FULL: 'make room on the disk',
  }[kind] ?? 'restore it from a backup, see db/README.md';
}

function listen(server: Server, { host, port }: Settings): Promise<void> {
  return new Promise((listening, failed) => {
    server.once('error', (error) => failed(new CannotStart({
      EADDRINUSE: `Port ${port} is in use on ${host}: stop what uses it, or set HUB_PORT to another port.`,
      EACCES: `HUB_PORT is ${port}, but this user may not listen there: choose a port from 1024 up.`,
    }[codeOf(error)] ?? `HUB_HOST is "${host}", but the hub cannot listen there (${codeOf(error)}).`)));
    server.listen(port, host, listening);
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
