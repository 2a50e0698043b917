import type { Csl } from '../csl.ts';

/** The formats in which records come and go; also the ending of their addresses (`/library.ris`, `/library/<slug>.csl.json`). */
export const exchangeFormats = ['bib', 'ris', 'csl.json', 'csv'] as const;
export type ExchangeFormat = (typeof exchangeFormats)[number];

/** A resource as it travels between systems: all that every format must carry and bring back. Nothing in it is for editors only. */
export interface ExchangeRecord {
  /** Citation key: letters, digits and `_ . : -`; the slug of a resource of the hub. */
  key: string;
  /** Code of the resource type (vocabulary.ts). */
  type: string;
  /** The work itself. `csl.id` is the key, `csl.type` what the resource type says; the abstract is the summary of the hub. */
  csl: Csl;
  /** Codes of themes; an import may bring none. */
  themes: string[];
  place: string | null;
  region: string | null;
  /** ISO 3166-1, two letters. */
  country: string | null;
  population: number | null;
  /** Codes of channels and service areas (vocabulary.ts). */
  channels: string[];
  serviceAreas: string[];
  /** ISO 639-1, two letters. */
  language: string;
  /** Code of the evidence level, null where nobody said. */
  evidence: string | null;
  /** Code of the rights statement; null where an import says nothing. */
  rights: string | null;
  rightsNote: string | null;
}

/** What reading a file gave for one record. */
export interface ReadRecord {
  /** Line of the file on which it begins, from 1. */
  line: number;
  /** Its title, or its first words where it cannot be read. */
  label: string;
  /** Null where it cannot be read; then `problem` says why, in a sentence. */
  record: ExchangeRecord | null;
  /** Why it cannot be read, or what had to be left out or changed. */
  problem: string | null;
  /** How many characters of the file have been read when this record is done: the progress. */
  readTo: number;
}
