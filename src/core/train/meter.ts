// Turns the outputs of a step into the numbers that are reported.
import type { HostTensor } from '../tensor/tensor.ts'
import type { StepEvent } from './events.ts'
import type { Batch } from '../data/batches.ts'

type Reading = Pick<StepEvent, 'loss' | 'terms' | 'imagesPerSecond' | 'waitingShare' | 'pseudoLabels'>

export class StepMeter {
  #images = 0
  #since = performance.now()
  /** Milliseconds of the steps before the clock was last started anew, and of waiting for batches in all. */
  #before = 0
  #waited = 0

  /** Starts the clock anew: time spent on validation is not training time. */
  restart(): void {
    this.#images = 0
    this.#since = performance.now()
  }

  /** Stops the clock where something else than a step begins. */
  pause(): void {
    this.#before += performance.now() - this.#since
  }

  /** Waits for a batch. */
  async waiting<T>(batch: Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      return await batch
    } finally {
      this.#waited += performance.now() - start
    }
  }

  read(outputs: Readonly<Record<string, HostTensor>>, batch: Batch): Reading {
    const number = (name: string): number => Number(outputs[name]?.data[0])
    const loss = number('loss')
    this.#images += images(batch)
    const terms = Object.keys(outputs).filter((name) => name.startsWith('loss/'))
    const time = Math.max(1e-3, performance.now() - this.#since)
    const reading: Reading = {
      loss,
      terms: Object.fromEntries(terms.map((name) => [name.slice('loss/'.length), number(name)])),
      imagesPerSecond: (1000 * this.#images) / time,
      waitingShare: Math.min(1, this.#waited / (this.#before + time)),
    }
    const { confidence, pseudoLabels } = outputs
    if (confidence && pseudoLabels)
      reading.pseudoLabels = { confidence: mean(confidence.data), accuracy: agreement(pseudoLabels.data, batch.unlabelled?.labels) }
    return reading
  }
}

/** Images that a step takes through the network: every view counts. */
function images({ labelled, unlabelled }: Batch): number {
  return [labelled, unlabelled].reduce((sum, part) => sum + (part ? part.labels.length * part.views.length : 0), 0)
}

function mean(values: ArrayLike<number | bigint>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Number(values[i])
  return sum / values.length
}

/** Share of the predictions that are right among those whose truth is known; null where none is. */
function agreement(predicted: ArrayLike<number | bigint>, truth: Int32Array | undefined): number | null {
  let known = 0
  let right = 0
  truth?.forEach((label, i) => {
    if (label < 0) return
    known++
    if (Number(predicted[i]) === label) right++
  })
  return known === 0 ? null : right / known
}
