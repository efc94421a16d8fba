// Element-by-element operators that ONNX Runtime does better in another form, or lacks for an element type.
import type { DType } from '../../../../core/tensor/tensor.ts'
import { float } from '../../../../core/graph/onnx/builder.ts'
import { onnxTypes } from '../../../../core/graph/onnx/builder.ts'
import type { OpType } from '../../../../core/graph/ops/index.ts'
import type { Node } from '../../../../core/graph/value.ts'
import { largestHalf, sameShape, sizeOf } from '../../../../core/tensor/tensor.ts'
import { fitsHalf } from '../../half.ts'
import { microsoft } from '../emitter.ts'
import type { Emitter } from '../emitter.ts'
import { isBlockable } from '../layout.ts'
import type { Layout } from '../layout.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import { oneToOne } from './one-to-one.ts'

/** The same value under the same name, in the layout that it has. */
export const identity: Lowering<'Identity' | 'StopGradient'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const layout = emit.layoutOf(x)
  emit.set(y, emit.as(x, layout), layout)
}

/** To and from float16 in the layout of the input. What float16 cannot hold becomes its largest number; ONNX would make it infinite. */
export const cast: Lowering<'Cast'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  if (x.dtype !== 'float16' && y.dtype !== 'float16') return oneToOne(node, emit)
  const layout = emit.layoutOf(x)
  const name = emit.as(x, layout)
  const fits = y.dtype !== 'float16' || fitsHalf(x)
  emit.set(y, emit.node('Cast', [fits ? name : cutOff(name, emit)], { to: onnxTypes[y.dtype] }), layout)
}

function cutOff(name: string, emit: Emitter): string {
  return emit.node('Clip', [name, ...[-largestHalf, largestHalf].map((bound) => emit.scalar('float32', bound))])
}

/** Operators that work element by element, and make no NaN of the zeros with which blocks are padded: they take their inputs' layout. */
export function elementwise<Op extends OpType>(node: Node<Op>, emit: Emitter): void {
  const layout = commonLayout(node, emit)
  if (layout === 'plain' && isThin(node)) flat(node, emit)
  else oneToOne(node, emit, layout)
}

/** A tensor that ends in axes of extent 1 (a pointwise filter) with a single element: ONNX Runtime would broadcast element by element, 10 ns each. */
function isThin(node: Pick<Node, 'op' | 'inputs' | 'outputs'>): boolean {
  const { shape } = outputOf(node)
  const operands = node.inputs.flatMap((x) => x ?? [])
  const fit = operands.every((x) => sizeOf(x.shape) === 1 || sameShape(x.shape, shape))
  return operands.length === 2 && fit && shape.at(-1) === 1 && sizeOf(shape) > 1
}

/** The operator on vectors. */
function flat(node: Pick<Node, 'op' | 'inputs' | 'outputs'>, emit: Emitter): void {
  const y = outputOf(node)
  const inputs = node.inputs.flatMap((x) => x ?? []).map((x) => emit.reshape(emit.name(x), [sizeOf(x.shape)]))
  emit.set(y, emit.reshape(emit.node(node.op, inputs), y.shape))
}

/** The layout in which an input of the output's shape is held, if the others are single elements or can follow. */
export function commonLayout(node: Pick<Node, 'op' | 'inputs' | 'outputs'>, emit: Emitter): Layout {
  const y = outputOf(node)
  const whole = node.inputs.filter((x) => x !== null && sameShape(x.shape, y.shape))
  const others = node.inputs.filter((x) => x !== null && !sameShape(x.shape, y.shape))
  const follow = whole.every((x) => x?.dtype === 'float32') && others.every((x) => x && sizeOf(x.shape) === 1)
  if (!follow || y.shape.length !== 4) return 'plain'
  const held = (layout: Layout): boolean => whole.some((x) => x && emit.holds(x, layout))
  if (held('rows')) return 'rows'
  return held('blocked') && isBlockable(y, emit) ? 'blocked' : 'plain'
}

/** dY * [Y > 0]: the step is a hard sigmoid so steep that every normal positive number is on it (2-3 times faster than Where or Sign). */
export const reluGradient: Lowering<'ReluGradient'> = (node, emit) => {
  const [dy, y] = [inputOf(node, 0), inputOf(node, 1)]
  const layout = commonLayout(node, emit)
  const positive =
    y.dtype === 'float32'
      ? emit.node('HardSigmoid', [emit.as(y, layout)], { alpha: float(3e38), beta: float(0) })
      : emit.node('Cast', [emit.node('Greater', [emit.name(y), emit.scalar(y.dtype, 0)])], { to: onnxTypes[y.dtype] })
  emit.set(outputOf(node), emit.node('Mul', [emit.as(dy, layout), positive]), layout)
}

/** Gelu came to ONNX with opset 20; ONNX Runtime has its own. */
export const gelu: Lowering<'Gelu'> = (node, emit) => {
  const op = node.attributes.approximate === 'tanh' ? 'FastGelu' : 'Gelu'
  emit.set(outputOf(node), emit.node(op, [emit.name(inputOf(node, 0))], {}, microsoft))
}

/** In the pass that computes its input, where that was put off. */
export const relu: Lowering<'Relu'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const deferred = emit.fusable(x)
  if (deferred) emit.set(y, deferred.emit({ activation: { name: 'Relu', parameters: [] } }), deferred.layout)
  else if (x.dtype === 'int64' || x.dtype === 'uint8') emit.set(y, emit.node('Max', [emit.name(x), emit.scalar(x.dtype, 0)]))
  else elementwise(node, emit)
}

export const clip: Lowering<'Clip'> = (node, emit) => {
  const deferred = emit.fusable(inputOf(node, 0))
  const bounds = [node.attributes.min, node.attributes.max].map((bound) => Math.max(-3e38, Math.min(3e38, bound)))
  if (deferred) emit.set(outputOf(node), deferred.emit({ activation: { name: 'Clip', parameters: bounds } }), deferred.layout)
  else elementwise(node, emit)
}

/** Put off itself if one operand was: the sum can be part of that operand's pass. */
export const add: Lowering<'Add'> = (node, emit) => {
  const [a, b, y] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  for (const [own, other] of [
    [b, a],
    [a, b],
  ] as const) {
    // prettier-ignore
    const deferred = emit.fusable(own)
    if (!deferred?.takesSum || !sameShape(a.shape, b.shape)) continue
    const { layout } = deferred
    emit.defer(y, { layout, takesSum: false, emit: (fusion) => deferred.emit({ ...fusion, sum: emit.as(other, layout) }) })
    return
  }
  elementwise(node, emit)
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
