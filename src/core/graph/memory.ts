// How much memory a program takes while it runs, from its graph alone.
import { sizeOf } from '../tensor/tensor.ts'
import type { DType } from '../tensor/tensor.ts'
import type { OpType } from './ops/index.ts'
import { resultsOf } from './program.ts'
import type { Program } from './program.ts'
import { topological } from './value.ts'
import type { Node, Value } from './value.ts'

const widths: Readonly<Record<DType, number>> = { float64: 8, int64: 8, float32: 4, int32: 4, float16: 2, uint8: 1, bool: 1 }

/** Operators that hand their input on: no engine copies it. */
export const views: ReadonlySet<OpType> = new Set<OpType>([
  'Identity',
  'StopGradient',
  'After',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
])

/** Bytes of the values that are alive at once, at most, if nodes run in the order of `topological` and each value lives from its node to its last user.
 * Feeds and state are among them; what a kernel needs for itself is not. */
export function peakBytes(program: Program): number {
  const kept = new Set<Value>(resultsOf(program).map(sourceOf))
  const order = topological(resultsOf(program))
  const lastUse = new Map<Value, number>()
  for (const [at, node] of order.entries()) for (const value of node.inputs) if (value) lastUse.set(sourceOf(value), at)
  const ending = new Map<number, Value[]>()
  for (const [value, at] of lastUse) if (!kept.has(value)) ending.set(at, [...(ending.get(at) ?? []), value])
  // Leaves are there from the first node to the last.
  let live = order.filter(isLeaf).reduce((sum, { outputs }) => sum + outputs.reduce((all, value) => all + bytesOf(value), 0), 0)
  let peak = live
  for (const [at, node] of order.entries()) {
    if (isLeaf(node)) continue
    const made = node.outputs.filter((value) => sourceOf(value) === value && (lastUse.has(value) || kept.has(value)))
    for (const value of made) live += bytesOf(value)
    peak = Math.max(peak, live)
    for (const value of ending.get(at) ?? []) if (!isLeaf(value.node)) live -= bytesOf(value)
  }
  return peak
}

/** The value whose memory it is. */
export function sourceOf(value: Value): Value {
  let source = value
  for (let [first] = source.node.inputs; first && views.has(source.node.op); [first] = source.node.inputs) source = first
  return source
}

/** Whether it is fed, read from the state or constant, not computed. */
export function isLeaf({ inputs }: Node): boolean {
  return inputs.length === 0
}

function bytesOf({ shape, dtype }: Value): number {
  return sizeOf(shape) * widths[dtype]
}
