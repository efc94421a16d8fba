// A model of a cancelled run that is still to be made when the project is closed is made when it is opened again.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { checkpointPath, runFolder } from '../../../src/main/services/runs/store.ts'
import { unfinishedRuns } from '../../../src/main/services/runs/unfinished.ts'
import { trainRequestSchema } from '../../../src/shared/requests.ts'
import { runsProject } from './project.ts'

const { runs, project: opened, studio, config, reached, reopened, close } = runsProject()
const project = opened.id

test('cancelled while the engine is busy, closed before its turn has come', async () => {
  const { id: run } = await runs.start({ project, config: config('wait') })
  await reached(run, 'running')
  const path = checkpointPath(runFolder(opened, run))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'checkpoint')
  const busy = new AbortController()
  const other = trainRequestSchema.parse({ job: 'train', images: '/i', backbone: '/b', method: 'wait', out: '/o' })
  const blocked = studio.engine.run(other, { subject: 'another project', priority: 'training', signal: busy.signal }).catch(() => undefined)
  await runs.cancel({ project, run })
  expect(unfinishedRuns(opened)).toEqual([run])
  await close()
  expect(unfinishedRuns(opened)).toEqual([run])
  busy.abort()
  await blocked

  const again = reopened()
  await expect.poll(async () => (await again.get({ project, run })).result).toMatchObject({ bestStep: 1 })
  await expect.poll(() => unfinishedRuns(opened)).toEqual([])
})
