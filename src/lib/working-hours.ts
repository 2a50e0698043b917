const hour = 3_600_000;
const opens = 9;
const closes = 17;

/** Whether a moment lies in working hours: Monday to Friday, 9 to 17, in UTC. */
export function isWorkingTime(moment: Date): boolean {
  return ![0, 6].includes(moment.getUTCDay()) && moment.getUTCHours() >= opens && moment.getUTCHours() < closes;
}

/** The moment at which `hours` working hours have passed since `from`. */
export function afterWorkingHours(from: Date, hours: number): Date {
  let at = new Date(from);
  for (let left = hours * hour; ;) {
    if (!isWorkingTime(at)) {
      // To the next full hour: openings and closings are full hours.
      at = new Date(Math.floor(at.getTime() / hour) * hour + hour);
      continue;
    }
    const untilClosing = new Date(at).setUTCHours(closes, 0, 0, 0) - at.getTime();
    if (left <= untilClosing) return new Date(at.getTime() + left);
    left -= untilClosing;
    at = new Date(at.getTime() + untilClosing);
  }
}
