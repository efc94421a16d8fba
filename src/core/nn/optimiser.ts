// Stochastic gradient descent as part of the step's graph.
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { ProgramBuilder } from './program-builder.ts'

export interface SgdSettings {
  momentum: number
  nesterov: boolean
  weightDecay: number
}

/** Name of the momentum buffer that belongs to a variable. */
export function momentumOf(variable: string): string {
  return `momentum/${variable}`
}

/** torch.optim.SGD: d = gradient + weightDecay * w; v = momentum * v + d; w -= rate * (nesterov ? d + momentum * v : v).
 * The buffers `momentum/<name>` start at zero, which equals PyTorch's first step (v = d).
 * @param rate scalar value: learning rate of this variable at this step */
export function sgd(builder: ProgramBuilder, variable: string, gradient: Value, rate: Value, settings: SgdSettings): void {
  const w = builder.get(variable)
  const d = settings.weightDecay === 0 ? gradient : g.add(gradient, g.mul(w, settings.weightDecay))
  let step = d
  if (settings.momentum !== 0) {
    const v = g.add(g.mul(builder.get(momentumOf(variable)), settings.momentum), d)
    builder.set(momentumOf(variable), v)
    step = settings.nesterov ? g.add(d, g.mul(v, settings.momentum)) : v
  }
  builder.set(variable, g.sub(w, g.mul(step, rate)))
}
