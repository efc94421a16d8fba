// BSS: its term against TLlib's, and against an eigenvalue solver of our own where singular values are many, close, equal or zero.
import { describe, expect, it } from 'vitest'
import { bss } from '../../../src/core/methods/bss.ts'
import { smallestSingularSquares } from '../../../src/core/nn/singular-values.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { engines } from '../../conformance/engines.ts'
import { eigen } from '../../support/eigen.ts'
import { describeGolden, difference, golden, valueAndGradient } from '../../support/golden.ts'
import { oneStep, phaseOf } from '../../support/one-step.ts'

/** WebGPU in software takes seconds for each: it is given one. */
const slow = 60_000

describeGolden('BSS against TLlib', () => {
  describe.each(engines)('on $name', (engine) => {
    it.each(engine.sampled ? [2] : [1, 2, 3])('has the value and gradient of k = %i', { timeout: slow }, async (k) => {
      const { value, gradient } = await valueAndGradient(engine, (x) => smallestSingularSquares(x, k), golden('bss.feature'))
      expect(difference(value, golden(`bss_k${k}.loss`))).toBeLessThan(1e-5)
      expect(difference(gradient, golden(`bss_k${k}.grad_feature`))).toBeLessThan(1e-4)
    })
  })
})

describe('the smallest singular values', () => {
  const random = new Random(7)
  const matrix = (rows: number, columns: number, element: (i: number, j: number) => number): HostTensor =>
    tensor('float32', [rows, columns], Array.from({ length: rows * columns }, (_, i) => element(Math.floor(i / columns), i % columns))) // prettier-ignore
  const noise = (): number => random.normal()
  const mean = Array.from({ length: 512 }, () => Math.abs(random.normal()))
  const twin = matrix(8, 30, noise)
  const engine = engines.find(({ name }) => name === 'onnxruntime')!

  it.each([
    ['features of a batch', matrix(24, 512, () => Math.max(0, noise())), 1e-5, 1e-3],
    ['features that differ little', matrix(24, 512, (_, j) => Math.max(0, (mean[j] ?? 0) + 0.3 * noise())), 1e-4, 2e-2],
    ['a batch that is larger than its features', matrix(24, 10, noise), 1e-5, 1e-4],
    ['two images alike', matrix(8, 30, (i, j) => Number(twin.data[(i === 7 ? 6 : i) * 30 + j])), 1e-5, 1e-4],
    ['two images', matrix(2, 5, noise), 1e-5, 1e-4],
  ] as const)('are those of %s, with their gradient', async (_, x, closeness, slope) => {
    for (const k of [1, 3]) {
      const { value, gradient } = await valueAndGradient(engine, (input) => smallestSingularSquares(input, k), x)
      const expected = bySolver(x, k)
      const scale = bySolver(x, Infinity).value
      expect(Math.abs(Number(value.data[0]) - expected.value)).toBeLessThan(closeness * expected.value + 1e-9 * scale)
      const largest = Math.max(...toNumbers(expected.gradient).map(Math.abs))
      const error = difference(gradient, expected.gradient) * largest
      expect(error).toBeLessThan(slope * largest + 1e-5 * Math.sqrt(scale))
    }
  })

  it.each([
    ['equal', [1, 0, 0, 0, 1, 0, 0, 0, 1], 1],
    ['zero', [0, 0, 0, 0, 0, 0, 0, 0, 0], 0],
  ])('may be %s', async (_, elements, square) => {
    for (const k of [1, 2, 5]) {
      const { value, gradient } = await valueAndGradient(engine, (x) => smallestSingularSquares(x, k), tensor('float32', [3, 3], elements))
      expect(Number(value.data[0])).toBeCloseTo(Math.min(3, k) * square, 5)
      // A unit vector of the span, times two: any is a subgradient.
      expect(Math.hypot(...toNumbers(gradient))).toBeCloseTo(2 * square * Math.sqrt(Math.min(3, k)), 5)
    }
  })
})

/** By the eigenvectors of x x', in float64. */
function bySolver(x: HostTensor, k: number): { value: number; gradient: HostTensor } {
  const [rows, columns] = x.shape as [number, number]
  const at = (i: number, j: number): number => Number(x.data[i * columns + j])
  const gram = Array.from({ length: rows }, (_, a) =>
    Array.from({ length: rows }, (_, b) => Array.from({ length: columns }, (_, j) => at(a, j) * at(b, j)).reduce((p, q) => p + q, 0)),
  )
  const own = eigen(gram).slice(Math.max(0, rows - columns)).slice(0, Math.min(k, rows, columns)) // prettier-ignore
  const gradient = tensor('float64', x.shape)
  for (const { vector: u } of own)
    for (let j = 0; j < columns; j++) {
      const projected = u.reduce((sum, element, i) => sum + element * at(i, j), 0)
      u.forEach((element, i) => (gradient.data[i * columns + j] = Number(gradient.data[i * columns + j]) + 2 * element * projected))
    }
  return { value: own.reduce((sum, { value }) => sum + value, 0), gradient }
}

it('trains on the labelled images, in every phase', async () => {
  for (const depth of ['head', 1, 'all'] as const) {
    const { outputs } = await oneStep(phaseOf(bss, { depth, settings: { singularValues: 2 } }))
    expect(Object.keys(outputs)).toEqual(['loss', 'loss/labelledCe', 'loss/spectralShrinkage'])
    expect(Number(outputs['loss/spectralShrinkage']!.data[0])).toBeGreaterThan(0)
  }
})
