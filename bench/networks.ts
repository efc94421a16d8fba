// ResNet-18, ResNet-50 and MobileNetV2 1.0 with seeded random weights, variables named as in torchvision.
import * as g from '../src/core/graph/build.ts'
import type { Value } from '../src/core/graph/value.ts'
import { batchNormTraining, linear } from '../src/core/nn/layers.ts'
import { ProgramBuilder } from '../src/core/nn/program-builder.ts'
import { Random } from '../src/core/tensor/random.ts'
import { sizeOf, tensor } from '../src/core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../src/core/tensor/tensor.ts'

export const networks = { resnet18, resnet50, mobilenet_v2: mobileNetV2 } as const
export type NetworkName = keyof typeof networks

/** Makes variables on first use; BatchNormalization in train mode. */
export class NetworkBuilder {
  readonly initial: Record<string, HostTensor> = {}
  readonly trainable: string[] = []
  readonly program = new ProgramBuilder(this.initial)
  /** Multiply-adds of all convolutions and linear layers, forward, for the batch built. */
  multiplyAdds = 0
  readonly #random = new Random(1)

  /** Lets go of the starting values, once somebody else has them. */
  forget(): void {
    for (const name of Object.keys(this.initial)) Reflect.deleteProperty(this.initial, name)
  }

  variable(name: string, shape: Shape, deviation: number, mean = 0): Value {
    const value = tensor('float32', shape)
    for (let i = 0; i < value.data.length; i++) value.data[i] = this.#random.normal(mean, deviation)
    this.initial[name] = value
    return this.program.get(name)
  }

  weight(name: string, shape: Shape, deviation: number, mean = 0): Value {
    this.trainable.push(name)
    return this.variable(name, shape, deviation, mean)
  }

  conv(x: Value, name: string, channels: number, kernel: number, stride = 1, group = 1): Value {
    const inputs = (x.shape[1] ?? 0) / group
    const w = this.weight(`${name}.weight`, [channels, inputs, kernel, kernel], Math.sqrt(2 / (inputs * kernel * kernel)))
    const pad = (kernel - 1) / 2
    const y = g.conv(x, w, null, { strides: [stride, stride], pads: [pad, pad, pad, pad], group })
    this.multiplyAdds += sizeOf(y.shape) * inputs * kernel * kernel
    return y
  }

  norm(x: Value, name: string): Value {
    const shape = [x.shape[1] ?? 0]
    const running = { mean: this.variable(`${name}.running_mean`, shape, 0), variance: this.variable(`${name}.running_var`, shape, 0, 1) }
    const [scale, bias] = [this.weight(`${name}.weight`, shape, 0.1, 1), this.weight(`${name}.bias`, shape, 0.1)]
    const { y, runningMean, runningVariance } = batchNormTraining(x, scale, bias, running, { epsilon: 1e-5, momentum: 0.1 })
    this.program.set(`${name}.running_mean`, runningMean)
    this.program.set(`${name}.running_var`, runningVariance)
    return y
  }

  linear(x: Value, name: string, outputs: number): Value {
    const inputs = x.shape[1] ?? 0
    this.multiplyAdds += (x.shape[0] ?? 0) * inputs * outputs
    return linear(x, this.weight(`${name}.weight`, [outputs, inputs], Math.sqrt(1 / inputs)), this.weight(`${name}.bias`, [outputs], 0))
  }
}

/** What a network is made of. */
export type Layers = Pick<NetworkBuilder, 'conv' | 'norm' | 'linear'>

/** x [N, 3, H, W] -> logits [N, classes]. */
function resnet18(b: Layers, x: Value, classes: number): Value {
  const relu = g.relu
  let y = relu(b.norm(b.conv(x, 'conv1', 64, 7, 2), 'bn1'))
  y = g.maxPool(y, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  for (const [stage, channels] of [64, 128, 256, 512].entries()) {
    for (const block of [0, 1]) {
      const name = `layer${stage + 1}.${block}`
      const stride = stage > 0 && block === 0 ? 2 : 1
      const inner = relu(b.norm(b.conv(y, `${name}.conv1`, channels, 3, stride), `${name}.bn1`))
      const residual = b.norm(b.conv(inner, `${name}.conv2`, channels, 3), `${name}.bn2`)
      const shortcut = stride === 1 ? y : b.norm(b.conv(y, `${name}.downsample.0`, channels, 1, 2), `${name}.downsample.1`)
      y = relu(g.add(residual, shortcut))
    }
  }
  return b.linear(g.flatten(g.globalAveragePool(y)), 'fc', classes)
}

/** x [N, 3, H, W] -> logits [N, classes]. */
function resnet50(b: Layers, x: Value, classes: number): Value {
  const relu = g.relu
  let y = relu(b.norm(b.conv(x, 'conv1', 64, 7, 2), 'bn1'))
  y = g.maxPool(y, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    const width = 64 * 2 ** stage
    for (let block = 0; block < blocks; block++) {
      const name = `layer${stage + 1}.${block}`
      const stride = stage > 0 && block === 0 ? 2 : 1
      let inner = relu(b.norm(b.conv(y, `${name}.conv1`, width, 1), `${name}.bn1`))
      inner = relu(b.norm(b.conv(inner, `${name}.conv2`, width, 3, stride), `${name}.bn2`))
      const residual = b.norm(b.conv(inner, `${name}.conv3`, 4 * width, 1), `${name}.bn3`)
      const shortcut = block > 0 ? y : b.norm(b.conv(y, `${name}.downsample.0`, 4 * width, 1, stride), `${name}.downsample.1`)
      y = relu(g.add(residual, shortcut))
    }
  }
  return b.linear(g.flatten(g.globalAveragePool(y)), 'fc', classes)
}

/** x [N, 3, H, W] -> logits [N, classes]. */
function mobileNetV2(b: Layers, x: Value, classes: number): Value {
  const relu6 = (v: Value): Value => g.clip(v, 0, 6)
  let y = relu6(b.norm(b.conv(x, 'features.0.0', 32, 3, 2), 'features.0.1'))
  let index = 1
  // expansion, channels, blocks, stride of the first
  const stages = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]] as const // prettier-ignore
  for (const [expansion, channels, blocks, first] of stages) {
    for (let block = 0; block < blocks; block++, index++) {
      const name = `features.${index}.conv`
      const stride = block === 0 ? first : 1
      const inputs = y.shape[1] ?? 0
      let z = y
      let layer = 0
      if (expansion !== 1) z = relu6(b.norm(b.conv(z, `${name}.${layer}.0`, inputs * expansion, 1), `${name}.${layer++}.1`))
      const hidden = z.shape[1] ?? 0
      z = relu6(b.norm(b.conv(z, `${name}.${layer}.0`, hidden, 3, stride, hidden), `${name}.${layer++}.1`))
      z = b.norm(b.conv(z, `${name}.${layer}`, channels, 1), `${name}.${layer + 1}`)
      y = stride === 1 && inputs === channels ? g.add(y, z) : z
    }
  }
  y = relu6(b.norm(b.conv(y, `features.${index}.0`, 1280, 1), `features.${index}.1`))
  return b.linear(g.flatten(g.globalAveragePool(y)), 'classifier', classes)
}
