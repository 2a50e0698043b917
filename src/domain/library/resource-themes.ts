import { eq } from 'drizzle-orm';
import { db, resourceThemes } from '#db/client.ts';

/** Gives a resource exactly these themes. Call inside a transaction. */
export function putThemesOf(resourceId: string, codes: readonly string[]): void {
  db.delete(resourceThemes).where(eq(resourceThemes.resourceId, resourceId)).run();
  for (const theme of new Set(codes)) db.insert(resourceThemes).values({ resourceId, theme }).run();
}

/** The codes of a resource's themes. */
export function themeCodesOf(resourceId: string): string[] {
  return db.select({ theme: resourceThemes.theme }).from(resourceThemes).where(eq(resourceThemes.resourceId, resourceId)).all().map((t) => t.theme);
}
