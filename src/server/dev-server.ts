import { resolve } from 'node:path';
import { dev } from 'astro';
import { readSettings, SettingsError } from '#lib/settings.ts';

// `astro dev` on the hub's own address and port. The first request opens the hub (src/middleware.ts).
const root = resolve(import.meta.dirname, '../..');
try {
  const { host, port } = readSettings(process.env);
  await dev({ root, server: { host, port }, vite: { server: { strictPort: true } } });
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : error);
  process.exit(1);
}
