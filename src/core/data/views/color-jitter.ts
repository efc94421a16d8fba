// torchvision's ColorJitter without hue: brightness, contrast and saturation by random factors, in a random order.
import type { Random } from '../../tensor/random.ts'
import { brightness, color, contrast } from './enhance.ts'
import type { Image } from './image.ts'
import type { ColorJitterRecipe } from './recipe.ts'

export function colorJitter(image: Image, recipe: ColorJitterRecipe, random: Random): Image {
  const steps = random.shuffled([
    { apply: brightness, range: recipe.brightness },
    { apply: contrast, range: recipe.contrast },
    { apply: color, range: recipe.saturation },
  ])
  return steps.reduce((result, { apply, range }) => {
    const factor = random.uniform(Math.max(0, 1 - range), 1 + range)
    return range > 0 ? apply(result, factor) : result
  }, image)
}
