// Exponential moving averages: of weights (momentum encoders and teachers), and of statistics of the batches.
import * as g from '../graph/build.ts'
import type { Operand } from '../graph/build/elementwise.ts'
import type { Value } from '../graph/value.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import { blend } from './layers.ts'
import type { Model, Part } from './model.ts'
import type { ProgramBuilder } from './program-builder.ts'

/** theta_k = m * theta_k + (1 - m) * theta_q for pairs of variables; no gradient flows into the average.
 * @param pairs [average, source] variable names */
export function updateAverage(builder: ProgramBuilder, pairs: Iterable<readonly [string, string]>, m: Operand): void {
  const rest = typeof m === 'number' ? 1 - m : g.sub(1, m)
  for (const [average, source] of pairs) {
    const theta = g.add(g.mul(builder.get(average), m), g.mul(builder.get(source), rest))
    builder.set(average, g.stopGradient(theta))
  }
}

/** The trained variables of parts of the query's, each with its average under another scope. */
export function averagePairs(model: Model, parts: readonly Part[], scope: string): [string, string][] {
  return parts.flatMap((part) => model.trainable('query', part)).map((name) => [inScope(scope, name), name])
}

/** What averages of parts of the query start as: copies, running statistics too. */
export function copies(initial: Readonly<Record<string, HostTensor>>, parts: readonly Part[], scope: string): Record<string, HostTensor> {
  const copied = Object.entries(initial).filter(([name]) => parts.some((part) => name.startsWith(`query/${part}/`)))
  return Object.fromEntries(copied.map(([name, value]) => [inScope(scope, name), value]))
}

/** A statistic that is averaged over steps: m * before + (1 - m) * now, kept for the next step; no gradient.
 * @returns what it is now */
export function average(builder: ProgramBuilder, name: string, now: Value, m: number): Value {
  const value = blend(builder.get(name), now, 1 - m)
  builder.set(name, value)
  return value
}

function inScope(scope: string, queryVariable: string): string {
  return queryVariable.replace(/^query\//, `${scope}/`)
}
