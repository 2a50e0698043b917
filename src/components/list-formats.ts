import { mediaTypeOf } from '#domain/library/exchange/formats.ts';
import { exchangeFormats, type ExchangeFormat } from '#domain/library/exchange/record.ts';

/** Where a list is to be had in other formats. */
export interface ListAddresses {
  /** Address of the list without its query part: "/library". */
  path: string;
  /** What the list is narrowed to: "?type=report", or nothing. */
  query?: string;
  /** Where its feeds are, when they are not beside it; null where there are none. */
  feeds?: { path: string; query?: string } | null;
}

export interface ListFormat { label: string; type: string; href: string }

const names: Record<ExchangeFormat, string> = { bib: 'BibTeX', ris: 'RIS', 'csl.json': 'CSL-JSON', csv: 'CSV' };

/** The list as files to keep. */
export function filesOf({ path, query = '' }: ListAddresses): ListFormat[] {
  return exchangeFormats.map((format) => ({ label: names[format], type: mediaTypeOf(format).replace(/;.*/, ''), href: `${path}.${format}${query}` }));
}

/** The list as feeds to follow. */
export function feedsOf({ path, query, feeds }: ListAddresses): ListFormat[] {
  const at = feeds === undefined ? { path, query } : feeds;
  return at === null ? [] : [
    { label: 'Atom', type: 'application/atom+xml', href: `${at.path}.atom${at.query ?? ''}` },
    { label: 'JSON Feed', type: 'application/feed+json', href: `${at.path}.json${at.query ?? ''}` },
  ];
}
