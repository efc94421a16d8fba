// Lowering of Conv, by layout and shape.
import type { ConvAttributes } from '../../../../../core/graph/ops/convolution.ts'
import type { Node, Value } from '../../../../../core/graph/value.ts'
import { blockedConv, depthwiseFilter, extentsOf, imageFilter, paddedVector, pointwiseFilter } from '../../blocked.ts'
import type { Emitter } from '../../emitter.ts'
import { isBlockable } from '../../layout.ts'
import { perImage } from '../../rows.ts'
import { inputOf, outputOf } from '../../lowering.ts'
import type { Lowering } from '../../lowering.ts'
import { oneToOne } from '../one-to-one.ts'
import { kindOf } from './kind.ts'
import { rowsForward, rowsPlan } from './rows.ts'

/** With a constant filter ONNX Runtime's optimiser does all that is done here, and more. */
export const conv: Lowering<'Conv'> = (node, emit) => {
  if (inputOf(node, 1).node.op === 'Constant' || !(onRows(node, emit) || blocked(node, emit))) oneToOne(node, emit)
}

function onRows(node: Node<'Conv'>, emit: Emitter): boolean {
  const [x, w, y] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  const plan = rowsPlan(emit, x, w.shape, y, node.attributes, x)
  if (!plan) return false
  const [, , b] = node.inputs
  const sum = rowsForward(emit, x, w, y, plan)
  emit.set(y, b ? emit.node('Add', [sum, perImage(emit, emit.name(b), extentsOf(y))]) : sum, 'rows')
  return true
}

function blocked(node: Node<'Conv'>, emit: Emitter): boolean {
  const [x, w, y] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)]
  const filter = isBlockable(y, emit) && blockedFilter(emit, x, w, node.attributes)
  if (!filter) return false
  const { group, ...attributes } = node.attributes
  const [, , b] = node.inputs
  const bias = b ? paddedVector(emit, emit.name(b), w.shape[0] ?? 0) : null
  // A group of its own for every channel, padding included.
  const groups = group > 1 ? Math.ceil(group / (emit.block ?? 1)) * (emit.block ?? 1) : 1
  const inputs = [emit.as(x, filter.layout), filter.name, bias] as const
  emit.set(y, blockedConv(emit, inputs, { ...attributes, kernel_shape: w.shape.slice(2), group: groups }), 'blocked')
  return true
}

/** The filter in blocks and the layout of X that goes with it; null where blocks do not pay. */
function blockedFilter(
  emit: Emitter,
  x: Value,
  w: Value,
  attributes: ConvAttributes,
): { readonly name: string; readonly layout: 'plain' | 'blocked' } | null {
  const [outputs = 1, inputs = 1, kh = 1, kw = 1] = w.shape
  switch (kindOf(x.shape, w.shape, attributes, emit.block)) {
    case 'depthwise':
      return { name: depthwiseFilter(emit, emit.name(w), outputs, [kh, kw]), layout: 'blocked' }
    case 'pointwise':
      if (!isBlockable(x, emit) || !(emit.preferred === 'blocked' || emit.holds(x, 'blocked'))) return null
      return { name: pointwiseFilter(emit, emit.name(w), outputs, inputs), layout: 'blocked' }
    case 'image':
      return emit.preferred !== 'plain' ? { name: imageFilter(emit, emit.name(w), [outputs, inputs, kh, kw]), layout: 'plain' } : null
    case 'other':
      return null
  }
}
