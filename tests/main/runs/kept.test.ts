// What is kept between two looks at a form: the engine's checks by backbone and settings, the images by the project's revision, and what is
// known of a network's file.
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inspectionsOf } from '../../../src/main/services/backbones/inspections.ts'
import { Checks } from '../../../src/main/services/runs/checks.ts'
import { ImageTables } from '../../../src/main/services/runs/image-tables.ts'
import { checkRequestSchema } from '../../../src/shared/requests.ts'
import { runsProject } from './project.ts'

const { studio, project, folder, runs, config } = runsProject()
const { signal } = new AbortController()
/** Jobs that the engine was given. */
const jobs: string[] = []
const engine: typeof studio.engine = {
  run: (request, options) => {
    jobs.push(request.job)
    return studio.engine.run(request, options)
  },
  status: () => studio.engine.status(),
  close: () => studio.engine.close(),
}
const asked = async (work: () => Promise<unknown>): Promise<number> => {
  jobs.length = 0
  await work()
  return jobs.length
}

test('the same settings of the same backbone are checked once, whatever the images; problems are looked at again', async () => {
  const checks = new Checks(engine)
  const request = (more: object) =>
    checkRequestSchema.parse({ job: 'check', backbone: '/b', method: 'm', classes: 2, unlabelled: 5, ...more })
  const check = (more: object, hash = 'a') => asked(() => checks.check(request(more), hash, signal))
  expect(await check({})).toBe(1)
  expect(await check({ unlabelled: 99 })).toBe(0)
  expect([await check({ unlabelled: 0 }), await check({ classes: 3 }), await check({ batch: 8 }), await check({}, 'b')]).toEqual([1, 1, 1, 1])
  expect([await check({ batch: 13 }), await check({ batch: 13 })]).toEqual([1, 1])
})

test('images are read again when the project has changed', async () => {
  const tables = new ImageTables(studio.projects)
  const before = await tables.read(project)
  expect(await tables.read(project)).toBe(before)
  project.db.run('UPDATE images SET class = NULL WHERE id = 1')
  project.touch()
  const after = await tables.read(project)
  expect(after.images.filter(({ class: label }) => label !== null)).toHaveLength(11)

  const counted = async (): Promise<number> => (await runs.validate({ project: project.id, config: config('report') })).images.labelled
  const first = await counted()
  project.db.run('UPDATE images SET class = 1 WHERE id = 1')
  project.touch()
  expect(await counted()).toBe(first + 1)
})

test('a network is inspected again when its file has changed', async () => {
  const file = join(folder, 'network.onnx')
  writeFileSync(file, 'one')
  const inspect = () => asked(() => inspectionsOf(engine).inspect(file, signal))
  expect([await inspect(), await inspect()]).toEqual([1, 0])
  writeFileSync(file, 'two')
  utimesSync(file, 1, 1)
  expect([await inspect(), await inspect()]).toEqual([1, 0])
})
