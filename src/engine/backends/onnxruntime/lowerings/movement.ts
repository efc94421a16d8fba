// Reshape, Expand, and the gradient of Slice.
import { sameShape, sizeOf, tensor } from '../../../../core/tensor/tensor.ts'
import { extentsOf } from '../blocked.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import { oneToOne } from './one-to-one.ts'

export const reshape: Lowering<'Reshape'> = (node, emit) => {
  emit.set(outputOf(node), emit.reshape(emit.name(inputOf(node, 0)), node.attributes.shape))
}

/** One number a channel of an image over a whole map (the gradient of GlobalAveragePool) is made in the program's preferred layout. */
export const expand: Lowering<'Expand'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const { n, c, h, w } = extentsOf(y)
  const overMap = x.dtype === 'float32' && y.shape.length === 4 && sameShape(x.shape, [n, c, 1, 1]) && h * w > 1
  if (overMap && emit.preferred === 'rows')
    emit.set(y, emit.node('Expand', [emit.reshape(emit.name(x), [1, n * c]), emit.ints([h * w, n * c])]), 'rows')
  else if (overMap && emit.preferred === 'blocked' && emit.block !== null && c % emit.block === 0) {
    const blocks = (n * c) / emit.block
    const wide = emit.node('Expand', [emit.reshape(emit.name(x), [blocks, 1, emit.block]), emit.ints([blocks, h * w, emit.block])])
    emit.set(y, emit.reshape(wide, y.shape), 'blocked')
  } else oneToOne(node, emit)
}

/** Steps of 1: padding. Other steps: axis by axis, writing at the places that the slice read. */
export const sliceGradient: Lowering<'SliceGradient'> = (node, emit) => {
  const dy = inputOf(node, 0)
  const { axes, starts, steps, input_shape } = node.attributes
  let name = emit.name(dy)
  const shape = [...dy.shape]
  const rank = shape.length
  const pads = new Array<number>(2 * rank).fill(0)
  axes.forEach((axis, i) => {
    const [extent = 0, length = 0] = [input_shape[axis], shape[axis]]
    const [start = 0, step = 1] = [starts[i], steps[i]]
    if (step === 1) {
      pads[axis] = start
      pads[axis + rank] = extent - start - length
      return
    }
    const zeros = emit.filled(dy.dtype, shape.with(axis, extent), 0)
    const places = Array.from({ length }, (_, k) => start + k * step)
    const column = tensor('int64', shape.map((_, a) => (a === axis ? length : 1)), places) // prettier-ignore
    const at = sizeOf(shape) === length ? emit.constant(column) : emit.node('Expand', [emit.constant(column), emit.ints(shape)])
    name = emit.node('ScatterElements', [zeros, at, name], { axis })
    shape[axis] = extent
  })
  emit.set(outputOf(node), pads.every((pad) => pad === 0) ? name : emit.node('Pad', [name, emit.ints(pads)]))
}
