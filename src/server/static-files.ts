import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { securityHeaders } from './headers.ts';
import { keepAnswer, type KeptAnswer } from './kept-answer.ts';

const types: Record<string, string> = {
  css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', mjs: 'text/javascript; charset=utf-8', json: 'application/json; charset=utf-8', map: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8', xml: 'application/xml; charset=utf-8', html: 'text/html; charset=utf-8', webmanifest: 'application/manifest+json; charset=utf-8', csv: 'text/csv; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8', png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', webp: 'image/webp', avif: 'image/avif', gif: 'image/gif', ico: 'image/x-icon',
  woff2: 'font/woff2', woff: 'font/woff', pdf: 'application/pdf', wasm: 'application/wasm',
};

/** The Content-Type of a file by its ending. */
export function typeOf(name: string): string {
  return types[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}

/** Reads a folder of built files into memory, by address. Prerendered pages are left to Astro, which gives them their status. */
export function loadStaticFiles(folder: string, https: boolean): Map<string, KeptAnswer> {
  const files = new Map<string, KeptAnswer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.html')) continue;
    const file = join(entry.parentPath, entry.name);
    const address = `/${relative(folder, file).replaceAll('\\', '/')}`;
    const type = typeOf(entry.name);
    // The build puts a hash of the content into the names of these.
    const fingerprinted = address.startsWith('/_assets/');
    // Partner sites load these by an address that stays, so that it must be new soon after the hub is.
    const forOtherSites = address.startsWith('/embed/');
    const age = fingerprinted ? 'max-age=31536000, immutable' : forOtherSites ? 'max-age=600' : 'max-age=3600';
    const headers = ['Content-Type', type, 'Cache-Control', `public, ${age}`, 'Vary', 'Accept-Encoding', ...securityHeaders({ https, forOtherSites })];
    files.set(encodeURI(address), keepAnswer(200, type, headers, readFileSync(file), 'file'));
  }
  return files;
}
