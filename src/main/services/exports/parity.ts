// Whether an exported file says the same as the model that was trained: run again on validation images, from the files as they are.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readNdjson, writeFileAtomic } from '../../../node/files.ts'
import { predictionLine } from '../../../shared/lines.ts'
import { evaluationFileName, judgedImageSchema } from '../../../shared/manifest.ts'
import type { JudgedImage } from '../../../shared/manifest.ts'
import type { OpenProject, Studio } from '../context.ts'
import { withScratch } from '../predictions/scratch.ts'
import { placeOf } from '../runs/places.ts'

export interface Parity {
  readonly images: number
  /** Of a class probability: of the predicted class, and of the right one. */
  readonly largestDifference: number
  /** Images whose most probable class is the same. */
  readonly sameClass: number
}

interface Checked extends JudgedImage {
  readonly id: number
  readonly file: string
}

/** Images that are run again at most. */
const most = 64

/** @param classes names in the order of the model's outputs
 * @returns null where the run kept no judgement, or its images have gone */
export async function checkParity(
  { engine }: Studio,
  project: OpenProject,
  runFolder: string,
  model: string,
  classes: readonly string[],
  signal: AbortSignal,
): Promise<Parity | null> {
  const images = await judgedImages(project, runFolder)
  if (images.length === 0) return null
  return withScratch(async (scratch) => {
    const [list, results] = [join(scratch, 'list.ndjson'), join(scratch, 'results.ndjson')]
    await writeFileAtomic(
      list,
      images.map(({ id, file }) => `${JSON.stringify({ id, file })}\n`),
    )
    await engine.run<'predict'>(
      { job: 'predict', model, list, results, top: classes.length, full: true },
      { priority: 'foreground', subject: 'checking an export', signal },
    )
    const found = (await readNdjson(results)).map((line) => predictionLine.parse(line))
    return compare(images, found, classes)
  })
}

function compare(
  images: readonly Checked[],
  found: readonly ReturnType<typeof predictionLine.parse>[],
  classes: readonly string[],
): Parity | null {
  const byId = new Map(found.filter(({ problem }) => problem === null).map((line) => [line.id, line.classes]))
  const differences: number[] = []
  let sameClass = 0
  for (const { id, predicted, probability, truth, loss } of images) {
    const ranked = byId.get(id)
    if (!ranked) continue
    const probabilityOf = (label: number): number => ranked.find(({ name }) => name === classes[label])?.probability ?? 0
    differences.push(Math.max(Math.abs(probabilityOf(predicted) - probability), Math.abs(probabilityOf(truth) - Math.exp(-loss))))
    if (ranked[0]?.name === classes[predicted]) sameClass++
  }
  return differences.length === 0 ? null : { images: differences.length, largestDifference: Math.max(...differences), sameClass }
}

/** Some validation images, from all over the list, that are still there. */
async function judgedImages({ db }: OpenProject, runFolder: string): Promise<Checked[]> {
  const lines = (await readNdjson(join(runFolder, evaluationFileName))).flatMap((line) => judgedImageSchema.safeParse(line).data ?? [])
  const judged = lines.filter(({ split }) => split === 'validation')
  const step = Math.max(1, Math.ceil(judged.length / most))
  return judged
    .filter((_, i) => i % step === 0)
    .flatMap((line) => {
      const place = line.id === null ? null : placeOf(db, line.id)
      if (line.id === null || !place) return []
      const file = join(place.folder, place.path)
      return existsSync(file) ? [{ ...line, id: line.id, file }] : []
    })
}
