// Element-by-element operators that ONNX Runtime does better in another form, or lacks for an element type.
import type { DType } from '../../../../core/tensor/tensor.ts'
import { float } from '../../../../core/graph/onnx/builder.ts'
import { onnxTypes } from '../../../../core/graph/onnx/builder.ts'
import type { OpType } from '../../../../core/graph/ops/index.ts'
import { microsoft } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

/** The same value under the same name. */
export const identity: Lowering<'Identity' | 'StopGradient'> = (node, emit) => emit.set(outputOf(node), emit.name(inputOf(node, 0)))

/** dY * [Y > 0]: the step is a hard sigmoid so steep that every normal positive number is on it (2-3 times faster than Where or Sign). */
export const reluGradient: Lowering<'ReluGradient'> = (node, emit) => {
  const [dy, y] = [inputOf(node, 0), inputOf(node, 1)]
  const positive =
    y.dtype === 'float32'
      ? emit.node('HardSigmoid', [emit.name(y)], { alpha: float(3e38), beta: float(0) })
      : emit.node('Cast', [emit.node('Greater', [emit.name(y), emit.scalar(y.dtype, 0)])], { to: onnxTypes[y.dtype] })
  emit.set(outputOf(node), emit.node('Mul', [emit.name(dy), positive]))
}

/** Gelu came to ONNX with opset 20; ONNX Runtime has its own. */
export const gelu: Lowering<'Gelu'> = (node, emit) => {
  const op = node.attributes.approximate === 'tanh' ? 'FastGelu' : 'Gelu'
  emit.set(outputOf(node), emit.node(op, [emit.name(inputOf(node, 0))], {}, microsoft))
}

export const relu: Lowering<'Relu'> = (node, emit) => {
  const x = inputOf(node, 0)
  const integer = x.dtype === 'int64' || x.dtype === 'uint8'
  emit.set(outputOf(node), integer ? emit.node('Max', [emit.name(x), emit.scalar(x.dtype, 0)]) : emit.node('Relu', [emit.name(x)]))
}

/** Computes an elementwise operator in a wider type where ONNX Runtime has no kernel for the narrow one.
 * @param from positions of the inputs to convert */
function widened<Op extends OpType>(narrow: DType, wide: DType, from: readonly number[]): Lowering<Op> {
  return (node, emit) => {
    const output = outputOf(node)
    const inputs = node.inputs.map((_, i) => {
      const name = emit.name(inputOf(node, i))
      return output.dtype === narrow && from.includes(i) ? emit.node('Cast', [name], { to: onnxTypes[wide] }) : name
    })
    const result = emit.node(node.op, inputs)
    emit.set(output, output.dtype === narrow ? emit.node('Cast', [result], { to: onnxTypes[narrow] }) : result)
  }
}

export const where: Lowering<'Where'> = widened('bool', 'uint8', [1, 2])
export const pow: Lowering<'Pow'> = widened('uint8', 'int32', [0, 1])
export const neg: Lowering<'Neg'> = widened('uint8', 'int32', [0])
