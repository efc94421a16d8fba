// Losses of methods against ../shared/golden: value and gradient as the reference implementations have them.
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import * as b from '../../../src/core/graph/build.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import * as loss from '../../../src/core/nn/losses.ts'
import { linearRamp, sigmoidRamp } from '../../../src/core/nn/ramps.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'
import { scalar, tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { largestError } from '../../support/errors.ts'
import { readSafetensors } from '../../support/safetensors.ts'

const file = new URL('../../../../shared/golden/losses.safetensors', import.meta.url)

interface Entry {
  readonly entry: string
  /** The loss, of the logits of a strong and a weak view. */
  readonly of: (strong: Value, weak: Value) => Value
  readonly value?: string
  /** Names of the expected gradients with respect to the strong and the weak logits; without one, the logits are a target. */
  readonly gradients: readonly [strong: string | null, weak: string | null]
}

const distances = (strong: Value, weak: Value): Value => loss.squaredDistances(b.softmax(strong), b.softmax(weak))
/** Cross-entropy with the class of the target's logits where they are sure of it. */
const pseudoLabelled = (threshold: number) => (logits: Value, target: Value) =>
  loss.weightedMean(loss.crossEntropies(logits, loss.pseudoLabels(target)), loss.surer(loss.confidence(target), threshold))

const entries: Entry[] = [
  ...['0.7', '0.95'].map((t): Entry => ({
    entry: `fixmatch_t${t}`,
    of: pseudoLabelled(Number(t)),
    gradients: ['grad_logits_strong', null],
  })),
  { entry: 'pseudo_label_t0.7', of: (strong) => pseudoLabelled(0.7)(strong, strong), gradients: ['grad_logits', null] },
  ...([[0.7, 0.85], [0.8, 0.4]] as const).map(([t, student]): Entry => ({
    entry: `uda_t${t}_T${student}`,
    of: (strong, weak) =>
      loss.meanOfKept(loss.divergences(strong, weak, { student, teacher: 1 }), loss.surer(loss.confidence(weak), t)),
    gradients: ['grad_logits_strong', null],
  })), // prettier-ignore
  { entry: 'l2_consistency_sum', of: (s, w) => b.reduceSum(distances(s, w)), gradients: ['grad_logits_1', 'grad_logits_2'] },
  { entry: 'l2_consistency_mean', of: (s, w) => b.reduceMean(distances(s, w)), gradients: ['grad_logits_1', 'grad_logits_2'] },
  ...['1.0', '2.0'].map((t): Entry => ({
    entry: `distillation_T${t}`,
    of: (strong, weak) => b.reduceMean(loss.divergences(strong, weak, { student: Number(t), teacher: Number(t) })),
    gradients: ['grad_student_logits', null],
  })),
  {
    entry: 'mixmatch',
    // The paper's mean is over classes too.
    of: (strong, weak) =>
      b.div(b.reduceMean(loss.squaredDistances(b.softmax(strong), b.stopGradient(loss.sharpen(b.softmax(weak), 0.5)))), 7),
    value: 'unlabeled_loss',
    gradients: ['grad_logits', null],
  },
]

describe.skipIf(!existsSync(file))('golden losses (skipped where ../shared/golden is absent)', () => {
  const golden = existsSync(file) ? readSafetensors(file) : {}
  const at = (name: string): HostTensor => {
    const found = golden[name]
    if (!found) throw new Error(`golden file has no ${name}`)
    return found
  }
  const close = (found: HostTensor, name: string): void =>
    expect(largestError(toNumbers(found), toNumbers(at(name))), name).toBeLessThan(2e-6)

  it.each(entries)('$entry and its gradient', ({ entry, of, value = 'loss', gradients }) => {
    const point = { strong: at('logits_strong'), weak: at('logits_weak') }
    const inputs = [b.input('strong', point.strong), b.input('weak', point.weak)] as const
    const result = of(...inputs)
    const [found, ...slopes] = evaluate([result, ...differentiate(result, inputs)], point) as [HostTensor, HostTensor, HostTensor]
    close(found, `${entry}.${value}`)
    gradients.forEach((name, i) => {
      if (name !== null) close(slopes[i]!, `${entry}.${name}`)
      // What the reference gives no gradient for gets none here either.
      else expect(toNumbers(slopes[i]!).every((g) => g === 0)).toBe(true)
    })
  })

  it('keeps the samples and classes that the reference keeps', () => {
    const weak = b.constant(at('logits_weak'))
    for (const t of ['0.7', '0.95']) {
      const [mask, label] = evaluate([loss.surer(loss.confidence(weak), Number(t)), loss.pseudoLabels(weak)], {})
      expect(toNumbers(mask!)).toEqual(toNumbers(at(`fixmatch_t${t}.mask`)))
      expect(toNumbers(label!)).toEqual(toNumbers(at(`fixmatch_t${t}.pseudo_label`)))
    }
    close(evaluate([loss.sharpen(b.softmax(weak), 0.5)], {})[0]!, 'mixmatch.sharpen_T0.5')
  })

  it('rises as the reference does', () => {
    const weights = Array.from({ length: 13 }, (_, epoch) => {
      const progress = b.constant(scalar('float32', epoch / 40))
      return toNumbers(evaluate([sigmoidRamp(progress, 10 / 40)], {})[0]!)
    })
    close(tensor('float32', [13], weights.flat()), 'sigmoid_warm_up.w10_epochs_0_to_12')
  })
})

it('is whole from the start where a ramp has no length, and where it has ended', () => {
  const progress = b.constant(scalar('float32', 0.5))
  const values = evaluate([linearRamp(progress, 0), sigmoidRamp(progress, 0), linearRamp(progress, 0.25), linearRamp(progress, 1)], {})
  expect(values.flatMap(toNumbers)).toEqual([1, 1, 1, 0.5])
})
