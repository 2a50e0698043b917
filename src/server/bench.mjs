import { build, install, launch, run, runtime } from './prepare.mjs';

await launch(async () => {
  await install();
  await build();
  const { code } = await run(runtime(), ['tests/bench/bench.ts', ...process.argv.slice(2)]);
  return code || (await run(runtime(), ['tests/bench/import.ts'])).code;
});
