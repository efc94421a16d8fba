// The backbone that comes with the application: listed first, found by its id, never removed; what training takes when nothing is said.
import { rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { publish } from '../../../scripts/train-starter/publish.ts'
import { parse } from '../../../src/main/cli/run.ts'
import { resourcesFolder, starterFile } from '../../../src/main/resources.ts'
import { backboneFile, backbones } from '../../../src/main/services/backbones/index.ts'
import { runConfig } from '../../../src/shared/contract/runs.ts'
import { calls, testStudio } from '../../support/services.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const { studio, folder } = testStudio()
const service = calls('backbones', backbones(studio))
const file = starterFile(studio.resources)

test('it stands before those that were added, and stays', async () => {
  await publish(file, tinyBackbone(), new Date(0))
  writeFileSync(join(folder, 'other.onnx'), tinyBackbone({ seed: 2 }))
  const added = await service.add({ file: join(folder, 'other.onnx') })
  const listed = { id: 'starter', name: 'Starter', file, available: true, addedAt: '1970-01-01T00:00:00.000Z' }
  expect((await service.list({})).backbones).toMatchObject([listed, { id: added.id }])
  expect(await backboneFile(studio, 'starter')).toBe(file)

  await expect(service.remove({ id: 'starter' })).rejects.toMatchObject({ code: 'bad-option' })
  await service.remove({ id: added.id })
  expect((await service.list({})).backbones).toMatchObject([listed])

  rmSync(file)
  expect((await service.list({})).backbones).toMatchObject([{ id: 'starter', available: false }])
  await expect(backboneFile(studio, 'starter')).rejects.toMatchObject({ code: 'not-found' })
})

test('runs and the command line take it unless they are told otherwise', () => {
  expect(runConfig.parse({}).backbone).toBe('starter')
  const stdout = { write: () => undefined, columns: undefined }
  expect(parse(['train', '--images', 'photos', '--method', 'self-tuning', '--out', 'run'], stdout)).toMatchObject({
    request: { backbone: resolve(starterFile(resourcesFolder())) },
  })
  expect(parse(['run', 'start', 'p'], stdout)).toHaveProperty('action')
})
