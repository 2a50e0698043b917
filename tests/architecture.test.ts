import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** The layers, and what each may import from us. See the README: pages ask, actions knock, the domain decides, the database remembers. */
const rules: Record<string, { allowed: string[]; astro: boolean }> = {
  web: { allowed: ['web', 'domain', 'lib'], astro: true },
  domain: { allowed: ['domain', 'db', 'lib'], astro: false },
  db: { allowed: ['db'], astro: false },
  lib: { allowed: ['lib'], astro: false },
  server: { allowed: ['server', 'lib'], astro: false },
  // The two places that put the parts together.
  composition: { allowed: ['web', 'domain', 'db', 'lib', 'composition'], astro: false },
};

function layerOf(file: string): string {
  const path = relative(root, file);
  if (path === 'src/hub.ts' || path === 'db/seed.ts') return 'composition';
  if (path.startsWith('db/')) return 'db';
  for (const layer of ['domain', 'lib', 'server']) if (path.startsWith(`src/${layer}/`)) return layer;
  return 'web';
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => join(root, folder, file)).filter((file) => /\.(ts|astro)$/.test(file) && !file.endsWith('.d.ts'));
}

interface Import { from: string; target: string; typeOnly: boolean }

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8');
  const found = [...source.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm), ...source.matchAll(/import\(\s*()['"]([^'"]+)['"]\s*\)/g)];
  return found.map(([, type, target]) => ({ from: file, target: target ?? '', typeOnly: Boolean(type) }));
}

function resolved({ from, target }: Import): string | null {
  const crossing = /^#(db|domain|lib)\/(.+)$/.exec(target);
  if (crossing) return join(root, crossing[1] === 'db' ? 'db' : `src/${crossing[1]}`, crossing[2] ?? '');
  return target.startsWith('.') ? resolve(dirname(from), target) : null;
}

const files = [...filesBelow('src'), ...filesBelow('db')];

describe('the layer rule', () => {
  test('there is something to look at', () => expect(files.length).toBeGreaterThan(50));

  test('each layer imports only what it may', () => {
    const broken = files.flatMap((file) => {
      const layer = layerOf(file);
      const rule = rules[layer];
      return importsOf(file).flatMap((i) => {
        if (i.target.startsWith('astro:') && !rule?.astro) return [`${relative(root, file)} imports ${i.target}`];
        const target = resolved(i);
        return target && !rule?.allowed.includes(layerOf(target)) && !(layer === 'web' && relative(root, target) === 'src/hub.ts')
          ? [`${relative(root, file)} (${layer}) imports ${i.target} (${layerOf(target)})`] : [];
      });
    });
    expect(broken).toEqual([]);
  });

  test('a crossing is marked with #, a path inside a layer is relative', () => {
    const broken = files.flatMap((file) => importsOf(file).flatMap((i) => {
      const target = resolved(i);
      if (!target) return [];
      const crosses = layerOf(target) !== layerOf(file);
      const marked = i.target.startsWith('#');
      const exempt = ['composition', 'server'].some((layer) => layer === layerOf(file) || layer === layerOf(target));
      return crosses !== marked && !exempt ? [`${relative(root, file)} imports ${i.target}`] : [];
    }));
    expect(broken).toEqual([]);
  });

  test('between the parts of the domain there is no circle', () => {
    const parts = new Map<string, Set<string>>();
    const partOf = (file: string) => /^src\/domain\/([^/]+)\//.exec(relative(root, file))?.[1];
    for (const file of files) {
      const from = partOf(file);
      if (!from) continue;
      for (const i of importsOf(file)) {
        const target = resolved(i);
        const to = target ? partOf(target) : undefined;
        if (to && to !== from && !i.typeOnly) parts.set(from, (parts.get(from) ?? new Set()).add(to));
      }
    }
    const circleFrom = (part: string, path: string[]): string[] | null => {
      if (path.includes(part)) return [...path, part];
      for (const next of parts.get(part) ?? []) {
        const circle = circleFrom(next, [...path, part]);
        if (circle) return circle;
      }
      return null;
    };
    expect([...parts.keys()].map((part) => circleFrom(part, [])).filter(Boolean)).toEqual([]);
  });

  test('only one file knows Lucia, and only content.ts asks for collections', () => {
    const users = (needle: RegExp) => files.filter((file) => needle.test(readFileSync(file, 'utf8'))).map((file) => relative(root, file));
    expect(users(/from 'lucia'/)).toEqual(['src/domain/people/sessions.ts']);
    expect(users(/\bgetCollection\(|\bgetEntry\(/)).toEqual(['src/content.ts']);
  });

  test('pages guard themselves: middleware compares no paths', () => {
    expect(readFileSync(join(root, 'src/middleware.ts'), 'utf8')).not.toMatch(/pathname\s*(===|\.startsWith|\.match)/);
  });
});
