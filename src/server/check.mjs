import { install, launch, run, runtime } from './prepare.mjs';

await launch(async () => {
  await install();
  const env = { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' };
  return (await run(runtime(), ['node_modules/astro/bin/astro.mjs', 'check', ...process.argv.slice(2)], { env })).code;
});
