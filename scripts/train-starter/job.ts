// What the training is given, and what its parts share.
import type { OnnxModel } from '../../src/core/graph/onnx/model.ts'
import type { Engine } from '../../src/core/graph/program.ts'
import type { TrainEvent } from '../../src/core/train/events.ts'
import type { ImageLoader } from '../../src/engine/data/loader.ts'
import type { Statistics } from './distillation.ts'
import type { Photos } from './photos.ts'
import type { Recipe } from './recipe.ts'
import type { Teacher } from './teacher.ts'

export interface Job {
  readonly recipe: Recipe
  /** Folder of photos and teacher. */
  readonly data: string
  /** Where the teacher's features, the drawings, the checkpoint and the network after each cycle are kept. */
  readonly out: string
  readonly engine: Engine
  readonly threads: number
  readonly resume: boolean
  readonly signal: AbortSignal
  readonly report: (event: ProgressEvent) => void
  /** What the file says of itself. */
  readonly metadata?: Record<string, string>
}

export type ProgressEvent =
  | { readonly kind: 'teacher' | 'drawing'; readonly done: number; readonly total: number }
  | { readonly kind: 'training'; readonly photos: number; readonly validation: number; readonly parameters: number }
  | { readonly kind: 'cycle'; readonly cycle: number; readonly event: TrainEvent }

/** Everything that a cycle is made of. */
export interface Bench {
  readonly job: Job
  readonly photos: Photos
  readonly loader: ImageLoader
  /** Of the drawings. */
  readonly drawn: ImageLoader
  readonly teacher: Teacher
  /** The student before its training. */
  readonly model: OnnxModel
  readonly statistics: Statistics
  /** The teacher's features of the training photos, a view each, and of the validation photos' middles. */
  readonly features: readonly Float32Array[]
  readonly plain: Float32Array
  readonly identity: string
}
