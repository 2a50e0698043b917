export interface Paging {
  /** Current page, from 1. */
  page: number;
  pages: number;
  /** Rows to skip. */
  offset: number;
  size: number;
}

/** Which slice of `total` rows to show; a page number that is no number or out of range becomes the nearest one that exists. */
export function paging(total: number, size: number, wanted: string | number | null): Paging {
  const pages = Math.max(1, Math.ceil(total / size));
  const number = Math.trunc(Number(wanted ?? 1));
  const page = Math.min(pages, Math.max(1, Number.isFinite(number) ? number : 1));
  return { page, pages, offset: (page - 1) * size, size };
}
