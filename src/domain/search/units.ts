/** The units that pass, in their order. The language's own `filter` takes three times as long, which matters with tens of thousands. */
export function those(units: Int32Array, passes: (unit: number) => boolean): Int32Array {
  const kept = new Int32Array(units.length);
  let many = 0;
  for (const unit of units) if (passes(unit)) kept[many++] = unit;
  return kept.subarray(0, many);
}
