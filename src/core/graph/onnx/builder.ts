// Writes ONNX models node by node: what `writeOnnx` and the ONNX Runtime engine emit with.
import { create, toBinary } from '@bufbuild/protobuf'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { DType, HostTensor } from '../../tensor/tensor.ts'
import { OnnxError } from './errors.ts'
import { AttributeProto_AttributeType, ModelProtoSchema, TensorProto_DataType } from './onnx_pb.ts'
import type { AttributeProtoSchema, NodeProtoSchema, TensorProtoSchema, ValueInfoProtoSchema } from './onnx_pb.ts'

/** ONNX's numbers for the element types of the graph. */
export const onnxTypes: Readonly<Record<DType, number>> = {
  float16: TensorProto_DataType.FLOAT16,
  float32: TensorProto_DataType.FLOAT,
  float64: TensorProto_DataType.DOUBLE,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  uint8: TensorProto_DataType.UINT8,
  bool: TensorProto_DataType.BOOL,
}

/** A floating-point attribute: ONNX tells 1 (int) from 1.0 (float), JavaScript does not. Made by `float`. */
export interface OnnxFloat {
  readonly float: number | readonly number[]
}

/** Numbers are ints (must be whole), arrays of numbers ints; `float(x)` makes a float or floats. */
export type OnnxAttribute = number | string | readonly number[] | readonly string[] | OnnxFloat | HostTensor

export function float(value: number | readonly number[]): OnnxFloat {
  return { float: value }
}

/** Extents; a string is a symbolic extent, known at run time. */
export type OnnxShape = readonly (number | string)[]

export interface OnnxValueType {
  readonly dtype: DType
  /** Left out: of any rank. */
  readonly shape?: OnnxShape
}

export interface NodeOptions {
  /** Operator domain, e.g. `com.microsoft`; its version goes to the constructor. ONNX's own if left out. */
  readonly domain?: string
  /** How many outputs (1 if left out), or their names; '' is an optional output that is not wanted (ONNX Runtime crashes on such a hole in Split). */
  readonly outputs?: number | readonly string[]
}

export interface OnnxBuilderOptions {
  /** Graph name; `graph` if left out. */
  readonly name?: string
  /** Version of ONNX's operators; 17 if left out. */
  readonly opset?: number
  /** Versions of further operator domains, e.g. `{ 'com.microsoft': 1 }`. */
  readonly domains?: Readonly<Record<string, number>>
  readonly metadata?: Readonly<Record<string, string>>
}

/** Collects one model. Names are made from the operator and a counter, so that the same calls give the same bytes. */
export class OnnxBuilder {
  readonly #options: OnnxBuilderOptions
  readonly #inputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = []
  readonly #outputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = []
  readonly #nodes: MessageInitShape<typeof NodeProtoSchema>[] = []
  readonly #initialisers: MessageInitShape<typeof TensorProtoSchema>[] = []
  readonly #names = new Set<string>()
  readonly #tensors = new Map<HostTensor, string>()
  #counter = 0

  constructor(options: OnnxBuilderOptions = {}) {
    this.#options = options
  }

  /** Declares a graph input and returns its name. */
  input(name: string, type: OnnxValueType): string {
    this.#inputs.push(valueInfo(this.#take(name), type))
    return name
  }

  /** Whether a value of that name exists. */
  has(name: string): boolean {
    return this.#names.has(name)
  }

  /** Declares a value that already exists as a graph output. */
  output(name: string, type: OnnxValueType): void {
    if (!this.#names.has(name)) throw new OnnxError(`ONNX output ${name}: no input, initialiser or node of that name`)
    this.#outputs.push(valueInfo(name, type))
  }

  /** Stores a constant and returns its name. The same tensor object is stored once, unless a new name is asked for. Data is not copied until `serialise`. */
  initialiser(tensor: HostTensor, name?: string): string {
    const known = this.#tensors.get(tensor)
    if (known !== undefined && (name === undefined || name === known)) return known
    const taken = this.#take(name ?? this.#fresh('constant'))
    this.#tensors.set(tensor, taken)
    this.#initialisers.push({ ...tensorProto(tensor), name: taken })
    return taken
  }

  /** Stores a constant that whoever runs the model may replace: nobody can conclude anything from what it is. */
  replaceable(tensor: HostTensor): string {
    const name = this.initialiser(tensor, this.#fresh('constant'))
    this.#inputs.push(valueInfo(name, tensor))
    return name
  }

  /** Adds a node and returns the name of its first output. `null` and '' are inputs left out. Attributes that are undefined are left out. */
  node(op: string, inputs: readonly (string | null)[], attributes: Attributes = {}, options: NodeOptions = {}): string {
    return this.nodeAll(op, inputs, attributes, options)[0]!
  }

  /** As `node`, with the names of all outputs. */
  nodeAll(op: string, inputs: readonly (string | null)[], attributes: Attributes = {}, options: NodeOptions = {}): readonly string[] {
    const input = inputs.map((name) => name ?? '')
    while (input.at(-1) === '') input.pop()
    for (const name of input) {
      if (name !== '' && !this.#names.has(name)) throw new OnnxError(`ONNX node ${op}: its input ${name} does not exist yet`)
    }
    const { outputs = 1, domain = '' } = options
    const output =
      typeof outputs === 'number'
        ? Array.from({ length: outputs }, () => this.#take(this.#fresh(op)))
        : outputs.map((name) => (name === '' ? '' : this.#take(name)))
    const attribute = Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [attributeProto(key, value)]))
    this.#nodes.push({ opType: op, domain, name: output[0] ?? '', input, output, attribute })
    return output
  }

  /** The model file's bytes. */
  serialise(): Uint8Array<ArrayBuffer> {
    const { name = 'graph', opset = 17, domains = {}, metadata = {} } = this.#options
    const model = create(ModelProtoSchema, {
      irVersion: BigInt(irVersionOf(opset)),
      producerName: 'self-tuning-studio',
      opsetImport: Object.entries({ '': opset, ...domains }).map(([domain, version]) => ({ domain, version: BigInt(version) })),
      graph: { name, node: this.#nodes, initializer: this.#initialisers, input: this.#inputs, output: this.#outputs },
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    })
    return toBinary(ModelProtoSchema, model)
  }

  #take(name: string): string {
    if (name === '') throw new OnnxError('an ONNX value needs a name')
    if (this.#names.has(name)) throw new OnnxError(`ONNX value ${name} exists already`)
    this.#names.add(name)
    return name
  }

  #fresh(prefix: string): string {
    let name: string
    do name = `${prefix}_${this.#counter++}`
    while (this.#names.has(name))
    return name
  }
}

type Attributes = Readonly<Record<string, OnnxAttribute | undefined>>

/** The oldest file format version that may carry an operator set, so that old runtimes accept the file. */
function irVersionOf(opset: number): number {
  const versions = [[22, 11], [20, 10], [18, 9], [14, 8], [11, 7], [10, 6], [9, 5]] as const // prettier-ignore
  return versions.find(([from]) => opset > from)?.[1] ?? 4
}

function valueInfo(name: string, { dtype, shape }: OnnxValueType): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape?.map((extent) => ({
    value:
      typeof extent === 'string' ? ({ case: 'dimParam', value: extent } as const) : ({ case: 'dimValue', value: BigInt(extent) } as const),
  }))
  return { name, type: { value: { case: 'tensorType', value: { elemType: onnxTypes[dtype], ...(dim && { shape: { dim } }) } } } }
}

function tensorProto({ dtype, shape, data }: HostTensor): MessageInitShape<typeof TensorProtoSchema> {
  const rawData = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
  return { dims: shape.map(BigInt), dataType: onnxTypes[dtype], rawData }
}

function attributeProto(name: string, value: OnnxAttribute): MessageInitShape<typeof AttributeProtoSchema> {
  const Type = AttributeProto_AttributeType
  if (typeof value === 'number') return { name, type: Type.INT, i: whole(name, value) }
  if (typeof value === 'string') return { name, type: Type.STRING, s: encode(value) }
  if ('float' in value) {
    if (typeof value.float === 'number') return { name, type: Type.FLOAT, f: value.float }
    return { name, type: Type.FLOATS, floats: [...value.float] }
  }
  if ('dtype' in value) return { name, type: Type.TENSOR, t: tensorProto(value) }
  if (value.every((item) => typeof item === 'string')) return { name, type: Type.STRINGS, strings: value.map(encode) }
  return { name, type: Type.INTS, ints: value.map((item) => whole(name, item)) }
}

function whole(name: string, value: number): bigint {
  if (!Number.isInteger(value))
    throw new OnnxError(`ONNX attribute ${name}: ${value} is not whole; a floating-point attribute is given as float(${value})`)
  return BigInt(value)
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
