import { prepared } from '#db/client.ts';
import type { Areas } from './types.ts';

/** Nothing of one's own to coordinate. */
export const noAreas: Areas = { forums: [], themes: [] };

/** What somebody coordinates beside their role. */
export function areasOf(memberId: number): Areas {
  const rows = ofMember().all(memberId) as { forumId: number | null; theme: string | null }[];
  if (rows.length === 0) return noAreas;
  return { forums: rows.flatMap(({ forumId }) => (forumId === null ? [] : [forumId])), themes: rows.flatMap(({ theme }) => (theme === null ? [] : [theme])) };
}
const ofMember = prepared((d) => d.$client.prepare('select forum_id as forumId, theme from coordinator_areas where member_id = ? order by id'));

/** The same by name, for those who read it. */
export function namedAreasOf(memberId: number): { forums: { slug: string; name: string }[]; themes: { code: string; label: string }[] } {
  return {
    forums: forumsOf().all(memberId) as { slug: string; name: string }[],
    themes: themesOf().all(memberId) as { code: string; label: string }[],
  };
}
const forumsOf = prepared((d) => d.$client.prepare('select f.slug, f.name from coordinator_areas a join forums f on f.id = a.forum_id where a.member_id = ? order by f.position, f.id'));
const themesOf = prepared((d) => d.$client.prepare('select t.code, t.label from coordinator_areas a join themes t on t.code = a.theme where a.member_id = ? order by t.position'));
