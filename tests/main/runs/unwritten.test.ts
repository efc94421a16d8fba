// A run whose end the disk refuses: nothing is lost that can wait, nothing says that it runs when it does not, and the application goes on.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkpointPath, runFolder } from '../../../src/main/services/runs/store.ts'
import { unfinishedRuns } from '../../../src/main/services/runs/unfinished.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { runsProject } from './project.ts'

const { runs, project: opened, studio, config, reached, reopened, close } = runsProject()
const { db } = opened
const project = opened.id
const start = async (method: string): Promise<string> => (await runs.start({ project, config: config(method) })).id
const logged = (): string => studio.log.tail(1000).join('\n')

/** From now on, statements that the pattern and the first value fit find the disk full. @returns makes room */
function fill(pattern: RegExp, first?: unknown): () => void {
  const run = db.run.bind(db)
  db.run = (sql, ...values) => {
    if (pattern.test(sql) && (first === undefined || values[0] === first)) throw new AppError('disk-full', 'project.db: full')
    return run(sql, ...values)
  }
  const room = (): void => void (db.run = run)
  onTestFinished(room)
  return room
}

test('the end is written as soon as there is room', async () => {
  const room = fill(/^UPDATE runs SET state/, 'done')
  const [run, next] = [await start('report'), await start('report')]
  await expect.poll(logged).toContain(`run ${run}: its end cannot be written yet`)
  expect(await runs.get({ project, run })).toMatchObject({ state: 'running' })
  room()
  await reached(next, 'done')
  expect(await runs.get({ project, run })).toMatchObject({ state: 'done', result: { testAccuracy: 0.875 } })
})

test('an end that can never be written interrupts, and the next one starts', async () => {
  db.run("CREATE TRIGGER never BEFORE UPDATE OF state ON runs WHEN NEW.state = 'done' BEGIN SELECT RAISE(ABORT, 'never'); END")
  const [run, next] = [await start('report'), await start('wait')]
  await reached(next, 'running')
  db.run('DROP TRIGGER never')
  expect(await runs.get({ project, run })).toMatchObject({ state: 'interrupted' })
  expect(logged()).toContain(`run ${run}: its end`)
  await runs.cancel({ project, run: next, keepBest: false })
  await runs.resume({ project, run })
  await reached(run, 'done')
})

test('somebody who pauses on a full disk is told; the run can be paused once there is room', async () => {
  const run = await start('wait')
  await reached(run, 'running')
  const room = fill(/^UPDATE runs SET state/)
  await expect(runs.pause({ project, run })).rejects.toMatchObject({ code: 'disk-full' })
  room()
  expect(await runs.pause({ project, run })).toMatchObject({ state: 'paused' })
})

test('a model of a cancelled run that cannot be noted is made again when the project is opened again', async () => {
  const run = await start('wait')
  await reached(run, 'running')
  const path = checkpointPath(runFolder(opened, run))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'checkpoint')
  const room = fill(/^UPDATE runs SET result/)
  await runs.cancel({ project, run })
  await expect.poll(logged).toContain(`run ${run}: its end cannot be written yet`)
  writeFileSync(path.replace(/checkpoints.*/, 'model.onnx'), 'model')
  await close()
  expect([unfinishedRuns(opened), (await runs.get({ project, run })).result]).toEqual([[run], null])
  room()
  const again = reopened()
  await expect.poll(async () => (await again.get({ project, run })).result).toMatchObject({ bestStep: 1 })
  await expect.poll(() => unfinishedRuns(opened)).toEqual([])
})
