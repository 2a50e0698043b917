import { createServer, type AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { db, outbox, transaction } from '#db/client.ts';
import { outboxState, post, sendOutbox } from '#domain/mail/outbox.ts';
import { folderMailer, smtpMailer } from '#lib/mailer.ts';
import { useDatabase } from '../support/database.ts';

const hub = useDatabase();
afterEach(() => { db.delete(outbox).run(); });

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
