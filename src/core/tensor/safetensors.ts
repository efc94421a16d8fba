// The safetensors format: named tensors and a string map in one file (huggingface/safetensors: 8-byte little-endian header length,
// JSON header, raw little-endian data). Written here because no kept package writes it; reading needs the same forty lines.
import { widenBrain, widenHalf } from './half.ts'
import { allocate, sizeOf } from './tensor.ts'
import type { DType, HostTensor } from './tensor.ts'

const dtypes: Readonly<Record<string, DType>> = { F32: 'float32', F64: 'float64', I32: 'int32', I64: 'int64', U8: 'uint8', BOOL: 'bool' }
/** Half precision: read as float32, never written. */
const halves: Readonly<Record<string, (stored: Uint16Array) => Float32Array>> = {
  F16: (stored) => Float32Array.from(stored, widenHalf),
  BF16: widenBrain,
}
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
  for (const [name, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) throw new SafetensorsError(`tensor ${name}: expected its type, extents and place, found ${JSON.stringify(entry)}`)
    tensors[name] = readTensor(name, entry, bytes.subarray(8 + length))
  }
  return { tensors, metadata: metadata as Record<string, string> }
}

/** The header is the file's own word: whatever is computed from it has to be numbers. */
function isEntry(entry: unknown): entry is Entry {
  const { dtype, shape, data_offsets: place } = (entry ?? {}) as Partial<Record<keyof Entry, unknown>>
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
  return (
    typeof dtype === 'string' &&
    Array.isArray(shape) &&
    shape.every(isCount) &&
    Array.isArray(place) &&
    place.length === 2 &&
    place.every(isCount)
  )
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header as Record<string, unknown>
    throw new TypeError('no object')
  } catch (error) {
    throw new SafetensorsError('expected a JSON header, found something else', { cause: error })
  }
}

function readTensor(name: string, { dtype, shape, data_offsets: [from, to] }: Entry, body: Uint8Array): HostTensor {
  const known = Object.hasOwn(dtypes, dtype) ? dtypes[dtype] : undefined
  const widen = Object.hasOwn(halves, dtype) ? halves[dtype] : undefined
  if (!known && !widen) {
    const expected = [...Object.keys(dtypes), ...Object.keys(halves)].join(', ')
    throw new SafetensorsError(`tensor ${name}: expected one of ${expected}, found ${dtype}`)
  }
  const size = sizeOf(shape)
  const bytes = size * (known ? allocate(known, 0).BYTES_PER_ELEMENT : 2)
  if (to - from !== bytes || to > body.length)
    throw new SafetensorsError(
      `tensor ${name}: expected ${bytes} bytes for [${shape.join(', ')}], found ${Math.max(0, Math.min(to, body.length) - from)}`,
    )
  // A copy of its own: what lies in the file is not aligned.
  const raw = new Uint8Array(body.subarray(from, to))
  if (widen) return { dtype: 'float32', shape, data: widen(new Uint16Array(raw.buffer)) }
  const data = allocate(known ?? 'uint8', size)
  new Uint8Array(data.buffer).set(raw)
  return { dtype: known ?? 'uint8', shape, data }
}
