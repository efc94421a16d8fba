// What is lowered in another way for WebGPU, where the operators' own cases are too small to reach it.
import { assert, integer, property } from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import type { Program } from '../../../src/core/graph/program.ts'
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

describe.skipIf(noWebgpu !== null)(`filter gradients on WebGPU${noWebgpu === null ? '' : ` (${noWebgpu})`}`, () => {
  const engines = [new ReferenceEngine(), new OnnxRuntimeEngine({ provider: 'webgpu' })]
  afterAll(async () => {
    for (const engine of engines) await engine.dispose()
  })

  it.each([
    ['several pieces an image', [2, 3, 24, 24], [5, 3, 3, 3], [1, 1], [1, 1, 1, 1]],
    ['several pieces an image, strided', [2, 3, 33, 32], [4, 3, 7, 7], [2, 2], [3, 3, 3, 3]],
    ['several images a piece', [16, 160, 2, 1], [160, 160, 1, 1], [1, 1], [0, 0, 0, 0]],
    ['windows of one element, strided', [3, 6, 7, 8], [9, 6, 1, 1], [2, 2], [0, 0, 0, 0]],
  ])('%s', async (_, xShape, filter, strides, pads) => {
    const [x, w] = [g.input('x', { dtype: 'float32', shape: xShape }), g.input('w', { dtype: 'float32', shape: filter })]
    const y = g.conv(x, w, null, { strides, pads })
    const dy = g.input('dy', y)
    const program: Program = {
      feeds: { x, dy },
      reads: {},
      outputs: { dw: g.convFilterGradient(x, dy, filter, { strides, pads }) },
      updates: {},
    }
    const feeds = { x: drawn(xShape), dy: drawn(y.shape) }
    const [expected, found] = await Promise.all(
      engines.map(async (engine) => toNumbers((await (await engine.compile(program)).run(await engine.createState({}), feeds))['dw']!)),
    )
    const largest = Math.max(...expected!.map(Math.abs))
    expected!.forEach((value, i) => expect(Math.abs(value - found![i]!)).toBeLessThan(1e-5 * largest))
  })
})
