import { Lucia, TimeSpan, type Adapter, type DatabaseSession } from 'lucia';
import { desc, eq, sql } from 'drizzle-orm';
import { db, members, prepared, sessions } from '#db/client.ts';
import { settings } from '#lib/settings.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { asMember } from './members.ts';
import type { Member, Viewer } from './types.ts';

/** Name of the cookie that is set at sign-in. */
export const sessionCookie = 'hub_session';

declare module 'lucia' {
  interface Register {
    Lucia: typeof lucia;
    UserId: number;
    DatabaseUserAttributes: Member;
    DatabaseSessionAttributes: { browser: string | null };
  }
}

const bySession = prepared((d) => d.select({ session: sessions, member: members }).from(sessions)
  .innerJoin(members, eq(members.id, sessions.memberId)).where(eq(sessions.id, sql.placeholder('id'))).prepare());

const asSession = (row: typeof sessions.$inferSelect): DatabaseSession => ({
  id: row.id, userId: row.memberId, expiresAt: new Date(row.expiresAt * 1000), attributes: { browser: row.browser },
});
const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** Lucia's storage on one prepared join: its Drizzle adapter builds two queries a request and reads password hashes along. */
const adapter: Adapter = {
  async getSessionAndUser(id) {
    const row = bySession().get({ id });
    if (!row) return [null, null];
    return [asSession(row.session), { id: row.member.id, attributes: asMember(row.member) }];
  },
  async getUserSessions(memberId) {
    return db.select().from(sessions).where(eq(sessions.memberId, memberId)).all().map(asSession);
  },
  async setSession(session) {
    db.insert(sessions).values({ id: session.id, memberId: session.userId, expiresAt: seconds(session.expiresAt), browser: session.attributes.browser }).run();
  },
  async updateSessionExpiration(id, expiresAt) {
    db.update(sessions).set({ expiresAt: seconds(expiresAt) }).where(eq(sessions.id, id)).run();
  },
  async deleteSession(id) {
    db.delete(sessions).where(eq(sessions.id, id)).run();
  },
  async deleteUserSessions(memberId) {
    db.delete(sessions).where(eq(sessions.memberId, memberId)).run();
  },
  async deleteExpiredSessions() {
    db.delete(sessions).where(sql`${sessions.expiresAt} <= ${seconds(new Date())}`).run();
  },
};

const lucia = new Lucia(adapter, {
  sessionExpiresIn: new TimeSpan(30, 'd'),
  getUserAttributes: (member) => member,
  getSessionAttributes: (session) => session,
});

export interface Cookie {
  name: string;
  value: string;
  attributes: { httpOnly: boolean; secure: boolean; sameSite: 'lax'; path: string; maxAge: number };
}

const cookie = (value: string, maxAge: number): Cookie => ({
  name: sessionCookie, value, attributes: { httpOnly: true, secure: settings().secureCookies, sameSite: 'lax', path: '/', maxAge },
});
const thirtyDays = 30 * 86_400;

/** The cookie that ends a session in the browser. */
export const noCookie = () => cookie('', 0);

/** Starts a session: the cookie carries a random token, the database only its hash. `browser` is the User-Agent, cut to 200 characters. */
export async function startSession(memberId: number, browser: string | null): Promise<Cookie> {
  const token = newToken();
  await lucia.createSession(memberId, { browser: browser?.slice(0, 200) ?? null }, { sessionId: hashToken(token) });
  return cookie(token, thirtyDays);
}

/** Who holds this token. `renewed` is a cookie to set again when the session was just prolonged (it lives 30 days, renewed past half). */
export async function readSession(token: string): Promise<{ viewer: Viewer; renewed: Cookie | null }> {
  const { session, user } = await lucia.validateSession(hashToken(token));
  if (!session) return { viewer: null, renewed: null };
  const { ...member } = user as Member;
  return { viewer: member, renewed: session.fresh ? cookie(token, thirtyDays) : null };
}

/** Ends the session of this token; harmless when there is none. */
export async function endSession(token: string): Promise<void> {
  await lucia.invalidateSession(hashToken(token));
}

/** Ends every session of a member, in every browser. Synchronous, for use inside a transaction. */
export function endSessionsOf(memberId: number): void {
  db.delete(sessions).where(eq(sessions.memberId, memberId)).run();
}

/** Throws away sessions past their end. */
export function forgetExpiredSessions(): Promise<void> {
  return lucia.deleteExpiredSessions();
}

/** A member's open sessions, newest first; `current` is the one of this token. */
export function sessionsOf(member: Member, token: string): { id: string; browser: string | null; since: Date; current: boolean }[] {
  const current = hashToken(token);
  return db.select().from(sessions).where(eq(sessions.memberId, member.id)).orderBy(desc(sessions.createdAt)).all()
    .map((s) => ({ id: s.id, browser: s.browser, since: s.createdAt, current: s.id === current }));
}
