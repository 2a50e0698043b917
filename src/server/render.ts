import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';

export interface Rendered { status: number; headers: Map<string, string | string[]>; body: Buffer }

/** Astro's handler in middleware mode: `handler` of dist/server/entry.mjs. It writes into something that behaves like a ServerResponse. */
export type PageHandler = (request: IncomingMessage, response: Capture, next?: undefined, locals?: object) => unknown;

/** Where an answer goes that is sent while it is made: what takes its body, once its status and headers are known. */
export type Outlet = (status: number, headers: Rendered['headers']) => Writable;

/** Lets Astro make the page and returns it whole; `locals` are given to the page. Rejects when the page failed in a way that left nothing to show. */
export async function render(handler: PageHandler, request: IncomingMessage, locals?: object): Promise<Rendered> {
  const capture = new Capture(request);
  await handler(request, capture, undefined, locals);
  return whole(capture);
}

/** The same, but what asks not to be buffered goes to `outlet` while it is made; then null. Such a page has `locals.drained` to wait for who reads slowly. */
export async function renderInto(outlet: Outlet, handler: PageHandler, request: IncomingMessage): Promise<Rendered | null> {
  const capture = new Capture(request, outlet);
  await handler(request, capture, undefined, { drained: () => capture.drained() });
  if (!capture.out) return whole(capture);
  if (capture.failure) throw capture.failure;
  return null;
}

function whole(capture: Capture): Rendered {
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
  /** Where the body goes at once; null while it is kept. */
  out: Writable | null = null;
  readonly #outlet: Outlet | undefined;

  constructor(request: IncomingMessage, outlet?: Outlet) {
    super();
    this.req = request;
    this.#outlet = outlet;
  }

  setHeader(name: string, value: string | number | string[]): this {
    this.headers.set(name.toLowerCase(), Array.isArray(value) ? value : String(value));
    return this;
  }

  writeHead(status: number, headers: Record<string, string | string[]> | string = {}): this {
    this.statusCode = status;
    if (typeof headers === 'object') for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    this.headersSent = true;
    if (this.#outlet && this.headers.get('x-accel-buffering') === 'no') this.out = this.#outlet(status, this.headers).once('close', () => this.emit('close'));
    return this;
  }

  write(chunk: Uint8Array | string, done?: () => void): boolean {
    if (this.out) return this.out.write(chunk, () => done?.());
    this.chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    done?.();
    return true;
  }

  end(chunk?: Uint8Array | string): this {
    if (chunk !== undefined) this.write(chunk);
    this.writableEnded = true;
    this.out?.end();
    // The adapter waits for this to let go of the socket.
    this.emit('finish');
    return this;
  }

  /** Resolves when whoever reads has taken most of what was written, or has left. */
  async drained(): Promise<void> {
    const { out } = this;
    if (!out?.writableNeedDrain || out.destroyed) return;
    await new Promise<void>((done) => {
      const go = () => {
        out.off('drain', go).off('close', go);
        done();
      };
      out.on('drain', go).on('close', go);
    });
  }

  destroy(error?: Error): this {
    this.out?.destroy();
    this.failure = error ?? new Error('The page was broken off.');
    this.emit('close');
    return this;
  }
}
