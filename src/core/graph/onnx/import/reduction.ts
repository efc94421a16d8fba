// Importers of reductions, ArgMax and TopK.
import { isFloat } from '../../../tensor/tensor.ts'
import * as g from '../../build.ts'
import type { Flag } from '../../ops/spec.ts'
import type { Value } from '../../value.ts'
import { OnnxError } from '../errors.ts'
import { largestFolded } from './fold.ts'
import { row } from './reader.ts'
import type { Importer, NodeReader } from './reader.ts'

type Reduction = (x: Value, axes: readonly number[] | undefined, keepdims: Flag) => Value

/** Axes are an attribute in old opsets, an input in new ones; none means all, or with `noop_with_empty_axes` none. */
function reduce(build: Reduction): Importer {
  const read = (n: NodeReader): Value => {
    const given = n.either('axes', 1)
    const axes = given && given.length > 0 ? given : n.flag('noop_with_empty_axes', 0) ? [] : undefined
    return build(n.input(0), axes, n.flag('keepdims', 1))
  }
  return row(read, 'axes', 'keepdims', 'noop_with_empty_axes')
}

/** log(sum(exp(X))), moved by the maximum so that nothing overflows. */
const logSumExp: Reduction = (x, axes, keepdims) => {
  const most = g.reduceMax(x, axes, 1)
  const sum = g.add(g.log(g.reduceSum(g.exp(g.sub(x, most)), axes, 1)), most)
  return keepdims ? sum : g.reduceSum(sum, axes, 0)
}

function argument(sign: (x: Value) => Value): Importer {
  const read = (n: NodeReader): Value => {
    const x = sign(n.input(0))
    const [axis, keepdims] = [n.number('axis', 0), n.flag('keepdims', 1)]
    if (!n.flag('select_last_index', 0)) return g.argMax(x, axis, keepdims)
    // The last of x is the first of x backwards.
    const extent = x.shape.at(axis) ?? 1
    return g.sub(extent - 1, g.argMax(g.slice(x, [extent - 1], [-extent - 1], [axis], [-1]), axis, keepdims))
  }
  return row(read, 'axis', 'keepdims', 'select_last_index')
}

function topK(n: NodeReader): readonly Value[] {
  const k = n.opset < 10 ? n.number('k') : n.constant(1)?.[0]
  if (k === undefined) throw new OnnxError('input 1 is missing')
  const { values, indices } = g.topK(n.input(0), k, n.number('axis', -1), n.flag('largest', 1), n.flag('sorted', 1))
  return [values, indices]
}

/** Running sums along an axis, as a product with a triangle of ones. */
function cumSum(n: NodeReader): Value {
  const x = n.input(0)
  const rank = x.shape.length
  const axis = ((n.constant(1)?.[0] ?? 0) + rank) % rank
  const extent = x.shape[axis] ?? 0
  if (extent ** 2 > largestFolded) throw new OnnxError(`running sums over ${extent} elements are too long`)
  const [exclusive, reverse] = [n.flag('exclusive', 0), n.flag('reverse', 0)]
  const counts = (from: number, to: number): boolean => (reverse ? from - to : to - from) >= exclusive
  const dtype = isFloat(x.dtype) ? x.dtype : 'float64'
  const triangle = g.constantOf(dtype, [extent, extent], (i) => (counts(Math.floor(i / extent), i % extent) ? 1 : 0))
  const swap = x.shape.map((_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i))
  return g.cast(g.transpose(g.matMul(g.transpose(g.cast(x, dtype), swap), triangle), swap), x.dtype)
}

export const reduction = {
  ReduceSum: reduce(g.reduceSum),
  ReduceMean: reduce(g.reduceMean),
  ReduceMax: reduce(g.reduceMax),
  ReduceMin: reduce(g.reduceMin),
  ReduceL1: reduce((x, axes, keepdims) => g.reduceSum(g.abs(x), axes, keepdims)),
  ReduceL2: reduce((x, axes, keepdims) => g.sqrt(g.reduceSum(g.mul(x, x), axes, keepdims))),
  ReduceSumSquare: reduce((x, axes, keepdims) => g.reduceSum(g.mul(x, x), axes, keepdims)),
  ReduceLogSum: reduce((x, axes, keepdims) => g.log(g.reduceSum(x, axes, keepdims))),
  ReduceLogSumExp: reduce(logSumExp),
  ArgMax: argument((x) => x),
  ArgMin: argument(g.neg),
  CumSum: row(cumSum, 'exclusive', 'reverse'),
  TopK: row(topK, 'k', 'axis', 'largest', 'sorted'),
}
