// Host tensors and shapes.
import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { broadcastShapes, scalar, sizeOf, stridesOf, tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'

describe('tensors', () => {
  it('convert numbers to their type and keep arrays that are of it', () => {
    expect(tensor('int64', [2], [1, -2]).data).toEqual(BigInt64Array.of(1n, -2n))
    expect(tensor('float32', [1], [0.1]).data[0]).toBe(Math.fround(0.1))
    const data = Float32Array.of(1, 2)
    expect(tensor('float32', [2], data).data).toBe(data)
    expect(toNumbers(scalar('int64', 2 ** 40))).toEqual([2 ** 40])
    expect(tensor('bool', [2, 0, 3]).data.length).toBe(0)
  })

  it('must have as many elements as their shape', () => {
    expect(() => tensor('float32', [2, 3], [1, 2])).toThrow('a float32 tensor [2, 3] needs 6 elements, found 2')
  })
})

describe('shapes', () => {
  it('have row-major strides', () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1])
    expect(stridesOf([])).toEqual([])
    expect(sizeOf([])).toBe(1)
  })

  it('broadcast as NumPy does', () => {
    expect(broadcastShapes([4, 1, 3], [2, 1])).toEqual([4, 2, 3])
    expect(broadcastShapes([], [2, 0])).toEqual([2, 0])
    expect(broadcastShapes([1], [0])).toEqual([0])
    expect(() => broadcastShapes([2, 3], [2, 4])).toThrow('shapes [2, 3] and [2, 4] do not broadcast')
  })

  it('broadcast the same way round and to a shape that both broadcast to', () => {
    const full = array(constantFrom(2, 3, 5), { maxLength: 4 })
    const masks = array(constantFrom(true, false), { minLength: 4, maxLength: 4 })
    assert(
      property(full, masks, masks, (shape, left, right) => {
        const a = shape.map((extent, axis) => (left[axis] ? extent : 1))
        const b = shape.map((extent, axis) => (right[axis] ? extent : 1)).slice(right.indexOf(true) + 1)
        const common = broadcastShapes(a, b)
        expect(broadcastShapes(b, a)).toEqual(common)
        expect(broadcastShapes(a, common)).toEqual(common)
      }),
    )
  })
})
