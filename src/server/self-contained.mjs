import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/**
 * Builds a browser module with everything it imports into one file, as other sites can load it by one address. Returns its code.
 * @param {string} entry path from the top of the project
 * @returns {Promise<string>}
 */
export async function selfContained(entry) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const built = await build({
    root, configFile: false, publicDir: false, logLevel: 'warn', envDir: false,
    build: { write: false, target: 'es2022', minify: true, lib: { entry, formats: ['es'], fileName: 'module' } },
  });
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
  const [chunk] = outputs;
  if (outputs.length !== 1 || chunk?.type !== 'chunk') throw new Error(`${entry} was not built into one file.`);
  return chunk.code;
}
