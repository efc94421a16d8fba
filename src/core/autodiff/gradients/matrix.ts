// Gradients of matrix products.
import { broadcastShapes, sizeOf } from '../../tensor/tensor.ts'
import { gemm, matMul, mul, reshape, transpose } from '../../graph/build.ts'
import type { matrix as family } from '../../graph/ops/matrix.ts'
import type { Flag } from '../../graph/ops/spec.ts'
import type { Value } from '../../graph/value.ts'
import type { GradientRules, Site } from '../rule.ts'
import { unbroadcast } from './broadcast.ts'

/** [..., M, N] -> [rows, N]. */
function rows(x: Value): Value {
  const columns = x.shape.at(-1) ?? 1
  return reshape(x, [sizeOf(x.shape.slice(0, -1)), columns])
}

/** [..., M, N] -> [..., N, M]. */
function transposed(x: Value): Value {
  const last = x.shape.length - 1
  return transpose(
    x,
    x.shape.map((_, axis) => (axis < last - 1 ? axis : 2 * last - 1 - axis)),
  )
}

/** Vectors are handled as one row (A) or one column (B). One matrix B for a whole batch needs two plain products, no batched ones. */
function matMulRule({ x: [a, b], dy }: Site<'MatMul'>): [Value, Value] {
  const left = a.shape.length === 1 ? reshape(a, [1, ...a.shape]) : a
  const right = b.shape.length === 1 ? reshape(b, [...b.shape, 1]) : b
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2))
  const g = reshape(dy, [...batch, left.shape.at(-2) ?? 1, right.shape.at(-1) ?? 1])
  const [da, db] =
    right.shape.length === 2
      ? [gemm(rows(g), right, null, { transB: 1 }), gemm(rows(left), rows(g), null, { transA: 1 })]
      : [unbroadcast(matMul(g, transposed(right)), left.shape), unbroadcast(matMul(transposed(left), g), right.shape)]
  return [reshape(da, a.shape), reshape(db, b.shape)]
}

function gemmRule({ x: [a, b], inputs: [, , c], dy, attributes: { alpha, beta, transA, transB } }: Site<'Gemm'>): (Value | null)[] {
  const flip = (flag: Flag): Flag => (flag ? 0 : 1)
  const da = transA ? gemm(b, dy, null, { alpha, transA: transB, transB: 1 }) : gemm(dy, b, null, { alpha, transB: flip(transB) })
  const db = transB ? gemm(dy, a, null, { alpha, transA: 1, transB: transA }) : gemm(a, dy, null, { alpha, transA: flip(transA) })
  const dc = c ? unbroadcast(dy, c.shape) : null
  return [da, db, dc && beta !== 1 ? mul(dc, beta) : dc]
}

export const matrix: GradientRules<keyof typeof family> = { MatMul: matMulRule, Gemm: gemmRule }
