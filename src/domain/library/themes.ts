import { db, prepared, themes, untilChange } from '#db/client.ts';
import { NotFound } from '../errors.ts';
import { publishedResources } from './published.ts';
import type { Term } from './types.ts';

export interface ThemeRow extends Term {
  note: string;
  /** Published resources on the theme. */
  resources: number;
  /** Threads of the forums on the theme. */
  threads: number;
}

/** The themes in the order of the vocabulary, with how much there is on each. */
export const listThemes = untilChange((): ThemeRow[] => {
  const counts = new Map<string, number>();
  for (const { themes: codes } of publishedResources()) for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const threads = new Map((threadCounts().all() as { theme: string; n: number }[]).map((t) => [t.theme, t.n]));
  return db.select({ code: themes.code, label: themes.label, note: themes.note }).from(themes).orderBy(themes.position).all()
    .map((theme) => ({ ...theme, resources: counts.get(theme.code) ?? 0, threads: threads.get(theme.code) ?? 0 }));
});
// All of them from the index alone, less the few that were removed: looking up every thread would cost ten times as much.
const threadCounts = prepared((d) => d.$client.prepare(`
  select theme, count(*) - (select count(*) from threads t join thread_themes r on r.thread_id = t.id where t.removed_at is not null and r.theme = tt.theme) as n
  from thread_themes tt group by theme`));

/** One theme; throws NotFound. */
export function findTheme(code: string): ThemeRow {
  const theme = listThemes().find((t) => t.code === code);
  if (!theme) throw new NotFound('There is no theme at this address.');
  return theme;
}
