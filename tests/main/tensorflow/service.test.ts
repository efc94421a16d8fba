// The service that sets TensorFlow up: agreed to first, one set-up at a time, cancelled as any task is.
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { tensorflow } from '../../../src/main/services/tensorflow/index.ts'
import { calls, testStudio } from '../../support/services.ts'

const { studio, ended } = testStudio()
vi.stubEnv('SELF_TUNING_TENSORFLOW', '')
const service = calls('tensorflow', tensorflow(studio))

test('nothing begins before the licence of the source is agreed to', async () => {
  expect(await service.status({})).toMatchObject({ installed: null, task: null, folder: join(studio.dataFolder, 'tensorflow') })
  await expect(service.install({ source: 'cpu', licence: 'MIT' })).rejects.toThrow(/expected Apache-2.0.*found MIT/)
})

test.skipIf(process.platform !== 'linux')('one set-up at a time, which is not removed under way and can be cancelled', async () => {
  const python = join(studio.dataFolder, 'python')
  writeFileSync(python, '#!/bin/sh\n[ "$3" = --version ] || sleep 60\n')
  chmodSync(python, 0o755)
  vi.stubEnv('PYTHON', python)
  const started = await service.install({ source: 'cpu', licence: 'Apache-2.0' })
  expect(await service.install({ source: 'cpu', licence: 'Apache-2.0' })).toEqual(started)
  expect(await service.status({})).toMatchObject({ task: started.task })
  await expect(service.remove({})).rejects.toThrow(/set-up under way/)
  await studio.tasks.cancel(started.task)
  expect(await ended(Promise.resolve(started))).toMatchObject({ state: 'cancelled' })
  expect(await service.status({})).toMatchObject({ installed: null, task: null })
})
