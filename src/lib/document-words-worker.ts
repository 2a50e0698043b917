import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { decodeText } from './decoding.ts';
import { fileKindOf } from './file-kind.ts';
import type { Reading } from './document-words.ts';
import { unzip, zipEntries, type ZipEntry } from './zip-entries.ts';

/**
 * Reads documents that strangers made. A program of its own: `node document-words-worker.ts <file> <media type> <opens|words>` prints a Reading
 * as JSON. The reading is done in a thread; the main thread watches over time and memory and ends the process when it takes too much.
 */
const limits = { memory: 640 * 1024 * 1024, heapMegabytes: 384, seconds: { opens: 10, words: 60 } };

/** Characters that are kept of one document. */
const mostCharacters = 200_000;
/** Bytes that one part of an Office file may unpack to, and all that are read. */
const mostOfPart = 64 * 1024 * 1024;
const mostOfAll = 128 * 1024 * 1024;

function watch(): void {
  const [file = '', mediaType = '', task = 'words'] = process.argv.slice(2);
  // The hub that asked is gone when its end of the pipe is.
  process.stdin.on('end', () => process.exit(1)).resume();
  const answer = (reading: Reading) => process.stdout.write(JSON.stringify(reading), () => process.exit(0));
  const worker = new Worker(new URL(import.meta.url), { workerData: { file, mediaType, task }, resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes }, stdout: true, stderr: true });
  worker.on('message', answer).on('error', (error) => answer({ state: 'failed', why: isOutOfMemory(error) ? 'too much' : 'broken' }));
  setInterval(() => { if (process.memoryUsage.rss() > limits.memory) answer({ state: 'failed', why: 'too much' }); }, 50);
  setTimeout(() => answer({ state: 'failed', why: 'too much' }), (task === 'opens' ? limits.seconds.opens : limits.seconds.words) * 1000);
}

const isOutOfMemory = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';

async function read(): Promise<void> {
  const { file, mediaType, task } = workerData as { file: string; mediaType: string; task: string };
  const bytes = readFileSync(file);
  const reading = await readers[fileKindOf(mediaType)?.ending ?? '']?.(bytes, task === 'opens', mediaType).catch(failure) ?? { state: 'none' };
  parentPort?.postMessage(reading);
}

function failure(error: unknown): Reading {
  return { state: 'failed', why: error instanceof Error && error.name === 'PasswordException' ? 'locked' : 'broken' };
}

const readers: Record<string, (bytes: Buffer, onlyOpen: boolean, mediaType: string) => Promise<Reading>> = {
  pdf: readPdf,
  docx: async (bytes) => found(await wordsOfWord(bytes)),
  xlsx: async (bytes) => found(wordsOfParts(bytes, [
    [/^xl\/workbook\.xml$/, /<sheet\b[^>]*\bname="([^"]*)"/g],
    [/^xl\/sharedStrings\.xml$/, /<t\b[^>]*>([^<]*)(?=<)|(<\/si>)/g],
    [/^xl\/worksheets\/[^/]+\.xml$/, /<t\b[^>]*>([^<]*)(?=<)|(<\/is>)/g],
    [/^xl\/comments\d*\.xml$/, /<t\b[^>]*>([^<]*)(?=<)|(<\/comment>)/g],
  ])),
  pptx: async (bytes) => found(wordsOfParts(bytes, [
    [/^ppt\/slides\/[^/]+\.xml$/, /<a:t\b[^>]*>([^<]*)(?=<)|(<\/a:p>)/g],
    [/^ppt\/notesSlides\/[^/]+\.xml$/, /<a:t\b[^>]*>([^<]*)(?=<)|(<\/a:p>)/g],
  ])),
  csv: async (bytes, _, mediaType) => found(decodeText(bytes.subarray(0, mostCharacters * 2), mediaType).replace(/[",;|\t]+/g, ' ')),
};

function found(words: string): Reading {
  const text = words.normalize('NFC').replace(/[^\S\n]+/g, ' ').replace(/ ?\n[\s]*/g, '\n').trim().slice(0, mostCharacters).toWellFormed();
  return /[\p{L}\p{N}]/u.test(text) ? { state: 'done', text } : { state: 'none' };
}

async function readPdf(bytes: Buffer, onlyOpen: boolean): Promise<Reading> {
  const { getDocumentProxy } = await import('unpdf');
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { isEvalSupported: false, verbosity: 0 });
  if (onlyOpen) return { state: 'done', text: '' };
  let words = '';
  for (let page = 1; page <= pdf.numPages && words.length < mostCharacters; page++) {
    const { items } = await (await pdf.getPage(page)).getTextContent();
    words += `${items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('')}\n`;
  }
  // A word that was divided at the end of a line is one word.
  return found(words.replace(/(\p{Ll})[-\u00ad\u2010]\n(?=\p{Ll})/gu, '$1').replaceAll('\u00ad', ''));
}

/** The parts of an Office file, each unpacked when it is asked for and only as far as the limits go. */
function partsOf(bytes: Buffer): { names: string[]; exists: (name: string) => boolean; part: (name: string) => Buffer } {
  const entries = new Map<string, ZipEntry>(zipEntries(bytes).map((entry) => [entry.name, entry]));
  let left = mostOfAll;
  return {
    names: [...entries.keys()],
    exists: (name) => entries.has(name),
    part(name) {
      const entry = entries.get(name);
      if (!entry) throw new Error(`It has no ${name}.`);
      const part = unzip(bytes, entry, Math.min(left, mostOfPart));
      left -= part.length;
      return part;
    },
  };
}

async function wordsOfWord(bytes: Buffer): Promise<string> {
  const { default: mammoth } = await import('mammoth');
  const { exists, part } = partsOf(bytes);
  // Mammoth's own unpacking knows no limits; it takes an open archive as well, though its types do not say so.
  const file = { exists, read: async (name: string, encoding?: BufferEncoding) => (encoding ? part(name).toString(encoding) : part(name)), write: () => undefined };
  const { value } = await mammoth.extractRawText({ file } as unknown as Parameters<typeof mammoth.extractRawText>[0]);
  return `${value}\n${wordsOfParts(bytes, [[/^word\/(?:footnotes|endnotes|comments)\.xml$/, /<w:t\b[^>]*>([^<]*)(?=<)|(<\/w:p>)/g]])}`;
}

/** What a pattern finds in the parts whose names match: its first group is text, its second ends a line. Parts come in the order of their numbers. */
function wordsOfParts(bytes: Buffer, wanted: [names: RegExp, pattern: RegExp][]): string {
  const { names, part } = partsOf(bytes);
  const inOrder = names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  let words = '';
  for (const [which, pattern] of wanted) {
    for (const name of inOrder.filter((one) => which.test(one))) {
      if (words.length >= mostCharacters) return words;
      for (const [, text, end] of part(name).toString().matchAll(pattern)) {
        words += end ? '\n' : unescaped(text ?? '');
        if (words.length >= mostCharacters) break;
      }
      words += '\n';
    }
  }
  return words;
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return name ? named[name] ?? whole : point <= 0x10ffff ? String.fromCodePoint(point) : '';
  });
}

if (isMainThread) watch();
else await read();
