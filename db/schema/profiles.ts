import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { moment, now } from './columns.ts';
import { members } from './people.ts';
import { places } from './places.ts';

/**
 * What a member says about themselves, each field with who may see it. `members.job_title` and `members.place` stand beside their name everywhere:
 * they hold what everybody may see of these two, and nothing else.
 */
export const profiles = sqliteTable('profiles', {
  memberId: integer('member_id').primaryKey().references(() => members.id, { onDelete: 'cascade' }),
  pronouns: text('pronouns'),
  jobTitle: text('job_title'),
  placeId: integer('place_id').references(() => places.id, { onDelete: 'set null' }),
  /** In the member's own words, where the place is in no list. */
  placeText: text('place_text'),
  askMe: text('ask_me'),
  lookingFor: text('looking_for'),
  /** SHA-256 of the photo as it was drawn anew, a WebP. */
  photoHash: text('photo_hash'),
  /** Bytes. */
  photoSize: integer('photo_size'),
  /** Field → who sees it; a field that is not named is for everybody. */
  visibility: text('visibility', { mode: 'json' }).$type<Record<string, string>>().notNull().default({}),
  updatedAt: moment('updated_at').notNull().default(now),
}, (t) => [
  index('profiles_place').on(t.placeId).where(sql`place_id is not null`),
  index('profiles_photo').on(t.photoHash).where(sql`photo_hash is not null`),
  check('profiles_photo', sql`(${t.photoHash} is null) = (${t.photoSize} is null)`),
  check('profiles_place', sql`${t.placeId} is null or ${t.placeText} is null`),
]);

/** What a member is one of several of: hats, languages, channels, themes of interest. */
export const memberTraits = sqliteTable('member_traits', {
  memberId: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
  kind: text('kind', { enum: ['hat', 'language', 'channel', 'theme'] }).notNull(),
  value: text('value').notNull(),
}, (t) => [
  primaryKey({ columns: [t.memberId, t.kind, t.value] }),
  index('member_traits_value').on(t.kind, t.value),
  check('member_traits_kind', sql`${t.kind} in ('hat', 'language', 'channel', 'theme')`),
]);
