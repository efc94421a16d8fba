// Matrix products.
import { broadcastShapes, sameShape } from '../../tensor/tensor.ts'
import { describe, describeShape, expect, float, ofType, op, withShape } from './spec.ts'
import type { Flag } from './spec.ts'

export interface GemmAttributes {
  readonly alpha: number
  readonly beta: number
  readonly transA: Flag
  readonly transB: Flag
}

export const matrix = {
  /** ONNX MatMul: NumPy's matmul. [..., M, K] x [..., K, N] -> [..., M, N]; a vector operand counts as a row (left) or a column (right). */
  MatMul: op({
    inputs: ['A', 'B'],
    infer: ([a, b]) => {
      const left = float(a)
      const right = ofType(b, left.dtype)
      expect(left.shape.length > 0 && right.shape.length > 0, 'operands of rank >= 1', `${describe(left)} and ${describe(right)}`)
      const x = left.shape.length === 1 ? [1, ...left.shape] : left.shape
      const y = right.shape.length === 1 ? [...right.shape, 1] : right.shape
      const [m, k] = x.slice(-2)
      const [inner, n] = y.slice(-2)
      expect(k === inner, `${k} rows in B`, `${inner}`)
      const rows = left.shape.length === 1 ? [] : [m ?? 1]
      const columns = right.shape.length === 1 ? [] : [n ?? 1]
      return [withShape(left, [...broadcastShapes(x.slice(0, -2), y.slice(0, -2)), ...rows, ...columns])]
    },
  }),
  /** ONNX Gemm: alpha * A' B' + beta * C; A' [M, K], B' [K, N] after the transpositions, C broadcasts to [M, N]. */
  Gemm: op<GemmAttributes>({
    inputs: ['A', 'B', 'C?'],
    infer: ([a, b, c], { transA, transB }) => {
      const left = float(a)
      const right = ofType(b, left.dtype)
      expect(left.shape.length === 2 && right.shape.length === 2, 'two matrices', `${describe(left)} and ${describe(right)}`)
      const [m = 1, k] = transA ? left.shape.toReversed() : left.shape
      const [inner, n = 1] = transB ? right.shape.toReversed() : right.shape
      expect(k === inner, `inner extent ${k} in B`, `${inner}`)
      if (c) {
        const { shape } = ofType(c, left.dtype)
        expect(sameShape(broadcastShapes([m, n], shape), [m, n]), `C to broadcast to ${describeShape([m, n])}`, describeShape(shape))
      }
      return [withShape(left, [m, n])]
    },
  }),
}
