import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readSettings, settingNames, SettingsError } from '#lib/settings.ts';
import { startMessage } from '../../src/server/start-message.ts';

describe('settings', () => {
  test('without any variable there is a hub on this machine', () => {
    expect(readSettings({})).toEqual({
      name: 'Practice Hub', url: 'http://localhost:4321', urlGiven: false, host: '127.0.0.1', port: 4321, dataDir: resolve('var'), smtpUrl: null,
      mailFrom: '"Practice Hub" <hub@localhost>', trustedProxies: 0, demo: false, pagefindThreads: 2000, secureCookies: false, uploadBytes: 25 * 1024 * 1024, outbound: true, dailyHour: 6,
      sessionIdleDays: 30, sessionDays: 180, oidc: null,
    });
  });

  test('each variable is taken', () => {
    expect(readSettings({
      HUB_NAME: 'Le carrefour', HUB_URL: 'https://Hub.Example.org/', HUB_HOST: '::', HUB_PORT: '80', HUB_DATA_DIR: '/srv/hub', SMTP_URL: 'smtps://u:p@mail.example.org',
      HUB_MAIL_FROM: 'Hub <hub@example.org>', HUB_TRUSTED_PROXIES: '2', HUB_DEMO: '1', HUB_PAGEFIND_THREADS: '0', HUB_UPLOAD_MB: '100', HUB_OUTBOUND: '0', HUB_DAILY_HOUR: '23',
      HUB_SESSION_IDLE_DAYS: '7', HUB_SESSION_DAYS: '14', HUB_OIDC_ISSUER: 'https://login.example.gov', HUB_OIDC_CLIENT_ID: 'hub', HUB_OIDC_CLIENT_SECRET: 'secret', HUB_OIDC_NAME: 'Example County',
    })).toEqual({
      name: 'Le carrefour', url: 'https://hub.example.org', urlGiven: true, host: '::', port: 80, dataDir: '/srv/hub', smtpUrl: 'smtps://u:p@mail.example.org',
      mailFrom: 'Hub <hub@example.org>', trustedProxies: 2, demo: true, pagefindThreads: 0, secureCookies: true, uploadBytes: 100 * 1024 * 1024, outbound: false, dailyHour: 23,
      sessionIdleDays: 7, sessionDays: 14, oidc: { issuer: 'https://login.example.gov', clientId: 'hub', clientSecret: 'secret', name: 'Example County' },
    });
  });

  test('the guessed address and sender follow port, name and address', () => {
    expect(readSettings({ HUB_PORT: '5000' }).url).toBe('http://localhost:5000');
    expect(readSettings({ HUB_URL: 'https://hub.example.org', HUB_NAME: 'The "Hub"' }).mailFrom).toBe('"The Hub" <hub@hub.example.org>');
  });

  test('an empty variable counts as not set', () => {
    expect(readSettings(Object.fromEntries(settingNames.map((name) => [name, ' '])))).toEqual(readSettings({}));
  });

  test.each([
    ['HUB_NAME', 'two\nlines'], ['HUB_NAME', 'x'.repeat(61)], ['HUB_PORT', 'abc'], ['HUB_PORT', '0'], ['HUB_PORT', '65536'], ['HUB_PORT', '80.5'], ['HUB_HOST', 'a host'],
    ['HUB_URL', 'hub.example.org'], ['HUB_URL', 'ftp://hub.example.org'], ['HUB_URL', 'https://hub.example.org/hub'], ['HUB_URL', 'https://hub.example.org/?a'], ['HUB_DATA_DIR', 'a\u0000b'],
    ['SMTP_URL', 'mail.example.org'], ['SMTP_URL', 'https://mail.example.org'], ['HUB_MAIL_FROM', 'nobody'], ['HUB_MAIL_FROM', 'a@b.example, c@d.example'], ['HUB_MAIL_FROM', 'a@b.example\nBcc: c@d.example'],
    ['HUB_TRUSTED_PROXIES', '-1'], ['HUB_TRUSTED_PROXIES', 'yes'], ['HUB_DEMO', 'yes'], ['HUB_DAILY_HOUR', '24'], ['HUB_PAGEFIND_THREADS', 'many'],
    ['HUB_SESSION_DAYS', '0'], ['HUB_OIDC_ISSUER', 'http://login.example.gov'], ['HUB_OIDC_ISSUER', 'login'],
  ])('%s = %j is refused in one sentence that names it', (name, value) => {
    const refusal = (() => { try { readSettings({ [name]: value }); return null; } catch (error) { return error; } })();
    expect(refusal).toBeInstanceOf(SettingsError);
    expect(String(refusal)).toMatch(new RegExp(`^SettingsError: ${name} [^\\n]+\\.$`));
  });

  test('a wrong SMTP_URL is not repeated: it holds a password', () => {
    expect(() => readSettings({ SMTP_URL: 'stmp://hub:secret@mail.example.org' })).toThrow(/^(?!.*secret)/);
  });

  test('half a set of OpenID Connect settings is refused, and the secret is never repeated', () => {
    expect(() => readSettings({ HUB_OIDC_ISSUER: 'https://login.example.gov', HUB_OIDC_CLIENT_ID: 'hub' })).toThrow(/belong together/);
    expect(() => readSettings({ HUB_OIDC_CLIENT_SECRET: 'se\u0007cret' })).toThrow(/^HUB_OIDC_CLIENT_SECRET has a value but must/);
  });

  test('.env.example and the settings name the same variables, and its defaults are the real ones', () => {
    const example = parseEnv(readFileSync('.env.example', 'utf8'));
    expect(Object.keys(example).sort()).toEqual([...settingNames].sort());
    expect(readSettings(example)).toEqual(readSettings({}));
  });
});

describe('the start message', () => {
  test('tells address, data folder and where mail goes', () => {
    const words = startMessage(readSettings({ HUB_DATA_DIR: '/srv/hub' }), null);
    for (const part of ['http://localhost:4321', '/srv/hub\n', '/srv/hub/mail']) expect(words).toContain(part);
    expect(words).not.toContain('set up');
  });

  test('gives the set-up link, and of the mail server only its name', () => {
    const words = startMessage(readSettings({ SMTP_URL: 'smtp://u:secret@mail.example.org:587', HUB_URL: 'https://hub.example.org' }), 'https://hub.example.org/set-up?token=x');
    expect(words).toContain('https://hub.example.org/set-up?token=x');
    expect(words).toContain('SMTP mail.example.org');
    expect(words).not.toContain('secret');
  });
});
