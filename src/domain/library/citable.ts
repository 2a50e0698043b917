import type { Csl, CslDate } from './csl.ts';
import type { ResourceView } from './resources.ts';
import type { ResourceKind, Term } from './types.ts';

/** The hub as the publisher of its own pieces: its name, and its address without a slash at the end. */
export interface Hub { name: string; url: string }

/** A published resource as other systems are told of it, in the head of its page. */
export interface CitableResource {
  kind: ResourceKind;
  /** Code of the resource type. */
  type: string;
  /** Absolute address of its page. */
  page: string;
  title: string;
  summary: string;
  /** The record by which it is cited. */
  csl: Partial<Csl>;
  themes: Term[];
  /** ISO 639-1, two letters. */
  language: string;
  /** Code of a rights statement. */
  rights: string;
  place: string | null;
  region: string | null;
  /** ISO 3166-1, two letters. */
  country: string | null;
  /** When it was published and last changed on the hub. */
  publishedAt: Date | null;
  updatedAt: Date;
  /** Absolute addresses of its files that are PDF. */
  pdfs: string[];
  hub: Hub;
}

/** The record by which a resource is cited: the work itself, or, for what the hub publishes, a page of the hub. */
export function citableRecord({ kind, slug, csl }: { kind: ResourceKind; slug: string; csl: Partial<Csl> }, hub: Hub): Partial<Csl> {
  if (kind === 'reference') return csl;
  const page = { ...csl, URL: addressOf(slug, hub) };
  if (kind === 'article') return { ...page, type: 'webpage', 'container-title': hub.name };
  return { ...page, publisher: hub.name, ...(!csl.author?.length && !csl.editor?.length && { author: [{ literal: hub.name }] }) };
}

/** What the head of a resource's page tells of it. `pdfs` are absolute addresses. */
export function citableResource(resource: Omit<ResourceView, 'body' | 'html' | 'details'>, hub: Hub, pdfs: string[] = []): CitableResource {
  const { kind, title, summary, themes, language, rights, place, region, country, publishedAt, updatedAt } = resource;
  return { kind, type: resource.type.code, page: addressOf(resource.slug, hub), title, summary, csl: citableRecord(resource, hub), themes, language, rights, place, region, country, publishedAt, updatedAt, pdfs, hub };
}

const addressOf = (slug: string, hub: Hub) => `${hub.url}/library/${encodeURIComponent(slug)}`;

/** The year of a date, with month and day where they are known and are such, each with two digits: to be joined. Null without a year. */
export function datePieces(date: CslDate | undefined, at = 0): string[] | null {
  const [year, month = 0, day = 0] = date?.['date-parts']?.[at] ?? [];
  if (year === undefined) return null;
  const pieces = [String(year).padStart(4, '0')];
  if (month >= 1 && month <= 12) pieces.push(String(month).padStart(2, '0'));
  if (pieces.length === 2 && day >= 1 && day <= 31) pieces.push(String(day).padStart(2, '0'));
  return pieces;
}
