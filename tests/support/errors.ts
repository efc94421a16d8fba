// How far two lists of numbers lie apart.

/** Largest absolute difference, relative to the largest reference number (at least 1); NaN or a different length is infinite. */
export function largestError(found: readonly number[], expected: readonly number[]): number {
  if (found.length !== expected.length) return Infinity
  const scale = expected.reduce((largest, x) => Math.max(largest, Math.abs(x)), 1)
  const error = found.reduce((largest, x, i) => Math.max(largest, Math.abs(x - (expected[i] ?? NaN))), 0)
  return Number.isNaN(error) ? Infinity : error / scale
}
