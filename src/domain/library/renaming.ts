import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { bumpChanges, db, formerSlugs, resources, transaction } from '#db/client.ts';
import { text } from '#lib/fields.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { recordAct } from '../moderation/log.ts';
import { mustCurateSomething } from '../people/permissions.ts';
import type { Member } from '../people/types.ts';
import { mustCurateResource, themeCodesOf } from './resource-themes.ts';
import { indexResource } from './searchable.ts';
import { holderOf, isTaken, keepFormerSlug } from './slugs.ts';
import { isPublic } from './types.ts';
import { withVersion } from './versions.ts';
import { saved, type Saved } from './workflow.ts';

export const renameInput = z.object({
  id: z.string(),
  /** The last part of the address, or the whole address. */
  slug: text({ missing: 'Give the new address.', max: 300 }).transform((typed) => typed.replace(/^.*\/library\//, '')),
  reason: text({ missing: 'Say why: it stands in the history and in the public log.', max: 1000 }),
});

/**
 * Gives a resource another address. The old one leads there for ever, and what cites it under the old one still does. An address that it
 * had before may come back. Throws Invalid on `slug` where the address is or was somebody else's, Denied for a merged duplicate.
 */
export function renameResource(actor: Member, { id, slug, reason }: z.output<typeof renameInput>): Saved {
  mustCurateSomething(actor);
  return transaction(() => {
    const before = db.select().from(resources).where(eq(resources.id, id)).get();
    if (!before) throw new NotFound('There is no such resource.');
    mustCurateResource(actor, before);
    if (before.mergedIntoId !== null) throw new Denied('This was merged into another resource, so its address leads there. Undo the merge first.');
    if (before.slug === slug) throw new Invalid({ slug: 'This is its address already.' });
    const own = holderOf(slug) === id;
    if (!own && !/^(?=.{1,80}$)[a-z0-9]+(?:-[a-z0-9]+)*$/.test(slug)) throw new Invalid({ slug: 'Use lower case letters, digits and single hyphens, at most 80 characters, such as calls-after-midnight.' });
    if (!own && isTaken(slug)) throw new Invalid({ slug: 'This address is taken, or was once: an old address leads on for ever and is never given to something else.' });
    const row = withVersion(actor, id, 'rename', reason, () => {
      db.delete(formerSlugs).where(and(eq(formerSlugs.slug, slug), eq(formerSlugs.resourceId, id))).run();
      keepFormerSlug(before.slug, id);
      return db.update(resources).set({ slug, updatedAt: new Date(Math.max(Date.now(), before.updatedAt.getTime() + 1)) }).where(eq(resources.id, id)).returning().get();
    });
    if (!row) throw new NotFound();
    indexResource(row, themeCodesOf(id));
    const open = isPublic(row.status);
    recordAct(actor, open ? 'rename resource' : 'draft resource', `“${row.title}”: ${before.slug} is now ${slug}`, open ? `/library/${slug}` : `/desk/resources/${slug}`, reason);
    if (open) bumpChanges();
    return saved(row);
  });
}
