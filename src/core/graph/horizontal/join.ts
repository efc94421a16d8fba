// Several vectors as one, and one as several, on devices that bind few buffers to a kernel.
import * as g from '../build.ts'
import type { Value } from '../value.ts'

/** Tensors that one Concat or Split joins: WebGPU binds eight buffers to a kernel where a device offers no more, and one is the whole. */
const joined = 7

/** @param vectors of rank 1 */
export function concatenated(vectors: readonly Value[]): Value {
  if (vectors.length <= joined) return g.concat(vectors, 0)
  const runs = Array.from({ length: Math.ceil(vectors.length / joined) }, (_, i) => vectors.slice(i * joined, (i + 1) * joined))
  return concatenated(runs.map((run) => g.concat(run, 0)))
}

/** The parts of a concatenation that come out of it by one Split, `position` among them.
 * @param sizes elements of all parts
 * @returns the parts, and the position of the first */
export function cut(whole: Value, sizes: readonly number[], position: number): { readonly from: number; readonly parts: readonly Value[] } {
  const from = position - (position % joined)
  const run = sizes.slice(from, from + joined)
  const begin = total(sizes.slice(0, from))
  const piece = g.slice(whole, [begin], [begin + total(run)])
  return { from, parts: run.length === 1 ? [piece] : g.split(piece, run, 0) }
}

const total = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0)
