// Comparing tensors element by element.
import { isFloat } from '../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'

/** |found - expected| <= absolute + relative * |expected|, as numpy.allclose has it. */
export interface Tolerance {
  readonly relative: number
  readonly absolute: number
}

/** What is wrong with `found`, in words; null if it is as expected. Integers and infinities must be equal, NaN stands for NaN. */
export function difference(found: HostTensor | undefined, expected: HostTensor, { relative, absolute }: Tolerance): string | null {
  if (!found) return 'nothing was returned'
  const type = ({ dtype, shape }: HostTensor): string => `${dtype}[${shape.join(', ')}]`
  if (type(found) !== type(expected)) return `expected ${type(expected)}, found ${type(found)}`
  const exact = !isFloat(expected.dtype)
  for (let i = 0; i < expected.data.length; i++) {
    const [x, y] = [found.data[i]!, expected.data[i]!]
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue
    const error = Math.abs(Number(x) - Number(y))
    if (exact || !(error <= absolute + relative * Math.abs(Number(y)))) return `element ${i}: expected ${y}, found ${x}`
  }
  return null
}
