import { prepared } from '#db/client.ts';
import { Denied, NotFound } from '../errors.ts';
import { isPublic, type ResourceStatus } from './types.ts';

export interface Collectable { id: string; slug: string; title: string }

/** The published resource that an id leads to, over merged duplicates. Throws NotFound for what is not public, Denied for what was retired. */
export function collectable(resourceId: string): Collectable {
  const found = lastOf().get({ id: resourceId }) as (Collectable & { status: ResourceStatus }) | undefined;
  if (!found || !isPublic(found.status)) throw new NotFound('There is no such resource in the library.');
  const { status, ...resource } = found;
  if (status === 'retired') throw new Denied(`“${resource.title}” was taken out of the library, so it cannot be kept any more.`);
  return resource;
}
const lastOf = prepared((d) => d.$client.prepare(`
  with recursive led(id, slug, title, status, next) as (
    select id, slug, title, status, merged_into_id from resources where id = @id
    union select r.id, r.slug, r.title, r.status, r.merged_into_id from led join resources r on r.id = led.next
  ) select id, slug, title, status from led where next is null`));
