// The error of everything that reads stored weights.

/** A file of weights that cannot be used: names the thing, what was expected and what was found. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError'
}
