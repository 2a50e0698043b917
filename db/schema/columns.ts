import { sql } from 'drizzle-orm';
import { integer } from 'drizzle-orm/sqlite-core';

/** The key of a row; a number that was given once is never given again. */
export const id = () => integer('id').primaryKey({ autoIncrement: true });
/** A moment, to the millisecond. */
export const moment = (name: string) => integer(name, { mode: 'timestamp_ms' });
export const now = sql`(unixepoch('subsec') * 1000)`;
