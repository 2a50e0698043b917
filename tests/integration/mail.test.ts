import { createServer, type AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { db, mailStops, outbox, secrets, transaction } from '#db/client.ts';
import { outboxState, post, postNews, sendOutbox } from '#domain/mail/outbox.ts';
import { isStopped, readStop, resumeMail, stopMail, stopToken } from '#domain/mail/stopping.ts';
import { letterHtml, letterText } from '#lib/letter.ts';
import { folderMailer, smtpMailer } from '#lib/mailer.ts';
import { enter } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

const hub = useDatabase();
afterEach(() => { db.delete(outbox).run(); db.delete(mailStops).run(); });

/** A real mail server on a free port that keeps what it is given. */
async function mailServer(accept = true): Promise<{ url: string; letters: ParsedMail[]; close: () => Promise<void> }> {
  const letters: ParsedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'], logger: false,
    onRcptTo: (_address, _session, done) => done(accept ? null : new Error('No such mailbox')),
    onData: (stream, _session, done) => void simpleParser(stream).then((letter) => { letters.push(letter); done(); }, done),
  });
  server.on('error', () => {});
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, letters, close: () => new Promise((done) => server.close(done)) };
}

describe('the outbox', () => {
  test('a letter goes out once, in plain text, through a real mail server', async () => {
    const server = await mailServer();
    post('rosa@test.example', 'Bestätigung – Café', ['Grüße aus Montréal.', 'https://hub.example.org/join?token=abc']);
    const send = smtpMailer(server.url, 'Practice Hub <hub@test.example>');
    expect(await sendOutbox(send)).toEqual({ sent: 1, failed: 0 });
    expect(await sendOutbox(send)).toEqual({ sent: 0, failed: 0 });
    expect(server.letters).toHaveLength(1);
    const [letter] = server.letters;
    expect(letter?.subject).toBe('Bestätigung – Café');
    expect(letter?.text).toContain('Grüße aus Montréal.\n\nhttps://hub.example.org/join?token=abc');
    expect(letter?.from?.text).toContain('hub@test.example');
    expect(letter?.headers.get('auto-submitted')).toBe('auto-generated');
    await server.close();
  });

  test.each(['Why is =?utf-8?q?Your=20password=20is=20over?= in it?', '=?utf-8?q?a?=', 'é =?utf-8?b?YQ==?= “ü” 我们每周统计电话数量，并且公布结果 =?utf-8?q?a?= 👍🏽', 'a =?= b'])('a subject arrives as it was typed, through a mail server and as a file: %s', async (subject) => {
    const server = await mailServer();
    const folder = join(hub.folder(), `subjects-${server.url.split(':').at(-1)}`);
    for (const send of [smtpMailer(server.url, 'hub@test.example'), folderMailer(folder, 'hub@test.example')]) {
      post('rosa@test.example', subject, ['x']);
      expect(await sendOutbox(send)).toEqual({ sent: 1, failed: 0 });
    }
    await server.close();
    expect(server.letters[0]?.subject).toBe(subject);
    expect((await simpleParser(readFileSync(join(folder, readdirSync(folder)[0] ?? '')))).subject).toBe(subject);
  });

  test('a rolled-back write never mails', async () => {
    expect(() => transaction(() => { post('rosa@test.example', 'Never', ['x']); throw new Error('no'); })).toThrow();
    expect(outboxState()).toEqual({ waiting: 0, failed: 0 });
  });

  test('a refused letter waits, is tried again later, and is given up in the end', async () => {
    const server = await mailServer(false);
    const send = smtpMailer(server.url, 'hub@test.example');
    post('nobody@test.example', 'Hello', ['x']);
    expect(await sendOutbox(send)).toEqual({ sent: 0, failed: 1 });
    expect(await sendOutbox(send)).toEqual({ sent: 0, failed: 0 });
    for (let n = 0; n < 8; n++) {
      db.update(outbox).set({ nextTryAt: new Date(0) }).run();
      await sendOutbox(send);
    }
    expect(outboxState()).toEqual({ waiting: 0, failed: 1 });
    expect(db.select().from(outbox).get()?.failure).toContain('No such mailbox');
    await server.close();
  });

  test('when the mail server is away nothing is lost', async () => {
    const port = await new Promise<number>((free) => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address() as AddressInfo; s.close(() => free(port)); }); });
    post('rosa@test.example', 'Later', ['x']);
    expect(await sendOutbox(smtpMailer(`smtp://127.0.0.1:${port}`, 'hub@test.example'))).toEqual({ sent: 0, failed: 1 });
    expect(outboxState().waiting).toBe(1);
  });

  test('without a mail server letters are files that a mail program opens', async () => {
    const folder = join(hub.folder(), 'mail');
    post('tom@test.example', 'Confirm your address – now', [`A long line with a link: https://hub.example.org/join/confirm?token=${'x'.repeat(80)}`, '.', '.leading dot']);
    await sendOutbox(folderMailer(folder, 'hub@test.example'));
    const [file] = readdirSync(folder);
    const letter = await simpleParser(readFileSync(join(folder, file ?? '')));
    expect(letter.subject).toBe('Confirm your address – now');
    expect(letter.text).toContain(`token=${'x'.repeat(80)}`);
    expect(letter.text).toContain('\n\n.leading dot');
  });
});

describe('a letter of news', () => {
  test('arrives as text and HTML that say the same, with what threads it and what stops it', async () => {
    const server = await mailServer();
    const rosa = await enter('rosa');
    postNews({
      to: rosa, subject: 'Neu: “Schlaglöcher”', why: 'You get this because you asked for it.', change: '/account/searches', stops: 'searches',
      parts: [{ heading: 'Where' }, { quote: 'First line\nsecond\n\n<script>x</script> & more' }, { items: [{ title: 'A & B', url: 'http://localhost:4321/a?b=1&c=2', meta: 'Report', snippet: 'Ça va' }] }],
      headers: { 'Message-ID': '<post-7@hub.example>', 'In-Reply-To': '<post-6@hub.example>', References: '<thread-1@hub.example> <post-6@hub.example>' },
    });
    expect(await sendOutbox(smtpMailer(server.url, 'Practice Hub <hub@test.example>'))).toEqual({ sent: 1, failed: 0 });
    const [letter] = server.letters;
    const header = (name: string) => letter?.headerLines.find(({ key }) => key === name)?.line.replaceAll(/\r?\n\s+/g, ' ');
    const url = `http://localhost:4321/unsubscribe/${stopToken(rosa.id, 'searches')}`;
    expect(header('list-unsubscribe')).toBe(`List-Unsubscribe: <${url}>`);
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(letter?.headers.get('content-type')).toMatchObject({ value: 'multipart/alternative' });
    expect(letter?.messageId).toBe('<post-7@hub.example>');
    expect(letter?.inReplyTo).toBe('<post-6@hub.example>');
    expect(letter?.references).toEqual(['<thread-1@hub.example>', '<post-6@hub.example>']);
    expect(letter?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(letter?.text).toContain('Where\n-----\n\n> First line\n> second\n>\n> <script>x</script> & more\n\n* A & B\n  Report\n  Ça va\n  http://localhost:4321/a?b=1&c=2');
    expect(letter?.text).toContain('Answers to this letter reach\nnobody.');
    expect(letter?.text).toContain(url);
    expect(letter?.html).toContain('&lt;script&gt;x&lt;/script&gt; &amp; more');
    expect(letter?.html).toContain('<a href="http://localhost:4321/a?b=1&amp;c=2">A &amp; B</a>');
    expect(letter?.html).not.toMatch(/<script|<img|src=/);
    await server.close();
  });

  test('of a sent one nothing is kept that a stranger could use', async () => {
    const server = await mailServer();
    postNews({ to: await enter('rosa'), subject: 'x', why: 'x', change: '/', stops: 'searches', parts: [] });
    await sendOutbox(smtpMailer(server.url, 'hub@test.example'));
    expect(db.select().from(outbox).get()).toMatchObject({ text: '', html: null, headers: null });
    await server.close();
  });

  test('a letter that was asked for carries nothing to stop it', async () => {
    const server = await mailServer();
    post('rosa@test.example', 'Confirm', ['x']);
    await sendOutbox(smtpMailer(server.url, 'hub@test.example'));
    expect(server.letters[0]?.headers.has('list')).toBe(false);
    expect(server.letters[0]?.html).toBe(false);
    await server.close();
  });

  test('plain text has lines of at most 72 characters, and never breaks an address', () => {
    const url = `https://hub.example.org/${'x'.repeat(90)}`;
    const text = letterText([{ text: 'word '.repeat(60).trim() }, { quote: 'word '.repeat(60).trim() }, { items: [{ title: 'title '.repeat(30).trim(), url, meta: '', snippet: 'said '.repeat(40).trim() }] }, { link: 'Open', url }]);
    expect(text.split('\n').filter((line) => line.length > 72)).toEqual([`  ${url}`, url]);
    expect(text.split('\n').some((line) => line.endsWith(' '))).toBe(false);
  });

  test('plain text breaks no title in which there is an address', () => {
    const title = `Long words of a title that goes on and on to the end of its line” https://evil.example/${'x'.repeat(30)} and on`;
    const text = letterText([{ heading: title }, { text: `Rosa replied in “${title}”: ${'word '.repeat(20).trim()}\nAgain.` }, { items: [{ title, url: 'https://hub.example.org/', meta: '', snippet: '' }] }, { link: `See “${title}”`, url: 'https://hub.example.org/' }]);
    expect(text.split('\n').filter((line) => line.includes('evil'))).toEqual([title, `“${title}”:`, `* ${title}`, `“${title}”:`]);
    expect(text).toContain(`\n${'word '.repeat(14).trim()}\n${'word '.repeat(6).trim()}\nAgain.`);
  });

  test('HTML takes nothing for markup', () => {
    const html = letterHtml('<s>', [{ heading: '<h>' }, { text: '<t>' }, { quote: '<q>' }, { link: '<l>', url: 'https://x/"><u>' }, { items: [{ title: '<i>', url: 'https://x/', meta: '<m>', snippet: '<n>' }] }]);
    for (const tag of ['s', 'h', 't', 'q', 'l', 'u', 'i', 'm', 'n']) expect(html).not.toContain(`<${tag}>`);
  });
});

describe('stopping letters by the link in one', () => {
  test('stops, stays stopped, and can be taken back; looking changes nothing', async () => {
    const rosa = await enter('rosa');
    const token = stopToken(rosa.id, 'searches');
    expect(readStop(token)).toMatchObject({ memberId: rosa.id, subject: 'searches', stopped: false });
    expect(isStopped(rosa.id, 'searches')).toBe(false);
    stopMail({ token });
    stopMail({ token });
    expect(readStop(token).stopped).toBe(true);
    resumeMail({ token });
    resumeMail({ token });
    expect(isStopped(rosa.id, 'searches')).toBe(false);
  });

  test('no token but the right one works, and nobody can make one for somebody else', async () => {
    const [rosa, tom] = [await enter('rosa'), await enter('tom')];
    const token = stopToken(rosa.id, 'searches');
    const code = token.split('.')[2] ?? '';
    expect(code).toMatch(/^[\w-]{22}$/);
    const wrong = ['', '.', 'x', token.slice(0, -1), `${token}x`, `${token}.`, `${tom.id}.searches.${code}`, `0${token}`, `${rosa.id}.everything.${code}`, `${rosa.id}.toString.${code}`, `${rosa.id}.searches.`, `${rosa.id}.searches.${'é'.repeat(22)}`, stopToken(9999, 'searches'), 'NaN.searches.x'];
    for (const one of wrong) for (const act of [() => readStop(one), () => stopMail({ token: one }), () => resumeMail({ token: one })]) expect(act, one).toThrow('This link is incomplete');
    expect(isStopped(rosa.id, 'searches')).toBe(false);
    expect(stopToken(tom.id, 'searches').split('.')[2]).not.toBe(code);
  });

  test('the hub keeps one key, and a hub with another key takes none of these links', async () => {
    const rosa = await enter('rosa');
    const token = stopToken(rosa.id, 'searches');
    const kept = db.select().from(secrets).all();
    expect(kept).toHaveLength(1);
    db.update(secrets).set({ value: 'another' }).run();
    expect(() => readStop(token)).toThrow();
    db.update(secrets).set({ value: kept[0]?.value ?? '' }).run();
    expect(readStop(token).stopped).toBe(false);
  });
});
