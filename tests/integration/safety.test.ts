import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { db, members } from '#db/client.ts';
import { isKept } from '#domain/forum/stray-drafts.ts';
import { setUp, setUpLink } from '#domain/moderation/setting-up.ts';
import { confirmEmail, join as joinHub, joinInput } from '#domain/people/joining.ts';
import { requestSignInLink, signInByLink } from '#domain/people/mailed-links.ts';
import { requestReset } from '#domain/people/resetting.ts';
import { enter, forgetLimits, lettersTo, tokenFor } from '../support/cast.ts';
import { useDatabase } from '../support/database.ts';

useDatabase();
beforeEach(forgetLimits);

const words = 'heron lantern gravel mitten';
const kinds = (results: PromiseSettledResult<unknown>[]) => results.map((r) => r.status).sort();

describe('a link that works once, used twice at the same time', () => {
  test('makes one first administrator', async () => {
    const token = setUpLink()?.split('token=')[1] ?? '';
    const both = await Promise.allSettled(['one', 'two'].map((who) => setUp({ token, name: `Keeper ${who}`, email: `${who}@keepers.example`, password: words }, 'here')));
    expect(kinds(both)).toEqual(['fulfilled', 'rejected']);
    expect(db.select().from(members).where(eq(members.role, 'administrator')).all()).toHaveLength(1);
  });

  test('confirms one address once', async () => {
    await joinHub({ ...joinInput.parse({ name: 'Ida Twice', email: 'ida@test.example', password: words, shown: '' }) }, 'here');
    const token = tokenFor('ida@test.example');
    expect(kinds(await Promise.allSettled([1, 2].map(() => confirmEmail({ token, password: words }, 'here'))))).toEqual(['fulfilled', 'rejected']);
  });

  test('signs in once', async () => {
    const tom = await enter('tom');
    requestSignInLink({ email: tom.email }, 'here');
    const token = tokenFor(tom.email);
    expect(kinds(await Promise.allSettled([1, 2].map(async () => signInByLink({ token }, 'here'))))).toEqual(['fulfilled', 'rejected']);
  });
});

describe('whether an address has an account', () => {
  /** Processor time of all threads in milliseconds, which does not depend on what else the machine does. */
  async function cost(work: () => unknown): Promise<number> {
    forgetLimits();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }
  const middle = (costs: number[]) => costs.slice(3).sort((a, b) => a - b)[Math.floor((costs.length - 3) / 2)] ?? 0;

  /** Differences of less than so many milliseconds drown in what a network and a busy hub add. */
  const noise = 2;

  test.each([
    ['joining', (email: string) => joinHub({ ...joinInput.parse({ name: 'Pat Asks', email, password: words, shown: '' }) }, 'here')],
    ['asking for a new password', (email: string) => requestReset({ email }, 'here')],
    ['asking for a link', (email: string) => requestSignInLink({ email }, 'here')],
  ])('does not show in the time that %s takes', async (_, ask) => {
    const rosa = await enter('rosa');
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let n = 0; n < 23; n++) {
      known.push(await cost(() => ask(rosa.email)));
      unknown.push(await cost(() => ask(`nobody-${n}@test.example`)));
    }
    const [one, other] = [middle(known), middle(unknown)];
    expect(Math.abs(one - other)).toBeLessThan(Math.max(noise, Math.max(one, other) / 4));
  });

  test('is said by letter alone', async () => {
    const rosa = await enter('rosa');
    const answers = [];
    for (const email of [rosa.email, 'nobody-at-all@test.example']) answers.push(await joinHub({ ...joinInput.parse({ name: 'Pat Asks', email, password: words, shown: '' }) }, 'here'), requestReset({ email }, 'here'));
    expect(answers).toEqual([undefined, undefined, undefined, undefined]);
    expect(lettersTo(rosa.email).map((l) => l.subject)).toContainEqual(expect.stringMatching(/already have an account/));
  });
});

describe('the source', () => {
  const root = resolve(import.meta.dirname, '../../src');
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => [file, readFileSync(join(root, file), 'utf8')] as const);

  test('compares codes that only the hub can make in constant time', () => {
    const making = sources.filter(([, text]) => text.includes('createHmac('));
    expect(making.length).toBeGreaterThan(1);
    // What is only looked up by its code, in an index, has nothing to compare.
    expect(making.filter(([file, text]) => !text.includes('timingSafeEqual(') && !['domain/people/former.ts', 'domain/people/former-standings.ts'].includes(file)).map(([file]) => file)).toEqual([]);
  });

  test('keeps no password of a form that was sent when the session was over', () => {
    const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.astro')).flatMap((file) => readFileSync(join(root, file), 'utf8').split('\n'));
    const secret = pages.filter((line) => /type="password"|one-time-code/.test(line)).map((line) => / name="(\w+)"/.exec(line)?.[1] ?? 'a field without a name');
    expect(secret).toEqual(expect.arrayContaining(['password', 'current', 'code']));
    expect(secret.filter((name) => isKept('members.editProfile', name))).toEqual([]);
    expect(['members.changePassword', 'security.changeEmail', 'proof.byPassword', 'members.leave'].filter((action) => isKept(action, 'email'))).toEqual([]);
    expect(isKept('members.editProfile', 'lookingFor')).toBe(true);
    const typed = [['corrections.answer', 'answer'], ['flags.confirmation', 'note'], ['answers.removeConfirmation', 'reason'], ['answers.confirm', 'place'], ['answers.confirm', 'note']] as const;
    expect(typed.filter(([action, field]) => !isKept(action, field))).toEqual([]);
    expect(['security.addPasskey', 'proof.byPasskey', 'signIn.byPasskey'].filter((action) => isKept(action, 'answer'))).toEqual([]);
  });

  test('takes a role from one form alone, of administrators', () => {
    expect(sources.filter(([, text]) => /\brole: z\./.test(text)).map(([file]) => file)).toEqual(['domain/moderation/appointing.ts']);
    expect(sources.filter(([, text]) => /z\.(?:looseObject|record|any)\(|\.(?:passthrough|loose)\(\)|catchall\(/.test(text)).filter(([file]) => file.startsWith('actions/') || file.startsWith('domain/people/')).map(([file]) => file)).toEqual([]);
  });
});
