// RandAugment with FixMatch's pool (Cubuk et al., 2020; Sohn et al., 2020, table 12), in the form that the Self-Tuning release uses
// (RandAugmentMC of kekmodel/FixMatch-pytorch): each drawn operation has its own random magnitude and is applied half of the time.
import type { Random } from '../../tensor/random.ts'
import { rotate, shearX, shearY, translate } from './affine.ts'
import { brightness, color, contrast, sharpness } from './enhance.ts'
import type { Image } from './image.ts'
import { autoContrast, equalize, posterize, solarize } from './point-ops.ts'
import type { RandAugmentRecipe } from './recipe.ts'

/** @param v magnitude, a whole number from 1 to 9 of 10 */
type Operation = (image: Image, v: number, random: Random) => Image

const sign = (random: Random): number => (random.uniform() < 0.5 ? -1 : 1)

/** The pool; 10 would be the end of each range. Names as in the papers. */
export const fixMatchPool: Readonly<Record<string, Operation>> = {
  AutoContrast: autoContrast,
  Brightness: (image, v) => brightness(image, (v * 0.9) / 10 + 0.05),
  Color: (image, v) => color(image, (v * 0.9) / 10 + 0.05),
  Contrast: (image, v) => contrast(image, (v * 0.9) / 10 + 0.05),
  Equalize: equalize,
  Identity: (image) => image,
  Posterize: (image, v) => posterize(image, Math.trunc((v * 4) / 10) + 4),
  Rotate: (image, v, random) => rotate(image, sign(random) * v * 3),
  Sharpness: (image, v) => sharpness(image, (v * 0.9) / 10 + 0.05),
  ShearX: (image, v, random) => shearX(image, (sign(random) * v * 0.3) / 10),
  ShearY: (image, v, random) => shearY(image, (sign(random) * v * 0.3) / 10),
  Solarize: (image, v) => solarize(image, 256 - Math.trunc((v * 256) / 10)),
  TranslateX: (image, v, random) => translate(image, Math.trunc(((sign(random) * v * 0.3) / 10) * image.width), 0),
  TranslateY: (image, v, random) => translate(image, 0, Math.trunc(((sign(random) * v * 0.3) / 10) * image.height)),
}

const operations = Object.values(fixMatchPool)

/** Applies `n` operations of the pool, drawn with replacement, and the grey square. */
export function randAugment(image: Image, { n, m, cutout }: RandAugmentRecipe, random: Random): Image {
  let result = image
  for (let i = 0; i < n; i++) {
    const operation = operations[random.integer(operations.length)]
    // The release draws from 1 to m - 1: the upper bound of numpy's randint is exclusive.
    const v = 1 + random.integer(m - 1)
    if (random.uniform() < 0.5 && operation) result = operation(result, v, random)
  }
  return cutout > 0 ? greySquare(result, random.uniform(0, result.width), random.uniform(0, result.height), cutout) : result
}

/** A grey square of about `edge` pixels around (x, y), cut off at the borders (CutoutAbs of the release: both corners belong to it). */
export function greySquare({ width, height, data }: Image, x: number, y: number, edge: number): Image {
  const left = Math.trunc(Math.max(0, x - edge / 2))
  const top = Math.trunc(Math.max(0, y - edge / 2))
  const right = Math.min(width - 1, left + edge)
  const bottom = Math.min(height - 1, top + edge)
  const out = data.slice()
  for (let row = top; row <= bottom; row++) out.fill(127, (row * width + left) * 3, (row * width + right + 1) * 3)
  return { width, height, data: out }
}
