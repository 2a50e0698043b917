import { settings } from '#lib/settings.ts';

/**
 * A text, in Markdown or without, in which the addresses of threads on this hub go by their number alone, which leads there too: the slug that
 * was typed is the title of its day, and may say what has to be out of view by now.
 */
export function threadsByNumber(text: string): string {
  return text.includes('/forums/') ? text.replace(typedThread(), '$1') : text;
}

function typedThread(): RegExp {
  const { url } = settings();
  if (pattern?.url !== url) {
    const host = url.replace(/^https?:\/\//, '').replace(/[.[\]]/g, '\\$&');
    pattern = { url, typed: new RegExp(`(?<![a-z0-9/.~%-])((?:(?:(?:https?:)?//)?${host})?/forums/[a-z0-9-]+/\\d{1,15})-[a-z0-9-]*`, 'gi') };
  }
  return pattern.typed;
}
let pattern: { url: string; typed: RegExp } | null = null;
