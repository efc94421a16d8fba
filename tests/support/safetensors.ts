// Reads safetensors files: an 8-byte little-endian header length, a JSON header, raw little-endian data.
import { readFileSync } from 'node:fs'
import { tensor } from '../../src/core/tensor/tensor.ts'
import type { DType, HostTensor } from '../../src/core/tensor/tensor.ts'

const dtypes: Readonly<Record<string, DType>> = { F32: 'float32', F64: 'float64', I32: 'int32', I64: 'int64', U8: 'uint8', BOOL: 'bool' }
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

interface Entry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

/** All tensors of a file by name. The metadata of the file is read by `safetensorsMetadata`. */
export function readSafetensors(path: string | URL): Record<string, HostTensor> {
  const { header, data } = open(path)
  const { __metadata__: _, ...entries } = header
  return Object.fromEntries(Object.entries(entries as Record<string, Entry>).map(([name, entry]) => [name, decode(name, entry, data)]))
}

/** The `__metadata__` strings of a file. */
export function safetensorsMetadata(path: string | URL): Record<string, string> {
  return (open(path).header.__metadata__ ?? {}) as Record<string, string>
}

function open(path: string | URL): { header: Record<string, unknown>; data: Uint8Array } {
  const file = readFileSync(path)
  const length = Number(file.readBigUInt64LE(0))
  return { header: JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, unknown>, data: file.subarray(8 + length) }
}

function decode(name: string, { dtype, shape, data_offsets: [begin, end] }: Entry, data: Uint8Array): HostTensor {
  const type = dtypes[dtype]
  if (!type) throw new Error(`${name}: cannot read element type ${dtype}`)
  // A copy, because the data need not be aligned to the size of its elements.
  return tensor(type, shape, new arrays[type](new Uint8Array(data.subarray(begin, end)).buffer))
}
