// What is lowered in another way for WebGPU, where the operators' own cases are too small to reach it.
import { assert, integer, property } from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { applyAll } from '../../../src/core/graph/apply.ts'
import * as g from '../../../src/core/graph/build.ts'
import type { Program } from '../../../src/core/graph/program.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { ReferenceEngine } from '../../../src/core/reference/engine.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../../../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'
import { cut } from '../../../src/engine/backends/onnxruntime/lowerings/webgpu/filter-gradient.ts'
import { whyNoWebgpu } from '../../support/webgpu.ts'

const noWebgpu = await whyNoWebgpu()

const random = new Random(3)
function drawn(shape: Shape): HostTensor<'float32'> {
  const t = tensor('float32', shape)
  for (let i = 0; i < t.data.length; i++) t.data[i] = random.normal()
  return t
}

it('cuts a long sum into pieces of equal length, no more than are wanted or than images and places give', () => {
  expect([cut(32, 4096, 512), cut(32, 4096, 32), cut(32, 16, 512), cut(24, 49, 5), cut(32, 49, 1), cut(3, 200, 512)]).toEqual([
    512, 32, 32, 6, 1, 6,
  ])
  const extents = [integer({ min: 1, max: 64 }), integer({ min: 1, max: 5000 }), integer({ min: 1, max: 600 })] as const
  assert(property(...extents, (n, places, wanted) => (n * places) % cut(n, places, wanted) === 0))
})

describe.skipIf(noWebgpu !== null)(`WebGPU, against the reference${noWebgpu === null ? '' : ` (${noWebgpu})`}`, () => {
  const engines = [new ReferenceEngine(), new OnnxRuntimeEngine({ provider: 'webgpu' })]
  afterAll(async () => {
    for (const engine of engines) await engine.dispose()
  })

  async function compare(outputs: Program['outputs'], feeds: Readonly<Record<string, readonly [Value, HostTensor]>>): Promise<void> {
    const entries = Object.entries(feeds)
    const leaves = Object.fromEntries(entries.map(([name, [leaf]]) => [name, leaf]))
    const tensors = Object.fromEntries(entries.map(([name, [, value]]) => [name, value]))
    const [expected, found] = await Promise.all(
      engines.map(async (engine) => {
        const executable = await engine.compile({ feeds: leaves, reads: {}, outputs, updates: {} })
        return executable.run(await engine.createState({}), tensors)
      }),
    )
    for (const name of Object.keys(outputs)) {
      const [right, other] = [toNumbers(expected![name]!), toNumbers(found![name]!)]
      const largest = Math.max(...right.map(Math.abs))
      right.forEach((value, i) => expect(Math.abs(value - other[i]!), name).toBeLessThan(1e-5 * largest))
    }
  }

  it('batch normalisation of few channels and many places', async () => {
    const shape = [3, 5, 16, 17]
    const leaf = (name: string, dims: Shape): Value => g.input(name, { dtype: 'float32', shape: dims })
    const [x, dy, scale, b] = [leaf('x', shape), leaf('dy', shape), leaf('scale', [5]), leaf('b', [5])]
    const { y, mean, variance } = g.batchNormalizationTraining(x, scale, b, 1e-5)
    const [dx, dscale, db] = applyAll('BatchNormalizationGradient', [dy, x, scale, mean, variance], { epsilon: 1e-5 })
    await compare(
      { y, mean, variance, dx: dx!, dscale: dscale!, db: db! },
      { x: [x, drawn(shape)], dy: [dy, drawn(shape)], scale: [scale, drawn([5])], b: [b, drawn([5])] },
    )
  })

  it.each([
    ['several pieces an image', [2, 3, 24, 24], [5, 3, 3, 3], [1, 1], [1, 1, 1, 1]],
    ['several pieces an image, strided', [2, 3, 33, 32], [4, 3, 7, 7], [2, 2], [3, 3, 3, 3]],
    ['several images a piece', [16, 160, 2, 1], [160, 160, 1, 1], [1, 1], [0, 0, 0, 0]],
    ['windows of one element, strided', [3, 6, 7, 8], [9, 6, 1, 1], [2, 2], [0, 0, 0, 0]],
  ])('filter gradient, %s', async (_, shape, filter, strides, pads) => {
    const [x, w] = [g.input('x', { dtype: 'float32', shape }), g.input('w', { dtype: 'float32', shape: filter })]
    const y = g.conv(x, w, null, { strides, pads })
    const dy = g.input('dy', y)
    await compare({ dw: g.convFilterGradient(x, dy, filter, { strides, pads }) }, { x: [x, drawn(shape)], dy: [dy, drawn(y.shape)] })
  })
})
