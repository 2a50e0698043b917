import { settings } from '#lib/settings.ts';

/**
 * A text, in Markdown or without, in which the addresses of threads on this hub go by their number alone, which leads there too: the slug that
 * was typed is the title of its day, and may say what has to be out of view by now.
 */
export function threadsByNumber(text: string): string {
  return text.includes('/forums/') ? text.replace(typedThread(), '$1') : text;
}

/** A path alone leads to this hub where it is not the end of an address of another site: in front of it stands nothing, or what is in no address, with or without signs of Markdown. */
const notInAddress = /(?<=(?:^|[\s<"'*|>\p{Ps}\p{Pi}]|\]:)[_~`\\]{0,3})/u.source;

function typedThread(): RegExp {
  const { url } = settings();
  if (pattern?.url !== url) {
    const host = url.replace(/^https?:\/\//, '').replace(/[.[\]]/g, '\\$&');
    const here = `(?<![a-z0-9/.~%-])(?:(?:https?:)?//)?${host}|${notInAddress}`;
    pattern = { url, typed: new RegExp(`((?:${here})(?:/sign-in\\?next=)?/forums/[a-z0-9-]+/\\d{1,15})-[a-z0-9-]*`, 'giu') };
  }
  return pattern.typed;
}
let pattern: { url: string; typed: RegExp } | null = null;

/** In SQL: the thread with this id and those that it went into when it was merged, in brackets. */
export const wayOf = (id: string): string => `(${way(id)} select way.id from way)`;

/** In SQL: the last of them, which stands; in brackets. */
export const threadNow = (id: string): string => `(${way(id)} select way.id from way where way.id not in (select thread_id from former_threads))`;

const way = (id: string) => `with recursive way(id) as (select ${id} union select f.into_id from way join former_threads f on f.thread_id = way.id)`;

/** SQL of the number of the thread in an address of one. */
export const threadAt = (url: string): string => `cast(substr(${url}, 9 + instr(substr(${url}, 9), '/')) as integer)`;
