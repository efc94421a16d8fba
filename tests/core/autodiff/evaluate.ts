// Evaluates graph values on the reference kernels.
import type { Value } from '../../../src/core/graph/value.ts'
import { evaluateFrom } from '../../../src/core/reference/evaluate.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'

/** The values where the leaves hold the tensors of `point`, in the same order. */
export function evaluateAt(values: readonly Value[], leaves: readonly Value[], point: readonly HostTensor[]): HostTensor[] {
  if (leaves.length !== point.length) throw new Error(`${leaves.length} leaves, ${point.length} tensors`)
  return evaluateFrom(values, new Map(leaves.map((leaf, i) => [leaf, point[i]!])))
}
