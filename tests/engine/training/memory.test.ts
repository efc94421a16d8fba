// Memory of a training step: what the graph says beside what the process takes, and what recomputing activations, or storing them as float16, saves.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { Backbone } from '../../../src/core/nn/backbone.ts'
import { largestBatch, runMemory } from '../../../src/engine/training/memory.ts'
import { configure } from '../../../src/engine/training/settings.ts'

interface Measured {
  readonly weights: readonly number[]
  readonly estimate: number
  readonly measured: number
}

async function step(activations: 'keep' | 'recompute' | 'half'): Promise<Measured> {
  const program = fileURLToPath(new URL('../../support/step-memory.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, activations, '96', '128'])
  return JSON.parse(stdout) as Measured
}

test('recomputing activations, or storing them as float16, takes less of this machine, by the estimate too, for the same weights', async () => {
  const [keep, again, half] = [await step('keep'), await step('recompute'), await step('half')]
  expect(again.weights).toEqual(keep.weights)
  expect(half.weights).not.toEqual(keep.weights)
  half.weights.forEach((sum, i) => expect(sum).toBeCloseTo(keep.weights[i]!, 3))
  expect(again.measured).toBeLessThan(0.9 * keep.measured)
  expect(again.estimate).toBeLessThan(0.9 * keep.estimate)
  expect(half.measured).toBeLessThan(0.9 * keep.measured)
  expect(half.estimate).toBeLessThan(0.95 * keep.estimate)
  for (const { estimate, measured } of [keep, again, half]) {
    expect(estimate).toBeGreaterThan(0.7 * measured)
    expect(estimate).toBeLessThan(1.5 * measured)
  }
})

test('the largest batch fits, and one much larger does not', () => {
  const file = fileURLToPath(new URL('../../../resources/backbones/starter.onnx', import.meta.url))
  const backbone = new Backbone(readOnnx(readFileSync(file)), { imageSize: 64 })
  const configuration = (batch: number) => configure({ method: 'self-tuning', settings: {}, batch, depth: 'all' }, false)
  const room = 700 * 2 ** 20
  const found = largestBatch(configuration(24), backbone, 5, room) ?? 0
  expect(found).toBeGreaterThan(24)
  expect(runMemory(configuration(found), backbone, 5)).toBeLessThanOrEqual(room)
  expect(runMemory(configuration(Math.ceil(1.1 * found)), backbone, 5)).toBeGreaterThan(room)
  expect(largestBatch(configuration(24), backbone, 5, 2 ** 20)).toBeNull()
})
