// Weights without a graph are taken in as networks: once by content, with what was recognised.
import { copyFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { backbones } from '../../../src/main/services/backbones/index.ts'
import { calls, testStudio } from '../../support/services.ts'

const { studio, folder } = testStudio()
const service = calls('backbones', backbones(studio))
const fixtures = resolve(import.meta.dirname, '../../fixtures/weights')

test('a checkpoint of MoCo v2 is inspected, added, and can be trained', async () => {
  const file = join(folder, 'moco v2.pth.tar')
  copyFileSync(join(fixtures, 'moco-v2.pth.tar'), file)
  expect(await service.inspect({ file })).toMatchObject({
    format: 'pytorch',
    architecture: 'ResNet (1-1-1-1 bottlenecks)',
    use: 'all',
    pixels: { normalize: 'imagenet', reason: 'said' },
    leftOut: expect.arrayContaining(['fc.0.weight', 'fc.2.bias']) as string[],
    backbone: { width: 128, imageSize: [224, 224] },
  })
  const added = await service.add({ file })
  expect(added).toMatchObject({
    name: 'moco v2',
    normalize: 'imagenet',
    facts: { use: 'all', architecture: 'ResNet (1-1-1-1 bottlenecks)' },
  })
  expect(await service.inspect({ file: added.file })).toMatchObject({ format: 'onnx', sha256: added.sha256, use: 'all' })
  // The same weights in another file are the same network.
  copyFileSync(file, join(folder, 'again.ckpt'))
  expect((await service.add({ file: join(folder, 'again.ckpt') })).id).toBe(added.id)
  expect(readdirSync(join(studio.dataFolder, 'backbones'))).toEqual([added.id])
})

test('what is refused leaves nothing', async () => {
  const before = readdirSync(join(studio.dataFolder, 'backbones'))
  const file = join(fixtures, 'whole-network.pth')
  await expect(service.add({ file })).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringContaining('torchvision.models.resnet.ResNet, which is code') as string,
  })
  expect(readdirSync(join(studio.dataFolder, 'backbones'))).toEqual(before)
})
