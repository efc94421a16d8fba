// Operators that work element by element: each becomes TensorFlow's, in the layout that its inputs have.
import type { OpType } from '../../../../core/graph/ops/index.ts'
import type { Node, Value } from '../../../../core/graph/value.ts'
import { sameShape, sizeOf } from '../../../../core/tensor/tensor.ts'
import type { DType } from '../../../../core/tensor/tensor.ts'
import { type } from '../attributes.ts'
import type { Attributes } from '../attributes.ts'
import { dataTypes } from '../data-types.ts'
import type { Emitter } from '../emitter.ts'
import { hasLayouts } from '../layout.ts'
import type { Layout } from '../layout.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import type { Slot } from '../plan.ts'

type AnyNode = Pick<Node, 'op' | 'inputs' | 'outputs'>

/** What computes the result from the operands, which broadcast to each other. */
export type Compute<Op extends OpType> = (emit: Emitter, operands: readonly Slot[], node: Node<Op>) => Slot

/** The lowering of an operator that is computed element by element. */
export function elementwise<Op extends OpType>(compute: Compute<Op>): Lowering<Op> {
  return (node, emit) => {
    const layout = commonLayout(node, emit)
    const inputs = node.inputs.flatMap((value) => (value ? [operand(emit, value, outputOf(node), layout)] : []))
    emit.set(outputOf(node), compute(emit, inputs, node), layout)
  }
}

/** One call of an operator of TensorFlow's.
 * @param wider element types without a kernel, and the one to compute in instead */
export function calls<Op extends OpType>(
  op: string,
  { attributes = {}, wider = {} }: { attributes?: Attributes; wider?: { readonly [D in DType]?: DType } } = {},
): Lowering<Op> {
  return elementwise((emit, operands, node) => {
    const [own, result] = [node.inputs[0]?.dtype ?? 'float32', outputOf(node).dtype]
    const wide = wider[own]
    if (wide === undefined) return emit.call(op, operands, attributes)
    const found = emit.call(op, operands.map((slot) => cast(emit, slot, wide)), attributes) // prettier-ignore
    return result === 'bool' ? found : cast(emit, found, result)
  })
}

export function cast(emit: Emitter, slot: Slot, to: DType): Slot {
  return emit.call('Cast', [slot], { DstT: type(dataTypes[to]) })
}

/** The layout in which an operand of the output's shape is held, if the others are single elements or one a channel, or can be brought there too. */
export function commonLayout(node: AnyNode, emit: Emitter): Layout {
  const y = outputOf(node)
  if (!hasLayouts(y)) return 'plain'
  const operands = node.inputs.flatMap((x) => x ?? [])
  const whole = operands.filter((x) => sameShape(x.shape, y.shape))
  const others = operands.filter((x) => !sameShape(x.shape, y.shape))
  const held = (layout: Layout): boolean => whole.some((x) => emit.layoutOf(x) === layout)
  if (held('filter') && others.every((x) => sizeOf(x.shape) === 1)) return 'filter'
  return held('channels-last') && others.every((x) => isPerChannel(x, y)) ? 'channels-last' : 'plain'
}

/** True for what broadcasts to [N, C, spatial...] without a spatial extent of its own. */
function isPerChannel(x: Value, y: Value): boolean {
  const spatial = x.shape.slice(2 - y.shape.length)
  return sizeOf(x.shape) === 1 || (x.shape.length >= y.shape.length - 1 && spatial.every((extent) => extent === 1))
}

function operand(emit: Emitter, x: Value, y: Value, layout: Layout): Slot {
  if (layout === 'plain' || sameShape(x.shape, y.shape)) return emit.as(x, layout)
  if (x.shape.length === 0) return emit.name(x)
  if (sizeOf(x.shape) === 1) return emit.reshape(emit.name(x), [])
  const [channels = 1, images = 1] = x.shape.slice(0, 2 - y.shape.length).toReversed()
  const ones = y.shape.slice(2).map(() => 1)
  return emit.reshape(emit.name(x), [images, ...ones, channels])
}

/** The same value in the same slots. */
export const same: Lowering<'Identity' | 'StopGradient'> = (node, emit) => {
  const [x, y] = [node.inputs[0] as Value, outputOf(node)]
  const layout = emit.layoutOf(x)
  emit.set(y, emit.as(x, layout), layout)
}

/** The same elements in a slot of their own, so that what is computed from them again is not taken for what was computed before. Calls are made in the
 * order of the graph: the other inputs come first. */
export const after: Lowering<'After'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const layout = emit.layoutOf(x)
  emit.set(y, emit.own(emit.as(x, layout)), layout)
}
