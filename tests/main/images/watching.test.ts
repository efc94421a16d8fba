// Watching folders: a burst of changes is one scan, new folders count, the project's own files do not; cancelling an import.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, test, vi } from 'vitest'
import { FolderWatcher } from '../../../src/main/services/images/folder-watcher.ts'
import { images as service } from '../../../src/main/services/images/index.ts'
import { numberedJpegs } from '../../support/jpegs.ts'
import { calls, testStudio } from '../../support/services.ts'
import { scanningEngine } from './scanning-engine.ts'

const jpeg = await numberedJpegs(16)
const base = mkdtempSync(join(tmpdir(), 'watching-'))
const watchers: FolderWatcher[] = []
afterAll(() => {
  for (const watcher of watchers) watcher.close()
  rmSync(base, { recursive: true })
})

async function watching(name: string, except: readonly string[] = []): Promise<{ folder: string; calls: () => number }> {
  const folder = join(base, name)
  mkdirSync(folder, { recursive: true })
  let count = 0
  const onChange = (): Promise<void> => {
    count++
    return Promise.resolve()
  }
  const watcher = new FolderWatcher(folder, { except, onChange, onError: (error) => expect(error).toBe(null), quiet: 100, absence: 50 })
  watchers.push(watcher)
  await watcher.start()
  return { folder, calls: () => count }
}

test('a burst is one notice, in folders that are new too', async () => {
  const { folder, calls: count } = await watching('burst')
  mkdirSync(join(folder, 'new'))
  for (let i = 0; i < 1000; i++) writeFileSync(join(folder, i % 2 ? 'new' : '.', `${i}.jpg`), 'x')
  await vi.waitFor(() => expect(count()).toBe(1), { timeout: 3000 })
  await setTimeout(300)
  expect(count()).toBe(1)
  writeFileSync(join(folder, 'new', 'later.jpg'), 'x')
  await vi.waitFor(() => expect(count()).toBe(2), { timeout: 3000 })
})

test('hidden files and folders that are left out are no change', async () => {
  const { folder, calls: count } = await watching('own', [join(base, 'own', 'project')])
  mkdirSync(join(folder, 'project'))
  writeFileSync(join(folder, 'project', 'project.db'), 'x')
  writeFileSync(join(folder, '.hidden'), 'x')
  await setTimeout(300)
  expect(count()).toBe(0)
})

test('a folder that goes away and comes back', async () => {
  const { folder, calls: count } = await watching('drive')
  renameSync(folder, `${folder}-away`)
  await vi.waitFor(() => expect(count()).toBeGreaterThan(0), { timeout: 3000 })
  const before = count()
  renameSync(`${folder}-away`, folder)
  await vi.waitFor(() => expect(count()).toBeGreaterThan(before), { timeout: 3000 })
})

test('the service scans what is watched, as long as it is watched', async () => {
  const bench = testStudio(scanningEngine())
  const images = calls('images', service(bench.studio))
  const id = bench.project.id
  const photos = join(bench.folder, 'photos')
  mkdirSync(photos)
  writeFileSync(join(photos, 'a.jpg'), jpeg(1))
  await bench.ended(images.import({ project: id, folder: photos }))
  expect((await images.watch({ project: id, on: true })).sources).toMatchObject([{ watched: true, available: true, images: 1 }])
  for (let i = 2; i < 100; i++) writeFileSync(join(photos, `${i}.jpg`), jpeg(i))
  await vi.waitFor(async () => expect((await images.sources({ project: id })).sources[0]?.images).toBe(99), { timeout: 10_000 })
  expect(bench.studio.tasks.list(id).map(({ kind }) => kind)).toEqual(['rescan', 'import'])
  await images.watch({ project: id, on: false })
  writeFileSync(join(photos, 'late.jpg'), jpeg(100))
  await setTimeout(1500)
  expect(bench.studio.tasks.list(id)).toHaveLength(2)
})

test("an upload that became a source is watched, though it lies among what is the project's own", async () => {
  const bench = testStudio(scanningEngine())
  const images = calls('images', service(bench.studio))
  const id = bench.project.id
  const upload = join(bench.project.folder, 'uploads', 'a'.repeat(32), 'photos')
  mkdirSync(upload, { recursive: true })
  writeFileSync(join(upload, 'a.jpg'), jpeg(1))
  await bench.ended(images.import({ project: id, folder: upload }))
  await images.watch({ project: id, on: true })
  // The watch of a folder that is left out begins with a notice.
  await setTimeout(1500)
  expect(bench.studio.tasks.list(id).map(({ kind }) => kind)).toEqual(['import'])
  writeFileSync(join(upload, 'b.jpg'), jpeg(2))
  await vi.waitFor(async () => expect((await images.sources({ project: id })).sources[0]?.images).toBe(2), { timeout: 10_000 })
})

test('a cancelled import keeps what it has, whole; the next one brings the rest under the same action or another', async () => {
  const bench = testStudio(scanningEngine())
  const { project, studio } = bench
  const images = calls('images', service(studio))
  const photos = join(bench.folder, 'many')
  for (const name of ['cat', 'dog']) mkdirSync(join(photos, name), { recursive: true })
  for (let i = 0; i < 3000; i++) writeFileSync(join(photos, i % 2 ? 'cat' : 'dog', `${i}.jpg`), jpeg(i))
  const { task } = await images.import({ project: project.id, folder: photos })
  await vi.waitFor(() => expect(project.db.get<{ n: number }>('SELECT count(*) AS n FROM images')?.n).toBeGreaterThan(0), {
    timeout: 10_000,
    interval: 1,
  })
  expect((await studio.tasks.cancel(task)).state).toBe('cancelled')
  const count = (sql: string): number => project.db.get<{ n: number }>(sql)?.n ?? -1
  const kept = count('SELECT count(*) AS n FROM images WHERE class IS NOT NULL')
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThan(3000)
  expect(count('SELECT count(*) AS n FROM images')).toBe(kept)
  expect(count('SELECT images AS n FROM actions')).toBe(kept)
  expect((await images.sources({ project: project.id })).sources).toMatchObject([{ images: kept, scannedAt: null }])
  expect((await bench.ended(images.import({ project: project.id, folder: photos }))).result).toMatchObject({
    found: 3000,
    added: 3000 - kept,
    labelled: 3000,
  })

  // One that is cancelled before it has found anything leaves no source.
  const other = join(bench.folder, 'other')
  mkdirSync(other)
  writeFileSync(join(other, 'a.jpg'), jpeg(1))
  const started = await images.import({ project: project.id, folder: other })
  await studio.tasks.cancel(started.task)
  expect((await images.sources({ project: project.id })).sources).toHaveLength(1)
})
