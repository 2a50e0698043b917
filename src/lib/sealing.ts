import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from './settings.ts';

/*
 * What the hub must be able to read again, and whoever gets hold of a copy of the database must not, is sealed with a key that lies beside the database and
 * not in it (AES-256-GCM). It is no help against whoever reads the whole data folder.
 */

const prefix = 'v1.';
const [nonceLength, tagLength] = [12, 16];

/** Whether a text is one that `seal` made. */
export const isSealed = (text: string): boolean => text.startsWith(prefix);

/** Seals a text for one use: `purpose` has to be the same when it is opened, so that what is sealed for one is no good for another. */
export function seal(text: string, purpose: string): string {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key(), nonce).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return prefix + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** The text that was sealed; null where it was changed, sealed for something else, or with another key. */
export function unseal(sealed: string, purpose: string): string | null {
  if (!isSealed(sealed)) return null;
  const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, nonceLength), { authTagLength: tagLength }).setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength + tagLength)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

const kept = new Map<string, Buffer>();

/** The key in `hub.key` of the data folder, made when it is first needed; another process may have been quicker. */
function key(): Buffer {
  const { dataDir } = settings();
  const path = join(dataDir, 'hub.key');
  const known = kept.get(path);
  if (known) return known;
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true });
    makeKey(path);
  }
  const read = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url');
  if (read.length !== 32) throw new Error(`${path} holds no key of 32 bytes.`);
  kept.set(path, read);
  return read;
}

function makeKey(path: string): void {
  try {
    writeFileSync(path, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
