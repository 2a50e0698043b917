import { existsSync } from 'node:fs';
import { install, launch, root, run, runtime } from './prepare.mjs';

await launch(async () => {
  await install();
  const settings = existsSync(`${root}/.env`) ? ['--env-file=.env'] : [];
  const env = { ...process.env, HUB_DATA_DIR: process.env.HUB_DATA_DIR || 'var-dev', ASTRO_TELEMETRY_DISABLED: '1', ASTRO_DEV_BACKGROUND: '0' };
  return (await run(runtime(), [...settings, 'src/server/dev-server.ts'], { env })).code;
});
