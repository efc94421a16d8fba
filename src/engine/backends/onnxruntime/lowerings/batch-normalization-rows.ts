// Batch normalisation on rows: sums are products with ones, slopes broadcast along the row.
import { extentsOf } from '../blocked.ts'
import { channelSum, perImage } from '../rows.ts'
import { slopes } from './batch-normalization-forms.ts'
import type { BatchForms } from './batch-normalization-forms.ts'

export const rowsForms: BatchForms = {
  layout: 'rows',
  statistics(emit, x) {
    const name = emit.as(x, 'rows')
    const extents = extentsOf(x)
    const { n, h, w } = extents
    const share = 1 / (n * h * w)
    const mean = channelSum(emit, name, extents, share)
    const square = channelSum(emit, emit.node('Mul', [name, name]), extents, share)
    return { mean, variance: emit.node('Relu', [emit.node('Sub', [square, emit.node('Mul', [mean, mean])])]) }
  },
  deferAffine(emit, y, x, [slope, offset]) {
    emit.defer(y, {
      layout: 'rows',
      takesSum: true,
      emit: ({ sum, activation }) => {
        const vector = (name: string): string => perImage(emit, name, extentsOf(x))
        const scaled = emit.node('Mul', [emit.as(x, 'rows'), vector(slope)])
        const shifted = emit.node('Add', [scaled, vector(offset)])
        const total = sum === undefined ? shifted : emit.node('Add', [shifted, sum])
        if (!activation) return total
        const bounds = activation.parameters.map((bound) => emit.scalar('float32', bound))
        return emit.node(activation.name, [total, ...bounds])
      },
    })
  },
  gradient(emit, dy, x, vectors) {
    const extents = extentsOf(x)
    const { n, h, w } = extents
    const [g, input] = [emit.as(dy, 'rows'), emit.as(x, 'rows')]
    const share = emit.scalar('float32', 1 / (n * h * w))
    const db = channelSum(emit, g, extents)
    const products = channelSum(emit, emit.node('Mul', [g, input]), extents)
    const dscale = emit.node('Mul', [emit.node('Sub', [products, emit.node('Mul', [db, vectors.mean])]), vectors.inverse])
    const [p, q, r] = slopes(emit, vectors, emit.node('Mul', [db, share]), emit.node('Mul', [dscale, share]))
    const [scaled, shifted] = [
      emit.node('Mul', [g, perImage(emit, p, extents)]),
      emit.node('Add', [emit.node('Mul', [input, perImage(emit, q, extents)]), perImage(emit, r, extents)]),
    ]
    return { dx: emit.node('Add', [scaled, shifted]), dscale, db }
  },
}
