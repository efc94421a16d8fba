// Resize and its gradient, axis by axis: copies for nearest neighbours, a product with a constant matrix for filters.
import { onnxTypes } from '../../../../core/graph/onnx/builder.ts'
import { resizeGradientPlan, resizePlan } from '../../../../core/graph/ops/resize-plan.ts'
import type { AxisStep, Extrapolation } from '../../../../core/graph/ops/resize-plan.ts'
import type { DType } from '../../../../core/tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

export const resize: Lowering<'Resize'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const { dtype, steps, outside } = resizePlan(node.attributes, x)
  const begin = dtype === x.dtype ? emit.name(x) : emit.node('Cast', [emit.name(x)], { to: onnxTypes[dtype] })
  const name = extrapolated(emit, along(emit, begin, steps), outside, dtype)
  emit.set(y, dtype === x.dtype ? name : emit.node('Cast', [name], { to: onnxTypes[x.dtype] }))
}

/** The transposed matrices. */
export const resizeGradient: Lowering<'ResizeGradient'> = (node, emit) => {
  const dy = inputOf(node, 0)
  const { input_shape, ...attributes } = node.attributes
  const { dtype, steps, outside } = resizeGradientPlan(attributes, input_shape, dy)
  const begin = extrapolated(emit, emit.name(dy), outside, dtype)
  emit.set(outputOf(node), along(emit, begin, steps))
}

function along(emit: Emitter, x: string, steps: readonly AxisStep[]): string {
  return steps.reduce((name, step) => {
    if (step.kind === 'copy') return emit.node('Gather', [name, emit.ints(step.positions)], { axis: step.axis })
    return emit.reshape(emit.node('MatMul', [emit.constant(step.matrix), emit.reshape(name, step.flat)]), step.shape)
  }, x)
}

function extrapolated(emit: Emitter, x: string, { masks, value }: Extrapolation, dtype: DType): string {
  return masks.reduce((name, mask) => emit.node('Where', [emit.constant(mask), name, emit.scalar(dtype, value)]), x)
}
