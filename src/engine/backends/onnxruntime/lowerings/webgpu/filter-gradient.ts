// Filter gradients of ungrouped convolutions as matrix products for ONNX Runtime's WebGPU kernels (1.30): dW = sum of dY X'^T over images and places, X' the
// windows as columns. A workgroup there computes a tile of 32 x 32 by itself, however long the sum: it is cut into as many products as fill the device.
import type { Node, Value } from '../../../../../core/graph/value.ts'
import { sizeOf } from '../../../../../core/tensor/tensor.ts'
import type { Emitter } from '../../emitter.ts'
import { inputOf, outputOf } from '../../lowering.ts'

const tile = 32

/** Workgroups that fill a device. */
const enough = 512

/** Workgroups of the convolution of columns (see `swapped` of the usual lowering) that are not worth the memory of columns. */
const enoughSwapped = 256

/** Taps in a row of a filter that one Concat joins with eight buffers. */
const mostTaps = 7

/** The shortest sum that is cut no further. */
const shortest = 64

/** Whether a matrix product is the better way: windows of one element need no columns; others take kh kw times the memory. */
export function isProduct(node: Node<'ConvFilterGradient'>): boolean {
  const { filter_shape, group } = node.attributes
  const [outputs = 1, inputs = 1, ...kernel] = filter_shape
  if (group > 1 || kernel.length !== 2 || Math.max(...kernel) > mostTaps) return false
  return sizeOf(kernel) === 1 || inputs * Math.ceil(outputs / tile) <= enoughSwapped
}

export function productFilterGradient(node: Node<'ConvFilterGradient'>, emit: Emitter): void {
  const { filter_shape } = node.attributes
  const [x, dy] = [inputOf(node, 0), inputOf(node, 1)]
  const [n = 1, m = 1, ...places] = dy.shape
  const [taps, length] = [sizeOf(filter_shape.slice(1)), sizeOf(places)]
  const tiles = Math.ceil(m / tile) * Math.ceil(taps / tile)
  const pieces = cut(n, length, Math.ceil(enough / tiles))
  const product = emit.node('MatMul', [
    piecewise(emit, emit.name(dy), [n, m, length], pieces, false),
    piecewise(emit, columns(emit, x, dy, node.attributes), [n, taps, length], pieces, true),
  ])
  const sum = pieces === 1 ? product : emit.node('ReduceSum', [product, emit.ints([0])], { keepdims: 0 })
  emit.set(outputOf(node), emit.reshape(sum, filter_shape))
}

/** Into how many pieces of equal length n images of so many places are cut: a divisor of n, or n times one of the places. */
export function cut(n: number, places: number, wanted: number): number {
  const divisors = (of: number): number[] => Array.from({ length: of }, (_, i) => i + 1).filter((i) => of % i === 0)
  if (wanted <= n) return divisors(n).find((pieces) => pieces >= wanted) ?? n
  const most = Math.min(Math.ceil(wanted / n), places / shortest)
  return n * (divisors(places).findLast((pieces) => pieces <= most) ?? 1)
}

/** [N, rows, places] as [pieces, rows, places of a piece], or with the last two changed over. */
function piecewise(
  emit: Emitter,
  name: string,
  [n, rows, places]: readonly [number, number, number],
  pieces: number,
  changed: boolean,
): string {
  const long = (n * places) / pieces
  const [from, order]: [number[], number[]] =
    pieces < n
      ? [[pieces, n / pieces, rows, places], changed ? [0, 1, 3, 2] : [0, 2, 1, 3]]
      : [[n, rows, pieces / n, long], changed ? [0, 2, 3, 1] : [0, 2, 1, 3]]
  if (pieces === n && !changed) return emit.reshape(name, [n, rows, places])
  return emit.reshape(emit.transpose(emit.reshape(name, from), order), changed ? [pieces, long, rows] : [pieces, rows, long])
}

/** X [N, C, H, W] -> [N, C kh kw, places]: what each tap of the filter meets, first those of a column, then those of a row. */
function columns(
  emit: Emitter,
  x: Value,
  dy: Value,
  { strides, pads, dilations, filter_shape }: Node<'ConvFilterGradient'>['attributes'],
): string {
  const [n = 1, c = 1, ...inside] = x.shape
  const [begins, ends] = [pads.slice(0, 2), pads.slice(2)]
  let extents = inside.map((extent, axis) => extent + (begins[axis] ?? 0) + (ends[axis] ?? 0))
  let name = emit.name(x)
  if (pads.some((pad) => pad > 0)) name = emit.node('Pad', [name, emit.ints([0, 0, ...begins, 0, 0, ...ends])])
  // The axes before height and width; a new one for the taps comes behind them.
  let lead = [n, c]
  for (const axis of [0, 1]) {
    const [taps = 1, places = 1] = [filter_shape[axis + 2], dy.shape[axis + 2]]
    const [stride = 1, dilation = 1] = [strides[axis], dilations[axis]]
    const isWhole = taps === 1 && stride === 1 && places === extents[axis]
    extents = extents.with(axis, places)
    const met = Array.from({ length: taps }, (_, tap) => {
      const [begin, end] = [tap * dilation, tap * dilation + (places - 1) * stride + 1]
      const bounds = [begin, end, lead.length + axis, stride].map((bound) => emit.ints([bound]))
      return emit.reshape(isWhole ? name : emit.node('Slice', [name, ...bounds]), [...lead, 1, ...extents])
    })
    name = met.length === 1 ? (met[0] ?? name) : emit.node('Concat', met, { axis: lead.length })
    lead = [...lead, taps]
  }
  return emit.reshape(name, [n, sizeOf(lead.slice(1)), sizeOf(extents)])
}
