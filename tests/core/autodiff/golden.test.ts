// Losses of ../shared/golden that are a few operators: value and gradient as the reference implementations have them.
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import * as b from '../../../src/core/graph/build.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { largestError } from '../../support/errors.ts'
import { readSafetensors } from '../../support/safetensors.ts'
import { evaluateAt } from './evaluate.ts'

const file = new URL('../../../../shared/golden/losses.safetensors', import.meta.url)

type Loss = (strong: Value, weak: Value) => Value
interface Entry {
  readonly loss: Loss
  readonly expected: string
  /** Names of the expected gradients with respect to the strong and the weak logits. */
  readonly gradients: readonly string[]
}

const square = (x: Value): Value => b.mul(x, x)
const squaredDistance: Loss = (strong, weak) => b.reduceSum(square(b.sub(b.softmax(strong), b.softmax(weak))))

/** KL divergence from the temperature-softened weak distribution, batch mean. */
function distillation(temperature: number): Loss {
  return (strong, weak) => {
    const [p, log] = [b.softmax(b.div(weak, temperature)), b.logSoftmax(b.div(weak, temperature))]
    const divergence = b.reduceSum(b.mul(b.stopGradient(p), b.sub(b.stopGradient(log), b.logSoftmax(b.div(strong, temperature)))), [1])
    return b.reduceMean(divergence)
  }
}

/** Cross-entropy with the weak view's class over samples it is sure of, mean over all. */
function fixmatch(threshold: number): Loss {
  return (strong, weak) => {
    const p = b.stopGradient(b.softmax(weak))
    const mask = b.cast(b.greater(b.reduceMax(p, [1]), threshold), p.dtype)
    const pseudoLabel = b.argMax(p, 1, 1)
    return b.neg(b.reduceMean(b.mul(b.squeeze(b.gatherElements(b.logSoftmax(strong), pseudoLabel, 1), [1]), mask)))
  }
}

/** Squared error on probabilities against the sharpened weak prediction, mean over samples and classes. */
const mixmatch: Loss = (strong, weak) => {
  const powered = b.pow(b.softmax(weak), 1 / 0.5)
  const target = b.stopGradient(b.div(powered, b.reduceSum(powered, [1], 1)))
  return b.reduceMean(square(b.sub(b.softmax(strong), target)))
}

const both = (name: string): string[] => [`${name}.grad_logits_1`, `${name}.grad_logits_2`]
const entries: Entry[] = [
  { loss: squaredDistance, expected: 'l2_consistency_sum.loss', gradients: both('l2_consistency_sum') },
  {
    loss: (s, w) => b.div(squaredDistance(s, w), s.shape[0] ?? 1),
    expected: 'l2_consistency_mean.loss',
    gradients: both('l2_consistency_mean'),
  },
  ...['1.0', '2.0'].map((t) => ({
    loss: distillation(Number(t)),
    expected: `distillation_T${t}.loss`,
    gradients: [`distillation_T${t}.grad_student_logits`],
  })),
  ...['0.7', '0.95'].map((t) => ({
    loss: fixmatch(Number(t)),
    expected: `fixmatch_t${t}.loss`,
    gradients: [`fixmatch_t${t}.grad_logits_strong`],
  })),
  { loss: mixmatch, expected: 'mixmatch.unlabeled_loss', gradients: ['mixmatch.grad_logits'] },
]

describe.skipIf(!existsSync(file))('golden losses (skipped where ../shared/golden is absent)', () => {
  const golden = existsSync(file) ? readSafetensors(file) : {}
  const at = (name: string): HostTensor => {
    const found = golden[name]
    if (!found) throw new Error(`golden file has no ${name}`)
    return found
  }

  for (const { loss, expected, gradients } of entries)
    it(`${expected} and its gradient`, () => {
      const point = [at('logits_strong'), at('logits_weak')]
      const [strong, weak] = [b.input('strong', at('logits_strong')), b.input('weak', at('logits_weak'))]
      const value = loss(strong, weak)
      const results = evaluateAt([value, ...differentiate(value, [strong, weak])], [strong, weak], point)
      for (const [i, name] of [expected, ...gradients].entries())
        expect(largestError(toNumbers(results[i] ?? at(name)), toNumbers(at(name))), name).toBeLessThan(2e-6)
      // What the reference gives no gradient for, the target, gets none here either.
      if (gradients.length === 1) expect(toNumbers(results[2] ?? at(expected)).every((g) => g === 0)).toBe(true)
    })
})
