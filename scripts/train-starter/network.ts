// The starter backbone's architecture: a narrow residual network whose convolutions and normalisations stay apart, so that the product can train all of it.
import * as g from '../../src/core/graph/build.ts'
import { symbolicBatch, writeOnnx } from '../../src/core/graph/onnx/write.ts'
import type { Value } from '../../src/core/graph/value.ts'
import { Random } from '../../src/core/tensor/random.ts'
import { sizeOf, tensor } from '../../src/core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../../src/core/tensor/tensor.ts'
import type { Normalization } from '../../src/core/data/views/recipe.ts'

export interface Architecture {
  /** Edge of the images that it is trained with, pixels; others fit too. */
  readonly size: number
  /** Channels of each stage; the first one works on a quarter of the image's edge, each further one on half of the one before. */
  readonly widths: readonly number[]
  /** Residual blocks of two 3x3 convolutions in each stage. */
  readonly blocks: readonly number[]
  /** Width of the feature. */
  readonly features: number
}

export const normalize: Normalization = 'imagenet'
/** Edge of the squares of pixels that the first convolution looks at. */
const patch = 4

type Weights = (name: string, shape: Shape, starting: () => HostTensor<'float32'>) => Value

/** An ONNX file: `input` float32 [N, 3, size, size] -> `features` float32 [N, features], all of them >= 0.
 * @param stored values of the weights by name; drawn from the seed where there are none
 * @param metadata beside what the product wants to know of the pixels */
export function writeNetwork(
  architecture: Architecture,
  {
    seed = 0,
    stored = {},
    metadata = {},
  }: { seed?: number; stored?: Readonly<Record<string, HostTensor>>; metadata?: Record<string, string> },
): Uint8Array {
  const { size } = architecture
  const random = new Random(seed)
  const names = new Map<Value, string>()
  const weights: Weights = (name, shape, starting) => {
    // Drawn in any case: what one name gets does not depend on which others are stored.
    const drawn = starting()
    const value = g.constant(stored[name] ?? drawn)
    names.set(value, name)
    return value
  }
  const input = g.input('input', { dtype: 'float32', shape: [symbolicBatch, 3, size, size] })
  const layers = new Layers(weights, random)
  const features = network(architecture, layers, input)
  return writeOnnx({
    inputs: { input },
    outputs: { features },
    name: 'starter',
    constantNames: names,
    batch: 'N',
    metadata: { normalize, ...metadata },
  })
}

/** ResNet (He et al., CVPR 2016) with basic blocks. It begins with patches of 4x4 pixels (Liu et al., CVPR 2022: as good as 7x7 and pooling): a step takes 0.6
 * of the time that a 3x3 convolution on all pixels would need. Its last 1x1 convolution gives a linear classifier more to choose from. */
function network({ widths, blocks, features }: Architecture, layers: Layers, image: Value): Value {
  const [first = 0] = widths
  let x = g.relu(layers.convNorm(image, 'stem', first, patch, patch))
  for (const [stage, channels] of widths.entries())
    for (let block = 0; block < (blocks[stage] ?? 1); block++)
      x = layers.basicBlock(x, `stage${stage + 1}.${block}`, channels, stage > 0 && block === 0 ? 2 : 1)
  x = g.relu(layers.convNorm(x, 'last', features, 1))
  return g.flatten(g.globalAveragePool(x))
}

class Layers {
  readonly #weights: Weights
  readonly #random: Random

  constructor(weights: Weights, random: Random) {
    this.#weights = weights
    this.#random = random
  }

  convNorm(x: Value, name: string, channels: number, kernel: number, stride = 1, scale = 1): Value {
    const inputs = x.shape[1] ?? 0
    const pad = kernel === stride ? 0 : (kernel - 1) / 2
    const w = this.#weights(`${name}.conv.weight`, [channels, inputs, kernel, kernel], () =>
      // He et al., ICCV 2015: the variance of the gradients stays the same from layer to layer.
      this.#normal([channels, inputs, kernel, kernel], Math.sqrt(2 / (channels * kernel * kernel))),
    )
    const vector = (what: string, value: number): Value =>
      this.#weights(`${name}.norm.${what}`, [channels], () => tensor('float32', [channels], new Array<number>(channels).fill(value)))
    const y = g.conv(x, w, null, { strides: [stride, stride], pads: [pad, pad, pad, pad] })
    return g.batchNormalization(y, vector('weight', scale), vector('bias', 0), vector('running_mean', 0), vector('running_var', 1))
  }

  /** The branch begins at zero (Goyal et al., 2017): at first the network is as shallow as its shortcuts. */
  basicBlock(x: Value, name: string, channels: number, stride: number): Value {
    const inner = g.relu(this.convNorm(x, `${name}.1`, channels, 3, stride))
    const branch = this.convNorm(inner, `${name}.2`, channels, 3, 1, 0)
    const shortcut = stride === 1 && x.shape[1] === channels ? x : this.convNorm(x, `${name}.shortcut`, channels, 1, stride)
    return g.relu(g.add(branch, shortcut))
  }

  #normal(shape: Shape, deviation: number): HostTensor<'float32'> {
    const value = tensor('float32', shape)
    for (let i = 0; i < sizeOf(shape); i++) value.data[i] = this.#random.normal(0, deviation)
    return value
  }
}
