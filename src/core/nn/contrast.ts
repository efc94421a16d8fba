// Contrast of queries with class-wise queues of keys: Pseudo Group Contrast (Self-Tuning, ICML 2021, section 3.2) and plain InfoNCE.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'

/** Unit-length rows and the queues they are compared with. */
export interface Contrast {
  /** Queries [N, D]. */
  q: Value
  /** The queries' own keys [N, D]. */
  k: Value
  /** Keys by class [C, K, D]. */
  queue: Value
  /** Temperature. */
  tau: number
}

interface LogProbabilities {
  /** log p of the own key [N, 1]. */
  own: Value
  /** log p of every queue key [N, C * K]. */
  queued: Value
}

/** Log-softmax over the own key and all queue keys: [q.k_0, q.queue] / tau. No gradient flows into keys. */
function logProbabilities({ q, k, queue, tau }: Contrast): LogProbabilities {
  const [classes, depth, width] = queue.shape as [number, number, number]
  const keys = g.stopGradient(g.reshape(queue, [classes * depth, width]))
  const own = g.reduceSum(g.mul(q, g.stopGradient(k)), [1], 1)
  const queued = g.gemm(q, keys, null, { transB: 1 })
  const logP = g.logSoftmax(g.div(g.concat([own, queued], 1), tau), 1)
  return { own: g.slice(logP, [0], [1], [1]), queued: g.slice(logP, [1], [1 + classes * depth], [1]) }
}

/** PGC: KL(uniform over the own key and the K keys of the (pseudo-)label's queue || softmax), batch mean.
 * @param labels int32 [N]: the positives of a query are its own key and queue[label]; all other keys are negatives. */
export function pseudoGroupContrast(contrast: Contrast, labels: Value): Value {
  const [classes, depth] = contrast.queue.shape as [number, number, number]
  const n = contrast.q.shape[0] as number
  const { own, queued } = logProbabilities(contrast)
  const perClass = g.reduceSum(g.reshape(queued, [n, classes, depth]), [2])
  const positives = g.mul(perClass, g.oneHot(labels, classes, 1, queued.dtype))
  const sum = g.add(g.reduceSum(own, [0, 1]), g.reduceSum(positives, [0, 1]))
  return g.sub(g.div(sum, -n * (depth + 1)), Math.log(depth + 1))
}

/** InfoNCE: the own key is the only positive, all queue keys are negatives; batch mean (ablation `cl`). */
export function infoNce(contrast: Contrast): Value {
  const n = contrast.q.shape[0] as number
  return g.div(g.reduceSum(logProbabilities(contrast).own, [0, 1]), -n)
}

/** Writes a batch of keys into the queues of their classes, oldest first, one sample after another.
 * @param queue [C, K, D]
 * @param pointer int32 [C]: next position to overwrite in each queue
 * @param keys [N, D]; labels int32 [N]
 * @returns queue and pointer after the batch. Where a class has more than K samples in the batch, the last K remain. */
export function enqueue(queue: Value, pointer: Value, keys: Value, labels: Value): { queue: Value; pointer: Value } {
  const [classes, depth, width] = queue.shape as [number, number, number]
  const n = keys.shape[0] as number
  const { dtype } = queue
  const member = g.oneHot(labels, classes, 1, dtype)
  const earlier = g.reduceSum(g.mul(g.matMul(strictlyLower(n, dtype), member), member), [1])
  const count = g.reduceSum(member, [0])
  const position = g.mod(g.add(g.gather(pointer, labels, 0), g.cast(earlier, 'int32')), depth)
  const slot = g.add(g.mul(labels, depth), position)
  const overwritten = g.sub(g.gather(count, labels, 0), earlier)
  const kept = g.cast(g.lessOrEqual(overwritten, depth), dtype)
  const slots = g.oneHot(slot, classes * depth, 1, dtype)
  const writes = g.transpose(g.mul(slots, g.reshape(kept, [n, 1])), [1, 0])
  const untouched = g.sub(1, g.reduceSum(writes, [1], 1))
  const flat = g.reshape(queue, [classes * depth, width])
  const next = g.add(g.mul(flat, untouched), g.matMul(writes, g.stopGradient(keys)))
  return {
    queue: g.reshape(next, [classes, depth, width]),
    pointer: g.mod(g.add(pointer, g.cast(count, 'int32')), depth),
  }
}

/** [n, n] with ones below the diagonal: times a one-hot matrix it counts the earlier samples of each class. */
function strictlyLower(n: number, dtype: Value['dtype']): Value {
  return g.constantOf(dtype, [n, n], (i) => (i % n < Math.floor(i / n) ? 1 : 0))
}
