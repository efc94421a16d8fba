// Reverse mode: walks the graph once from the loss back and returns new graph values. The rules are in gradients/.
import { add, full, scalarOf, reshape } from '../graph/build.ts'
import type { OpType } from '../graph/ops/index.ts'
import { describe, GraphError } from '../graph/ops/spec.ts'
import { topological } from '../graph/value.ts'
import type { Node, Value } from '../graph/value.ts'
import { isFloat, sameShape, sizeOf } from '../tensor/tensor.ts'
import { gradients } from './gradients/index.ts'
import { none } from './rule.ts'
import type { GradientRule, Site } from './rule.ts'

/** How the backward pass gets at a value of the forward pass.
 * @param arrived gradients that the rule that reads it has been given: nobody needs it before */
export type Recall = (value: Value, arrived: readonly Value[]) => Value

/** Gradients of a scalar with respect to real-valued leaves or intermediate values of its graph. Only what lies between the two is
 * visited: what comes before the first of `wrt` (a frozen prefix) or is reached through a StopGradient only costs nothing.
 * @param recall what rules read in place of forward values; these themselves if left out
 * @returns one value per `wrt`, of its shape; zeros where the scalar does not depend on it.
 * @throws GraphError if the loss is not a real scalar, if a variable is not real-valued, or where a rule cannot be offered. */
export function differentiate(loss: Value, wrt: readonly Value[], recall: Recall = (value) => value): Value[] {
  if (sizeOf(loss.shape) !== 1 || !isFloat(loss.dtype))
    throw new GraphError(`only a real scalar can be differentiated, found ${describe(loss)}`)
  const discrete = wrt.find((x) => !isFloat(x.dtype))
  if (discrete) throw new GraphError(`only real values can be differentiated for, found ${describe(discrete)} of ${discrete.node.op}`)

  const order = topological([loss])
  const active = influencedBy(wrt, order)
  const targets = new Set(wrt)
  const gradient = new Map<Value, Value>([[loss, reshape(scalarOf(loss.dtype, 1), loss.shape)]])
  for (const node of order.reverse()) {
    const needed = node.inputs.map((x) => x !== null && active.has(x))
    const dys = node.outputs.map((y) => gradient.get(y) ?? null)
    for (const y of node.outputs) if (!targets.has(y)) gradient.delete(y)
    if (!needed.includes(true) || dys.every((dy) => dy === null)) continue
    applyRule(node, dys, needed, recall).forEach((dx, i) => {
      const x = node.inputs[i]
      if (!dx || !x || !needed[i]) return
      const sum = gradient.get(x)
      gradient.set(x, sum ? add(sum, dx) : dx)
    })
  }
  return wrt.map((x) => gradient.get(x) ?? full(x.dtype, x.shape, 0))
}

/** The values that change smoothly with one of the sources, which are among them. */
function influencedBy(sources: readonly Value[], order: readonly Node[]): Set<Value> {
  const active = new Set(sources)
  for (const node of order)
    if (gradients[node.op] !== none && node.inputs.some((x) => x !== null && active.has(x)))
      for (const y of node.outputs) if (isFloat(y.dtype)) active.add(y)
  return active
}

function applyRule(node: Node, dys: readonly (Value | null)[], needed: readonly boolean[], recall: Recall): readonly (Value | null)[] {
  const { op, attributes } = node
  const arrived = dys.filter((dy) => dy !== null)
  const inputs = node.inputs.map((x) => x && recall(x, arrived))
  const outputs = node.outputs.map((y) => recall(y, arrived))
  const [y] = outputs
  if (!y) return []
  const dy = dys[0] ?? full(y.dtype, y.shape, 0)
  // A node has the inputs that its operator requires: see `Site.x`.
  const site: Site<OpType> = { x: inputs as unknown as Site<OpType>['x'], inputs, outputs, attributes, y, dy, dys, needed }
  const dxs = (gradients[op] as GradientRule<OpType>)(site)
  dxs.forEach((dx, i) => {
    const x = inputs[i]
    if (dx && x && needed[i] && !(sameShape(dx.shape, x.shape) && dx.dtype === x.dtype))
      throw new GraphError(`${op}: gradient of input ${i} is ${describe(dx)}, the input ${describe(x)}`)
  })
  return dxs
}
