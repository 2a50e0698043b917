import { addressOfFile, lookUpFile } from '#domain/library/attachments.ts';
import { canCurate } from '#domain/people/permissions.ts';
import { readSession, sessionCookie } from '#domain/people/sessions.ts';
import type { Viewer } from '#domain/people/types.ts';
import type { ServedFile } from '#lib/file-headers.ts';

/** Whether whoever has these cookies may send files now. */
export async function mayUpload(cookies: string | undefined): Promise<boolean> {
  return canCurate(await viewerOf(cookies));
}

/** Whether these cookies are the session of somebody. */
export async function isMember(cookies: string | undefined): Promise<boolean> {
  return (await viewerOf(cookies)) !== null;
}

/** The file at an address below /files, or where it is really; null where there is none for whoever has these cookies: the page at that address says why. */
export async function fileAt(pathname: string, cookies: string | undefined): Promise<ServedFile | { movedTo: string } | null> {
  const [, id, name = ''] = /^\/files\/([1-9]\d{0,14})(?:\/(.*))?$/.exec(pathname) ?? [];
  const file = id ? lookUpFile(Number(id)) : null;
  if (!file || (!file.shared && !canCurate(await viewerOf(cookies)))) return null;
  return decoded(name) === file.name ? file : { movedTo: addressOfFile({ id: Number(id), name: file.name }) };
}

async function viewerOf(cookies = ''): Promise<Viewer> {
  const token = cookies.split('; ').find((cookie) => cookie.startsWith(`${sessionCookie}=`))?.slice(sessionCookie.length + 1);
  return token ? (await readSession(token)).viewer : null;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
