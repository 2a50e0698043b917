import { resolve } from 'node:path';
import { z } from 'zod';

/** Everything that can be set from the environment; `.env.example` explains each variable. */
export interface Settings {
  name: string;
  /** Public address without a slash at the end, such as https://hub.example.org. */
  url: string;
  /** Whether the public address was given; otherwise it is a guess and the request's own Host counts. */
  urlGiven: boolean;
  /** Network address the server listens on. */
  host: string;
  port: number;
  /** Absolute path of the one folder that the hub writes to. */
  dataDir: string;
  smtpUrl: string | null;
  mailFrom: string;
  /** How many proxies stand before the hub and add to X-Forwarded-For. */
  trustedProxies: number;
  demo: boolean;
  pagefindThreads: number;
  /** Most bytes that one uploaded file may have. */
  uploadBytes: number;
  /** Whether the hub may ask other servers: links that it checks, DOIs that it looks up. */
  outbound: boolean;
  /** Hour of the day, in UTC, from which daily letters are written. */
  dailyHour: number;
  secureCookies: boolean;
  /** Days after which a session that nobody used ends. */
  sessionIdleDays: number;
  /** Days after which every session ends. */
  sessionDays: number;
  /** Where members sign in with their agency's account (OpenID Connect); null: nowhere. */
  oidc: { issuer: string; clientId: string; clientSecret: string; name: string } | null;
}

/** A setting is wrong. The message is one sentence that names the variable, what is wrong and what is expected. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

const wholeNumber = (least: number, most: number, fallback: number) => z.string().default(String(fallback))
  .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most, `but must be a whole number from ${least} to ${most}`)
  .transform(Number);
const text = (most: number) => z.string().max(most, `but must have at most ${most} characters`).regex(/^\P{Cc}*$/u, 'but must be one line without control characters');

function isOrigin(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}

/** One entry for each variable, in the order in which they are checked. A message completes the sentence "NAME is "value", …". */
const variables = z.object({
  HUB_NAME: text(60).default('Practice Hub'),
  HUB_PORT: wholeNumber(1, 65_535, 4321),
  HUB_HOST: z.string().regex(/^[\w.:-]+$/, 'but must be a network address to listen on, such as 127.0.0.1, 0.0.0.0 or ::').default('127.0.0.1'),
  HUB_URL: z.string().refine(isOrigin, 'but must be the public address and nothing more, such as https://hub.example.org').optional(),
  HUB_DATA_DIR: text(1000).default('var'),
  SMTP_URL: z.string().refine((address) => /^smtps?:$/.test(URL.parse(address)?.protocol ?? '') && URL.parse(address)?.hostname, 'which is not an address such as smtp://user:password@mail.example.org:587').optional(),
  HUB_MAIL_FROM: text(200).regex(/^[^\s<>@,]+@[^\s<>@,]+$|^[^<>]*<[^\s<>@,]+@[^\s<>@,]+>$/, 'but must be a mail address, such as hub@example.org or Practice Hub <hub@example.org>').optional(),
  HUB_TRUSTED_PROXIES: wholeNumber(0, 9, 0),
  HUB_DEMO: z.enum(['0', '1'], 'but must be 1 (the sample community) or 0 (none)').default('0'),
  HUB_PAGEFIND_THREADS: wholeNumber(0, 100_000, 2000),
  HUB_UPLOAD_MB: wholeNumber(1, 100, 25),
  HUB_OUTBOUND: z.enum(['0', '1'], 'but must be 1 (the hub may ask other servers) or 0 (it never does)').default('1'),
  HUB_DAILY_HOUR: wholeNumber(0, 23, 6),
  HUB_SESSION_IDLE_DAYS: wholeNumber(1, 400, 30),
  HUB_SESSION_DAYS: wholeNumber(1, 400, 180),
  HUB_OIDC_ISSUER: z.string().refine(isIssuer, 'but must be the https address of the issuer, such as https://login.example.gov').optional(),
  HUB_OIDC_CLIENT_ID: text(300).optional(),
  HUB_OIDC_CLIENT_SECRET: text(1000).optional(),
  HUB_OIDC_NAME: text(60).default('your agency'),
});

/** Without TLS anybody on the way could sign in as anybody: only this very machine may do without, for trying it out. */
function isIssuer(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost'));
}

function oidcOf(values: z.output<typeof variables>): Settings['oidc'] {
  const { HUB_OIDC_ISSUER: issuer, HUB_OIDC_CLIENT_ID: clientId, HUB_OIDC_CLIENT_SECRET: clientSecret, HUB_OIDC_NAME: name } = values;
  if (!issuer && !clientId && !clientSecret) return null;
  if (issuer && clientId && clientSecret) return { issuer, clientId, clientSecret, name };
  throw new SettingsError('HUB_OIDC_ISSUER, HUB_OIDC_CLIENT_ID and HUB_OIDC_CLIENT_SECRET belong together, but not all of them are set.');
}

/** Names of all variables, as `.env.example` lists them. */
export const settingNames: readonly string[] = Object.keys(variables.shape);

/** Reads the settings from environment variables; one that is empty counts as not set. Throws SettingsError for the first that is wrong. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(settingNames.map((name) => [name, env[name]?.trim() || undefined]));
  const read = variables.safeParse(given);
  if (!read.success) throw new SettingsError(sentence(read.error.issues[0], given));
  const values = read.data;
  const url = values.HUB_URL ? new URL(values.HUB_URL).origin : `http://localhost:${values.HUB_PORT}`;
  return {
    name: values.HUB_NAME, url, urlGiven: values.HUB_URL !== undefined, host: values.HUB_HOST, port: values.HUB_PORT,
    dataDir: resolve(values.HUB_DATA_DIR), smtpUrl: values.SMTP_URL ?? null,
    mailFrom: values.HUB_MAIL_FROM ?? `"${values.HUB_NAME.replaceAll(/["\\]/g, '')}" <hub@${new URL(url).hostname}>`,
    trustedProxies: values.HUB_TRUSTED_PROXIES, demo: values.HUB_DEMO === '1', pagefindThreads: values.HUB_PAGEFIND_THREADS, uploadBytes: values.HUB_UPLOAD_MB * 1024 * 1024, outbound: values.HUB_OUTBOUND === '1', dailyHour: values.HUB_DAILY_HOUR, secureCookies: url.startsWith('https:'),
    sessionIdleDays: values.HUB_SESSION_IDLE_DAYS, sessionDays: values.HUB_SESSION_DAYS, oidc: oidcOf(values),
  };
}

/** The address of a mail server carries its password, so its value is not shown; nor is a secret. */
function sentence(issue: z.core.$ZodIssue | undefined, given: Record<string, string | undefined>): string {
  const name = String(issue?.path[0]);
  if (name === 'HUB_OIDC_CLIENT_SECRET') return `HUB_OIDC_CLIENT_SECRET has a value ${issue?.message}.`;
  return name === 'SMTP_URL' ? `SMTP_URL has a value ${issue?.message}.` : `${name} is ${JSON.stringify(given[name])}, ${issue?.message}.`;
}

let memo: Settings | null = null;

/** The settings of this process, read once. */
export function settings(): Settings {
  return (memo ??= readSettings(process.env));
}
