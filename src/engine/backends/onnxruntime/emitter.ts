// What lowerings write with: an ONNX model in the making, and the names under which it holds the graph's values.
import type { OnnxAttribute, OnnxBuilder } from '../../../core/graph/onnx/builder.ts'
import type { Value } from '../../../core/graph/value.ts'
import { tensor } from '../../../core/tensor/tensor.ts'
import type { DType, HostTensor, Shape } from '../../../core/tensor/tensor.ts'

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute | undefined>>

/** Operators of ONNX Runtime's own. */
export const microsoft = { domain: 'com.microsoft' } as const

export class Emitter {
  readonly #builder: OnnxBuilder
  readonly #names = new Map<Value, string>()
  readonly #constants = new Map<string, string>()

  constructor(builder: OnnxBuilder) {
    this.#builder = builder
  }

  /** The ONNX name of a value. */
  name(value: Value): string {
    const name = this.#names.get(value)
    if (name === undefined) throw new Error(`output ${value.index} of ${value.node.op} was not lowered before its use`)
    return name
  }

  /** Says which ONNX value holds a graph value. */
  set(value: Value, name: string): void {
    this.#names.set(value, name)
  }

  /** Adds a node; returns the name of its first output. */
  node(op: string, inputs: readonly (string | null)[], attributes: OnnxAttributes = {}, options: { domain?: string } = {}): string {
    return this.#builder.node(op, inputs, attributes, options)
  }

  /** As `node`, with the names of all `outputs`. */
  nodeAll(op: string, inputs: readonly (string | null)[], attributes: OnnxAttributes, outputs: number): readonly string[] {
    return this.#builder.nodeAll(op, inputs, attributes, { outputs })
  }

  /** Stores a constant; small ones of equal content once. */
  constant(value: HostTensor): string {
    if (value.data.length > 256) return this.#builder.initialiser(value)
    const key = `${value.dtype} ${value.shape.join()} ${value.data.join()}`
    let name = this.#constants.get(key)
    if (name === undefined) this.#constants.set(key, (name = this.#builder.initialiser(value)))
    return name
  }

  /** An int64 vector. */
  ints(values: readonly number[]): string {
    return this.constant(tensor('int64', [values.length], values))
  }

  scalar(dtype: DType, value: number): string {
    return this.constant(tensor(dtype, [], [value]))
  }

  reshape(name: string, shape: Shape): string {
    // An extent of 0 means 0, not "as the input has it".
    return this.node('Reshape', [name, this.ints(shape)], shape.includes(0) ? { allowzero: 1 } : {})
  }

  transpose(name: string, perm: readonly number[]): string {
    return perm.every((axis, i) => axis === i) ? name : this.node('Transpose', [name], { perm })
  }

  /** A tensor of equal elements, made at run time so that the model stays small. */
  filled(dtype: DType, shape: Shape, value: number): string {
    return this.node('ConstantOfShape', [this.ints(shape)], { value: tensor(dtype, [1], [value]) })
  }
}
