import { sql, type SQL } from 'drizzle-orm';
import { prepared } from '#db/client.ts';
import { isNamelessStarter } from '../anonymity.ts';
import type { Viewer } from '../people/types.ts';

/**
 * SQL that holds for threads that a member has not muted: a level on the thread itself decides, otherwise muted anywhere around it wins; who is nameless in it is not around it.
 * @param t name of the table of threads in the query  @param member the member's id as SQL  @param besides what the list is about, whose own mute does not empty it
 */
export function notMuted(t: string, member: string, besides: 'forum' | 'theme' | 'member' | null = null): string {
  const set = (kind: string, ref: string, level: string) => `exists (select 1 from follows f where f.member_id = ${member} and f.kind = '${kind}' and f.ref = ${ref} and ${level})`;
  const muted = `f.level = 'muted'`;
  const around = [
    besides === 'forum' ? null : set('forum', `cast(${t}.forum_id as text)`, muted),
    besides === 'member' ? null : `(${set('member', `cast(${t}.author_id as text)`, muted)} and not ${isNamelessStarter(`${t}.id`, `${t}.author_id`)})`,
    besides === 'theme' ? null : `exists (select 1 from thread_themes h join follows f on f.member_id = ${member} and f.kind = 'theme' and f.ref = h.theme and ${muted} where h.thread_id = ${t}.id)`,
  ].filter((one) => one !== null).join(' or ');
  const own = `cast(${t}.id as text)`;
  return `(${set('thread', own, `f.level <> 'muted'`)} or not (${set('thread', own, muted)} or ${around}))`;
}

/** Whether the viewer has muted anything at all; most have not, and their lists cost nothing more. */
export function mutesSomething(viewer: Viewer): viewer is NonNullable<Viewer> {
  return viewer !== null && mutes().get(viewer.id) !== undefined;
}
const mutes = prepared((d) => d.$client.prepare(`select 1 from follows where member_id = ? and level = 'muted' limit 1`));

/** The same for queries over `threads`; undefined where nothing is muted. */
export function unmutedThreads(viewer: Viewer, besides: Parameters<typeof notMuted>[2] = null): SQL | undefined {
  return mutesSomething(viewer) ? sql.raw(notMuted('threads', String(viewer.id), besides)) : undefined;
}
