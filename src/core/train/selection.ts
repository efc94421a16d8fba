// Which validation's weights a run keeps.

export interface Validation {
  /** Share of the images that were right, 0 to 1. */
  readonly accuracy: number
  /** Mean cross-entropy. */
  readonly loss: number
  /** How many they were. */
  readonly images: number
}

/** More right, or as many with a smaller loss. */
export function isBetter(a: Validation, b: Validation): boolean {
  return a.accuracy > b.accuracy || (a.accuracy === b.accuracy && a.loss < b.loss)
}

/**
 * Worse than the best by more than a standard error of the best. Among validations that so few images cannot tell apart the latest is kept: it has
 * seen most steps, the last of them small ones, while the highest of twenty or more measurements is the luckiest of them (the one-standard-error
 * rule: Breiman et al., Classification and Regression Trees, 1984, 3.4.3).
 */
export function isClearlyWorse(validation: Validation, best: Validation): boolean {
  const { accuracy, images } = best
  return validation.accuracy < accuracy - Math.sqrt((accuracy * (1 - accuracy)) / Math.max(1, images))
}

/** Above guessing, as a share: from here on a network has learned something that it can lose. */
const learned = 0.3
/** Validation images with which chance does not look like it. */
const fewest = 50

/** As good as guessing, where the best was far above it: the weights are ruined, which the loss does not tell, as it stays where guessing has it.
 * @param classes as many as there are to guess from */
export function isCollapsed(validation: Validation, best: Validation, classes: number): boolean {
  const above = best.accuracy - 1 / classes
  return best.images >= fewest && above > learned && validation.accuracy < 1 / classes + above / 10
}
