import { fileKindOf } from './file-kind.ts';

/** A file on disk that somebody may have now. */
export interface ServedFile {
  /** Absolute path of the bytes. */
  path: string;
  /** Name for saving. */
  name: string;
  mediaType: string;
  /** Bytes. */
  size: number;
  /** SHA-256 of the bytes, hexadecimal. */
  hash: string;
  /** Whether everybody may have it. */
  shared: boolean;
}

/** What says how a browser is to take a file: as what it is and nothing else, in the window or as a download, and never as part of our site. */
export function fileHeaders({ name, mediaType, hash }: ServedFile): Record<string, string> {
  return {
    'Content-Type': mediaType,
    'Content-Disposition': dispositionOf(name, fileKindOf(mediaType)?.inline ?? false),
    'Content-Security-Policy': policyOf(mediaType),
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ETag: `"${hash}"`,
  };
}

/** Safari shows nothing of a PDF in a sandbox, and Chromium draws its viewer with inline styles. What claims to be a PDF is never run as a page: nosniff. */
function policyOf(mediaType: string): string {
  return mediaType === 'application/pdf' ? "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'" : "sandbox; default-src 'none'; frame-ancestors 'none'";
}

/** RFC 6266; a name with more than ASCII stands there twice, for old readers and for all others (RFC 8187). */
function dispositionOf(name: string, inline: boolean): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').replace(/[^\x20-\x7e]|["\\]/g, '_');
  const extended = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${inline ? 'inline' : 'attachment'}; filename="${plain}"${plain === name ? '' : `; filename*=UTF-8''${extended}`}`;
}
