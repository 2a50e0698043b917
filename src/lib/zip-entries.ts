import { inflateRawSync } from 'node:zlib';

/** Something in a ZIP is not as it has to be, or is more than may be unpacked. */
export class BadZip extends Error {
  override name = 'BadZip';
}

export interface ZipEntry {
  name: string;
  /** 0 = stored, 8 = deflated; nothing else is unpacked here. */
  method: number;
  encrypted: boolean;
  packedSize: number;
  /** Bytes when unpacked, as the archive says. */
  size: number;
  /** Where its local header begins. */
  at: number;
}

const signature = { local: 0x04034b50, central: 0x02014b50, end: Buffer.from('PK\x05\x06', 'latin1'), wideLocator: 0x07064b50, wideEnd: 0x06064b50 };
const wide = { count: 0xffff, size: 0xffffffff };

/**
 * The entries of a ZIP by its central directory, which is what Office reads (PKWARE APPNOTE 6.3.10). Throws BadZip when it cannot be
 * read or has more than `most` entries.
 */
export function zipEntries(bytes: Buffer, most = 5000): ZipEntry[] {
  try {
    const { count, start } = directoryOf(bytes);
    if (count > most) throw new BadZip(`It has ${count} entries.`);
    const entries: ZipEntry[] = [];
    let at = start;
    for (let n = 0; n < count; n++) {
      if (bytes.readUInt32LE(at) !== signature.central) throw new BadZip('Its list of entries is damaged.');
      const [nameLength, extraLength, commentLength] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
      const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
      const given = { size: bytes.readUInt32LE(at + 24), packedSize: bytes.readUInt32LE(at + 20), at: bytes.readUInt32LE(at + 42) };
      entries.push({
        name: bytes.toString('utf8', at + 46, at + 46 + nameLength), method: bytes.readUInt16LE(at + 10), encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1, ...widened(given, extra),
      });
      at += 46 + nameLength + extraLength + commentLength;
    }
    return entries;
  } catch (error) {
    throw error instanceof RangeError ? new BadZip('It ends too early.') : error;
  }
}

/** The bytes of an entry. Throws BadZip when it is damaged, encrypted, or longer than the archive says or `most` allows. */
export function unzip(bytes: Buffer, entry: ZipEntry, most: number): Buffer {
  if (entry.encrypted) throw new BadZip(`${entry.name} is encrypted.`);
  if (entry.size > most) throw new BadZip(`${entry.name} unpacks to ${entry.size} bytes.`);
  try {
    if (bytes.readUInt32LE(entry.at) !== signature.local) throw new BadZip(`${entry.name} is not where it should be.`);
    const start = entry.at + 30 + bytes.readUInt16LE(entry.at + 26) + bytes.readUInt16LE(entry.at + 28);
    const packed = bytes.subarray(start, start + entry.packedSize);
    const whole = entry.method === 8 ? inflateRawSync(packed, { maxOutputLength: Math.max(entry.size, 1) }) : packed;
    if ((entry.method !== 0 && entry.method !== 8) || whole.length !== entry.size) throw new BadZip(`${entry.name} is damaged.`);
    return whole;
  } catch (error) {
    throw error instanceof BadZip ? error : new BadZip(`${entry.name} cannot be unpacked.`);
  }
}

/** How many entries there are and where their list begins. */
function directoryOf(bytes: Buffer): { count: number; start: number } {
  // Behind the end record stands at most a comment of 65,535 bytes.
  const tail = Math.max(0, bytes.length - 65_557);
  const found = bytes.subarray(tail).lastIndexOf(signature.end);
  if (found < 0) throw new BadZip('It has no list of entries.');
  const end = tail + found;
  const [count, start] = [bytes.readUInt16LE(end + 10), bytes.readUInt32LE(end + 16)];
  if (count !== wide.count && start !== wide.size) return { count, start };
  if (end < 20 || bytes.readUInt32LE(end - 20) !== signature.wideLocator) return { count, start };
  const record = Number(bytes.readBigUInt64LE(end - 12));
  if (bytes.readUInt32LE(record) !== signature.wideEnd) throw new BadZip('Its list of entries is damaged.');
  return { count: Number(bytes.readBigUInt64LE(record + 32)), start: Number(bytes.readBigUInt64LE(record + 48)) };
}

type Numbers = Record<'size' | 'packedSize' | 'at', number>;

/** Numbers too large for their field stand in the extra field 1, in this order (Zip64). */
function widened(given: Numbers, extra: Buffer): Numbers {
  const numbers = { ...given };
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    for (const name of ['size', 'packedSize', 'at'] as const) {
      if (given[name] !== wide.size) continue;
      numbers[name] = Number(extra.readBigUInt64LE(next));
      next += 8;
    }
  }
  return numbers;
}
