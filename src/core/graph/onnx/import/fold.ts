// Computes constant parts of the graph while a file is read: shape arithmetic above all.
import { evaluate } from '../../../reference/evaluate.ts'
import { isFloat, sizeOf } from '../../../tensor/tensor.ts'
import type { HostTensor } from '../../../tensor/tensor.ts'
import { constant } from '../../apply.ts'
import { describeShape } from '../../ops/spec.ts'
import { topological } from '../../value.ts'
import type { Value } from '../../value.ts'
import { OnnxError } from '../errors.ts'

/** Larger real tensors (transposed weights, say) are left to the engine, which folds them faster. */
const largestReal = 4096
/** Nothing larger is computed while a file is read: a few bytes of a file can ask for any size. */
export const largestFolded = 2 ** 24

/** The value's tensor if it does not depend on any input, else null.
 * @throws OnnxError if it or what it is made of is too large. */
export function constantOf(value: Value): HostTensor | null {
  const { op, attributes } = value.node
  if (op === 'Constant') return (attributes as { value: HostTensor }).value
  const nodes = topological([value])
  if (nodes.some((node) => node.op === 'Input')) return null
  for (const { op: made, outputs } of nodes) {
    const large = made === 'Constant' ? undefined : outputs.find(({ shape }) => sizeOf(shape) > largestFolded)
    if (large) throw new OnnxError(`a constant of shape ${describeShape(large.shape)} is too large to be computed on reading`)
  }
  return evaluate([value], {})[0] ?? null
}

/** The value as a constant where all that it is made of is constant, and small or not real. */
export function folded(value: Value): Value {
  const { op, inputs } = value.node
  if (op === 'Constant' || op === 'Input') return value
  const isSmall = ({ dtype, shape }: Value): boolean => sizeOf(shape) <= (isFloat(dtype) ? largestReal : largestFolded)
  if (![value, ...inputs].every((part) => part === null || (isSmall(part) && (part === value || part.node.op === 'Constant')))) return value
  const tensor = constantOf(value)
  return tensor ? constant(tensor) : value
}
