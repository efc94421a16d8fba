// Reverse mode: walks the graph once from the loss back and returns new graph values. The rules are in gradients/.
import { apply, constant } from '../graph/apply.ts'
import type { Value } from '../graph/value.ts'
import { topological } from '../graph/value.ts'
import type { OpType } from '../graph/ops/index.ts'
import { isFloat, sameShape, sizeOf, tensor } from '../tensor/tensor.ts'
import { gradients } from './gradients/index.ts'
import type { GradientRule } from './rule.ts'

/** Gradients of a scalar with respect to `wrt` (any values of its graph). Only the part of the graph between the two is differentiated.
 * @param stop values that are treated as constants: no gradient flows through them.
 * @returns one value per `wrt`, of its shape; zeros where the scalar does not depend on it. */
export function differentiate(loss: Value, wrt: readonly Value[], stop: readonly Value[] = []): Value[] {
  if (sizeOf(loss.shape) !== 1) throw new Error(`only a scalar can be differentiated, found [${loss.shape.join(', ')}]`)
  const order = topological([loss])
  const targets = new Set(wrt)
  const blocked = new Set(stop)

  const active = new Set<Value>(wrt)
  for (const node of order) {
    if (!node.inputs.some((x) => x !== null && active.has(x))) continue
    for (const y of node.outputs) if (isFloat(y.dtype) && !blocked.has(y)) active.add(y)
  }

  const gradient = new Map<Value, Value>([[loss, filled(loss, 1)]])
  for (const node of order.reverse()) {
    const dy = node.outputs.map((y) => gradient.get(y) ?? null)
    if (dy.every((g) => g === null)) continue
    const needed = node.inputs.map((x) => x !== null && active.has(x))
    if (!needed.includes(true)) continue
    for (const y of node.outputs) if (!targets.has(y)) gradient.delete(y)
    const rule = gradients[node.op] as GradientRule<OpType>
    rule(node, dy, needed).forEach((dx, i) => {
      const x = node.inputs[i]
      if (!dx || !x || !needed[i]) return
      if (!sameShape(dx.shape, x.shape))
        throw new Error(`${node.op}: gradient of input ${i} is [${dx.shape.join()}], the input [${x.shape.join()}]`)
      const sum = gradient.get(x)
      gradient.set(x, sum ? apply('Add', [sum, dx], {}) : dx)
    })
  }
  return wrt.map((x) => gradient.get(x) ?? filled(x, 0))
}

function filled({ dtype, shape }: Value, value: number): Value {
  return constant(tensor(dtype, shape, new Array<number>(sizeOf(shape)).fill(value)))
}
