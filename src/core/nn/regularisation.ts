// Penalties that keep a network near what it knew, or its new layers small.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { Model, Part } from './model.ts'
import type { Pass } from './pass.ts'
import { pretrainedWeights } from './pretrained.ts'

/** Layers that a model has beyond the pre-trained network and that its predictions need. */
const newParts: readonly Part[] = ['bottleneck', 'classifier']

/** 1/2 ||x||^2 over all elements. */
export function halfSquare(x: Value): Value {
  return g.mul(g.reduceSum(g.mul(x, x)), 0.5)
}

/** 1/2 ||w||^2 of the new layers. */
export function headPenalty({ builder }: Pass, model: Model): Value {
  const names = newParts.flatMap((part) => model.trainable('query', part))
  return names.map((name) => halfSquare(builder.get(name))).reduce((a, b) => g.add(a, b))
}

/** 1/2 ||w - w_start||^2 of the backbone's trained weights; null where none is trained.
 * L2-SP: Li, Grandvalet, Davoine: Explicit Inductive Bias for Transfer Learning with Convolutional Networks, ICML 2018, equation 2. */
export function startPenalty({ builder }: Pass, model: Model): Value | null {
  const weights = pretrainedWeights(model, 'query')
  if (weights.length === 0) return null
  return weights.map(({ variable, start }) => halfSquare(g.sub(builder.get(variable), start))).reduce((a, b) => g.add(a, b))
}

/** Distance of a feature map from the pre-trained network's of the same images, summed over the batch: 1/2 sum_c a_c C/(H W) ||F_c - F0_c||^2.
 * DELTA: Li, Xiong, Wang, Rao, Liu, Huan: DELTA: Deep Learning Transfer using Feature Map with Attention, ICLR 2019, equation 4; scaled as in TLlib.
 * @param channelAxis of both maps, whose first axis is the batch
 * @param attention a [C], which sums to 1; equal for all channels if left out */
export function behaviouralDistance(map: Value, start: Value, channelAxis: number, attention?: Value): Value {
  const channels = map.shape[channelAxis] as number
  const places = sizeOf(map.shape) / (map.shape[0] as number) / channels
  const change = g.sub(map, start)
  const perChannel = g.reduceSum(
    g.mul(change, change),
    [...map.shape.keys()].filter((axis) => axis !== channelAxis),
  )
  const attended = g.mul(perChannel, attention ?? 1 / channels)
  return g.mul(g.reduceSum(attended), (0.5 * channels) / places)
}
