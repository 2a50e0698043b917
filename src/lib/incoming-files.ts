import { randomBytes } from 'node:crypto';
import { existsSync, openAsBlob } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Files of a form that are too large to be copied about: the front server sets them aside in a folder and hands on the form with a slip in the
 * place of each; who handles the form exchanges the slip for the file. (Astro alone would hold eight copies of each in memory.)
 */
const slipType = 'application/x-hub-slip';

/** Where files are set aside below the data folder. */
export function incomingFolder(dataDir: string): string {
  return join(dataDir, 'incoming');
}

/** Smaller ones stay where they are. */
const worthwhile = 256 * 1024;

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
  for (const { start, end, file } of partsOf(form, `--${boundary}`)) {
    if (!file || end - start < worthwhile) continue;
    const slip = randomBytes(16).toString('hex');
    const path = join(folder, slip);
    paths.push(path);
    await mkdir(folder, { recursive: true });
    await writeFile(path, form.subarray(start, end), { flag: 'wx', mode: 0o600 });
    // A second Content-Type would not count: the old one is cut out.
    pieces.push(Buffer.from(form.toString('latin1', copied, start).replace(/\r\nContent-Type:[^\r\n]*(?=(?:\r\n[^\r\n]+)*\r\n\r\n$)/i, '').replace(/\r\n\r\n$/, `\r\nContent-Type: ${slipType}\r\n\r\n${slip}`), 'latin1'));
    copied = end;
  }
  return { body: Buffer.concat([...pieces, form.subarray(copied)]), forget: async () => { for (const path of paths) await rm(path, { force: true }); } };
}

/** Where the contents of the parts begin and end, and whether each is a file. */
function* partsOf(form: Buffer, separator: string): Generator<{ start: number; end: number; file: boolean }> {
  for (let at = form.indexOf(separator, 0, 'latin1'); at >= 0;) {
    const start = form.indexOf('\r\n\r\n', at, 'latin1') + 4;
    const end = form.indexOf(`\r\n${separator}`, start - 2, 'latin1');
    if (start < 4 || end < start) return;
    yield { start, end, file: /^Content-Disposition:.*;\s*filename=/im.test(form.toString('latin1', at, start)) };
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
