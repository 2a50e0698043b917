import { readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changes, db, members } from '#db/client.ts';
import { appealDecision } from '#domain/decisions/appealing.ts';
import { decide } from '#domain/decisions/deciding.ts';
import { findHeldFile } from '#domain/decisions/held-files.ts';
import { findCase, openCases } from '#domain/decisions/queue.ts';
import { removePost, removeThread, restorePost } from '#domain/decisions/removing.ts';
import { heldPost, submitPost } from '#domain/decisions/submitting.ts';
import { Denied, Gone, Invalid, NotFound } from '#domain/errors.ts';
import { createComment } from '#domain/forum/comments.ts';
import { readWaitingPostFiles } from '#domain/forum/post-file-words.ts';
import { findPostFile, lookUpPostFile, postFilesInput, takePostFiles } from '#domain/forum/post-files.ts';
import { createPost, editPost, filesOfPost, findPost, postsOnPage, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { forgetOrphanFiles } from '#domain/library/attaching.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { suspendMember } from '#domain/decisions/suspending.ts';
import { startSession } from '#domain/people/sessions.ts';
import type { Member } from '#domain/people/types.ts';
import { search } from '#domain/search/results.ts';
import { filesFolder } from '#lib/file-store.ts';
import { fileAt, uploader } from '../../src/files.ts';
import { again, enter, forgetLimits } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { useFront } from '../support/front.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let rosa: Member, tom: Member, nadia: Member;
const cookies: Record<string, string> = {};
beforeAll(async () => {
  rmSync(filesFolder(), { recursive: true, force: true });
  [rosa, tom, nadia] = [await enter('rosa'), await enter('tom'), await enter('nadia')];
  for (const member of [rosa, tom, nadia]) cookies[member.handle] = `hub_session=${(await startSession(member.id, null)).value}`;
  putCatalogue(catalogue([piece({ slug: 'behn2003why', kind: 'reference' })]));
});
beforeEach(forgetLimits);

const fixture = (name: string) => readFileSync(join(resolve(import.meta.dirname, '../fixtures/files'), name));
const fileOf = (name: string, bytes: Uint8Array) => new File([new Uint8Array(bytes)], name, { type: 'application/x-lie' });
let drawn = 0;
/** A picture of one colour, each another. */
const draw = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: { r: drawn++ % 256, g: (drawn * 40) % 256, b: 120 } } });
const form = (...given: { file: File; label?: string; decorative?: boolean }[]) => postFilesInput.parse({
  file: given.map((g) => g.file), label: given.map((g) => g.label ?? ''), decorative: given.flatMap((g, at) => (g.decorative ? [String(at + 1)] : [])),
});
const take = (...given: Parameters<typeof form>) => takePostFiles(rosa, form(...given));
const png = async () => fileOf('chart.png', await draw(40, 30).png().toBuffer());
const refusal = (work: Promise<unknown>): Promise<Record<string, string>> => work.then(() => { throw new Error('It was taken.'); }, (error: unknown) => { if (error instanceof Invalid) return error.fields; throw error; });
const bytesOf = (file: { path: string } | null) => readFileSync(file?.path ?? 'none');
const storedOf = async (file: File, label = 'A chart') => {
  const [taken] = await take({ file, label });
  if (!taken) throw new Error('Nothing was taken.');
  return { taken, bytes: readFileSync(join(filesFolder(), taken.hash.slice(0, 2), taken.hash)) };
};

let started = 0;
const start = () => createThread(rosa, { forum: 'measures', kind: 'question', title: `Who counts repeat calls apart? ${++started}`, body: 'The question.', themes: [] });
const write = async (...given: Parameters<typeof form>) => {
  const thread = start();
  const { id } = createPost(rosa, { threadId: thread.id, body: `With a file. ${started}`, files: await take(...given) });
  return { thread, id, files: () => filesOfPost(findPost(null, id)) };
};

describe('taking a picture', () => {
  test('nothing but pixels is left in it, turned as the camera says', async () => {
    const photo = await draw(300, 200).withExif({ IFD0: { Make: 'SecretCamera', Orientation: '6' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '40/1 44/1 54/1' } }).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect((await sharp(photo).metadata()).exif).toBeInstanceOf(Buffer);
    const { taken, bytes } = await storedOf(fileOf('street.jpg', photo));
    expect(taken).toMatchObject({ name: 'street.jpg', mediaType: 'image/jpeg', width: 200, height: 300, label: 'A chart' });
    const found = await sharp(bytes).metadata();
    expect([found.exif, found.xmp, found.iptc, found.icc, found.orientation]).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(bytes.includes('SecretCamera')).toBe(false);
  });

  test.each([['png', 'image/png'], ['webp', 'image/webp'], ['gif', 'image/gif'], ['jpeg', 'image/jpeg']] as const)('a large %s is made smaller and stays what it is', async (format, mediaType) => {
    const { taken, bytes } = await storedOf(fileOf('wide.bin', await draw(2600, 1300).toFormat(format).toBuffer()));
    expect(taken).toMatchObject({ mediaType, width: 2000, height: 1000 });
    expect((await sharp(bytes).metadata()).format).toBe(format);
  });

  test('what moves goes on moving', async () => {
    const frames = await Promise.all([0, 1, 2].map(() => draw(20, 10).png().toBuffer()));
    const gif = await sharp(frames, { join: { animated: true } }).gif().toBuffer();
    const { taken, bytes } = await storedOf(fileOf('moving.gif', gif));
    expect(taken).toMatchObject({ width: 20, height: 10 });
    expect((await sharp(bytes).metadata()).pages).toBe(3);
  });

  test('what hides behind a picture is gone', async () => {
    const hiding = Buffer.concat([await draw(20, 20).png().toBuffer(), Buffer.from('<script>alert(1)</script>PK\x03\x04')]);
    expect((await storedOf(fileOf('x.png', hiding))).bytes.includes('script')).toBe(false);
  });

  test.each([
    ['a drawing with markup', async () => fileOf('x.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>')), /markup/],
    ['a picture that breaks off', async () => fileOf('x.png', (await draw(900, 900).png().toBuffer()).subarray(0, 300)), /damaged/],
    ['a picture whose middle is missing', async () => { const whole = await draw(900, 900).png({ compressionLevel: 0 }).toBuffer(); return fileOf('x.png', Buffer.concat([whole.subarray(0, 4000), whole.subarray(-40)])); }, /cannot be read/],
    ['a bomb', async () => fileOf('x.png', await sharp({ create: { width: 12_000, height: 8_000, channels: 3, background: '#fff' } }).png().toBuffer()), /far larger than a screen/],
    ['a program', async () => fileOf('x.jpg', Buffer.from('MZ this is a program')), /programs/],
  ])('%s is refused in words', async (_, make, words) => expect((await refusal(take({ file: await make(), label: 'x' })))['file1']).toMatch(words));

  test('what it shows must be said, or that it only decorates', async () => {
    const errors = await refusal(take({ file: await png() }, { file: await png(), label: 'Fine' }, { file: fileOf('t.csv', Buffer.from('a,b\n1,2\n')), decorative: true }));
    expect(errors).toEqual({ label1: 'Say what the picture shows, for those who cannot see it, or mark it as decoration.', label3: 'Say what this file is, such as “Our call script”.' });
    expect((await take({ file: await png(), label: 'ignored', decorative: true }))[0]?.label).toBe('');
  });

  test('no file chosen is no file; who may not write sends none', async () => {
    expect(await take({ file: new File([], '') }, { file: new File([], '') })).toEqual([]);
    await expect(takePostFiles({ ...rosa, emailConfirmed: false }, form({ file: await png(), label: 'x' }))).rejects.toThrow(Denied);
    expect(() => form(...Array.from({ length: 5 }, () => ({ file: new File(['x'], 'x') })))).toThrow();
  });
});

describe('a post with files', () => {
  test('shows them, in threads, comments and edits', async () => {
    const before = changes();
    const { thread, id, files } = await write({ file: await png(), label: 'Calls by hour' }, { file: fileOf('report.pdf', fixture('report.pdf')), label: 'Our report' });
    expect(changes()).toBeGreaterThan(before);
    expect(postsOnPage(null, findThread(null, thread.id), 1).map((p) => p.files.length)).toEqual([0, 2]);
    expect(files()).toMatchObject([{ label: 'Calls by hour', name: 'chart.png', kind: 'PNG image', picture: { width: 40, height: 30 } }, { label: 'Our report', kind: 'PDF', picture: null }]);
    editPost(rosa, { postId: id, body: `With a file. ${started}`, takeOff: [files()[0]?.id ?? 0], files: await take({ file: await png(), label: 'Calls by day' }) });
    expect(files().map((f) => f.label)).toEqual(['Our report', 'Calls by day']);
    const comment = createComment(tom, { resourceId: 'ref:behn2003why', body: 'See.', files: await take({ file: await png(), label: 'x' }) });
    expect(filesOfPost(findPost(null, comment.id))).toHaveLength(1);
  });

  test('has four at most, also after an edit, and then nothing of the edit counts', async () => {
    const { id, files } = await write(...await Promise.all([1, 2, 3, 4].map(async (n) => ({ file: await png(), label: `Chart ${n}` }))));
    const more = await take({ file: await png(), label: 'Chart 5' });
    expect(() => editPost(rosa, { postId: id, body: 'Changed.', files: more })).toThrow('at most 4 files');
    expect([files().length, findPost(null, id).markdown === 'Changed.']).toEqual([4, false]);
    expect(() => editPost(tom, { postId: id, body: 'His.', takeOff: files().map((f) => f.id) })).toThrow(Denied);
    expect(files()).toHaveLength(4);
  });

  test('cannot take off the files of another', async () => {
    const [one, two] = [await write({ file: await png(), label: 'x' }), await write({ file: await png(), label: 'y' })];
    editPost(rosa, { postId: two.id, body: 'Changed.', takeOff: one.files().map((f) => f.id) });
    expect([one.files().length, two.files().length]).toEqual([1, 1]);
  });

  test('is found by what its files say and are called', async () => {
    const { thread } = await write({ file: fileOf('t.csv', Buffer.from('street,calls\nxylophone avenue,2\n')), label: 'Zebra crossings' });
    const finds = (words: string) => search({ q: words }).results.map((r) => r.title);
    expect(await readWaitingPostFiles()).toBeGreaterThan(0);
    expect(finds('xylophone')).toEqual([thread.title]);
    expect(finds('zebra crossings')).toEqual([thread.title]);
  });

  test('keeps its bytes, and those that no post keeps go', async () => {
    const { files } = await write({ file: await png(), label: 'kept' });
    const [orphan] = await take({ file: await png(), label: 'never sent' });
    forgetOrphanFiles(new Date(Date.now() + 2 * 3_600_000));
    expect(bytesOf(lookUpPostFile(files()[0]?.id ?? 0)).length).toBeGreaterThan(50);
    expect(() => readFileSync(join(filesFolder(), orphan?.hash.slice(0, 2) ?? '', orphan?.hash ?? ''))).toThrow('ENOENT');
  });
});

describe('who gets a file of a post', () => {
  test('everybody, as long as the post stands', async () => {
    const { id, thread, files } = await write({ file: await png(), label: 'x' });
    const [file] = files();
    const number = file?.id ?? 0;
    const served = () => Promise.all([undefined, cookies['rosa'], cookies['nadia']].map(async (cookie) => { const found = await fileAt(file?.url ?? '', cookie); return found !== null && 'path' in found; }));
    expect(await served()).toEqual([true, true, true]);
    expect(lookUpPostFile(number)?.shared).toBe(true);
    removePost(nadia, { postId: id, reason: 'Names a resident.' });
    expect(await served()).toEqual([false, false, false]);
    for (const viewer of [null, rosa, nadia]) expect(() => findPostFile(viewer, number)).toThrow(Gone);
    expect(postsOnPage(nadia, findThread(nadia, thread.id), 1)[1]?.files).toEqual([]);
    restorePost(nadia, { postId: id });
    expect(await served()).toEqual([true, true, true]);
    removeThread(nadia, { threadId: thread.id, reason: 'Twice.' });
    expect(await served()).toEqual([false, false, true]);
    expect(lookUpPostFile(number)?.shared).toBe(false);
    expect(() => findPostFile(rosa, number)).toThrow(Gone);
  });

  test('nobody, once its writer took the post back; nor under a number that is none', async () => {
    const { id, files } = await write({ file: await png(), label: 'x' });
    const url = files()[0]?.url ?? '';
    removeOwnPost(rosa, { postId: id });
    expect(await fileAt(url, cookies['rosa'])).toBeNull();
    for (const number of [0, -1, NaN, 999_999]) expect(() => findPostFile(nadia, number)).toThrow(NotFound);
    for (const path of ['/files/p0/x', '/files/p999999/x', '/files/pp1/x', '/files/p/x']) expect(await fileAt(path, undefined)).toBeNull();
  });

  test('under its own name alone', async () => {
    const { files } = await write({ file: await png(), label: 'x' });
    const [file] = files();
    expect(await fileAt(`/files/p${file?.id}/other.png`, undefined)).toEqual({ movedTo: file?.url });
  });
});

describe('sending files', () => {
  const front = useFront({ fileAt, uploader });
  const body = (size: number) => Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\nContent-Type: image/png\r\n\r\n'), Buffer.alloc(size, 'x'), Buffer.from('\r\n--b--\r\n')]);
  const send = (path: string, cookie: string | undefined, size = 1_500_000) => front.ask(path, { method: 'POST', body: body(size), headers: { 'content-type': 'multipart/form-data; boundary=b', ...(cookie && { cookie }) } });

  test.each(['/forums/new', '/forums/measures/1-x', '/library/behn2003why', '/posts/1/edit'])('members may, on %s', async (path) => {
    expect((await send(path, cookies['rosa'])).status).toBe(200);
    expect((await send(path, undefined)).status).toBe(413);
    expect((await send(path, 'hub_session=made-up')).status).toBe(413);
  });

  test.each(['/', '/account', '/forums', '/posts/1', '/desk/resources/one/files', '/desk/imports'])('but not on %s', async (path) => expect((await send(path, cookies['rosa'])).status).toBe(413));

  test('one at a time of each member, so that nobody keeps the others waiting', async () => {
    const begun = [cookies['rosa'], cookies['rosa']].map((cookie) => {
      const call = request({ port: front.port, host: '127.0.0.1', path: '/forums/new', method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '2000000', cookie } }).on('error', () => undefined);
      call.flushHeaders();
      return call;
    });
    await setTimeout(200);
    expect((await send('/forums/new', cookies['tom'])).headers['retry-after']).toBeUndefined();
    expect((await send('/forums/new', cookies['rosa'])).headers['retry-after']).toBe('10');
    for (const call of begun) call.destroy();
    await setTimeout(200);
    expect((await send('/forums/new', cookies['rosa'])).headers['retry-after']).toBeUndefined();
  });

  test('who is suspended may not', async () => {
    suspendMember(nadia, { memberId: tom.id, days: 2, reason: 'Selling.' });
    expect(again(tom).suspendedUntil).not.toBeNull();
    expect(await uploader(cookies['tom'], '/forums/new')).toBeNull();
  });
});

describe('files of a post that waits for a look', () => {
  beforeAll(() => { db.update(members).set({ suspendedUntil: null, suspendedReason: null }).run(); });
  const held = async () => {
    const thread = start();
    const [file] = await takePostFiles(tom, form({ file: await png(), label: 'A chart' }));
    if (!file) throw new Error('Nothing was taken.');
    const { url } = submitPost(tom, { threadId: thread.id, body: `With a chart. ${started}`, files: [file], website: 'filled by a robot' });
    const [waiting] = heldPost(tom, Number(url.split('/').at(-1))).files;
    return { thread, file, waiting: waiting ?? { id: 0, url: '' }, caseId: openCases(nadia, null).cases.at(-1)?.id ?? 0 };
  };
  const afterwards = (thread: { id: number }) => postsOnPage(null, findThread(null, thread.id), 1).at(-1)?.files.map(({ label, name }) => [label, name]);

  test('wait with it, for its author and coordinators only, and go into the post when it is let through', async () => {
    const { thread, file, waiting, caseId } = await held();
    forgetOrphanFiles(new Date(Date.now() + 2 * 3_600_000));
    for (const viewer of [tom, nadia]) expect(bytesOf(findHeldFile(viewer, waiting.id))).toEqual(bytesOf({ path: join(filesFolder(), file.hash.slice(0, 2), file.hash) }));
    for (const viewer of [null, rosa]) expect(() => findHeldFile(viewer, waiting.id)).toThrow(NotFound);
    for (const who of ['', cookies['rosa'], cookies['tom']]) expect(await fileAt(waiting.url, who)).toBeNull();
    expect(findCase(nadia, caseId).files).toMatchObject([{ label: 'A chart', url: waiting.url }]);
    expect(afterwards(thread)).toEqual([]);
    decide(nadia, { caseId, outcome: 'approve', reason: 'A person.' });
    expect(afterwards(thread)).toEqual([['A chart', 'chart.png']]);
    expect(() => findHeldFile(tom, waiting.id)).toThrow(NotFound);
    forgetOrphanFiles(new Date(Date.now() + 2 * 3_600_000));
    expect(bytesOf(lookUpPostFile(postsOnPage(null, findThread(null, thread.id), 1).at(-1)?.files[0]?.id ?? 0)).length).toBe(file.size);
  });

  test('are there still when an appeal lets it through', async () => {
    const { thread, caseId } = await held();
    const { decisionId } = decide(nadia, { caseId, outcome: 'decline', reason: 'A robot.' });
    appealDecision(tom, { decisionId, text: 'I am none.' });
    const appeal = openCases(nadia, null).cases.at(-1)?.id ?? 0;
    expect(findCase(nadia, appeal).files).toHaveLength(1);
    decide(await enter('ines'), { caseId: appeal, outcome: 'overturn', reason: 'Right.' });
    expect(afterwards(thread)).toEqual([['A chart', 'chart.png']]);
  });
});
