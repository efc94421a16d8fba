// The sample project: made once, found again, made anew when it has gone; and nothing is left of one that was cancelled.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import type { Engine } from '../../../src/main/services/context.ts'
import { projects } from '../../../src/main/services/projects/index.ts'
import { ProjectRegistry } from '../../../src/main/services/projects/registry.ts'
import type { RequestOf } from '../../../src/shared/requests.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { numberedJpegs } from '../../support/jpegs.ts'
import { calls, testStudio } from '../../support/services.ts'
import { scanningEngine } from '../images/scanning-engine.ts'

const jpeg = await numberedJpegs(16)
const scanning = scanningEngine()
let drawn = 0
let hold = false

function draw({ images }: RequestOf<'sample'>): void {
  mkdirSync(images, { recursive: true })
  for (let i = 1; i <= 4; i++) writeFileSync(join(images, `${i}.jpg`), jpeg(i))
  writeFileSync(join(images, 'labels.csv'), 'file,label,split\n1.jpg,admiral,test\n2.jpg,ringlet,train\n')
  drawn++
}

const engine: Engine = {
  ...scanning,
  run: async (request, options) => {
    if (request.job !== 'sample') return scanning.run(request, options)
    draw(request as RequestOf<'sample'>)
    while (hold && !options.signal?.aborted) await setTimeout(5)
    if (options.signal?.aborted) throw new AppError('stopped', 'stopped')
    return { job: 'sample', images: 4, labelled: 2 } as never
  },
}

const bench = testStudio(engine)
const registry = new ProjectRegistry({ events: bench.studio.events, log: bench.studio.log })
afterAll(() => registry.closeAll())
const studio = { ...bench.studio, projects: registry }
const api = calls('projects', projects(studio))
const places = studio.projectsFolder
const place = join(places, 'Sample butterflies')

test('one that is cancelled leaves nothing behind', async () => {
  hold = true
  const { task } = await api.sample({})
  expect(await api.sample({})).toEqual({ task })
  while (drawn === 0) await setTimeout(5)
  expect(readdirSync(places)).toHaveLength(1)
  expect(await studio.tasks.cancel(task)).toMatchObject({ state: 'cancelled' })
  hold = false
  expect(readdirSync(places)).toEqual([])
})

test('it is made, then found again, then made anew', async () => {
  const end = await bench.ended(api.sample({}))
  expect(end).toMatchObject({ state: 'done', project: null, result: { kind: 'sample', folder: place, images: 4, labelled: 2 } })
  const id = end.result?.kind === 'sample' ? end.result.project : ''
  const { db } = registry.get(id)
  expect(db.all('SELECT path, split, class IS NULL AS free FROM images ORDER BY path').map((row) => ({ ...row }))).toEqual([
    { path: '1.jpg', split: 'test', free: 0 },
    { path: '2.jpg', split: 'train', free: 0 },
    { path: '3.jpg', split: null, free: 1 },
    { path: '4.jpg', split: null, free: 1 },
  ])
  expect(db.all('SELECT folder, watched FROM sources')).toMatchObject([{ folder: join(place, 'images'), watched: 0 }])
  expect((await api.recent({})).projects).toMatchObject([{ folder: place, opened: { id } }])
  expect(readdirSync(places)).toEqual(['Sample butterflies'])

  await api.close({ project: id })
  expect((await bench.ended(api.sample({}))).result).toMatchObject({ project: id, folder: place, images: 4 })
  await api.close({ project: id })
  renameSync(place, join(bench.folder, 'moved'))
  writeFileSync(place, 'something else')
  expect((await bench.ended(api.sample({}))).result).toMatchObject({ folder: `${place} 2`, images: 4 })
  expect(drawn).toBe(3)
  rmSync(place)
  expect(existsSync(`${place} 2`)).toBe(true)
})
