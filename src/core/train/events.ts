// What the loop tells while it runs.

export interface StepEvent {
  kind: 'step'
  /** Steps done, of `steps`. */
  step: number
  steps: number
  loss: number
  /** Terms of the loss, by name. */
  terms: Record<string, number>
  learningRate: number
  imagesPerSecond: number
  /** Share of the time of all steps so far that they waited for their batch, in [0, 1]. */
  waitingShare: number
  /** Mean confidence of the pseudo-labels, and their accuracy where the truth is known to us (never to the method); in [0, 1]. */
  pseudoLabels?: { confidence: number; accuracy: number | null }
}

export interface ValidationEvent {
  kind: 'validation'
  step: number
  steps: number
  /** In [0, 1]. */
  accuracy: number
  /** Mean cross-entropy. */
  loss: number
  /** Its weights are the ones that the run keeps. */
  kept: boolean
}

export interface RecoveryEvent {
  kind: 'recovery'
  step: number
  reason: string
  returnedTo: number
  rateScale: number
}

export type TrainEvent = StepEvent | ValidationEvent | RecoveryEvent
