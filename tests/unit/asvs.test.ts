import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** `file`: "name", "name" … as the list of requirements names tests. */
const named = [...readFileSync('tests/security/asvs.md', 'utf8').matchAll(/`((?:unit|integration|e2e)\/[\w-]+\.test\.ts)`: ((?:"[^"]+"(?:,\s+)?)+)/g)]
  .flatMap(([, file = '', names = '']) => [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => [file, name.replaceAll(/\s+/g, ' ')] as const));

test('every test that the list of security requirements names exists', () => {
  expect(named.length).toBeGreaterThan(35);
  expect(named.filter(([file, name]) => !readFileSync(`tests/${file}`, 'utf8').includes(`'${name}`))).toEqual([]);
});

test('no requirement of level 2 is left out', () => {
  const listed = new Set([...readFileSync('tests/security/asvs.md', 'utf8').matchAll(/^\| (\d\.\d\.\d+) \|/gm)].map(([, number]) => number));
  const sections: [section: string, requirements: number][] = [['6.1', 3], ['6.2', 12], ['6.3', 4], ['6.4', 4], ['6.5', 5], ['6.6', 3], ['6.8', 4], ['7.1', 3], ['7.2', 4], ['7.3', 2], ['7.4', 5], ['7.5', 2], ['7.6', 2]];
  expect([...listed].sort()).toEqual(sections.flatMap(([section, count]) => Array.from({ length: count }, (_, n) => `${section}.${n + 1}`)).sort());
});
