// The fast algorithms against the sum of products that they stand for.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bilinear } from '../../../src/engine/backends/onnxruntime/lowerings/convolution/bilinear.ts'
import type { Matrix } from '../../../src/engine/backends/onnxruntime/lowerings/convolution/bilinear.ts'

const windows = fc
  .record({
    extent: fc.integer({ min: 1, max: 24 }),
    kernel: fc.constantFrom(1, 3),
    stride: fc.constantFrom(1, 2),
    begin: fc.integer({ min: 0, max: 2 }),
    end: fc.integer({ min: 0, max: 2 }),
    outputs: fc.constantFrom(2 as const, 4 as const),
  })
  .filter(({ extent, kernel, begin, end }) => extent + begin + end >= kernel)

test('A ((B x) * (G w)) is the convolution along an axis', () => {
  fc.assert(
    fc.property(windows, fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })), (window, numbers) => {
      const { extent, kernel, stride, begin, end } = window
      const out = Math.floor((extent + begin + end - kernel) / stride) + 1
      const algorithm = bilinear({ extent, out, kernel, stride, begin }, window.outputs)
      if (!algorithm) throw new Error('no algorithm')
      const x = [...numbers.take(extent)]
      const w = [...numbers.take(kernel)]
      const [bx, gw] = [times(algorithm.B, x), times(algorithm.G, w)]
      const products = bx.map((value, i) => value * (gw[Math.floor(i / algorithm.T)] ?? 0))
      const expected = Array.from({ length: out }, (_, o) => w.reduce((sum, tap, k) => sum + tap * (x[o * stride - begin + k] ?? 0), 0))
      expect(algorithm.B).toHaveLength(algorithm.P * algorithm.T)
      times(algorithm.A, products).forEach((value, o) => expect(value).toBeCloseTo(expected[o] ?? Number.NaN, 10))
    }),
  )
})

test('fewer products than taps times outputs', () => {
  const cost = (window: Parameters<typeof bilinear>[0]): number => {
    const { P = Infinity, T = 1 } = bilinear(window) ?? {}
    return P * T
  }
  expect(cost({ extent: 8, out: 8, kernel: 3, stride: 1, begin: 1 })).toBe(12)
  expect(cost({ extent: 2, out: 2, kernel: 3, stride: 1, begin: 1 })).toBe(3)
  expect(cost({ extent: 8, out: 4, kernel: 3, stride: 2, begin: 1 })).toBe(10)
  expect(bilinear({ extent: 8, out: 8, kernel: 5, stride: 1, begin: 2 })).toBeNull()
})

function times(matrix: Matrix, x: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, value, i) => sum + value * (x[i] ?? 0), 0))
}
