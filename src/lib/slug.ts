/** Words of a title as part of an address: lower case ASCII, hyphens, at most 60 characters, never empty. */
export function slugify(text: string): string {
  const slug = text
    .normalize('NFKD').replace(/\p{Mark}/gu, '')
    .toLowerCase().replace(/['’]/g, '').replace(/[^a-z0-9]+/g, '-');
  const short = slug.length > 60 ? slug.slice(0, 61).replace(/-[^-]*$/, '').slice(0, 60) : slug;
  return short.replace(/^-+|-+$/g, '') || 'untitled';
}
