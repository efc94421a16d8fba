// Predictions: of project images, files and folders; read in pages while they come; as a CSV that overwrites nothing.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { predictions } from '../../../src/main/services/predictions/index.ts'
import { PredictionFile } from '../../../src/main/services/predictions/prediction-file.ts'
import type { PredictionOrder } from '../../../src/shared/contract/predictions.ts'
import { writePhotos } from '../../support/photos.ts'
import { calls, manyTasks, testStudio } from '../../support/services.ts'
import { addImages, addRun } from '../../support/tiny-project.ts'

const { studio, project, folder, events, ended, close } = testStudio()
const service = calls('predictions', predictions(studio))
const photos = join(folder, 'photos')
const names = Array.from({ length: 6 }, (_, i) => `amber/00${i}.jpg`)
let ids: number[] = []
beforeAll(async () => {
  await writePhotos(photos, { classes: ['amber'], images: 6 })
  ids = addImages(project, photos, [...names, 'gone, "really".jpg'])
})
const inProject = { project: project.id }

test('without a model there is nothing to predict with', async () => {
  await expect(service.predict({ ...inProject, subject: { images: ids } })).rejects.toMatchObject({ code: 'conflict' })
  addRun(project, 'r1', ['amber', 'beech'])
  await expect(service.predict({ ...inProject, run: 'r2', subject: { images: ids } })).rejects.toMatchObject({ code: 'not-found' })
})

test('images of the project and a CSV: the same numbers in both, broken files with their reason', async () => {
  const csv = join(folder, 'predictions.csv')
  const { task } = await service.predict({ ...inProject, subject: { images: ids }, top: 2, csv })
  expect(await ended({ task })).toMatchObject({
    state: 'done',
    result: { kind: 'predict', images: 6, unreadable: 1, file: csv, classes: [{ name: 'amber' }, { name: 'beech' }] },
  })
  const { predictions: found, total } = await service.list({ ...inProject, task })
  expect(total).toBe(7)
  expect(found.map(({ image }) => image)).toEqual(ids)
  expect(found.at(-1)).toMatchObject({ classes: [], problem: expect.stringContaining('gone') as string })
  expect(events.filter(({ topic }) => topic === 'predictions.changed').at(-1)?.payload).toEqual({ ...inProject, task, done: 7 })

  const [head, ...rows] = readFileSync(csv, 'utf8').trimEnd().split('\r\n')
  expect(head).toBe('file,class,probability,class_2,probability_2,problem')
  expect(rows[0]).toBe([found[0]?.file, ...(found[0]?.classes ?? []).flatMap(({ name, probability }) => [name, probability]), ''].join(','))
  expect(rows.at(-1)).toMatch(/^".*gone, ""really""\.jpg",,,,,/)

  const sure = found[0]?.classes[0]?.probability ?? 0
  const below = await service.list({ ...inProject, task, below: sure })
  expect(below.predictions.every(({ classes }) => (classes[0]?.probability ?? 1) < sure)).toBe(true)
  expect(below.total).toBe(found.filter(({ classes }) => (classes[0]?.probability ?? 1) < sure).length)
  expect((await service.list({ ...inProject, task, offset: 5, limit: 1 })).predictions).toEqual([found[5]])
  const others = await service.list({ ...inProject, task, from: sure })
  const { predictions: ordered } = await service.list({ ...inProject, task, order: 'uncertain', problem: false })
  const best = ordered.map(({ classes }) => classes[0]?.probability ?? 0)
  expect(best).toEqual(best.toSorted((a, b) => a - b))
  expect(others.predictions.every(({ classes }) => (classes[0]?.probability ?? 0) >= sure)).toBe(true)
  expect(await service.list({ ...inProject, task, problem: true })).toEqual({ predictions: [found.at(-1)], total: 1 })
  const counts = await service.counts({ ...inProject, task, below: sure })
  expect(counts).toMatchObject({ below: below.total, others: others.total, problems: 1 })
  expect(below.total + others.total).toBe(6)
  for (const { name, images } of counts.classes) expect((await service.list({ ...inProject, task, class: name })).total, name).toBe(images)
  expect(counts.classes.reduce((sum, { images }) => sum + images, 0)).toBe(6)

  await expect(service.predict({ ...inProject, subject: { images: ids }, csv })).rejects.toMatchObject({ code: 'conflict' })
})

test('a folder and files: those of the project are known by their ids', async () => {
  const { task } = await service.predict({ ...inProject, subject: { folder: photos } })
  expect(await ended({ task })).toMatchObject({ state: 'done', result: { images: 6, unreadable: 0, file: null } })
  expect((await service.list({ ...inProject, task })).predictions.map(({ image }) => image)).toEqual(ids.slice(0, 6))

  writeFileSync(join(folder, 'foreign.txt'), 'no image')
  const files = [join(photos, names[1] ?? ''), join(folder, 'foreign.txt')]
  const other = await service.predict({ ...inProject, run: 'r1', subject: { files } })
  await ended(other)
  expect((await service.list({ ...inProject, task: other.task })).predictions).toMatchObject([
    { image: ids[1], problem: null },
    { image: null, classes: [], problem: expect.stringContaining('expected an image') as string },
  ])
  await expect(service.predict({ ...inProject, subject: { files: ['here.jpg'] } })).rejects.toMatchObject({ code: 'bad-option' })
  expect(await ended(service.predict({ ...inProject, subject: { images: [12345] } }))).toMatchObject({ error: { code: 'not-found' } })
})

test('a file that grows is read as far as its whole lines go', async () => {
  const path = join(folder, 'growing.ndjson')
  const file = new PredictionFile(path)
  const line = (i: number): string =>
    `${JSON.stringify({ id: i, file: 'ü'.repeat(i % 7), classes: [{ name: 'a', probability: (i % 10) / 10 }], problem: null })}\n`
  expect(await file.page({}, 0, 10)).toEqual({ lines: [], total: 0 })
  let text = Array.from({ length: 9000 }, (_, i) => line(i)).join('')
  writeFileSync(path, text.slice(0, -5))
  expect((await file.page({}, 0, 1)).total).toBe(8999)
  text += line(9000)
  writeFileSync(path, text)
  const { lines, total } = await file.page({ below: 0.2 }, 1700, 200)
  expect(total).toBe(1801)
  expect(lines.map(({ id }) => id)).toEqual([...Array.from({ length: 50 }, (_, i) => [8500 + 10 * i, 8501 + 10 * i]).flat(), 9000])
})

test('the least sure first, or the surest: equal ones as in the file, those without a prediction last, page by page', async () => {
  const path = join(folder, 'ordered.ndjson')
  const file = new PredictionFile(path)
  const line = (probability: number | null): string =>
    `${JSON.stringify({ id: null, file: 'a', classes: probability === null ? [] : [{ name: 'a', probability }], problem: probability === null ? 'cut' : null })}\n`
  const indices = async (order: PredictionOrder, offset = 0): Promise<number[]> =>
    (await file.page({}, offset, 3, order)).lines.map(({ index }) => index)
  writeFileSync(path, [0.9, 0.5, null, 0.7, 0.5].map(line).join(''))
  expect([await indices('uncertain'), await indices('uncertain', 3)]).toEqual([
    [1, 4, 3],
    [0, 2],
  ])
  expect([await indices('confident'), await indices('confident', 3)]).toEqual([
    [0, 3, 1],
    [4, 2],
  ])
  expect((await file.page({ below: 0.8 }, 0, 10, 'confident')).lines.map(({ index }) => index)).toEqual([3, 1, 4])
  expect(await indices('file')).toEqual([0, 1, 2])
  // What has been written since is in its place.
  appendFileSync(path, line(0.6))
  expect(await indices('confident')).toEqual([0, 3, 5])
})

test('predictions go when the project is closed, and with it what still runs', async () => {
  const scratch = studio.predicted.get(project.id, (await service.predict({ ...inProject, subject: { images: ids } })).task).folder
  await manyTasks(studio)
  const started = await service.predict({ ...inProject, subject: { folder: photos } })
  await close()
  expect(existsSync(scratch)).toBe(false)
  expect(['cancelled', 'done']).toContain((await ended(started)).state)
  await expect(service.list({ ...inProject, task: started.task })).rejects.toMatchObject({ code: 'not-found' })
  expect(existsSync(photos)).toBe(true)
})
