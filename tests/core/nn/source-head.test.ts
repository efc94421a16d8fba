// The classifier of a file as a layer on the feature: its scores are those of the file, however it is written; what is none is not taken for one.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { constant, input } from '../../../src/core/graph/apply.ts'
import * as g from '../../../src/core/graph/build.ts'
import { instantiate } from '../../../src/core/graph/onnx/instantiate.ts'
import type { OnnxModel } from '../../../src/core/graph/onnx/model.ts'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { symbolicBatch, writeOnnx } from '../../../src/core/graph/onnx/write.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { Backbone } from '../../../src/core/nn/backbone.ts'
import { linear } from '../../../src/core/nn/layers.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { sizeOf, tensor } from '../../../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'
import { difference } from '../../support/golden.ts'

const random = new Random(5)
const noise = (...shape: number[]): Value =>
  constant(
    tensor(
      'float32',
      shape,
      Array.from({ length: sizeOf(shape) }, () => random.normal()),
    ),
  )
const [F, S] = [8, 5]

/** A file: a convolution, and what is made of its feature map [N, F, 6, 6]. */
function file(outputs: (map: Value) => Record<string, Value>): OnnxModel {
  const image = input('image', { dtype: 'float32', shape: [symbolicBatch, 3, 8, 8] })
  const map = g.relu(g.conv(image, noise(F, 3, 3, 3)))
  return readOnnx(writeOnnx({ inputs: { image }, outputs: outputs(map), batch: 'N' }))
}
const pooled = (map: Value): Value => g.flatten(g.globalAveragePool(map))

/** Scores by the file, and by the layer on the feature that the backbone gives. */
async function compare(model: OnnxModel, scores: string, size: number): Promise<number> {
  const backbone = new Backbone(model, { imageSize: size })
  const { weight, bias } = backbone.sourceHead!
  const image = input('image', backbone.inputType(null, 2))
  const feature = backbone.forward(image, {
    training: false,
    get: (name) => constant(backbone.variables(null)[name]!),
    set: () => undefined,
  })
  const expected = instantiate(model, { inputs: { [model.inputs[0]!.name]: image }, outputs: [scores] }).get(scores)!
  const outputs = { expected: g.flatten(expected), found: linear(feature, constant(weight), constant(bias)) }
  const engine = new OnnxRuntimeEngine({ threads: 1 })
  const executable = await engine.compile({ feeds: { image }, reads: {}, outputs, updates: {} })
  const values = Array.from({ length: sizeOf(image.shape) }, () => random.normal())
  const results = await executable.run(await engine.createState({}), { image: tensor('float32', image.shape, values) })
  await engine.dispose()
  return difference(results['found'], results['expected'])
}

describe('the classifier of a file', () => {
  it.each<[string, (map: Value) => Record<string, Value>]>([
    ['a layer in PyTorch’s layout', (map) => ({ logits: g.gemm(pooled(map), noise(S, F), noise(S), { transB: 1 }) })],
    ['a layer in TensorFlow’s layout', (map) => ({ logits: g.gemm(pooled(map), noise(F, S), noise(S)) })],
    ['a product and a sum', (map) => ({ logits: g.add(noise(S), g.matMul(pooled(map), noise(F, S))) })],
    ['a product alone, beside the feature', (map) => ({ feature: pooled(map), logits: g.matMul(pooled(map), noise(F, S)) })],
    ['a convolution behind pooling', (map) => ({ logits: g.flatten(g.conv(g.globalAveragePool(map), noise(S, F, 1, 1), noise(S))) })],
    ['a convolution before pooling', (map) => ({ logits: pooled(g.conv(map, noise(S, F, 1, 1), noise(S))), feature: pooled(map) })],
  ])('is found as %s', async (_, outputs) => expect(await compare(file(outputs), 'logits', 8)).toBeLessThan(1e-5))

  it('is found behind a softmax', () => {
    const outputs = (map: Value): Record<string, Value> => ({ probabilities: g.softmax(g.gemm(pooled(map), noise(F, S), noise(S)), 1) })
    expect(new Backbone(file(outputs), {}).sourceHead?.weight.shape).toEqual([S, F])
  })

  it.each<[string, (map: Value) => Record<string, Value>]>([
    ['features alone', (map) => ({ feature: pooled(map) })],
    ['scores that are bent', (map) => ({ logits: pooled(g.relu(g.conv(map, noise(S, F, 1, 1)))), feature: pooled(map) })],
    ['a classifier on another value', (map) => ({ logits: g.matMul(pooled(g.relu(map)), noise(F, S)), feature: pooled(g.tanh(map)) })],
    ['a classifier on all places', (map) => ({ logits: g.matMul(g.flatten(map), noise(F * 36, S)), feature: pooled(map) })],
  ])('is not found in %s', (_, outputs) => expect(new Backbone(file(outputs), {}).sourceHead).toBeNull())

  const shared = new URL('../../../../shared/data/weights/', import.meta.url)
  const there = existsSync(shared)
  it.skipIf(!there).each([
    ['mobilenet_v2_1.0_224_tf_fp32.onnx', 224],
    ['resnet20_cifar10_imnet.onnx', 32],
  ])('is that of %s (skipped where ../shared is absent)', async (name, size) =>
    expect(await compare(readOnnx(readFileSync(new URL(name, shared))), 'logits', size)).toBeLessThan(1e-4),
  )
})
