// Which part of an image a view shows: the middle, a random part, or a random square after padding by reflection.
import type { Random } from '../../tensor/random.ts'
import { newImage, type Image } from './image.ts'
import { resize, wholeOf, type Box } from './resize.ts'
import type { Filter } from './recipe.ts'

/** A part whose area and aspect ratio (width / height) are random: torchvision's RandomResizedCrop.get_params, ten tries, then the middle.
 * @param scale range of the share of the area, uniform
 * @param ratio range of the aspect ratio, uniform in its logarithm */
export function randomResizedBox(
  { width, height }: Image,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: Random,
): Box {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * random.uniform(scale[0], scale[1])
    const aspect = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])))
    const w = Math.round(Math.sqrt(area * aspect))
    const h = Math.round(Math.sqrt(area / aspect))
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = random.integer(height - h + 1)
      return { left: random.integer(width - w + 1), top, width: w, height: h }
    }
  }
  const aspect = width / height
  const w = aspect > ratio[1] ? Math.round(height * ratio[1]) : width
  const h = aspect < ratio[0] ? Math.round(width / ratio[0]) : height
  return { left: (width - w) >> 1, top: (height - h) >> 1, width: w, height: h }
}

/** The middle `size` x `size` pixels of the image resized to a short side of `shortSide`: torchvision's Resize and CenterCrop. */
export function centerCrop(image: Image, shortSide: number, size: number, filter: Filter): Image {
  const resized = fitShortSide(image, shortSide, filter)
  return cut(resized, roundToEven((resized.width - size) / 2), roundToEven((resized.height - size) / 2), size)
}

/** The image enlarged or reduced to a short side of `shortSide`: torchvision's Resize. */
export function fitShortSide(image: Image, shortSide: number, filter: Filter): Image {
  const { width, height } = image
  const long = Math.trunc((shortSide * Math.max(width, height)) / Math.min(width, height))
  const [w, h] = width <= height ? [shortSide, long] : [long, shortSide]
  return w === width && h === height ? image : resize(image, wholeOf(image), w, h, filter)
}

/** The image made `size` x `size`, continued by reflection `padding` pixels beyond each edge (which is not repeated), cut at random. */
export function padAndCrop(image: Image, padding: number, size: number, filter: Filter, random: Random): Image {
  const square = image.width === size && image.height === size ? image : resize(image, wholeOf(image), size, size, filter)
  const top = random.integer(2 * padding + 1) - padding
  return cut(square, random.integer(2 * padding + 1) - padding, top, size)
}

/** `size` x `size` pixels from (left, top); what lies outside is filled by reflection. */
function cut(image: Image, left: number, top: number, size: number): Image {
  const { width, height, data } = image
  const result = newImage(size, size)
  const inside = left >= 0 && left + size <= width
  for (let y = 0; y < size; y++) {
    const row = reflect(top + y, height) * width
    if (inside) result.data.set(data.subarray((row + left) * 3, (row + left + size) * 3), y * size * 3)
    else
      for (let x = 0; x < size; x++) {
        const from = (row + reflect(left + x, width)) * 3
        result.data.set(data.subarray(from, from + 3), (y * size + x) * 3)
      }
  }
  return result
}

/** Mirrors a position at the first and last pixel until it is inside. */
function reflect(position: number, size: number): number {
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const p = ((position % period) + period) % period
  return p < size ? p : period - p
}

/** Python's round, on which torchvision's CenterCrop stands: halves go to the even neighbour. */
function roundToEven(value: number): number {
  return Math.round(value) - (value % 2 === 0.5 ? 1 : 0)
}
