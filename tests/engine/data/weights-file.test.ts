// Weights as PyTorch and safetensors store them become networks that answer as torchvision's do (tests/fixtures/weights/make.py).
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { inspectModel } from '../../../src/core/nn/backbone-inspect.ts'
import { writeSafetensors } from '../../../src/core/tensor/safetensors.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import { convertWeights, weightsFormat } from '../../../src/engine/data/weights-file.ts'
import type { ConvertedWeights } from '../../../src/engine/data/weights-file.ts'
import { resnetWeights } from '../../support/resnet-weights.ts'
import { base as folder } from './scratch.ts'

const fixtures = resolve(import.meta.dirname, '../../fixtures/weights')
const answers = JSON.parse(readFileSync(join(fixtures, 'answers.json'), 'utf8')) as Record<string, number[]>

async function convert(path: string): Promise<ConvertedWeights> {
  const format = await weightsFormat(path)
  if (!format) throw new Error(`${path}: not recognised`)
  return convertWeights(path, format)
}

/** Features of the pattern that make.py has made too. */
async function featuresOf(onnx: Uint8Array): Promise<Float32Array> {
  const image = new Float32Array(3 * 224 * 224)
  for (let i = 0; i < image.length; i++) {
    const [channel, row, column] = [Math.floor(i / 50_176), Math.floor(i / 224) % 224, i % 224]
    image[i] = ((row * 7 + column * 13 + channel * 31) % 64) / 32 - 1
  }
  const session = await InferenceSession.create(onnx)
  const { features } = await session.run({ input: new Tensor('float32', image, [1, 3, 224, 224]) })
  return features?.data as Float32Array
}

test.each([
  ['basic.pth', 'basic', 'ResNet (2-1-1-1 basic blocks)', '', 1e-5],
  ['basic-legacy.pth', 'basic', 'ResNet (2-1-1-1 basic blocks)', '', 1e-5],
  ['basic-half.pth', 'basic', 'ResNet (2-1-1-1 basic blocks)', '', 2e-3],
  ['moco-v2.pth.tar', 'moco-v2', 'ResNet (1-1-1-1 bottlenecks)', 'module.encoder_q.', 1e-5],
  ['grouped-lightning.ckpt', 'grouped', 'ResNet (1-1-1-1 bottlenecks)', 'model.', 1e-5],
])('%s answers as in PyTorch, and can be trained', async (file, network, architecture, prefix, tolerance) => {
  const found = await convert(join(fixtures, file))
  expect(found).toMatchObject({ architecture, prefix })
  const features = await featuresOf(found.onnx)
  const expected = answers[network] ?? []
  expect(features).toHaveLength(expected.length)
  expect(Math.max(...expected.map((value, i) => Math.abs(value - features[i]!)))).toBeLessThan(tolerance)
  const report = inspectModel(readOnnx(found.onnx))
  expect(report).toMatchObject({ use: 'all', pixels: { normalize: 'imagenet', reason: 'said' }, backbone: { classes: null } })
  expect(report.operators['Conv']).toBe(report.operators['BatchNormalization'])
})

test('the head of MoCo v2, the queue and the counters stay behind', async () => {
  const { leftOut } = await convert(join(fixtures, 'moco-v2.pth.tar'))
  expect(leftOut.filter((name) => !name.endsWith('num_batches_tracked'))).toEqual(['fc.0.weight', 'fc.0.bias', 'fc.2.weight', 'fc.2.bias'])
})

test('safetensors: the same weights make the same file; what is missing is named', async () => {
  const path = join(folder, 'timm.safetensors')
  const tensors = resnetWeights()
  writeFileSync(path, writeSafetensors({ tensors, metadata: { format: 'pt' } }))
  const found = await convert(path)
  expect(found.architecture).toBe('ResNet (1-1-1-1 basic blocks)')
  expect(Buffer.from(found.onnx).equals(Buffer.from((await convert(path)).onnx))).toBe(true)
  expect(readOnnx(found.onnx).initialisers.get('layer2.0.conv1.weight')?.data).toEqual(tensors['layer2.0.conv1.weight']?.data)
  delete tensors['layer1.0.bn1.running_mean']
  writeFileSync(path, writeSafetensors({ tensors, metadata: {} }))
  await expect(convert(path)).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringContaining('missing: layer1.0.bn1.running_mean') as string,
  })
  tensors['layer1.0.bn1.running_mean'] = tensor('float32', [4], [0, NaN, 0, 0])
  writeFileSync(path, writeSafetensors({ tensors, metadata: {} }))
  await expect(convert(path)).rejects.toMatchObject({ message: expect.stringContaining('one that is not finite') as string })
})

test('a pickled network is refused by the name of its class; damaged files are refused', async () => {
  await expect(convert(join(fixtures, 'whole-network.pth'))).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringContaining('torchvision.models.resnet.ResNet, which is code') as string,
  })
  for (const file of ['basic.pth', 'basic-legacy.pth']) {
    const bytes = readFileSync(join(fixtures, file))
    const path = join(folder, `short-${file}`)
    for (const share of [0.2, 0.9, 0.999]) {
      writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)))
      await expect(convert(path)).rejects.toMatchObject({ code: 'bad-model' })
    }
  }
  writeFileSync(join(folder, 'text.onnx'), 'no model')
  expect(await weightsFormat(join(folder, 'text.onnx'))).toBeNull()
})
