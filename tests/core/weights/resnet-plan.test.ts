// ResNets are recognised by names and shapes; what does not fit is named.
import { expect, test } from 'vitest'
import { planResNet } from '../../../src/core/weights/resnet-plan.ts'
import { prefixOf } from '../../../src/core/weights/state-dict.ts'

/** Shapes as torchvision has them. */
function shapesOf(
  kind: 'basic' | 'bottleneck',
  layers: readonly number[],
  { inner = 1, groups = 1 }: { inner?: number; groups?: number } = {},
): Map<string, number[]> {
  const shapes = new Map<string, number[]>()
  const conv = (name: string, norm: string, out: number, from: number, size: number): void => {
    shapes.set(`${name}.weight`, [out, from, size, size])
    for (const part of ['weight', 'bias', 'running_mean', 'running_var']) shapes.set(`${norm}.${part}`, [out])
    shapes.set(`${norm}.num_batches_tracked`, [])
  }
  conv('conv1', 'bn1', 64, 3, 7)
  let width = 64
  for (const [layer, count] of layers.entries()) {
    const planes = 64 * 2 ** layer
    for (let i = 0; i < count; i++) {
      const name = `layer${layer + 1}.${i}`
      const out = kind === 'basic' ? planes : planes * 4
      if (kind === 'basic') {
        conv(`${name}.conv1`, `${name}.bn1`, planes, width, 3)
        conv(`${name}.conv2`, `${name}.bn2`, planes, planes, 3)
      } else {
        conv(`${name}.conv1`, `${name}.bn1`, planes * inner, width, 1)
        conv(`${name}.conv2`, `${name}.bn2`, planes * inner, (planes * inner) / groups, 3)
        conv(`${name}.conv3`, `${name}.bn3`, out, planes * inner, 1)
      }
      if (i === 0 && (layer > 0 || out !== width)) conv(`${name}.downsample.0`, `${name}.downsample.1`, out, width, 1)
      width = out
    }
  }
  shapes.set('fc.weight', [1000, width])
  shapes.set('fc.bias', [1000])
  return shapes
}

test.each([
  ['ResNet-18', shapesOf('basic', [2, 2, 2, 2])],
  ['ResNet-34', shapesOf('basic', [3, 4, 6, 3])],
  ['ResNet-50', shapesOf('bottleneck', [3, 4, 6, 3])],
  ['ResNet-101', shapesOf('bottleneck', [3, 4, 23, 3])],
  ['ResNet-152', shapesOf('bottleneck', [3, 8, 36, 3])],
  ['Wide ResNet-50-2', shapesOf('bottleneck', [3, 4, 6, 3], { inner: 2 })],
  ['ResNeXt-50 32x4d', shapesOf('bottleneck', [3, 4, 6, 3], { inner: 2, groups: 32 })],
  ['ResNet (1-1-1-1 bottlenecks)', shapesOf('bottleneck', [1, 1, 1, 1])],
])('%s', (title, shapes) => {
  const plan = planResNet(shapes)
  expect(plan.title).toBe(title)
  expect(plan.leftOut).toContain('fc.weight')
})

test('tensors that are missing, too many or of another shape are named', () => {
  const shapes = shapesOf('basic', [2, 2, 2, 2])
  shapes.delete('layer3.1.bn2.running_var')
  shapes.set('layer2.0.se.fc1.weight', [4, 128, 1, 1])
  shapes.set('layer4.0.conv2.weight', [512, 256, 3, 3])
  expect(() => planResNet(shapes)).toThrow(
    /missing: layer3\.1\.bn2\.running_var; not part of a ResNet: layer2\.0\.se\.fc1\.weight; of another shape: layer4\.0\.conv2\.weight is \[512, 256, 3, 3\] instead of \[512, 512, 3, 3\]/,
  )
  // CIFAR's small stem, and timm's deep one.
  const small = shapesOf('basic', [2, 2, 2, 2]).set('conv1.weight', [64, 3, 3, 3])
  expect(() => planResNet(small)).toThrow('conv1.weight is [64, 3, 3, 3] instead of [64, 3, 7, 7]')
  const deep = shapesOf('basic', [2, 2, 2, 2]).set('conv1.0.weight', [32, 3, 3, 3])
  deep.delete('conv1.weight')
  expect(() => planResNet(deep)).toThrow(/missing: conv1\.weight; not part of a ResNet: conv1\.0\.weight/)
})

test('the names under the wrappers are found; the second encoder is not taken', () => {
  const own = [...shapesOf('basic', [1, 1, 1, 1]).keys()]
  const under = (prefix: string): string[] => own.map((name) => prefix + name)
  expect(prefixOf(own)).toBe('')
  expect(prefixOf([...under('module.encoder_k.'), ...under('module.encoder_q.'), 'module.queue'])).toBe('module.encoder_q.')
  expect(prefixOf([...under('model.backbone.'), 'model.classifier.weight'])).toBe('model.backbone.')
  expect(prefixOf(under('teacher.'))).toBe('teacher.')
  expect(() => prefixOf([...under('left.'), ...under('right.')])).toThrow('expected one ResNet, found 2, under left. and right.')
  expect(() => prefixOf(['patch_embed.proj.weight', 'cls_token'])).toThrow('found patch_embed.proj.weight, cls_token, …')
})
