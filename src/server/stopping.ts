import type { Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Takes no more connections, lets requests in flight finish for at most so many milliseconds, then cuts what is left. */
export async function drain(server: Server, patience = 10_000): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  // A connection that is kept alive becomes idle only after its answer.
  const sweep = setInterval(() => server.closeIdleConnections(), 25);
  await Promise.race([closed, wait(patience, undefined, { ref: false })]);
  clearInterval(sweep);
  server.closeAllConnections();
  await closed;
}
