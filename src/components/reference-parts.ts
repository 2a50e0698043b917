import { citeApa } from '#domain/library/apa.ts';
import type { Csl } from '#domain/library/csl.ts';

/** A work's line in a list, cut where its title, its container and its address stand. */
export interface ReferenceParts { head: string; title: string; middle: string; container: string; tail: string; address: string }

/** The APA line of a work in parts, so that a page can link its title, slant its container and shorten its address. */
export function referenceParts(csl: Partial<Csl>): ReferenceParts {
  const address = csl.DOI ? `https://doi.org/${csl.DOI}` : csl.URL ?? '';
  const line = citeApa(csl);
  const text = address && line.endsWith(address) ? line.slice(0, -address.length) : line;
  const [head, title, rest] = cut(text, csl.title ?? '', 0);
  const [middle, container, tail] = cut(rest, csl['container-title'] ?? '', 0);
  return title ? { head, title, middle, container, tail, address: shortAddress(address) } : { head: '', title: text, middle: '', container: '', tail: '', address: shortAddress(address) };
}

/** "doi.org/10.1000/1" whole, and of any other address where it leads: "data.boston.gov/…". */
function shortAddress(address: string): string {
  const plain = address.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '');
  return plain.startsWith('doi.org/') || plain.length <= 40 ? plain : `${plain.slice(0, plain.indexOf('/') + 1)}…`;
}

function cut(text: string, part: string, from: number): [string, string, string] {
  const at = part ? text.indexOf(part, from) : -1;
  return at < 0 ? [part ? '' : text, '', part ? text : ''] : [text.slice(0, at), part, text.slice(at + part.length)];
}
