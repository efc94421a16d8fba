// Which images a run trains on: splits and the labelled subset that the request asks for.
import { labelledSubset } from '../../core/data/subsets.ts'
import type { LabelBudget } from '../../core/data/subsets.ts'
import { splitSet } from '../../core/data/splits.ts'
import type { ImageSet } from '../../core/data/image-set.ts'
import type { TrainRequest } from '../../shared/requests.ts'
import { readImageSet } from '../data/folders.ts'

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
}

/** @throws DataError for folders that cannot be trained on and for budgets out of range. */
export async function prepareData(request: Pick<TrainRequest, 'images' | 'seed' | 'labelsPerClass' | 'labelProportion'>): Promise<RunData> {
  const set = await readImageSet(request.images)
  const { train, validation, test, origin } = splitSet(set, { seed: request.seed })
  const { labelled, unlabelled, perClass } = labelledSubset(set, train, labelBudget(request), request.seed)
  return { set, labelled, unlabelled, validation, test, perClass, origin }
}

function labelBudget({ labelsPerClass, labelProportion }: Pick<TrainRequest, 'labelsPerClass' | 'labelProportion'>): LabelBudget {
  return labelsPerClass === undefined ? { proportion: labelProportion ?? 1 } : { perClass: labelsPerClass }
}
