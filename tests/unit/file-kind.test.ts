import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { condense } from '#lib/condense.ts';
import { readDocument } from '#lib/document-words.ts';
import { fileHeaders } from '#lib/file-headers.ts';
import { fileKindOf, nameForSaving, sniffFile } from '#lib/file-kind.ts';
import { fileSize } from '#lib/file-size.ts';
import { createFormSieve } from '#lib/form-sieve.ts';
import { receivedFile, setFilesAside } from '#lib/incoming-files.ts';
import { BadZip, unzip, zipEntries } from '#lib/zip-entries.ts';
import { makeZip, wordParts, workbookParts } from '../support/zip.ts';

const folder = resolve(import.meta.dirname, '../fixtures/files');
const fixture = (name: string) => readFileSync(join(folder, name));
const text = (content: string) => Buffer.from(content);
const office = 'application/vnd.openxmlformats-officedocument';
const word = wordParts(['Some words.']);
const sniffed = async (bytes: Buffer) => {
  const found = await sniffFile(bytes);
  return 'refusal' in found ? found.refusal : found.mediaType;
};

test('while a large table is looked at, others have their turn', async () => {
  const table = Buffer.from(`date,agents,words\n${'2026-01-01,12,"Répondu"\n'.repeat(720_000)}`);
  let [last, longest] = [performance.now(), 0];
  const ticking = setInterval(() => { [last, longest] = [performance.now(), Math.max(longest, performance.now() - last)]; }, 1);
  expect(await sniffed(table)).toBe('text/csv; charset=utf-8');
  clearInterval(ticking);
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(150);
});

describe('what is taken', () => {
  test.each([
    ['report.pdf', 'application/pdf'], ['scan.pdf', 'application/pdf'], ['report.docx', `${office}.wordprocessingml.document`], ['calls.xlsx', `${office}.spreadsheetml.sheet`],
    ['slides.pptx', `${office}.presentationml.presentation`], ['calls.csv', 'text/csv; charset=utf-8'], ['calls-1252.csv', 'text/csv; charset=windows-1252'],
    ['blue.png', 'image/png'], ['blue.jpg', 'image/jpeg'], ['blue.webp', 'image/webp'], ['blue.gif', 'image/gif'],
  ])('%s is %s', async (name, type) => {
    expect(await sniffed(fixture(name))).toBe(type);
    expect(name.endsWith(`.${fileKindOf(type)?.ending}`)).toBe(true);
  });

  test.each([
    ['a table with a byte order mark', '\ufeffa,b\n1,2\n'], ['one with tabs', 'a\tb\n1\t2'], ['one that begins like a bitmap', 'BMI,Age\n21,40\n22,41\n'], ['one with lines in a cell', 'a,b\n"two\nlines",2\n'],
    ['one with a heading above it', `Calls in 2025\n${'1,2,3\n'.repeat(20)}`],
  ])('%s', async (_, content) => expect(await sniffed(text(content))).toBe('text/csv; charset=utf-8'));

  test('a table of 20 megabytes, within half a second and cut inside a cell', async () => {
    const large = text(`a,b\n${`"${'x'.repeat(300)}\nand more",2\n`.repeat(65_000)}`);
    const at = Date.now();
    expect(await sniffed(large)).toBe('text/csv; charset=utf-8');
    expect(Date.now() - at).toBeLessThan(500);
  });
});

describe('what is not taken, and what is said', () => {
  const program = Buffer.concat([text('MZ\x90\x00\x03'), Buffer.alloc(200)]);
  test.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /is empty/], ['a program called .pdf', program, /program/], ['an ELF program', Buffer.concat([text('\x7fELF\x02\x01\x01'), Buffer.alloc(100)]), /program/],
    ['a shell script', text('#!/bin/sh\nrm -rf a, b\n'), /program/],
    ['HTML called .csv', text('<!doctype html><html><body>a,b\n1,2\n</body></html>'), /web page/], ['HTML after a blank', text('\n  <html>\na,b\n</html>'), /web page/],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), /markup/], ['SVG with an XML line', text('<?xml version="1.0"?><svg/>'), /markup/],
    ['prose', text('Dear all,\nthis is a letter. It has, here and there, a comma.\nKind regards\nRosa\n'), /cannot be told/], ['JavaScript', text('alert(1);\nfunction a() {\n  return 1;\n}\n'), /cannot be told/],
    ['a table in UTF-16', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), /UTF-16/],
    ['a picture whose end is missing', fixture('blue.png').subarray(0, 60), /PNG image is damaged/], ['GIF and JavaScript at once', text('GIF89a=1;/*\n*/alert(1)//aaaaaaaa'), /GIF image is damaged/],
    ['a document with macros', makeZip(wordParts(['x'], 'application/vnd.ms-word.document.macroEnabled.main+xml')), /macros/],
    ['one with macros that says it has none', makeZip({ ...word, 'word/vbaProject.bin': 'x' }), /macros/], ['a workbook with macros of Excel 4', makeZip({ ...workbookParts('A', [['x']]), 'xl/macrosheets/sheet1.xml': '<x/>' }), /macros/],
    ['a template', makeZip(wordParts(['x'], `${office}.wordprocessingml.template.main+xml`)), /kind of Office file is not taken/],
    ['an archive', makeZip({ 'a.txt': 'hello' }), /ZIP archive/], ['an OpenDocument text', makeZip({ mimetype: 'application/vnd.oasis.opendocument.text', 'content.xml': '<x/>' }), /OpenDocument.*\.docx/], ['half a document', makeZip(word).subarray(0, 700), /damaged/],
    ['a document whose beginning is damaged', makeZip(word, { '[Content_Types].xml': { size: 5 } }), /damaged/], ['an encrypted part', makeZip(word, { '[Content_Types].xml': { flags: 1 } }), /damaged/],
    ['one that says it unpacks to four gigabytes', makeZip({ ...word, 'word/media/a.bin': 'x' }, { 'word/media/a.bin': { size: 0xf0000000 } }), /unpacks to more/],
    ['one with a million types', makeZip({ ...word, '[Content_Types].xml': ' '.repeat(3_000_000) }), /damaged/], ['one with too many parts', makeZip({ ...word, ...Object.fromEntries(Array.from({ length: 5001 }, (_, n) => [`p${n}`, ''])) }), /damaged/],
    ['an older Office', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(1000)]), /older Office/],
    ['one with a password', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(504), Buffer.from('EncryptedPackage', 'utf16le'), Buffer.alloc(500)]), /password/],
    ['another kind that can be told', gzipSync('hello'), /kind \.gz/],
  ])('%s', async (_, bytes, words) => expect(await sniffed(bytes)).toMatch(words));

  test('a PDF that is also a web page is sent as a PDF and nothing else', async () => {
    expect(await sniffed(Buffer.concat([text('%PDF-1.4\n<html><script>alert(1)</script></html>\n'), fixture('scan.pdf')]))).toBe('application/pdf');
    expect(await sniffed(Buffer.concat([text('<html>'), fixture('scan.pdf')]))).toMatch(/web page/);
  });
});

describe('names', () => {
  test.each([
    ['Report 2024.pdf', 'Report 2024.pdf'], ['../../etc/passwd', 'passwd.pdf'], ['C:\\Users\\Rosa\\Répertoire.PDF', 'Répertoire.pdf'], ['a\u202efdp.exe', 'afdp.pdf'], ['x\r\nSet-Cookie: a=b.pdf', 'xSet-Cookie a=b.pdf'],
    ['.htaccess', 'htaccess.pdf'], ['', 'file.pdf'], ['....', 'file.pdf'], ['con.pdf', 'file-con.pdf'], ['page.html', 'page.pdf'], ['v1.2 final.docx', 'v1.2 final.pdf'], ['a"b<c>?#%;.pdf', 'a b c.pdf'], [`${'é'.repeat(300)}.pdf`, `${'é'.repeat(80)}.pdf`],
  ])('%j is saved as %j', (given, name) => expect(nameForSaving(given, 'pdf')).toBe(name));

  test('a name without end takes no time', () => {
    const before = performance.now();
    expect(nameForSaving(`b${'.'.repeat(120_000)}bbbbbbbbb`, 'csv')).toBe('b.csv');
    expect(performance.now() - before).toBeLessThan(500);
  });

  test('how a browser is told', () => {
    const file = { path: '/x', name: 'Répertoire (1).csv', mediaType: 'text/csv; charset=utf-8', size: 1, hash: 'ab', shared: true };
    expect(fileHeaders(file)).toMatchObject({ 'Content-Disposition': `attachment; filename="Repertoire (1).csv"; filename*=UTF-8''R%C3%A9pertoire%20%281%29.csv`, 'Content-Security-Policy': expect.stringMatching(/^sandbox; default-src 'none'/) });
    expect(fileHeaders({ ...file, name: 'a.pdf', mediaType: 'application/pdf' })).toMatchObject({ 'Content-Disposition': 'inline; filename="a.pdf"', 'Content-Security-Policy': expect.stringMatching(/^default-src 'none'/), 'X-Content-Type-Options': 'nosniff' });
  });

  test('sizes', () => expect([0, 1023, 1024, 27_217, 1_048_575, 1_048_576, 26_214_400].map(fileSize)).toEqual(['0 bytes', '1023 bytes', '1 KB', '27 KB', '1 MB', '1 MB', '25 MB']));
});

describe('archives', () => {
  test('parts come out as they went in', () => {
    const zip = makeZip({ a: 'hello', 'b/ç': 'x'.repeat(100_000) });
    const [a, b] = zipEntries(zip);
    expect([a && unzip(zip, a, 10).toString(), b?.name, b && unzip(zip, b, 100_000).length]).toEqual(['hello', 'b/ç', 100_000]);
    if (b) expect(() => unzip(zip, b, 99_999)).toThrow(BadZip);
  });
  test('one that unpacks to more than it says is not unpacked', () => {
    const zip = makeZip({ a: 'x'.repeat(1_000_000) }, { a: { size: 10 } });
    const [a] = zipEntries(zip);
    if (a) expect(() => unzip(zip, a, 1_000_000)).toThrow(BadZip);
  });
  test('whatever is cut off or changed, nothing worse than BadZip comes of it', () => {
    const zip = makeZip(word);
    for (let at = 0; at < zip.length; at += 3) {
      for (const bytes of [zip.subarray(0, at), Buffer.concat([zip.subarray(0, at), Buffer.from([0xff, 0xff]), zip.subarray(at + 2)])]) {
        try { for (const entry of zipEntries(bytes)) unzip(bytes, entry, 1_000_000); } catch (error) { expect(error).toBeInstanceOf(BadZip); }
      }
    }
  });
});

describe('long texts for search', () => {
  const ask = (text: string) => condense(text, { running: 20, most: 60 });
  test.each([
    ['short', 'short'], ['exactly twenty signs', 'exactly twenty signs'], ['the centre of calls and the centre of words', 'the centre of calls  and words'], ['the centre of callers, callers', 'the centre of  callers'],
    ['Élan élan ÉLAN élan Élan new', 'Élan élan ÉLAN élan  new'], ['a'.repeat(100), `${'a'.repeat(20)} ${'a'.repeat(80)}`.slice(0, 20)],
  ])('%j', (text, words) => expect(ask(text)).toBe(words));
  test('no word is lost below the limit, and a million signs take no time', () => {
    const words = Array.from({ length: 3000 }, (_, n) => `word${n}`);
    const text = `${words.join(' ')} `.repeat(40);
    const at = Date.now();
    const found = condense(text, { running: 5000, most: 120_000 });
    expect(Date.now() - at).toBeLessThan(500);
    expect(new Set(found.match(/\w+/g)).size).toBe(3000);
    expect(found.length).toBeLessThan(32_000);
  });
});

describe('words', { timeout: 60_000 }, () => {
  const typeOf: Record<string, string> = { pdf: 'application/pdf', docx: `${office}.wordprocessingml.document`, xlsx: `${office}.spreadsheetml.sheet`, pptx: `${office}.presentationml.presentation` };
  const read = (name: string, task: 'opens' | 'words' = 'words') => readDocument(join(folder, name), typeOf[name.split('.').at(-1) ?? ''] ?? 'text/csv; charset=windows-1252', task);
  const wordsIn = (content: string) => content.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

  test.each(['report.pdf', 'report.docx'])('%s gives at least 99 of 100 words, in their order', async (name) => {
    const reading = await read(name);
    const found = wordsIn(reading.state === 'done' ? reading.text : '');
    const wanted = wordsIn(fixture('report.txt').toString());
    expect(wanted.length).toBeGreaterThan(250);
    let next = 0;
    for (const one of found) if (one === wanted[next]) next++;
    expect(next / wanted.length).toBeGreaterThanOrEqual(0.99);
    expect(found.length).toBe(wanted.length);
  });

  test.each([
    ['calls.xlsx', /^Calls by kumquat\nMonth\nCalls\nRemark\nJanuary\nSnow & ice\nFebruary\nThe tamarillo backlog$/], ['slides.pptx', /^Answering in two languages\nA rambutan pilot\nWhat it cost\n6\.35 dollars a call$/],
    ['calls-1252.csv', /Février 1390 Dégel précoce/], ['no-printing.pdf', /mangosteen/],
  ])('%s', async (name, words) => expect(await read(name)).toEqual({ state: 'done', text: expect.stringMatching(words) }));

  test('a scan has none, a locked one does not open, nor does a damaged one', async () => {
    expect(await read('scan.pdf')).toEqual({ state: 'none' });
    expect(await read('locked.pdf', 'opens')).toEqual({ state: 'failed', why: 'locked' });
    expect(await read('make.ts')).toMatchObject({ state: 'done' });
    expect(await readDocument(join(folder, 'make.ts'), 'application/pdf', 'opens')).toEqual({ state: 'failed', why: 'broken' });
    expect(await readDocument(join(folder, 'gone.pdf'), 'application/pdf', 'opens')).toEqual({ state: 'failed', why: 'broken' });
    expect(await read('report.pdf', 'opens')).toEqual({ state: 'done', text: '' });
  });
});

describe('forms with large files', () => {
  const folder = join(tmpdir(), `incoming-${process.pid}`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const formOf = async (form: FormData) => {
    const response = new Response(form);
    const type = response.headers.get('content-type') ?? '';
    return { bytes: Buffer.from(await response.arrayBuffer()), type, boundary: /boundary=(.*)/.exec(type)?.[1] ?? '' };
  };
  const read = (bytes: Buffer, type: string) => new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();

  test('keep their fields and small files; the large ones are exchanged for slips and back', async () => {
    const form = new FormData();
    form.set('label', 'Ünï\r\n--no boundary');
    form.set('file', new File([new Uint8Array(1_000_000).fill(7)], 'Répö"rt.pdf', { type: 'application/pdf' }));
    form.set('small', new File(['x'], 's.txt', { type: 'text/plain' }));
    form.append('file', new File([new Uint8Array(300_000).fill(10)], 'second.csv'));
    form.set('last', 'yes');
    const { bytes, type, boundary } = await formOf(form);
    const { body, forget } = await setFilesAside(folder, bytes, boundary);
    expect(body.length).toBeLessThan(1500);
    const back = await read(body, type);
    expect([back.get('label'), back.get('last'), await (back.get('small') as File).text(), (back.get('small') as File).type]).toEqual(['Ünï\r\n--no boundary', 'yes', 'x', 'text/plain']);
    const [first, second] = await Promise.all(back.getAll('file').map((file) => receivedFile(folder, file as File)));
    expect([first?.name, first?.size, second?.name, second?.size]).toEqual(['Répö"rt.pdf', 1_000_000, 'second.csv', 300_000]);
    expect(Buffer.from(await first?.arrayBuffer() ?? new ArrayBuffer()).every((byte) => byte === 7)).toBe(true);
    await forget();
    expect(readdirSync(folder)).toEqual([]);
  });

  describe('that arrive with more than there is room for', () => {
    const sieved = async (form: FormData, pieces: number, room = { files: 500_000, texts: 20_000 }) => {
      const { bytes, type, boundary } = await formOf(form);
      const sieve = createFormSieve(boundary, room);
      for (let at = 0; at < bytes.length; at += pieces) sieve.take(bytes.subarray(at, at + pieces));
      const body = sieve.form();
      return body && { length: body.length, back: await read(body, type), same: body.equals(bytes) };
    };
    const formWith = (...sizes: number[]) => {
      const form = new FormData();
      form.set('body', 'What I wrote\r\n\r\n--and more');
      sizes.forEach((size, at) => form.append('file', new File([new Uint8Array(size).fill(at + 1)], `${at + 1}.pdf`, { type: 'application/pdf' })));
      form.append('label', 'Ünï');
      return form;
    };
    const filesOf = async (back: FormData) => Promise.all(back.getAll('file').map(async (file) => { const { name, size, type } = await receivedFile(folder, file as File); return `${name} ${type} ${type.includes('pdf') ? size : ''}`.trim(); }));

    test.each([1_000_000, 65_536, 1_000, 7])('keep their words and labels, and let a file go that is too large, in pieces of %i bytes', async (pieces) => {
      const { back, length } = (await sieved(formWith(5_000, 700_000, 0, 400_000), pieces))!;
      expect([back.get('body'), back.getAll('label')]).toEqual(['What I wrote\r\n\r\n--and more', ['Ünï']]);
      expect(await filesOf(back)).toEqual(['1.pdf application/pdf 5000', '2.pdf application/x-hub-too-large', '3.pdf application/pdf 0', '4.pdf application/pdf 400000']);
      expect(length).toBeLessThan(410_000);
    });

    test('cost no more than their bytes, however small the pieces are in which they come', () => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const sieve = createFormSieve('b', { files: 1_000_000, texts: 10_000 });
      sieve.take(Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'));
      const held = () => { collect(); return process.memoryUsage().heapUsed; };
      const before = held();
      for (let n = 0; n < 300_000; n++) sieve.take(Buffer.from([n & 127 | 64]));
      expect(held() - before).toBeLessThan(8_000_000);
      sieve.take(Buffer.from('\r\n--b--\r\n'));
      expect(sieve.form()?.length).toBeGreaterThan(300_000);
    });

    test('let go of those that have no room left beside the ones before them', async () => {
      const { back } = (await sieved(formWith(300_000, 300_000, 200_000), 65_536))!;
      expect(await filesOf(back)).toEqual(['1.pdf application/pdf 300000', '2.pdf application/x-hub-too-much', '3.pdf application/pdf 200000']);
    });

    test('stay byte for byte as they are where there is room', async () => expect((await sieved(formWith(200_000, 300_000), 999))?.same).toBe(true));

    test('are refused where the words are too long, the headers have no end, or the form breaks off in a file', async () => {
      const wordy = formWith(10);
      wordy.set('body', 'x'.repeat(20_001));
      expect(await sieved(wordy, 4_096)).toBeNull();
      const endless = createFormSieve('b', { files: 10, texts: 1_000_000 });
      endless.take(Buffer.from(`--b\r\n${'X: y\r\n'.repeat(5_000)}`));
      expect(endless.form()).toBeNull();
      const broken = createFormSieve('b', { files: 10, texts: 1_000 });
      broken.take(Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc'));
      expect(broken.form()).toBeNull();
    });
  });

  test('may speak of content types in their texts', async () => {
    const form = new FormData();
    form.set('body', `Content-Type: text/html\r\nthat is what it said.${'\r\nContent-Type:a'.repeat(20_000)}\r\n\r\n`);
    form.set('file', new File([new Uint8Array(300_000).fill(7)], 'a.pdf', { type: 'application/pdf' }));
    const { bytes, type, boundary } = await formOf(form);
    const before = performance.now();
    const { body, forget } = await setFilesAside(folder, bytes, boundary);
    expect(performance.now() - before).toBeLessThan(500);
    const back = await read(body, type);
    expect(back.get('body')).toBe(form.get('body'));
    expect((await receivedFile(folder, back.get('file') as File)).size).toBe(300_000);
    await forget();
  });

  test('whose parts have headers without end come back as they are', async () => {
    const bytes = Buffer.concat([Buffer.from(`--b\r\nContent-Disposition: form-data; name="file"; filename="a"${'\r\nContent-Type:a'.repeat(20_000)}\r\n\r\n`), Buffer.alloc(300_000, 7), Buffer.from('\r\n--b--\r\n')]);
    const before = performance.now();
    expect((await setFilesAside(folder, bytes, 'b')).body.equals(bytes)).toBe(true);
    expect(performance.now() - before).toBeLessThan(500);
  });

  test('without any, or broken, come back as they are', async () => {
    const form = new FormData();
    form.set('text', 'x'.repeat(500_000));
    const { bytes, boundary } = await formOf(form);
    for (const given of [bytes, bytes.subarray(0, 400_000), Buffer.alloc(0), Buffer.from('rubbish')]) expect((await setFilesAside(folder, given, boundary)).body.equals(given)).toBe(true);
  });
});
