import { Lucia, TimeSpan, type Adapter, type DatabaseSession } from 'lucia';
import { and, desc, eq, lte, ne, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { db, members, prepared, quickTransaction, sessions, signInLinks, transaction } from '#db/client.ts';
import { addDays } from '#lib/dates.ts';
import { deviceWords } from '#lib/device-words.ts';
import { settings } from '#lib/settings.ts';
import { hashToken, newToken } from '#lib/tokens.ts';
import { NotFound } from '../errors.ts';
import { makeCookie, noCookieOf, type Cookie } from './cookies.ts';
import { asMember } from './members.ts';
import type { Member, Viewer } from './types.ts';

/** Name of the cookie that is set at sign-in. */
export const sessionCookie = 'hub_session';

declare module 'lucia' {
  interface Register {
    Lucia: ReturnType<typeof lucia>;
    UserId: number;
    DatabaseUserAttributes: Member;
    DatabaseSessionAttributes: { browser: string | null; lastUsedAt: Date | null; provedAt: Date | null };
  }
}

const bySession = prepared((d) => d.select({ session: sessions, member: members }).from(sessions)
  .innerJoin(members, eq(members.id, sessions.memberId)).where(eq(sessions.id, sql.placeholder('id'))).prepare());

const asSession = (row: typeof sessions.$inferSelect): DatabaseSession => ({
  id: row.id, userId: row.memberId, expiresAt: new Date(row.expiresAt * 1000), attributes: { browser: row.browser, lastUsedAt: row.lastUsedAt, provedAt: row.provedAt },
});
/** Sessions that began before this moment are over, however much they are used. */
const eldest = () => addDays(new Date(), -settings().sessionDays);
const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** Lucia's storage on one prepared join: its Drizzle adapter builds two queries a request and reads password hashes along. */
const adapter: Adapter = {
  async getSessionAndUser(id) {
    const row = bySession().get({ id });
    if (!row || row.session.createdAt <= eldest()) return [null, null];
    return [asSession(row.session), { id: row.member.id, attributes: asMember(row.member) }];
  },
  async getUserSessions(memberId) {
    return db.select().from(sessions).where(eq(sessions.memberId, memberId)).all().map(asSession);
  },
  async setSession(session) {
    db.insert(sessions).values({ id: session.id, memberId: session.userId, expiresAt: seconds(session.expiresAt), ...session.attributes }).run();
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
    db.delete(sessions).where(or(lte(sessions.expiresAt, seconds(new Date())), lte(sessions.createdAt, eldest()))).run();
  },
};

let made: ReturnType<typeof makeLucia> | null = null;
const lucia = () => (made ??= makeLucia());
const makeLucia = () => new Lucia(adapter, {
  sessionExpiresIn: new TimeSpan(settings().sessionIdleDays, 'd'),
  getUserAttributes: (member) => member,
  getSessionAttributes: (session) => session,
});

const cookie = (token: string) => makeCookie(sessionCookie, token, settings().sessionIdleDays * 86_400);

/** The cookie that ends a session in the browser. */
export const noCookie = () => noCookieOf(sessionCookie);

/** A session that is open: who is signed in, and when they last showed who they are. */
export interface Session {
  id: string;
  member: Member;
  provedAt: Date | null;
}

/** Starts a session: the cookie carries a random token, the database only its hash. `browser` is the User-Agent, cut to 200 characters. */
export async function startSession(memberId: number, browser: string | null): Promise<Cookie> {
  const token = newToken();
  const now = new Date();
  await lucia().createSession(memberId, { browser: browser?.slice(0, 200) ?? null, lastUsedAt: now, provedAt: now }, { sessionId: hashToken(token) });
  return cookie(token);
}

/**
 * Who holds this token. `renewed` is a cookie to set again when the session was just prolonged: it ends when nobody uses it for HUB_SESSION_IDLE_DAYS
 * (prolonged past half), and HUB_SESSION_DAYS after it began in any case.
 */
export async function readSession(token: string): Promise<{ viewer: Viewer; session: Session | null; renewed: Cookie | null }> {
  const { session, user } = await lucia().validateSession(hashToken(token));
  if (!session) return { viewer: null, session: null, renewed: null };
  const { ...member } = user as Member;
  noteUse(session.id, session.lastUsedAt);
  return { viewer: member, session: { id: session.id, member, provedAt: session.provedAt }, renewed: session.fresh ? cookie(token) : null };
}

const minutesBetweenNotes = 5;

/** Written down now and then only, and nobody waits for the disk: a page must not cost a write. */
function noteUse(id: string, last: Date | null): void {
  if (last && Date.now() - last.getTime() < minutesBetweenNotes * 60_000) return;
  quickTransaction(() => used().run({ id, at: Date.now() }));
}
const used = prepared((d) => d.$client.prepare('update sessions set last_used_at = @at where id = @id'));

/** Notes that somebody has just shown again who they are. The session goes on under a new token, and the old one is dead. */
export function proveSession(session: Session): Cookie {
  const token = newToken();
  transaction(() => {
    db.delete(signInLinks).where(eq(signInLinks.sessionId, session.id)).run();
    const changed = db.update(sessions).set({ id: hashToken(token), provedAt: new Date() }).where(eq(sessions.id, session.id)).run().changes;
    if (!changed) throw new NotFound('This session has ended.');
  });
  return cookie(token);
}

/** Ends the session of this token; harmless when there is none. */
export async function endSession(token: string): Promise<void> {
  await lucia().invalidateSession(hashToken(token));
}

/** Ends every session of a member, in every browser. Synchronous, for use inside a transaction. */
export function endSessionsOf(memberId: number): void {
  db.delete(sessions).where(eq(sessions.memberId, memberId)).run();
}

/** Throws away sessions past their end. */
export function forgetExpiredSessions(): Promise<void> {
  return lucia().deleteExpiredSessions();
}

/** An open session as its owner sees it. */
export interface OwnSession {
  id: string;
  /** "Firefox on Windows". */
  device: string;
  since: Date;
  lastUsed: Date;
  current: boolean;
}

/** Where the member is signed in, the latest used first. */
export function sessionsOf({ id, member }: Session): OwnSession[] {
  return db.select().from(sessions).where(eq(sessions.memberId, member.id)).orderBy(desc(sql`coalesce(${sessions.lastUsedAt}, ${sessions.createdAt})`)).all()
    .map((s) => ({ id: s.id, device: deviceWords(s.browser), since: s.createdAt, lastUsed: s.lastUsedAt ?? s.createdAt, current: s.id === id }));
}

export const endSessionInput = z.object({ id: z.string().max(100) });

/** Ends one of the member's own sessions, at once. Throws NotFound for anybody else's. */
export function endOwnSession({ member }: Session, input: z.output<typeof endSessionInput>): void {
  const ended = db.delete(sessions).where(and(eq(sessions.id, input.id), eq(sessions.memberId, member.id))).run().changes;
  if (!ended) throw new NotFound('This session has ended already.');
}

/** Ends the member's sessions in all other browsers, at once. */
export function endOtherSessions({ id, member }: Session): void {
  db.delete(sessions).where(and(eq(sessions.memberId, member.id), ne(sessions.id, id))).run();
}
