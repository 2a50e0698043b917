import type { FacetName } from './filters.ts';

/** `article` = ours, `practice` = best practice, `reference` = somebody else's work. */
export const resourceKinds = ['article', 'practice', 'reference'] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** Where a resource stands on its way, in order; only what is published is public. */
export const resourceStatuses = ['draft', 'submitted', 'in-review', 'published', 'retired', 'declined'] as const;
export type ResourceStatus = (typeof resourceStatuses)[number];

export const statusLabels: Record<ResourceStatus, string> = {
  draft: 'Draft', submitted: 'Waiting for review', 'in-review': 'In review', published: 'Published', retired: 'Retired', declined: 'Declined',
};

/** Whether visitors may know of it: published, or retired (its address then tells the reason). */
export function isPublic(status: string | undefined): boolean {
  return status === 'published' || status === 'retired';
}

/** A code of a controlled vocabulary with the words people read. */
export interface Term {
  code: string;
  label: string;
}

/** One line of a list of resources. */
export interface ResourceRow {
  id: string;
  slug: string;
  kind: ResourceKind;
  type: Term;
  title: string;
  summary: string;
  /** "Mazerolle et al." or null when nobody is named. */
  people: string | null;
  year: number | null;
  venue: string | null;
  place: string | null;
  themes: Term[];
  language: string;
  /** Evidence level; null where nobody said. */
  evidence: Term | null;
  /** Rights statement. */
  rights: Term;
  status: ResourceStatus;
  comments: number;
  /** When it came into the library; null for what never did. */
  publishedAt: Date | null;
  updatedAt: Date;
}

/** One value of a facet with its count under all the other filters in force. */
export interface FacetValue extends Term {
  count: number;
  selected: boolean;
  /** Address of the list with this value switched on or off. */
  href: string;
}

export interface Facet {
  name: FacetName;
  label: string;
  values: FacetValue[];
  /** How many values there are in all and where they stand, when these are not all. */
  all?: { count: number; href: string } | undefined;
}
