// What a training loop asks of its data: labelled and unlabelled batches without end, and a state that resumes exactly.
import type { Shape } from '../tensor/tensor.ts'
import type { SamplerState } from './samplers.ts'

/** The labelled or the unlabelled half of a batch. */
export interface BatchPart {
  /** Index of each image in the data set. */
  readonly indices: Int32Array
  /** Class of each image; -1 where it is unknown. In the unlabelled part a known class is there for auditing only. */
  readonly labels: Int32Array
  /** One array a view, each [n, ...sampleShape], row-major. */
  readonly views: readonly Float32Array[]
}

export interface Batch {
  readonly labelled: BatchPart | null
  readonly unlabelled: BatchPart | null
}

/** Position of a batch source: plain JSON, part of every checkpoint. */
export interface BatchSourceState {
  readonly labelled: SamplerState | null
  readonly unlabelled: SamplerState | null
}

/** An endless stream of training batches: images decoded on worker threads, or cached features. */
export interface BatchSource {
  /** Shape of one sample: [3, size, size] for images, the features' shape for cached features. */
  readonly sampleShape: Shape
  /** The next batch. Its views keep their content until the next call. */
  next(): Promise<Batch>
  /** The position after the last batch that `next` gave out, whatever has been prepared ahead. */
  state(): BatchSourceState
  close(): Promise<void>
}

/** One batch of an ordered pass (evaluation). The last one may be smaller. */
export interface EvaluationBatch {
  readonly indices: Int32Array
  readonly labels: Int32Array
  /** [n, ...sampleShape]. */
  readonly view: Float32Array
}
