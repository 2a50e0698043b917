import { asc, eq, sql } from 'drizzle-orm';
import { attachments, prepared, resources } from '#db/client.ts';
import { condense } from '#lib/condense.ts';
import type { ServedFile } from '#lib/file-headers.ts';
import { fileKindOf } from '#lib/file-kind.ts';
import { filesFolder, pathInStore } from '#lib/file-store.ts';
import { Gone, NotFound } from '../errors.ts';
import type { Viewer } from '../people/types.ts';
import { canCurateResource } from './resource-themes.ts';
import type { ResourceStatus } from './types.ts';

type AttachmentRecord = typeof attachments.$inferSelect;

/** A file of a resource, as its page shows it. */
export interface Attachment {
  id: number;
  /** What it is, in words. */
  label: string;
  name: string;
  url: string;
  /** "PDF", "Excel workbook" … */
  kind: string;
  /** Bytes. */
  size: number;
  /** Code of a rights statement. */
  rights: string;
  /** Whether search finds the words in it; `none` = it has none, as a scan. Null for pictures. */
  words: 'waiting' | 'searchable' | 'none' | 'unreadable' | null;
  createdAt: Date;
}

const wordsByState = { waiting: 'waiting', done: 'searchable', none: 'none', failed: 'unreadable' } as const;

/** The files of a resource in the order in which they came; none where the viewer may not see the resource. */
export function attachmentsOf(viewer: Viewer, resourceId: string): Attachment[] {
  const rows = ofResource().all({ resourceId });
  return rows.filter(({ status }) => status === 'published' || canCurateResource(viewer, resourceId)).map(({ mediaType, textState, status: _, ...row }) => {
    const kind = fileKindOf(mediaType);
    return { ...row, url: addressOfFile(row), kind: kind?.label ?? mediaType, words: kind?.words ? wordsByState[textState] : null };
  });
}
const ofResource = prepared((d) => d.select({
  id: attachments.id, label: attachments.label, name: attachments.name, mediaType: attachments.mediaType, size: attachments.size, rights: attachments.rights,
  textState: attachments.textState, createdAt: attachments.createdAt, status: resources.status,
}).from(attachments).innerJoin(resources, eq(resources.id, attachments.resourceId)).where(eq(attachments.resourceId, sql.placeholder('resourceId'))).orderBy(asc(attachments.id)).prepare());

/** Where a file is had. */
export function addressOfFile({ id, name }: { id: number; name: string }): string {
  return `/files/${id}/${encodeURIComponent(name)}`;
}

/** What the files of a resource are called and the words in them, for search. Of long files the beginning as it stands, of the rest each word once: phrases further on are not found. */
export function wordsOfAttachments(resourceId: string): string {
  const files = wordsOf().all(resourceId) as { label: string; text: string | null }[];
  return files.length === 0 ? '' : condense([...files.map((f) => f.label), ...files.map((f) => f.text)].filter(Boolean).join('\n'), { running: 30_000, most: 120_000 });
}
const wordsOf = prepared((d) => d.$client.prepare('select label, text from attachments where resource_id = ? order by id'));

interface Held extends Pick<AttachmentRecord, 'resourceId' | 'id' | 'name' | 'mediaType' | 'size' | 'hash'> { status: ResourceStatus; title: string; reason: string | null; wasPublic: number }

/** The file with this number, whoever asks; null when there is none. `shared` says whether everybody may have it, otherwise only who curates. */
export function lookUpFile(id: number): ServedFile | null {
  const held = holder().get(id) as Held | undefined;
  return held ? served(held) : null;
}

/** Whether a file that is not for everybody is for this viewer, who curates its resource. */
export function mayHaveFile(viewer: Viewer, id: number): boolean {
  const held = holder().get(id) as Held | undefined;
  return held !== undefined && canCurateResource(viewer, held.resourceId);
}

/** The file with this number. Throws NotFound or Gone where the viewer may not have it, as the page of its resource does. */
export function findFile(viewer: Viewer, id: number): ServedFile {
  const held = holder().get(id) as Held | undefined;
  if (!held) throw new NotFound('There is no such file.');
  if (held.status === 'published' || canCurateResource(viewer, held.resourceId)) return served(held);
  // What was never public has no title for anybody.
  if (held.status === 'retired' && held.wasPublic) throw new Gone(`“${held.title}” was taken out of the library, and its files with it. The reason given: ${held.reason}`);
  throw new NotFound('There is no such file.');
}
const holder = prepared((d) => d.$client.prepare(`
  select a.id, a.resource_id as resourceId, a.name, a.media_type as mediaType, a.size, a.hash, r.status, r.title, r.retired_reason as reason,
    r.published_at is not null and r.merged_into_id is null as wasPublic
  from attachments a join resources r on r.id = a.resource_id where a.id = ?`));

function served({ name, mediaType, size, hash, status }: Held): ServedFile {
  return { path: pathInStore(filesFolder(), hash), name, mediaType, size, hash, shared: status === 'published' };
}
