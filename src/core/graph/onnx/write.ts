// Writes a graph as an ONNX file.
import { tensor } from '../../tensor/tensor.ts'
import type { HostTensor } from '../../tensor/tensor.ts'
import type { Attributes } from '../ops/index.ts'
import { describeShape } from '../ops/spec.ts'
import { topological } from '../value.ts'
import type { Node, Value } from '../value.ts'
import { OnnxBuilder } from './builder.ts'
import type { OnnxShape, OnnxValueType } from './builder.ts'
import { OnnxError } from './errors.ts'
import { writeOperator } from './write-operator.ts'
import type { Emitter } from './write-operator.ts'

/** The batch of a graph that is to be written for any batch: a prime, so that hardly any other extent is a multiple of it. */
export const symbolicBatch = 1009

export interface WriteOptions {
  readonly inputs: Readonly<Record<string, Value>>
  readonly outputs: Readonly<Record<string, Value>>
  /** Name of the graph. */
  readonly name?: string
  readonly metadata?: Readonly<Record<string, string>>
  /** Names of stored tensors; made up where left out. */
  readonly constantNames?: ReadonlyMap<Value, string>
  /** Name of the batch axis (`N`): the graph was built with `symbolicBatch` images, and the file takes any number. Left out: extents are fixed. */
  readonly batch?: string
  /** Operator set: 17 if left out. */
  readonly opset?: 17 | 18
  /** Writes what comes before the graph and returns the names of the values that stand for its inputs; it declares the file's own inputs. */
  readonly prelude?: (builder: OnnxBuilder) => Readonly<Record<string, string>>
}

/** The model file's bytes. Equal graphs give equal bytes.
 * @throws OnnxError naming the operator that cannot be written, or the input that is not declared. */
export function writeOnnx(options: WriteOptions): Uint8Array<ArrayBuffer> {
  const builder = new OnnxBuilder({ name: options.name ?? 'model', opset: options.opset ?? 17, metadata: options.metadata ?? {} })
  return new GraphWriter(builder, options).write()
}

class GraphWriter {
  readonly #builder: OnnxBuilder
  readonly #options: WriteOptions
  readonly #names = new Map<Value, string>()
  readonly #reserved: Set<string>
  readonly #equal = new Map<string, string>()
  #counter = 0
  #batch: string | null = null

  constructor(builder: OnnxBuilder, options: WriteOptions) {
    this.#builder = builder
    this.#options = options
    this.#reserved = new Set([...Object.keys(options.inputs), ...Object.keys(options.outputs), ...(options.constantNames?.values() ?? [])])
  }

  write(): Uint8Array<ArrayBuffer> {
    const { inputs, outputs, prelude } = this.#options
    const prepared = prelude?.(this.#builder) ?? {}
    for (const [name, value] of Object.entries(inputs))
      this.#names.set(value, prepared[name] ?? this.#builder.input(name, this.#type(value)))
    const wanted = new Map(Object.entries(outputs).map(([name, value]) => [value, name]))
    for (const node of topological(Object.values(outputs))) this.#write(node, wanted)
    for (const [name, value] of Object.entries(outputs)) {
      const own = this.#nameOf(value)
      if (own !== name) this.#builder.node('Identity', [own], {}, { outputs: [name] })
      this.#builder.output(name, this.#type(value))
    }
    return this.#builder.serialise()
  }

  #write(node: Node, wanted: ReadonlyMap<Value, string>): void {
    const [first] = node.outputs
    if (!first || this.#names.has(first)) return
    if (node.op === 'Input')
      throw new OnnxError(`the graph reads ${(node.attributes as Attributes<'Input'>).name}, which is not among the inputs of the file`)
    if (node.op === 'Constant') {
      this.#names.set(first, this.#stored(first, (node.attributes as Attributes<'Constant'>).value))
      return
    }
    const names = node.outputs.map((value) => wanted.get(value) ?? this.#fresh(node.op))
    const emit: Emitter = {
      opset: this.#options.opset ?? 17,
      node: (op, inputs, attributes = {}) => {
        for (const [name, value] of Object.entries(attributes))
          if (Array.isArray(value)) this.#refuseBatch(value as number[], `attribute ${name}`)
        this.#builder.nodeAll(op, inputs, attributes, { outputs: names })
        node.outputs.forEach((value, index) => this.#names.set(value, names[index] ?? ''))
      },
      inner: (op, inputs, attributes) => this.#builder.node(op, inputs, attributes, { outputs: [this.#fresh(op)] }),
      alias: (input) => this.#names.set(first, input),
      constant: (value) => this.#constant(value),
      integers: (values) => this.#integers(values, node),
    }
    try {
      writeOperator(emit, node, node.inputs.map((value) => value && this.#nameOf(value))) // prettier-ignore
    } catch (error) {
      throw new OnnxError(error instanceof Error ? error.message : String(error), { cause: error })
    }
  }

  #nameOf(value: Value): string {
    const name = this.#names.get(value)
    if (name === undefined) throw new OnnxError(`a result of ${value.node.op} was not written`)
    return name
  }

  #fresh(prefix: string): string {
    let name: string
    do name = `${prefix}_${this.#counter++}`
    while (this.#reserved.has(name) || this.#builder.has(name))
    return name
  }

  /** A constant of the graph. One that repeats itself along the batch is stored once and expanded. */
  #stored(value: Value, tensor: HostTensor): string {
    const given = this.#options.constantNames?.get(value)
    const { dtype, shape, data } = tensor
    if (given !== undefined || !shape.some((extent) => this.#isBatch(extent)))
      return this.#builder.initialiser(tensor, given ?? this.#fresh('constant'))
    const [batch = 0, ...rest] = shape
    const row = data.slice(0, data.length / batch) as typeof data
    this.#refuseBatch(rest, 'a constant')
    if (!data.every((element: number | bigint, i: number) => element === row[i % row.length])) this.#refuseBatch(shape, 'a constant')
    const extents = this.#extents(shape)
    return this.#builder.node(
      'Expand',
      [this.#constant({ dtype, shape: [1, ...rest], data: row }), extents],
      {},
      { outputs: [this.#fresh('Expand')] },
    )
  }

  #constant(value: HostTensor): string {
    const key = `${value.dtype}[${value.shape.join()}]${value.data.join()}`
    const known = this.#equal.get(key)
    if (known !== undefined) return known
    const name = this.#builder.initialiser(value, this.#fresh('constant'))
    this.#equal.set(key, name)
    return name
  }

  /** A list of int64 whose multiples of the batch follow the batch at run time. */
  #integers(values: readonly number[], { op, inputs }: Node): string {
    if (op !== 'Reshape' || values.includes(0)) return this.#extents(values)
    const copied = values.map((value, axis) => (this.#isBatch(value) && value === inputs[0]?.shape[axis] ? 0 : value))
    if (copied.filter((value) => this.#isBatch(value)).length > 1) return this.#extents(values)
    return this.#list(copied.map((value) => (this.#isBatch(value) ? -1 : value)))
  }

  #extents(values: readonly number[]): string {
    if (!values.some((value) => this.#isBatch(value))) return this.#list(values)
    const inner = (name: string, operands: string[], attributes = {}): string =>
      this.#builder.node(name, operands, attributes, { outputs: [this.#fresh(name)] })
    const parts = values.map((value) =>
      this.#isBatch(value) ? inner('Mul', [this.#batchSize(), this.#list([value / symbolicBatch])]) : this.#list([value]),
    )
    return inner('Concat', parts, { axis: 0 })
  }

  #list(values: readonly number[]): string {
    return this.#constant(tensor('int64', [values.length], values))
  }

  /** The batch at run time, int64 [1], from the first input that has it. */
  #batchSize(): string {
    if (this.#batch !== null) return this.#batch
    const source = Object.values(this.#options.inputs).find(({ shape }) => shape[0] === symbolicBatch)
    if (!source) throw new OnnxError(`no input of the file has the batch as its first extent`)
    this.#batch = this.#builder.node('Shape', [this.#nameOf(source)], { start: 0, end: 1 }, { outputs: [this.#fresh('Shape')] })
    return this.#batch
  }

  #isBatch(extent: number): boolean {
    return this.#options.batch !== undefined && extent !== 0 && extent % symbolicBatch === 0
  }

  #refuseBatch(values: readonly number[], what: string): void {
    if (values.some((value) => this.#isBatch(value))) throw new OnnxError(`${what} of shape ${describeShape(values)} depends on the batch`)
  }

  #type({ dtype, shape }: Value): OnnxValueType {
    const { batch = '' } = this.#options
    const named: OnnxShape = shape.map((extent) => {
      if (!this.#isBatch(extent)) return extent
      return extent === symbolicBatch ? batch : `${batch}*${extent / symbolicBatch}`
    })
    return { dtype, shape: named }
  }
}
