// One way through a model while a program is built: training or evaluation, and the noise that training feeds.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { TensorType } from '../tensor/tensor.ts'
import { dropoutMask } from './noise.ts'
import type { Draw, Noise } from './noise.ts'
import type { ProgramBuilder } from './program-builder.ts'

export class Pass {
  readonly builder: ProgramBuilder
  readonly training: boolean
  readonly noise: Noise[] = []
  /** Values in which stages of a trained backbone end: what is kept of it where the rest is recomputed in the backward pass. */
  readonly stageEnds: Value[] = []

  constructor(builder: ProgramBuilder, training: boolean) {
    this.builder = builder
    this.training = training
  }

  /** Dropout with probability `rate` in training, the identity in evaluation. */
  dropout(x: Value, rate: number): Value {
    if (!this.training || rate === 0) return x
    return g.mul(x, this.drawn(x, dropoutMask(x.shape, 1 - rate)))
  }

  /** Random numbers that the loop draws at every step. */
  drawn(type: TensorType, draw: Draw): Value {
    const feed = `noise/${this.noise.length}`
    this.noise.push({ feed, draw })
    return this.builder.feed(feed, { dtype: type.dtype, shape: type.shape })
  }
}
