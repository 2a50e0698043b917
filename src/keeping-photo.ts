import type { AstroGlobal } from 'astro';
import { Invalid, TooMany } from '#domain/errors.ts';
import { canWrite } from '#domain/people/permissions.ts';
import { photoFieldsInput } from '#domain/profiles/editing.ts';
import { putPhoto } from '#domain/profiles/photo.ts';
import { incomingFolder, receivedFile } from '#lib/incoming-files.ts';
import { settings } from '#lib/settings.ts';
import { readForm, type FormState } from './forms.ts';

/** What became of a photo that came with a form which was not taken. */
export interface KeptPhoto { saved: boolean; error?: string }

/** Saves the photo of a profile in which another field was refused, seen by whom the form says: a browser never fills in a file again. Where that cannot be, it has to be chosen again. */
export async function keepPhoto(page: AstroGlobal, form: FormState<unknown>): Promise<KeptPhoto> {
  const { viewer } = page.locals;
  if (!viewer || !form.sent || form.succeeded || form.errors['photo']) return { saved: false };
  const fields = await readForm(page.request);
  const sent = fields.get('photo');
  if (!(sent instanceof File) || sent.name === '') return { saved: false };
  const { data } = photoFieldsInput.safeParse(Object.fromEntries(fields));
  if (form.message || !data || !canWrite(viewer)) return { saved: false, error: 'Choose the photo again.' };
  try {
    await putPhoto(viewer, { photo: await receivedFile(incomingFolder(settings().dataDir), sent), seenBy: data['see-all'] || data['see-photo'] });
    return { saved: true };
  } catch (error) {
    if (error instanceof Invalid) return { saved: false, error: error.message };
    if (error instanceof TooMany) return { saved: false, error: `${error.message} Choose the photo again then.` };
    throw error;
  }
}
