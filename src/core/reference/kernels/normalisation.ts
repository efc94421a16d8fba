// Batch and layer normalisation, softmax.
import type { OpType } from '../../graph/ops/index.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import type { HostTensor, TensorType } from '../../tensor/tensor.ts'
import { numbers, store, zeros } from '../kernel.ts'
import type { Kernel, KernelContext, Numbers } from '../kernel.ts'
import { around, broadcastOffsets } from '../strided.ts'

/** Channel of each element of [N, C, ...]. */
function channelOf({ shape }: TensorType): (i: number) => number {
  const { extent, inner } = around(shape, 1)
  return (i) => Math.floor(i / inner) % extent
}

/** Sums over each channel of a term per element. */
function channelSums(type: TensorType, term: (i: number, channel: number) => number): Float64Array {
  const sums = new Float64Array(type.shape[1] ?? 0)
  const channel = channelOf(type)
  for (let i = 0; i < sizeOf(type.shape); i++) sums[channel(i)]! += term(i, channel(i))
  return sums
}

function samplesOf({ shape }: TensorType): number {
  return sizeOf(shape) / (shape[1] ?? 1)
}

function normalised(xTensor: HostTensor, type: TensorType, [scale, b, mean, variance]: readonly Numbers[], epsilon: number): HostTensor {
  const [x, out, channel] = [numbers(xTensor), zeros(type), channelOf(type)]
  for (let i = 0; i < out.length; i++) {
    const c = channel(i)
    out[i] = ((x[i]! - mean![c]!) / Math.sqrt(variance![c]! + epsilon)) * scale![c]! + b![c]!
  }
  return store(type, out)
}

const batchNormalization: Kernel<'BatchNormalization'> = ({ type, attributes }, x, ...vectors) => [
  normalised(x, type, vectors.map(numbers), attributes.epsilon),
]

const batchNormalizationTraining: Kernel<'BatchNormalizationTraining'> = ({ type, attributes }, xTensor, scale, b) => {
  const [x, samples] = [numbers(xTensor), samplesOf(type)]
  const mean = channelSums(type, (i) => x[i]!).map((sum) => sum / samples)
  const variance = channelSums(type, (i, c) => (x[i]! - mean[c]!) ** 2).map((sum) => sum / samples)
  const vector = { dtype: type.dtype, shape: [mean.length] }
  const y = normalised(xTensor, type, [numbers(scale), numbers(b), mean, variance], attributes.epsilon)
  return [y, store(vector, mean), store(vector, variance)]
}

const batchNormalizationGradient: Kernel<'BatchNormalizationGradient'> = ({ type, attributes }, ...inputs) => {
  const [dy, x, scale, mean, variance] = inputs.map(numbers) as [Numbers, Numbers, Numbers, Numbers, Numbers]
  const [out, samples, channel] = [zeros(type), samplesOf(type), channelOf(type)]
  const deviation = Float64Array.from(variance, (v) => Math.sqrt(v + attributes.epsilon))
  const unit = (i: number, c: number): number => (x[i]! - mean[c]!) / deviation[c]!
  const db = channelSums(type, (i) => dy[i]!)
  const dscale = channelSums(type, (i, c) => dy[i]! * unit(i, c))
  for (let i = 0; i < out.length; i++) {
    const c = channel(i)
    out[i] = (scale[c]! / deviation[c]!) * (dy[i]! - (db[c]! + unit(i, c) * dscale[c]!) / samples)
  }
  const vector = { dtype: type.dtype, shape: [db.length] }
  return [store(type, out), store(vector, dscale), store(vector, db)]
}

function layerNormalization(
  { type, attributes: { axis, epsilon } }: KernelContext<'LayerNormalization'>,
  xTensor: HostTensor,
  scaleTensor: HostTensor,
  b?: HostTensor,
): HostTensor[] {
  const [x, scale, out] = [numbers(xTensor), numbers(scaleTensor), zeros(type)]
  const scaleAt = broadcastOffsets(scaleTensor.shape, type.shape)
  const bias = b && { data: numbers(b), at: broadcastOffsets(b.shape, type.shape) }
  const size = sizeOf(type.shape.slice(axis))
  for (let start = 0; start < out.length; start += size) {
    let [mean, variance] = [0, 0]
    for (let i = start; i < start + size; i++) mean += x[i]! / size
    for (let i = start; i < start + size; i++) variance += (x[i]! - mean) ** 2 / size
    const deviation = Math.sqrt(variance + epsilon)
    for (let i = start; i < start + size; i++) {
      out[i] = ((x[i]! - mean) / deviation) * scale[scaleAt[i]!]! + (bias ? bias.data[bias.at[i]!]! : 0)
    }
  }
  return [store(type, out)]
}

/** Along one axis: from x less its maximum and the sum of its exponentials. */
function softmax(
  result: (shifted: number, sum: number) => number,
): (context: { attributes: { axis: number }; type: TensorType }, x: HostTensor) => HostTensor[] {
  return ({ type, attributes: { axis } }, xTensor) => {
    const [x, out] = [numbers(xTensor), zeros(type)]
    const { outer, extent, inner } = around(type.shape, axis)
    for (let lane = 0; lane < outer * inner; lane++) {
      const start = Math.floor(lane / inner) * extent * inner + (lane % inner)
      let [highest, sum] = [-Infinity, 0]
      for (let i = 0; i < extent; i++) highest = Math.max(highest, x[start + i * inner]!)
      for (let i = 0; i < extent; i++) sum += Math.exp(x[start + i * inner]! - highest)
      for (let i = 0; i < extent; i++) out[start + i * inner] = result(x[start + i * inner]! - highest, sum)
    }
    return [store(type, out)]
  }
}

export const normalisation = {
  BatchNormalization: batchNormalization,
  BatchNormalizationTraining: batchNormalizationTraining,
  BatchNormalizationGradient: batchNormalizationGradient,
  LayerNormalization: layerNormalization,
  Softmax: softmax((shifted, sum) => Math.exp(shifted) / sum),
  LogSoftmax: softmax((shifted, sum) => shifted - Math.log(sum)),
} satisfies { [Op in OpType]?: Kernel<Op> }
