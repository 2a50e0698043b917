import { actions } from 'astro:actions';
import type { AstroGlobal } from 'astro';
import { draftsAt, isOfForm, keepDraft, type Draft } from '#domain/forum/drafts.ts';
import { keepPostFiles, postFilesInput, type KeptFiles } from '#domain/forum/post-files.ts';
import { keepStray } from '#domain/forum/stray-drafts.ts';
import type { Member } from '#domain/people/types.ts';
import { incomingFolder, receivedFile } from '#lib/incoming-files.ts';
import { settings } from '#lib/settings.ts';
import { formState, readForm, type FormState } from './forms.ts';
import { typedIn } from './typed.ts';
import { setCookie } from './actions/handlers.ts';

/** What a page knows of the draft for the form on it. */
export interface DraftState {
  place: string;
  /** Address of the page with its query, without what is only said once. */
  page: string;
  /** Offered when the form is opened again, the newest; null when there is none, or when one stands in the form already. */
  offered: Draft | null;
  /** How many more there are for the same place. */
  more: number;
  /** Stands in the form. */
  used: Draft | null;
  /** The button that saves it. */
  form: FormState<unknown>;
  /** Files that came with what was just sent and not taken: they need not be chosen again. */
  files: KeptFiles;
  /** What was just sent is kept for when its writer has signed in again. */
  stray: boolean;
  /** Where to go, when a draft was just saved or thrown away. */
  next: string | null;
  /** A field of the draft that is used, or the given text. */
  value: (field: string, otherwise?: string | null) => string;
  values: (field: string, otherwise?: string[]) => string[];
}

/**
 * Finds the draft at a place, answers the buttons that save it and throw it away, and keeps what was typed, and the files with it, when a form for it was refused or looked
 * at first. Call it before what needs somebody to be signed in.
 * @param forms for this place on the page
 */
export async function draftState(page: AstroGlobal, place: string, forms: readonly FormState<unknown>[]): Promise<DraftState> {
  const { viewer } = page.locals;
  const saving = await formState(page, actions.drafts.save);
  const dropping = await formState(page, actions.drafts.drop);
  const query = new URLSearchParams(page.url.searchParams);
  for (const name of ['_action', 'draft', 'saved', 'undone']) query.delete(name);
  const address = (more: string) => `${page.url.pathname}?${[query.toString(), more].filter(Boolean).join('&')}`.replace(/\?$/, '');
  const typed = forms.some((form) => form.sent) || (saving.sent && !saving.succeeded);
  const stray = typed && await keepTyped(page, place);
  const sentToken = typed || saving.succeeded ? (await readForm(page.request)).get('token') : null;
  const all = draftsAt(viewer, place);
  const own = all.find((draft) => isOfForm(draft, sentToken)) ?? null;
  const others = all.filter((draft) => draft !== own);
  const wanted = typed ? null : page.url.searchParams.get('draft');
  const used = wanted === null ? null : others.find(({ id }) => wanted === '' || id === Number(wanted)) ?? null;
  return {
    place, page: address(''), files: typed && viewer ? await keepFiles(page, viewer) : noFiles, offered: used ? null : others[0] ?? null, more: Math.max(0, others.length - 1), used, stray, form: saving,
    next: saving.succeeded ? `${address(own ? `draft=${own.id}` : '')}#write` : dropping.succeeded ? `${address('')}#write` : null,
    value: (field, otherwise = '') => { const value = used?.fields[field]; return typeof value === 'string' ? value : otherwise ?? ''; },
    values: (field, otherwise = []) => { const value = used?.fields[field]; return typeof value === 'string' ? [value] : value ?? otherwise; },
  };
}

/** Keeps what came with this request: as a draft, or, without a session, as a stray whose cookie is set. Whether it is a stray now. */
async function keepTyped(page: AstroGlobal, place: string): Promise<boolean> {
  const { viewer, address } = page.locals;
  const typed = typedIn(await readForm(page.request));
  if (typed.place !== place) return false;
  if (viewer) keepDraft(viewer, typed);
  const cookie = viewer ? null : keepStray(typed, address);
  if (cookie) setCookie(page, cookie);
  return cookie !== null;
}

async function keepFiles(page: AstroGlobal, viewer: Member): Promise<KeptFiles> {
  const form = await readForm(page.request);
  const fields = Object.fromEntries(Object.keys(postFilesInput.shape).map((name) => [name, form.getAll(name)]));
  const { data } = postFilesInput.safeParse(fields);
  return data ? keepPostFiles(viewer, { ...data, file: await Promise.all(data.file.map((one) => receivedFile(incomingFolder(settings().dataDir), one))) }, new Date(), page.locals.filesCounted) : noFiles;
}

const noFiles: KeptFiles = { kept: [], lost: [] };
