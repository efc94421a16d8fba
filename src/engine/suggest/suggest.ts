// What features tell of images: votes of the nearest labelled ones, and the order in which to label.
import { kCenter } from '../../core/data/k-center.ts'
import { vote } from '../../core/data/nearest.ts'
import type { Engine } from '../../core/graph/program.ts'
import { AppError } from '../../shared/errors.ts'
import type { ListedImage, NeighbourLine } from '../../shared/lines.ts'
import type { FeatureStore } from '../data/feature-store.ts'
import type { JobContext } from '../job.ts'
import { Comparison } from './comparison.ts'
import type { Compared } from './comparison.ts'

/** Classes that a suggestion lists at most. */
const top = 5
/** Images that the order by difference is computed for, and those it picks from: beyond, they go by their distance alone. Seconds, not minutes. */
const picks = 2000
const pool = 20_000

/** @param known images that have features; their numbers in `images` */
export async function suggestFrom(
  engine: Engine,
  store: FeatureStore,
  images: readonly ListedImage[],
  known: readonly number[],
  context: JobContext,
): Promise<NeighbourLine[]> {
  const labelled = known.filter((index) => images[index]?.class !== null)
  const comparison = await Comparison.open(engine, store, known, labelled)
  let compared: Compared
  try {
    compared = await comparison.compare(async (done) => {
      if (context.signal.aborted) throw new AppError('stopped', 'stopped while images were compared')
      context.emit({ event: 'progress', task: 'comparing images', done, total: known.length, unit: 'images' })
      await context.pause()
    })
  } finally {
    comparison.dispose()
  }
  const usefulness = await order(compared, known, images, context)
  return known.map((index, i) => {
    const neighbours = (compared.neighbours[i] ?? []).map(({ index: other, similarity }) => ({
      similarity,
      class: images[other]?.class ?? 0,
    }))
    const classes = vote(neighbours).slice(0, top)
    return {
      id: images[index]?.id ?? 0,
      classes: classes.map(({ class: label, confidence }): [number, number] => [label, round(confidence)]),
      usefulness: round(usefulness[i] ?? 0),
    }
  })
}

/** 1 to 2 for the first picks, below 1 for other unlabelled images by their distance to the nearest pick or label, 0 for labelled ones. */
async function order(
  { projected, width, neighbours }: Compared,
  known: readonly number[],
  images: readonly ListedImage[],
  { signal, pause }: JobContext,
): Promise<Float32Array> {
  const isLabelled = known.map((index) => images[index]?.class !== null)
  // Unit vectors: |a - b|^2 = 2 - 2 a·b.
  const nearest = Float32Array.from(neighbours, (found) => (found[0] ? Math.max(0, 2 - 2 * found[0].similarity) : Infinity))
  const unlabelled = [...known.keys()].filter((i) => !isLabelled[i])
  const step = Math.max(1, Math.ceil(unlabelled.length / pool))
  const candidates = unlabelled.filter((_, i) => i % step === 0)
  const picked = await kCenter({ data: projected, width }, nearest, candidates, picks, async () => {
    await pause()
    if (signal.aborted) throw new AppError('stopped', 'stopped while images were put in order')
  })
  const usefulness = nearest.map((distance, i) => (isLabelled[i] ? 0 : Math.min(distance, 3.99) / 4))
  picked.forEach((i, rank) => (usefulness[i] = 2 - rank / picks))
  return usefulness
}

function round(value: number): number {
  return Number(value.toPrecision(7))
}
