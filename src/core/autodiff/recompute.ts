// Rematerialisation: gradients that compute the forward values between chosen ones anew instead of keeping them.
// Chen, Xu, Zhang, Guestrin: Training Deep Nets with Sublinear Memory Cost, 2016.
import { onInputs } from '../graph/rewrite.ts'
import { after } from '../graph/build.ts'
import { GraphError } from '../graph/ops/spec.ts'
import { topological } from '../graph/value.ts'
import type { Node, Value } from '../graph/value.ts'
import { differentiate } from './differentiate.ts'
import type { Recall } from './differentiate.ts'

/** As `differentiate`, with equal numbers. Of what leads to the last of `kept`, only the kept values stay in memory for the backward pass: the
 * others are computed again from them, each stretch between two when its gradient has arrived and those of the weights behind are done.
 * @param kept values of the loss's graph, inputs before users; what lies before one reaches the loss through it only
 * @param recall as in `differentiate`, for the values that are not kept
 * @throws GraphError as `differentiate`, or where a kept value can be passed by */
export function differentiateRecomputing(
  loss: Value,
  wrt: readonly Value[],
  kept: readonly Value[],
  recall: Recall = (value) => value,
): Value[] {
  const isKept = new Set(kept)
  const all = differentiate(loss, [...wrt, ...kept], (value, arrived) => (isKept.has(value) ? value : recall(value, arrived)))
  const gradients = all.slice(0, wrt.length)
  const arrived = new Map(kept.map((value, i) => [value, all[wrt.length + i]!]))
  return new Recomputing(loss, wrt, gradients, arrived).gradients()
}

class Recomputing {
  readonly #gradients: readonly Value[]
  /** Kept values and the gradients that arrive at them. */
  readonly #arrived: ReadonlyMap<Value, Value>
  /** The kept value that each stretch of forward nodes ends in; null for what several stretches share. */
  readonly #stretch = new Map<Node, Value | null>()
  readonly #forward: ReadonlySet<Node>
  readonly #wrt: ReadonlySet<Value>
  /** What the gradient that arrives at a kept value waits for, by that gradient: gradients of the weights behind it. */
  readonly #waits = new Map<Value, Value[]>()
  readonly #renewed = new Map<Node, readonly Value[]>()
  readonly #entries = new Map<Value, Map<Value, Value>>()
  readonly #rewritten = new Map<Value, Value>()
  readonly #held = new Map<Value, Value>()

  constructor(loss: Value, wrt: readonly Value[], gradients: readonly Value[], arrived: ReadonlyMap<Value, Value>) {
    this.#gradients = gradients
    this.#arrived = arrived
    this.#wrt = new Set(wrt)
    const order = topological([loss])
    this.#forward = new Set(order)
    for (const end of arrived.keys()) this.#mark(end)
    this.#findWaits(wrt)
  }

  gradients(): Value[] {
    for (const node of this.#ordered()) {
      const inputs = node.inputs.map((input) => input && this.#current(input))
      const outputs = onInputs(node, inputs)
      node.outputs.forEach((output, i) => this.#rewritten.set(output, outputs[i]!))
    }
    return this.#gradients.map((value) => this.#rewritten.get(value) ?? value)
  }

  /** Nodes between a kept value and those before it. What two stretches share (weights that are transformed) belongs to none. */
  #mark(end: Value): void {
    const stack = [end.node]
    const seen = new Set<Node>()
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (seen.has(node) || node.inputs.length === 0) continue
      seen.add(node)
      this.#stretch.set(node, this.#stretch.has(node) ? null : end)
      for (const input of node.inputs) if (input && !this.#arrived.has(input)) stack.push(input.node)
    }
  }

  #findWaits(wrt: readonly Value[]): void {
    const starts = new Map<Value, Value[]>()
    const used = new Map<Value, Set<Value>>()
    for (const [node, end] of this.#stretch)
      for (const input of node.inputs) {
        if (!input || !end) continue
        if (this.#arrived.has(input)) starts.set(input, [...(starts.get(input) ?? []), end])
        if (this.#wrt.has(input)) used.set(end, (used.get(end) ?? new Set()).add(input))
      }
    const gradientOf = new Map(wrt.map((value, i) => [value, this.#gradients[i]!]))
    for (const [value, gradient] of this.#arrived) {
      const behind = new Set(starts.get(value)?.flatMap((end) => [...(used.get(end) ?? [])]))
      this.#waits.set(
        gradient,
        [...behind].flatMap((weight) => gradientOf.get(weight) ?? []),
      )
    }
  }

  /** The nodes of the backward pass, each behind all that it is to wait for. */
  #ordered(): Node[] {
    const order: Node[] = []
    const state = new Map<Node, 'open' | 'done'>()
    const stack = this.#gradients.map(({ node }) => node)
    while (stack.length > 0) {
      const node = stack.at(-1)!
      const known = state.get(node)
      if (known === undefined && !this.#forward.has(node)) {
        state.set(node, 'open')
        for (const next of this.#needs(node)) {
          if (state.get(next) === 'open') throw new GraphError(`${next.op} would wait for itself: a kept value can be passed by`)
          if (!state.has(next)) stack.push(next)
        }
        continue
      }
      stack.pop()
      if (known !== 'open') continue
      state.set(node, 'done')
      order.push(node)
    }
    return order
  }

  #needs(node: Node): Node[] {
    return node.inputs.flatMap((input) => {
      if (!input) return []
      const end = this.#arrived.has(input) ? null : this.#stretch.get(input.node)
      const arrives = end ? this.#arrived.get(end) : undefined
      return [input, ...(this.#waits.get(input) ?? []), ...(arrives ? [arrives] : [])].map((value) => value.node)
    })
  }

  /** What stands for a value in the backward pass. */
  #current(value: Value): Value {
    if (this.#forward.has(value.node)) return this.#arrived.has(value) ? value : this.#again(value)
    const waits = this.#waits.get(value)
    const rewritten = this.#rewritten.get(value) ?? value
    if (!waits || waits.length === 0) return rewritten
    let held = this.#held.get(value)
    if (!held)
      this.#held.set(
        value,
        (held = after(
          rewritten,
          waits.map((other) => this.#rewritten.get(other) ?? other),
        )),
      )
    return held
  }

  /** A forward value, computed anew. */
  #again(value: Value): Value {
    const end = this.#stretch.get(value.node)
    if (!end) return value
    for (const node of topologicalWithin(value.node, (other) => this.#stretch.get(other) === end && !this.#renewed.has(other))) {
      const inputs = node.inputs.map((input) => input && this.#enter(input, end))
      this.#renewed.set(node, onInputs(node, inputs))
    }
    return this.#renewed.get(value.node)?.[value.index] ?? value
  }

  /** An input of a stretch that is computed anew: what it begins with waits for the gradient at its end. */
  #enter(input: Value, end: Value): Value {
    const begins = this.#arrived.has(input) || (input.node.op === 'Input' && !this.#wrt.has(input))
    if (!begins) return this.#stretch.get(input.node) === end ? (this.#renewed.get(input.node)?.[input.index] ?? input) : input
    let entries = this.#entries.get(end)
    if (!entries) this.#entries.set(end, (entries = new Map<Value, Value>()))
    let entry = entries.get(input)
    if (!entry) entries.set(input, (entry = after(input, [this.#current(this.#arrived.get(end)!)])))
    return entry
  }
}

/** The node and those before it that are `within`, inputs first. */
function topologicalWithin(last: Node, within: (node: Node) => boolean): Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  const stack: { node: Node; next: number }[] = []
  const push = (node: Node): void => {
    if (seen.has(node) || !within(node)) return
    seen.add(node)
    stack.push({ node, next: 0 })
  }
  push(last)
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const input = top.node.inputs[top.next++]
    if (top.next > top.node.inputs.length) {
      order.push(top.node)
      stack.pop()
    } else if (input) push(input.node)
  }
  return order
}
