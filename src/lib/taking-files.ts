import { readDocument } from './document-words.ts';
import { sniffFile, type FileKind } from './file-kind.ts';
import { filesFolder, pathInStore, storeFile } from './file-store.ts';
import { leftOut } from './incoming-files.ts';
import { settings } from './settings.ts';

/** What a form brought, in memory. `mediaType` may say more than the kind does. */
export interface Received { bytes: Buffer; kind: FileKind; mediaType: string }

/** Reads a file that a form brought, as what it is by its bytes. A refusal is a sentence for the person who sent it. */
export async function readReceived(file: File): Promise<Received | { refusal: string }> {
  const { uploadBytes } = settings();
  const most = `${uploadBytes / 1024 / 1024} megabytes`;
  if (file.type === leftOut.alone || file.size > uploadBytes) return { refusal: `This file is too large: the hub takes at most ${most}.` };
  if (file.type === leftOut.together) return { refusal: `With the files before it this is too large: the hub takes at most ${most} at a time. Add this one afterwards, by editing what you wrote.` };
  const bytes = Buffer.from(await file.arrayBuffer());
  const sniffed = await sniffFile(bytes);
  return 'refusal' in sniffed ? sniffed : { bytes, ...sniffed };
}

/** Puts it into the store, unless it is a PDF that cannot be opened. */
export async function keepReceived({ bytes, kind, mediaType }: Received): Promise<{ hash: string } | { refusal: string }> {
  const hash = await storeFile(filesFolder(), bytes);
  const refusal = kind.ending === 'pdf' ? await whyClosed(hash, mediaType) : null;
  return refusal === null ? { hash } : { refusal };
}

async function whyClosed(hash: string, mediaType: string): Promise<string | null> {
  const reading = await readDocument(pathInStore(filesFolder(), hash), mediaType, 'opens');
  if (reading.state !== 'failed') return null;
  if (reading.why === 'locked') return 'This PDF is locked with a password. Take the password off and send it again.';
  if (reading.why === 'broken') return 'This PDF is damaged: it cannot be opened. Save it again and send the new file.';
  return null;
}
