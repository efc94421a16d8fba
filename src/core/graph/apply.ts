// Makes nodes: every node of every graph is checked and typed here.
import type { HostTensor, TensorType } from '../tensor/tensor.ts'
import { describe, GraphError } from './ops/spec.ts'
import type { OpSpec } from './ops/spec.ts'
import { ops } from './ops/index.ts'
import type { Attributes, OpType } from './ops/index.ts'
import type { Node, Value } from './value.ts'

/** Applies an operator: infers the output types and returns the new values, all outputs.
 * @throws GraphError naming the operator and its inputs. */
export function applyAll<Op extends OpType>(op: Op, inputs: readonly (Value | null)[], attributes: Attributes<Op>): readonly Value[] {
  const spec = ops[op] as unknown as OpSpec<Attributes<Op>>
  let types: readonly TensorType[]
  try {
    checkArity(spec.inputs, inputs)
    if (!spec.takesHalf) refuseHalf(inputs)
    types = spec.infer(inputs, attributes)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new GraphError(`${op}(${inputs.map(describe).join(', ')}): ${reason}`, { cause: error })
  }
  const outputs: Value[] = []
  const node: Node<Op> = { op, inputs, attributes, outputs }
  types.forEach(({ dtype, shape }, index) => outputs.push({ dtype, shape, index, node: node }))
  return outputs
}

/** Optional inputs may be null or left out at the end; all others must be there. */
function checkArity(names: readonly string[], inputs: readonly (Value | null)[]): void {
  const variadic = names.at(-1)?.endsWith('...') ?? false
  const fits = variadic ? inputs.length >= names.length : inputs.length <= names.length
  const complete = names.every((name, i) => name.endsWith('?') || inputs[i]) && (!variadic || !inputs.includes(null))
  if (!fits || !complete) throw new GraphError(`expected the inputs ${names.join(', ') || 'none'}, found ${inputs.length}`)
}

/** Values are stored in half precision, not computed with. */
function refuseHalf(inputs: readonly (Value | null)[]): void {
  const half = inputs.find((input) => input?.dtype === 'float16')
  if (half) throw new GraphError(`expected a type to compute with, found ${describe(half)}; a Cast makes float32 of it`)
}

/** Applies an operator and returns its first output. */
export function apply<Op extends OpType>(op: Op, inputs: readonly (Value | null)[], attributes: Attributes<Op>): Value {
  return applyAll(op, inputs, attributes)[0]!
}

/** A named leaf: fed at run time, or read from state. */
export function input(name: string, type: TensorType): Value {
  return apply('Input', [], { name, type: { dtype: type.dtype, shape: type.shape } })
}

export function constant(value: HostTensor): Value {
  return apply('Constant', [], { value })
}
