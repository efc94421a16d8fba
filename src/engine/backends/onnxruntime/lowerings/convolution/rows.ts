// Convolution and its gradients on rows, as products of a fast bilinear algorithm: y = A ((B x) * (G w)) along both axes.
// With X~ = B X [P, tiles N, I] and U = G W [P, O, I], the forward pass is X~ U', the gradients are (A' dY) U and (A' dY)' X~.
import type { ConvAttributes } from '../../../../../core/graph/ops/convolution.ts'
import type { Value } from '../../../../../core/graph/value.ts'
import { tensor } from '../../../../../core/tensor/tensor.ts'
import type { Shape, TensorType } from '../../../../../core/tensor/tensor.ts'
import { extentsOf } from '../../blocked.ts'
import { microsoft } from '../../emitter.ts'
import type { Emitter } from '../../emitter.ts'
import { asMatrix, mapPositions, picked, placed } from '../../rows.ts'
import { bilinear, kronecker, transposed } from './bilinear.ts'
import type { Bilinear } from './bilinear.ts'

/** A convolution that runs on rows: the algorithms along H and W; null for the pointwise one, which is a plain matrix product. */
export interface RowsPlan {
  readonly axes: readonly [Bilinear, Bilinear] | null
  readonly strides: readonly number[]
}

/** Larger maps cost more in transformations (products with matrices of map by map) than the products save. */
const largestMap = 64
/** With fewer tiles in a batch, reading the transformed filters costs more than the products: they are 4 times the filter with tiles of 4x4 outputs,
 * 1.8 times with 2x2 (batch 16, 512 channels, 4x4 maps: 30 ms a convolution and its gradients against 25). */
const fewestTiles = 32
/** Fewer channels make the products too thin. */
const fewestChannels = 16

/** Whether a convolution X [N, I, H, W], W [O, I, kh, kw] -> Y runs on rows, and how.
 * @param follow the value whose layout a pointwise convolution takes over */
export function rowsPlan(
  emit: Emitter,
  x: TensorType,
  filter: Shape,
  y: TensorType,
  attributes: ConvAttributes,
  follow: Value,
): RowsPlan | null {
  const { strides, pads, dilations, group } = attributes
  const [outputs = 0, inputs = 0, ...kernel] = filter
  if (x.dtype !== 'float32' || x.shape.length !== 4 || group !== 1 || Math.min(outputs, inputs) < fewestChannels) return null
  if (kernel.every((k) => k === 1) && pads.every((pad) => pad === 0)) return emit.holds(follow, 'rows') ? { axes: null, strides } : null
  if (emit.preferred !== 'rows' || Math.max(...x.shape.slice(2)) > largestMap || dilations.some((dilation) => dilation !== 1)) return null
  const tiles = y.shape.slice(2).reduce((product, extent) => product * Math.ceil(extent / 4), y.shape[0] ?? 1)
  const [down, across] = kernel.map((k, axis) => {
    const window = {
      extent: x.shape[axis + 2] ?? 0,
      out: y.shape[axis + 2] ?? 0,
      kernel: k,
      stride: strides[axis] ?? 1,
      begin: pads[axis] ?? 0,
    }
    return bilinear(window, tiles < fewestTiles ? 2 : 4)
  })
  return down && across ? { axes: [down, across], strides } : null
}

/** -> y as rows. */
export function rowsForward(emit: Emitter, x: Value, w: Value, y: Value, { axes, strides }: RowsPlan): string {
  const [o = 0, i = 0] = w.shape
  if (!axes) {
    const rows = asMatrix(emit, picked(emit, emit.as(x, 'rows'), x, y, strides), extentsOf({ shape: x.shape.with(2, y.shape[2] ?? 0).with(3, y.shape[3] ?? 0) })) // prettier-ignore
    return flat(emit, emit.node('Gemm', [rows, emit.reshape(emit.name(w), [o, i])], { transB: 1 }), y)
  }
  const products = emit.node('FusedMatMul', [inputTiles(emit, x, axes), filterTiles(emit, w, axes)], { transB: 1 }, microsoft)
  return flat(emit, mapPositions(emit, products, extentsOf(y).n * o, axes[0].A, axes[1].A), y)
}

/** -> dX as rows. */
export function rowsInputGradient(emit: Emitter, dy: Value, w: Value, dx: Value, { axes, strides }: RowsPlan): string {
  const [o = 0, i = 0] = w.shape
  if (!axes) {
    const product = emit.node('Gemm', [asMatrix(emit, emit.as(dy, 'rows'), extentsOf(dy)), emit.reshape(emit.name(w), [o, i])])
    const { n, h, w: width } = extentsOf(dy)
    return placed(emit, emit.reshape(product, [h * width, n * i]), dy, dx, strides)
  }
  const products = emit.node('MatMul', [outputTiles(emit, dy, axes), filterTiles(emit, w, axes)])
  return flat(emit, mapPositions(emit, products, extentsOf(dx).n * i, transposed(axes[0].B), transposed(axes[1].B)), dx)
}

/** -> dW [O, I, kh, kw]. */
export function rowsFilterGradient(emit: Emitter, x: Value, dy: Value, filter: Shape, { axes, strides }: RowsPlan): string {
  const [o = 0, i = 0] = filter
  if (!axes) {
    const small = extentsOf({ shape: x.shape.with(2, dy.shape[2] ?? 0).with(3, dy.shape[3] ?? 0) })
    const inputs = asMatrix(emit, picked(emit, emit.as(x, 'rows'), x, dy, strides), small)
    const product = emit.node('Gemm', [asMatrix(emit, emit.as(dy, 'rows'), extentsOf(dy)), inputs], { transA: 1 })
    return emit.reshape(product, filter)
  }
  const [down, across] = axes
  const perTile = emit.node('FusedMatMul', [outputTiles(emit, dy, axes), inputTiles(emit, x, axes)], { transA: 1 }, microsoft)
  const products = down.T === 1 ? perTile : emit.node('ReduceSum', [perTile, emit.ints([1])], { keepdims: 0 })
  const tiles = emit.reshape(products, [down.P * across.P, o * i])
  return emit.reshape(emit.node('FusedMatMul', [tiles, filterMatrix(emit, axes)], { transA: 1 }, microsoft), filter)
}

type Axes = readonly [Bilinear, Bilinear]

/** B X as [P down, T down, P across, T across N, I]; shared by the forward pass and the filter gradient. */
function inputTiles(emit: Emitter, x: Value, axes: Axes): string {
  const { n, c } = extentsOf(x)
  return emit.derived(x, `tiles ${keyOf(axes)}`, () => {
    const mapped = mapPositions(emit, emit.as(x, 'rows'), n * c, axes[0].B, axes[1].B)
    return emit.reshape(mapped, tileShape(axes, n, c))
  })
}

/** A' dY in the same shape; shared by both gradients. */
function outputTiles(emit: Emitter, dy: Value, axes: Axes): string {
  const { n, c } = extentsOf(dy)
  return emit.derived(dy, `gradient tiles ${keyOf(axes)}`, () => {
    const mapped = mapPositions(emit, emit.as(dy, 'rows'), n * c, transposed(axes[0].A), transposed(axes[1].A))
    return emit.reshape(mapped, tileShape(axes, n, c))
  })
}

/** G W as [P down, 1, P across, O, I]; shared by the forward pass and the input gradient. */
function filterTiles(emit: Emitter, w: Value, axes: Axes): string {
  const [o = 0, i = 0, kh = 0, kw = 0] = w.shape
  return emit.derived(w, `tiles ${keyOf(axes)}`, () => {
    const taps = emit.reshape(emit.name(w), [o * i, kh * kw])
    const tiles = emit.node('FusedMatMul', [filterMatrix(emit, axes), taps], { transB: 1 }, microsoft)
    return emit.reshape(tiles, [axes[0].P, 1, axes[1].P, o, i])
  })
}

/** G along both axes: [P down * P across, taps]. */
function filterMatrix(emit: Emitter, [down, across]: Axes): string {
  const rows = kronecker(down.G, across.G)
  return emit.constant(tensor('float32', [rows.length, rows[0]?.length ?? 0], rows.flat()))
}

function tileShape([down, across]: Axes, n: number, channels: number): number[] {
  return [down.P, down.T, across.P, across.T * n, channels]
}

function keyOf(axes: Axes): string {
  return axes.map(({ P, T, B }) => `${P} ${T} ${B.join()}`).join(' x ')
}

function flat(emit: Emitter, name: string, { shape }: Value): string {
  const { n, c, h, w } = extentsOf({ shape })
  return emit.reshape(name, [h * w, n * c])
}
