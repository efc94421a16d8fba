// What is told of pseudo-labels: counts of the latest ones, changes since the last report, and keys that stand in queues.
import { expect, test } from 'vitest'
import fc from 'fast-check'
import { ReferenceEngine } from '../../../src/core/reference/engine.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import { PseudoLabelTracker } from '../../../src/engine/training/pseudo-label-tracker.ts'
import { QueueFill } from '../../../src/engine/training/queue-fill.ts'
import { pseudoLabelsEventSchema } from '../../../src/shared/events.ts'

const classes = ['a', 'b', 'c']
const images = Array.from({ length: 40 }, (_, i) => ({ path: `${i}.jpg`, class: null, split: null, bytes: 1 }))
const tracker = (): PseudoLabelTracker =>
  new PseudoLabelTracker(
    { classes, images },
    images.map((_, i) => 1000 + i),
  )

const take = (to: PseudoLabelTracker, seen: readonly (readonly [image: number, label: number])[]): void => {
  const indices = Int32Array.from(seen, ([image]) => image)
  to.take(
    { labelled: null, unlabelled: { indices, labels: indices.map(() => -1), views: [] } },
    {
      pseudoLabels: tensor(
        'int32',
        [seen.length],
        Int32Array.from(seen, ([, label]) => label),
      ),
      confidence: tensor('float32', [seen.length], new Float32Array(seen.length).fill(1.0000001)),
    },
  )
}

test('counts follow the latest pseudo-label of each image, changes those since the last report', () => {
  const sighting = fc.tuple(fc.nat(images.length - 1), fc.nat(classes.length - 1))
  fc.assert(
    fc.property(fc.array(fc.array(sighting, { maxLength: 30 }), { maxLength: 6 }), (reports) => {
      const watched = tracker()
      const latest = new Map<number, number>()
      for (const seen of reports) {
        let [again, changed] = [0, 0]
        for (const [image, label] of seen) {
          const before = latest.get(image)
          if (before !== undefined) again++
          if (before !== undefined && before !== label) changed++
          latest.set(image, label)
        }
        take(watched, seen)
        const report = watched.report(null)
        if (latest.size === 0) {
          expect(report).toBeNull()
          continue
        }
        expect(pseudoLabelsEventSchema.safeParse({ event: 'pseudo-labels', step: 1, ...report }).error).toBeUndefined()
        const counts = classes.map((_, label) => [...latest.values()].filter((other) => other === label).length)
        expect(report).toMatchObject({ classes: counts, seen: latest.size, again, changed })
        expect(report?.examples.length).toBeLessThanOrEqual(Math.min(24, changed))
        for (const { image, to } of report?.examples ?? []) expect(latest.has((image ?? 0) - 1000) && to < classes.length).toBe(true)
      }
    }),
    { numRuns: 50 },
  )
})

test('examples are the latest changes, latest first, each image once', () => {
  const watched = tracker()
  take(watched, images.map((_, i) => [i, 0])) // prettier-ignore
  take(watched, images.map((_, i) => [i, 1])) // prettier-ignore
  take(watched, [[30, 2]])
  const examples = watched.report(null)?.examples ?? []
  expect(examples).toHaveLength(24)
  expect(examples[0]).toEqual({ image: 1030, path: '30.jpg', from: 1, to: 2, confidence: 1 })
  expect(examples[1]).toMatchObject({ path: '39.jpg', from: 0, to: 1 })
  expect(watched.report(null)).toMatchObject({ again: 0, changed: 0, examples: [], seen: 40 })
})

test('a queue holds the keys that have replaced what it started with', async () => {
  const start = {
    'queue/a': tensor(
      'float32',
      [2, 3, 2],
      Float32Array.from({ length: 12 }, (_, i) => i + 1),
    ),
    weight: tensor('float32', [1]),
  }
  const state = await new ReferenceEngine().createState(start)
  const fill = new QueueFill(['queue/a'], start)
  expect(await fill.read(state)).toEqual({ held: [0, 0], size: 3 })
  const now = start['queue/a'].data.slice()
  for (const slot of [0, 4, 5]) now.fill(-1, 2 * slot, 2 * slot + 2)
  await state.write({ 'queue/a': tensor('float32', [2, 3, 2], now) })
  expect(await fill.read(state)).toEqual({ held: [1, 2], size: 3 })
  expect(await new QueueFill([], start).read(state)).toBeNull()
})
