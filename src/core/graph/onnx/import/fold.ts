// Computes constant parts of the graph while a file is read: shape arithmetic above all.
import { evaluate } from '../../../reference/evaluate.ts'
import { isFloat, sizeOf } from '../../../tensor/tensor.ts'
import type { HostTensor } from '../../../tensor/tensor.ts'
import { constant } from '../../apply.ts'
import { topological } from '../../value.ts'
import type { Value } from '../../value.ts'

/** Larger real tensors (transposed weights, say) are left to the engine, which folds them faster. */
const largest = 4096

/** The value's tensor if it does not depend on any input, else null. */
export function constantOf(value: Value): HostTensor | null {
  const { op, attributes } = value.node
  if (op === 'Constant') return (attributes as { value: HostTensor }).value
  if (topological([value]).some((node) => node.op === 'Input')) return null
  return evaluate([value], {})[0] ?? null
}

/** The value as a constant where all that it is made of is constant, and small or not real. */
export function folded(value: Value): Value {
  const { op, inputs } = value.node
  if (op === 'Constant' || op === 'Input') return value
  const isSmall = ({ dtype, shape }: Value): boolean => !isFloat(dtype) || sizeOf(shape) <= largest
  if (![value, ...inputs].every((part) => part === null || (isSmall(part) && (part === value || part.node.op === 'Constant')))) return value
  const tensor = constantOf(value)
  return tensor ? constant(tensor) : value
}
