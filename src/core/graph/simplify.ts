// Makes graphs smaller without changing what they compute: common subexpressions, constants, operators without effect.
import { evaluateNode } from '../reference/evaluate.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import { applyAll, constant } from './apply.ts'
import type { OpType } from './ops/index.ts'
import { resultsOf } from './program.ts'
import type { Program } from './program.ts'
import { onInputs, withResults } from './rewrite.ts'
import { attributesKey } from './simplify/key.ts'
import { rules } from './simplify/rules.ts'
import type { Make, Rule } from './simplify/rules.ts'
import { topological } from './value.ts'
import type { Node, Value } from './value.ts'

/** Constants are computed ahead only up to this many elements, and only if they do not grow beyond what they are made of (or `small`):
 * a graph must not become larger by folding. */
const foldable = { largest: 65_536, small: 1024 }

/** The same program with fewer nodes. Leaves stay the same values; unused ones stay, too. As a program is not differentiated any more,
 * StopGradient is removed. */
export function simplify(program: Program): Program {
  const simplifier = new Simplifier(resultsOf(program))
  return withResults(program, (value) => simplifier.current(value))
}

class Simplifier {
  readonly #replaced = new Map<Value, Value>()
  readonly #known = new Map<string, readonly Value[]>()
  readonly #ids = new Map<object, number>()

  constructor(values: readonly Value[]) {
    for (const node of topological(values)) {
      const results = this.#simplified(node, node.inputs.map((input) => input && this.current(input))) // prettier-ignore
      node.outputs.forEach((output, i) => this.#replaced.set(output, results[i] ?? output))
    }
  }

  /** Stands for a value. */
  current(value: Value): Value {
    return this.#replaced.get(value) ?? value
  }

  /** Stands for `node` with the given inputs. */
  #simplified(node: Node, inputs: readonly (Value | null)[]): readonly Value[] {
    if (node.op === 'Input') return node.outputs
    if (node.op === 'StopGradient' && inputs[0]) return [inputs[0]]
    const [type] = node.outputs
    const rule = rules[node.op] as Rule<OpType> | undefined
    const replacement = type && rule?.({ inputs: inputs as readonly Value[], attributes: node.attributes, type }, this.#make)
    if (replacement) return [replacement]
    return this.#constants(node, inputs) ?? this.#shared(node, inputs)
  }

  readonly #make: Make = (op, inputs, attributes) => {
    const [value] = applyAll(op, inputs, attributes)
    if (!value) throw new Error(`${op} has no outputs`)
    return this.#simplified(value.node, inputs)[0] ?? value
  }

  /** The outputs as constants, where the inputs are and the size allows it. */
  #constants(node: Node, inputs: readonly (Value | null)[]): readonly Value[] | null {
    if (inputs.length === 0) return null
    const tensors: (HostTensor | undefined)[] = []
    for (const input of inputs) {
      if (input && input.node.op !== 'Constant') return null
      tensors.push((input?.node as Node<'Constant'> | undefined)?.attributes.value)
    }
    const [before, after] = [elements(inputs), elements(node.outputs)]
    if (before > foldable.largest || after > Math.min(foldable.largest, Math.max(foldable.small, before))) return null
    return evaluateNode(node, tensors).flatMap((tensor) => this.#shared(constant(tensor).node, []))
  }

  /** The outputs of an equal node that is there already, or of this one. */
  #shared(node: Node, inputs: readonly (Value | null)[]): readonly Value[] {
    const key = `${node.op} ${inputs.map((input) => this.#id(input ?? this)).join()} ${attributesKey(node.attributes, (data) => this.#id(data))}`
    const known = this.#known.get(key)
    if (known) return known
    const outputs = onInputs(node, inputs)
    this.#known.set(key, outputs)
    return outputs
  }

  #id(object: object): number {
    const id = this.#ids.get(object) ?? this.#ids.size
    this.#ids.set(object, id)
    return id
  }
}

function elements(values: readonly (Value | null)[]): number {
  return values.reduce((sum, value) => sum + (value ? sizeOf(value.shape) : 0), 0)
}
