// Pooling and its gradients.
import type { OpType } from '../../graph/ops/index.ts'
import type { PoolAttributes } from '../../graph/ops/pooling.ts'
import type { HostTensor, Shape, TensorType } from '../../tensor/tensor.ts'
import { numbers, store, zeros } from '../kernel.ts'
import type { Kernel, Numbers } from '../kernel.ts'
import { windowTable } from '../window-table.ts'
import type { WindowTable } from '../window-table.ts'
import { maximum, mean, reduced } from './reduction.ts'
import type { Fold } from './reduction.ts'

function poolTable(x: Shape, y: Shape, attributes: PoolAttributes): WindowTable {
  return windowTable(x.slice(2), attributes.kernel_shape, y.slice(2), attributes)
}

/** Position in its channel of the first maximum of window o in row order; NaN counts as the greatest. -1 if the window is all padding. */
function firstMaximum(x: Numbers, start: number, { size, kernel, windows, positions }: WindowTable, o: number): number {
  let best = -1
  for (let k = 0; k < kernel; k++) {
    const position = positions[k * windows + o]!
    if (position >= size) continue
    const value = x[start + position]!
    if (best < 0 || value > x[start + best]! || (Number.isNaN(value) && !Number.isNaN(x[start + best]))) best = position
  }
  return best
}

const maxPool: Kernel<'MaxPool'> = ({ type, attributes }, xTensor) => {
  const table = poolTable(xTensor.shape, type.shape, attributes)
  const [x, out] = [numbers(xTensor), zeros(type)]
  for (let i = 0; i < out.length; i++) {
    const start = Math.floor(i / table.windows) * table.size
    const best = firstMaximum(x, start, table, i % table.windows)
    out[i] = best < 0 ? -Infinity : x[start + best]!
  }
  return [store(type, out)]
}

const maxPoolGradient: Kernel<'MaxPoolGradient'> = ({ type, attributes }, xTensor, y, dyTensor) => {
  const table = poolTable(type.shape, y.shape, attributes)
  const [x, dy, out] = [numbers(xTensor), numbers(dyTensor), zeros(type)]
  for (let i = 0; i < dy.length; i++) {
    const start = Math.floor(i / table.windows) * table.size
    const best = firstMaximum(x, start, table, i % table.windows)
    if (best >= 0) out[start + best]! += dy[i]!
  }
  return [store(type, out)]
}

/** What each window's sum is divided by. */
function divisors({ size, kernel, windows, positions }: WindowTable, countPadding: boolean): Float64Array {
  const counts = new Float64Array(windows)
  const limit = countPadding ? size : size - 1
  for (let i = 0; i < kernel * windows; i++) if (positions[i]! <= limit) counts[i % windows]!++
  return counts
}

const averagePool: Kernel<'AveragePool'> = ({ type, attributes }, xTensor) => {
  const table = poolTable(xTensor.shape, type.shape, attributes)
  const counts = divisors(table, attributes.count_include_pad === 1)
  const [x, out] = [numbers(xTensor), zeros(type)]
  for (let i = 0; i < out.length; i++) {
    const [o, start] = [i % table.windows, Math.floor(i / table.windows) * table.size]
    for (let k = 0; k < table.kernel; k++) {
      const position = table.positions[k * table.windows + o]!
      if (position < table.size) out[i]! += x[start + position]!
    }
    out[i]! /= counts[o]!
  }
  return [store(type, out)]
}

const averagePoolGradient: Kernel<'AveragePoolGradient'> = ({ type, attributes }, dyTensor) => {
  const table = poolTable(type.shape, dyTensor.shape, attributes)
  const counts = divisors(table, attributes.count_include_pad === 1)
  const [dy, out] = [numbers(dyTensor), zeros(type)]
  for (let i = 0; i < dy.length; i++) {
    const [o, start] = [i % table.windows, Math.floor(i / table.windows) * table.size]
    for (let k = 0; k < table.kernel; k++) {
      const position = table.positions[k * table.windows + o]!
      if (position < table.size) out[start + position]! += dy[i]! / counts[o]!
    }
  }
  return [store(type, out)]
}

/** Folds each channel of [N, C, spatial...] to one number. */
function global(fold: Fold): (context: { type: TensorType }, x: HostTensor) => HostTensor[] {
  return ({ type }, x) => [reduced(x, x.shape.slice(2).map((_, axis) => axis + 2), type, fold)] // prettier-ignore
}

export const pooling = {
  MaxPool: maxPool,
  MaxPoolGradient: maxPoolGradient,
  AveragePool: averagePool,
  AveragePoolGradient: averagePoolGradient,
  GlobalAveragePool: global(mean),
  GlobalMaxPool: global(maximum),
} satisfies { [Op in OpType]?: Kernel<Op> }
