// What a network was probably trained to see: how the pixels of its images were normalised, guessed from its file.
import { normalizations } from '../data/views/normalise.ts'
import type { Normalization } from '../data/views/recipe.ts'
import type { OnnxModel } from '../graph/onnx/model.ts'
import { imageInput } from './backbone-ends.ts'

/** Why: the file says so; it normalises by itself (from 0..1, from 0..255, or some other way); who made it usually does; nothing tells. */
export type PixelReason = 'said' | 'inside' | 'inside-bytes' | 'inside-other' | 'tensorflow' | 'usual'

export interface PixelGuess {
  /** Null where none of ours fits, or nothing can be told. */
  readonly normalize: Normalization | null
  readonly reason: PixelReason
}

/** ImageNet's mean, on 0..1 and on 0..255: whoever subtracts about this inside the network wants plain pixels. */
const means = { unit: normalizations.imagenet.mean, bytes: normalizations.imagenet.mean.map((mean) => mean * 255) }
/** Class count of TensorFlow's ImageNet networks: background comes first. */
const withBackground = 1001

export function guessPixels(model: OnnxModel, classes: number | null): PixelGuess {
  const said = model.metadata['normalize']
  if (said !== undefined && Object.hasOwn(normalizations, said)) return { normalize: said as Normalization, reason: 'said' }
  const inside = normalisedInside(model)
  if (inside !== null) return inside
  if (/tf2onnx|tensorflow|keras|tfjs/i.test(model.producer) || classes === withBackground)
    return { normalize: 'symmetric', reason: 'tensorflow' }
  return { normalize: 'imagenet', reason: 'usual' }
}

/** Arithmetic with stored numbers as the first thing that happens to the image. */
function normalisedInside({ nodes, initialisers, ...model }: OnnxModel): PixelGuess | null {
  const { name } = imageInput({ nodes, initialisers, ...model })
  const first = nodes.find(({ inputs }) => inputs.includes(name))
  if (!first || !['Sub', 'Add', 'Mul', 'Div'].includes(first.op)) return null
  const stored = first.inputs.map((input) => initialisers.get(input)).find((tensor) => tensor !== undefined)
  const numbers = stored ? Array.from(stored.data as ArrayLike<number | bigint>, (value) => Math.abs(Number(value))) : []
  const isNear = (expected: readonly number[]): boolean =>
    numbers.length === 3 && numbers.every((value, channel) => Math.abs(value - (expected[channel] ?? 0)) < 0.02 * (expected[channel] ?? 0))
  if ((first.op === 'Sub' || first.op === 'Add') && isNear(means.unit)) return { normalize: 'unit', reason: 'inside' }
  const isScaledBytes =
    (first.op === 'Div' && numbers.every((value) => value >= 100)) || (first.op === 'Mul' && numbers.every((value) => value <= 0.01))
  if (numbers.length > 0 && (isNear(means.bytes) || isScaledBytes)) return { normalize: null, reason: 'inside-bytes' }
  return numbers.length > 0 ? { normalize: null, reason: 'inside-other' } : null
}
