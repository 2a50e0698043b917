/** Where somebody is from, as it stands beside the badge "Sample", which says already that the place is invented. */
export function placeOf({ place, sample }: { place: string | null; sample: boolean }): string | null {
  return sample ? place?.replace(/ \(sample\)$/, '') ?? null : place;
}
