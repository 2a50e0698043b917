import { HeldBytes } from './held-bytes.ts';
import { isFilePart, leftOut, longestHeaders, slipInPlaceOf } from './incoming-files.ts';

/** Takes a form as it arrives, and keeps of it what the hub can hold. */
export interface FormSieve {
  take: (piece: Buffer) => void;
  /** The form with a slip in the place of each file that was left out; null when its texts alone are too long, or when it cannot be taken apart. */
  form: () => Buffer | null;
}

/** What of a form is held, in bytes. */
export interface Room { /** All files together, and so each. */ files: number; /** All the rest. */ texts: number }

/**
 * Makes a sieve for a multipart form (RFC 7578) with this boundary: a file that is larger than its room, or has none left beside those before it, is
 * let go while it arrives, and everything else of the form is kept, so that its sender has the words back.
 */
export function createFormSieve(boundary: string, room: Room): FormSieve {
  const separator = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const kept = new HeldBytes();
  const used = { files: 0, texts: 0 };
  let state: 'headers' | 'text' | 'file' = 'text';
  let broken = false;
  // The first boundary has no line before it.
  let rest: Buffer = Buffer.from('\r\n');
  /** The file that arrives: its headers, where they and its contents are kept, and its size so far. */
  let file = { headers: [] as string[], at: 0, contents: 0, size: 0 };

  return {
    take: (piece) => {
      if (broken) return;
      rest = Buffer.concat([rest, piece]);
      while (!broken && (state === 'headers' ? readHeaders() : readContents()));
    },
    form: () => {
      keepText(rest);
      rest = Buffer.alloc(0);
      return broken || state === 'file' ? null : kept.bytes().subarray(2);
    },
  };

  /** Reads on to the next boundary; false when it has not come yet. */
  function readContents(): boolean {
    const end = rest.indexOf(separator);
    const contents = rest.subarray(0, end >= 0 ? end : Math.max(0, rest.length - separator.length));
    if (state === 'file') keepOfFile(contents);
    else keepText(contents);
    rest = rest.subarray(contents.length);
    if (end < 0) return false;
    if (state === 'file') endFile();
    keepText(separator);
    rest = rest.subarray(separator.length);
    state = 'headers';
    return true;
  }

  /** Reads the lines before the contents of a part; false when they have not all come yet. */
  function readHeaders(): boolean {
    const end = rest.indexOf('\r\n\r\n');
    if (end > longestHeaders || (end < 0 && rest.length > longestHeaders)) broken = true;
    if (end < 0) return false;
    const headers = rest.toString('latin1', 0, end).split('\r\n');
    state = isFilePart(headers) ? 'file' : 'text';
    const at = kept.length;
    keepText(rest.subarray(0, end + 4));
    file = { headers, at, contents: kept.length, size: 0 };
    rest = rest.subarray(end + 4);
    return true;
  }

  function keepText(bytes: Buffer): void {
    used.texts += bytes.length;
    if (used.texts > room.texts) broken = true;
    if (broken) kept.cut(0);
    else kept.add(bytes);
  }

  function keepOfFile(bytes: Buffer): void {
    file.size += bytes.length;
    if (hasRoom()) kept.add(bytes);
    else kept.cut(file.contents);
  }

  /** Whether the file that arrives has room; one that is left out takes none. */
  function hasRoom(): boolean {
    return used.files + file.size <= room.files;
  }

  function endFile(): void {
    if (hasRoom()) used.files += file.size;
    else {
      kept.cut(file.at);
      kept.add(slipInPlaceOf(file.headers, file.size > room.files ? leftOut.alone : leftOut.together, String(file.size)));
    }
  }
}
