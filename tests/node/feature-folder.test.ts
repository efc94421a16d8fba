// Stored features: the least recently used go, a run's own stay, and nothing that is not ours is touched.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { deleteFeatures, featureBytes, trimFeatures, useFeatures } from '../../src/node/feature-folder.ts'

const day = 24 * 60 * 60
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'feature-folder-'))
  return () => rmSync(folder, { recursive: true })
})

/** 100 bytes of features, last asked for some days ago. */
function store(digit: string, days: number): string {
  const place = join(folder, digit.repeat(24))
  mkdirSync(place)
  writeFileSync(join(place, 'a.features'), new Uint8Array(100))
  const then = Date.now() / 1000 - days * day
  utimesSync(place, then, then)
  return place
}

test('beyond the limit those not asked for the longest go first, and what was asked for today stays', async () => {
  const [old, older, recent] = [store('b', 3), store('a', 9), store('c', 0.5)]
  await trimFeatures(folder, 300)
  expect(await featureBytes(folder)).toBe(300)
  await trimFeatures(folder, 250)
  expect([old, older, recent].map(existsSync)).toEqual([true, false, true])
  await useFeatures(folder, 'b'.repeat(24))
  await trimFeatures(folder, 0)
  expect([old, recent].map(existsSync)).toEqual([true, true])
})

test('all can be deleted; what is being written and what others keep there stays', async () => {
  const inUse = store('d', 0)
  const unused = store('e', 2)
  const temporary = '.b.features.3b241101-e2bb-4255-8caf-4136c566a962.tmp'
  for (const place of [inUse, unused]) writeFileSync(join(place, temporary), '1')
  utimesSync(unused, 0, 0)
  mkdirSync(join(folder, 'photos'))
  writeFileSync(join(folder, 'photos', 'a.features'), '1')
  const keyed = store('f', 2)
  writeFileSync(join(keyed, 'notes.txt'), '1')
  utimesSync(keyed, 0, 0)
  await deleteFeatures(folder)
  expect(await featureBytes(folder)).toBe(1)
  expect(readdirSync(folder).sort()).toEqual(['d'.repeat(24), 'f'.repeat(24), 'photos'])
  expect(readdirSync(inUse)).toEqual([temporary])
  expect(readdirSync(keyed)).toEqual(['notes.txt'])
  expect(readdirSync(join(folder, 'photos'))).toEqual(['a.features'])
})

test('a folder that is not there has none', async () => {
  const absent = join(folder, 'absent')
  expect(await featureBytes(absent)).toBe(0)
  await deleteFeatures(absent)
  expect(existsSync(absent)).toBe(false)
})
