// The gradient of Relu, and that of a Clip to 0..6, which the graph writes as the gradient of Relu at y (6 - y): TensorFlow has both in one pass.
import type { Node, Value } from '../../../../core/graph/value.ts'
import { toNumbers } from '../../../../core/tensor/tensor.ts'
import type { Lowering } from '../lowering.ts'
import { inputOf } from '../lowering.ts'
import { calls } from './elementwise.ts'

const [relu, relu6] = [calls<'ReluGradient'>('ReluGrad'), calls<'ReluGradient'>('Relu6Grad')]

export const reluGradient: Lowering<'ReluGradient'> = (node, emit) => {
  const y = clippedAtSix(inputOf(node, 1))
  if (y) relu6({ ...node, inputs: [inputOf(node, 0), y] }, emit)
  else relu(node, emit)
}

/** y, if this is y (6 - y). */
function clippedAtSix({ node }: Value): Value | null {
  if (node.op !== 'Mul') return null
  const [y, below] = [inputOf(node, 0), inputOf(node, 1)]
  return below.node.op === 'Sub' && inputOf(below.node, 1) === y && isSix(inputOf(below.node, 0)) ? y : null
}

function isSix({ node }: Value): boolean {
  if (node.op !== 'Constant') return false
  const values = toNumbers((node as Node<'Constant'>).attributes.value)
  return values.length === 1 && values[0] === 6
}
