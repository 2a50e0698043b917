import { addressOfPostFile, lookUpPostFile, mayHavePostFile } from '#domain/forum/post-files.ts';
import { addressOfFile, lookUpFile, mayHaveFile } from '#domain/library/attachments.ts';
import { addressOfPhoto, photoFor } from '#domain/profiles/photo.ts';
import { canCurateSomething, canWrite } from '#domain/people/permissions.ts';
import { readSession, sessionCookie } from '#domain/people/sessions.ts';
import type { Viewer } from '#domain/people/types.ts';
import type { ServedFile } from '#lib/file-headers.ts';

/** The number of the member who has these cookies, if they may send files to an address now: on the desk coordinators, elsewhere whoever writes posts. Null of anybody else. */
export async function uploader(cookies: string | undefined, pathname: string): Promise<number | null> {
  const viewer = await viewerOf(cookies);
  return viewer && (pathname.startsWith('/desk/') ? canCurateSomething(viewer) : canWrite(viewer)) ? viewer.id : null;
}

/** Whether these cookies are the session of somebody. */
export async function isMember(cookies: string | undefined): Promise<boolean> {
  return (await viewerOf(cookies)) !== null;
}

/** Photos of profiles: who sees one is asked of the viewer, not of the file. */
const photoAt = /^\/files\/m([1-9]\d{0,14})(?:\/(.*))?$/;

/** The file at an address below /files, or where it is really; null where there is none for whoever has these cookies: the page at that address says why. */
export async function fileAt(pathname: string, cookies: string | undefined): Promise<ServedFile | { movedTo: string } | null> {
  const [, member, photoName = ''] = photoAt.exec(pathname) ?? [];
  if (member) {
    const photo = photoFor(await viewerOf(cookies), Number(member));
    return photo && photoName !== photo.name ? { movedTo: addressOfPhoto(Number(member), photo.hash) } : photo;
  }
  const [, ofPost = '', digits, name = ''] = /^\/files\/(p?)([1-9]\d{0,14})(?:\/(.*))?$/.exec(pathname) ?? [];
  const id = Number(digits);
  const file = digits ? (ofPost ? lookUpPostFile(id) : lookUpFile(id)) : null;
  if (!file || (!file.shared && !(ofPost ? mayHavePostFile : mayHaveFile)(await viewerOf(cookies), id))) return null;
  return decoded(name) === file.name ? file : { movedTo: (ofPost ? addressOfPostFile : addressOfFile)({ id, name: file.name }) };
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
