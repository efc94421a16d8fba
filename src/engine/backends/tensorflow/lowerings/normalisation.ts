// Layer normalisation and softmax.
import type { Value } from '../../../../core/graph/value.ts'
import { flag } from '../attributes.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

const layerNormalization: Lowering<'LayerNormalization'> = (node, emit) => {
  const [x, scale, b] = [inputOf(node, 0), inputOf(node, 1), node.inputs[2]]
  const { axis, epsilon } = node.attributes
  const axes = emit.ints(x.shape.map((_, i) => i).slice(axis))
  const mean = (slot: number): number => emit.call('Mean', [slot, axes], { keep_dims: flag(true) })
  const centred = emit.call('Sub', [emit.name(x), mean(emit.name(x))])
  const variance = mean(emit.call('Square', [centred]))
  const inverse = emit.call('Rsqrt', [emit.call('AddV2', [variance, emit.scalar(x.dtype, epsilon)])])
  const scaled = emit.call('Mul', [emit.call('Mul', [centred, inverse]), emit.name(scale)])
  emit.set(outputOf(node), b ? emit.call('AddV2', [scaled, emit.name(b)]) : scaled)
}

/** TensorFlow's is along the last axis: any other goes there and back. */
function alongLast<Op extends 'Softmax' | 'LogSoftmax'>(op: Op): Lowering<Op> {
  return (node, emit) => {
    const x: Value = inputOf(node, 0)
    const { axis } = node.attributes as { axis: number }
    const last = x.shape.length - 1
    const perm = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i))
    emit.set(outputOf(node), emit.transpose(emit.call(op, [emit.transpose(emit.name(x), perm)]), perm))
  }
}

export const normalisation = {
  LayerNormalization: layerNormalization,
  Softmax: alongLast('Softmax'),
  LogSoftmax: alongLast('LogSoftmax'),
}
