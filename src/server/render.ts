import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';

export interface Rendered { status: number; headers: Map<string, string | string[]>; body: Buffer }

/** Astro's handler in middleware mode: `handler` of dist/server/entry.mjs. It writes into something that behaves like a ServerResponse. */
export type PageHandler = (request: IncomingMessage, response: Capture) => unknown;

/** Lets Astro make the page and returns it whole. Rejects when the page failed in a way that left nothing to show. */
export async function render(handler: PageHandler, request: IncomingMessage): Promise<Rendered> {
  const capture = new Capture(request);
  await handler(request, capture);
  if (capture.failure) throw capture.failure;
  if (!capture.writableEnded) throw new Error('The page was not finished.');
  const body = Buffer.concat(capture.chunks);
  if (capture.statusCode >= 500 && !capture.headers.has('content-type')) throw new Error(`Astro answered ${capture.statusCode}: ${body.toString() || 'nothing'}`);
  return { status: capture.statusCode, headers: capture.headers, body };
}

/** The part of a ServerResponse that the adapter uses, kept in memory. */
export class Capture extends EventEmitter {
  statusCode = 200;
  statusMessage = '';
  headersSent = false;
  writableEnded = false;
  failure: Error | null = null;
  readonly headers = new Map<string, string | string[]>();
  readonly chunks: Buffer[] = [];
  readonly req: IncomingMessage;

  constructor(request: IncomingMessage) {
    super();
    this.req = request;
  }

  setHeader(name: string, value: string | number | string[]): this {
    this.headers.set(name.toLowerCase(), Array.isArray(value) ? value : String(value));
    return this;
  }

  writeHead(status: number, headers: Record<string, string | string[]> | string = {}): this {
    this.statusCode = status;
    if (typeof headers === 'object') for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    this.headersSent = true;
    return this;
  }

  write(chunk: Uint8Array | string, done?: () => void): boolean {
    this.chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    done?.();
    return true;
  }

  end(chunk?: Uint8Array | string): this {
    if (chunk !== undefined) this.write(chunk);
    this.writableEnded = true;
    // The adapter waits for this to let go of the socket.
    this.emit('finish');
    return this;
  }

  destroy(error?: Error): this {
    this.failure = error ?? new Error('The page was broken off.');
    this.emit('close');
    return this;
  }
}
