// What classification ends in, of operators that have WebGPU kernels.
import { onnxTypes } from '../../../../../core/graph/onnx/builder.ts'
import { isFloat, tensor } from '../../../../../core/tensor/tensor.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import type { Lowering } from '../../lowering.ts'

/** x - max - log(sum(exp(x - max))). */
export const logSoftmax: Lowering<'LogSoftmax'> = (node, emit) => {
  const { axis } = node.attributes
  const x = emit.name(inputOf(node, 0))
  const shifted = emit.node('Sub', [x, emit.node('ReduceMax', [x], { axes: [axis], keepdims: 1 })])
  const sum = emit.node('ReduceSum', [emit.node('Exp', [shifted]), emit.ints([axis])], { keepdims: 1 })
  emit.set(outputOf(node), emit.node('Sub', [shifted, emit.node('Log', [sum])]))
}

/** Indices against 0 ... depth - 1; negative ones count from the end. */
export const oneHot: Lowering<'OneHot'> = (node, emit) => {
  const [indices, y] = [inputOf(node, 0), outputOf(node)]
  const { depth, axis, dtype } = node.attributes
  const narrow = indices.dtype === 'int32' ? emit.name(indices) : emit.node('Cast', [emit.name(indices)], { to: onnxTypes.int32 })
  const at = emit.reshape(narrow, indices.shape.toSpliced(axis, 0, 1))
  const range = (from: number): string => {
    const values = Array.from({ length: depth }, (_, i) => from + i)
    return emit.constant(tensor('int32', y.shape.map((_, i) => (i === axis ? depth : 1)), values)) // prettier-ignore
  }
  const hits = [range(0), range(-depth)].map((places) => emit.node('Equal', [at, places]))
  const [first = '', second = ''] = hits.map((hit) => emit.node('Cast', [hit], { to: onnxTypes[isFloat(dtype) ? 'float32' : 'int32'] }))
  emit.set(y, emit.node('Cast', [emit.node('Add', [first, second])], { to: onnxTypes[dtype] }))
}
