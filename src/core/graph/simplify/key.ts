// Texts that are equal exactly if attributes are.
import type { HostTensor } from '../../tensor/tensor.ts'

/** Longer constants are compared by identity. */
const longest = 64

/** @param identify gives the same number for the same object only. */
export function attributesKey(attributes: object, identify: (data: object) => number): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${key(value, identify)}`)
    .sort()
    .join(';')
}

function key(value: unknown, identify: (data: object) => number): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (Array.isArray(value)) return `[${value.map((item) => key(item, identify)).join()}]`
  if (isTensor(value)) return `${value.dtype}[${value.shape.join()}]:${contents(value, identify)}`
  return JSON.stringify(value)
}

function isTensor(value: unknown): value is HostTensor {
  return typeof value === 'object' && value !== null && 'data' in value
}

/** Bytes, so that 0 and -0, or two NaN, are told apart. */
function contents({ data }: HostTensor, identify: (data: object) => number): string {
  return data.length > longest ? `#${identify(data)}` : new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join()
}
