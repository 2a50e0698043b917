/**
 * Bytes as text: by their byte order mark, what the Content-Type says, or a page's own `<meta charset>`, in this order as browsers do; UTF-8
 * where nobody says. Bytes that are not the UTF-8 they claim to be are read as Windows-1252. A character cut off at the end is left out.
 */
export function decodeText(bytes: Uint8Array, contentType: string | undefined): string {
  const decoder = decoderFor(markOf(bytes) ?? charsetIn(contentType ?? '') ?? charsetIn(beginningOf(bytes)) ?? 'utf-8');
  try {
    return decoder.decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function markOf(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xEF && bytes[1] === 0xBB && bytes[2] === 0xBF) return 'utf-8';
  if (bytes[0] === 0xFE && bytes[1] === 0xFF) return 'utf-16be';
  return bytes[0] === 0xFF && bytes[1] === 0xFE ? 'utf-16le' : null;
}

const beginningOf = (bytes: Uint8Array) => /<meta[^>]{0,500}?charset[^>]{0,100}/i.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 2048)))?.[0] ?? '';
const charsetIn = (text: string) => /charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(text)?.[1] ?? null;

function decoderFor(name: string): TextDecoder {
  try {
    return new TextDecoder(name, { fatal: true });
  } catch {
    return new TextDecoder('utf-8', { fatal: true });
  }
}
