// Half-precision storage: what the backward pass reads of the forward pass waits for it in float16.
// Loss scaling (Micikevicius et al.: Mixed Precision Training, 2018) is for gradients too small for float16. Here gradients, weights, statistics and the
// optimiser's state stay float32, and all is computed in float32, so there is none.
import { applyAll } from '../graph/apply.ts'
import { after, cast } from '../graph/build.ts'
import { isLeaf, sourceOf, views } from '../graph/memory.ts'
import type { OpType } from '../graph/ops/index.ts'
import { resultsOf } from '../graph/program.ts'
import type { Program } from '../graph/program.ts'
import { onInputs, withResults } from '../graph/rewrite.ts'
import { topological } from '../graph/value.ts'
import type { Node, Value } from '../graph/value.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { Recall } from './differentiate.ts'

/** Elements from which on two bytes less for each are worth the conversions. */
const smallest = 2 ** 16

/** Their rules look for the inputs that an output is equal to: rounding would make ties, and a maximum of four numbers pass its gradient to the wrong one in
 * every thousandth window. */
const comparing: ReadonlySet<OpType> = new Set<OpType>(['MaxPool', 'GlobalMaxPool', 'ReduceMax', 'ReduceMin', 'Max', 'Min'])

/** For `differentiate`: rules read large float32 values rounded to float16 (11 bits; up to 65504, beyond which they are cut off, so that gradients stay finite).
 * Each use has a wide copy of its own, made when its gradient has arrived, so that in between there is the narrow one only, if the program then goes
 * through `narrowedEarly`.
 * @param feeds leaves that change from step to step; what does not depend on them (weights, and what is made of weights alone) is read as it is */
export function inHalf(loss: Value, feeds: Iterable<Value>): Recall {
  const [ofBatch, exact] = [new Set(feeds), new Set<Value | null>()]
  for (const { op, inputs, outputs } of topological([loss])) {
    if (inputs.some((x) => x && ofBatch.has(x))) for (const y of outputs) ofBatch.add(y)
    if (comparing.has(op)) for (const value of [...inputs, ...outputs]) exact.add(value && sourceOf(value))
  }
  const isStored = ({ dtype, shape }: Value, source: Value): boolean =>
    dtype === 'float32' && sizeOf(shape) >= smallest && ofBatch.has(source) && !isLeaf(source.node) && !exact.has(source)
  const narrowed = new Map<Value, Value>()
  const narrow = (value: Value): Value => {
    let half = narrowed.get(value)
    if (!half) narrowed.set(value, (half = cast(value, 'float16')))
    return half
  }
  const recall = (value: Value, arrived: readonly Value[]): Value => {
    const { op, inputs, attributes } = value.node
    const [source, ...others] = inputs
    if (!source || !views.has(op)) return cast(after(narrow(value), arrived), 'float32')
    return applyAll(op, [recall(source, arrived), ...others], attributes)[0]!
  }
  return (value, arrived) => (arrived.length > 0 && isStored(value, sourceOf(value)) ? recall(value, arrived) : value)
}

/** The same program: what else uses a value that is narrowed waits for the narrow copy. Otherwise that would be made when the backward pass asks for it, and
 * the wide one be kept until then. */
export function narrowedEarly(program: Program): Program {
  const results = resultsOf(program)
  const halves = new Map<Value, Value>()
  for (const { op, inputs, outputs } of topological(results))
    if (op === 'Cast' && outputs[0]?.dtype === 'float16' && inputs[0]) halves.set(inputs[0], outputs[0])

  const rewritten = new Map<Value, Value>()
  const waiting = new Map<Value, Value>()
  const renewed = (value: Value): Value => rewritten.get(value) ?? value
  const halfFor = (user: Node, value: Value): Value | null => {
    const half = halves.get(value)
    return half && half.node !== user ? half : null
  }
  const current = (user: Node, value: Value): Value => {
    const half = halfFor(user, value)
    if (!half) return renewed(value)
    let wide = waiting.get(value)
    if (!wide) waiting.set(value, (wide = after(renewed(value), [renewed(half)])))
    return wide
  }
  for (const node of topological(results, (user) => user.inputs.flatMap((x) => (x ? [halfFor(user, x), x] : [])))) {
    const inputs = node.inputs.map((x) => x && current(node, x))
    const outputs = onInputs(node, inputs)
    node.outputs.forEach((output, i) => rewritten.set(output, outputs[i]!))
  }
  return withResults(program, renewed)
}
