// Batch normalisation by TensorFlow's fused kernels, which take float32 with the channels last; float64 is put together.
import type { Value } from '../../../../core/graph/value.ts'
import { sizeOf } from '../../../../core/tensor/tensor.ts'
import { flag, float } from '../attributes.ts'
import type { Emitter } from '../emitter.ts'
import { heldShape } from '../layout.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'
import type { Slot } from '../plan.ts'

/** A value as the [N, H, W, C] that the fused kernels want. */
function asImages(emit: Emitter, x: Value): Slot {
  const [n = 1, c = 1] = x.shape
  const slot = emit.as(x, 'channels-last')
  return x.shape.length === 4 ? slot : emit.reshape(slot, [n, sizeOf(x.shape.slice(2)), 1, c])
}

function setImages(emit: Emitter, y: Value, slot: Slot): void {
  emit.set(
    y,
    y.shape.length === 4 ? slot : emit.reshape(slot, heldShape(y.shape, y.shape.length === 2 ? 'plain' : 'channels-last')),
    'channels-last',
  )
}

/** Elements a channel. */
function samplesOf({ shape }: Value): number {
  return sizeOf(shape) / (shape[1] ?? 1)
}

const inference: Lowering<'BatchNormalization'> = (node, emit) => {
  const [x, scale, b, mean, variance] = [0, 1, 2, 3, 4].map((i) => inputOf(node, i)) as [Value, Value, Value, Value, Value]
  const { epsilon } = node.attributes
  const y = outputOf(node)
  if (x.dtype === 'float32' && sizeOf(x.shape) > 0) {
    const inputs = [asImages(emit, x), ...[scale, b, mean, variance].map((vector) => emit.name(vector))]
    setImages(emit, y, emit.callAll('FusedBatchNormV3', inputs, { epsilon: float(epsilon), is_training: flag(false) }, 6)[0] ?? -1)
    return
  }
  const { perChannel, normalised } = composed(emit, x, emit.name(mean), emit.name(variance), epsilon)
  emit.set(y, emit.call('AddV2', [emit.call('Mul', [normalised, perChannel(emit.name(scale))]), perChannel(emit.name(b))]))
}

const training: Lowering<'BatchNormalizationTraining'> = (node, emit) => {
  const [x, scale, b] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2)]
  const [y, mean, variance] = [0, 1, 2].map((i) => outputOf(node, i)) as [Value, Value, Value]
  const { epsilon } = node.attributes
  if (x.dtype === 'float32') {
    // The running mean and variance that it would average with are of no account.
    const none = emit.filled('float32', mean.shape, 0)
    const inputs = [asImages(emit, x), emit.name(scale), emit.name(b), none, none]
    const [output = -1, found = -1, unbiased = -1, ...saved] = emit.callAll('FusedBatchNormV3', inputs, { epsilon: float(epsilon), is_training: flag(true) }, 6) // prettier-ignore
    const samples = samplesOf(x)
    setImages(emit, y, output)
    emit.set(mean, found)
    emit.set(variance, emit.call('Mul', [unbiased, emit.scalar('float32', Math.max(1, samples - 1) / samples)]))
    emit.note(mean, saved)
    return
  }
  const { axes, perChannel } = channels(emit, x)
  const average = (slot: Slot): Slot => emit.call('Mean', [slot, axes])
  const centre = average(emit.name(x))
  const spread = average(emit.call('SquaredDifference', [emit.name(x), perChannel(centre)]))
  const { normalised } = composed(emit, x, centre, spread, epsilon)
  emit.set(y, emit.call('AddV2', [emit.call('Mul', [normalised, perChannel(emit.name(scale))]), perChannel(emit.name(b))]))
  emit.set(mean, centre)
  emit.set(variance, spread)
}

/** With x^ = (X - mean) / s, s = sqrt(var + epsilon), m elements a channel: dB = sum dY, dscale = sum dY x^,
 * dX = scale / s * (dY - dB / m - x^ dscale / m). */
const gradient: Lowering<'BatchNormalizationGradient'> = (node, emit) => {
  const [dy, x, scale, mean, variance] = [0, 1, 2, 3, 4].map((i) => inputOf(node, i)) as [Value, Value, Value, Value, Value]
  const { epsilon } = node.attributes
  const [dx, dscale, db] = [0, 1, 2].map((i) => outputOf(node, i)) as [Value, Value, Value]
  // On a graphics card what the forward kernel saved is not mean and variance.
  const saved = emit.noted(mean) ?? (emit.onGraphicsCard ? undefined : [emit.name(mean), emit.name(variance), emit.name(variance)])
  if (x.dtype === 'float32' && saved) {
    const inputs = [asImages(emit, dy), asImages(emit, x), emit.name(scale), ...saved]
    const results = emit.callAll('FusedBatchNormGradV3', inputs, { epsilon: float(epsilon), is_training: flag(true) }, 5)
    setImages(emit, dx, results[0] ?? -1)
    emit.set(dscale, results[1] ?? -1)
    emit.set(db, results[2] ?? -1)
    return
  }
  const { axes, perChannel, inverse, normalised } = composed(emit, x, emit.name(mean), emit.name(variance), epsilon)
  const over = (slot: Slot): Slot => emit.call('Mul', [perChannel(slot), emit.scalar(x.dtype, 1 / samplesOf(x))])
  const sums = emit.call('Sum', [emit.name(dy), axes])
  const products = emit.call('Sum', [emit.call('Mul', [emit.name(dy), normalised]), axes])
  const centred = emit.call('Sub', [emit.name(dy), over(sums)])
  const projected = emit.call('Sub', [centred, emit.call('Mul', [normalised, over(products)])])
  emit.set(dx, emit.call('Mul', [projected, emit.call('Mul', [perChannel(emit.name(scale)), inverse])]))
  emit.set(dscale, products)
  emit.set(db, sums)
}

/** For X [N, C, ...]: all axes but the channels', and how a vector [C] broadcasts. */
function channels(emit: Emitter, { shape }: Value): { axes: Slot; perChannel: (vector: Slot) => Slot } {
  const axes = emit.ints(shape.map((_, axis) => axis).filter((axis) => axis !== 1))
  const broadcast = shape.map((extent, axis) => (axis === 1 ? extent : 1))
  return { axes, perChannel: (vector) => emit.reshape(vector, broadcast) }
}

function composed(
  emit: Emitter,
  x: Value,
  mean: Slot,
  variance: Slot,
  epsilon: number,
): ReturnType<typeof channels> & { inverse: Slot; normalised: Slot } {
  const { axes, perChannel } = channels(emit, x)
  const inverse = emit.call('Rsqrt', [emit.call('AddV2', [perChannel(variance), emit.scalar(x.dtype, epsilon)])])
  const normalised = emit.call('Mul', [emit.call('Sub', [emit.name(x), perChannel(mean)]), inverse])
  return { axes, perChannel, inverse, normalised }
}

export const batchNormalization = {
  BatchNormalization: inference,
  BatchNormalizationTraining: training,
  BatchNormalizationGradient: gradient,
}
