import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settings } from '#lib/settings.ts';

const folder = () => join(settings().dataDir, 'imports');
const place = (importId: number) => join(folder(), String(importId));

/** Keeps the text of an import until it has been read. */
export function keepText(importId: number, text: string): void {
  mkdirSync(folder(), { recursive: true });
  writeFileSync(place(importId), text);
}

/** The text of an import; null where it is gone. */
export function keptText(importId: number): string | null {
  return existsSync(place(importId)) ? readFileSync(place(importId), 'utf8') : null;
}

/** Throws the text of an import away. */
export function dropText(importId: number): void {
  rmSync(place(importId), { force: true });
}

/** The imports whose text lies in the folder. */
export function keptTexts(): number[] {
  return existsSync(folder()) ? readdirSync(folder()).filter((name) => /^\d+$/.test(name)).map(Number) : [];
}
