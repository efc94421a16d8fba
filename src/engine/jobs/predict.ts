// Job `predict`: the most probable classes of images, by an exported model.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { NdjsonFile, readNdjson } from '../../node/files.ts'
import { AppError } from '../../shared/errors.ts'
import { predictionLine } from '../../shared/lines.ts'
import type { PredictionLine } from '../../shared/lines.ts'
import type { RequestOf } from '../../shared/requests.ts'
import { ImageDecoder } from '../data/image-decoder.ts'
import type { DecodeResult } from '../data/image-decoder.ts'
import { requireFolder, walk } from '../data/walk.ts'
import type { Job } from '../job.ts'
import { TrainedModel } from '../training/trained-model.ts'

interface Item {
  readonly id: number | null
  readonly file: string
}

/** Images decoded and predicted together: enough to keep all threads busy, few enough for memory: a photo of 24 megapixels in full size takes 72 MB. */
const group = { reduced: 16, full: 2 }
/** Classes that a prediction lists where the request does not say. */
const usualTop = 5
/** Threads that decode at most. */
const decoders = 8
/** Decoded images are at least so many times as large as the model needs them: the last reduction is its own, and decides what it sees. */
const margin = 2

const listLine = z.object({ id: z.int().nullable(), file: z.string() })

export const predict: Job<'predict'> = async (request, { emit, signal, pause }) => {
  const start = performance.now()
  const threads = request.threads ?? availableParallelism()
  const items = await itemsOf(request)
  const model = await TrainedModel.open(request.model, threads)
  const shortSide = request.full || model.shortSide === null ? null : model.shortSide * margin
  const decoder = new ImageDecoder(Math.min(threads, decoders), shortSide)
  const sink = await openSink(request.results)
  try {
    for await (const { items: part, images } of decoder.decode(items.slice(sink.done), request.full ? group.full : group.reduced)) {
      if (signal.aborted) throw new AppError('stopped', `prediction stopped after ${sink.done} of ${items.length} images`)
      await sink.add(await predictGroup(model, part, images, request.top ?? usualTop))
      emit({ event: 'progress', task: 'predicting', done: sink.done, total: items.length, unit: 'images' })
      await pause()
    }
    const { kept, unreadable, classes } = sink
    return {
      predictions: kept.map(({ file, classes: found, problem }) => ({ image: file, classes: found, ...(problem !== null && { problem }) })),
      images: sink.done - unreadable,
      unreadable,
      classes: model.classes.map((name) => ({ name, images: classes.get(name) ?? 0 })),
      seconds: (performance.now() - start) / 1000,
    }
  } finally {
    await sink.close()
    await decoder.close()
    await model.close()
  }
}

async function itemsOf({ images, list, folder }: RequestOf<'predict'>): Promise<Item[]> {
  if (images) return images.map((file) => ({ id: null, file }))
  if (list !== undefined) return z.array(listLine).parse(await readNdjson(list))
  const root = await requireFolder(folder ?? '')
  return (await walk(root)).images.map(({ path }) => ({ id: null, file: join(root, path) }))
}

async function predictGroup(
  model: TrainedModel,
  items: readonly Item[],
  images: readonly DecodeResult[],
  top: number,
): Promise<PredictionLine[]> {
  const whole = images.flatMap((image) => ('broken' in image ? [] : image))
  const rows = (await model.predictAll(whole)).values()
  return items.map(({ id, file }, i) => {
    const image = images[i]
    if (!image || 'broken' in image) return { id, file, classes: [], problem: image?.broken ?? 'not decoded' }
    const probabilities = rows.next().value ?? []
    const ranked = model.classes.map((name, index) => ({ name, probability: short(probabilities[index] ?? 0) }))
    ranked.sort((a, b) => b.probability - a.probability)
    return { id, file, classes: ranked.slice(0, top), problem: null }
  })
}

/** The digits that a float32 has; sums of rounded probabilities may pass 1 in the last one. */
function short(probability: number): number {
  return Math.min(1, Number(probability.toPrecision(7)))
}

interface Sink {
  readonly done: number
  readonly unreadable: number
  /** Images by their most probable class. */
  readonly classes: ReadonlyMap<string, number>
  /** Without a file: all that was added. */
  readonly kept: readonly PredictionLine[]
  add(lines: readonly PredictionLine[]): Promise<void>
  close(): Promise<void>
}

/** Where predictions go. A file that has some already is gone on with. */
async function openSink(path: string | undefined): Promise<Sink> {
  const classes = new Map<string, number>()
  const kept: PredictionLine[] = []
  let done = 0
  let unreadable = 0
  const count = ({ classes: [best] }: PredictionLine): void => {
    done++
    if (best) classes.set(best.name, (classes.get(best.name) ?? 0) + 1)
    else unreadable++
  }
  if (path !== undefined)
    z.array(predictionLine)
      .parse(await readNdjson(path))
      .forEach(count)
  const file = path === undefined ? null : await NdjsonFile.open(path, () => true)
  return {
    get done() {
      return done
    },
    get unreadable() {
      return unreadable
    },
    classes,
    kept,
    add: async (lines) => {
      for (const line of lines) {
        if (file) await file.append(line)
        else kept.push(line)
        count(line)
      }
    },
    close: async () => file?.close(),
  }
}
