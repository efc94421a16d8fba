// What is asked of the loader: training plans, and single requests for views.
import type { BatchSourceState } from '../../core/data/batches.ts'
import type { DrawPlan } from '../../core/data/draws.ts'
import type { ImageSet } from '../../core/data/image-set.ts'
import type { ViewRecipe } from '../../core/data/views/recipe.ts'
import type { ViewTask } from './view-job.ts'

export interface BrokenFile {
  /** In the image set. */
  readonly index: number
  readonly path: string
  readonly reason: string
}

/** One half of the training batches. */
export interface ViewPlan extends DrawPlan {
  /** One view of each image a recipe; all of one size. */
  readonly recipes: readonly ViewRecipe[]
}

export interface TrainingPlan {
  readonly labelled: ViewPlan | null
  readonly unlabelled: ViewPlan | null
  readonly seed: number
  /** To go on from the batch after this state. */
  readonly resume?: BatchSourceState | undefined
  /** Batches prepared ahead. Default 2. */
  readonly prefetch?: number
}

/** An image to be loaded and the views to be made of it. */
export interface Request {
  readonly index: number
  readonly views: readonly ViewTask[]
}

/** Makes views of the images of a set. */
export interface ViewMaker {
  readonly set: ImageSet
  /** Writes the views into `output` (float32). True for each image that could be decoded. */
  load(requests: readonly Request[], recipes: readonly ViewRecipe[], output: SharedArrayBuffer): Promise<boolean[]>
  isBroken(index: number): boolean
  /** -1 where it is unknown. */
  labelOf(index: number): number
}
