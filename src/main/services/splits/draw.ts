// Draws validation and test images from the labelled ones, class by class, so that copies of an image never end up on both sides.
import { deriveSeed, Random } from '../../../core/tensor/random.ts'
import type { Split } from '../../../shared/contract/domain.ts'

export interface DrawImage {
  readonly id: number
  /** Name of the class; null for an image without a label. */
  readonly class: string | null
  readonly split: Split | null
  /** The same for images with the same content; null for an image that has no twin. */
  readonly content: string | null
}

export interface DrawOptions {
  /** Share of the labelled images of each class. */
  readonly validation: number
  readonly test: number
  /** Splits that are set stay. */
  readonly keep: boolean
  readonly seed: number
}

/** Images of the same content; most groups have one. */
interface Group {
  readonly images: DrawImage[]
  /** That it is drawn with: of the first labelled one. */
  readonly class: string
}

/**
 * Each class's images stand in one seeded shuffle; the first of them become test, the next validation, the rest train, as many as the shares
 * say (at least one each of a class of three or more; one always stays in train). With `keep`, what is set counts towards the shares.
 * Unlabelled images follow a labelled twin; else their split stays, or is taken off without `keep`, since they serve training only.
 * @param images by path: the draw depends on the seed, the classes' names and this order
 * @returns for each split the images that belong to it and do not have it yet
 */
export function drawSplits(images: readonly DrawImage[], options: DrawOptions): Map<Split | null, number[]> {
  const result = new Map<Split | null, number[]>()
  const put = (image: DrawImage, split: Split | null): void => {
    if (image.split === split || (options.keep && image.split !== null)) return
    const ids = result.get(split)
    if (ids) ids.push(image.id)
    else result.set(split, [image.id])
  }
  const { groups, rest } = grouped(images)
  for (const image of rest) put(image, null)
  for (const [name, members] of byClass(groups))
    for (const [group, split] of drawClass(name, members, options)) for (const image of group.images) put(image, split)
  return result
}

function* drawClass(name: string, groups: readonly Group[], { seed, keep, validation, test }: DrawOptions): Generator<[Group, Split]> {
  const total = groups.reduce((sum, group) => sum + labelled(group), 0)
  const counts = { train: 0, validation: 0, test: 0 }
  const free: Group[] = []
  for (const group of groups) {
    const set = keep ? group.images.find(({ split }) => split !== null)?.split : null
    if (!set) {
      free.push(group)
      continue
    }
    counts[set] += labelled(group)
    yield [group, set]
  }
  let left = free.reduce((sum, group) => sum + labelled(group), 0)
  const fits = (split: 'validation' | 'test', share: number, size: number): boolean => {
    const wanted = share === 0 || total < 3 ? 0 : Math.max(1, Math.round(share * total))
    const isFirst = counts[split] === 0 && wanted > 0
    return (isFirst || counts[split] + size <= wanted) && (left > size || counts.train > 0)
  }
  for (const group of new Random(deriveSeed(seed, 'draw', name)).shuffled(free)) {
    const size = labelled(group)
    const split = fits('test', test, size) ? 'test' : fits('validation', validation, size) ? 'validation' : 'train'
    counts[split] += size
    left -= size
    yield [group, split]
  }
}

function labelled({ images }: Group): number {
  return images.reduce((sum, image) => sum + (image.class === null ? 0 : 1), 0)
}

/** Groups with a label, and images without one. */
function grouped(images: readonly DrawImage[]): { groups: Group[]; rest: DrawImage[] } {
  const byContent = Map.groupBy(images, ({ id, content }) => content ?? id)
  const groups: Group[] = []
  const rest: DrawImage[] = []
  for (const members of byContent.values()) {
    const label = members.find((image) => image.class !== null)?.class
    if (typeof label === 'string') groups.push({ images: members, class: label })
    else rest.push(...members)
  }
  return { groups, rest }
}

function byClass(groups: readonly Group[]): Map<string, Group[]> {
  return Map.groupBy(groups, (group) => group.class)
}
