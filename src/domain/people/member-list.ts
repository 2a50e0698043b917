import { and, asc, count, desc, eq, notLike, sql, type SQL } from 'drizzle-orm';
import { db, members, verifications } from '#db/client.ts';
import { formerHost } from '#lib/former-host.ts';
import { paging, type Paging } from '#lib/paging.ts';
import { isNamelessPost } from '../anonymity.ts';
import { mustCoordinate } from './permissions.ts';
import type { Role, Viewer } from './types.ts';
import type { Verification } from './verification.ts';

/** Whom the coordinators' list shows. `areas` are those who coordinate some forums or themes only. */
export const roleFilters = ['member', 'areas', 'coordinator', 'administrator'] as const;
export const stateFilters = ['new', 'waiting', 'suspended', 'unconfirmed', 'vendor'] as const;
export const verifiedFilters = ['yes', 'no'] as const;
export const memberOrders = ['joined', 'name', 'posts', 'seen'] as const;

export interface MemberFilter {
  /** Found in name, handle and e-mail address. */
  q: string;
  role: (typeof roleFilters)[number] | null;
  state: (typeof stateFilters)[number] | null;
  verified: (typeof verifiedFilters)[number] | null;
  by: (typeof memberOrders)[number];
}

const oneOf = <T extends string>(known: readonly T[], given: string | null): T | null => known.find((word) => word === given) ?? null;

/** The filter that an address asks for; what it does not know is passed over. */
export function readMemberFilter(query: URLSearchParams): MemberFilter {
  return { q: query.get('q')?.trim().slice(0, 100) ?? '', role: oneOf(roleFilters, query.get('role')), state: oneOf(stateFilters, query.get('state')), verified: oneOf(verifiedFilters, query.get('verified')), by: oneOf(memberOrders, query.get('by')) ?? 'joined' };
}

export interface MemberRowForDesk {
  id: number; handle: string; name: string; email: string; role: Role; sample: boolean; vendor: boolean;
  /** Coordinates some forums or themes. */
  areas: boolean;
  joined: Date; confirmed: boolean;
  /** For a coordinator to let them in. */
  waiting: boolean;
  /** How it is known that they work for a government. */
  verified: Pick<Verification, 'method' | 'domain'> | null;
  suspendedUntil: Date | null; suspendedReason: string | null; posts: number;
  /** The last day on which they were here, YYYY-MM-DD. */
  seen: string | null;
}

/** Not a row that stands for those who left. */
const isSomebody = notLike(members.email, `%@${formerHost}`);
const hasAreas = sql`exists (select 1 from coordinator_areas a where a.member_id = members.id)`;
const suspended = (now: Date) => sql`${members.suspendedUntil} > ${now.getTime()}`;
const isWaiting = sql`${members.emailConfirmedAt} is not null and ${members.application} is not null`;
const isNew = sql`${members.role} = 'member' and coalesce((select level from trust_levels t where t.member_id = members.id), 'new') = 'new'`;
const isVerified = sql`(not ${members.vendor} and exists (select 1 from verifications v where v.member_id = members.id and v.method <> 'denied'))`;
const verifiedWhere: Record<(typeof verifiedFilters)[number], SQL> = { yes: isVerified, no: sql`not ${isVerified}` };
const posts = sql<number>`(select count(*) from posts p where p.author_id = members.id and p.removed_at is null and not ${sql.raw(isNamelessPost('p.id'))})`;
// What was done in the last minutes is not in the days yet; a session says when it was used.
const seen = sql<string | null>`(select max(day) from (select day from member_activity d where d.member_id = members.id union all select date(coalesce(s.last_used_at, s.created_at) / 1000, 'unixepoch') from sessions s where s.member_id = members.id))`;

const roleWhere: Record<(typeof roleFilters)[number], SQL> = {
  member: sql`${members.role} = 'member' and not ${hasAreas}`, areas: hasAreas, coordinator: sql`${members.role} = 'coordinator'`, administrator: sql`${members.role} = 'administrator'`,
};
const stateWhere: Record<(typeof stateFilters)[number], (now: Date) => SQL> = {
  new: () => sql`${members.emailConfirmedAt} is not null and ${members.application} is null and ${isNew}`, waiting: () => isWaiting, suspended, unconfirmed: () => sql`${members.emailConfirmedAt} is null`, vendor: () => sql`${members.vendor}`,
};

/** Coordinators' list of members, 50 a page. For coordinators of all: it shows e-mail addresses. */
export function listMembers(viewer: Viewer, { q = '', role = null, state = null, verified = null, by = 'joined' }: Partial<MemberFilter>, page: string | null, now = new Date()): { members: MemberRowForDesk[]; total: number; paging: Paging } {
  mustCoordinate(viewer);
  const like = `%${q.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
  const where = and(
    isSomebody,
    q ? sql`(${members.name} like ${like} escape '\\' or ${members.handle} like ${like} escape '\\' or ${members.email} like ${like} escape '\\')` : undefined,
    role ? roleWhere[role] : undefined, state ? stateWhere[state](now) : undefined, verified ? verifiedWhere[verified] : undefined,
  );
  const order = { joined: [desc(members.createdAt), asc(members.id)], name: [asc(members.name), asc(members.id)], posts: [desc(posts), asc(members.name)], seen: [sql`${seen} desc nulls last`, asc(members.name)] }[by];
  const total = db.select({ n: count() }).from(members).where(where).get()?.n ?? 0;
  const slice = paging(total, 50, page);
  const rows = db.select({
    id: members.id, handle: members.handle, name: members.name, email: members.email, role: members.role, sample: members.sample, vendor: members.vendor, areas: sql<number>`${hasAreas}`,
    joined: members.createdAt, confirmed: sql<number>`${members.emailConfirmedAt} is not null`, waiting: sql<number>`${isWaiting}`, suspendedUntil: members.suspendedUntil, suspendedReason: members.suspendedReason, posts, seen,
    isVerified: sql<number>`${isVerified}`, method: verifications.method, domain: verifications.domain,
  }).from(members).leftJoin(verifications, eq(verifications.memberId, members.id)).where(where).orderBy(...order).limit(slice.size).offset(slice.offset).all();
  return { members: rows.map(({ isVerified, method, domain, ...r }) => ({ ...r, areas: Boolean(r.areas), confirmed: Boolean(r.confirmed), waiting: Boolean(r.waiting), verified: isVerified && method && method !== 'denied' ? { method, domain } : null })), total, paging: slice };
}

export interface MemberCounts { all: number; roles: Record<(typeof roleFilters)[number], number>; states: Record<(typeof stateFilters)[number], number>; verified: Record<(typeof verifiedFilters)[number], number> }

/** How many members there are of each kind. For coordinators of all. */
export function memberCounts(viewer: Viewer, now = new Date()): MemberCounts {
  mustCoordinate(viewer);
  const of = (where?: SQL) => sql<number>`coalesce(sum(${where ?? sql`1`}), 0)`;
  const row = db.select({
    all: count(), member: of(roleWhere.member), areas: of(roleWhere.areas), coordinator: of(roleWhere.coordinator), administrator: of(roleWhere.administrator),
    new: of(stateWhere.new(now)), waiting: of(isWaiting), suspended: of(stateWhere.suspended(now)), unconfirmed: of(stateWhere.unconfirmed(now)), vendor: of(stateWhere.vendor(now)), yes: of(verifiedWhere.yes), no: of(verifiedWhere.no),
  }).from(members).where(isSomebody).get() ?? { all: 0, member: 0, areas: 0, coordinator: 0, administrator: 0, new: 0, waiting: 0, suspended: 0, unconfirmed: 0, vendor: 0, yes: 0, no: 0 };
  const { all, member, areas, coordinator, administrator, yes, no, ...states } = row;
  return { all, roles: { member, areas, coordinator, administrator }, states, verified: { yes, no } };
}

/** Somebody as coordinators of all see them, confirmed or not. */
export interface MemberForDesk extends Omit<MemberRowForDesk, 'verified'> { jobTitle: string | null; place: string | null }

/** The member with this handle for the desk. Throws SignInRequired, Denied; null where there is none. */
export function memberForDesk(viewer: Viewer, handle: string): MemberForDesk | null {
  mustCoordinate(viewer);
  const row = db.select({ row: members, areas: sql<number>`${hasAreas}`, posts, seen }).from(members).where(and(isSomebody, eq(members.handle, handle))).get();
  if (!row) return null;
  const { id, name, email, role, sample, vendor, createdAt, emailConfirmedAt, suspendedUntil, suspendedReason, jobTitle, place, application } = row.row;
  return { id, handle, name, email, role, sample, vendor, areas: Boolean(row.areas), joined: createdAt, confirmed: emailConfirmedAt !== null, waiting: emailConfirmedAt !== null && application !== null, suspendedUntil, suspendedReason, posts: row.posts, seen: row.seen, jobTitle, place };
}
