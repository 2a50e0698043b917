import { rmSync } from 'node:fs';
import { and, count, eq } from 'drizzle-orm';
import { z } from 'zod';
import { attachments, bumpChanges, db, prepared, resources, transaction } from '#db/client.ts';
import { line, rowId, text } from '#lib/fields.ts';
import { nameForSaving } from '#lib/file-kind.ts';
import { filesFolder, forgetFiles, pathInStore } from '#lib/file-store.ts';
import { incomingFolder } from '#lib/incoming-files.ts';
import { settings } from '#lib/settings.ts';
import { keepReceived, readReceived } from '#lib/taking-files.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { recordAct, type Act } from '../moderation/log.ts';
import { mustCurateSomething } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { rightsStatements } from '../vocabulary.ts';
import { mustCurateResource, themeCodesOf } from './resource-themes.ts';
import { indexResource } from './searchable.ts';
import { withVersion } from './versions.ts';

type ResourceRecord = typeof resources.$inferSelect;

/** Files that one resource may have. */
export const mostFiles = 20;

export const attachInput = z.object({
  resourceId: z.string(),
  file: z.instanceof(File, { error: 'Choose a file.' }).refine((file) => file.size > 0 || file.name !== '', 'Choose a file.'),
  label: line({ missing: 'Say what this file is: its title, or “Appendix with the survey”.', max: 200 }),
  rights: z.string({ error: 'Choose what others may do with it.' }).refine((code) => rightsStatements.some((r) => r.code === code), 'Choose what others may do with it: no file is taken without.'),
});

/**
 * Puts a file to a resource: what it is says its content, not its name. The words in it are taken out later, see attachment-words.ts.
 * Throws Invalid on `file` in words where it is none of the kinds the hub takes, is damaged, locked, too large, or there already.
 */
export async function attachFile(actor: Member, { resourceId, file, label, rights }: z.output<typeof attachInput>): Promise<{ url: string }> {
  mustCurateSomething(actor);
  mustCurateResource(actor, mustTakeFiles(resourceId));
  const received = await readReceived(file);
  if ('refusal' in received) throw new Invalid({ file: received.refusal });
  const { kind, mediaType, bytes } = received;
  const kept = await keepReceived(received);
  if ('refusal' in kept) throw new Invalid({ file: kept.refusal });
  const { hash } = kept;
  const values = { resourceId, hash, name: nameForSaving(file.name, kind.ending), label, mediaType, size: bytes.length, rights, textState: kind.words ? 'waiting' as const : 'none' as const, uploadedById: actor.id };
  return transaction(() => {
    const resource = mustTakeFiles(resourceId);
    mustCurateResource(actor, resource);
    const twin = db.select({ label: attachments.label }).from(attachments).where(and(eq(attachments.resourceId, resourceId), eq(attachments.hash, hash))).get();
    if (twin) throw new Invalid({ file: `This resource has this very file already, as “${twin.label}”.` });
    withVersion(actor, resourceId, 'attach', `Added “${label}”.`, () => db.insert(attachments).values(values).run());
    return settle(actor, resource, 'attach file', label, null);
  });
}

/** The resource, if files can be put to it now. */
function mustTakeFiles(resourceId: string): ResourceRecord {
  const resource = db.select().from(resources).where(eq(resources.id, resourceId)).get();
  if (!resource) throw new NotFound('There is no such resource.');
  if (resource.status === 'retired' || resource.status === 'declined') throw new Denied('This resource is not in the library. Bring it back first, then add files to it.');
  const has = db.select({ n: count() }).from(attachments).where(eq(attachments.resourceId, resourceId)).get()?.n ?? 0;
  if (has >= mostFiles) throw new Invalid({ file: `A resource has at most ${mostFiles} files. Take one off first.` });
  return resource;
}

export const detachInput = z.object({ id: rowId, reason: text({ missing: 'Say why: it stands in the history.', max: 1000 }) });

/** Takes a file off its resource; its address leads nowhere from now on. The bytes go when nothing uses them any more. */
export function detachFile(actor: Member, { id, reason }: z.output<typeof detachInput>): { url: string } {
  mustCurateSomething(actor);
  return transaction(() => {
    const found = db.select({ resource: resources, label: attachments.label }).from(attachments).innerJoin(resources, eq(resources.id, attachments.resourceId)).where(eq(attachments.id, id)).get();
    if (!found) throw new NotFound('There is no such file. Somebody may have taken it off already.');
    mustCurateResource(actor, found.resource);
    withVersion(actor, found.resource.id, 'attach', `Took off “${found.label}”: ${reason}`, () => db.delete(attachments).where(eq(attachments.id, id)).run());
    return settle(actor, found.resource, 'remove file', found.label, reason);
  });
}

/** What follows from a change of a resource's files: search, log, pages. What is not public stays out of the public log. */
function settle(actor: Member, resource: ResourceRecord, act: Act, label: string, reason: string | null): { url: string } {
  const url = `/desk/resources/${resource.slug}/files`;
  const published = resource.status === 'published';
  indexResource(resource, themeCodesOf(resource.id));
  recordAct(actor, published ? act : 'draft resource', `${resource.title}: ${label}`, published ? `/library/${resource.slug}` : url, reason);
  if (published) bumpChanges();
  return { url };
}

/** Milliseconds for which a file is kept that nothing uses: one that is just being put to a resource is such a file. */
const grace = 3_600_000;

/** Throws away the bytes that no resource, post, shown or held, or profile uses any more, and what forms brought and nobody took. Returns how many files went. */
export function forgetOrphanFiles(now = new Date()): number {
  const before = new Date(now.getTime() - grace);
  return forgetFiles(filesFolder(), before, (hash) => user().get({ hash }) !== undefined) + forgetFiles(incomingFolder(settings().dataDir), before, () => false);
}
/** Throws away the bytes of these files at once, as far as nothing uses them any more. */
export function forgetFilesNow(hashes: readonly string[]): void {
  for (const hash of new Set(hashes)) if (user().get({ hash }) === undefined) rmSync(pathInStore(filesFolder(), hash), { force: true });
}
const user = prepared((d) => d.$client.prepare('select 1 from attachments where hash = @hash union all select 1 from post_files where hash = @hash union all select 1 from held_files where hash = @hash union all select 1 from profiles where photo_hash = @hash limit 1'));
