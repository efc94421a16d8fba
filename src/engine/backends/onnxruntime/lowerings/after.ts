// A value that is to be used only when others are there.
import { onnxTypes } from '../../../../core/graph/onnx/builder.ts'
import { sizeOf } from '../../../../core/tensor/tensor.ts'
import type { Value } from '../../../../core/graph/value.ts'
import { extentsOf, padded } from '../blocked.ts'
import type { Emitter } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

/**
 * ONNX has no such operator. Reshape passes its input on without a copy, and its target shape is data: here that shape plus a zero made of an element of
 * each other value. ONNX Runtime can neither tell that it is a constant nor take the result for the input itself.
 */
export const after: Lowering<'After'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const layout = emit.layoutOf(x)
  const { n, c, h, w } = extentsOf(x)
  const shape = { plain: x.shape, blocked: emit.block === null ? [] : [n, padded(emit, c), h, w], rows: [h * w, n * c] }[layout]
  const others = node.inputs.slice(1).flatMap((other) => (other && sizeOf(other.shape) > 0 ? [other] : []))
  const zeros = others.map((other) => emit.derived(other, 'zero', () => zeroOf(other, emit)))
  const target = zeros.reduce((sum, zero) => emit.node('Add', [sum, zero]), emit.ints(shape))
  emit.set(y, emit.node('Reshape', [emit.as(x, layout), target]), layout)
}

/** An int64 zero that is there when the value is. */
function zeroOf(value: Value, emit: Emitter): string {
  const elements = emit.node('Reshape', [emit.as(value, emit.layoutOf(value)), emit.ints([-1])])
  const element = emit.node('Gather', [elements, emit.ints([0])], { axis: 0 })
  return emit.node('Mul', [emit.node('Cast', [element], { to: onnxTypes.int64 }), emit.ints([0])])
}
