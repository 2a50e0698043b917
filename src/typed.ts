/** Fields of a form for a post that say where it goes and whose it is, and are no part of what was typed. */
const about = new Set(['place', 'writer', 'threadId', 'resourceId', 'postId', 'shown', 'website', 'kept', 'leaveOut']);

/** What somebody typed into a form for a post, as a draft keeps it: where it goes, whose it is, and every field with words, and the token of the form, by which what is sent knows its own draft. No files. */
export function typedIn(form: FormData): { place: string; writer: string; fields: Record<string, string | string[]> } {
  const fields = Object.fromEntries(Object.entries(wordsIn(form)).filter(([name]) => !about.has(name) && !name.startsWith('_')));
  const text = (name: string) => { const value = form.get(name); return typeof value === 'string' ? value : ''; };
  return { place: text('place'), writer: text('writer'), fields };
}

/** Every field of a form with words, by name. No files. */
export function wordsIn(form: FormData): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name).filter((value) => typeof value === 'string');
    if (values.length > 0) fields[name] = values.length === 1 && name !== 'themes' ? values[0] ?? '' : values;
  }
  return fields;
}
