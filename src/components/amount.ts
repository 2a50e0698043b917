/** A number with its unit as people write it: "61 %", "$3.39", "12 seconds". */
export function amount(value: number, unit: string): string {
  const cents = unit === '$' && !Number.isInteger(value) ? 2 : 0;
  const number = value.toLocaleString('en-CA', { minimumFractionDigits: cents, maximumFractionDigits: 2 });
  return unit === '$' ? `$${number}` : `${number}\u00a0${unit}`;
}
