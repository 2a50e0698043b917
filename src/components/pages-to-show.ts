/** The page numbers a pager shows: first, last and one either side of `page`; null stands for a gap. */
export function pagesToShow(page: number, pages: number): (number | null)[] {
  const near = [page - 1, page, page + 1].filter((number) => number >= 1 && number <= pages);
  const numbers = [...new Set([1, ...near, pages])];
  return numbers.flatMap((number, index) => {
    const missing = number - (numbers[index - 1] ?? 0) - 1;
    return missing === 0 ? [number] : missing === 1 ? [number - 1, number] : [null, number];
  });
}
