// How useful a label would be where there is a model: images between two classes first, and those unlike one another.
import { setImmediate } from 'node:timers/promises'
import { kCenter } from '../../../core/data/k-center.ts'

type Classes = readonly (readonly [id: number, probability: number])[]

/** Of the images, the most uncertain share, at most so many, are put in an order in which each is unlike those before it. */
const share = 0.2
const most = 1000

/**
 * @param images probabilities of each image's classes, falling
 * @returns for each image: 1 to 2 for the first ones in that order, below 1 for the others, by the margin between their two best classes
 */
export async function usefulnessOf(images: readonly Classes[]): Promise<Float64Array> {
  const margins = images.map((classes) => (classes[0]?.[1] ?? 0) - (classes[1]?.[1] ?? 0))
  const usefulness = Float64Array.from(margins, (margin) => (1 - margin) * 0.999)
  const bySurety = [...margins.keys()].sort((a, b) => (margins[a] ?? 0) - (margins[b] ?? 0))
  const candidates = bySurety.slice(0, Math.min(most, Math.ceil(images.length * share)))
  const picked = await kCenter(
    pointsOf(candidates.map((i) => images[i] ?? [])),
    new Float32Array(candidates.length).fill(Infinity),
    [...candidates.keys()],
    candidates.length,
    () => setImmediate(),
  )
  picked.forEach((candidate, rank) => {
    const image = candidates[candidate]
    if (image !== undefined) usefulness[image] = 2 - rank / candidates.length
  })
  return usefulness
}

/** Probabilities as points, with a dimension for each class that occurs. */
function pointsOf(images: readonly Classes[]): { data: Float32Array; width: number } {
  const dimensions = new Map<number, number>()
  for (const classes of images) for (const [id] of classes) if (!dimensions.has(id)) dimensions.set(id, dimensions.size)
  const width = Math.max(1, dimensions.size)
  const data = new Float32Array(images.length * width)
  for (const [i, classes] of images.entries())
    for (const [id, probability] of classes) data[i * width + (dimensions.get(id) ?? 0)] = probability
  return { data, width }
}
