import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { compress, encodingFor, isCompressible, type Encoding } from './compress.ts';
import type { RawHeaders } from './headers.ts';

/** An answer that is kept in memory and sent many times: headers made ready, compressed when somebody first takes it compressed. */
export interface KeptAnswer {
  status: number;
  body: Buffer;
  etag: string;
  /** Everything but length, encoding and ETag. */
  headers: RawHeaders;
  effort: 'page' | 'file';
  compressible: boolean;
  forms: Map<Encoding, Form>;
}

/** The answer in one encoding. A strong ETag names bytes, so each encoding has its own. */
interface Form {
  bytes: Buffer;
  /**
   * The bytes as a latin1 string, made when they are sent for the second time: Node sends headers and a string in one piece, which is quicker
   * than two; but most pages are never asked for again, and strings fill the heap.
   */
  text: string | null;
  sent: boolean;
  headers: RawHeaders;
  unchanged: RawHeaders;
}

/** Makes an answer ready to be sent many times. `headers` must hold Content-Type, Cache-Control and the security headers. */
export function keepAnswer(status: number, type: string, headers: RawHeaders, body: Buffer, effort: KeptAnswer['effort']): KeptAnswer {
  const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { status, body, etag, headers, effort, compressible: isCompressible(type, body.length), forms: new Map() };
}

/** Sends a kept answer; 304 when the client has it. (Node itself leaves out the body to HEAD.) */
export function sendKept(request: IncomingMessage, response: ServerResponse, answer: KeptAnswer): void {
  const encoding = answer.compressible ? encodingFor(request.headers['accept-encoding']) : 'identity';
  const form = answer.forms.get(encoding) ?? makeForm(answer, encoding);
  const known = request.headers['if-none-match'];
  if (known !== undefined && answer.status === 200 && (known.includes(answer.etag) || known === '*')) {
    response.writeHead(304, form.unchanged as string[]).end();
    return;
  }
  response.writeHead(answer.status, form.headers as string[]);
  if (form.sent) response.end(form.text ??= form.bytes.toString('latin1'), 'latin1');
  else response.end(form.bytes);
  form.sent = true;
}

function makeForm(answer: KeptAnswer, encoding: Encoding): Form {
  const bytes = encoding === 'identity' ? answer.body : compress(answer.body, encoding, answer.effort);
  const etag = `"${answer.etag}${encoding === 'identity' ? '' : `-${encoding}`}"`;
  const unchanged = ['ETag', etag, ...answer.headers];
  const form = { bytes, text: null, sent: false, unchanged, headers: ['Content-Length', String(bytes.length), ...(encoding === 'identity' ? [] : ['Content-Encoding', encoding]), ...unchanged] };
  answer.forms.set(encoding, form);
  return form;
}
