// Turns one ONNX operator test into a program of ours.
import { fromBinary } from '@bufbuild/protobuf'
import { constant, input } from '../../../src/core/graph/apply.ts'
import { instantiate, unsupported } from '../../../src/core/graph/onnx/instantiate.ts'
import type { OnnxModel } from '../../../src/core/graph/onnx/model.ts'
import { ModelProtoSchema, TensorProto_DataType as Type, TensorProtoSchema } from '../../../src/core/graph/onnx/onnx_pb.ts'
import type { ValueInfoProto } from '../../../src/core/graph/onnx/onnx_pb.ts'
import { opsetRange, readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { dtypeOf, readTensor, typeName } from '../../../src/core/graph/onnx/tensor-proto.ts'
import type { Program } from '../../../src/core/graph/program.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import type { NodeCase } from './cases.ts'

export interface PreparedCase {
  readonly name: string
  readonly program: Program
  readonly feeds: Readonly<Record<string, HostTensor>>
  readonly expected: Readonly<Record<string, HostTensor>>
  /** True if an input or output is stored in half precision: its numbers are that coarse. */
  readonly half: boolean
}

/** Why a case lies outside of what is read. Empty lists: it is read, or should be. */
export interface Scope {
  /** ONNX's own opset; null where the model imports none. */
  readonly opset: number | null
  /** Types of inputs and outputs that we do not hold: INT8, STRING, sequence, ... */
  readonly types: readonly string[]
  /** Operators outside the reader's table. */
  readonly operators: readonly string[]
}

export function scopeOf({ model: bytes }: NodeCase): Scope {
  const { opsetImport, graph } = fromBinary(ModelProtoSchema, bytes)
  const version = opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version
  const opset = version === undefined ? null : Number(version)
  const types = [...(graph?.input ?? []), ...(graph?.output ?? [])].map(unheldType).filter((type) => type !== null)
  const readable = opset !== null && opset >= opsetRange.first && opset <= opsetRange.last
  const operators = readable && types.length === 0 ? unsupported(readOnnx(bytes)).flatMap((u) => (u.attribute === null ? [u.op] : [])) : []
  return { opset, types, operators }
}

function unheldType({ type }: ValueInfoProto): string | null {
  if (type?.value.case !== 'tensorType') return type?.value.case?.replace('Type', '') ?? 'unknown'
  const { elemType } = type.value.value
  return dtypeOf(elemType) === null ? typeName(elemType) : null
}

/** @param outputs the ones to compare; all if left out.
 * @throws OnnxError if the reader refuses the model. */
export function prepare({ name, model: bytes, inputs, outputs: files }: NodeCase, outputs?: readonly string[]): PreparedCase {
  const model = readOnnx(bytes)
  const given = readAll(model.inputs, inputs)
  const expected = new Map([...readAll(model.outputs, files)].filter(([port]) => outputs?.includes(port) ?? true))
  const { leaves, values } = build(model, given, [...expected.keys()])
  const fed = [...leaves].filter(([, leaf]) => leaf.node.op === 'Input')
  const half = [...given.values(), ...expected.values()].some((t) => t.half)
  return {
    name,
    program: {
      feeds: Object.fromEntries(fed),
      reads: {},
      outputs: Object.fromEntries([...expected.keys()].map((port) => [port, values.get(port)!])),
      updates: {},
    },
    feeds: Object.fromEntries(fed.map(([port]) => [port, given.get(port)!.tensor])),
    expected: Object.fromEntries([...expected].map(([port, { tensor }]) => [port, tensor])),
    half,
  }
}

interface Stored {
  readonly tensor: HostTensor
  readonly half: boolean
}

function readAll(ports: OnnxModel['inputs'], files: readonly Uint8Array[]): Map<string, Stored> {
  return new Map(
    files.map((file, i) => {
      const { name } = ports[i]!
      const proto = fromBinary(TensorProtoSchema, file)
      return [name, { tensor: readTensor(proto, name), half: proto.dataType === Type.FLOAT16 || proto.dataType === Type.BFLOAT16 }]
    }),
  )
}

/** Feeds as many inputs as can be: the shapes, ranges and limits that our graphs hold as attributes must be constants, and they are
 * never the first input unless they are the only ones. */
function build(
  model: OnnxModel,
  given: ReadonlyMap<string, Stored>,
  outputs: readonly string[],
): { leaves: Map<string, Value>; values: ReadonlyMap<string, Value> } {
  let failure: unknown
  for (const fed of [given.size, 1, 0]) {
    const leaves = new Map([...given].map(([port, { tensor }], i) => [port, i < fed ? input(port, tensor) : constant(tensor)]))
    try {
      return { leaves, values: instantiate(model, { inputs: Object.fromEntries(leaves), outputs }) }
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
