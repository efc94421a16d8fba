// A small convolutional network with seeded random weights as an ONNX file: quick to train, cut in stages like a real one.
import * as g from '../../src/core/graph/build.ts'
import { constant, input } from '../../src/core/graph/apply.ts'
import { symbolicBatch, writeOnnx } from '../../src/core/graph/onnx/write.ts'
import type { Value } from '../../src/core/graph/value.ts'
import { Random } from '../../src/core/tensor/random.ts'
import { sizeOf, tensor } from '../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'

/** Three blocks of convolution, batch normalisation and ReLU, each halving the image, then global average pooling.
 * @param classes of a classifier of its own; none if left out
 * @returns a file with input `image` [N, 3, size, size] and output `feature` [N, 32], and `logits` [N, classes]. */
export function tinyBackbone({
  size = 32,
  seed = 1,
  metadata = {},
  classes = 0,
}: { size?: number; seed?: number; classes?: number; metadata?: Record<string, string> } = {}): Uint8Array {
  const random = new Random(seed)
  const names = new Map<Value, string>()
  const stored = (name: string, value: HostTensor): Value => {
    const made = constant(value)
    names.set(made, name)
    return made
  }
  const image = input('image', { dtype: 'float32', shape: [symbolicBatch, 3, size, size] })
  let x = image
  let channels = 3
  for (const [i, wider] of [8, 16, 32].entries()) {
    const shape = [wider, channels, 3, 3]
    // He et al. 2015: the variance of the activations stays the same from layer to layer.
    const deviation = Math.sqrt(2 / (channels * 9))
    const weight = tensor(
      'float32',
      shape,
      Array.from({ length: sizeOf(shape) }, () => random.normal(0, deviation)),
    )
    const each = (name: string, value: number): Value =>
      stored(`block${i}.norm.${name}`, tensor('float32', [wider], new Array<number>(wider).fill(value)))
    x = g.conv(x, stored(`block${i}.conv.weight`, weight), null, { strides: [2, 2], pads: [1, 1, 1, 1] })
    x = g.relu(g.batchNormalization(x, each('weight', 1), each('bias', 0), each('running_mean', 0), each('running_var', 1)))
    channels = wider
  }
  const feature = g.flatten(g.globalAveragePool(x))
  const head = tensor(
    'float32',
    [classes, 32],
    Array.from({ length: classes * 32 }, () => random.normal()),
  )
  const bias = tensor(
    'float32',
    [classes],
    Array.from({ length: classes }, () => random.normal()),
  )
  const logits = (): Value => g.gemm(feature, stored('head.weight', head), stored('head.bias', bias), { transB: 1 })
  const outputs = classes > 0 ? { feature, logits: logits() } : { feature }
  return writeOnnx({ inputs: { image }, outputs, constantNames: names, batch: 'N', metadata })
}
