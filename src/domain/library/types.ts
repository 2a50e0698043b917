/** `article` = ours, `practice` = best practice, `reference` = somebody else's work. */
export const resourceKinds = ['article', 'practice', 'reference'] as const;
export type ResourceKind = (typeof resourceKinds)[number];

export const resourceStatuses = ['draft', 'published', 'withdrawn'] as const;
export type ResourceStatus = (typeof resourceStatuses)[number];

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
  status: ResourceStatus;
  comments: number;
}

/** One value of a facet with its count under all the other filters in force. */
export interface FacetValue extends Term {
  count: number;
  selected: boolean;
  /** Address of the list with this value switched on or off. */
  href: string;
}

export interface Facet {
  name: 'type' | 'theme' | 'year' | 'place';
  label: string;
  values: FacetValue[];
}
