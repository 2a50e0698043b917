import { untilChange } from '#db/client.ts';
import { publishedResources } from './published.ts';
import type { ResourceKind } from './types.ts';

/** How many resources are published, in all and of each kind. */
export function countResources(): Record<ResourceKind | 'all', number> {
  const counts = { article: 0, practice: 0, reference: 0, all: 0 };
  for (const { kind } of publishedResources()) {
    counts[kind]++;
    counts.all++;
  }
  return counts;
}

/** How many published resources of each kind are on each theme; a theme without any is left out. */
export const countByTheme = untilChange((): ReadonlyMap<string, Record<ResourceKind, number>> => {
  const byTheme = new Map<string, Record<ResourceKind, number>>();
  for (const { kind, themes } of publishedResources()) {
    for (const theme of themes) {
      const counts = byTheme.get(theme) ?? { article: 0, practice: 0, reference: 0 };
      counts[kind]++;
      byTheme.set(theme, counts);
    }
  }
  return byTheme;
});
