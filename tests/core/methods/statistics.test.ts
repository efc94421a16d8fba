// Methods that keep statistics or mix images, against the arithmetic of the authors' code (microsoft/Semi-supervised-learning; DebiasMatch: TLlib)
// written out in plain loops: some steps of given logits.
import { expect, it } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import { methodById } from '../../../src/core/methods/index.ts'
import type { Model } from '../../../src/core/nn/model.ts'
import { largerShares, permutation } from '../../../src/core/nn/noise.ts'
import { Pass } from '../../../src/core/nn/pass.ts'
import { ProgramBuilder } from '../../../src/core/nn/program-builder.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { scalar, tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'

const classes = 3
const rows = 5
type Rows = number[][]

/** A model whose logits are its input. */
const model = { shape: { classes }, logits: (_pass: unknown, _scope: string, x: unknown) => x } as unknown as Model

interface Step {
  weak: Rows
  strong: Rows
  labelled: Rows
}

const random = new Random(4)
const logits = (scale: number): Rows => Array.from({ length: rows }, () => Array.from({ length: classes }, (_, c) => random.normal(c === 0 ? 1 : 0, scale))) // prettier-ignore
const given: Step[] = [1, 2, 1, 2].map((scale) => ({ weak: logits(scale), strong: logits(scale), labelled: logits(1) }))
const labels = [0, 1, 2, 1, 0]
/** Numbers of the unlabelled images. */
const images = [3, 9, 4, 0, 7]

/** Losses of each step as the method's graph has them. */
function losses(id: string, settings: object, drawn?: (pass: Pass) => Record<string, HostTensor>): Record<string, number>[] {
  const method = methodById(id).configure(settings)
  let state = method.variables(model, {}, random, { images: 2 * rows, unlabelled: rows })
  return given.map(({ weak, strong, labelled }) => {
    const builder = new ProgramBuilder(state)
    const pass = new Pass(builder, true)
    const leaf = (name: string) => builder.feed(name, { dtype: 'float32', shape: [rows, classes] })
    const result = method.step({
      pass,
      model,
      labelled: { views: [leaf('labelled')], labels: g.constant(tensor('int32', [rows], labels)) },
      unlabelled: { views: [leaf('weak'), leaf('strong')], images: g.constant(tensor('int32', [rows], images)) },
      progress: g.constant(scalar('float32', 1)),
    })
    const { updates } = builder.finish(result.losses)
    const rowsOf = (values: Rows): HostTensor => tensor('float32', [rows, classes], values.flat())
    const feeds = { weak: rowsOf(weak), strong: rowsOf(strong), labelled: rowsOf(labelled), ...state, ...drawn?.(pass) }
    const found = evaluate([...Object.values(result.losses), ...Object.values(updates)], feeds)
    const names = Object.keys(result.losses)
    state = { ...state, ...Object.fromEntries(Object.keys(updates).map((name, i) => [name, found[names.length + i]!])) }
    return Object.fromEntries(names.map((name, i) => [name, toNumbers(found[i]!)[0]!]))
  })
}

const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0)
const mean = (x: readonly number[]): number => sum(x) / x.length
const softmax = (x: readonly number[]): number[] => x.map((v) => Math.exp(v) / sum(x.map(Math.exp)))
const argMax = (x: readonly number[]): number => x.indexOf(Math.max(...x))
const columns = (x: Rows): number[] => Array.from({ length: classes }, (_, c) => mean(x.map((row) => row[c]!)))
const crossEntropy = (x: readonly number[], label: number): number => -Math.log(softmax(x)[label]!)
const normed = (x: readonly number[]): number[] => x.map((v) => v / sum(x))
const histogram = (of: readonly number[]): number[] => Array.from({ length: classes }, (_, c) => of.filter((label) => label === c).length / of.length) // prettier-ignore
const blend = (before: number[], now: number[], m: number): number[] => before.map((v, i) => m * v + (1 - m) * now[i]!)
const uniform = new Array<number>(classes).fill(1 / classes)

function close(found: Record<string, number>[], name: string, expected: readonly number[]): void {
  expect(new Set(expected.map((v) => v.toFixed(3))).size, 'the steps differ').toBe(expected.length)
  found.forEach((step, i) => expect(step[name], `${name} of step ${i}`).toBeCloseTo(expected[i]!, 4))
}

const m = 0.8

it('FreeMatch', () => {
  let [threshold, p, h] = [1 / classes, uniform, uniform]
  const expected = given.map(({ weak, strong }) => {
    const q = weak.map(softmax)
    const pseudo = q.map(argMax)
    const sure = q.map((row) => Math.max(...row))
    threshold = m * threshold + (1 - m) * mean(sure)
    p = blend(p, columns(q), m)
    h = blend(h, histogram(pseudo), m)
    const kept = sure.map((s, i) => s >= (threshold * p[pseudo[i]!]!) / Math.max(...p))
    const ce = mean(strong.map((row, i) => (kept[i] ? crossEntropy(row, pseudo[i]!) : 0)))
    const s = strong.filter((_, i) => kept[i]).map(softmax)
    const hs = histogram(s.map(argMax))
    const wanted = normed(p.map((v, c) => v / h[c]!))
    const found = normed(columns(s).map((v, c) => (hs[c]! > 0 ? v / hs[c]! : 0)))
    return { ce, fairness: sum(wanted.map((v, c) => v * Math.log(found[c]! + 1e-12))) }
  })
  const found = losses('freematch', { statisticsMomentum: m, fairnessWeight: 1 })
  close(found, 'unlabelledCe', expected.map(({ ce }) => ce)) // prettier-ignore
  close(found, 'fairness', expected.map(({ fairness }) => fairness)) // prettier-ignore
})

it('SoftMatch', () => {
  let [mu, variance, p] = [1 / classes, 1, uniform]
  const expected = given.map(({ weak, strong }) => {
    const q = weak.map(softmax)
    p = blend(p, columns(q), m)
    const aligned = q.map((row) => normed(row.map((v, c) => v / (p[c]! + 1e-6))))
    const sure = aligned.map((row) => Math.max(...row))
    const now = mean(sure)
    mu = m * mu + (1 - m) * now
    variance = m * variance + ((1 - m) * sum(sure.map((s) => (s - now) ** 2))) / (rows - 1)
    const weights = sure.map((s) => Math.exp(-(Math.min(s - mu, 0) ** 2) / ((2 * variance) / 4)))
    return mean(strong.map((row, i) => weights[i]! * crossEntropy(row, argMax(weak[i]!))))
  })
  close(losses('softmatch', { statisticsMomentum: m }), 'unlabelledCe', expected)
})

it('DebiasMatch', () => {
  let p = uniform
  const expected = given.map(({ weak, strong }) => {
    p = blend(p, columns(weak.map(softmax)), m)
    const debiased = weak.map((row) => row.map((v, c) => v - Math.log(p[c]!)))
    const kept = debiased.map((row) => Math.max(...softmax(row)) > 0.5)
    return mean(strong.map((row, i) => (kept[i] ? crossEntropy(row.map((v, c) => v + Math.log(p[c]!)), argMax(debiased[i]!)) : 0))) // prettier-ignore
  })
  close(losses('debiasmatch', { statisticsMomentum: m, threshold: 0.5 }), 'unlabelledCe', expected)
})

it.each([true, false])('FlexMatch, warm-up %s', (thresholdWarmUp) => {
  const threshold = 0.8
  const learnt = new Map<number, number>()
  const expected = given.map(({ weak, strong }) => {
    const pseudo = weak.map(argMax)
    const sure = weak.map((row) => Math.max(...softmax(row)))
    const counts = uniform.map((_, c) => [...learnt.values()].filter((label) => label === c).length)
    const most = Math.max(...counts, thresholdWarmUp ? rows - learnt.size : 0)
    const status = counts.map((count) => (learnt.size === 0 ? 0 : count / most))
    const kept = sure.map((s, i) => s > (threshold * status[pseudo[i]!]!) / (2 - status[pseudo[i]!]!))
    sure.forEach((s, i) => s > threshold && learnt.set(images[i]!, pseudo[i]!))
    return { kept, ce: mean(strong.map((row, i) => (kept[i] ? crossEntropy(row, pseudo[i]!) : 0))) }
  })
  const all = expected.map(({ kept }) => kept.every((is) => is))
  expect([all[0], all.every((is) => is)]).toEqual([true, false])
  close(losses('flexmatch', { threshold, thresholdWarmUp }), 'unlabelledCe', expected.map(({ ce }) => ce)) // prettier-ignore
})

it('MixMatch', () => {
  const n = 3 * rows
  const draw = new Random(5)
  const drawn = given.map(() => ({ order: permutation(n)(draw), share: largerShares(n, 0.75)(draw) }))
  const expected = given.map(({ weak, strong, labelled }, i) => {
    const guess = weak.map((row, j) => normed(softmax(row).map((v, c) => ((v + softmax(strong[j]!)[c]!) / 2) ** 2)))
    const x = [...labelled, ...weak, ...strong]
    const p = [...labels.map((label) => uniform.map((_, c) => Number(c === label))), ...guess, ...guess]
    const [order, share] = [toNumbers(drawn[i]!.order), toNumbers(drawn[i]!.share)]
    const mixed = (of: Rows): Rows => of.map((row, j) => row.map((v, c) => share[j]! * v + (1 - share[j]!) * of[order[j]!]![c]!))
    const [mx, mp] = [mixed(x).map(softmax), mixed(p)]
    const each = (from: number, to: number, of: (q: number, target: number) => number): number =>
      mean(mx.slice(from, to).map((row, j) => sum(row.map((q, c) => of(q, mp[from + j]![c]!)))))
    return { ce: each(0, rows, (q, t) => -t * Math.log(q)), distance: each(rows, n, (q, t) => (q - t) ** 2) / classes }
  })
  let step = 0
  const found = losses('mixmatch', { unlabelledWeight: 1 }, ({ noise }) => {
    const { order, share } = drawn[step++]!
    return { [noise[0]!.feed]: order, [noise[1]!.feed]: share }
  })
  close(found, 'labelledCe', expected.map(({ ce }) => ce)) // prettier-ignore
  close(found, 'unlabelledDistance', expected.map(({ distance }) => distance)) // prettier-ignore
})

it('shares of a mixture follow the Beta distribution', () => {
  for (const alpha of [0.2, 0.75, 2]) {
    const shares = toNumbers(largerShares(20_000, alpha)(new Random(6)))
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.5)
    // Its variance: that of a share and of what it leaves to 1 are the same.
    expect(mean(shares.map((x) => (x - 0.5) ** 2))).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2)
  }
})
