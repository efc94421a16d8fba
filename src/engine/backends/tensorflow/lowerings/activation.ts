// Activation functions, the ones that TensorFlow lacks from those that it has.
import { isFloat } from '../../../../core/tensor/tensor.ts'
import type { DType } from '../../../../core/tensor/tensor.ts'
import { float } from '../attributes.ts'
import type { Emitter } from '../emitter.ts'
import { outputOf } from '../lowering.ts'
import type { Slot } from '../plan.ts'
import { calls, elementwise } from './elementwise.ts'
import { reluGradient } from './relu-gradient.ts'

/** max(low, min(high, x)); infinite bounds are left out. */
function clipped(emit: Emitter, x: Slot, dtype: DType, low: number, high: number): Slot {
  if (isFloat(dtype) && Number.isFinite(low) && Number.isFinite(high))
    return emit.call('ClipByValue', [x, emit.scalar(dtype, low), emit.scalar(dtype, high)])
  const below = high === Infinity ? x : emit.call('Minimum', [x, emit.scalar(dtype, high)])
  return low === -Infinity ? below : emit.call('Maximum', [below, emit.scalar(dtype, low)])
}

/** factor * x + offset */
function line(emit: Emitter, x: Slot, dtype: DType, factor: number, offset: number): Slot {
  return emit.call('AddV2', [emit.call('Mul', [x, emit.scalar(dtype, factor)]), emit.scalar(dtype, offset)])
}

export const activation = {
  Relu: calls<'Relu'>('Relu'),
  ReluGradient: reluGradient,
  LeakyRelu: elementwise<'LeakyRelu'>((emit, operands, { attributes: { alpha } }) =>
    emit.call('LeakyRelu', operands, { alpha: float(alpha) }),
  ),
  PRelu: elementwise<'PRelu'>((emit, [x = -1, slope = -1], node) => {
    const isNegative = emit.call('Less', [x, emit.scalar(outputOf(node).dtype, 0)])
    return emit.call('SelectV2', [isNegative, emit.call('Mul', [slope, x]), x])
  }),
  Elu: elementwise<'Elu'>((emit, [x = -1], node) => {
    const { dtype } = outputOf(node)
    const isNegative = emit.call('Less', [x, emit.scalar(dtype, 0)])
    return emit.call('SelectV2', [isNegative, emit.call('Mul', [emit.call('Expm1', [x]), emit.scalar(dtype, node.attributes.alpha)]), x])
  }),
  Clip: elementwise<'Clip'>((emit, [x = -1], node) => clipped(emit, x, outputOf(node).dtype, node.attributes.min, node.attributes.max)),
  Sigmoid: calls<'Sigmoid'>('Sigmoid'),
  HardSigmoid: elementwise<'HardSigmoid'>((emit, [x = -1], node) => {
    const { dtype } = outputOf(node)
    return clipped(emit, line(emit, x, dtype, node.attributes.alpha, node.attributes.beta), dtype, 0, 1)
  }),
  HardSwish: elementwise<'HardSwish'>((emit, [x = -1], node) => {
    const { dtype } = outputOf(node)
    return emit.call('Mul', [x, clipped(emit, line(emit, x, dtype, 1 / 6, 0.5), dtype, 0, 1)])
  }),
  Tanh: calls<'Tanh'>('Tanh'),
  Softplus: calls<'Softplus'>('Softplus'),
  Erf: calls<'Erf'>('Erf'),
  /** X / 2 * erfc(-X / sqrt 2): 1 + erf would lose what is left of it far below zero. */
  Gelu: elementwise<'Gelu'>((emit, [x = -1], node) => {
    const { dtype } = outputOf(node)
    const times = (a: Slot, factor: number): Slot => emit.call('Mul', [a, emit.scalar(dtype, factor)])
    if (node.attributes.approximate === 'none') return emit.call('Mul', [times(x, 0.5), emit.call('Erfc', [times(x, -Math.SQRT1_2)])])
    const cube = emit.call('Mul', [emit.call('Square', [x]), x])
    const inner = times(emit.call('AddV2', [x, times(cube, 0.044715)]), Math.sqrt(2 / Math.PI))
    return emit.call('Mul', [times(x, 0.5), line(emit, emit.call('Tanh', [inner]), dtype, 1, 1)])
  }),
}
