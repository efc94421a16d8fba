// Weights of a loss that rise while a phase of a run goes on. `progress` begins at 0 in each phase, so a ramp runs once in each: a later phase trains
// other layers, and its first steps are as unsure of them.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'

/** exp(-5 (1 - t)^2), t = progress / length up to 1 (Laine and Aila: Temporal Ensembling, ICLR 2017, section 2.1).
 * @param progress share of the phase that is done, scalar
 * @param length share of the phase over which it rises; 0: it is 1 from the start */
export function sigmoidRamp(progress: Value, length: number): Value {
  const left = g.sub(1, linearRamp(progress, length))
  return g.exp(g.mul(g.mul(left, left), -5))
}

/** From 0 to 1 in a straight line. */
export function linearRamp(progress: Value, length: number): Value {
  return length === 0 ? g.scalarOf(progress.dtype, 1) : g.min(g.div(progress, length), 1)
}
