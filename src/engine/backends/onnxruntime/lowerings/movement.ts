// Reshape, and the gradient of Slice.
import { sizeOf, tensor } from '../../../../core/tensor/tensor.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

export const reshape: Lowering<'Reshape'> = (node, emit) => {
  emit.set(outputOf(node), emit.reshape(emit.name(inputOf(node, 0)), node.attributes.shape))
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
