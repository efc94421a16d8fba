// A value that is to be used only when others are there.
import { onnxTypes } from '../../../../core/graph/onnx/builder.ts'
import { sizeOf } from '../../../../core/tensor/tensor.ts'
import { extentsOf, padded } from '../blocked.ts'
import type { Layout } from '../layout.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

/**
 * ONNX has no such operator. Reshape passes its input on without a copy, and its target shape is data: here that shape plus a zero made of an element of
 * each other value. ONNX Runtime can neither tell that it is a constant nor take the result for the input itself.
 */
export const after: Lowering<'After'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const layout = (['plain', 'blocked', 'rows'] as const satisfies readonly Layout[]).find((held) => emit.holds(x, held)) ?? 'plain'
  const { n, c, h, w } = extentsOf(x)
  const shape = { plain: x.shape, blocked: emit.block === null ? [] : [n, padded(emit, c), h, w], rows: [h * w, n * c] }[layout]
  const others = node.inputs.slice(1).flatMap((other) => (other && sizeOf(other.shape) > 0 ? [other] : []))
  const zeros = others.map((other) => {
    const own = (['plain', 'blocked', 'rows'] as const).find((held) => emit.holds(other, held)) ?? 'plain'
    const element = emit.node('Gather', [emit.node('Reshape', [emit.as(other, own), emit.ints([-1])]), emit.ints([0])], { axis: 0 })
    return emit.node('Mul', [emit.node('Cast', [element], { to: onnxTypes.int64 }), emit.ints([0])])
  })
  const target = zeros.reduce((sum, zero) => emit.node('Add', [sum, zero]), emit.ints(shape))
  emit.set(y, emit.node('Reshape', [emit.as(x, layout), target]), layout)
}
