// Exponential moving averages of weights: momentum encoders and teachers.
import * as g from '../graph/build.ts'
import type { ProgramBuilder } from './program-builder.ts'

/** theta_k = m * theta_k + (1 - m) * theta_q for pairs of variables; no gradient flows into the average.
 * @param pairs [average, source] variable names */
export function updateAverage(builder: ProgramBuilder, pairs: Iterable<readonly [string, string]>, m: number): void {
  for (const [average, source] of pairs) {
    const theta = g.add(g.mul(builder.get(average), m), g.mul(builder.get(source), 1 - m))
    builder.set(average, g.stopGradient(theta))
  }
}
