// Matrix products.
import { flag } from '../attributes.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

const matMul: Lowering<'MatMul'> = (node, emit) => {
  const [a, b, y] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  // A vector counts as a row on the left, as a column on the right.
  const [left, right] = [a.shape.length === 1 ? [1, ...a.shape] : a.shape, b.shape.length === 1 ? [...b.shape, 1] : b.shape]
  const inputs = [left === a.shape ? emit.name(a) : emit.reshape(emit.name(a), left), right === b.shape ? emit.name(b) : emit.reshape(emit.name(b), right)] // prettier-ignore
  const product = emit.call(left.length === 2 && right.length === 2 ? 'MatMul' : 'BatchMatMulV2', inputs)
  emit.set(y, left === a.shape && right === b.shape ? product : emit.reshape(product, y.shape))
}

const gemm: Lowering<'Gemm'> = (node, emit) => {
  const [a, b, c, y] = [inputOf(node, 0), inputOf(node, 1), node.inputs[2], outputOf(node)]
  const { alpha, beta, transA, transB } = node.attributes
  const scaled = (slot: number, factor: number): number => (factor === 1 ? slot : emit.call('Mul', [slot, emit.scalar(y.dtype, factor)]))
  const attributes = { transpose_a: flag(transA === 1), transpose_b: flag(transB === 1) }
  const product = scaled(emit.call('MatMul', [emit.name(a), emit.name(b)], attributes), alpha)
  emit.set(y, c ? emit.call('AddV2', [product, scaled(emit.name(c), beta)]) : product)
}

export const matrix = { MatMul: matMul, Gemm: gemm }
