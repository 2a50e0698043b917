import { build, install, launch, run, runtime } from './prepare.mjs';
import { environment, flags } from './runtime-flags.mjs';

await launch(async () => {
  await install();
  await build();
  const { code } = await run(runtime(), ['tests/bench/bench.ts', ...process.argv.slice(2)]);
  return code || (await run(runtime(), [...flags, 'tests/bench/import.ts'], { env: { ...process.env, ...environment } })).code;
});
