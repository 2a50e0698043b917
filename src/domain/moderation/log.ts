import { count, desc, eq, inArray } from 'drizzle-orm';
import { db, log, members } from '#db/client.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';

/** Every privileged act there is. Acts on things are public, acts on people are for coordinators. */
const acts = {
  'publish resource': 'public', 'edit resource': 'public', 'withdraw resource': 'public', 'republish resource': 'public', 'draft resource': 'coordinators',
  'rename thread': 'public', 'move thread': 'public', 'lock thread': 'public', 'unlock thread': 'public', 'pin thread': 'public', 'unpin thread': 'public',
  'remove thread': 'public', 'restore thread': 'public', 'remove post': 'public', 'restore post': 'public',
  'suspend member': 'coordinators', 'restore member': 'coordinators', 'appoint member': 'coordinators',
} as const;
export type Act = keyof typeof acts;

const publicActs = Object.entries(acts).flatMap(([act, who]) => (who === 'public' ? [act] : []));

/** Writes one line of the log. Call inside the transaction of the act. `actor` null is the hub itself; `object` names the thing as it is called now. */
export function recordAct(actor: { id: number } | null, act: Act, object: string, url: string | null, reason: string | null = null): void {
  db.insert(log).values({ actorId: actor?.id ?? null, act, object, url, reason }).run();
}

export interface LogLine {
  id: number; at: Date; actor: { name: string; handle: string } | null; act: string; object: string; url: string | null; reason: string | null;
}

/** The whole log, newest first, 50 lines a page. For coordinators. */
export function readLog(viewer: Viewer, page: string | null): { lines: LogLine[]; paging: Paging } {
  mustCoordinate(viewer);
  return readLines(undefined, page);
}

/** What was done to resources, threads and posts, for everybody: nothing in it is about a member. */
export function readPublicLog(page: string | null): { lines: LogLine[]; paging: Paging } {
  return readLines(inArray(log.act, publicActs), page);
}

function readLines(which: ReturnType<typeof inArray> | undefined, page: string | null): { lines: LogLine[]; paging: Paging } {
  const slice = paging(db.select({ n: count() }).from(log).where(which).get()?.n ?? 0, 50, page);
  const lines = db.select({
    id: log.id, at: log.at, act: log.act, object: log.object, url: log.url, reason: log.reason, name: members.name, handle: members.handle,
  }).from(log).leftJoin(members, eq(members.id, log.actorId)).where(which).orderBy(desc(log.id)).limit(slice.size).offset(slice.offset).all();
  return {
    paging: slice,
    lines: lines.map(({ name, handle, ...line }) => ({ ...line, actor: name !== null && handle !== null ? { name, handle } : null })),
  };
}
