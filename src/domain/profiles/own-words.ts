import { prepared } from '#db/client.ts';
import { mustCoordinate } from '../people/permissions.ts';
import type { Viewer } from '../people/types.ts';

/** Places that members wrote by hand because the list lacks them, those of most members first; only what coordinators may see, and nobody's name. For coordinators. */
export function placesInOwnWords(viewer: Viewer): { text: string; members: number }[] {
  mustCoordinate(viewer);
  return written().all() as { text: string; members: number }[];
}
const written = prepared((d) => d.$client.prepare(`
  select trim(p.place_text) as text, count(*) as members from profiles p
  where p.place_text is not null and coalesce(json_extract(p.visibility, '$.place'), 'everyone') <> 'nobody' group by lower(trim(p.place_text)) order by 2 desc, 1 limit 50`));
