// Computes values of a graph, node after node, in plain TypeScript: for constant folding, tests and the reference engine.
import { describe } from '../graph/ops/spec.ts'
import type { OpType } from '../graph/ops/index.ts'
import { topological } from '../graph/value.ts'
import type { Node, Value } from '../graph/value.ts'
import { sameShape } from '../tensor/tensor.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import type { Kernel } from './kernel.ts'
import { kernels } from './kernels/index.ts'

/** Computes the values, in order.
 * @param feeds what the `Input` leaves hold, by name.
 * @returns tensors that may share memory with the feeds, with constants and with each other: to be read only.
 * @throws Error naming an input that has no value or one of another type, or the operator that failed. */
export function evaluate(values: readonly Value[], feeds: Readonly<Record<string, HostTensor>> = {}): HostTensor[] {
  const leaves = new Map<Value, HostTensor>()
  for (const { op, attributes, outputs } of topological(values)) {
    if (op !== 'Input') continue
    const { name } = attributes as Node<'Input'>['attributes']
    const [leaf] = outputs
    const fed = feeds[name]
    if (leaf && fed) leaves.set(leaf, checkFed(name, leaf, fed))
  }
  return evaluateFrom(values, leaves)
}

/** @throws Error naming the leaf if the tensor is not of its type and shape. */
export function checkFed(name: string, leaf: Value, fed: HostTensor | undefined): HostTensor {
  if (fed?.dtype === leaf.dtype && sameShape(fed.shape, leaf.shape)) return fed
  throw new Error(`${name}: expected ${describe(leaf)}, found ${describe(fed)}`)
}

/** Computes the values from what the `Input` leaves hold. */
export function evaluateFrom(values: readonly Value[], leaves: ReadonlyMap<Value, HostTensor>): HostTensor[] {
  const order = topological(values)
  const known = new Map(leaves)
  const uses = countUses(order, values)
  for (const node of order) {
    if (!node.outputs.every((output) => known.has(output))) {
      const results = evaluateNode(node, node.inputs.map((input) => (input ? known.get(input) : undefined))) // prettier-ignore
      results.forEach((result, i) => known.set(node.outputs[i]!, result))
    }
    for (const input of node.inputs) if (input) release(input, uses, known)
  }
  return values.map((value) => known.get(value)!)
}

/** Computes the outputs of one node. */
export function evaluateNode(node: Node, inputs: readonly (HostTensor | undefined)[]): readonly HostTensor[] {
  const [type] = node.outputs
  if (!type) return []
  const kernel = kernels[node.op] as Kernel<OpType>
  try {
    return kernel({ attributes: node.attributes, type }, ...(inputs as HostTensor[]))
  } catch (error) {
    throw new Error(`${node.op}(${node.inputs.map(describe).join(', ')}): ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** How often each value is read, by nodes or as a result. */
function countUses(order: readonly Node[], results: readonly Value[]): Map<Value, number> {
  const uses = new Map<Value, number>()
  for (const value of [...order.flatMap(({ inputs }) => inputs), ...results]) if (value) uses.set(value, (uses.get(value) ?? 0) + 1)
  return uses
}

/** Frees a value that nothing will read any more. */
function release(value: Value, uses: Map<Value, number>, known: Map<Value, HostTensor>): void {
  const left = (uses.get(value) ?? 0) - 1
  uses.set(value, left)
  if (left === 0) known.delete(value)
}
