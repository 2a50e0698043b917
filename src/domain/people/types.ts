/** Roles in ascending order of authority; a visitor is a viewer that is null. */
export const roles = ['member', 'coordinator', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** Forums by id and themes by code. */
export interface Areas {
  forums: readonly number[];
  themes: readonly string[];
}

/** Who is asking, as pages and commands see them: no secret, no e-mail of others. */
export interface Member {
  id: number;
  handle: string;
  name: string;
  email: string;
  role: Role;
  /** What a member coordinates without the role of a coordinator; empty for all others. */
  areas: Areas;
  /** An invented person of the demo or of a test, shown as such everywhere. */
  sample: boolean;
  emailConfirmed: boolean;
  /** Has asked to join and is no member yet: a coordinator looks. */
  waiting: boolean;
  suspendedUntil: Date | null;
}

/** Who sees a field of a profile, from everybody to nobody but the member. */
export const visibilities = ['everyone', 'members', 'coordinators', 'nobody'] as const;
export type Visibility = (typeof visibilities)[number];

/** A member or null for a visitor. */
export type Viewer = Member | null;

/** What is shown of the person who wrote something. */
export interface Author {
  id: number;
  handle: string;
  name: string;
  role: Role;
  sample: boolean;
  jobTitle: string | null;
  place: string | null;
  /** Sells to local governments: said wherever the name stands as a writer's. */
  vendor: boolean;
}
