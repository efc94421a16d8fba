// The smallest singular values of a matrix, with operators that every engine has: products of small matrices instead of a decomposition.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { l2Normalise } from './layers.ts'

/** Powers of a matrix taken by squaring: the 2^24th tells eigenvalues apart that differ by 1e-6 of their sum; less than that float32 does not hold. */
const squarings = 24
/** Divisors of what may be zero. */
const tiny = 1e-30

/** Sum of the squares of the k smallest singular values (all of them if there are fewer): x [N, F] -> scalar.
 * Its gradient is 2 u u'x, summed over their left singular vectors u: with u held fixed, the square of a singular value is ||u'x||^2. */
export function smallestSingularSquares(x: Value, k: number): Value {
  const [rows, columns] = x.shape as [number, number]
  // As many rows as there are singular values: beyond those the product x x' has zeros of its own.
  const wide = rows <= columns ? x : g.transpose(x)
  const projected = g.matMul(smallestLeftVectors(g.stopGradient(wide), Math.min(k, rows, columns)), wide)
  return g.reduceSum(g.mul(projected, projected))
}

/** Left singular vectors of the k smallest singular values, as rows: x [N, F] -> [k, N]. Of equal ones, some of their span.
 * They are those of the largest eigenvalues of B = I - x x' / trace(x x'), which lie in [0, 1]: the power of B is the one eigenvector's
 * projection; then that one is taken out of B. */
function smallestLeftVectors(x: Value, k: number): Value {
  const n = x.shape[0] as number
  const identity = g.constantOf(x.dtype, [n, n], (i) => (i % (n + 1) === 0 ? 1 : 0))
  let b = g.sub(identity, g.div(g.gemm(x, x, null, { transB: 1 }), g.max(g.reduceSum(g.mul(x, x)), tiny)))
  const vectors: Value[] = []
  for (let i = 0; i < k; i++) {
    let power = b
    for (let squaring = 0; squaring < squarings; squaring++) power = traceNormalisedSquare(power)
    // Any row of the projection is the eigenvector, scaled by one of its elements: the largest.
    const largest = g.cast(g.argMax(g.reduceSum(g.mul(power, identity), [1]), 0), 'int32')
    const v = l2Normalise(g.gather(power, largest, 0))
    vectors.push(v)
    b = g.sub(b, g.matMul(g.transpose(v), g.matMul(v, b)))
  }
  return g.concat(vectors, 0)
}

/** a a / trace(a a) of a symmetric matrix. */
function traceNormalisedSquare(a: Value): Value {
  return g.div(g.matMul(a, a), g.max(g.reduceSum(g.mul(a, a)), tiny))
}
