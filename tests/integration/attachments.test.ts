import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { request as send } from 'node:http';
import { basename, join, resolve } from 'node:path';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { attachments, changes, db, log, members, resourceVersions } from '#db/client.ts';
import { Denied, Gone, Invalid, NotFound } from '#domain/errors.ts';
import { attachFile, attachInput, detachFile, detachInput, forgetOrphanFiles, mostFiles } from '#domain/library/attaching.ts';
import { attachmentsOf, findFile } from '#domain/library/attachments.ts';
import { readWaitingDocuments } from '#domain/library/attachment-words.ts';
import { putCatalogue } from '#domain/library/catalogue.ts';
import { publishResource, retireResource, submitResource } from '#domain/library/workflow.ts';
import { createResource, editResource, newResourceInput, resourceEditInput } from '#domain/library/writing.ts';
import { resourceForEditing } from '#domain/library/desk.ts';
import { readPublicLog } from '#domain/moderation/log.ts';
import { startSession } from '#domain/people/sessions.ts';
import type { Member } from '#domain/people/types.ts';
import { search } from '#domain/search/results.ts';
import { filesFolder, forgetFiles } from '#lib/file-store.ts';
import { incomingFolder, receivedFile } from '#lib/incoming-files.ts';
import { readReceived } from '#lib/taking-files.ts';
import { settings } from '#lib/settings.ts';
import { fileAt, uploader } from '../../src/files.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';
import { useFront } from '../support/front.ts';
import { catalogue, piece } from '../support/pieces.ts';

useDatabase();
let nadia: Member;
let ines: Member;
let rosa: Member;
const cookies: Record<string, string> = {};
beforeAll(async () => {
  rmSync(filesFolder(), { recursive: true, force: true });
  [nadia, ines, rosa] = [await enter('nadia'), await enter('ines'), await enter('rosa')];
  for (const member of [nadia, ines, rosa, await enter('abe')]) cookies[member.handle] = `a=b; hub_session=${(await startSession(member.id, null)).value}; c=d`;
  putCatalogue(catalogue(['one', 'two', 'full', 'retired', 'words', 'served', 'merged'].map((slug) => piece({ slug, title: `The ${slug} resource` }))));
});

const folder = resolve(import.meta.dirname, '../fixtures/files');
const fixture = (name: string) => readFileSync(join(folder, name));
const fileOf = (name: string, bytes: Buffer = fixture(name)) => new File([new Uint8Array(bytes)], name, { type: 'application/x-lie' });
const ready = (more: Partial<Record<keyof typeof attachInput.shape, unknown>> = {}) => attachInput.parse({ resourceId: 'article:one', file: fileOf('report.pdf'), label: 'The report', rights: 'cc-by', ...more });
const attach = (more: Parameters<typeof ready>[0] = {}, actor = nadia) => attachFile(actor, ready(more));
const refusal = (work: Promise<unknown>): Promise<Record<string, string>> => work.then(() => { throw new Error('It was taken.'); }, (error: unknown) => { if (error instanceof Invalid) return error.fields; throw error; });
const table = (words: string) => fileOf('t.csv', Buffer.from(`a,b\n${words},2\n`));
const filesOf = (slug: string, viewer: Member | null = nadia) => attachmentsOf(viewer, `article:${slug}`);
const newest = (slug: string) => { const file = filesOf(slug).at(-1); if (!file) throw new Error('No file.'); return file; };
const draft = (title: string) => createResource(nadia, newResourceInput.parse({ kind: 'article', type: 'article', title, themes: ['equity'], rights: 'cc-by', body: 'Text.' }));
const stored = () => (existsSync(filesFolder()) ? readdirSync(filesFolder(), { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('/')) : []);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('adding a file', () => {
  test('it lies under its hash, and is told of in versions, log and pages', async () => {
    const before = changes();
    expect(await attach()).toEqual({ url: '/desk/resources/one/files' });
    expect(changes()).toBe(before + 1);
    const file = newest('one');
    expect(file).toMatchObject({ label: 'The report', name: 'report.pdf', url: `/files/${file.id}/report.pdf`, kind: 'PDF', size: 27_217, rights: 'cc-by', words: 'waiting' });
    expect(filesOf('one', null)).toEqual([file]);
    const hash = sha256(fixture('report.pdf'));
    expect(stored()).toEqual([join(hash.slice(0, 2), hash)]);
    expect(statSync(join(filesFolder(), hash.slice(0, 2), hash)).mode & 0o077).toBe(0);
    const version = db.select().from(resourceVersions).where(eq(resourceVersions.resourceId, 'article:one')).all().at(-1);
    expect(version).toMatchObject({ act: 'attach', byId: nadia.id, reason: 'Added “The report”.' });
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'attach file', object: 'The one resource: The report', url: '/library/one', actor: { handle: 'nadia' } });
  });

  test('the same bytes lie there once, and once in a resource', async () => {
    await attach({ resourceId: 'article:two' }, ines);
    expect(stored()).toHaveLength(1);
    expect(await refusal(attach({ label: 'Again' }))).toEqual({ file: 'This resource has this very file already, as “The report”.' });
    expect(filesOf('one')).toHaveLength(1);
  });

  test('nothing without rights, without words for it, or without a file', () => {
    const errors = (more: Record<string, unknown>) => attachInput.safeParse({ resourceId: 'article:one', file: fileOf('blue.png'), label: 'A', rights: 'cc-by', ...more }).error?.issues.map((i) => [i.path[0], i.message]);
    expect(errors({})).toBeUndefined();
    expect(errors({ rights: null })).toEqual([['rights', 'Choose what others may do with it.']]);
    expect(errors({ rights: '' })).toEqual([['rights', 'Choose what others may do with it: no file is taken without.']]);
    expect(errors({ rights: 'mine' })).toEqual([['rights', 'Choose what others may do with it: no file is taken without.']]);
    expect(errors({ label: ' \u200b' })?.[0]?.[0]).toBe('label');
    expect(errors({ file: null })).toEqual([['file', 'Choose a file.']]);
    expect(errors({ file: new File([], '') })).toEqual([['file', 'Choose a file.']]);
    expect(errors({ file: 'a.pdf' })).toEqual([['file', 'Choose a file.']]);
    expect(() => db.insert(attachments).values({ resourceId: 'article:one', hash: 'a'.repeat(64), name: 'a', label: 'a', mediaType: 'a', size: 1, rights: '', textState: 'none' }).run()).toThrow(/attachments_rights/);
  });

  test.each([
    ['a program', fileOf('report.pdf', Buffer.from('MZ\x90\x00')), /program/], ['a web page', fileOf('calls.csv', Buffer.from('<html>a,b</html>')), /web page/], ['an empty file', fileOf('a.pdf', Buffer.alloc(0)), /empty/],
    ['a locked PDF', fileOf('locked.pdf'), /^This PDF is locked with a password/], ['a damaged PDF', fileOf('a.pdf', fixture('report.pdf').subarray(0, 300)), /^This PDF is damaged/],
  ])('%s is refused in words', async (_, file, words) => {
    const before = changes();
    expect((await refusal(attach({ file })))['file']).toMatch(words);
    expect([filesOf('one').length, changes()]).toEqual([1, before]);
  });

  test('one byte more than the limit is too much', async () => {
    const file = fileOf('a.csv', Buffer.alloc(settings().uploadBytes + 1, 'a,b\n'));
    expect(await refusal(attach({ file }))).toEqual({ file: 'This file is too large: the hub takes at most 25 megabytes.' });
  });

  test('at most twenty', async () => {
    for (let n = 0; n < mostFiles; n++) await attach({ resourceId: 'article:full', file: table(`row ${n}`), label: `Table ${n}` });
    expect(await refusal(attach({ resourceId: 'article:full', file: table('one more') }))).toEqual({ file: 'A resource has at most 20 files. Take one off first.' });
  });

  test('only coordinators, only to what is there and not out of the library', async () => {
    await expect(attach({ file: table('x') }, rosa)).rejects.toThrow(Denied);
    await expect(attach({ file: table('x') }, { ...nadia, suspendedUntil: new Date(Date.now() + 1e6) })).rejects.toThrow(Denied);
    await expect(attach({ resourceId: 'article:none' })).rejects.toThrow(NotFound);
    retireResource(nadia, { id: 'article:retired', reason: 'Out of date.' });
    await expect(attach({ resourceId: 'article:retired' })).rejects.toThrow(Denied);
  });

  test('to a draft: nobody but coordinators learns of it', async () => {
    const { id } = draft('A hidden pawpaw');
    const before = changes();
    await attach({ resourceId: id, file: table('pawpaw'), label: 'Hidden table' });
    expect(changes()).toBe(before);
    expect([attachmentsOf(null, id), attachmentsOf(rosa, id), attachmentsOf(ines, id).length]).toEqual([[], [], 1]);
    expect(JSON.stringify(readPublicLog(null).lines)).not.toMatch(/pawpaw|Hidden/);
    expect(db.select().from(log).all().at(-1)).toMatchObject({ act: 'draft resource', object: 'A hidden pawpaw: Hidden table' });
  });
});

describe('taking a file off', () => {
  test('needs a reason, a coordinator and a file', async () => {
    const { id } = newest('two');
    expect(detachInput.safeParse({ id: String(id), reason: ' ' }).success).toBe(false);
    expect(() => detachFile(rosa, { id, reason: 'x' })).toThrow(Denied);
    expect(() => detachFile(nadia, { id: 99_999, reason: 'x' })).toThrow(NotFound);
    const before = changes();
    expect(detachFile(ines, { id, reason: 'No permission.' })).toEqual({ url: '/desk/resources/two/files' });
    expect([filesOf('two'), changes()]).toEqual([[], before + 1]);
    expect(readPublicLog(null).lines[0]).toMatchObject({ act: 'remove file', object: 'The two resource: The report', reason: 'No permission.' });
    expect(db.select().from(resourceVersions).where(eq(resourceVersions.resourceId, 'article:two')).all().at(-1)).toMatchObject({ act: 'attach', reason: 'Took off “The report”: No permission.' });
    expect(() => detachFile(ines, { id, reason: 'x' })).toThrow(NotFound);
  });

  test('the bytes go when nothing uses them and nobody is just about to', async () => {
    const later = new Date(Date.now() + 2 * 3_600_000);
    const hash = sha256(fixture('report.pdf'));
    const path = join(filesFolder(), hash.slice(0, 2), hash);
    writeFileSync(`${path}-broken-off`, 'half');
    forgetOrphanFiles();
    expect(existsSync(`${path}-broken-off`)).toBe(true);
    forgetOrphanFiles(later);
    expect([existsSync(path), existsSync(`${path}-broken-off`)]).toEqual([true, false]);
    detachFile(nadia, { id: newest('one').id, reason: 'x' });
    forgetOrphanFiles();
    expect(existsSync(path)).toBe(true);
    expect(forgetOrphanFiles(later)).toBe(1);
    expect(existsSync(path)).toBe(false);
    expect(forgetOrphanFiles(later)).toBe(0);
    await attach();
    utimesSync(path, new Date(0), new Date(0));
    await attach({ resourceId: 'article:two' });
    expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(60_000);
  });

  test('a folder that is not there yet is no trouble', () => expect(forgetFiles(join(filesFolder(), 'none'), new Date(), () => false)).toBe(0));
});

describe('words', () => {
  test('search finds the words of a PDF, a document, a table and slides, as soon as they are read', async () => {
    for (const [name, word] of [['report.pdf', 'jacaranda'], ['calls.xlsx', 'tamarillo'], ['slides.pptx', 'rambutan'], ['calls.csv', 'pomelo'], ['blue.png', '']] as const) {
      await attach({ resourceId: 'article:words', file: fileOf(name), label: `Label of ${name}` });
      if (word) expect(search({ q: word }).total, word).toBe(0);
    }
    expect(search({ q: '"Label of slides"' }).results.map((r) => r.url)).toEqual(['/library/words']);
    const before = changes();
    expect(await readWaitingDocuments()).toBeGreaterThanOrEqual(4);
    expect(changes()).toBeGreaterThan(before);
    expect(filesOf('words').map((f) => f.words)).toEqual(['searchable', 'searchable', 'searchable', 'searchable', null]);
    for (const word of ['tamarillo', 'rambutan', 'pomelo']) expect(search({ q: word }).results.map((r) => r.url), word).toEqual(['/library/words']);
    expect(search({ q: 'jacaranda' }).results.map((r) => r.url).sort()).toEqual(['/library/one', '/library/two', '/library/words']);
    expect(await readWaitingDocuments()).toBe(0);
  }, 180_000);

  test('they are not found any more when the file is taken off, and stay when the text is edited', () => {
    const [report] = filesOf('words');
    detachFile(nadia, { id: report?.id ?? 0, reason: 'x' });
    expect(search({ q: 'jacaranda' }).results.map((r) => r.url).sort()).toEqual(['/library/one', '/library/two']);
    const form = resourceForEditing(nadia, 'words');
    editResource(nadia, resourceEditInput.parse({ id: form.id, updatedAt: String(form.updatedAt), themes: form.themes, ...form.fields, rights: 'cc-by', reason: 'x', body: 'Another text.' }));
    expect(search({ q: 'tamarillo' }).total).toBe(1);
  });

  test('of a draft nobody finds them; when it is published, everybody', async () => {
    const { id } = draft('Feijoa');
    await attach({ resourceId: id, file: table('cherimoya'), label: 'Table' });
    await readWaitingDocuments();
    expect(attachmentsOf(nadia, id)[0]?.words).toBe('searchable');
    expect(search({ q: 'cherimoya' }).total).toBe(0);
    submitResource(nadia, { id });
    publishResource(ines, { id });
    expect(search({ q: 'cherimoya' }).results.map((r) => r.url)).toEqual(['/library/feijoa']);
  });

  test('a scan has none, and what cannot be read says so; neither is tried again', async () => {
    await attach({ resourceId: 'article:merged', file: fileOf('scan.pdf'), label: 'A scan' });
    await attach({ resourceId: 'article:merged', file: fileOf('report.docx'), label: 'A document' });
    const hash = sha256(fixture('report.docx'));
    writeFileSync(join(filesFolder(), hash.slice(0, 2), hash), 'not what it was');
    await readWaitingDocuments();
    expect(filesOf('merged').map((f) => f.words)).toEqual(['none', 'unreadable']);
    expect(await readWaitingDocuments()).toBe(0);
  });
});

describe('serving', () => {
  const front = useFront({ fileAt, uploader });
  const page: typeof front.page = (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('the page that says why');
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') => { front.page = page; return front.ask(path, { headers, method }); };
  let url = '';
  const report = fixture('report.pdf');
  beforeAll(async () => {
    await attach({ resourceId: 'article:served', label: 'Served' });
    url = newest('served').url;
  });

  test('as what it is, to everybody, and never as a page of ours', async () => {
    const { status, headers, body } = await get(url);
    expect([status, body.equals(report), front.rendered]).toEqual([200, true, 0]);
    expect(headers).toMatchObject({
      'content-type': 'application/pdf', 'content-length': '27217', 'content-disposition': 'inline; filename="report.pdf"', 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'", 'cache-control': 'public, max-age=0, must-revalidate', etag: `"${sha256(report)}"`, 'accept-ranges': 'bytes', 'x-frame-options': 'DENY',
    });
    const table = newest('words');
    expect(table.kind).toBe('PNG image');
    const sheet = filesOf('words').find((f) => f.kind === 'CSV table');
    expect((await get(sheet?.url ?? '')).headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="calls.csv"', 'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'" });
  });

  test('HEAD, and who has it already', async () => {
    const head = await get(url, {}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '27217', 0]);
    const again = await get(url, { 'if-none-match': String(head.headers.etag) });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, head.headers.etag]);
    expect((await get(url, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  test.each([
    ['bytes=0-9', 0, 9], ['bytes=27000-', 27_000, 27_216], ['bytes=-5', 27_212, 27_216], ['bytes=100-999999', 100, 27_216], ['bytes=-999999', 0, 27_216], ['bytes=27216-27216', 27_216, 27_216],
  ])('%s', async (range, start, end) => {
    const { status, headers, body } = await get(url, { range });
    expect([status, headers['content-range'], headers['content-length']]).toEqual([206, `bytes ${start}-${end}/27217`, String(end - start + 1)]);
    expect(body.equals(report.subarray(start, end + 1))).toBe(true);
  });

  test.each(['bytes=5-2', 'bytes=a-b', 'bytes=-', 'items=0-1', 'bytes=0-1,5-6'])('%s is no range: the whole', async (range) => {
    expect(await get(url, { range }).then((a) => [a.status, a.body.length])).toEqual([200, 27_217]);
  });

  test('a range behind the end is nowhere; one of another file is not given', async () => {
    for (const range of ['bytes=27217-', 'bytes=-0', 'bytes=99999999999999999999-']) {
      const { status, headers, body } = await get(url, { range });
      expect([status, headers['content-range'], body.length]).toEqual([416, 'bytes */27217', 0]);
    }
    expect((await get(url, { range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200);
    expect((await get(url, { range: 'bytes=0-9', 'if-range': `"${sha256(report)}"` })).status).toBe(206);
  });

  test('another name leads to the right one, and no name leads out of the folder', async () => {
    const { id } = newest('served');
    for (const path of [`/files/${id}`, `/files/${id}/`, `/files/${id}/other.pdf`, `/files/${id}/..%2f..%2fhub.sqlite`, `/files/${id}/%zz`, `/files/${id}/report.pdf/x`]) {
      const { status, headers, text } = await get(path);
      expect([path, status, headers.location]).toEqual([path, 301, url]);
      expect(text).not.toMatch(/SQLite/);
    }
    for (const path of ['/files/', '/files/../hub.sqlite', '/files/%2e%2e/hub.sqlite', `/files/0${id}/report.pdf`, '/files/99999/report.pdf', '/files/-1/report.pdf', `/files/${id}e0/report.pdf`, '/files/99999999999999999999/report.pdf', `/files//${id}/report.pdf`]) {
      expect((await get(path)).text, path).toBe('the page that says why');
    }
  });

  test('of a draft: for coordinators alone, and nobody keeps it', async () => {
    const { id } = draft('Secret');
    await attach({ resourceId: id, file: table('secret'), label: 'Secret table' });
    const [file] = attachmentsOf(nadia, id);
    const path = file?.url ?? '';
    for (const cookie of ['', cookies['rosa'] ?? '', 'hub_session=made-up', 'hub_session=']) {
      const answer = await get(path, { cookie });
      expect([answer.status, answer.text]).toEqual([404, 'the page that says why']);
      expect(answer.headers['cache-control']).toBe('private, no-store');
    }
    const own = await get(path, { cookie: cookies['nadia'] ?? '' });
    expect([own.status, own.text, own.headers['cache-control']]).toEqual([200, 'a,b\nsecret,2\n', 'private, no-store']);
    expect(() => findFile(null, file?.id ?? 0)).toThrow(NotFound);
    expect(() => findFile(rosa, file?.id ?? 0)).toThrow(NotFound);
    expect(() => findFile(nadia, 99_999)).toThrow(NotFound);
    db.update(members).set({ suspendedUntil: new Date(Date.now() + 1e6), suspendedReason: 'x' }).where(eq(members.id, ines.id)).run();
    expect((await get(path, { cookie: cookies['ines'] ?? '' })).status).toBe(404);
    expect(await uploader(cookies['ines'], '/desk/imports')).toBeNull();
    db.update(members).set({ suspendedUntil: null, suspendedReason: null }).where(eq(members.id, ines.id)).run();
  });

  test('of a retired resource: gone with its reason, at once', async () => {
    expect((await get(url)).status).toBe(200);
    retireResource(nadia, { id: 'article:served', reason: 'Withdrawn by its author.' });
    expect((await get(url)).text).toBe('the page that says why');
    const { id } = newest('served');
    expect(() => findFile(null, id)).toThrow(Gone);
    expect(() => findFile(rosa, id)).toThrow(/Withdrawn by its author\./);
    expect((await get(url, { cookie: cookies['ines'] ?? '' })).headers['cache-control']).toBe('private, no-store');
  });

  test('bytes that are missing are our fault, and said so', async () => {
    const { url: lost, size } = newest('full');
    const { path } = findFile(null, newest('full').id);
    rmSync(path);
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { status, text } = await get(lost);
    expect(told).toHaveBeenCalledOnce();
    told.mockRestore();
    expect([status, size > 0]).toEqual([500, true]);
    expect(text).toContain('Something broke on our side');
  });

  describe('what may be sent', () => {
    const here = '/desk/resources/one/files?_action=attachments.attach';
    const multipart = { 'content-type': 'multipart/form-data; boundary=xyz' };
    const body = (size: number) => Buffer.concat([Buffer.from('--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'), Buffer.alloc(size, 'a'), Buffer.from('\r\n--xyz--\r\n')]);
    const post = (path: string, who: string | null, size: number, headers: Record<string, string> = multipart) => {
      front.page = async (request, response, _, locals) => {
        const page = response.writeHead(200, { 'content-type': 'text/plain' });
        if (locals) return page.end(`${request.method} ${request.url} ${JSON.stringify(locals)}`);
        const sent = (request as { body?: Buffer }).body ?? Buffer.alloc(0);
        arrived = sent.length;
        const file = (await new Response(new Uint8Array(sent), { headers: { 'content-type': String(request.headers['content-type']) } }).formData()).get('file');
        return page.end(file instanceof File ? `${file.name} ${(await receivedFile(incomingFolder(front.folder), file)).size}` : 'no file');
      };
      return front.ask(path, { method: 'POST', headers: { ...headers, ...(who !== null && { cookie: cookies[who] ?? who }) }, body: body(size) });
    };
    const large = 2 * 1024 * 1024;
    const whole = `a.csv ${large}`;
    let arrived = 0;

    test('two megabytes from a coordinator, where files are taken', async () => {
      for (const path of [here, '/desk/imports', '/desk/imports/3?x', '/desk/resources/one']) expect(await post(path, 'nadia', large).then((a) => [path, a.status, a.text])).toEqual([path, 200, whole]);
      expect(await post(here, 'nadia', large, { ...multipart, 'transfer-encoding': 'chunked' }).then((a) => a.text)).toBe(whole);
    });

    test('a large file does not pass through the page: it is set aside on disk for as long as the form is handled', async () => {
      expect((await post(here, 'nadia', large)).text).toBe(whole);
      expect(arrived).toBeLessThan(500);
      const left = () => readdirSync(incomingFolder(front.folder));
      await expect.poll(left).toEqual([]);
      const failing = front.page;
      const told = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      front.page = () => { throw new Error('broken'); };
      const answer = await front.ask(here, { method: 'POST', headers: { ...multipart, cookie: cookies['nadia'] ?? '' }, body: body(large) });
      told.mockRestore();
      front.page = failing;
      expect(answer.status).toBe(500);
      await expect.poll(left).toEqual([]);
    });

    test('a slip that is made up leads to no file', async () => {
      for (const slip of ['a'.repeat(32), '../hub.sqlite', `../../${'a'.repeat(26)}`]) {
        expect((await receivedFile(incomingFolder(front.folder), new File([slip], 'a.csv', { type: 'application/x-hub-slip' }))).size).toBe(0);
      }
    });

    test.each([
      ['from a visitor', here, null, multipart], ['from a member', here, 'rosa', multipart], ['with a cookie that is made up', here, 'hub_session=made-up', multipart], ['elsewhere', '/account', 'nadia', multipart],
      ['elsewhere on the desk', '/desk/importsx', 'nadia', multipart], ['to something like it', '/forums/desk/resources/one', 'nadia', multipart], ['as a plain form', here, 'nadia', { 'content-type': 'application/x-www-form-urlencoded' }],
    ])('not %s', async (_, path, who, headers) => {
      const answer = await post(path, who, large, headers as Record<string, string>);
      expect([answer.status, front.rendered]).toEqual([413, 0]);
      expect(answer.text).toMatch(/64 kilobytes|one megabyte/);
      if (path === here) expect(answer.text).toContain('files up to 3 megabytes from coordinators who are signed in');
    });

    test('more than the limit: the form gets to its page without the file, so that its words are not lost', async () => {
      for (const [who, path] of [['nadia', here], ['rosa', '/forums/operations/1-a']] as const) {
        for (const headers of [multipart, { ...multipart, 'transfer-encoding': 'chunked' }]) {
          const { status, text } = await post(path, who, 15 * 1024 * 1024, headers);
          expect([status, text, arrived < 500]).toEqual([200, 'a.csv 8', true]);
        }
      }
      expect(await readReceived(new File(['8'], 'a.csv', { type: 'application/x-hub-too-large' }))).toEqual({ refusal: expect.stringMatching(/^This file is too large: the hub takes at most \d+ megabytes/) });
      expect(await readReceived(new File(['8'], 'a.csv', { type: 'application/x-hub-too-much' }))).toEqual({ refusal: expect.stringMatching(/^With the files before it/) });
    });

    test('more than is read of any form, or where files are not set aside: a page says how much is taken, and leads to the form', async () => {
      expect((await post(here, 'nadia', 70 * 1024 * 1024)).text).toMatch(/^GET \/refusal .*"form":"\/desk\/resources\/one\/files"/);
      for (const [path, size] of [[here, 70 * 1024 * 1024], ['/desk/imports', 4.5 * 1024 * 1024], ['/desk/imports', 15 * 1024 * 1024]] as const) {
        const answer = await post(path, 'nadia', size);
        expect(answer.text).toMatch(/^GET \/refusal .*"status":413.*up to 3 megabytes/);
        expect(answer.headers.connection).toBe('close');
      }
    });

    test('three at once are one too many, until one of them is through or gives up', async () => {
      const slow = (who: string) => {
        const call = send({ port: front.port, host: '127.0.0.1', path: here, method: 'POST', headers: { ...multipart, cookie: cookies[who] ?? '', 'content-length': String(body(large).length) } });
        const ended = new Promise<number>((done) => { call.on('response', (response) => { response.resume(); done(response.statusCode ?? 0); }).on('error', () => done(0)); });
        call.write(body(large).subarray(0, 1000));
        return { call, ended };
      };
      const [first, second] = [slow('nadia'), slow('abe')];
      await expect.poll(() => post(here, 'nadia', large).then((a) => a.text)).toMatch(/"status":503.*Two files/);
      const busy = await post(here, 'nadia', large);
      expect(busy.headers['retry-after']).toBe('10');
      expect((await post(here, 'nadia', 1000)).status).toBe(200);
      first.call.destroy();
      await expect.poll(() => post(here, 'nadia', large).then((a) => a.text)).toBe(whole);
      second.call.end(body(large).subarray(1000));
      expect(await second.ended).toBe(200);
      for (let n = 0; n < 5; n++) expect((await post(here, 'nadia', large)).text).toBe(whole);
    });
  });
});

test('basename of a stored file says nothing of what it was called', () => {
  for (const path of stored()) expect(basename(path)).toMatch(/^[0-9a-f]{64}$/);
});
