import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { id, moment, now } from './columns.ts';
import { members } from './people.ts';

/** Cities, counties and agencies: the facts of a place are shared by everybody who works there. */
export const places = sqliteTable('places', {
  id: id(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  /** As lists and forms call it: "Denver, CO". */
  label: text('label').notNull(),
  /** Name, region and country without accents and capitals: what is searched. */
  folded: text('folded').notNull(),
  /** What its own law calls it: city, town, borough. */
  legalType: text('legal_type').notNull().default(''),
  /** Code of a jurisdiction (domain/vocabulary.ts). */
  kind: text('kind').notNull(),
  /** Code of the state or province. */
  region: text('region'),
  /** ISO 3166-1 alpha-2. */
  country: text('country').notNull(),
  population: integer('population'),
  populationYear: integer('population_year'),
  populationSource: text('population_source'),
  /** Degrees; both or none. */
  latitude: real('latitude'),
  longitude: real('longitude'),
  form: text('form'),
  stage: text('stage'),
  /** Whether it runs a 311 line: `311`, `other-number`, `none`. */
  line: text('line'),
  launched: integer('launched'),
  /** `file` = kept in step with content/places.csv, `hub` = made or taken over in the browser. */
  origin: text('origin', { enum: ['file', 'hub'] }).notNull(),
  /** An invented place of the demo, shown as such everywhere. */
  sample: integer('sample', { mode: 'boolean' }).notNull().default(false),
  updatedAt: moment('updated_at').notNull().default(now),
}, (t) => [
  index('places_region').on(t.country, t.region),
  index('places_name').on(t.folded),
  check('places_name', sql`length(trim(${t.name})) between 1 and 100`),
  check('places_country', sql`${t.country} glob '[A-Z][A-Z]'`),
  check('places_population', sql`${t.population} is null or (${t.population} >= 0 and ${t.populationYear} is not null and ${t.populationSource} is not null)`),
  check('places_position', sql`(${t.latitude} is null) = (${t.longitude} is null)`),
  check('places_line', sql`${t.line} is null or ${t.line} in ('311', 'other-number', 'none')`),
  check('places_origin', sql`${t.origin} in ('file', 'hub')`),
]);

/** What a place works with: its CRM, its telephony … */
export const placeSystems = sqliteTable('place_systems', {
  placeId: integer('place_id').notNull().references(() => places.id, { onDelete: 'cascade' }),
  /** Code of what it is for (domain/places/words.ts). */
  role: text('role').notNull(),
  name: text('name').notNull(),
}, (t) => [primaryKey({ columns: [t.placeId, t.role, t.name] }), index('place_systems_name').on(t.name), check('place_systems_name', sql`length(trim(${t.name})) between 1 and 80`)]);

/** Ways in which residents reach the 311 programme of a place. */
export const placeChannels = sqliteTable('place_channels', {
  placeId: integer('place_id').notNull().references(() => places.id, { onDelete: 'cascade' }),
  channel: text('channel').notNull(),
}, (t) => [primaryKey({ columns: [t.placeId, t.channel] })]);

/** Who changed what about a place, and when. */
export const placeChanges = sqliteTable('place_changes', {
  id: id(),
  placeId: integer('place_id').notNull().references(() => places.id, { onDelete: 'cascade' }),
  byId: integer('by_id').references(() => members.id, { onDelete: 'set null' }),
  /** In words: "CRM: none → Motorola". */
  what: text('what').notNull(),
  at: moment('at').notNull().default(now),
}, (t) => [index('place_changes_place').on(t.placeId, t.at)]);
