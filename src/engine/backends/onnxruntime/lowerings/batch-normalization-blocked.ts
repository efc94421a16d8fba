// Batch normalisation in blocks, in the fewest passes over memory: sums by pooling and by depthwise convolution, slopes by depthwise convolution.
import type { Value } from '../../../../core/graph/value.ts'
import { affine, extentsOf, padded, spatialDot, spatialMean } from '../blocked.ts'
import type { Emitter } from '../emitter.ts'
import type { BatchGradient, Vectors } from './batch-normalization.ts'

/** Mean and biased variance [C]: E[X^2] - E[X]^2, not below 0. Two passes that only read. */
export function blockedStatistics(emit: Emitter, x: Value): { mean: string; variance: string } {
  const name = emit.as(x, 'blocked')
  const extents = extentsOf(x)
  const { h, w } = extents
  const mean = overImages(emit, 'ReduceMean', spatialMean(emit, name, extents))
  const squares = overImages(emit, 'ReduceMean', spatialDot(emit, name, name, extents))
  const square = emit.node('Div', [squares, emit.scalar('float32', h * w)])
  const difference = emit.node('Sub', [square, emit.node('Mul', [mean, mean])])
  const variance = emit.node('Relu', [difference])
  return { mean: cut(emit, mean, extents.c), variance: cut(emit, variance, extents.c) }
}

/** slope * X + offset, when somebody asks for it. */
export function deferAffine(emit: Emitter, y: Value, x: Value, [slope, offset]: readonly [string, string]): void {
  const channels = x.shape[1] ?? 0
  emit.defer(y, {
    layout: 'blocked',
    takesSum: true,
    emit: (fusion) => affine(emit, emit.as(x, 'blocked'), channels, slope, offset, fusion),
  })
}

/** dX = p dY + q X + r per channel: two passes, the second of which adds to the first. */
export function blockedGradient(emit: Emitter, dy: Value, x: Value, { scale, mean, inverse }: Vectors): BatchGradient {
  const extents = extentsOf(x)
  const { n, c, h, w } = extents
  const [g, input] = [emit.as(dy, 'blocked'), emit.as(x, 'blocked')]
  const count = emit.scalar('float32', n * h * w)
  // mean(dY), mean(dY x^) over batch and positions
  const meanG = cut(emit, overImages(emit, 'ReduceMean', spatialMean(emit, g, extents)), c)
  const meanGX = emit.node('Div', [cut(emit, overImages(emit, 'ReduceSum', spatialDot(emit, g, input, extents)), c), count])
  const meanGNormalised = emit.node('Mul', [emit.node('Sub', [meanGX, emit.node('Mul', [meanG, mean])]), inverse])
  const p = emit.node('Mul', [scale, inverse])
  const q = emit.node('Neg', [emit.node('Mul', [emit.node('Mul', [p, inverse]), meanGNormalised])])
  const r = emit.node('Neg', [emit.node('Add', [emit.node('Mul', [p, meanG]), emit.node('Mul', [q, mean])])])
  const sum = affine(emit, input, c, q, r)
  const dx = affine(emit, g, c, p, null, { sum })
  return { dx, dscale: emit.node('Mul', [meanGNormalised, count]), db: emit.node('Mul', [meanG, count]) }
}

/** [N, C padded] -> [C padded]. */
function overImages(emit: Emitter, op: 'ReduceMean' | 'ReduceSum', name: string): string {
  return op === 'ReduceMean' ? emit.node(op, [name], { axes: [0], keepdims: 0 }) : emit.node(op, [name, emit.ints([0])], { keepdims: 0 })
}

/** Without the padding. */
function cut(emit: Emitter, name: string, channels: number): string {
  if (padded(emit, channels) === channels) return name
  return emit.node('Slice', [name, emit.ints([0]), emit.ints([channels]), emit.ints([0])])
}
