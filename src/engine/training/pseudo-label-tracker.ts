// Follows what a method takes each unlabelled image for, from step to step: how many of each class, how many change, and which.
import type { Batch } from '../../core/data/batches.ts'
import type { ImageSet } from '../../core/data/image-set.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import type { PseudoLabelsEvent } from '../../shared/events.ts'

export type PseudoLabelReport = Omit<PseudoLabelsEvent, 'event' | 'step'>

type Example = PseudoLabelReport['examples'][number]

/** Milliseconds between two reports of a phase; validations come with one of their own. */
const interval = 2_000
const mostExamples = 24

/** It only watches: nothing of it is part of a checkpoint, so that a run that goes on begins with nothing seen.
 * Memory: 4 bytes an image. Time: a few operations for each unlabelled image of a step. */
export class PseudoLabelTracker {
  readonly #set: Pick<ImageSet, 'classes' | 'images'>
  readonly #ids: readonly number[] | null
  /** Latest pseudo-label of each image of the set, -1 = none yet. */
  readonly #latest: Int32Array
  readonly #classes: number[]
  #seen = 0
  #again = 0
  #changed = 0
  /** By image, latest last. */
  readonly #examples = new Map<number, Example>()
  #reportedAt = performance.now()
  #hasNews = false

  /** @param ids the application's own ids of the set's images; null where they come from a folder */
  constructor(set: Pick<ImageSet, 'classes' | 'images'>, ids: readonly number[] | null) {
    this.#set = set
    this.#ids = ids
    this.#latest = new Int32Array(set.images.length).fill(-1)
    this.#classes = set.classes.map(() => 0)
  }

  get isDue(): boolean {
    return performance.now() - this.#reportedAt >= interval
  }

  /** Steps have been taken since the last report. */
  get hasNews(): boolean {
    return this.#hasNews
  }

  /** @param outputs of a step: `pseudoLabels` [N] and `confidence` [N] for the N unlabelled images of the batch, where the method has them */
  take({ unlabelled }: Batch, { pseudoLabels, confidence }: Readonly<Record<string, HostTensor>>): void {
    this.#hasNews = true
    if (!unlabelled || !pseudoLabels) return
    for (const [position, index] of unlabelled.indices.entries()) {
      const to = Number(pseudoLabels.data[position])
      const from = this.#latest[index] ?? -1
      this.#latest[index] = to
      if (from < 0) this.#seen++
      else this.#again++
      if (from === to) continue
      this.#add(to, 1)
      if (from < 0) continue
      this.#add(from, -1)
      this.#changed++
      this.#remember(index, from, to, Number(confidence?.data[position] ?? 0))
    }
  }

  /** What has been seen so far and what has changed since the last report; null where the method has neither pseudo-labels nor queues. */
  report(queue: PseudoLabelReport['queue']): PseudoLabelReport | null {
    const report = {
      classes: [...this.#classes],
      seen: this.#seen,
      again: this.#again,
      changed: this.#changed,
      examples: [...this.#examples.values()].reverse(),
      queue,
    }
    this.#again = 0
    this.#changed = 0
    this.#examples.clear()
    this.#reportedAt = performance.now()
    this.#hasNews = false
    return this.#seen === 0 && queue === null ? null : report
  }

  #add(label: number, images: number): void {
    this.#classes[label] = (this.#classes[label] ?? 0) + images
  }

  #remember(index: number, from: number, to: number, confidence: number): void {
    this.#examples.delete(index)
    const path = this.#set.images[index]?.path ?? ''
    // Probabilities of float32 may pass 1 in the last digit.
    this.#examples.set(index, { image: this.#ids?.[index] ?? null, path, from, to, confidence: Math.max(0, Math.min(1, confidence)) })
    const [oldest] = this.#examples.keys()
    if (this.#examples.size > mostExamples && oldest !== undefined) this.#examples.delete(oldest)
  }
}
