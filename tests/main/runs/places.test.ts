// A run that goes on after its images have moved looks for them where the project knows them now, and is the same run.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readManifest } from '../../../src/engine/data/layouts/manifest.ts'
import { bringPlaces } from '../../../src/main/services/runs/places.ts'
import { checkpointPath, runFolder } from '../../../src/main/services/runs/store.ts'
import { runsProject } from './project.ts'

const { runs, project: opened, folder, config, reached } = runsProject([2, 3])
const project = opened.id
const photos = join(folder, 'photos')

test('the folder, and single images, are found at their places of now; what decides its numbers stays', async () => {
  const { id: run } = await runs.start({ project, config: config('wait') })
  await reached(run, 'running')
  await runs.pause({ project, run })
  const path = checkpointPath(runFolder(opened, run))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'checkpoint')
  const list = join(runFolder(opened, run), 'manifest.ndjson')
  const before = await readManifest(list)
  const text = readFileSync(list, 'utf8')

  // As a scan of the new folder writes it down.
  renameSync(photos, join(folder, 'moved'))
  const { id: source } = opened.db.run('INSERT INTO sources (folder) VALUES (?)', join(folder, 'moved'))
  opened.db.run('UPDATE images SET source = ?', source)
  await runs.resume({ project, run })
  await reached(run, 'running')
  await runs.pause({ project, run })
  const moved = await readManifest(list)
  expect(moved).toEqual({ ...before, set: { ...before.set, root: join(folder, 'moved') } })
  expect(readFileSync(list, 'utf8')).toBe(text.replace(JSON.stringify(photos), JSON.stringify(join(folder, 'moved'))))

  opened.db.run("UPDATE images SET path = 'sub/' || path WHERE id = 1")
  opened.db.run('UPDATE images SET source = 1 WHERE id = 2')
  await bringPlaces(opened, runFolder(opened, run))
  const scattered = await readManifest(list)
  const at = moved.set.images.map((image, i) => {
    const id = moved.ids[i] ?? 0
    return { ...image, path: join(id === 2 ? photos : join(folder, 'moved'), id === 1 ? 'sub' : '', image.path) }
  })
  expect(scattered).toEqual({ ...before, set: { ...before.set, root: '', images: at } })

  opened.db.run("UPDATE images SET source = 1, path = replace(path, 'sub/', '')")
  await bringPlaces(opened, runFolder(opened, run))
  expect(readFileSync(list, 'utf8')).toBe(text)
  writeFileSync(list, 'noise\n')
  await expect(bringPlaces(opened, runFolder(opened, run))).rejects.toMatchObject({ code: 'bad-data' })
})
