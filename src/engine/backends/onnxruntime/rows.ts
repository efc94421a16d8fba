// Values as rows: [N, C, H, W] held as [H W, N C]. Sums over positions and products with filters are matrix products without any reordering.
import type { Value } from '../../../core/graph/value.ts'
import { sizeOf, tensor } from '../../../core/tensor/tensor.ts'
import { extentsOf } from './blocked.ts'
import type { Extents } from './blocked.ts'
import type { Emitter } from './emitter.ts'
import type { Matrix } from './lowerings/convolution/bilinear.ts'

export function plainToRows(emit: Emitter, name: string, { n, c, h, w }: Extents): string {
  return emit.reshape(emit.transpose(emit.reshape(name, [n, c, h * w]), [2, 0, 1]), [h * w, n * c])
}

export function rowsToPlain(emit: Emitter, name: string, { n, c, h, w }: Extents): string {
  return emit.reshape(emit.transpose(emit.reshape(name, [h * w, n, c]), [1, 2, 0]), [n, c, h, w])
}

/** [N, H, W, C] -> rows. */
export function channelsLastToRows(emit: Emitter, name: string, { n, c, h, w }: Extents): string {
  return emit.reshape(emit.transpose(emit.reshape(name, [n, h * w, c]), [1, 0, 2]), [h * w, n * c])
}

/** Rows -> [N, H, W, C]. */
export function rowsToChannelsLast(emit: Emitter, name: string, { n, c, h, w }: Extents): string {
  return emit.reshape(emit.transpose(emit.reshape(name, [h * w, n, c]), [1, 0, 2]), [n, h, w, c])
}

/** A vector [C] as [N C], so that it broadcasts to rows in long strides. */
export function perImage(emit: Emitter, vector: string, { n, c }: Extents): string {
  return n === 1 ? emit.reshape(vector, [c]) : emit.node('Tile', [vector, emit.ints([n])])
}

/** Sum over all positions and images, each times `weight`: rows -> [C]. */
export function channelSum(emit: Emitter, name: string, extents: Extents, weight = 1): string {
  const { n, c, h, w } = extents
  const weights = emit.uniform([1, sizeOf([h, w, n])], weight)
  return emit.reshape(emit.node('MatMul', [weights, asMatrix(emit, name, extents)]), [c])
}

/** Multiplies positions by a matrix along each axis: [h, w, width] -> [rows of `down`, rows of `across`, width].
 * Small maps take one product with the Kronecker product of both. */
export function mapPositions(emit: Emitter, name: string, width: number, down: Matrix, across: Matrix): string {
  const [h, w] = [down[0]?.length ?? 0, across[0]?.length ?? 0]
  const [a, b] = [down.length, across.length]
  const alongWidth = (x: string, rows: number): string =>
    isIdentity(across) ? x : emit.node('MatMul', [matrix(emit, across), emit.reshape(x, [rows, w, width])])
  const alongHeight = (x: string, columns: number): string =>
    isIdentity(down) ? x : emit.node('MatMul', [matrix(emit, down), emit.reshape(x, [h, columns * width])])
  // The axis that shrinks more goes first.
  if (a * w <= h * b) return alongWidth(alongHeight(name, w), a)
  return alongHeight(alongWidth(name, h), b)
}

function matrix(emit: Emitter, rows: Matrix): string {
  return emit.constant(tensor('float32', [rows.length, rows[0]?.length ?? 0], rows.flat()))
}

function isIdentity(rows: Matrix): boolean {
  return rows.every((row, i) => row.length === rows.length && row.every((value, j) => value === (i === j ? 1 : 0)))
}

/** Rows of every `strides`-th position. */
export function picked(emit: Emitter, name: string, x: Value, y: Value, [down = 1, across = 1]: readonly number[]): string {
  if (down === 1 && across === 1) return name
  const [{ w }, { h: oh, w: ow }] = [extentsOf(x), extentsOf(y)]
  const places = Array.from({ length: oh * ow }, (_, i) => Math.floor(i / ow) * down * w + (i % ow) * across)
  return emit.node('Gather', [name, emit.ints(places)], { axis: 0 })
}

/** Puts the rows of y at every `strides`-th position of x, zeros between. */
export function placed(emit: Emitter, name: string, y: Value, x: Value, [down = 1, across = 1]: readonly number[]): string {
  if (down === 1 && across === 1) return name
  const [{ h, w }, { n, c, h: oh, w: ow }] = [extentsOf(x), extentsOf({ shape: [...x.shape.slice(0, 2), ...y.shape.slice(2)] })]
  const apart = emit.reshape(name, [oh, 1, ow, 1, n * c])
  const spread = emit.node('Pad', [apart, emit.ints([0, 0, 0, 0, 0, 0, down - 1, 0, across - 1, 0])])
  if (oh * down === h && ow * across === w) return emit.reshape(spread, [h * w, n * c])
  const fitted = [emit.reshape(spread, [oh * down, ow * across, n * c]), emit.ints([0, 0, 0, h - oh * down, w - ow * across, 0])]
  return emit.reshape(emit.node('Pad', fitted), [h * w, n * c])
}

/** The matrix [H W N, C] of a value held as rows. */
export function asMatrix(emit: Emitter, name: string, { n, c, h, w }: Extents): string {
  return emit.reshape(name, [sizeOf([h, w, n]), c])
}
