// Service `splits`: draws that are seeded, balanced and keep copies on one side; what budgets mean.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { labels } from '../../../src/main/services/labels/index.ts'
import { drawSplits } from '../../../src/main/services/splits/draw.ts'
import type { DrawImage } from '../../../src/main/services/splits/draw.ts'
import { splits } from '../../../src/main/services/splits/index.ts'
import { calls, testStudio } from '../../support/services.ts'
import { addClasses, addImages, label } from '../../support/tiny-project.ts'

const { studio, project: open, folder, events } = testStudio()
const split = calls('splits', splits(studio))
const history = calls('labels', labels(studio))
const project = open.id
const ids = addImages(
  open,
  folder,
  Array.from({ length: 30 }, (_, i) => `${String(i).padStart(2, '0')}.jpg`),
)
open.db.run("UPDATE images SET state = 'present'")
const [cat = 0, dog = 0, empty = 0] = addClasses(open, ['cat', 'dog', 'empty'])
label(open, ids.slice(0, 20), cat)
label(open, ids.slice(20, 25), dog)

function now(): Map<number, string | null> {
  return new Map(
    open.db.all<{ id: number; split: string | null }>('SELECT id, split FROM images NOT INDEXED').map((row) => [row.id, row.split]),
  )
}

test('a draw takes its share of each class, the same with the same seed, and can be undone', async () => {
  const drawn = await split.draw({ project, validation: 0.2, test: 0.1, seed: 3 })
  expect(drawn.classes).toEqual([
    { class: cat, labelled: { train: 14, validation: 4, test: 2, none: 0 } },
    { class: dog, labelled: { train: 3, validation: 1, test: 1, none: 0 } },
    { class: empty, labelled: { train: 0, validation: 0, test: 0, none: 0 } },
  ])
  expect(drawn.images).toEqual({ train: 17, validation: 5, test: 3, none: 5 })
  expect(events.map(({ topic }) => topic)).toEqual(['splits.changed'])
  const first = now()
  await history.undo({ project })
  expect(new Set(now().values())).toEqual(new Set([null]))
  await split.draw({ project, validation: 0.2, test: 0.1, seed: 3 })
  expect(now()).toEqual(first)
  await split.draw({ project, validation: 0.2, test: 0.1, seed: 4, keep: false })
  expect(now()).not.toEqual(first)
  await expect(split.draw({ project, validation: 0.5, test: 0.5 })).rejects.toThrow('expected less than all images')
  while ((await history.undo({ project })).action !== null);
})

test('budgets mean labels that training may see, class by class', async () => {
  await split.assign({ project, selection: { images: ids.slice(0, 4) }, split: 'test' })
  expect(await split.subset({ project, budget: { proportion: 0.25 } })).toEqual({
    classes: [
      { class: cat, labels: 4, of: 16 },
      { class: dog, labels: 1, of: 5 },
      { class: empty, labels: 0, of: 0 },
    ],
    labels: 5,
    of: 21,
  })
  expect((await split.subset({ project, budget: { perClass: 7 } })).classes.map((row) => row.labels)).toEqual([7, 5, 0])
  expect((await split.get({ project })).labelled).toEqual({ train: 0, validation: 0, test: 4, none: 21 })
})

const images: fc.Arbitrary<DrawImage[]> = fc
  .array(
    fc.record({
      class: fc.constantFrom('a', 'a', 'b', null),
      split: fc.constantFrom(null, null, null, 'train' as const, 'validation' as const, 'test' as const),
      content: fc.constantFrom(null, null, null, 'x', 'y'),
    }),
    { maxLength: 60 },
  )
  .map((all) => all.map((image, i) => ({ ...image, id: i + 1 })))
const options = fc.record({
  validation: fc.constantFrom(0, 0.1, 0.3),
  test: fc.constantFrom(0, 0.2, 0.5),
  keep: fc.boolean(),
  seed: fc.nat(100),
})

test('whatever is drawn: what is kept stays, copies stay together, one of each class trains, unlabelled images are not set apart', () => {
  fc.assert(
    fc.property(images, options, (all, { keep, ...about }) => {
      const drawn = new Map([...drawSplits(all, { keep, ...about })].flatMap(([to, members]) => members.map((id) => [id, to] as const)))
      const after = all.map((image) => ({ ...image, split: drawn.has(image.id) ? (drawn.get(image.id) ?? null) : image.split }))
      for (const [i, image] of after.entries()) {
        if (keep && all[i]?.split) expect(image.split).toBe(all[i].split)
        if (image.class !== null) expect(image.split).not.toBeNull()
        const isAlone = image.class === null && !all.some((other) => other.content === image.content && image.content && other.class)
        if (isAlone && !keep) expect(image.split).toBeNull()
      }
      const isLoose = !keep || all.every((image) => image.split === null)
      if (!isLoose) return
      for (const content of ['x', 'y']) {
        const twins = after.filter((image) => image.content === content && all.some((other) => other.content === content && other.class))
        expect(new Set(twins.map((image) => image.split)).size).toBeLessThanOrEqual(1)
      }
      if (all.some((image) => image.content)) return
      for (const name of ['a', 'b']) {
        const members = after.filter((image) => image.class === name)
        if (members.length > 0) expect(members.some((image) => image.split === 'train')).toBe(true)
        for (const part of ['validation', 'test'] as const) {
          const wanted = about[part] === 0 || members.length < 3 ? 0 : Math.max(1, Math.round(about[part] * members.length))
          const count = members.filter((image) => image.split === part).length
          expect(count).toBeLessThanOrEqual(wanted)
          if (members.length >= 6) expect(count).toBe(wanted)
        }
      }
    }),
    { numRuns: 300 },
  )
})
