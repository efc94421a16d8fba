// Suggestions: by neighbours while there is no model, by the model afterwards; what to label next; accepted in one action.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { backbones } from '../../../src/main/services/backbones/index.ts'
import { classes as classesService } from '../../../src/main/services/classes/index.ts'
import { redo, undo } from '../../../src/main/services/history/replay.ts'
import { imageDetails } from '../../../src/main/services/images/details.ts'
import { suggestions } from '../../../src/main/services/suggestions/index.ts'
import { basisOf, writeComputed } from '../../../src/main/services/suggestions/status.ts'
import type { Computed } from '../../../src/main/services/suggestions/status.ts'
import { storeSuggestions } from '../../../src/main/services/suggestions/store.ts'
import { usefulnessOf } from '../../../src/main/services/suggestions/uncertain.ts'
import { writePhotos } from '../../support/photos.ts'
import { calls, manyTasks, testStudio } from '../../support/services.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'
import { addClasses, addImages, addRun, label } from '../../support/tiny-project.ts'

const { studio, project, folder, events, ended } = testStudio()
const service = calls('suggestions', suggestions(studio))
const inProject = { project: project.id }
const names = ['amber', 'beech', 'cedar']
const each = 8
const paths = names.flatMap((name) => Array.from({ length: each }, (_, i) => `${name}/00${i}.jpg`))
let ids: number[] = []
let classes: number[] = []
const truth = (image: number): number => classes[Math.floor(ids.indexOf(image) / each)] ?? 0

beforeAll(async () => {
  process.env.SELF_TUNING_CACHE = join(folder, 'cache')
  const photos = join(folder, 'photos')
  await writePhotos(photos, { classes: names, images: each })
  ids = addImages(project, photos, [...paths, 'gone.jpg'])
  classes = addClasses(project, names)
})

test('without anything computed, the order is that of paths', async () => {
  expect(await service.status(inProject)).toEqual({ source: null, run: null, computedAt: null, images: 0, stale: false })
  await expect(service.compute(inProject)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('backbone') as string,
  })
  await expect(service.compute({ ...inProject, source: 'model' })).rejects.toMatchObject({ code: 'conflict' })
  const first = await service.next({ ...inProject, count: 2 })
  expect([first.reason, first.images.map(({ path }) => path)]).toEqual(['path', paths.slice(0, 2)])
  const { images } = await service.next({ ...inProject, count: 1, after: first.images[1]?.id })
  expect(images.map(({ path }) => path)).toEqual(paths.slice(2, 3))
})

test('without labels, unlike images come first', async () => {
  writeFileSync(join(folder, 'tiny.onnx'), tinyBackbone())
  await calls('backbones', backbones(studio)).add({ file: join(folder, 'tiny.onnx') })
  expect(await ended(service.compute(inProject))).toMatchObject({
    state: 'done',
    result: { kind: 'suggest', source: 'neighbours', images: 0 },
  })
  expect(await service.status(inProject)).toMatchObject({ source: 'neighbours', run: null, images: 0, stale: false })
  const all = await service.next({ ...inProject, count: 100 })
  expect(all.reason).toBe('diverse')
  expect(all.images.map(({ id }) => id).sort((a, b) => a - b)).toEqual(ids.slice(0, -1))
  expect(new Set(all.images.slice(0, 5).map(({ id }) => truth(id))).size).toBe(3)
  const rest = await service.next({ ...inProject, count: 100, after: all.images[3]?.id })
  expect(rest.images).toEqual(all.images.slice(4))
})

test('neighbours suggest, and what they suggest is accepted and undone at once', async () => {
  for (const [i, id] of classes.entries()) label(project, ids.slice(i * each, i * each + 2), id)
  expect(await service.status(inProject)).toMatchObject({ stale: true })
  expect(await ended(service.compute(inProject))).toMatchObject({ state: 'done', result: { images: ids.length - 1 } })
  expect(await service.status(inProject)).toMatchObject({ images: ids.length - 1, stale: false })
  expect(events.some(({ topic }) => topic === 'suggestions.changed')).toBe(true)
  const { images, reason } = await service.next({ ...inProject, count: 100 })
  expect([reason, images.length]).toEqual(['diverse', 3 * (each - 2)])
  expect(images.filter(({ id, suggestion }) => suggestion?.class === truth(id)).length).toBeGreaterThan(0.7 * images.length)
  const tail = await service.next({ ...inProject, count: 100, after: images[9]?.id })
  expect(tail.images).toEqual(images.slice(10))

  const sure = images.map(({ suggestion }) => suggestion?.confidence ?? 0).sort((a, b) => b - a)[4] ?? 0
  const counted = await service.count({ ...inProject, confidence: sure })
  expect(counted.images).toBe(5)
  expect(counted.classes.reduce((sum, { images: n }) => sum + n, 0)).toBe(5)
  expect((await service.count({ ...inProject, confidence: sure, filter: { text: 'no such' } })).images).toBe(0)

  expect(await service.accept({ ...inProject, confidence: sure })).toMatchObject({ images: 5 })
  const labelled = project.db.all<{ id: number; class: number; suggested: number }>(
    'SELECT images.id, images.class, suggestions.class AS suggested FROM images JOIN suggestions ON image = images.id WHERE images.class IS NOT NULL',
  )
  expect(labelled.filter((row) => row.class === row.suggested).length).toBeGreaterThanOrEqual(5)
  expect(labelled).toHaveLength(6 + 5)
  expect(await service.status(inProject)).toMatchObject({ stale: true })
  expect(undo(studio, project).action).toMatchObject({ kind: 'accept', images: 5 })
  const [one] = images
  expect(await service.accept({ ...inProject, images: [one?.id ?? 0, ids[0] ?? 0] })).toMatchObject({ images: 1 })
  expect(undo(studio, project).action).toMatchObject({ kind: 'accept', images: 1 })
})

test('a model suggests by the ids that its classes had, most uncertain first', async () => {
  addRun(project, 'r1', names, classes)
  expect(await service.status(inProject)).toMatchObject({ stale: true })
  project.db.run("UPDATE classes SET name = 'renamed' WHERE id = ?", classes[0] ?? 0)
  expect(await ended(service.compute(inProject))).toMatchObject({ state: 'done', result: { source: 'model', images: ids.length - 1 } })
  expect(await service.status(inProject)).toMatchObject({ source: 'model', run: 'r1', stale: false })
  const others = project.db.get<{ others: string }>('SELECT others FROM suggestions LIMIT 1')?.others ?? '[]'
  expect((JSON.parse(others) as [number, number][]).map(([id]) => id).sort((a, b) => a - b)).toEqual(classes)
  const { reason, images } = await service.next({ ...inProject, count: 3 })
  expect([reason, images.every((image) => image.class === null)]).toEqual(['uncertain', true])

  // A class that has gone takes its suggestions along.
  label(project, ids, null)
  project.db.run('DELETE FROM classes WHERE id = ?', classes[1] ?? 0)
  await ended(service.compute(inProject))
  const found = project.db.all<{ class: number }>('SELECT DISTINCT class FROM suggestions')
  expect(found.map((row) => row.class)).not.toContain(classes[1])
})

test('suggestions follow classes that are merged, deleted and brought back, and are stale then', async () => {
  const classOf = calls('classes', classesService(studio))
  const [kitten = 0, cat = 0, dog = 0] = addClasses(project, ['kitten', 'cat', 'dog'])
  const image = ids[0] ?? 0
  const suggest = async (classes: Record<number, number>): Promise<void> => {
    const ranked = Object.entries(classes).sort(([, a], [, b]) => b - a)
    const rows = [{ image, classes: ranked.map(([id, confidence]) => [Number(id), confidence] as const), usefulness: 0 }]
    const computed: Computed = { source: 'model', run: null, ...basisOf(project), order: [], computedAt: new Date().toISOString() }
    await storeSuggestions(project, rows, new AbortController().signal, () => writeComputed(project, computed))
    events.length = 0
  }
  const now = async (): Promise<[Record<number, number>, 'stale' | 'fresh']> => {
    const { suggestions: found } = imageDetails(project.db, image)
    return [
      Object.fromEntries(found.map((one) => [one.class, one.confidence])),
      (await service.status(inProject)).stale ? 'stale' : 'fresh',
    ]
  }
  const all = { [kitten]: 0.9, [cat]: 0.06, [dog]: 0.04 }
  const merge = (): Promise<unknown> => classOf.merge({ ...inProject, from: [kitten], into: cat })

  await suggest(all)
  expect(await now()).toEqual([all, 'fresh'])
  await merge()
  expect(await now()).toEqual([{ [cat]: 0.9, [dog]: 0.04 }, 'stale'])
  expect(events.some(({ topic }) => topic === 'suggestions.changed')).toBe(true)
  undo(studio, project)
  expect(await now()).toEqual([all, 'stale'])
  redo(studio, project)
  expect(await now()).toEqual([{}, 'stale'])
  await suggest({ [cat]: 0.9, [dog]: 0.1 })
  undo(studio, project)
  expect(await now()).toEqual([{ [cat]: 0.9, [dog]: 0.1 }, 'stale'])

  await suggest(all)
  await classOf.delete({ ...inProject, class: dog })
  expect(await now()).toEqual([{ [kitten]: 0.9, [cat]: 0.06 }, 'stale'])
  undo(studio, project)
  await suggest(all)
  await classOf.create({ ...inProject, name: 'new' })
  undo(studio, project)
  expect(await now()).toEqual([all, 'fresh'])
})

test('suggestions can be computed again after many other tasks', async () => {
  expect((await ended(service.compute(inProject))).state).toBe('done')
  await manyTasks(studio)
  expect((await ended(service.compute(inProject))).state).toBe('done')
})

test('a second computation takes the place of the first; closing ends it', async () => {
  const first = await service.compute(inProject)
  const second = await service.compute(inProject)
  expect((await ended(first)).state).not.toBe('running')
  expect((await ended(second)).state).toBe('done')
})

test('uncertain images come first, and among them unlike ones', async () => {
  const sure = Array.from(
    { length: 20 },
    () =>
      [
        [1, 0.95],
        [2, 0.05],
      ] as const,
  )
  const open = [
    [
      [1, 0.5],
      [2, 0.48],
    ],
    [
      [1, 0.5],
      [2, 0.49],
    ],
    [
      [3, 0.5],
      [4, 0.45],
    ],
  ] as const
  const usefulness = await usefulnessOf([...sure, ...open])
  const order = [...usefulness.keys()].sort((a, b) => (usefulness[b] ?? 0) - (usefulness[a] ?? 0))
  expect(order.slice(0, 2)).toEqual([21, 22])
  expect(usefulness.every((value) => value >= 0 && value <= 2)).toBe(true)
})
