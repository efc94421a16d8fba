// ONNX Runtime's blocked operators (domain com.microsoft.nchwc), which its optimiser otherwise puts in by itself around constant weights only.
// They are ordinary operators: activations are [N, C/b, H, W, b] declared as [N, C, H, W] with C a multiple of b, filters come in blocks too.
import type { Value } from '../../../core/graph/value.ts'
import { tensor } from '../../../core/tensor/tensor.ts'
import type { Emitter, Fusion, OnnxAttributes } from './emitter.ts'
import { float } from '../../../core/graph/onnx/builder.ts'

export const nchwc = { domain: 'com.microsoft.nchwc' } as const

/** Extents of a value that can be blocked. */
export interface Extents {
  readonly n: number
  readonly c: number
  readonly h: number
  readonly w: number
}

export function extentsOf({ shape }: Pick<Value, 'shape'>): Extents {
  const [n = 1, c = 1, h = 1, w = 1] = shape
  return { n, c, h, w }
}

/** Channels with padding. */
export function padded(emit: Emitter, channels: number): number {
  const block = blockOf(emit)
  return Math.ceil(channels / block) * block
}

export function blockOf(emit: Emitter): number {
  if (emit.block === null) throw new Error('ONNX Runtime has no blocked operators on this machine')
  return emit.block
}

export function toBlocked(emit: Emitter, name: string): string {
  return emit.node('ReorderInput', [name], {}, nchwc)
}

export function toPlain(emit: Emitter, name: string, { c }: Extents): string {
  return emit.node('ReorderOutput', [name], { channels: c }, nchwc)
}

/** Blocked to [N, H, W, C], without the padding. */
export function toChannelsLast(emit: Emitter, name: string, { c }: Extents): string {
  return emit.node('ReorderOutput', [name], { channels: c, channels_last: 1 }, nchwc)
}

/** A vector [C] with zeros at the end up to the padded channels. */
export function paddedVector(emit: Emitter, name: string, channels: number): string {
  const rest = padded(emit, channels) - channels
  return rest === 0 ? name : emit.node('Concat', [name, emit.constant(tensor('float32', [rest]))], { axis: 0 })
}

/** Rows and columns of zeros up to [rows, columns]. */
function paddedMatrix(emit: Emitter, name: string, shape: readonly [number, number], rows: number, columns: number): string {
  const matrix = emit.reshape(name, shape)
  if (shape[0] === rows && shape[1] === columns) return matrix
  return emit.node('Pad', [matrix, emit.ints([0, 0, rows - shape[0], columns - shape[1]])])
}

/** A blocked convolution, with what is to be done in the same pass. */
export function blockedConv(
  emit: Emitter,
  [x, w, b]: readonly [string, string, (string | null)?],
  attributes: OnnxAttributes,
  { sum, activation }: Fusion = {},
): string {
  const last = activation && { activation: activation.name, activation_params: float(activation.parameters) }
  return emit.node('Conv', [x, w, b ?? null, sum ?? null], { ...attributes, ...last }, nchwc)
}

/** a * x + b per channel (vectors [C] or padded) in one pass: a depthwise 1x1 convolution. */
export function affine(emit: Emitter, x: string, channels: number, a: string, b: string | null, fusion: Fusion = {}): string {
  const c = padded(emit, channels)
  const w = emit.reshape(paddedVector(emit, a, channels), [c, 1, 1, 1])
  return blockedConv(emit, [x, w, b === null ? null : paddedVector(emit, b, channels)], { kernel_shape: [1, 1], group: c }, fusion)
}

/** Mean over H and W: blocked [N, C, H, W] -> [N, C padded], which in blocks is the plain order. */
export function spatialMean(emit: Emitter, x: string, { n, c }: Extents): string {
  return emit.reshape(emit.node('GlobalAveragePool', [x], {}, nchwc), [n, padded(emit, c)])
}

/** Sum over H and W of the product of two blocked values -> [N, C padded]: a depthwise convolution of each image with the other as filter. */
export function spatialDot(emit: Emitter, x: string, y: string, { n, c, h, w }: Extents): string {
  const channels = n * padded(emit, c)
  const images = emit.reshape(x, [1, channels, h, w])
  const filters = emit.reshape(y, [channels, 1, h, w])
  return emit.reshape(blockedConv(emit, [images, filters], { kernel_shape: [h, w], group: channels }), [n, padded(emit, c)])
}

/** Filter [O, I, 1, 1] for a blocked 1x1 convolution: [O/b, I/b, b (I), b (O)]. */
export function pointwiseFilter(emit: Emitter, w: string, outputs: number, inputs: number): string {
  const block = blockOf(emit)
  const [o, i] = [padded(emit, outputs), padded(emit, inputs)]
  const matrix = paddedMatrix(emit, w, [outputs, inputs], o, i)
  return emit.reshape(toBlocked(emit, emit.reshape(matrix, [o / block, block, i, 1])), [o, i, 1, 1])
}

/** The same filter for the input gradient: inputs and outputs change places. */
export function pointwiseGradientFilter(emit: Emitter, w: string, outputs: number, inputs: number): string {
  const [o, i] = [padded(emit, outputs), padded(emit, inputs)]
  const matrix = paddedMatrix(emit, w, [outputs, inputs], o, i)
  const rows = emit.node('ReorderInput', [emit.reshape(matrix, [1, o, 1, i])], { channels_last: 1 }, nchwc)
  return emit.reshape(rows, [i, o, 1, 1])
}

/** Filter [C, 1, kh, kw] for a blocked depthwise convolution: [C/b, 1, kh, kw, b]. `flip`: turned by 180 degrees, for the input gradient. */
export function depthwiseFilter(emit: Emitter, w: string, channels: number, [kh, kw]: readonly [number, number], flip = false): string {
  const taps = kh * kw
  let matrix = emit.reshape(w, [channels, taps])
  if (flip) matrix = emit.node('Gather', [matrix, emit.ints(Array.from({ length: taps }, (_, i) => taps - 1 - i))], { axis: 1 })
  return emit.reshape(toBlocked(emit, emit.reshape(matrix, [1, channels, kh, kw])), [padded(emit, channels), 1, kh, kw])
}

/** Filter [O, I, kh, kw] with fewer than b inputs, for a blocked convolution that reads plain images: [O/b, I, kh, kw, b]. */
export function imageFilter(emit: Emitter, w: string, shape: readonly [number, number, number, number]): string {
  const block = blockOf(emit)
  const [outputs, inputs, kh, kw] = shape
  const o = padded(emit, outputs)
  const matrix = paddedMatrix(emit, w, [outputs, inputs * kh * kw], o, inputs * kh * kw)
  return emit.reshape(toBlocked(emit, emit.reshape(matrix, [o / block, block, inputs * kh * kw, 1])), [o, inputs, kh, kw])
}
