import { existsSync } from 'node:fs';
import { environment, flags } from './runtime-flags.mjs';
import { build, CannotPrepare, install, launch, root, run, runtime } from './prepare.mjs';

const help = `npm start          installs and builds what has changed, then serves the hub
npm run demo       the same with a sample community, in a data folder of its own (var-demo, port 4322)

Settings come from the environment or from a file .env; .env.example lists them.`;

await launch(async () => {
  const options = process.argv.slice(2);
  if (options.includes('--help') || options.includes('-h')) {
    console.log(help);
    return 0;
  }
  const demo = options[0] === '--demo';
  const [unknown] = demo ? options.slice(1) : options;
  if (unknown !== undefined) throw new CannotPrepare(`There is no option ${unknown}: settings come from the environment or from .env, as .env.example shows.`);

  await install();
  await build();
  const env = demo ? { ...process.env, HUB_DEMO: '1', HUB_DATA_DIR: process.env.HUB_DATA_DIR || 'var-demo', HUB_PORT: process.env.HUB_PORT || '4322' } : process.env;
  // The demo must not write letters to real people: it knows nothing of the real hub's settings.
  const settings = !demo && existsSync(`${root}/.env`) ? ['--env-file=.env'] : [];
  return (await run(runtime(), [...flags, ...settings, 'src/server/serve.ts'], { env: { ...environment, ...env } })).code;
});
