import { randomBytes } from 'node:crypto';
import { existsSync, openAsBlob } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Files of a form that are too large to be copied about: the front server sets them aside in a folder and hands on the form with a slip in the
 * place of each; who handles the form exchanges the slip for the file. (Astro alone would hold eight copies of each in memory.)
 */
const slipType = 'application/x-hub-slip';

/** Types of slips for files that were let go while their form arrived: too large by themselves, or with those before them. */
export const leftOut = { alone: 'application/x-hub-too-large', together: 'application/x-hub-too-much' };

/** Where files are set aside below the data folder. */
export function incomingFolder(dataDir: string): string {
  return join(dataDir, 'incoming');
}

/** Smaller ones stay where they are. */
const worthwhile = 256 * 1024;
/** Bytes that the headers of one part may have; browsers send a few hundred. */
export const longestHeaders = 8 * 1024;

export interface SetAside {
  /** The form with slips. */
  body: Buffer;
  /** Throws away what was set aside. */
  forget: () => Promise<void>;
}

/** Sets aside the large files of a multipart form (RFC 7578) with this boundary. A form that cannot be taken apart comes back as it is. */
export async function setFilesAside(folder: string, form: Buffer, boundary: string): Promise<SetAside> {
  const paths: string[] = [];
  const pieces: Buffer[] = [];
  let copied = 0;
  for (const { at, start, end, headers } of partsOf(form, `--${boundary}`)) {
    if (end - start < worthwhile || !isFilePart(headers)) continue;
    const slip = randomBytes(16).toString('hex');
    const path = join(folder, slip);
    paths.push(path);
    await mkdir(folder, { recursive: true });
    await writeFile(path, form.subarray(start, end), { flag: 'wx', mode: 0o600 });
    pieces.push(form.subarray(copied, at), slipInPlaceOf(headers, slipType, slip));
    copied = end;
  }
  return { body: Buffer.concat([...pieces, form.subarray(copied)]), forget: async () => { for (const path of paths) await rm(path, { force: true }); } };
}

/** Whether a part of a form with these lines before its contents is a file. */
export function isFilePart(headers: readonly string[]): boolean {
  return headers.some((line) => /^Content-Disposition:.*;\s*filename=/i.test(line));
}

/** A part of a form with a slip in the place of its file. */
export function slipInPlaceOf(headers: readonly string[], type: string, slip: string): Buffer {
  // A second Content-Type would not count: the old one is left out.
  const kept = headers.filter((line) => !/^Content-Type:/i.test(line));
  return Buffer.from([...kept, `Content-Type: ${type}`, '', slip].join('\r\n'), 'latin1');
}

/** The parts of a form: where each begins, where its contents begin and end, and its lines before them, the boundary first. Ends at a part that is none. */
function* partsOf(form: Buffer, separator: string): Generator<{ at: number; start: number; end: number; headers: string[] }> {
  for (let at = form.indexOf(separator, 0, 'latin1'); at >= 0;) {
    const start = form.indexOf('\r\n\r\n', at, 'latin1') + 4;
    const end = form.indexOf(`\r\n${separator}`, start - 2, 'latin1');
    if (start < 4 || end < start || start - at > longestHeaders) return;
    yield { at, start, end, headers: form.toString('latin1', at, start - 4).split('\r\n') };
    at = end + 2;
  }
}

/** The file that a form brought: the one that was set aside where there is a slip. A slip that leads nowhere is an empty file. */
export async function receivedFile(folder: string, file: File): Promise<File> {
  if (file.type !== slipType) return file;
  const slip = file.size === 32 ? await file.text() : '';
  const path = join(folder, slip);
  return new File(/^[0-9a-f]{32}$/.test(slip) && existsSync(path) ? [await openAsBlob(path)] : [], file.name);
}
