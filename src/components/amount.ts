/** Whether a unit is a word such as "hours", told once for a whole figure, and no sign that stands at each number. */
export const isWord = (unit: string): boolean => /\p{L}/u.test(unit);

/** A number as people write it: with its sign, "61 %", "$3.39", or alone when its unit is a word. */
export function amount(value: number, unit: string): string {
  const cents = unit === '$' && !Number.isInteger(value) ? 2 : 0;
  const number = value.toLocaleString('en-CA', { minimumFractionDigits: cents, maximumFractionDigits: 2 });
  return unit === '$' ? `$${number}` : isWord(unit) || !unit ? number : `${number}\u00a0${unit}`;
}
