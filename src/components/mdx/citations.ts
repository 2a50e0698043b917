/** A work of the bibliography as a piece cites it. The page puts them into `Astro.locals.citations`, by key. */
export interface Citation {
  slug: string;
  /** "Mazerolle et al. 2002". */
  short: string;
  /** Order of first mention in the piece, from 1. */
  number: number;
  title: string;
  /** False for what is not published: it is named and leads nowhere. */
  linked: boolean;
}

/** The works behind space-separated keys. Throws an Error that names a key the bibliography does not have. */
export function worksCited(keys: string, citations: Map<string, Citation> | undefined): Citation[] {
  return keys.trim().split(/\s+/).map((key) => {
    const found = citations?.get(key);
    if (!found) throw new Error(`The bibliography has no work "${key}".`);
    return found;
  });
}
