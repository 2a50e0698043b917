import { eq, inArray, type SQL } from 'drizzle-orm';
import { db, resources, resourceThemes } from '#db/client.ts';
import { NotFound } from '../errors.ts';
import { canCurateSomething, canCurateThemes, mustCurateSomething, mustCurateThemes, themesOf } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { isPublic, type ResourceStatus } from './types.ts';

/** Gives a resource exactly these themes. Call inside a transaction. */
export function putThemesOf(resourceId: string, codes: readonly string[]): void {
  db.delete(resourceThemes).where(eq(resourceThemes.resourceId, resourceId)).run();
  for (const theme of new Set(codes)) db.insert(resourceThemes).values({ resourceId, theme }).run();
}

/** The codes of a resource's themes. */
export function themeCodesOf(resourceId: string): string[] {
  return db.select({ theme: resourceThemes.theme }).from(resourceThemes).where(eq(resourceThemes.resourceId, resourceId)).all().map((t) => t.theme);
}

/** Whether the viewer curates a resource, by the themes that it carries now. */
export const canCurateResource = (viewer: Viewer, resourceId: string): viewer is Member => canCurateSomething(viewer) && canCurateThemes(viewer, themeCodesOf(resourceId));

/** For acts on a resource: throws Denied where its themes are none of the viewer's, NotFound where they may not even see it, SignInRequired. */
export function mustCurateResource(viewer: Viewer, resource: { id: string; status: ResourceStatus }): asserts viewer is Member {
  mustCurateSomething(viewer);
  const themes = themeCodesOf(resource.id);
  if (!canCurateThemes(viewer, themes) && !isPublic(resource.status)) throw new NotFound('There is no such resource.');
  mustCurateThemes(viewer, themes);
}

/** A condition on `resources`: those that this coordinator curates. */
export function curatedBy(viewer: Viewer): SQL | undefined {
  const own = themesOf(viewer);
  return own === null ? undefined : inArray(resources.id, db.select({ id: resourceThemes.resourceId }).from(resourceThemes).where(inArray(resourceThemes.theme, [...own])));
}
