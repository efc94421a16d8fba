// A ResNet (He et al. 2016, with the stride on the 3x3 convolution as torchvision has it) as an ONNX file, from the weights of a state dict.
import { constant, input } from '../graph/apply.ts'
import * as g from '../graph/build.ts'
import { symbolicBatch, writeOnnx } from '../graph/onnx/write.ts'
import type { Value } from '../graph/value.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import { WeightsError } from './errors.ts'
import type { ResNetPlan } from './resnet-plan.ts'

/** Edge of the square that it was trained on, pixels: what the file declares. */
const imageSize = 224

/** The file's bytes: `input` float32 [N, 3, 224, 224], normalised as for ImageNet -> `features` float32 [N, F]. Convolutions and batch
 * normalisations stay apart, under the names of the state dict, so that both can be trained.
 * @param weightOf each tensor that the plan asks for, by name */
export function writeResNet(plan: ResNetPlan, weightOf: (name: string) => HostTensor): Uint8Array<ArrayBuffer> {
  const names = new Map<Value, string>()
  const stored = (name: string): Value => {
    const value = constant(weightOf(name))
    names.set(value, name)
    return value
  }
  const convNorm = (x: Value, conv: string, norm: string, size: number, stride: number, group = 1): Value => {
    const pad = (size - 1) / 2
    const y = g.conv(x, stored(`${conv}.weight`), null, { strides: [stride, stride], pads: [pad, pad, pad, pad], group })
    const part = (name: string): Value => stored(`${norm}.${name}`)
    return g.batchNormalization(y, part('weight'), part('bias'), part('running_mean'), part('running_var'))
  }
  const image = input('input', { dtype: 'float32', shape: [symbolicBatch, 3, imageSize, imageSize] })
  let x = g.relu(convNorm(image, 'conv1', 'bn1', 7, 2))
  x = g.maxPool(x, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  for (const { name, kind, stride, groups, downsample } of plan.blocks) {
    const layer = (i: number, from: Value, size: number, step: number, group = 1): Value =>
      convNorm(from, `${name}.conv${i}`, `${name}.bn${i}`, size, step, group)
    const shortcut = downsample ? convNorm(x, `${name}.downsample.0`, `${name}.downsample.1`, 1, stride) : x
    const y =
      kind === 'basic'
        ? layer(2, g.relu(layer(1, x, 3, stride)), 3, 1)
        : layer(3, g.relu(layer(2, g.relu(layer(1, x, 1, 1)), 3, stride, groups)), 1, 1)
    x = g.relu(g.add(y, shortcut))
  }
  const features = g.flatten(g.globalAveragePool(x))
  requireFinite(names, plan.title)
  return writeOnnx({
    inputs: { input: image },
    outputs: { features },
    name: plan.title,
    constantNames: names,
    batch: 'N',
    metadata: { normalize: 'imagenet', architecture: plan.title },
  })
}

function requireFinite(names: ReadonlyMap<Value, string>, title: string): void {
  for (const [value, name] of names) {
    const { data } = (value.node.attributes as { value: HostTensor<'float32'> }).value
    if (!data.every(Number.isFinite)) throw new WeightsError(`${title}: ${name}: expected numbers, found one that is not finite`)
  }
}
