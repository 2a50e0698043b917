import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isSealed, seal, unseal } from '#lib/sealing.ts';
import { settings } from '#lib/settings.ts';

test('what is sealed opens for its purpose alone, whole, and says nothing', () => {
  const sealed = seal('JBSWY3DPEHPK3PXP', 'authenticator 1');
  expect(sealed).not.toContain('JBSWY3DP');
  expect(isSealed(sealed)).toBe(true);
  expect(seal('JBSWY3DPEHPK3PXP', 'authenticator 1')).not.toBe(sealed);
  expect(unseal(sealed, 'authenticator 1')).toBe('JBSWY3DPEHPK3PXP');
  expect(unseal(sealed, 'authenticator 2')).toBeNull();
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  for (const other of [`v1.${bytes.toString('base64url')}`, 'v1.', 'v1.AAAA', 'JBSWY3DPEHPK3PXP', '']) expect(unseal(other, 'authenticator 1')).toBeNull();
});

test('the key is for its owner alone', () => {
  seal('x', 'y');
  expect(statSync(join(settings().dataDir, 'hub.key')).mode & 0o077).toBe(0);
});
