// One view of an image: cut, mirrored, changed as its recipe says.
import { deriveSeed, type Random } from '../../tensor/random.ts'
import { colorJitter } from './color-jitter.ts'
import { centerCrop, padAndCrop, randomResizedBox } from './crops.ts'
import type { Image } from './image.ts'
import { randAugment } from './rand-augment.ts'
import { shortSideOf, type ViewRecipe } from './recipe.ts'
import { resize, wholeOf } from './resize.ts'

/** Makes a view of `recipe.size` x `recipe.size` pixels; all that is random comes from `random`. */
export function makeView(image: Image, recipe: ViewRecipe, random: Random): Image {
  const mirror = recipe.flip && random.uniform() < 0.5
  if (recipe.plainShare > 0 && random.uniform() < recipe.plainShare)
    return cropOf(image, { ...recipe, crop: { kind: 'center', shortSide: shortSideOf(recipe) } }, mirror, random)
  let view = cropOf(image, recipe, mirror, random)
  if (recipe.colorJitter) view = colorJitter(view, recipe.colorJitter, random)
  if (recipe.randAugment) view = randAugment(view, recipe.randAugment, random)
  return view
}

/** Seed of one view: the same (seed, image, view) always gives the same view, on whatever thread and in whatever order.
 * @param image its number in the data set, or the hash of its content
 * @param view its number, and in training the number of the draw */
export function viewSeed(seed: number, image: number | string, ...view: readonly (number | string)[]): number {
  return deriveSeed(seed, 'view', image, ...view)
}

function cropOf(image: Image, { crop, size, filter }: ViewRecipe, mirror: boolean, random: Random): Image {
  if (crop.kind === 'random-resized')
    return resize(image, randomResizedBox(image, crop.scale, crop.ratio, random), size, size, filter, mirror)
  const view =
    crop.kind === 'center' ? centerCrop(image, crop.shortSide, size, filter) : padAndCrop(image, crop.padding, size, filter, random)
  return mirror ? resize(view, wholeOf(view), size, size, filter, true) : view
}
