// Gathering, scattering and their gradients.
import { onnxTypes } from '../../../../core/graph/onnx/builder.ts'
import { sizeOf, tensor } from '../../../../core/tensor/tensor.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

/** Adds along the axis one element at a time: ScatterElements adds in order, so that equal indices add up and results repeat exactly. */
export const gatherGradient: Lowering<'GatherGradient'> = (node, emit) => {
  const [dy, indices] = [inputOf(node, 0), inputOf(node, 1)]
  const { axis, input_shape } = node.attributes
  const rank = input_shape.length
  const updates = input_shape.with(axis, sizeOf(indices.shape))
  const column = emit.reshape(
    emit.name(indices),
    updates.map((extent, i) => (i === axis ? extent : 1)),
  )
  const at = rank === 1 ? column : emit.node('Expand', [column, emit.ints(updates)])
  const zeros = emit.filled(dy.dtype, input_shape, 0)
  const result = emit.node('ScatterElements', [zeros, at, emit.reshape(emit.name(dy), updates)], { axis, reduction: 'add' })
  emit.set(outputOf(node), result)
}

export const gatherElementsGradient: Lowering<'GatherElementsGradient'> = (node, emit) => {
  const { axis, input_shape } = node.attributes
  const dy = inputOf(node, 0)
  const zeros = emit.filled(dy.dtype, input_shape, 0)
  const result = emit.node('ScatterElements', [zeros, emit.name(inputOf(node, 1)), emit.name(dy)], { axis, reduction: 'add' })
  emit.set(outputOf(node), result)
}

/** ONNX Runtime has OneHot for int64 indices with float32 or int64 values only. */
export const oneHot: Lowering<'OneHot'> = (node, emit) => {
  const indices = inputOf(node, 0)
  const { depth, axis, dtype } = node.attributes
  const at = indices.dtype === 'int64' ? emit.name(indices) : emit.node('Cast', [emit.name(indices)], { to: onnxTypes.int64 })
  const own = dtype === 'float32' || dtype === 'int64' ? dtype : 'float32'
  const hot = emit.node('OneHot', [at, emit.ints([depth]), emit.constant(tensor(own, [2], [0, 1]))], { axis })
  emit.set(outputOf(node), own === dtype ? hot : emit.node('Cast', [hot], { to: onnxTypes[dtype] }))
}
