// Images alike: what is computed already, of the project alone; and neighbours of a predicted file, computed while it is waited for.
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { backbones, listBackbones } from '../../../src/main/services/backbones/index.ts'
import { images } from '../../../src/main/services/images/index.ts'
import { predictions } from '../../../src/main/services/predictions/index.ts'
import { suggestions } from '../../../src/main/services/suggestions/index.ts'
import { nearestBy } from '../../../src/main/services/suggestions/similar.ts'
import { writePhotos } from '../../support/photos.ts'
import { calls, testStudio } from '../../support/services.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'
import { addClasses, addImages, addRun, label } from '../../support/tiny-project.ts'

const { studio, project, folder, ended } = testStudio()
const service = calls('images', images(studio))
const predicting = calls('predictions', predictions(studio))
const inProject = { project: project.id }
const names = ['amber', 'beech', 'cedar']
const each = 6
const paths = names.flatMap((name) => Array.from({ length: each }, (_, i) => `${name}/00${i}.jpg`))
const photos = join(folder, 'photos')
let ids: number[] = []
const kind = (image: number): number => Math.floor(ids.indexOf(image) / each)

beforeAll(async () => {
  process.env.SELF_TUNING_CACHE = join(folder, 'cache')
  await writePhotos(photos, { classes: names, images: each })
  ids = addImages(project, photos, paths)
  for (const [i, id] of addClasses(project, names).entries()) label(project, ids.slice(i * each, i * each + 3), id)
})

test('nothing is computed for it; then all but the image itself, most like first, or labelled ones only', async () => {
  const image = ids[0] ?? 0
  const nothing = { images: [], computed: false }
  expect(await service.similar({ ...inProject, image })).toEqual(nothing)
  writeFileSync(join(folder, 'tiny.onnx'), tinyBackbone())
  const { id } = await calls('backbones', backbones(studio)).add({ file: join(folder, 'tiny.onnx') })
  expect(await service.similar({ ...inProject, image })).toEqual(nothing)
  await expect(service.similar({ ...inProject, image: 12345 })).rejects.toMatchObject({ code: 'not-found', message: /12345/ })

  await ended(calls('suggestions', suggestions(studio)).compute({ ...inProject, backbone: id }))
  const { images: found, computed } = await service.similar({ ...inProject, image, count: 100 })
  expect(computed).toBe(true)
  expect(found.map((one) => one.image.id).toSorted((a, b) => a - b)).toEqual(ids.slice(1))
  expect(found.slice(0, 3).map((one) => kind(one.image.id))).toEqual([0, 0, 0])
  const similarities = found.map(({ similarity }) => similarity)
  expect(similarities).toEqual(similarities.toSorted((a, b) => b - a))
  const labelled = await service.similar({ ...inProject, image, labelled: true })
  expect(labelled.images).toHaveLength(8)
  expect(labelled.images.every((one) => one.image.class !== null)).toBe(true)
})

test('the project is listed once for all backbones, and no further once the call is given up', async () => {
  const [backbone] = await listBackbones(studio)
  if (!backbone) throw new Error('expected the backbone of the test before')
  const without = ['a', 'b'].map((sha256) => ({ ...backbone, sha256 }))
  const run = vi.spyOn(studio.engine, 'run')
  const wanted = { file: join(photos, paths[0] ?? ''), hash: null, id: ids[0] ?? 0, labelled: false, count: 4 }
  const near = await nearestBy(studio, project, [...without, backbone], wanted, new AbortController().signal)
  expect(near).toHaveLength(4)
  const lists = run.mock.calls.map(([request]) => (request.job === 'similar' ? request.list : ''))
  expect([lists.length, new Set(lists).size]).toEqual([3, 1])
  run.mockClear()
  await expect(nearestBy(studio, project, [backbone], wanted, AbortSignal.abort())).rejects.toMatchObject({
    code: 'stopped',
    message: 'stopped while images were listed',
  })
  expect(run).not.toHaveBeenCalled()
  run.mockRestore()
})

test('neighbours of a predicted file are labelled images; the same image of the project is not its own', async () => {
  addRun(project, 'r1', names)
  const file = join(folder, 'foreign.jpg')
  copyFileSync(join(photos, paths[each] ?? ''), file)
  const { task } = await predicting.predict({
    ...inProject,
    subject: { files: [file, join(photos, paths[0] ?? ''), join(folder, 'gone.jpg')] },
  })
  await ended({ task })
  const ask = (index: number) => predicting.nearest({ ...inProject, task, index, count: 4 })
  await expect(ask(0)).rejects.toMatchObject({ code: 'not-found', message: /backbone none/ })

  const { backbones: [backbone] } = await calls('backbones', backbones(studio)).list({}) // prettier-ignore
  project.db.run("UPDATE runs SET config = json_set(config, '$.backbone', ?)", backbone?.id ?? '')
  const nearest = (await ask(0)).images
  expect(nearest).toHaveLength(4)
  expect(nearest[0]).toMatchObject({ image: { id: ids[each] }, similarity: expect.closeTo(1, 3) as number })
  expect(nearest.every((one) => one.image.class !== null)).toBe(true)
  const own = (await ask(1)).images
  expect(own.map((one) => one.image.id)).not.toContain(ids[0])
  expect(kind(own[0]?.image.id ?? 0)).toBe(0)
  await expect(ask(2)).rejects.toMatchObject({ code: 'not-found' })
  await expect(ask(3)).rejects.toMatchObject({ code: 'not-found' })
})

test('labelled images that came later get their features while neighbours are looked for', async () => {
  const more = join(folder, 'more')
  await writePhotos(more, { classes: [...names, 'dune'], images: 4 })
  const dunes = addImages(
    project,
    more,
    Array.from({ length: 4 }, (_, i) => `dune/00${i}.jpg`),
  )
  label(project, dunes.slice(1), addClasses(project, ['dune'])[0] ?? null)
  const { task } = await predicting.predict({ ...inProject, subject: { images: dunes.slice(0, 1) } })
  await ended({ task })
  const { images: found } = await predicting.nearest({ ...inProject, task, index: 0, count: 3 })
  expect(found.map((one) => one.image.id).toSorted((a, b) => a - b)).toEqual(dunes.slice(1))
})
