import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export type Encoding = 'br' | 'gzip' | 'identity';

/** Below this many bytes compression does not pay. */
const worthwhile = 1024;

const chosen = new Map<string, Encoding>();

/** The best encoding that a client takes by its Accept-Encoding header. */
export function encodingFor(accepted: string | string[] | undefined): Encoding {
  if (!accepted) return 'identity';
  const text = String(accepted);
  const known = chosen.get(text);
  if (known) return known;
  const weights = new Map(text.toLowerCase().split(',').map((part) => {
    const [name = '', ...rest] = part.split(';').map((piece) => piece.trim());
    return [name, Number(/^q=([\d.]+)$/.exec(rest[0] ?? '')?.[1] ?? 1)];
  }));
  const encoding = (['br', 'gzip'] as const).find((name) => (weights.get(name) ?? weights.get('*') ?? 0) > 0) ?? 'identity';
  // Browsers send a handful of values; anything may be sent, so the memory is bounded.
  if (chosen.size < 200) chosen.set(text, encoding);
  return encoding;
}

/** Whether an answer of this type and size gets smaller by compressing. */
export function isCompressible(type: string, size: number): boolean {
  return size >= worthwhile && /^text\/|[/+](?:json|xml|javascript)\b|x-bibtex|research-info/.test(type);
}

/** Compresses for one answer (`once`), for a page that is kept until the next change (`page`) or for a file that is kept as long as the process runs (`file`). */
export function compress(body: Buffer, encoding: Exclude<Encoding, 'identity'>, effort: 'once' | 'page' | 'file'): Buffer {
  if (encoding === 'gzip') return gzipSync(body, { level: { once: 1, page: 5, file: 9 }[effort] });
  const quality = { once: 1, page: 4, file: 9 }[effort];
  return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });
}
