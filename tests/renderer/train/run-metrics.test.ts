// What a run has told, put together: growing series, events that overlap, classes side by side.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobEvent } from '../../../src/shared/events.ts'
import { RunCurves } from '../../../src/renderer/stores/run-curves.ts'
import { afterKnown } from '../../../src/renderer/stores/run-overlap.ts'
import { progressAfter } from '../../../src/renderer/stores/run-progress.ts'
import { balanceOf } from '../../../src/renderer/views/train/class-balance.ts'
import { chartsOf, runningMean } from '../../../src/renderer/views/train/run-charts.ts'
import { GrowingSeries } from '../../../src/renderer/widgets/chart-growing.ts'

const step = (at: number, more: object = {}): JobEvent => ({ event: 'step', step: at, steps: 100, loss: at / 10, seconds: at, ...more })

test('what was heard while the past was read follows on it, each event once', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.nat(60), fc.nat(60), (a, b, c) => {
      const [begin, read, end] = [a, b, c].toSorted((x, y) => x - y) as [number, number, number]
      const all = Array.from({ length: end }, (_, i) => step(i + 1))
      // Read up to `read`; heard from `begin` on, some of it only recorded.
      const heard = all.slice(begin).filter((_, i) => i % 3 !== 1)
      const past = all.slice(0, read)
      expect(afterKnown(past, heard)).toEqual(heard.filter((event) => !past.includes(event)))
    }),
  )
})

test('a series that grew long is shown with few points, its peaks among them', () => {
  const series = new GrowingSeries()
  for (let x = 0; x < 50_000; x++) series.push(x, x === 31_415 ? 9 : x === 27_182 ? -9 : x % 777 === 0 ? null : 1)
  const { x, y } = series.view(1000)
  expect(x.length).toBeLessThanOrEqual(1000)
  expect([y[x.indexOf(31_415)], y[x.indexOf(27_182)]]).toEqual([9, -9])
  expect([...x]).toEqual([...x].toSorted((a, b) => a - b))
})

test('a run that goes back to an earlier step takes back what came after it', () => {
  const curves = new RunCurves()
  for (const at of [1, 2, 3, 4]) curves.take(step(at, { losses: { a: at, b: 0 } }))
  curves.take({ event: 'validation', step: 4, accuracy: 0.5, kept: true })
  curves.take(step(2, { losses: { a: 9, b: 0 } }))
  expect([...curves.loss.view().x]).toEqual([1, 2])
  expect([...(curves.losses.get('a')?.view().y ?? [])]).toEqual([1, 9])
})

test('of the weights that were kept, the latest are marked; one term alone is no line of its own', () => {
  const curves = new RunCurves()
  for (const at of [10, 20, 30]) {
    curves.take(step(at, { losses: { only: 1 } }))
    curves.take({ event: 'validation', step: at, accuracy: at / 100, kept: at < 30 })
  }
  const names = { total: 't', loss: String, accuracy: 'a', kept: 'k', confidence: 'c', audit: 'd', changed: 'f', rate: 'r' }
  const { losses, validation } = chartsOf(curves, names)
  expect(losses).toHaveLength(1)
  expect(validation.map(({ x }) => [...(x as Float64Array)])).toEqual([[10, 20, 30], [20]])
})

test('each image whose pseudo-label changed is listed once, the latest first', () => {
  const curves = new RunCurves()
  const event = (at: number, paths: string[]): JobEvent => ({
    ...{ event: 'pseudo-labels', step: at, classes: [1, 2], seen: 3, again: 4, changed: 1, queue: { held: [8, 2], size: 8 } },
    examples: paths.map((path) => ({ image: null, path, from: 0, to: 1, confidence: 1 })),
  })
  curves.take(event(1, ['a', 'b']))
  curves.take(event(2, ['b', 'c']))
  expect(curves.changed.map(({ path, step: at }) => [path, at])).toEqual([
    ['b', 2],
    ['c', 2],
    ['a', 1],
  ])
  const classes = [
    { class: 7, name: 'x' },
    { class: 9, name: 'y' },
  ]
  expect(balanceOf(classes, curves.pseudoLabels, [{ class: 9, labels: 5 }])).toEqual({
    hasPseudoLabels: true,
    queueSize: 8,
    rows: [
      { class: 7, name: 'x', labelled: null, pseudo: 1, labelledShare: 0, pseudoShare: 0.5, queueShare: 1 },
      { class: 9, name: 'y', labelled: 5, pseudo: 2, labelledShare: 1, pseudoShare: 1, queueShare: 0.25 },
    ],
  })
})

test('a mean leaves out what is no number', () => {
  expect([...runningMean(Float64Array.of(2, NaN, 4, 6), 3)]).toEqual([2, NaN, 3, 5])
})

test('work without an estimate of its own is measured', () => {
  const before = { step: null, validation: null, kept: null, task: null }
  const event: JobEvent = { event: 'progress', task: 'caching views', done: 30, total: 50 }
  const after = progressAfter(before, event, { task: 'caching views', at: 1000, done: 10 }, 3000)
  expect(after.task?.remainingSeconds).toBeCloseTo(2)
  expect(progressAfter(before, { event: 'log', message: '' }, null, 0)).toBe(before)
})
