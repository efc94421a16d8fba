// What an importer sees of one node of the file: its inputs as values, its attributes by name and type.
import { toNumbers } from '../../../tensor/tensor.ts'
import type { HostTensor, Shape } from '../../../tensor/tensor.ts'
import type { Flag } from '../../ops/spec.ts'
import type { Value } from '../../value.ts'
import { OnnxError } from '../errors.ts'
import type { OnnxNode } from '../model.ts'
import { constantOf } from './fold.ts'

/** A BatchNormalization of the file, for callers that train it. */
export interface BatchNormalizationNode {
  readonly x: Value
  readonly scale: Value
  readonly b: Value
  readonly mean: Value
  readonly variance: Value
  /** Names of the stored tensors: x, scale, B, mean, var. */
  readonly names: readonly string[]
  readonly epsilon: number
}

/** Operators whose meaning in training is the caller's choice. Left out: inference. */
export interface Hooks {
  readonly batchNormalization?: (node: BatchNormalizationNode) => Value
  /** @param ratio share of the elements that are dropped. */
  readonly dropout?: (x: Value, ratio: number) => Value
}

export interface Context {
  readonly opset: number
  readonly hooks: Hooks
  /** Set where the file declares a fixed batch and the input has another one. */
  readonly batch: { readonly declared: number; readonly actual: number } | null
  /** Shapes of values that are not computed: only `Shape` and `Size` ask for them. */
  readonly shapes: ReadonlyMap<string, Shape>
}

/** Turns one node of the file into values of the graph, one an output. */
export interface Importer {
  /** Every attribute that it understands: any other one is an error. */
  readonly attributes: readonly string[]
  readonly read: (node: NodeReader) => Value | readonly Value[]
}

export function row(read: Importer['read'], ...attributes: string[]): Importer {
  return { read, attributes }
}

export class NodeReader {
  readonly node: OnnxNode
  readonly context: Context
  /** Null where an optional input was left out. */
  readonly inputs: readonly (Value | null)[]

  constructor(node: OnnxNode, inputs: readonly (Value | null)[], context: Context) {
    this.node = node
    this.inputs = inputs
    this.context = context
  }

  get opset(): number {
    return this.context.opset
  }

  /** @throws OnnxError if the file leaves the input out. */
  input(position: number): Value {
    const value = this.inputs[position]
    if (!value) throw new OnnxError(`input ${position} is missing`)
    return value
  }

  optional(position: number): Value | null {
    return this.inputs[position] ?? null
  }

  /** All inputs, none left out. */
  all(): Value[] {
    return this.inputs.map((_, position) => this.input(position))
  }

  has(name: string): boolean {
    return name in this.node.attributes
  }

  number(name: string, fallback?: number): number {
    const value = this.node.attributes[name] ?? fallback
    if (typeof value !== 'number') throw this.#wrong(name, 'a number')
    return value
  }

  flag(name: string, fallback: Flag): Flag {
    return this.number(name, fallback) === 0 ? 0 : 1
  }

  /** A text out of a closed set. */
  choice<const T extends string>(name: string, choices: readonly T[], fallback?: NoInfer<T>): T {
    const value = this.node.attributes[name] ?? fallback
    const found = choices.find((choice) => choice === value)
    if (found === undefined) throw this.#wrong(name, choices.join(' or '))
    return found
  }

  numbers(name: string): readonly number[] | undefined {
    const value = this.node.attributes[name]
    if (value === undefined) return undefined
    if (!isNumbers(value)) throw this.#wrong(name, 'a list of numbers')
    return value
  }

  tensor(name: string): HostTensor | undefined {
    const value = this.node.attributes[name]
    if (value === undefined) return undefined
    if (typeof value !== 'object' || !('dtype' in value)) throw this.#wrong(name, 'a tensor')
    return value
  }

  /** Numbers of an input that must be known before running; undefined if it is left out. */
  constant(position: number): number[] | undefined {
    const value = this.optional(position)
    return value ? toNumbers(this.constantTensor(position)) : undefined
  }

  constantTensor(position: number): HostTensor {
    const tensor = constantOf(this.input(position))
    if (!tensor)
      throw new OnnxError(
        `input ${position} (${this.node.inputs[position]}) depends on the data; expected one that is known before running`,
      )
    return tensor
  }

  /** Numbers that ONNX has as an attribute in old opsets and as an input in new ones. */
  either(name: string, position: number): readonly number[] | undefined {
    return this.numbers(name) ?? this.constant(position)
  }

  /** Fails unless the attribute has its default. */
  require(name: string, value: number | string): void {
    const found = this.node.attributes[name] ?? value
    if (found !== value) throw this.#wrong(name, String(value))
  }

  #wrong(name: string, expected: string): OnnxError {
    const value = this.node.attributes[name]
    if (value === undefined) return new OnnxError(`attribute ${name}: expected ${expected}, found nothing`)
    const found = typeof value === 'object' && 'unsupported' in value ? value.unsupported : JSON.stringify(value)
    return new OnnxError(`attribute ${name}: expected ${expected}, found ${found}`)
  }
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number')
}
