import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { fileHeaders, type ServedFile } from '#lib/file-headers.ts';
import { forEverybody, forOneReader, type RawHeaders } from './headers.ts';

/** Sends a file from disk, piece by piece: the whole, the part that is asked for, or 304 when the client has it (RFC 9110). Rejects when there are no such bytes. */
export async function sendFile(request: IncomingMessage, response: ServerResponse, file: ServedFile, security: RawHeaders): Promise<void> {
  const own = fileHeaders(file);
  const headers = [
    ...Object.entries(own).flat(), 'Cache-Control', file.shared ? forEverybody : forOneReader, 'Accept-Ranges', 'bytes',
    ...withoutNames(security, Object.keys(own)),
  ];
  const known = request.headers['if-none-match'];
  if (known !== undefined && (known.includes(file.hash) || known === '*')) {
    response.writeHead(304, withoutNames(headers, ['Content-Type', 'Content-Disposition'])).end();
    return;
  }
  const part = request.method === 'HEAD' ? null : partOf(request, file);
  if (part === 'nowhere') {
    response.writeHead(416, [...withoutNames(headers, ['Content-Type', 'Content-Disposition', 'ETag']), 'Content-Range', `bytes */${file.size}`, 'Content-Length', '0']).end();
    return;
  }
  const bytes = await open(file.path);
  try {
    const { start, end } = part ?? { start: 0, end: file.size - 1 };
    response.writeHead(part ? 206 : 200, [...headers, 'Content-Length', String(end - start + 1), ...(part ? ['Content-Range', `bytes ${start}-${end}/${file.size}`] : [])]);
    if (request.method === 'HEAD') response.end();
    else await pipeline(bytes.createReadStream({ start, end, autoClose: false }), response).catch(leftEarly);
  } finally {
    await bytes.close();
  }
}

/** Who has seen enough of a PDF closes the connection. */
function leftEarly(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE', 'ECONNRESET', 'EPIPE'].includes(String(error.code)))) throw error;
}

/** The one range that is asked for; null for the whole, which is also the answer to several ranges and to what cannot be read. */
function partOf({ headers: { range, 'if-range': condition } }: IncomingMessage, { size, hash }: ServedFile): { start: number; end: number } | 'nowhere' | null {
  if (!range || (condition !== undefined && condition !== `"${hash}"`)) return null;
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range.replace(/\s/g, '')) ?? [];
  if (!first && !last) return null;
  const start = first ? Number(first) : Math.max(0, size - Number(last));
  const end = first && last ? Math.min(Number(last), size - 1) : size - 1;
  if (first && last && Number(last) < start) return null;
  return start > end ? 'nowhere' : { start, end };
}

/** Headers without some. */
function withoutNames(headers: RawHeaders, names: readonly string[]): string[] {
  return headers.filter((_, at) => !names.includes(headers[at - (at % 2)] ?? ''));
}
