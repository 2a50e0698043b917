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
