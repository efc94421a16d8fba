// Pooling, in the layout that the input has, and the gradient of average pooling.
import { sizeOf, tensor } from '../../../../core/tensor/tensor.ts'
import type { AveragePoolAttributes } from '../../../../core/graph/ops/pooling.ts'
import type { Shape } from '../../../../core/tensor/tensor.ts'
import type { Node } from '../../../../core/graph/value.ts'
import { extentsOf, nchwc } from '../blocked.ts'
import type { Emitter, OnnxAttributes } from '../emitter.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import { oneToOne } from './one-to-one.ts'
import { transposedPads } from './windows.ts'

export const maxPool: Lowering<'MaxPool'> = (node, emit) => {
  if (!blockedPool(node, { ...node.attributes }, emit)) oneToOne(node, emit)
}

export const globalAveragePool: Lowering<'GlobalAveragePool'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const { n, c, h, w } = extentsOf(x)
  if (emit.holds(x, 'rows')) {
    const shares = emit.uniform([1, h * w], 1 / (h * w))
    emit.set(y, emit.reshape(emit.node('MatMul', [shares, emit.as(x, 'rows')]), [n, c, 1, 1]))
  } else if (!blockedPool(node, {}, emit)) oneToOne(node, emit)
  // Of maps of one element, blocks without padding are the plain order.
  else if ((y.shape[1] ?? 0) % (emit.block ?? 1) === 0) emit.set(y, emit.as(y, 'blocked'), 'plain')
}

function blockedPool(node: Pick<Node, 'op' | 'inputs' | 'outputs'>, attributes: OnnxAttributes, emit: Emitter): boolean {
  const x = inputOf(node, 0)
  if (!emit.holds(x, 'blocked')) return false
  emit.set(outputOf(node), emit.node(node.op, [emit.as(x, 'blocked')], attributes, nchwc), 'blocked')
  return true
}

/** ONNX gives AveragePool its dilations with opset 19 only: before, it is a convolution with ones over the number of elements averaged. */
export const averagePool: Lowering<'AveragePool'> = (node, emit) => {
  const [x, y] = [inputOf(node, 0), outputOf(node)]
  const { dilations, ...attributes } = node.attributes
  if (dilations.every((dilation) => dilation === 1)) {
    if (!blockedPool(node, { ...attributes }, emit)) emit.set(y, emit.node('AveragePool', [emit.name(x)], { ...attributes }))
    return
  }
  const { kernel_shape, strides, pads, ceil_mode } = attributes
  const [n = 1, c = 1, ...spatial] = x.shape
  const outputs = y.shape.slice(2)
  // Where the last window hangs over (ceil_mode), the convolution needs that much more padding; ends of the input that no window reaches are left.
  const over = transposedPads(spatial, outputs, node.attributes).pads
  const reach = pads.map((pad, i) => (ceil_mode ? Math.max(pad, over[i] ?? 0) : pad))
  const ones = emit.constant(tensor(x.dtype, [1, 1, ...kernel_shape], new Array<number>(sizeOf(kernel_shape)).fill(1)))
  const sums = emit.node('Conv', [emit.reshape(emit.name(x), [n * c, 1, ...spatial]), ones], {
    kernel_shape,
    strides,
    pads: reach,
    dilations,
  })
  const shares = tensor(x.dtype, [1, 1, ...outputs], counts(spatial, outputs, node.attributes).map((count) => 1 / count)) // prettier-ignore
  emit.set(y, emit.reshape(emit.node('Mul', [sums, emit.constant(shares)]), y.shape))
}

/** dY over the number of elements averaged, spread by a transposed convolution with ones. */
export const averagePoolGradient: Lowering<'AveragePoolGradient'> = (node, emit) => {
  const dy = inputOf(node, 0)
  const { input_shape, ...attributes } = node.attributes
  const { kernel_shape, strides, dilations } = attributes
  const [n = 1, c = 1, ...spatial] = input_shape
  const outputs = dy.shape.slice(2)
  const shares = tensor(dy.dtype, [1, 1, ...outputs], counts(spatial, outputs, attributes).map((count) => 1 / count)) // prettier-ignore
  const share = emit.node('Mul', [emit.reshape(emit.name(dy), [n * c, 1, ...outputs]), emit.constant(shares)])
  const ones = emit.constant(tensor(dy.dtype, [1, 1, ...kernel_shape], new Array<number>(sizeOf(kernel_shape)).fill(1)))
  const place = transposedPads(spatial, outputs, attributes)
  const dx = emit.node('ConvTranspose', [share, ones], { kernel_shape, strides, dilations, ...place })
  emit.set(outputOf(node), emit.reshape(dx, input_shape))
}

/** Elements that each window averages over, row by row. */
function counts(spatial: Shape, outputs: Shape, attributes: AveragePoolAttributes): number[] {
  const { kernel_shape, strides, pads, dilations, count_include_pad } = attributes
  const rank = spatial.length
  const perAxis = spatial.map((extent, axis) => {
    const [stride = 1, dilation = 1, begin = 0, end = 0] = [strides[axis], dilations[axis], pads[axis], pads[axis + rank]]
    const [from, to] = count_include_pad ? [-begin, extent + end] : [0, extent]
    return Array.from({ length: outputs[axis] ?? 0 }, (_, o) => {
      const places = Array.from({ length: kernel_shape[axis] ?? 0 }, (_, k) => o * stride - begin + k * dilation)
      return places.filter((place) => place >= from && place < to).length
    })
  })
  return perAxis.reduce<number[]>((all, own) => all.flatMap((a) => own.map((b) => a * b)), [1])
}
