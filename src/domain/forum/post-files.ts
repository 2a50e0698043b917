import { z } from 'zod';
import { db, postFiles, prepared } from '#db/client.ts';
import { condense } from '#lib/condense.ts';
import type { ServedFile } from '#lib/file-headers.ts';
import { fileKindOf, nameForSaving } from '#lib/file-kind.ts';
import { filesFolder, keepInStore, pathInStore } from '#lib/file-store.ts';
import { redrawPicture } from '#lib/pictures.ts';
import { seal, unseal } from '#lib/sealing.ts';
import { keepReceived, readReceived } from '#lib/taking-files.ts';
import { Gone, Invalid, NotFound } from '../errors.ts';
import { countAttempt, isWithinLimit } from '../people/limits.ts';
import { canModerateForum, canWrite, mustWrite } from '../people/permissions.ts';
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

/** The fields of a form that brings files: the n-th label and kept file are those of the n-th file, `decorative` and `leaveOut` name files by their number from 1. */
export const postFilesInput = z.object({
  file: z.array(z.instanceof(File)).max(mostPostFiles).default([]),
  label: z.array(z.string()).max(mostPostFiles).default([]),
  decorative: z.array(z.string()).max(mostPostFiles).default([]),
  kept: z.array(z.string().max(4_000)).max(mostPostFiles).default([]),
  leaveOut: z.array(z.string()).max(mostPostFiles).default([]),
});
type PostFilesInput = z.output<typeof postFilesInput>;

/** A file that came with a form which was not taken: `token` brings it when the same member sends the form again within an hour. */
export interface KeptFile { number: number; name: string; /** "PDF", "PNG image" … */ kind: string; token: string }

/** What became of the files of a form which was not taken; of those that were not kept, why. */
export interface KeptFiles { kept: KeptFile[]; lost: { number: number; why: string }[] }

type StoredFile = Omit<TakenFile, 'label'>;
interface Slot { number: number; file: File | null; kept: string; label: string; decorative: boolean }

function slotsOf({ file, label, decorative, kept, leaveOut }: PostFilesInput): Slot[] {
  return Array.from({ length: Math.max(file.length, kept.length) }, (_, at) => {
    const [given, number] = [file[at], String(at + 1)];
    return {
      number: at + 1, file: given && (given.size > 0 || given.name !== '') ? given : null, kept: leaveOut.includes(number) ? '' : kept[at] ?? '',
      label: tidy(label[at] ?? ''), decorative: decorative.includes(number),
    };
  }).filter((slot) => slot.file !== null || slot.kept !== '');
}

/**
 * Takes the files of a form for a post: sniffs what they are, draws pictures anew, and puts them into the store. A post keeps them; what no post keeps goes by itself.
 * Throws Denied, TooMany, and Invalid on `file1`, `label1` … in words.
 * @param counted is given the numbers of those that it counts, for `keepPostFiles` in the same request
 */
export async function takePostFiles(actor: Member, input: PostFilesInput, now = new Date(), counted = new Set<number>()): Promise<TakenFile[]> {
  const slots = slotsOf(input);
  if (slots.length === 0) return [];
  mustWrite(actor);
  const taken: TakenFile[] = [];
  const errors: Record<string, string> = {};
  for (const slot of slots) {
    // What lies in the store already was counted when it came.
    if (slot.file) countAttempt('filePerMember', actor.id);
    counted.add(slot.number);
    const outcome = await take(actor, slot, now);
    if ('refusal' in outcome) errors[`${outcome.field}${slot.number}`] = outcome.refusal;
    else taken.push(outcome);
  }
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return taken;
}

/** Keeps the files of a form that was not taken or only looked at, for when it is sent again within an hour of the first time. @param counted as `takePostFiles` left it */
export async function keepPostFiles(actor: Member, input: PostFilesInput, now = new Date(), counted: ReadonlySet<number> = new Set()): Promise<KeptFiles> {
  const files: KeptFiles = { kept: [], lost: [] };
  if (!canWrite(actor)) return files;
  for (const slot of slotsOf(input)) {
    const kept = await keep(actor, slot, counted.has(slot.number), now);
    if ('refusal' in kept) files.lost.push({ number: slot.number, why: kept.refusal });
    else files.kept.push({ number: slot.number, name: kept.file.name, kind: fileKindOf(kept.file.mediaType)?.label ?? kept.file.mediaType, token: seal(JSON.stringify(kept), keptFor(actor)) });
  }
  return files;
}

async function keep(actor: Member, { file, kept }: Slot, isCounted: boolean, now: Date): Promise<StoredBefore | { refusal: string }> {
  if (!file) return await storedBefore(actor, kept, now) ?? chooseAgain;
  if (!isCounted && !isWithinLimit('filePerMember', actor.id)) return { refusal: 'It was not kept: these are more files than one member can bring in an hour. Choose it again later.' };
  const stored = await store(file);
  return 'refusal' in stored ? stored : { file: stored, until: now.getTime() + 3_600_000 };
}

const keptFor = (member: Member) => `file of a form of member ${member.id}`;
const storedSchema = z.object({
  file: z.object({ hash: z.string(), name: z.string(), mediaType: z.string(), size: z.number(), width: z.number().nullable(), height: z.number().nullable(), textState: z.enum(['waiting', 'none']) }),
  /** In milliseconds; it does not move when the form is sent again. */
  until: z.number(),
});
interface StoredBefore { file: StoredFile; until: number }
const chooseAgain = { refusal: 'Choose the file again.' };

/** What a token of the member's own stands for; null when it is none, when its hour is over, or when the file is gone. */
async function storedBefore(actor: Member, token: string, now: Date): Promise<StoredBefore | null> {
  const json = unseal(token, keptFor(actor));
  const stored = json === null ? null : storedSchema.safeParse(JSON.parse(json)).data;
  return stored && stored.until > now.getTime() && await keepInStore(filesFolder(), stored.file.hash, stored.file.size) ? stored : null;
}

const tidy = (text: string) => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();

async function take(actor: Member, { file, kept, label, decorative }: Slot, now: Date): Promise<TakenFile | { field: 'file' | 'label'; refusal: string }> {
  if (label.length > 300) return { field: 'label', refusal: 'Please keep it to 300 characters.' };
  const stored = file ? await store(file) : (await storedBefore(actor, kept, now))?.file ?? chooseAgain;
  if ('refusal' in stored) return { field: 'file', ...stored };
  const isPicture = stored.mediaType.startsWith('image/');
  if (isPicture && !label && !decorative) return { field: 'label', refusal: 'Say what the picture shows, for those who cannot see it, or mark it as decoration.' };
  if (!isPicture && !label) return { field: 'label', refusal: 'Say what this file is, such as “Our call script”.' };
  return { ...stored, label: isPicture && decorative ? '' : label };
}

async function store(file: File): Promise<StoredFile | { refusal: string }> {
  const received = await readReceived(file);
  if ('refusal' in received) return received;
  const whole = received.mediaType.startsWith('image/') ? await redrawPicture(received) : { ...received, width: null, height: null };
  if ('refusal' in whole) return { refusal: whole.refusal };
  const kept = await keepReceived(whole);
  if ('refusal' in kept) return kept;
  return {
    hash: kept.hash, name: nameForSaving(file.name, whole.kind.ending), mediaType: whole.mediaType, size: whole.bytes.length, width: whole.width, height: whole.height, textState: whole.kind.words ? 'waiting' : 'none',
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
