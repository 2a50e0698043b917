import { join } from 'node:path';
import type { Settings } from '#lib/settings.ts';

/** What the start prints: where the hub is, where its data and its letters go, and the set-up link while nobody keeps the house. */
export function startMessage({ name, url, urlGiven, host, port, dataDir, smtpUrl, demo }: Settings, setUpLink: string | null): string {
  const lines = [
    `${name} is open at ${url}`,
    ...(urlGiven ? [`  listens  ${host} port ${port}`] : []),
    `  data     ${dataDir}`,
    `  mail     ${smtpUrl ? `SMTP ${new URL(smtpUrl).hostname}` : `written as .eml files into ${join(dataDir, 'mail')} (set SMTP_URL to send it)`}`,
    ...(demo ? ['  demo     a sample community of invented people'] : []),
    ...(setUpLink ? [`  set up   ${setUpLink}`, '           makes the first administrator; works once, within a day'] : []),
  ];
  return lines.join('\n');
}
