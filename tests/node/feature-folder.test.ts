// Stored features: the least recently used go, a run's own stay, and nothing that is not ours is touched.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { deleteFeatures, featureBytes, trimFeatures, useFeatures } from '../../src/node/feature-folder.ts'

const day = 24 * 60 * 60
const key = '0123456789abcdef01234567'
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'feature-folder-'))
  mkdirSync(join(folder, key))
  return () => rmSync(folder, { recursive: true })
})

/** 100 bytes of features, last asked for some days ago. */
function store(name: string, days: number): string {
  const path = join(folder, key, `${name}.features`)
  writeFileSync(path, new Uint8Array(100))
  const then = Date.now() / 1000 - days * day
  utimesSync(path, then, then)
  return path
}

test('beyond the limit those not asked for the longest go first, and what was asked for today stays', async () => {
  const [old, older, recent] = [store('b', 3), store('c', 9), store('a', 0.5)]
  await trimFeatures(folder, 300)
  expect(await featureBytes(folder)).toBe(300)
  await trimFeatures(folder, 250)
  expect([old, older, recent].map(existsSync)).toEqual([true, false, true])
  await useFeatures(old)
  await trimFeatures(folder, 0)
  expect([old, recent].map(existsSync)).toEqual([true, true])
})

test('all can be deleted; what is being written and what others keep there stays', async () => {
  const path = store('a', 0)
  const temporary = '.b.features.3b241101-e2bb-4255-8caf-4136c566a962.tmp'
  for (const name of [temporary, 'notes.txt']) writeFileSync(join(folder, key, name), '1')
  mkdirSync(join(folder, 'photos'))
  writeFileSync(join(folder, 'photos', 'a.features'), '1')
  await deleteFeatures(folder)
  expect(existsSync(path)).toBe(false)
  expect(await featureBytes(folder)).toBe(0)
  expect(readdirSync(join(folder, key)).sort()).toEqual([temporary, 'notes.txt'])
  expect(readdirSync(join(folder, 'photos'))).toEqual(['a.features'])
})

test('a folder that is not there has none', async () => {
  const absent = join(folder, 'absent')
  expect(await featureBytes(absent)).toBe(0)
  await deleteFeatures(absent)
  expect(existsSync(absent)).toBe(false)
})
