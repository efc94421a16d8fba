// What the layouts share in lowering batch normalisation.
import type { Value } from '../../../../core/graph/value.ts'
import type { Emitter } from '../emitter.ts'
import type { Layout } from '../layout.ts'

/** What batch normalisation needs in a layout of its own. */
export interface BatchForms {
  readonly layout: Layout
  /** Mean and biased variance [C]: E[X^2] - E[X]^2, not below 0; two passes that mostly read. */
  readonly statistics: (emit: Emitter, x: Value) => { mean: string; variance: string }
  /** slope * X + offset per channel, when somebody asks for it. */
  readonly deferAffine: (emit: Emitter, y: Value, x: Value, affine: readonly [string, string]) => void
  readonly gradient: (emit: Emitter, dy: Value, x: Value, vectors: Vectors) => BatchGradient
}

/** ONNX names of vectors [C]; `inverse` = 1 / sqrt(var + epsilon). */
export interface Vectors {
  readonly scale: string
  readonly mean: string
  readonly inverse: string
}
export interface BatchGradient {
  readonly dx: string
  readonly dscale: string
  readonly db: string
}

/** dX = p dY + q X + r per channel, from means over batch and positions: of dY, and of dY x^. */
export function slopes(emit: Emitter, { scale, mean, inverse }: Vectors, meanG: string, meanGNormalised: string): [string, string, string] {
  const p = emit.node('Mul', [scale, inverse])
  const q = emit.node('Neg', [emit.node('Mul', [emit.node('Mul', [p, inverse]), meanGNormalised])])
  const r = emit.node('Neg', [emit.node('Add', [emit.node('Mul', [p, meanG]), emit.node('Mul', [q, mean])])])
  return [p, q, r]
}
