import { and, desc, eq, ne } from 'drizzle-orm';
import { z } from 'zod';
import { db, resources, resourceVersions, themes, transaction } from '#db/client.ts';
import { optionalText, text } from '#lib/fields.ts';
import { Denied, Invalid, NotFound } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { mustSignIn, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer } from '../people/types.ts';
import { resourceType, typesOf } from '../vocabulary.ts';
import { readCsl } from './csl.ts';
import { workKey } from './exchange/duplicates.ts';
import { newId } from './ids.ts';
import { likelyDuplicatesOf, type LikelyDuplicate } from './likely-duplicates.ts';
import { namesOf, shortPeople } from './names.ts';
import { putThemesOf } from './resource-themes.ts';
import { freeSlug } from './slugs.ts';
import { statusLabels, type ResourceStatus } from './types.ts';
import { doiField, urlField, yearField } from './work-fields.ts';

export const suggestionInput = z.object({
  title: text({ missing: 'Give its title.', max: 500 }),
  type: z.string({ error: 'Choose what type of work it is.' }).refine((t) => typesOf('reference').some((known) => known.code === t), 'Choose one of these types.'),
  url: urlField,
  doi: doiField,
  people: optionalText(2000),
  year: yearField,
  venue: optionalText(300),
  summary: optionalText(600),
  why: text({ missing: 'Say in a sentence why others should know it.', max: 1000 }),
  themes: z.array(z.string()).max(4, 'Choose four themes at most.').default([]),
  /** Set once the likely duplicates have been shown. */
  different: z.string().nullish(),
});

/** What a suggestion led to: it was taken down, or something in the library looks the same and the member has to say that it is not. */
export type Suggested = { saved: true } | { saved: false; duplicates: LikelyDuplicate[]; waiting: boolean };

/** Takes down a work that a member thinks the library should have; it waits for a coordinator. Throws SignInRequired, Denied, Invalid, TooMany. */
export function suggestResource(actor: Member, { why, different, themes: codes, people, ...typed }: z.output<typeof suggestionInput>): Suggested {
  mustWrite(actor);
  const known = new Set(db.select({ code: themes.code }).from(themes).all().map((t) => t.code));
  if (codes.some((code) => !known.has(code))) throw new Invalid({ themes: 'One of these themes does not exist.' });
  if (!typed.url && !typed.doi && !people) throw new Invalid({ url: 'Give an address, a DOI or an author, so that a coordinator can find it.' });
  const names = namesOf(people);
  if (!different) {
    const all = likelyDuplicatesOf({ title: typed.title, year: typed.year, people: names, doi: typed.doi, url: typed.url }, { all: true }).filter((d) => d.status !== 'draft');
    // What waits has no name yet for anybody but coordinators, and of their drafts nobody hears.
    const duplicates = all.filter((d) => d.status === 'published');
    if (all.length) return { saved: false, duplicates, waiting: duplicates.length < all.length };
  }
  return transaction(() => {
    countAttempt('suggestPerMember', actor.id);
    const slug = freeSlug(typed.title);
    const csl = {
      id: slug, type: resourceType(typed.type).csl, title: typed.title, language: 'en',
      ...(names.length && { author: names }), ...(typed.year !== null && { issued: { 'date-parts': [[typed.year]] } }), ...(typed.venue && { 'container-title': typed.venue }),
      ...(typed.summary && { abstract: typed.summary }), ...(typed.doi && { DOI: typed.doi }), ...(typed.url && { URL: typed.url }),
    };
    const id = newId();
    db.insert(resources).values({
      id, slug, kind: 'reference', status: 'submitted', origin: 'hub', submittedById: actor.id, submittedAt: new Date(), suggestionNote: why, ...typed, summary: typed.summary ?? '',
      people: shortPeople(names), csl, workKey: workKey(readCsl(csl)), provenance: 'Suggested by a member',
    }).run();
    putThemesOf(id, codes);
    return { saved: true };
  });
}

export interface Suggestion {
  id: string; title: string; status: ResourceStatus; statusLabel: string; at: Date | null;
  /** Address of its page once it is published. */
  url: string | null;
  /** Why it was declined or retired. */
  reason: string | null;
}

/** What this member has suggested, newest first, with what became of it. */
export function suggestionsOf(viewer: Viewer): Suggestion[] {
  mustSignIn(viewer);
  return db.select().from(resources).where(and(eq(resources.submittedById, viewer.id), eq(resources.kind, 'reference'))).orderBy(desc(resources.submittedAt), desc(resources.id)).limit(200).all()
    .filter((r) => r.submittedAt !== null && r.importId === null)
    .map((r) => ({
      id: r.id, title: r.title, status: r.status, statusLabel: statusLabels[r.status], at: r.submittedAt, url: r.status === 'published' ? `/library/${r.slug}` : null,
      reason: r.status === 'declined' ? r.declinedReason : r.status === 'retired' ? r.retiredReason : null,
    }));
}

export const takeBackInput = z.object({ id: z.string() });

/** Takes one's own suggestion back while nobody has begun to review it. */
export function takeBackSuggestion(actor: Member, { id }: z.output<typeof takeBackInput>): void {
  mustWrite(actor);
  transaction(() => {
    const row = db.select().from(resources).where(eq(resources.id, id)).get();
    if (!row || row.submittedById !== actor.id || row.suggestionNote === null) throw new NotFound('There is no such suggestion.');
    const touched = db.select({ id: resourceVersions.id }).from(resourceVersions).where(and(eq(resourceVersions.resourceId, id), ne(resourceVersions.byId, actor.id))).limit(1).get();
    if (row.status !== 'submitted' || row.publishedAt !== null || touched) throw new Denied('A coordinator has begun to look at it, so it cannot be taken back any more.');
    db.delete(resources).where(eq(resources.id, id)).run();
  });
}
