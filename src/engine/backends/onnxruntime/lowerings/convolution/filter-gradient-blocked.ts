// Filter gradients of the convolutions that run in blocks.
import type { Node } from '../../../../../core/graph/value.ts'
import { sizeOf, tensor } from '../../../../../core/tensor/tensor.ts'
import { blockedConv, blockOf, extentsOf, padded, toChannelsLast, toPlain } from '../../blocked.ts'
import type { Extents } from '../../blocked.ts'
import type { Emitter } from '../../emitter.ts'
import { inputOf, outputOf } from '../../lowering.ts'

type FilterGradient = Node<'ConvFilterGradient'>

/** Maps with fewer elements have too little to sum in one image: their images are multiplied together. */
const smallMap = 64

/** A depthwise convolution of every channel of every image with its dY as filter (strides become dilations), summed over the images. */
export function depthwiseFilterGradient(node: FilterGradient, emit: Emitter): void {
  const { strides, pads, dilations, filter_shape } = node.attributes
  const [x, dy] = [inputOf(node, 0), inputOf(node, 1)]
  const [{ n, c, h, w }, { h: oh, w: ow }] = [extentsOf(x), extentsOf(dy)]
  const kernel = filter_shape.slice(2)
  const channels = padded(emit, c)
  const outputs = [oh, ow]
  // Padding at the end with which as many windows fit as the filter has taps; more fit where the stride leaves a rest.
  const ends = [h, w].map((extent, axis) => {
    const reach = (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + (strides[axis] ?? 1) * ((outputs[axis] ?? 1) - 1) + 1
    return Math.max(0, reach - extent - (pads[axis] ?? 0))
  })
  const windows = [h, w].map((extent, axis) => {
    const room = extent + (pads[axis] ?? 0) + (ends[axis] ?? 0) - (strides[axis] ?? 1) * ((outputs[axis] ?? 1) - 1) - 1
    return Math.floor(room / (dilations[axis] ?? 1)) + 1
  })
  const images = emit.reshape(emit.as(x, 'blocked'), [1, n * channels, h, w])
  const filters = emit.reshape(emit.as(dy, 'blocked'), [n * channels, 1, oh, ow])
  const attributes = {
    kernel_shape: outputs,
    pads: [...pads.slice(0, 2), ...ends],
    strides: dilations,
    dilations: strides,
    group: n * channels,
  }
  const [kh = 1, kw = 1] = windows
  const products = blockedConv(emit, [images, filters], attributes)
  const sum = emit.reshape(overImages(emit, products, n, channels * kh * kw), [1, channels, kh, kw])
  const plain = toPlain(emit, sum, { n: 1, c, h: kh, w: kw })
  const fits = windows.every((extent, axis) => extent === kernel[axis])
  const cut = fits ? plain : emit.first(plain, kernel, [2, 3])
  emit.set(outputOf(node), emit.reshape(cut, filter_shape))
}

/** dY' X over all positions of all images. */
export function pointwiseFilterGradient(node: FilterGradient, emit: Emitter): void {
  const [x, dy] = [inputOf(node, 0), inputOf(node, 1)]
  const product = positionProduct(emit, [emit.as(dy, 'blocked'), extentsOf(dy)], [emit.as(x, 'blocked'), extentsOf(x)])
  emit.set(outputOf(node), emit.reshape(product, node.attributes.filter_shape))
}

/** Columns (the elements under each tap of the filter, as channels) by a convolution with unit filters, then as pointwise. */
export function imageFilterGradient(node: FilterGradient, emit: Emitter): void {
  const { strides, pads, dilations, filter_shape } = node.attributes
  const [x, dy] = [inputOf(node, 0), inputOf(node, 1)]
  const [, inputs = 1, kh = 1, kw = 1] = filter_shape
  const taps = inputs * kh * kw
  const block = blockOf(emit)
  const units = tensor('float32', [padded(emit, taps), inputs, kh, kw])
  for (let tap = 0; tap < taps; tap++) units.data[Math.floor(tap / block) * taps * block + tap * block + (tap % block)] = 1
  const attributes = { kernel_shape: [kh, kw], strides, pads, dilations }
  const columns = blockedConv(emit, [emit.name(x), emit.constant(units)], attributes)
  const product = positionProduct(emit, [emit.as(dy, 'blocked'), extentsOf(dy)], [columns, { ...extentsOf(dy), c: taps }])
  emit.set(outputOf(node), emit.reshape(product, filter_shape))
}

type Operand = readonly [name: string, extents: Extents]

/** Sum over images and positions of a b': blocked a [N, A, H, W] and b [N, B, H, W] -> [A, B]. */
function positionProduct(emit: Emitter, a: Operand, b: Operand): string {
  const [{ n, c, h, w }, { c: columns }] = [a[1], b[1]]
  const rows = sizeOf([n, h, w])
  if (h * w < smallMap) {
    const matrix = ([name, extents]: Operand): string => emit.reshape(toChannelsLast(emit, name, extents), [rows, extents.c])
    return emit.node('Gemm', [matrix(a), matrix(b)], { transA: 1 })
  }
  // The wider operand stays in blocks: [N, 1, narrow, H W] x [N, wide/b, H W, b], so that only the narrow one is reordered.
  const swap = columns <= c
  const [narrow, wide] = swap ? [b, a] : [a, b]
  const block = blockOf(emit)
  const blocks = padded(emit, wide[1].c) / block
  const left = emit.reshape(toPlain(emit, ...narrow), [n, 1, narrow[1].c, h * w])
  const products = emit.node('MatMul', [left, emit.reshape(wide[0], [n, blocks, h * w, block])])
  const sum = emit.reshape(overImages(emit, products, n, blocks * narrow[1].c * block), [blocks, narrow[1].c, block])
  const ordered = emit.transpose(sum, swap ? [0, 2, 1] : [1, 0, 2])
  const matrix = emit.reshape(ordered, swap ? [blocks * block, columns] : [c, blocks * block])
  if (blocks * block === wide[1].c) return matrix
  return emit.first(matrix, [wide[1].c], [swap ? 0 : 1])
}

/** Sum over the first axis of [n, size]: a product with ones, which ReduceSum is 5 times slower than on two threads. */
function overImages(emit: Emitter, name: string, n: number, size: number): string {
  return emit.node('MatMul', [emit.uniform([1, n], 1), emit.reshape(name, [n, size])])
}
