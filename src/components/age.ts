/** How long ago, in the largest unit that says something: "3 hours", "2 days". */
export function age(since: Date, now = new Date()): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - since.getTime()) / 60_000));
  const said = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;
  return minutes < 1 ? 'less than a minute' : minutes < 60 ? said(minutes, 'minute') : minutes < 48 * 60 ? said(Math.floor(minutes / 60), 'hour') : said(Math.floor(minutes / 1440), 'day');
}
