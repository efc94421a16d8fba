// Tensors stored in ONNX files: raw, typed or external data to host tensors.
import { widenBrain, widenHalf } from '../../tensor/half.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import type { DType, HostTensor } from '../../tensor/tensor.ts'
import { OnnxError } from './errors.ts'
import { TensorProto_DataLocation, TensorProto_DataType as Type } from './onnx_pb.ts'
import type { TensorProto } from './onnx_pb.ts'

/** Reads a range of a file beside the model; without a length, to its end. */
export type ExternalLoader = (location: string, offset: number, length: number | undefined) => Uint8Array

/** Half precision is held as float32. */
type Held = Exclude<DType, 'float16'>

/** How an ONNX element type is held: as which of ours, and from how many bytes. */
const storage: Readonly<Record<number, { readonly dtype: Held; readonly bytes: number }>> = {
  [Type.FLOAT]: { dtype: 'float32', bytes: 4 },
  [Type.FLOAT16]: { dtype: 'float32', bytes: 2 },
  [Type.BFLOAT16]: { dtype: 'float32', bytes: 2 },
  [Type.DOUBLE]: { dtype: 'float64', bytes: 8 },
  [Type.INT32]: { dtype: 'int32', bytes: 4 },
  [Type.INT64]: { dtype: 'int64', bytes: 8 },
  [Type.UINT8]: { dtype: 'uint8', bytes: 1 },
  [Type.BOOL]: { dtype: 'bool', bytes: 1 },
}

/** Our element type for ONNX's, or null where there is none. */
export function dtypeOf(onnxType: number): Held | null {
  return storage[onnxType]?.dtype ?? null
}

/** ONNX's name of an element type, for messages. */
export function typeName(onnxType: number): string {
  return Object.entries(Type).find(([, value]) => value === onnxType)?.[0] ?? `type ${onnxType}`
}

/** @throws OnnxError naming the tensor: an element type that we cannot hold, or data that do not fit the shape. */
export function readTensor(proto: TensorProto, subject: string, external?: ExternalLoader): HostTensor {
  const { dataType } = proto
  const stored = storage[dataType]
  const supported = 'float32, float16, bfloat16, double, int64, int32, uint8 and bool'
  if (!stored) throw new OnnxError(`${subject}: element type ${typeName(dataType)} is not supported; ${supported} are`)
  if (proto.segment) throw new OnnxError(`${subject}: tensors stored in segments are not supported`)
  const shape = proto.dims.map((extent) => {
    if (extent < 0n || extent > 0x7fff_ffffn) throw new OnnxError(`${subject}: ${extent} is not an extent`)
    return Number(extent)
  })
  const { dtype, bytes } = stored
  const size = sizeOf(shape)
  const raw = proto.dataLocation === TensorProto_DataLocation.EXTERNAL ? readExternal(proto, subject, external) : proto.rawData
  if (raw.length > 0) {
    if (raw.length !== size * bytes)
      throw new OnnxError(`${subject}: [${shape.join(', ')}] needs ${size * bytes} bytes, found ${raw.length}`)
    return { dtype, shape, data: fromRaw(dataType, dtype, raw) }
  }
  const data = fromTyped(proto)
  if (data.length !== size) throw new OnnxError(`${subject}: [${shape.join(', ')}] needs ${size} elements, found ${data.length}`)
  return { dtype, shape, data }
}

function fromRaw(onnxType: number, dtype: Held, raw: Uint8Array): HostTensor['data'] {
  const bytes = new Uint8Array(raw) // a copy of its own: file buffers are not aligned
  if (onnxType === Type.FLOAT16) return Float32Array.from(new Uint16Array(bytes.buffer), widenHalf)
  if (onnxType === Type.BFLOAT16) return widenBrain(new Uint16Array(bytes.buffer))
  switch (dtype) {
    case 'float32':
      return new Float32Array(bytes.buffer)
    case 'float64':
      return new Float64Array(bytes.buffer)
    case 'int32':
      return new Int32Array(bytes.buffer)
    case 'int64':
      return new BigInt64Array(bytes.buffer)
    case 'uint8':
      return bytes
    case 'bool':
      return bytes.map((byte) => (byte === 0 ? 0 : 1))
  }
}

function fromTyped(proto: TensorProto): HostTensor['data'] {
  switch (proto.dataType) {
    case Type.FLOAT:
      return Float32Array.from(proto.floatData)
    case Type.FLOAT16:
      return Float32Array.from(proto.int32Data, widenHalf)
    case Type.BFLOAT16:
      return widenBrain(Uint16Array.from(proto.int32Data))
    case Type.DOUBLE:
      return Float64Array.from(proto.doubleData)
    case Type.INT64:
      return BigInt64Array.from(proto.int64Data)
    case Type.UINT8:
      return Uint8Array.from(proto.int32Data)
    case Type.BOOL:
      return Uint8Array.from(proto.int32Data, (value) => (value === 0 ? 0 : 1))
    default:
      return Int32Array.from(proto.int32Data)
  }
}

function readExternal(proto: TensorProto, subject: string, external: ExternalLoader | undefined): Uint8Array {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]))
  const location = entries.get('location') ?? ''
  if (/^([/\\]|[a-zA-Z]:)|\0/.test(location) || location.split(/[/\\]/).includes('..') || location === '')
    throw new OnnxError(`${subject}: its data lie at ${JSON.stringify(location)}; expected a path inside the model's folder`)
  if (!external) throw new OnnxError(`${subject}: its data lie in another file, ${location}, which was not given`)
  const number = (key: string): number | undefined => {
    const text = entries.get(key)
    if (text === undefined) return undefined
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
      throw new OnnxError(`${subject}: the ${key} of its external data is ${JSON.stringify(text)}; expected a number of bytes`)
    return value
  }
  return external(location, number('offset') ?? 0, number('length'))
}
