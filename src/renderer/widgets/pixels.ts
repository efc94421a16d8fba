// How pixels look to a network: what it was trained to see, and what it would take them for after another normalisation.

export type Normalize = 'imagenet' | 'symmetric' | 'unit'
export const normalizeKinds: readonly Normalize[] = ['imagenet', 'symmetric', 'unit']

interface Channels {
  readonly mean: readonly [number, number, number]
  readonly deviation: readonly [number, number, number]
}

/** (x / 255 - mean) / deviation, as the engine computes it. */
export const normalizations: Readonly<Record<Normalize, Channels>> = {
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  symmetric: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
  unit: { mean: [0, 0, 0], deviation: [1, 1, 1] },
}

/** Smallest and largest value that reaches the network: of a black and of a white pixel. */
export function rangeOf(normalize: Normalize): readonly [number, number] {
  const { mean, deviation } = normalizations[normalize]
  const each = (value: number): number[] => mean.map((one, channel) => (value - one) / (deviation[channel] ?? 1))
  return [Math.min(...each(0)), Math.max(...each(1))]
}

/** The picture that a network trained with `expected` takes an image for that was normalised with `given`: the image itself where both are
 * the same. @param rgba as a canvas has it; a new one comes back */
export function takenFor(rgba: Uint8ClampedArray, given: Normalize, expected: Normalize): Uint8ClampedArray<ArrayBuffer> {
  const [from, to] = [normalizations[given], normalizations[expected]]
  const result = new Uint8ClampedArray(rgba.length)
  for (let i = 0; i < rgba.length; i++) {
    const channel = i % 4
    const value = rgba[i] ?? 0
    const reached = (value / 255 - (from.mean[channel] ?? 0)) / (from.deviation[channel] ?? 1)
    result[i] = channel === 3 ? value : 255 * (reached * (to.deviation[channel] ?? 1) + (to.mean[channel] ?? 0))
  }
  return result
}

/** A drawn meadow: sky, sun, hills and a flower, for where there is no image yet. RGBA, row by row. */
export function drawnPicture(width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rgba.set([...colourAt(x / width, y / height, width / height), 255], (y * width + x) * 4)
  }
  return rgba
}

/** @param u, v place in the picture, 0..1; @param aspect width by height */
function colourAt(u: number, v: number, aspect: number): [number, number, number] {
  const near = (x: number, y: number, radius: number): boolean => Math.hypot((u - x) * aspect, v - y) < radius
  if (near(0.28, 0.66, 0.06)) return [250, 210, 40]
  const angle = Math.atan2(v - 0.66, (u - 0.28) * aspect)
  if (near(0.28, 0.66, 0.13 + 0.06 * Math.cos(6 * angle))) return [222, 60, 120]
  if (near(0.78, 0.2, 0.1)) return [255, 236, 150]
  const hill = 0.55 + 0.08 * Math.sin(u * 7) - 0.05 * Math.cos(u * 3)
  if (v > hill) return [60 + 60 * (v - hill), 150 - 90 * (v - hill), 60]
  return [110 + 90 * v, 170 + 60 * v, 235]
}
