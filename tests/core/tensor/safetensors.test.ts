// Tensors survive a file; files that are cut or false are refused.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSafetensors, SafetensorsError, writeSafetensors } from '../../../src/core/tensor/safetensors.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import type { DType } from '../../../src/core/tensor/tensor.ts'

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'int64', 'uint8', 'bool']
const named = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
  fc.tuple(fc.constantFrom(...dtypes), fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 9 })),
)

describe('safetensors', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(named, fc.dictionary(fc.string(), fc.string()), (entries, metadata) => {
        const tensors = Object.fromEntries(
          Object.entries(entries).map(([name, [dtype, values]]) => [name, tensor(dtype, [values.length], values)]),
        )
        expect(readSafetensors(writeSafetensors({ tensors, metadata }))).toEqual({ tensors, metadata })
      }),
    )
  })

  it('refuses every file that is cut short', () => {
    const whole = writeSafetensors({ tensors: { a: tensor('float32', [3], [1, 2, 3]), b: tensor('int64', [2], [4, 5]) }, metadata: {} })
    for (let length = 0; length < whole.length; length++) expect(() => readSafetensors(whole.subarray(0, length))).toThrow(SafetensorsError)
  })
})
