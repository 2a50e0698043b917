import { z } from 'zod';
import { db, postFiles, prepared } from '#db/client.ts';
import { condense } from '#lib/condense.ts';
import type { ServedFile } from '#lib/file-headers.ts';
import { fileKindOf, nameForSaving } from '#lib/file-kind.ts';
import { filesFolder, pathInStore } from '#lib/file-store.ts';
import { redrawPicture } from '#lib/pictures.ts';
import { keepReceived, readReceived } from '#lib/taking-files.ts';
import { Gone, Invalid, NotFound } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { canModerateForum, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';

/** Files that one post may have. */
export const mostPostFiles = 4;

/** A picture or document of a post, as it is shown. */
export interface PostFile {
  id: number;
  url: string;
  /** What a picture shows or a document is; empty for a picture that only decorates. */
  label: string;
  name: string;
  /** "PDF", "PNG image" … */
  kind: string;
  /** Bytes. */
  size: number;
  /** Pixels of a picture; null for a document. */
  picture: { width: number; height: number } | null;
}

/** A file that lies in the store and waits to belong to a post. */
export type TakenFile = Pick<typeof postFiles.$inferInsert, 'hash' | 'name' | 'label' | 'mediaType' | 'size' | 'width' | 'height'> & { textState: 'waiting' | 'none' };

/** The fields of a form that brings files: the n-th label is that of the n-th file, `decorative` names files by their number from 1. */
export const postFilesInput = z.object({
  file: z.array(z.instanceof(File)).max(mostPostFiles).default([]),
  label: z.array(z.string()).max(mostPostFiles).default([]),
  decorative: z.array(z.string()).max(mostPostFiles).default([]),
});

/**
 * Takes the files of a form for a post: sniffs what they are, draws pictures anew, and puts them into the store. A post keeps them; what no post keeps goes by itself.
 * Throws Denied, TooMany, and Invalid on `file1`, `label1` … in words.
 */
export async function takePostFiles(actor: Member, { file, label, decorative }: z.output<typeof postFilesInput>): Promise<TakenFile[]> {
  const given = file.map((one, at) => ({ file: one, number: at + 1, label: tidy(label[at] ?? ''), decorative: decorative.includes(String(at + 1)) })).filter((one) => one.file.size > 0 || one.file.name !== '');
  if (given.length === 0) return [];
  mustWrite(actor);
  const taken: TakenFile[] = [];
  const errors: Record<string, string> = {};
  for (const one of given) {
    countAttempt('filePerMember', actor.id);
    const outcome = await take(one);
    if ('refusal' in outcome) errors[`${outcome.field}${one.number}`] = outcome.refusal;
    else taken.push(outcome);
  }
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return taken;
}

const tidy = (text: string) => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();

async function take({ file, label, decorative }: { file: File; label: string; decorative: boolean }): Promise<TakenFile | { field: 'file' | 'label'; refusal: string }> {
  if (label.length > 300) return { field: 'label', refusal: 'Please keep it to 300 characters.' };
  const received = await readReceived(file);
  if ('refusal' in received) return { field: 'file', ...received };
  const isPicture = received.mediaType.startsWith('image/');
  if (isPicture && !label && !decorative) return { field: 'label', refusal: 'Say what the picture shows, for those who cannot see it, or mark it as decoration.' };
  if (!isPicture && !label) return { field: 'label', refusal: 'Say what this file is, such as “Our call script”.' };
  const whole = isPicture ? await redrawPicture(received) : { ...received, width: null, height: null };
  if ('refusal' in whole) return { field: 'file', refusal: whole.refusal };
  const kept = await keepReceived(whole);
  if ('refusal' in kept) return { field: 'file', ...kept };
  return {
    hash: kept.hash, name: nameForSaving(file.name, whole.kind.ending), label: isPicture && decorative ? '' : label, mediaType: whole.mediaType, size: whole.bytes.length,
    width: whole.width, height: whole.height, textState: whole.kind.words ? 'waiting' : 'none',
  };
}

/** Gives files to a post, each once, four at most. Throws Invalid. Call inside the transaction that writes it. */
export function putPostFiles(postId: number, files: readonly TakenFile[]): void {
  for (const file of files) db.insert(postFiles).values({ ...file, postId }).onConflictDoNothing().run();
  const { n } = counted().get(postId) as { n: number };
  if (n > mostPostFiles) throw new Invalid({ file1: `A post has at most ${mostPostFiles} files: take one off first.` });
}
const counted = prepared((d) => d.$client.prepare('select count(*) as n from post_files where post_id = ?'));

/**
 * Files for a post without a name that has `before` files already: their names, which may say who took them, become "picture-1.jpg" and so on.
 * Throws Invalid beside the first that is no picture: pictures are drawn anew; a document may keep who wrote it.
 */
export function namelessPictures(files: readonly TakenFile[], before = 0): TakenFile[] {
  const at = files.findIndex((file) => typeof file.width !== 'number');
  if (at >= 0) throw new Invalid({ [`file${at + 1}`]: 'A document may keep who wrote it, so only pictures go with what you ask without your name.' });
  return files.map((file, index) => ({ ...file, name: nameForSaving(`picture-${before + index + 1}`, fileKindOf(file.mediaType)?.ending ?? '') }));
}

/** Takes files off a post; those of other posts stay. Call inside a transaction. Returns how many went. */
export function dropPostFiles(postId: number, ids: readonly number[]): number {
  return ids.filter((id) => removal().run(id, postId).changes > 0).length;
}
const removal = prepared((d) => d.$client.prepare('delete from post_files where id = ? and post_id = ?'));

interface Row { id: number; postId: number; label: string; name: string; mediaType: string; size: number; width: number | null; height: number | null }

/** The files of the posts of a thread with numbers from `first` to `last`, by post; none of removed posts. */
export function filesOfPosts(threadId: number, first: number, last: number): Map<number, PostFile[]> {
  const files = new Map<number, PostFile[]>();
  for (const row of between().all(threadId, first, last) as Row[]) files.set(row.postId, [...files.get(row.postId) ?? [], asFile(row)]);
  return files;
}
const columns = 'f.id, f.post_id as postId, f.label, f.name, f.media_type as mediaType, f.size, f.width, f.height';
const between = prepared((d) => d.$client.prepare(`
  select ${columns}
  from posts p cross join post_files f on f.post_id = p.id
  where p.thread_id = ? and p.number between ? and ? and p.removed_at is null order by f.id`));

/** The files of one post, whether it is shown or not: for whoever edits it. */
export function filesOfOnePost(postId: number): PostFile[] {
  return (ofOne().all(postId) as Row[]).map(asFile);
}
const ofOne = prepared((d) => d.$client.prepare(`select ${columns} from post_files f where f.post_id = ? order by f.id`));

const asFile = (row: Row): PostFile => shownFile(row, addressOfPostFile(row));

/** A file as it is shown, at this address. */
export function shownFile({ id, label, name, size, mediaType, width, height }: Omit<Row, 'postId'>, url: string): PostFile {
  return { id, url, label, name, size, kind: fileKindOf(mediaType)?.label ?? mediaType, picture: width !== null && height !== null ? { width, height } : null };
}

/** Where a file of a post is had. */
export function addressOfPostFile({ id, name }: { id: number; name: string }): string {
  return `/files/p${id}/${encodeURIComponent(name)}`;
}

/** What the files of a post are called and the words in them, for search. */
export function wordsOfPostFiles(postId: number): string {
  const files = words().all(postId) as { label: string; text: string | null }[];
  return files.length === 0 ? '' : condense([...files.map((f) => f.label), ...files.map((f) => f.text)].filter(Boolean).join('\n'), { running: 20_000, most: 60_000 });
}
const words = prepared((d) => d.$client.prepare('select label, text from post_files where post_id = ? order by id'));

interface Held { forumId: number | null; authorId: number; name: string; mediaType: string; size: number; hash: string; hidden: number; removed: number; unpublished: number; forAuthor: number; starterId: number; forStarter: number }

/** The file with this number, whoever asks; null when there is none. `shared` says whether everybody may have it, otherwise only some (`mayHavePostFile`). */
export function lookUpPostFile(id: number): ServedFile | null {
  const held = holder().get(id) as Held | undefined;
  if (!held) return null;
  const { name, mediaType, size, hash } = held;
  return { path: pathInStore(filesFolder(), hash), name, mediaType, size, hash, shared: !held.removed && !held.unpublished };
}
const holder = prepared((d) => d.$client.prepare(`
  select t.forum_id as forumId, p.author_id as authorId, f.name, f.media_type as mediaType, f.size, f.hash, p.hidden or t.hidden as hidden, p.removed_at is not null or t.removed_at is not null as removed,
    r.id is not null and r.status <> 'published' as unpublished,
    (p.removed_at is null or p.hidden) and (t.removed_at is null or (t.hidden and t.author_id = p.author_id)) as forAuthor, t.author_id as starterId, t.hidden and p.removed_at is null as forStarter
  from post_files f join posts p on p.id = f.post_id join threads t on t.id = p.thread_id left join resources r on r.id = t.resource_id where f.id = ?`));

/** Whether a file that is not for everybody is for this viewer: they keep order where its post stands, wrote it and it is only hidden, or started the thread and all of that is only hidden. */
export function mayHavePostFile(viewer: Viewer, id: number): boolean {
  const held = holder().get(id) as Held | undefined;
  if (held === undefined) return false;
  const own = (viewer?.id === held.authorId && held.forAuthor === 1) || (viewer?.id === held.starterId && held.forStarter === 1);
  return (own && !held.unpublished) || canModerateForum(viewer, held.forumId);
}

/** The same for the page that says why there is none. Throws NotFound, Gone. */
export function findPostFile(viewer: Viewer, id: number): ServedFile {
  const file = Number.isSafeInteger(id) ? lookUpPostFile(id) : null;
  if (file && (file.shared || mayHavePostFile(viewer, id))) return file;
  const held = Number.isSafeInteger(id) ? (holder().get(id) as Held | undefined) : undefined;
  if (held?.hidden) throw new NotFound('The post that this file belongs to is hidden while coordinators look at it.');
  if (held) throw new Gone('The post that this file belongs to was removed, and the file with it.');
  throw new NotFound('There is no such file.');
}
