// One way through a model while a program is built: training or evaluation, and the noise that training feeds.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Shape } from '../tensor/tensor.ts'
import type { ProgramBuilder } from './program-builder.ts'

/** A dropout mask that the training loop feeds at every step: elements are 0, or 1/keep with probability `keep`. Drawn on the host, so
 * that every engine sees the same numbers. */
export interface DropoutMask {
  feed: string
  shape: Shape
  keep: number
}

export class Pass {
  readonly builder: ProgramBuilder
  readonly training: boolean
  readonly masks: DropoutMask[] = []
  /** Values in which stages of a trained backbone end: what is kept of it where the rest is recomputed in the backward pass. */
  readonly stageEnds: Value[] = []

  constructor(builder: ProgramBuilder, training: boolean) {
    this.builder = builder
    this.training = training
  }

  /** Dropout with probability `rate` in training, the identity in evaluation. */
  dropout(x: Value, rate: number): Value {
    if (!this.training || rate === 0) return x
    const feed = `dropout/${this.masks.length}`
    this.masks.push({ feed, shape: x.shape, keep: 1 - rate })
    return g.mul(x, this.builder.feed(feed, x))
  }
}
