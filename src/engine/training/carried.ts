// What a run carries from one phase to the next: the best weights so far, and their validation.
import type { LoopProgress } from '../../core/train/loop.ts'
import { isClearlyWorse } from '../../core/train/selection.ts'
import { AppError } from '../../shared/errors.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Reporter } from './reporter.ts'

export type Carried = Pick<Checkpoint, 'carried' | 'carriedBest'>

/** Later phases keep their weights unless validation says that they are worse. */
export function better(before: Carried, weights: Checkpoint['best'], best: Checkpoint['carriedBest']): Carried {
  if (!best || (before.carriedBest && isClearlyWorse(best, before.carriedBest))) return before
  return { carried: { ...before.carried, ...weights }, carriedBest: best }
}

/** A phase's validation that is kept, with the step counted over the whole run. */
export function inRun(best: LoopProgress['kept'], before: number): Checkpoint['carriedBest'] {
  return best && { ...best, step: best.step + before }
}

/** @throws AppError 'conflict' where nothing has been validated yet */
export function bestOf(checkpoint: Checkpoint | null, reporter: Reporter): Carried {
  const best = checkpoint && better(checkpoint, checkpoint.best, inRun(checkpoint.progress.kept, reporter.stepsBefore(checkpoint.phase)))
  if (!best?.carriedBest)
    throw new AppError('conflict', 'expected a checkpoint with a validation to make a model of, found none: the run ended before its first')
  return { carried: best.carried, carriedBest: best.carriedBest }
}
