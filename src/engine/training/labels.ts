// Which images a run trains on: splits and the labelled subset that the request asks for.
import { basename } from 'node:path'
import { labelledSubset } from '../../core/data/subsets.ts'
import type { LabelBudget } from '../../core/data/subsets.ts'
import { splitSet } from '../../core/data/splits.ts'
import type { ImageSet } from '../../core/data/image-set.ts'
import type { TrainRequest } from '../../shared/requests.ts'
import { manifestFileName } from '../../shared/manifest.ts'
import { readImageSet } from '../data/folders.ts'
import { readManifest } from '../data/layouts/manifest.ts'

export interface RunData {
  set: ImageSet
  /** Indices into `set.images`. */
  labelled: readonly number[]
  unlabelled: readonly number[]
  validation: readonly number[]
  test: readonly number[]
  /** Labels per class, by class index. */
  perClass: readonly number[]
  /** Where validation and test come from. */
  origin: ReturnType<typeof splitSet>['origin']
  /** The application's id of each image; null where they come from a folder. */
  ids: readonly number[] | null
  /** Of all that decides numbers, where a manifest says it; else the files are read for it. */
  hash: string | null
}

/** From a folder, or from a manifest, which has decided on splits and labels already.
 * @throws DataError for folders that cannot be trained on and for budgets out of range. */
export async function prepareData(request: Pick<TrainRequest, 'images' | 'seed' | 'labelsPerClass' | 'labelProportion'>): Promise<RunData> {
  if (basename(request.images) === manifestFileName) return fromManifest(request.images)
  const set = await readImageSet(request.images)
  const { train, validation, test, origin } = splitSet(set, { seed: request.seed })
  const { labelled, unlabelled, perClass } = labelledSubset(set, train, labelBudget(request), request.seed)
  return { set, labelled, unlabelled, validation, test, perClass, origin, ids: null, hash: null }
}

async function fromManifest(path: string): Promise<RunData> {
  const manifest = await readManifest(path)
  const perClass = manifest.set.classes.map(() => 0)
  for (const index of manifest.labelled) {
    const label = manifest.set.images[index]?.class ?? -1
    perClass[label] = (perClass[label] ?? 0) + 1
  }
  return { ...manifest, perClass, origin: { validation: 'given', test: 'given' } }
}

function labelBudget({ labelsPerClass, labelProportion }: Pick<TrainRequest, 'labelsPerClass' | 'labelProportion'>): LabelBudget {
  return labelsPerClass === undefined ? { proportion: labelProportion ?? 1 } : { perClass: labelsPerClass }
}
