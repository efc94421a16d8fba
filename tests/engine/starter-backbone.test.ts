// The starter backbone as it is shipped: small, quick, and trainable from its last layer to its first.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { starterRecipe } from '../../scripts/train-starter/recipe.ts'
import { differentiate } from '../../src/core/autodiff/differentiate.ts'
import * as g from '../../src/core/graph/build.ts'
import { readOnnx } from '../../src/core/graph/onnx/read.ts'
import { Backbone } from '../../src/core/nn/backbone.ts'
import type { Depth } from '../../src/core/nn/backbone.ts'
import { inspectModel } from '../../src/core/nn/backbone-inspect.ts'
import { ProgramBuilder } from '../../src/core/nn/program-builder.ts'
import { Random } from '../../src/core/tensor/random.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../../src/engine/backends/onnxruntime/engine.ts'

const file = readFileSync(fileURLToPath(new URL('../../resources/backbones/starter.onnx', import.meta.url)))
const model = readOnnx(file)
const backbone = new Backbone(model, { imageSize: 64 })
const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

test('at most 8 MB and 120 MFLOP for an image, and it says what it expects', () => {
  const report = inspectModel(model)
  expect(report).toMatchObject({ trainable: true, problems: [], metadata: { normalize: 'imagenet' } })
  expect(report.backbone).toMatchObject({ imageSize: [128, 128], feature: 'features', width: starterRecipe.architecture.features })
  expect(file.length).toBeLessThanOrEqual(8e6)
  expect(2 * (report.backbone?.macs ?? Infinity)).toBeLessThanOrEqual(120e6)
  expect(report.operators.Conv).toBeGreaterThan(10)
  expect(report.operators.BatchNormalization).toBe(report.operators.Conv)
})

test('each depth trains more of it than the one before', () => {
  const depths: Depth[] = ['head', ...backbone.stages.slice(1).map((_, i) => i + 1), 'all']
  const trained = depths.map((depth) => backbone.trainable(backbone.cutAt(depth)).length)
  expect(trained[0]).toBe(0)
  expect(depths.length).toBeGreaterThan(4)
  trained.slice(1).forEach((count, i) => expect(count).toBeGreaterThan(trained[i] ?? 0))
})

test('every weight has a gradient, every running statistic moves', async () => {
  const variables = backbone.variables(null)
  const names = backbone.trainable(null)
  const builder = new ProgramBuilder(variables)
  const x = builder.feed('x', backbone.inputType(null, 4))
  const feature = backbone.forward(x, {
    training: true,
    get: (name) => builder.get(name),
    set: (name, value) => builder.set(name, value),
  })
  const loss = g.reduceMean(g.mul(feature, feature))
  const gradients = differentiate(
    loss,
    names.map((name) => builder.get(name)),
  )
  const executable = await engine.compile(builder.finish(Object.fromEntries(names.map((name, i) => [name, gradients[i]!]))))
  const state = await engine.createState(variables)
  const random = new Random(1)
  const images = tensor('float32', x.shape)
  for (let i = 0; i < images.data.length; i++) images.data[i] = random.normal()
  const found = await executable.run(state, { x: images })
  for (const name of names) {
    const largest = (found[name]?.data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(largest, name).toBeGreaterThan(0)
    expect(largest, name).toBeLessThan(Infinity)
  }
  const after = await state.read()
  for (const [name, { data }] of Object.entries(variables)) if (name.includes('running')) expect(after[name]?.data, name).not.toEqual(data)
  executable.dispose()
  state.dispose()
})
