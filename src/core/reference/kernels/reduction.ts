// Reductions, ArgMax and TopK.
import type { OpType } from '../../graph/ops/index.ts'
import { reducedShape } from '../../graph/ops/reduction.ts'
import type { ReduceAttributes } from '../../graph/ops/reduction.ts'
import type { HostTensor, TensorType } from '../../tensor/tensor.ts'
import { numbers, store, zeros } from '../kernel.ts'
import type { Kernel } from '../kernel.ts'
import { around, broadcastOffsets } from '../strided.ts'

/** How elements become one: folded from `start`; `finish` sees the result and how many there were. */
export interface Fold {
  readonly start: number
  readonly fold: (a: number, b: number) => number
  readonly finish?: (result: number, count: number) => number
}

/** Folds over the axes; `type` is the result's. */
export function reduced(xTensor: HostTensor, axes: readonly number[], type: TensorType, { start, fold, finish }: Fold): HostTensor {
  const [x, out] = [numbers(xTensor), zeros(type).fill(start)]
  const target = broadcastOffsets(reducedShape(xTensor.shape, axes, 1), xTensor.shape)
  for (let i = 0; i < x.length; i++) out[target[i]!] = fold(out[target[i]!]!, x[i]!)
  const count = axes.reduce((product, axis) => product * (xTensor.shape[axis] ?? 1), 1)
  return store(type, finish ? out.map((value) => finish(value, count)) : out)
}

function reduce(fold: Fold): (context: { attributes: ReduceAttributes; type: TensorType }, x: HostTensor) => HostTensor[] {
  return ({ type, attributes: { axes } }, x) => [reduced(x, axes, type, fold)]
}

export const sum: Fold = { start: 0, fold: (a, b) => a + b }
export const mean: Fold = { ...sum, finish: (total, count) => total / count }
export const maximum: Fold = { start: -Infinity, fold: Math.max }
export const minimum: Fold = { start: Infinity, fold: Math.min }

const argMax: Kernel<'ArgMax'> = ({ type, attributes }, xTensor) => {
  const [x, out] = [numbers(xTensor), zeros(type)]
  const { extent, inner } = around(xTensor.shape, attributes.axis)
  for (let lane = 0; lane < out.length; lane++) {
    const start = Math.floor(lane / inner) * extent * inner + (lane % inner)
    let best = 0
    for (let i = 1; i < extent; i++) if (x[start + i * inner]! > x[start + best * inner]!) best = i
    out[lane] = best
  }
  return [store(type, out)]
}

const topK: Kernel<'TopK'> = ({ type, attributes: { k, axis, largest } }, xTensor) => {
  const x = numbers(xTensor)
  const [values, positions] = [zeros(type), zeros(type)]
  const { outer, extent, inner } = around(xTensor.shape, axis)
  for (let lane = 0; lane < outer * inner; lane++) {
    const [o, j] = [Math.floor(lane / inner), lane % inner]
    const at = (i: number): number => x[(o * extent + i) * inner + j]!
    const order = Array.from({ length: extent }, (_, i) => i)
    order.sort((a, b) => (largest ? at(b) - at(a) : at(a) - at(b)) || a - b)
    for (let i = 0; i < k; i++) {
      values[(o * k + i) * inner + j] = at(order[i]!)
      positions[(o * k + i) * inner + j] = order[i]!
    }
  }
  return [store(type, values), store({ dtype: 'int64', shape: type.shape }, positions)]
}

export const reduction = {
  ReduceSum: reduce(sum),
  ReduceMean: reduce(mean),
  ReduceMax: reduce(maximum),
  ReduceMin: reduce(minimum),
  ArgMax: argMax,
  TopK: topK,
} satisfies { [Op in OpType]?: Kernel<Op> }
