// The weights of a ResNet of four narrow basic blocks, by timm's names, seeded.
import { Random } from '../../src/core/tensor/random.ts'
import { sizeOf, tensor } from '../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'

export function resnetWeights(): Record<string, HostTensor> {
  const random = new Random(3)
  const tensors: Record<string, HostTensor> = { 'fc.weight': tensor('float32', [2, 8]), 'fc.bias': tensor('float32', [2]) }
  const conv = (name: string, norm: string, shape: readonly number[]): void => {
    const [width = 0] = shape
    tensors[`${name}.weight`] = tensor(
      'float32',
      shape,
      Array.from({ length: sizeOf(shape) }, () => random.normal(0, 0.2)),
    )
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      tensors[`${norm}.${part}`] = tensor('float32', [width], new Array<number>(width).fill(part === 'running_var' ? 1 : 0.5))
    tensors[`${norm}.num_batches_tracked`] = tensor('int64', [], [7])
  }
  conv('conv1', 'bn1', [4, 3, 7, 7])
  let from = 4
  for (const [i, to] of [4, 8, 8, 8].entries()) {
    const name = `layer${i + 1}.0`
    conv(`${name}.conv1`, `${name}.bn1`, [to, from, 3, 3])
    conv(`${name}.conv2`, `${name}.bn2`, [to, to, 3, 3])
    if (i > 0) conv(`${name}.downsample.0`, `${name}.downsample.1`, [to, from, 1, 1])
    from = to
  }
  return tensors
}
