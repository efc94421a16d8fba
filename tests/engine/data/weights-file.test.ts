// Weights as PyTorch and safetensors store them become networks that answer as torchvision's do (tests/fixtures/weights/make.py).
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { inspectModel } from '../../../src/core/nn/backbone-inspect.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { writeSafetensors } from '../../../src/core/tensor/safetensors.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { convertWeights, weightsFormat } from '../../../src/engine/data/weights-file.ts'
import type { ConvertedWeights } from '../../../src/engine/data/weights-file.ts'
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

/** A ResNet of four narrow basic blocks with timm's names. */
function timmTensors(): Record<string, HostTensor> {
  const random = new Random(3)
  const tensors: Record<string, HostTensor> = { 'fc.weight': tensor('float32', [2, 8]), 'fc.bias': tensor('float32', [2]) }
  const conv = (name: string, norm: string, shape: readonly number[]): void => {
    const size = shape.reduce((product, extent) => product * extent, 1)
    const [width = 0] = shape
    tensors[`${name}.weight`] = tensor(
      'float32',
      shape,
      Array.from({ length: size }, () => random.normal(0, 0.2)),
    )
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      tensors[`${norm}.${part}`] = tensor('float32', [width], new Array<number>(width).fill(part === 'running_var' ? 1 : 0.5))
    tensors[`${norm}.num_batches_tracked`] = tensor('int64', [], [7])
  }
  conv('conv1', 'bn1', [4, 3, 7, 7])
  for (const [i, [from, to]] of [
    [4, 4],
    [4, 8],
    [8, 8],
    [8, 8],
  ].entries()) {
    const name = `layer${i + 1}.0`
    conv(`${name}.conv1`, `${name}.bn1`, [to!, from!, 3, 3])
    conv(`${name}.conv2`, `${name}.bn2`, [to!, to!, 3, 3])
    if (i > 0) conv(`${name}.downsample.0`, `${name}.downsample.1`, [to!, from!, 1, 1])
  }
  return tensors
}

test('safetensors: the same weights make the same file; what is missing is named', async () => {
  const path = join(folder, 'timm.safetensors')
  const tensors = timmTensors()
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
