// What torch.save writes: a zip of a pickle and the storages (since PyTorch 1.6), or pickles with the storages behind them (before).
import { widenBrain, widenHalf } from '../tensor/half.ts'
import { sizeOf, stridesOf } from '../tensor/tensor.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import { WeightsError } from './errors.ts'
import { readPickle } from './pickle.ts'
import type { Storage, StoredTensor, StoredType } from './pickle-globals.ts'
import { PickleReader } from './pickle-reader.ts'

/** A stored object, and the bytes of its storages. */
export interface TorchFile {
  readonly value: unknown
  /** @throws WeightsError where the file does not hold as many bytes as it says */
  readonly bytesOf: (storage: Storage) => Promise<Uint8Array>
}

export const widths: Readonly<Record<StoredType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
}

/** torch.serialization's MAGIC_NUMBER and PROTOCOL_VERSION. */
const magic = 0x1950a86a20f9469cfc6cn
const version = 1001

/** Whether the file begins as those before PyTorch 1.6 do. */
export function isLegacyTorch(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80 && bytes[2] === 0x8a && bytes[3] === 0x0a && bytes[4] === 0x6c && bytes[5] === 0xfc
}

/** @param bytes the whole file, as PyTorch before 1.6 wrote it: magic number, version, the writer's system, the object, the keys of its
 * storages, and these one after another, each behind the number of its elements. @throws WeightsError */
export function readLegacyTorch(bytes: Uint8Array): TorchFile {
  const mark = readPickle(bytes)
  const protocol = readPickle(bytes, mark.end)
  if (mark.value !== magic || protocol.value !== version)
    throw new WeightsError(`expected a file of torch.save, version ${version}, found ${String(protocol.value)}`)
  const system = readPickle(bytes, protocol.end)
  if (!(system.value instanceof Map) || system.value.get('little_endian') !== true)
    throw new WeightsError('expected numbers with their least byte first, found another order')
  const object = readPickle(bytes, system.end)
  const keys = readPickle(bytes, object.end)
  const reader = new PickleReader(bytes, keys.end)
  const found = new Map<string, Uint8Array>()
  for (const key of Array.isArray(keys.value) ? (keys.value as unknown[]) : []) {
    const storage = object.storages.get(String(key))
    // Nothing else tells how wide its numbers are.
    if (!storage) throw new WeightsError(`storage ${String(key)}: expected it to be spoken of before, found nothing`)
    const size = reader.count64()
    if (size !== storage.size) throw new WeightsError(`storage ${storage.key}: expected ${storage.size} numbers, found ${size}`)
    found.set(storage.key, reader.raw(size * widths[storage.type]))
  }
  return { value: object.value, bytesOf: (storage) => Promise.resolve(wholeOf(storage, found.get(storage.key))) }
}

export function wholeOf({ key, size, type }: Storage, bytes: Uint8Array | undefined): Uint8Array {
  const expected = size * widths[type]
  if (bytes?.length !== expected) throw new WeightsError(`storage ${key}: expected ${expected} bytes, found ${bytes?.length ?? 'none'}`)
  return bytes
}

/** A float32 copy of a tensor, row-major. @throws WeightsError for a type that is no real number */
export async function floatTensor(file: TorchFile, name: string, stored: StoredTensor): Promise<HostTensor<'float32'>> {
  const { storage, offset, shape, strides } = stored
  const bytes = await file.bytesOf(storage)
  const size = sizeOf(shape)
  const width = widths[storage.type]
  const isWhole = stridesOf(shape).every((stride, axis) => stride === strides[axis] || shape[axis] === 1)
  if (isWhole) {
    const own = realNumbers(name, storage.type, bytes.subarray(offset * width, (offset + size) * width))
    return { dtype: 'float32', shape, data: own instanceof Float32Array ? own : Float32Array.from(own) }
  }
  const all = realNumbers(name, storage.type, bytes)
  const data = new Float32Array(size)
  const index = new Array<number>(shape.length).fill(0)
  let from = offset
  for (let i = 0; i < data.length; i++) {
    data[i] = all[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return { dtype: 'float32', shape, data }
}

function realNumbers(name: string, type: StoredType, bytes: Uint8Array): Float32Array | Float64Array {
  // A copy of its own: what lies in the file is not aligned.
  const { buffer } = new Uint8Array(bytes)
  if (type === 'float32') return new Float32Array(buffer)
  if (type === 'float64') return new Float64Array(buffer)
  if (type === 'float16') return Float32Array.from(new Uint16Array(buffer), widenHalf)
  if (type === 'bfloat16') return widenBrain(new Uint16Array(buffer))
  throw new WeightsError(`tensor ${name}: expected real numbers, found ${type}`)
}
