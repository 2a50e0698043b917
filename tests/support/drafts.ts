import { draftsAt, type Draft } from '#domain/forum/drafts.ts';
import type { Viewer } from '#domain/people/types.ts';

/** The newest draft that somebody has at a place; null for none. */
export const draftAt = (viewer: Viewer, place: string): Draft | null => draftsAt(viewer, place)[0] ?? null;
