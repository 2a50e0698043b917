export type Link = [words: string, href: string];

/** Links that are not for everybody. */
export const linksIf = (allowed: boolean, ...links: Link[]): Link[] => (allowed ? links : []);
