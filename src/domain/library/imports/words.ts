/** "1 work", "5,000 works". */
export function works(n: number): string {
  return n === 1 ? '1 work' : `${n.toLocaleString('en-CA')} works`;
}
