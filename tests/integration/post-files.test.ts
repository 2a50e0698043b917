import { readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attempts, changes, db, members } from '#db/client.ts';
import { appealDecision } from '#domain/decisions/appealing.ts';
import { decide } from '#domain/decisions/deciding.ts';
import { flagPost, hideByHub, openCaseOf } from '#domain/decisions/flagging.ts';
import { findHeldFile } from '#domain/decisions/held-files.ts';
import { findCase, openCases } from '#domain/decisions/queue.ts';
import { removePost, removeThread, restorePost } from '#domain/decisions/removing.ts';
import { caseById } from '#domain/decisions/subjects.ts';
import { heldPost, submitPost } from '#domain/decisions/submitting.ts';
import { Denied, Gone, Invalid, NotFound, TooMany } from '#domain/errors.ts';
import { createComment } from '#domain/forum/comments.ts';
import { readWaitingPostFiles } from '#domain/forum/post-file-words.ts';
import { findPostFile, keepPostFiles, lookUpPostFile, postFilesInput, takePostFiles } from '#domain/forum/post-files.ts';
import { createPost, editPost, filesOfPost, findPost, postsOnPage, removeOwnPost } from '#domain/forum/posts.ts';
import { createThread } from '#domain/forum/starting-threads.ts';
import { findThread } from '#domain/forum/threads.ts';
import { forgetOrphanFiles } from '#domain/library/attaching.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { suspendMember } from '#domain/decisions/suspending.ts';
import { limits } from '#domain/people/limits.ts';
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

  test('what came with a form that was refused need not be chosen again, by the same member', async () => {
    const given = postFilesInput.parse({ file: [await png(), new File([], ''), fileOf('x.jpg', Buffer.from('MZ this is a program'))], label: ['', '', 'A program'] });
    expect(await refusal(takePostFiles(rosa, given))).toMatchObject({ label1: expect.any(String), file3: expect.any(String) });
    const { kept, lost } = await keepPostFiles(rosa, given);
    expect(lost).toEqual([{ number: 3, why: expect.any(String) }]);
    expect(kept.map(({ number, name, kind }) => [number, name, kind])).toEqual([[1, 'chart.png', 'PNG image']]);
    const [token = ''] = kept.map((file) => file.token);
    const again = (more: object) => postFilesInput.parse({ file: [new File([], '')], kept: [token], label: ['Calls by hour'], ...more });
    expect(await takePostFiles(rosa, again({}))).toMatchObject([{ name: 'chart.png', label: 'Calls by hour', mediaType: 'image/png', width: 40, height: 30 }]);
    expect((await keepPostFiles(rosa, again({}))).kept.map(({ name }) => name)).toEqual(['chart.png']);
    expect(await takePostFiles(rosa, again({ leaveOut: ['1'] }))).toEqual([]);
    expect(await takePostFiles(rosa, again({ file: [fileOf('other.png', await draw(20, 10).png().toBuffer())] }))).toMatchObject([{ name: 'other.png', width: 20 }]);
    for (const [who, forged] of [[tom, token], [rosa, `${token.slice(0, -3)}abc`], [rosa, 'x']] as const) expect(await refusal(takePostFiles(who, again({ kept: [forged] })))).toEqual({ file1: 'Choose the file again.' });
    forgetOrphanFiles(new Date(Date.now() + 2 * 3_600_000));
    expect(await refusal(takePostFiles(rosa, again({})))).toEqual({ file1: 'Choose the file again.' });
    expect(await keepPostFiles({ ...rosa, emailConfirmed: false }, given)).toEqual({ kept: [], lost: [] });
  });

  test('what came with such a form is kept for an hour from when it came, however often the form is sent', async () => {
    const came = Date.now();
    const minutes = (n: number) => new Date(came + n * 60_000);
    const again = (token = '') => postFilesInput.parse({ file: [new File([], '')], kept: [token], label: ['Calls by hour'] });
    const first = await keepPostFiles(rosa, form({ file: await png() }), minutes(0));
    const second = await keepPostFiles(rosa, again(first.kept[0]?.token), minutes(50));
    expect(await takePostFiles(rosa, again(second.kept[0]?.token), minutes(59))).toHaveLength(1);
    expect(await refusal(takePostFiles(rosa, again(second.kept[0]?.token), minutes(61)))).toEqual({ file1: 'Choose the file again.' });
    expect(await keepPostFiles(rosa, again(second.kept[0]?.token), minutes(61))).toEqual({ kept: [], lost: [{ number: 1, why: 'Choose the file again.' }] });
  });

  test('what is kept is counted once, and what is too much is not left out without a word', async () => {
    const { kept } = await keepPostFiles(rosa, form({ file: await png() }));
    const again = postFilesInput.parse({ file: [new File([], '')], kept: [kept[0]?.token ?? ''], label: ['Calls by hour'] });
    const counted = () => db.select({ count: attempts.count }).from(attempts).where(eq(attempts.key, `filePerMember:${rosa.id}`)).get()?.count;
    for (let times = 0; times < 3; times++) await takePostFiles(rosa, again);
    expect(counted()).toBe(1);
    db.update(attempts).set({ count: limits.filePerMember.most }).where(eq(attempts.key, `filePerMember:${rosa.id}`)).run();
    expect(await keepPostFiles(rosa, form({ file: await png() }))).toEqual({ kept: [], lost: [{ number: 1, why: expect.stringMatching(/^It was not kept/) }] });
    expect(await takePostFiles(rosa, again)).toHaveLength(1);
  });

  test('what came with a form that was refused is counted once in that request, and not at all what was not reached', async () => {
    const count = () => db.select({ count: attempts.count }).from(attempts).where(eq(attempts.key, `filePerMember:${rosa.id}`)).get()?.count ?? 0;
    const given = form({ file: await png() }, { file: await png() });
    const counted = new Set<number>();
    expect(await refusal(takePostFiles(rosa, given, new Date(), counted))).toMatchObject({ label1: expect.any(String) });
    expect((await keepPostFiles(rosa, given, new Date(), counted)).kept).toHaveLength(2);
    expect([count(), [...counted]]).toEqual([2, [1, 2]]);
    db.update(attempts).set({ count: limits.filePerMember.most - 1 }).where(eq(attempts.key, `filePerMember:${rosa.id}`)).run();
    const reached = new Set<number>();
    await expect(takePostFiles(rosa, given, new Date(), reached)).rejects.toThrow(TooMany);
    expect(await keepPostFiles(rosa, given, new Date(), reached)).toMatchObject({ kept: [{ number: 1 }], lost: [{ number: 2, why: expect.stringMatching(/^It was not kept/) }] });
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
  test('everybody, as long as the post stands; of a removed one who keeps order there', async () => {
    const { id, thread, files } = await write({ file: await png(), label: 'x' });
    const [file] = files();
    const number = file?.id ?? 0;
    const served = () => Promise.all([undefined, cookies['rosa'], cookies['nadia']].map(async (cookie) => { const found = await fileAt(file?.url ?? '', cookie); return found !== null && 'path' in found; }));
    expect(await served()).toEqual([true, true, true]);
    expect(lookUpPostFile(number)?.shared).toBe(true);
    removePost(nadia, { postId: id, reason: 'Names a resident.' });
    expect(await served()).toEqual([false, false, true]);
    expect(lookUpPostFile(number)?.shared).toBe(false);
    for (const viewer of [null, rosa]) expect(() => findPostFile(viewer, number)).toThrow(Gone);
    expect(postsOnPage(nadia, findThread(nadia, thread.id), 1)[1]?.files).toEqual([]);
    restorePost(nadia, { postId: id, reason: 'In order.' });
    expect(await served()).toEqual([true, true, true]);
    removeThread(nadia, { threadId: thread.id, reason: 'Twice.' });
    expect(await served()).toEqual([false, false, true]);
    expect(lookUpPostFile(number)?.shared).toBe(false);
    expect(() => findPostFile(rosa, number)).toThrow(Gone);
  });

  test('while it is hidden its writer and who decides about it, who finds it on the case', async () => {
    const { id, thread, files } = await write({ file: await png(), label: 'Residents who called' });
    const [file] = files();
    const served = () => Promise.all([undefined, cookies['tom'], cookies['rosa'], cookies['nadia']].map(async (cookie) => { const found = await fileAt(file?.url ?? '', cookie); return found !== null && 'path' in found; }));
    flagPost(nadia, { postId: id, reason: 'personal-data', note: null, source: null });
    expect(await served()).toEqual([false, false, true, true]);
    expect(() => findPostFile(tom, file?.id ?? 0)).toThrow(NotFound);
    const waiting = openCases(nadia, null).cases[0]?.id ?? 0;
    expect(findCase(nadia, waiting).files).toEqual([file]);
    decide(nadia, { caseId: waiting, outcome: 'keep', reason: 'Sums only.', forum: undefined });
    const opening = postsOnPage(nadia, findThread(nadia, thread.id), 1)[0]?.id ?? 0;
    flagPost(nadia, { postId: opening, reason: 'attack', note: null, source: null });
    decide(nadia, { caseId: openCases(nadia, null).cases[0]?.id ?? 0, outcome: 'remove', reason: 'An attack.', forum: undefined });
    expect(await served()).toEqual([false, false, false, true]);
  });

  test('who started a hidden thread sees the pictures of all that stands in it, and of a hidden post only its own writer sees text and files in their place', async () => {
    const { thread, files } = await write({ file: await png(), label: 'Of the asker' });
    const [taken] = await takePostFiles(tom, form({ file: await png(), label: 'Of another' }));
    const reply = createPost(tom, { threadId: thread.id, body: 'With a file too.', files: taken ? [taken] : [] }).id;
    const urls = [files()[0]?.url ?? '', filesOfPost(findPost(null, reply))[0]?.url ?? ''];
    const had = (cookie: string | undefined) => Promise.all(urls.map(async (url) => { const found = await fileAt(url, cookie); return found !== null && 'path' in found; }));
    const opening = postsOnPage(nadia, thread, 1)[0]?.id ?? 0;
    const caseId = openCaseOf({ postId: opening });
    hideByHub(caseById(caseId), 'Several members have flagged it.');
    expect(findThread(rosa, thread.id).hidden).toBe(true);
    expect([await had(undefined), await had(cookies['tom']), await had(cookies['rosa']), await had(cookies['nadia'])]).toEqual([[false, false], [false, false], [true, true], [true, true]]);
    decide(nadia, { caseId, outcome: 'keep', reason: 'Fine.', forum: undefined });

    hideByHub(caseById(openCaseOf({ postId: reply })), 'Several members have flagged it.');
    const inPlace = (viewer: Member | null) => { const post = postsOnPage(viewer, findThread(viewer, thread.id), 1).find((shown) => shown.id === reply); return [post?.html.includes('With a file too'), post?.files.length, post?.hidden]; };
    expect(inPlace(tom)).toEqual([true, 1, true]);
    for (const viewer of [null, rosa, nadia]) expect(inPlace(viewer)).toEqual([false, 0, true]);
    expect([await had(undefined), await had(cookies['tom']), await had(cookies['rosa'])]).toEqual([[true, false], [true, true], [true, false]]);
    removePost(nadia, { postId: reply, reason: 'Advertising.' });
    expect(inPlace(tom)).toEqual([false, 0, false]);
    expect(await had(cookies['tom'])).toEqual([true, false]);
  });

  test('nobody, once its writer took the post back; nor under a number that is none', async () => {
    const { id, files } = await write({ file: await png(), label: 'x' });
    const url = files()[0]?.url ?? '';
    removeOwnPost(rosa, { postId: id });
    for (const cookie of [undefined, cookies['tom'], cookies['rosa']]) expect(await fileAt(url, cookie)).toBeNull();
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
