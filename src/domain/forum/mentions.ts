import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm';
import { db, members, postMentions, prepared } from '#db/client.ts';
import { mapText } from '#lib/html-text.ts';
import { renderKept } from '#lib/markdown.ts';
import { hasBlocked } from '../blocked.ts';
import { mustKeepToLevel } from '../people/limits.ts';
import { isNamelessPost, writerIn } from '../anonymity.ts';
import { canReadAsMember, mustSignIn } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { replaceQuotes } from './quote-boxes.ts';

/** A member whom a post names. */
export interface Named { id: number; handle: string; name: string }

/** `@rosa-delgado` where it is neither part of an address nor of a longer word. */
const mention = /(?<![\w@/.-])@([a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?)(?![\w@]|-\w|\.\w)/gi;

/** Handles that Markdown calls with @, each once, in lower case, in the order of the text; code, links and quotations call nobody. */
export function mentionsIn(markdown: string): string[] {
  return handlesCalledIn(renderKept(markdown));
}

/** The same of rendered Markdown. */
export function handlesCalledIn(html: string): string[] {
  return handlesIn(replaceQuotes(html, () => ''));
}

/** The same, with those that stand in quotations. */
export function handlesIn(html: string): string[] {
  const handles = new Set<string>();
  if (html.includes('@')) mapText(html, (text) => text.replace(mention, (_, handle: string) => (handles.add(handle.toLowerCase()), '')));
  return [...handles];
}

/** The members behind handles, as far as there are such members. */
export function membersNamed(handles: readonly string[]): Named[] {
  if (handles.length === 0) return [];
  return db.select({ id: members.id, handle: members.handle, name: members.name }).from(members)
    .where(and(inArray(members.handle, handles.slice(0, 200)), isNotNull(members.emailConfirmedAt), isNull(members.application))).all();
}

/** Rendered Markdown with every mention of these members as a link to their page. */
export function linkMentions(html: string, named: readonly Named[]): string {
  const known = new Set(named.map((m) => m.handle));
  return known.size === 0 ? html : mapText(html, (text) => text.replace(mention, (typed, handle: string) =>
    (known.has(handle.toLowerCase()) ? `<a href="/members/${handle.toLowerCase()}" class="mention">${typed}</a>` : typed)));
}

/** Throws Invalid on `body` when a post calls more members than the level of its author allows; oneself does not count. */
export function mustNameFew(author: Member, called: readonly Named[]): void {
  mustKeepToLevel(author, { mentionsPerPost: called.filter((m) => m.id !== author.id).length }, 'body');
}

/**
 * Remembers whom a post names. Returns those whom it calls and did not call before: they may be told. Throws Invalid on `body` when it has called more by and
 * by than its author may call at once. Call inside the transaction that writes it.
 */
export function putMentions(author: Member, postId: number, { named, called }: { named: readonly Named[]; called: readonly Named[] }): Named[] {
  for (const { id } of named) quote().run(postId, id);
  const fresh = called.filter(({ id }) => call().run(postId, id).changes > 0);
  if (fresh.length > 0) mustNameFew(author, mentionedMembers(postId));
  return fresh;
}
const quote = prepared((d) => d.$client.prepare('insert into post_mentions (post_id, member_id, quoted) values (?, ?, true) on conflict do nothing'));
const call = prepared((d) => d.$client.prepare('update post_mentions set quoted = false where post_id = ? and member_id = ? and quoted'));

/** The members whom a post calls, or called before an edit. */
export function mentionedMembers(postId: number): Named[] {
  return db.select({ id: members.id, handle: members.handle, name: members.name }).from(postMentions)
    .innerJoin(members, eq(members.id, postMentions.memberId)).where(and(eq(postMentions.postId, postId), eq(postMentions.quoted, false))).orderBy(members.handle).all();
}

/** A member who can be named, as a writer chooses among them; a vendor's name says so. */
export interface Mentionable { handle: string; name: string; place: string | null }

/**
 * Members whose handle, or a word of whose name, begins so, at most eight: those who write most first. Only those who agreed to be listed, or
 * have written under their name where everybody reads; nobody whom the viewer has blocked. For members; none for who waits to be let in.
 */
export function membersToMention(viewer: Viewer, beginning: string): Mentionable[] {
  mustSignIn(viewer);
  const like = `${beginning.trim().toLowerCase().replace(/[\\%_]/g, (c) => `\\${c}`).slice(0, 40)}%`;
  return like === '%' || !canReadAsMember(viewer) ? [] : mentionable().all({ like, inName: `% ${like}`, viewer: viewer.id }) as Mentionable[];
}
const named = `(select count(*) from posts p join threads t on t.id = p.thread_id where p.author_id = m.id and p.removed_at is null and t.removed_at is null and not ${isNamelessPost('p.id')})`;
const mentionable = prepared((d) => d.$client.prepare(`
  select handle, written as name, place from (
    select m.handle, m.name, ${writerIn('m')} as written, m.place, m.listed, ${named} as posts from members m
    where m.email_confirmed_at is not null and m.application is null and m.id <> @viewer and not ${hasBlocked('@viewer', 'm.id')} and (m.handle like @like escape '\\' or m.name like @like escape '\\' or m.name like @inName escape '\\'))
  where listed or posts > 0 order by posts desc, handle limit 8`));
