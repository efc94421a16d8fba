// Matrix products.
import type { OpType } from '../../graph/ops/index.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import type { HostTensor } from '../../tensor/tensor.ts'
import { numbers, store, zeros } from '../kernel.ts'
import type { Kernel, KernelContext, Numbers } from '../kernel.ts'
import { broadcastOffsets } from '../strided.ts'

interface Matrix {
  readonly data: Numbers
  readonly start: number
  /** Elements from one row to the next, and from one column to the next. */
  readonly strides: readonly [number, number]
}

/** out[start + i * n + j] += scale * sum over l of a[i, l] * b[l, j]. */
function multiply(a: Matrix, b: Matrix, [m, k, n]: readonly [number, number, number], out: Float64Array, start: number, scale = 1): void {
  const row = new Float64Array(n)
  for (let l = 0; l < k; l++) {
    for (let j = 0; j < n; j++) row[j] = b.data[b.start + l * b.strides[0] + j * b.strides[1]]!
    for (let i = 0; i < m; i++) {
      const factor = scale * a.data[a.start + i * a.strides[0] + l * a.strides[1]]!
      const to = start + i * n
      for (let j = 0; j < n; j++) out[to + j]! += factor * row[j]!
    }
  }
}

function matMul({ type }: KernelContext<'MatMul'>, a: HostTensor, b: HostTensor): HostTensor[] {
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape
  const [m = 1, k = 1] = left.slice(-2)
  const [n = 1] = right.slice(-1)
  const [x, y, out] = [numbers(a), numbers(b), zeros(type)]
  const batch = type.shape.slice(0, type.shape.length - (a.shape.length > 1 ? 1 : 0) - (b.shape.length > 1 ? 1 : 0))
  const i = broadcastOffsets(left.slice(0, -2), batch)
  const j = broadcastOffsets(right.slice(0, -2), batch)
  for (let item = 0; item < sizeOf(batch); item++) {
    const first: Matrix = { data: x, start: i[item]! * m * k, strides: [k, 1] }
    const second: Matrix = { data: y, start: j[item]! * k * n, strides: [n, 1] }
    multiply(first, second, [m, k, n], out, item * m * n)
  }
  return [store(type, out)]
}

function gemm({ type, attributes }: KernelContext<'Gemm'>, a: HostTensor, b: HostTensor, c?: HostTensor): HostTensor[] {
  const { alpha, beta, transA, transB } = attributes
  const [m = 0, n = 0] = type.shape
  const [rows = 0, columns = 0] = a.shape
  const k = transA ? rows : columns
  const out = zeros(type)
  if (c) {
    const [from, at] = [numbers(c), broadcastOffsets(c.shape, type.shape)]
    for (let i = 0; i < out.length; i++) out[i] = beta * from[at[i]!]!
  }
  const first: Matrix = { data: numbers(a), start: 0, strides: transA ? [1, m] : [k, 1] }
  const second: Matrix = { data: numbers(b), start: 0, strides: transB ? [1, k] : [n, 1] }
  multiply(first, second, [m, k, n], out, 0, alpha)
  return [store(type, out)]
}

export const matrix = { MatMul: matMul, Gemm: gemm } satisfies { [Op in OpType]?: Kernel<Op> }
