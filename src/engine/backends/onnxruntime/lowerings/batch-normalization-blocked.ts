// Batch normalisation in blocks, in the fewest passes over memory: sums by pooling and by depthwise convolution, slopes by depthwise convolution.
import { affine, extentsOf, padded, spatialDot, spatialMean } from '../blocked.ts'
import type { Emitter } from '../emitter.ts'
import { slopes } from './batch-normalization-forms.ts'
import type { BatchForms } from './batch-normalization-forms.ts'

export const blockedForms: BatchForms = {
  layout: 'blocked',
  statistics(emit, x) {
    const name = emit.as(x, 'blocked')
    const extents = extentsOf(x)
    const { c, h, w } = extents
    const mean = overImages(emit, 'ReduceMean', spatialMean(emit, name, extents))
    const squares = overImages(emit, 'ReduceMean', spatialDot(emit, name, name, extents))
    const square = emit.node('Div', [squares, emit.scalar('float32', h * w)])
    const variance = emit.node('Relu', [emit.node('Sub', [square, emit.node('Mul', [mean, mean])])])
    return { mean: cut(emit, mean, c), variance: cut(emit, variance, c) }
  },
  deferAffine(emit, y, x, [slope, offset]) {
    const channels = x.shape[1] ?? 0
    emit.defer(y, {
      layout: 'blocked',
      takesSum: true,
      emit: (fusion) => affine(emit, emit.as(x, 'blocked'), channels, slope, offset, fusion),
    })
  },
  /** Two passes, the second of which adds to the first. */
  gradient(emit, dy, x, vectors) {
    const extents = extentsOf(x)
    const { n, c, h, w } = extents
    const [g, input] = [emit.as(dy, 'blocked'), emit.as(x, 'blocked')]
    const count = emit.scalar('float32', n * h * w)
    const meanG = cut(emit, overImages(emit, 'ReduceMean', spatialMean(emit, g, extents)), c)
    const meanGX = emit.node('Div', [cut(emit, overImages(emit, 'ReduceSum', spatialDot(emit, g, input, extents)), c), count])
    const centred = emit.node('Sub', [meanGX, emit.node('Mul', [meanG, vectors.mean])])
    const meanGNormalised = emit.node('Mul', [centred, vectors.inverse])
    const [p, q, r] = slopes(emit, vectors, meanG, meanGNormalised)
    const dx = affine(emit, g, c, p, null, { sum: affine(emit, input, c, q, r) })
    return { dx, dscale: emit.node('Mul', [meanGNormalised, count]), db: emit.node('Mul', [meanG, count]) }
  },
}

/** [N, C padded] -> [C padded]. */
function overImages(emit: Emitter, op: 'ReduceMean' | 'ReduceSum', name: string): string {
  return op === 'ReduceMean' ? emit.node(op, [name], { axes: [0], keepdims: 0 }) : emit.node(op, [name, emit.ints([0])], { keepdims: 0 })
}

/** Without the padding. */
function cut(emit: Emitter, name: string, channels: number): string {
  if (padded(emit, channels) === channels) return name
  return emit.first(name, [channels], [0])
}
