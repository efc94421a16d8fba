// What benches say of many numbers.

export const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length

/** The middle one, of an even number the upper of the two; NaN of none. */
export const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN

/** Standard deviation of a sample. */
export const deviation = (numbers: readonly number[]): number =>
  numbers.length < 2 ? 0 : Math.sqrt(mean(numbers.map((x) => (x - mean(numbers)) ** 2)) * (numbers.length / (numbers.length - 1)))
