// Runs in lists and charts: what is shown, in which order, and what more labels bring.
import { expect, test } from 'vitest'
import type { Run } from '../../../src/shared/contract/runs.ts'
import { baselineOf } from '../../../src/renderer/views/results/baseline.ts'
import { gainOfDoubling, labelLines } from '../../../src/renderer/views/results/label-curve.ts'
import { filterRuns } from '../../../src/renderer/views/results/run-filter.ts'

const all = { text: '', state: null, method: null, order: 'newest' } as const
const run = (
  name: string,
  method: string,
  state: Run['state'],
  accuracy: number | null,
  day: number,
): Parameters<typeof filterRuns>[0][number] => ({
  ...{ name, state, createdAt: `2026-01-0${day}T00:00:00Z` },
  config: { method, backbone: 'b', budget: 'quick', settings: {}, seed: 0 },
  progress: { step: null, validation: null, kept: null, task: null },
  result:
    accuracy === null
      ? null
      : {
          ...{ testAccuracy: accuracy, validationAccuracy: null, seconds: 1, imagesPerSecond: 1, model: '' },
          steps: 1,
          bestStep: 1,
          exportDifference: null,
        },
})
const runs = [
  run('Shirts 2', 'fine-tuning', 'done', 0.5, 1),
  run('Shirts 10', 'self-tuning', 'done', 0.8, 2),
  run('Hats', 'self-tuning', 'failed', null, 3),
]
const names = (filter: Partial<Parameters<typeof filterRuns>[1]>): string[] =>
  filterRuns(runs, { ...all, ...filter }).map(({ name }) => name)

test('filters by every word of name or method, by state and by method', () => {
  expect(names({ text: 'shirts SELF' })).toEqual(['Shirts 10'])
  expect(names({ state: 'failed' })).toEqual(['Hats'])
  expect(names({ method: 'fine-tuning' })).toEqual(['Shirts 2'])
})

test('sorts by age, accuracy (those without one last) and name with its numbers', () => {
  expect(names({})).toEqual(['Hats', 'Shirts 10', 'Shirts 2'])
  expect(names({ order: 'oldest' })).toEqual(['Shirts 2', 'Shirts 10', 'Hats'])
  expect(names({ order: 'accuracy' })).toEqual(['Shirts 10', 'Shirts 2', 'Hats'])
  expect(names({ order: 'name' })).toEqual(['Hats', 'Shirts 2', 'Shirts 10'])
})

test('lines need two numbers of labels; runs with as many are averaged', () => {
  const lines = labelLines([
    { group: 'a', labels: 80, accuracy: 0.7 },
    { group: 'a', labels: 20, accuracy: 0.4 },
    { group: 'a', labels: 20, accuracy: 0.6 },
    { group: 'b', labels: 20, accuracy: 0.5 },
  ])
  expect(lines).toEqual([{ group: 'a', labels: [20, 80], accuracy: [0.5, 0.7], runs: 3 }])
  expect(lines.map(gainOfDoubling)[0]).toBeCloseTo(0.1)
})

test('a run is compared with fine-tuning that had the same to learn from, and as long', () => {
  const used = (one: (typeof runs)[number], labelled: number, config: Partial<Run['config']> = {}): (typeof runs)[number] => ({
    ...one,
    config: { ...one.config, ...config },
    result: one.result && { ...one.result, images: { labelled, unlabelled: 0, validation: 5, test: 5 } },
  })
  const [plain, own] = [run('Plain', 'fine-tuning', 'done', 0.5, 1), run('Own', 'self-tuning', 'done', 0.8, 2)]
  const fits = used(plain, 20)
  const unlike = [
    used(plain, 520),
    used(plain, 20, { budget: 'thorough' }),
    used(plain, 20, { steps: 10 }),
    used(plain, 20, { depth: 'head' }),
    used(plain, 20, { imageSize: 64 }),
    used(plain, 20, { batch: 8 }),
    used(run('Stopped', 'fine-tuning', 'cancelled', 0.4, 1), 20),
    used(own, 20),
    plain,
  ]
  expect(baselineOf(used(own, 20), [...unlike, fits])).toBe(fits)
  expect(baselineOf(used(own, 20), unlike)).toBeNull()
  expect([baselineOf(own, [plain]), baselineOf(fits, [used(plain, 20)])]).toEqual([null, null])
})
