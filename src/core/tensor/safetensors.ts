// The safetensors format: named tensors and a string map in one file (huggingface/safetensors: 8-byte little-endian header length,
// JSON header, raw little-endian data). Written here because no kept package writes it; reading needs the same forty lines.
import { allocate, sizeOf } from './tensor.ts'
import type { DType, HostTensor } from './tensor.ts'

const dtypes: Readonly<Record<string, DType>> = { F32: 'float32', F64: 'float64', I32: 'int32', I64: 'int64', U8: 'uint8', BOOL: 'bool' }
const names = Object.fromEntries(Object.entries(dtypes).map(([name, dtype]) => [dtype, name])) as Record<DType, string>
const maxHeader = 100 * 2 ** 20

export interface Safetensors {
  tensors: Record<string, HostTensor>
  metadata: Record<string, string>
}

interface Entry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

/** A file that is not what it should be: says what was expected and what was found. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError'
}

export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: names[dtype], shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const start = 8 + Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(start + offset)
  bytes.fill(0x20, 8, start)
  bytes.set(json, 8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true)
  offset = start
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return bytes
}

/** @throws SafetensorsError if the bytes are not a whole safetensors file of known types. */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = bytes.length < 8 ? 0 : Number(view.getBigUint64(0, true))
  if (length === 0 || length > maxHeader || 8 + length > bytes.length)
    throw new SafetensorsError(`expected a safetensors header, found ${bytes.length} bytes that hold none`)
  const header = parseHeader(bytes.subarray(8, 8 + length))
  const { __metadata__: metadata = {}, ...entries } = header
  const tensors: Record<string, HostTensor> = {}
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>))
    tensors[name] = readTensor(name, entry, bytes.subarray(8 + length))
  return { tensors, metadata: metadata as Record<string, string> }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>
  } catch (error) {
    throw new SafetensorsError('expected a JSON header, found something else', { cause: error })
  }
}

function readTensor(name: string, { dtype, shape, data_offsets: [from, to] }: Entry, body: Uint8Array): HostTensor {
  const known = dtypes[dtype]
  if (!known) throw new SafetensorsError(`tensor ${name}: expected one of ${Object.keys(dtypes).join(', ')}, found ${dtype}`)
  const data = allocate(known, sizeOf(shape))
  if (to - from !== data.byteLength || from < 0 || to > body.length)
    throw new SafetensorsError(
      `tensor ${name}: expected ${data.byteLength} bytes for [${shape.join(', ')}], found ${Math.min(to, body.length) - from}`,
    )
  new Uint8Array(data.buffer).set(body.subarray(from, to))
  return { dtype: known, shape, data }
}
