// Reads ONNX files.
import { fromBinary } from '@bufbuild/protobuf'
import type { HostTensor } from '../../tensor/tensor.ts'
import { OnnxError } from './errors.ts'
import type { OnnxAttributeValue, OnnxModel, OnnxNode, OnnxPort } from './model.ts'
import { AttributeProto_AttributeType as Type, ModelProtoSchema } from './onnx_pb.ts'
import type { AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from './onnx_pb.ts'
import { dtypeOf, readTensor } from './tensor-proto.ts'
import type { ExternalLoader } from './tensor-proto.ts'
import { untie } from './untie.ts'

/** Versions of ONNX's operators that can be read: 7 fixed broadcasting; above 26 meanings are not known yet. */
export const opsetRange = { first: 7, last: 26 } as const

export interface ReadOptions {
  /** Reads external data. The loader must keep to the model's folder; absolute paths and `..` are refused before it is called. */
  readonly external?: ExternalLoader
}

/** Parses a model file. Nothing is computed: operators are checked by `unsupported` and `instantiate`.
 * @throws OnnxError saying what is wrong: not an ONNX file, cut short, no graph, an operator version or element type out of range. */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): OnnxModel {
  const model = parse(bytes)
  const { graph } = model
  if (!graph || graph.node.length === 0) throw new OnnxError('not an ONNX model: it holds no graph')
  const { opset, domains } = readOpsets(model)
  if (graph.sparseInitializer.length > 0)
    throw new OnnxError(`sparse initialiser ${graph.sparseInitializer[0]?.values?.name}: sparse tensors are not supported`)
  const functions = new Set(model.functions.map((f) => `${f.domain}.${f.name}`))
  const local = graph.node.find((node) => functions.has(`${node.domain}.${node.opType}`))
  if (local)
    throw new OnnxError(`node ${local.name}: ${local.domain}.${local.opType} is a function of the model; export it with functions inlined`)

  const initialisers = new Map<string, HostTensor>()
  for (const proto of graph.initializer) {
    if (initialisers.has(proto.name)) throw new OnnxError(`initialiser ${proto.name}: there are two of that name`)
    initialisers.set(proto.name, readTensor(proto, `initialiser ${proto.name}`, options.external))
  }
  const nodes: OnnxNode[] = []
  for (const node of graph.node.map((proto) => readNode(proto, options.external))) {
    if (node.op === 'Constant' && node.domain === '') initialisers.set(node.outputs[0] ?? '', constantOf(node))
    else nodes.push(node)
  }
  checkOrder(graph, initialisers, nodes)
  return untie({
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    opset,
    domains,
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    inputs: graph.input.filter(({ name }) => !initialisers.has(name)).map(readPort),
    outputs: graph.output.map(readPort),
    initialisers,
    nodes,
  })
}

function parse(bytes: Uint8Array): ModelProto {
  if (bytes.length === 0) throw new OnnxError('not an ONNX model: the file is empty')
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new OnnxError(`not an ONNX model, or cut short: ${reason}`, { cause: error })
  }
}

function readOpsets({ opsetImport }: ModelProto): { opset: number; domains: Record<string, number> } {
  const versions = new Map(opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)]))
  const opset = versions.get('')
  versions.delete('')
  const { first, last } = opsetRange
  if (opset === undefined) {
    const found = versions.size === 0 ? 'none' : `only ${[...versions.keys()].join(', ')}`
    throw new OnnxError(`the model imports no ONNX operators; expected opset ${first} to ${last}, found ${found}`)
  }
  if (opset < first || opset > last) throw new OnnxError(`the model uses ONNX opset ${opset}; ${first} to ${last} can be read`)
  return { opset, domains: Object.fromEntries(versions) }
}

function readPort({ name, type }: ValueInfoProto): OnnxPort {
  if (type?.value.case !== 'tensorType') return { name, dtype: null, shape: null }
  const { elemType, shape } = type.value.value
  const extents = shape?.dim.map(({ value }) => {
    if (value.case === 'dimParam') return value.value === '' ? null : value.value
    return value.case === 'dimValue' && value.value > 0n ? Number(value.value) : null
  })
  return { name, dtype: dtypeOf(elemType), shape: extents ?? null }
}

function readNode(proto: NodeProto, external: ExternalLoader | undefined): OnnxNode {
  // For messages, which are one line.
  const name = (proto.name || (proto.output.find(Boolean) ?? proto.opType)).replace(/\p{C}/gu, '?')
  const attributes = proto.attribute.map((a) => [a.name, readAttribute(a, `node ${name} (${proto.opType}): attribute ${a.name}`, external)])
  return {
    name,
    op: proto.opType,
    domain: proto.domain === 'ai.onnx' ? '' : proto.domain,
    inputs: proto.input,
    outputs: proto.output,
    attributes: Object.fromEntries(attributes) as Record<string, OnnxAttributeValue>,
  }
}

function readAttribute(proto: AttributeProto, subject: string, external: ExternalLoader | undefined): OnnxAttributeValue {
  const text = new TextDecoder()
  switch (proto.type) {
    case Type.FLOAT:
      return proto.f
    case Type.INT:
      return Number(proto.i)
    case Type.STRING:
      return text.decode(proto.s)
    case Type.FLOATS:
      return proto.floats
    case Type.INTS:
      return proto.ints.map(Number)
    case Type.STRINGS:
      return proto.strings.map((item) => text.decode(item))
    case Type.TENSOR:
      return proto.t ? readTensor(proto.t, subject, external) : { unsupported: 'an empty tensor' }
    default:
      return { unsupported: Object.entries(Type).find(([, value]) => value === proto.type)?.[0] ?? `type ${proto.type}` }
  }
}

/** The tensor of a `Constant` node, which has one of six attributes (ONNX Constant-13). */
function constantOf({ name, attributes }: OnnxNode): HostTensor {
  const { value, value_float, value_floats, value_int, value_ints } = attributes
  if (typeof value === 'object' && 'dtype' in value) return value
  if (typeof value_float === 'number') return { dtype: 'float32', shape: [], data: Float32Array.of(value_float) }
  if (typeof value_int === 'number') return { dtype: 'int64', shape: [], data: BigInt64Array.of(BigInt(value_int)) }
  if (Array.isArray(value_floats))
    return { dtype: 'float32', shape: [value_floats.length], data: Float32Array.from(value_floats as number[]) }
  if (Array.isArray(value_ints))
    return { dtype: 'int64', shape: [value_ints.length], data: BigInt64Array.from((value_ints as number[]).map(BigInt)) }
  throw new OnnxError(
    `node ${name} (Constant): expected a tensor or numbers, found the attributes ${Object.keys(attributes).join(', ') || '(none)'}`,
  )
}

/** ONNX wants every value to have one producer that stands before its users. */
function checkOrder(graph: GraphProto, initialisers: ReadonlyMap<string, HostTensor>, nodes: readonly OnnxNode[]): void {
  const known = new Set([...graph.input.map(({ name }) => name), ...initialisers.keys()])
  for (const { name, op, inputs, outputs } of nodes) {
    for (const input of inputs) {
      if (input !== '' && !known.has(input)) throw new OnnxError(`node ${name} (${op}): nothing before it produces its input ${input}`)
    }
    for (const output of outputs) {
      if (output === '') continue
      if (known.has(output)) throw new OnnxError(`node ${name} (${op}): its output ${output} exists already`)
      known.add(output)
    }
  }
  for (const { name } of graph.output) {
    if (!known.has(name)) throw new OnnxError(`graph output ${name}: no node produces it`)
  }
}
