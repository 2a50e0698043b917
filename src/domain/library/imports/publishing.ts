import { and, eq, inArray } from 'drizzle-orm';
import { bumpChanges, db, prepared, resources, transaction } from '#db/client.ts';
import { Denied } from '../../errors.ts';
import { recordAct } from '../../moderation/log.ts';
import { mustCoordinate } from '../../people/permissions.ts';
import type { Member } from '../../people/types.ts';
import { mustPublish } from '../workflow.ts';
import type { ImportAct } from './discarding.ts';
import { importIn } from './finding.ts';
import { indexWorks, keepingHistory } from './statements.ts';
import { works } from './words.ts';

/** Publishes all works of an import that wait, in one transaction. Throws Denied where the actor brought them and another coordinator could look at them. */
export function publishImport(actor: Member, { id }: ImportAct): { url: string } {
  mustCoordinate(actor);
  transaction(() => {
    const { byId } = importIn(['done'], id);
    mustPublish(actor, { submittedById: byId });
    const waiting = db.select({ id: resources.id }).from(resources).where(and(eq(resources.importId, id), inArray(resources.status, ['submitted', 'in-review']))).all();
    if (!waiting.length) throw new Denied('None of these works waits any more.');
    for (const work of waiting) keepingHistory(actor, work.id, 'publish', null, () => publication().run({ id: work.id, actorId: actor.id, now: Date.now() }));
    indexWorks(id);
    recordAct(actor, 'publish import', works(waiting.length), `/desk/imports/${id}`);
    bumpChanges();
  });
  return { url: `/desk/imports/${id}` };
}

const publication = prepared((d) => d.$client.prepare(`
  update resources set status = 'published', published_at = coalesce(published_at, @now), published_by_id = @actorId, published_alone = submitted_by_id is @actorId,
    reviewer_id = null, updated_at = @now where id = @id`));
