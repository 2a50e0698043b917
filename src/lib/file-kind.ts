import { isUtf8 } from 'node:buffer';
import { setImmediate as afterOthers } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { fileTypeFromBuffer } from 'file-type';
import { BadZip, unzip, zipEntries } from './zip-entries.ts';

/** A kind of file that the hub takes. */
export interface FileKind {
  /** Ending of its name, without a point. */
  ending: string;
  mediaType: string;
  /** What people call it. */
  label: string;
  /** Whether browsers show it themselves and nothing in it can act on the hub's behalf. */
  inline: boolean;
  /** Whether it has words that can be taken out. */
  words: boolean;
}

const office = 'application/vnd.openxmlformats-officedocument';

export const fileKinds: readonly FileKind[] = [
  { ending: 'pdf', mediaType: 'application/pdf', label: 'PDF', inline: true, words: true },
  { ending: 'docx', mediaType: `${office}.wordprocessingml.document`, label: 'Word document', inline: false, words: true },
  { ending: 'xlsx', mediaType: `${office}.spreadsheetml.sheet`, label: 'Excel workbook', inline: false, words: true },
  { ending: 'pptx', mediaType: `${office}.presentationml.presentation`, label: 'PowerPoint presentation', inline: false, words: true },
  { ending: 'csv', mediaType: 'text/csv', label: 'CSV table', inline: false, words: true },
  { ending: 'png', mediaType: 'image/png', label: 'PNG image', inline: true, words: false },
  { ending: 'jpg', mediaType: 'image/jpeg', label: 'JPEG image', inline: true, words: false },
  { ending: 'webp', mediaType: 'image/webp', label: 'WebP image', inline: true, words: false },
  { ending: 'gif', mediaType: 'image/gif', label: 'GIF image', inline: true, words: false },
];

/** What a person is told who chooses a file. */
export const acceptedKinds = 'PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), CSV, and images (PNG, JPEG, WebP, GIF)';

/** The kind with this media type, whatever parameters stand behind it. */
export function fileKindOf(mediaType: string): FileKind | null {
  const bare = mediaType.split(';', 1)[0];
  return fileKinds.find((kind) => kind.mediaType === bare) ?? null;
}

/** `mediaType` may say more than the kind does: the character set of a CSV. */
export type Sniffed = { kind: FileKind; mediaType: string } | { refusal: string };

/**
 * What a file is by its bytes alone: neither its name nor what the browser says is looked at. What the hub does not take comes back as a
 * sentence for the person who sent it. Reads at most a megabyte of what is packed inside, so that nothing small can become large here.
 */
export async function sniffFile(bytes: Buffer): Promise<Sniffed> {
  if (bytes.length === 0) return { refusal: 'This file is empty.' };
  if (bytes.subarray(0, 4).equals(zipStart)) return sniffOffice(bytes);
  const found = await fileTypeFromBuffer(bytes);
  const mime = found?.mime === 'image/apng' ? 'image/png' : found?.mime ?? '';
  const kind = fileKindOf(mime);
  if (kind) return isWhole(kind.ending, bytes) ? { kind, mediaType: mime } : { refusal: `This ${kind.label} is damaged: its end is missing. Save it again and send the new file.` };
  return await sniffTable(bytes) ?? { refusal: refusalOf(mime, found?.ext ?? '', bytes) };
}

const zipStart = Buffer.from('PK\x03\x04', 'latin1');

/** Whether the end is there: a download that broke off leaves a picture that no browser shows. Whether a PDF opens only a reader can say. */
function isWhole(ending: string, bytes: Buffer): boolean {
  if (ending === 'png') return bytes.includes('IEND', -64 * 1024, 'latin1');
  if (ending === 'jpg') return bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) > 0;
  if (ending === 'gif') return /;\0*$/.test(bytes.toString('latin1', bytes.length - 64));
  if (ending === 'webp') return bytes.length >= 12 && bytes.readUInt32LE(4) + 8 <= bytes.length;
  return true;
}

const macros = 'This file has macros in it, and macros are programs. Save it without them, as .docx, .xlsx or .pptx.';
const damaged = 'This file is damaged: it cannot be opened. Save it again and send the new file.';
/** Bytes that the parts of one Office file may have when unpacked. */
const mostUnpacked = 512 * 1024 * 1024;

function sniffOffice(bytes: Buffer): Sniffed {
  try {
    const entries = zipEntries(bytes);
    if (entries.reduce((sum, entry) => sum + entry.size, 0) > mostUnpacked) return { refusal: 'This file unpacks to more than the hub can handle. Split it, or save it in a simpler form.' };
    const types = entries.find((entry) => entry.name === '[Content_Types].xml');
    if (!types) {
      const says = entries.find((entry) => entry.name === 'mimetype' && entry.size <= 100);
      if (says && unzip(bytes, says, 100).toString('latin1').startsWith('application/vnd.oasis.opendocument')) return { refusal: 'This is an OpenDocument file. Save it as .docx, .xlsx or .pptx, or as PDF, and send that.' };
      return { refusal: `This is a ZIP archive. Send the files in it one by one: ${acceptedKinds}.` };
    }
    const xml = unzip(bytes, types, 1024 * 1024).toString();
    if (/macroEnabled|vnd\.ms-office\.vbaProject/i.test(xml) || entries.some((entry) => /vbaProject|macrosheets/i.test(entry.name))) return { refusal: macros };
    const kind = fileKinds.find(({ mediaType }) => mediaType.startsWith(office) && (xml.includes(`"${mediaType}.main+xml"`) || xml.includes(`'${mediaType}.main+xml'`)));
    return kind ? { kind, mediaType: kind.mediaType } : { refusal: `This kind of Office file is not taken. The hub takes ${acceptedKinds}.` };
  } catch (error) {
    if (error instanceof BadZip) return { refusal: damaged };
    throw error;
  }
}

/** A table in text: UTF-8 or Windows-1252 without control characters, in which most rows have the same number of columns, two or more. */
async function sniffTable(bytes: Buffer): Promise<Sniffed | null> {
  const utf8 = isUtf8(bytes);
  if (!await isText(bytes, utf8)) return null;
  const some = bytes.subarray(0, 64 * 1024);
  const text = new TextDecoder(utf8 ? 'utf-8' : 'windows-1252').decode(some);
  if (/^\s*<|^#!|^%!/.test(text)) return null;
  const whole = some.length === bytes.length;
  const kind = fileKindOf('text/csv');
  if (!kind || ![',', ';', '\t', '|'].some((delimiter) => isTable(whole ? text : text.slice(0, text.lastIndexOf('\n') + 1), delimiter, whole))) return null;
  return { kind, mediaType: `text/csv; charset=${utf8 ? 'utf-8' : 'windows-1252'}` };
}

/** Whether there are no control characters in it but tabs and line ends, and, where it is not UTF-8, nothing that Windows-1252 does not have. */
async function isText(bytes: Buffer, utf8: boolean): Promise<boolean> {
  // Each is looked for outside of JavaScript, in a few milliseconds; others have their turn in between.
  for (const byte of utf8 ? inNoText : [...inNoText, ...notInWindows]) {
    if (bytes.includes(byte)) return false;
    await afterOthers();
  }
  return true;
}
const inNoText = [...Array.from({ length: 32 }, (_, byte) => byte).filter((byte) => ![9, 10, 13].includes(byte)), 127];
const notInWindows = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

function isTable(text: string, delimiter: string, whole: boolean): boolean {
  const rows: string[][] = [];
  try {
    parse(text, { delimiter, bom: true, relax_column_count: true, skip_empty_lines: true, max_record_size: 64 * 1024, on_record: (row: string[]) => { rows.push(row); return null; } });
  } catch (error) {
    // A cell that begins before the cut and ends behind it is no fault of the file.
    if (whole || !(error instanceof Error && 'code' in error && error.code === 'CSV_QUOTE_NOT_CLOSED')) return false;
  }
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [columns = 0, often = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  return columns >= 2 && often >= rows.length * 0.8;
}

function refusalOf(mime: string, ending: string, bytes: Buffer): string {
  if (mime === 'application/x-cfb') {
    return bytes.includes('EncryptedPackage', 0, 'utf16le')
      ? 'This file is locked with a password. Take the password off and send it again.'
      : 'This is a file of an older Office. Open it and save it as .docx, .xlsx or .pptx.';
  }
  const beginning = bytes.toString('latin1', 0, 1024).replace(/^\xef\xbb\xbf/, '');
  if (/^(?:MZ|#!|\x7fELF)/.test(beginning) || /x-(?:msdownload|elf|mach-binary)/.test(mime)) return 'This is a program. The hub takes no programs.';
  if (/^\s*<(?:!doctype\s+html|html|head|body|script|svg|\?xml)/i.test(beginning)) return `This is a web page, a drawing or another file with markup. The hub takes ${acceptedKinds}.`;
  if (/^(?:\xff\xfe|\xfe\xff)/.test(beginning)) return 'This text is in UTF-16. Save the table as “CSV UTF-8” and send that.';
  return `${ending ? `This is a file of the kind .${ending}.` : 'What kind of file this is cannot be told.'} The hub takes ${acceptedKinds}.`;
}

/** Names that Windows keeps for its devices. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** A name for saving: the last part of the given one without what could hide or lead astray, with the right ending. */
export function nameForSaving(given: string, ending: string): string {
  // No more of it than could ever count: patterns that look for an end take long on a long name.
  const last = (given.split(/[/\\]/).at(-1) ?? '').slice(0, 300).normalize('NFC');
  const plain = last.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu, '').replace(/[<>:"|?*%#;]/g, ' ').replace(/\s+/g, ' ').replace(/\.[a-z0-9]{1,5}$/i, '').replace(/^[\s.~-]+|[\s.]+$/g, '');
  const short = [...plain].slice(0, 80).join('').trim();
  return `${!short || reserved.test(short) ? `file${short && `-${short}`}` : short}.${ending}`;
}
