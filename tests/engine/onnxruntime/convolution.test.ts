// Every lowering of convolution, its gradients and what stands between them, against the reference engine.
import { afterAll, describe, expect, test } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import * as g from '../../../src/core/graph/build.ts'
import type { Engine, Program } from '../../../src/core/graph/program.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { ReferenceEngine } from '../../../src/core/reference/engine.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'

interface Case {
  x: [number, number, number, number]
  filters: number
  kernel: [number, number]
  group?: number
  strides?: [number, number]
  pads?: [number, number, number, number]
  dilations?: [number, number]
}

const engines: Engine[] = [new ReferenceEngine(), new OnnxRuntimeEngine({ threads: 2 }), new OnnxRuntimeEngine({ blocked: false })]
afterAll(() => Promise.all(engines.map((engine) => engine.dispose())))

const cases: Case[] = [
  { x: [2, 3, 9, 9], filters: 8, kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { x: [2, 3, 32, 32], filters: 32, kernel: [7, 7], strides: [2, 2], pads: [3, 3, 3, 3] },
  { x: [2, 3, 16, 16], filters: 24, kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { x: [2, 16, 8, 8], filters: 32, kernel: [1, 1] },
  { x: [3, 24, 8, 8], filters: 20, kernel: [1, 1] },
  { x: [2, 32, 4, 4], filters: 64, kernel: [1, 1] },
  { x: [2, 32, 9, 9], filters: 16, kernel: [1, 1], strides: [2, 2] },
  { x: [2, 32, 8, 8], filters: 32, kernel: [3, 3], group: 32, pads: [1, 1, 1, 1] },
  { x: [2, 24, 8, 8], filters: 24, kernel: [3, 3], group: 24, pads: [1, 1, 1, 1], strides: [2, 2] },
  { x: [2, 32, 9, 7], filters: 32, kernel: [3, 3], group: 32, pads: [1, 1, 1, 1], strides: [2, 2] },
  { x: [2, 32, 8, 8], filters: 32, kernel: [5, 5], group: 32, pads: [2, 2, 2, 2], strides: [2, 2] },
  { x: [2, 32, 8, 8], filters: 32, kernel: [5, 3], group: 32, pads: [4, 2, 4, 2], dilations: [2, 2] },
  { x: [2, 16, 6, 6], filters: 16, kernel: [3, 3], group: 16, pads: [0, 0, 1, 1], strides: [2, 2] },
  { x: [2, 32, 8, 8], filters: 32, kernel: [3, 3], group: 4, pads: [1, 1, 1, 1] },
  { x: [2, 16, 7, 7], filters: 32, kernel: [3, 3], group: 16, pads: [1, 1, 1, 1] },
  { x: [2, 16, 2, 2], filters: 32, kernel: [3, 3], pads: [1, 1, 1, 1] },
  { x: [2, 32, 4, 4], filters: 16, kernel: [3, 3], pads: [1, 1, 1, 1] },
  { x: [2, 20, 8, 8], filters: 24, kernel: [3, 3], pads: [1, 1, 1, 1] },
  { x: [2, 16, 16, 12], filters: 16, kernel: [3, 3], pads: [1, 1, 1, 1] },
  { x: [2, 16, 13, 13], filters: 16, kernel: [3, 3], pads: [1, 1, 1, 1] },
  { x: [2, 16, 8, 8], filters: 32, kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { x: [2, 16, 4, 4], filters: 32, kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { x: [2, 16, 9, 9], filters: 32, kernel: [3, 3], strides: [2, 2], pads: [0, 1, 1, 0] },
  { x: [2, 16, 9, 9], filters: 16, kernel: [5, 5], pads: [2, 2, 2, 2] },
  { x: [2, 16, 6, 6], filters: 16, kernel: [3, 3], dilations: [2, 2], pads: [2, 2, 2, 2] },
]

const tail = [
  ['convolution alone', (y: Value) => y],
  ['batch normalisation, ReLU6 and a pointwise convolution', (y: Value, b: Weights) => b.pointwise(g.clip(b.norm(y), 0, 1))],
  ['batch normalisation added to a shortcut, ReLU, 3x3 convolution', (y: Value, b: Weights) => b.block(y)],
  ['batch normalisation, ReLU, max-pooling, 3x3 convolution', (y: Value, b: Weights) => b.pooled(y)],
] as const

describe.each(tail)('%s', (_, after) => {
  test.each(cases)('$x filters $filters kernel $kernel group $group strides $strides pads $pads dilations $dilations', async (c) => {
    const weights = new Weights()
    const { x: shape, filters, kernel, group = 1, strides = [1, 1], pads = [0, 0, 0, 0], dilations = [1, 1] } = c
    const x = weights.make('x', shape)
    const w = weights.make('w', [filters, shape[1] / group, ...kernel])
    const y = after(g.conv(x, w, null, { strides, pads, dilations, group }), weights)
    const target = weights.make('target', y.shape)
    const all = y.shape.map((_, axis) => axis)
    const loss = g.reduceMean(g.mul(g.mul(y, y), target), all)
    const names = Object.keys(weights.leaves).filter((name) => name !== 'target')
    const gradients = differentiate(loss, names.map((name) => weights.leaves[name]!)) // prettier-ignore
    const outputs: Record<string, Value> = { y, loss }
    names.forEach((name, i) => (outputs[`d ${name}`] = gradients[i]!))
    const [expected, ...found] = await results({ feeds: weights.leaves, reads: {}, outputs, updates: {} }, weights.values)
    for (const result of found)
      for (const name of Object.keys(outputs)) expect(distance(result[name]!, expected![name]!), name).toBeLessThan(2e-4)
  })
})

/** Random leaves, and layers that use them. */
class Weights {
  readonly leaves: Record<string, Value> = {}
  readonly values: Record<string, HostTensor> = {}
  readonly #random = new Random(3)

  make(name: string, shape: readonly number[], mean = 0): Value {
    const value = tensor('float32', shape)
    for (let i = 0; i < value.data.length; i++) value.data[i] = this.#random.normal(mean, 0.5)
    this.values[name] = value
    return (this.leaves[name] = g.input(name, value))
  }

  norm(y: Value): Value {
    return g.batchNormalizationTraining(y, this.make('scale', [y.shape[1]!], 1), this.make('b', [y.shape[1]!])).y
  }

  pointwise(y: Value): Value {
    return g.conv(y, this.make('w1', [16, y.shape[1]!, 1, 1]))
  }

  pooled(y: Value): Value {
    const pooled = g.maxPool(g.relu(this.norm(y)), { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] })
    return g.conv(pooled, this.make('w3', [16, y.shape[1]!, 3, 3]), null, { pads: [1, 1, 1, 1] })
  }

  block(y: Value): Value {
    const z = g.relu(g.add(this.norm(y), y))
    return g.conv(z, this.make('w3', [16, y.shape[1]!, 3, 3]), null, { pads: [1, 1, 1, 1] })
  }
}

function results(program: Program, feeds: Record<string, HostTensor>): Promise<Record<string, HostTensor>[]> {
  return Promise.all(
    engines.map(async (engine) => {
      const executable = await engine.compile(program)
      const result = await executable.run(await engine.createState({}), feeds)
      executable.dispose()
      return result
    }),
  )
}

/** Largest difference over the largest expected element. */
function distance(found: HostTensor, expected: HostTensor): number {
  let [error, scale] = [0, 1e-6]
  expected.data.forEach((value: number | bigint, i: number) => {
    error = Math.max(error, Math.abs(Number(value) - Number(found.data[i])))
    scale = Math.max(scale, Math.abs(Number(value)))
  })
  return error / scale
}
