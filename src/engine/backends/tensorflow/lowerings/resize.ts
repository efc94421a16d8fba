// Resize and its gradient, axis by axis: copies for nearest neighbours, a product with a constant matrix for filters.
import { resizeGradientPlan, resizePlan } from '../../../../core/graph/ops/resize-plan.ts'
import type { AxisStep, Extrapolation } from '../../../../core/graph/ops/resize-plan.ts'
import type { DType } from '../../../../core/tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import type { Slot } from '../plan.ts'
import { cast } from './elementwise.ts'

const resized: Lowering<'Resize'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const { dtype, steps, outside } = resizePlan(node.attributes, x)
  const begin = dtype === x.dtype ? emit.name(x) : cast(emit, emit.name(x), dtype)
  const slot = extrapolated(emit, along(emit, begin, steps), outside, dtype)
  emit.set(y, dtype === x.dtype ? slot : cast(emit, slot, x.dtype))
}

/** The transposed matrices. */
const resizeGradient: Lowering<'ResizeGradient'> = (node, emit) => {
  const dy = inputOf(node, 0)
  const { input_shape, ...attributes } = node.attributes
  const { dtype, steps, outside } = resizeGradientPlan(attributes, input_shape, dy)
  const begin = extrapolated(emit, emit.name(dy), outside, dtype)
  emit.set(outputOf(node), along(emit, begin, steps))
}

function along(emit: Emitter, x: Slot, steps: readonly AxisStep[]): Slot {
  return steps.reduce((slot, step) => {
    if (step.kind === 'copy') return emit.call('GatherV2', [slot, emit.ints(step.positions), emit.scalar('int32', step.axis)])
    return emit.reshape(emit.call('BatchMatMulV2', [emit.constant(step.matrix), emit.reshape(slot, step.flat)]), step.shape)
  }, x)
}

function extrapolated(emit: Emitter, x: Slot, { masks, value }: Extrapolation, dtype: DType): Slot {
  return masks.reduce((slot, mask) => emit.call('SelectV2', [emit.constant(mask), slot, emit.scalar(dtype, value)]), x)
}

export const resize = { Resize: resized, ResizeGradient: resizeGradient }
