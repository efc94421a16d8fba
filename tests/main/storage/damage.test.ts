// Damage: what was committed before the last write survives a cut of any length, or is refused and recovered.
import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Database } from '../../../src/main/storage/database.ts'
import { recover } from '../../../src/main/storage/recover.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { fill, labels, scratch } from './scratch.ts'

const folder = scratch()
const images = 3000

/** A database as a kill leaves it: `earlier` transactions in the log, `last` more after them. */
function killed(): { file: string; states: Map<string, number>[]; ends: number[] } {
  const file = join(folder(), 'project.db')
  const db = new Database(file, { create: true })
  fill(db, 300)
  db.close()
  const working = new Database(file)
  const states = [labels(working)]
  const ends = [size(`${file}-wal`)]
  for (let i = 1; i <= 8; i++) {
    working.transaction(() => working.run('UPDATE images SET class = 3 - class WHERE id % ? = 0', i + 1))
    states.push(labels(working))
    ends.push(size(`${file}-wal`))
  }
  const copy = join(folder(), 'project.db')
  for (const ending of ['', '-wal']) copyFileSync(file + ending, copy + ending)
  working.close()
  return { file: copy, states, ends }
}

test('a log cut at any point opens with all transactions before the cut', () => {
  const { file, states, ends } = killed()
  const log = readFileSync(`${file}-wal`)
  const whole = readFileSync(file)
  fc.assert(
    fc.property(fc.nat(log.length), (length) => {
      writeFileSync(file, whole)
      writeFileSync(`${file}-wal`, log.subarray(0, length))
      const db = new Database(file)
      const complete = ends.filter((end) => end <= length).length - 1
      expect(labels(db)).toEqual(states[Math.max(0, complete)])
      expect(db.problems()).toEqual([])
      db.close()
    }),
    { numRuns: 25, examples: [[log.length - 1], [log.length - 4096], [log.length]] },
  )
})

test('a cut database is refused, and recovered but for the rows on the pages that are gone', async () => {
  const file = join(folder(), 'project.db')
  const db = new Database(file, { create: true })
  fill(db, images)
  const before = labels(db)
  db.close()
  const bytes = readFileSync(file)
  for (const cut of [1, 4095, 4096, 20_000, Math.floor(bytes.length / 3)]) {
    writeFileSync(file, bytes)
    truncateSync(file, bytes.length - cut)
    expect(refusal(file)).toBe('bad-data')
    const after = await recovered(file)
    for (const [path, label] of after) expect(before.get(path)).toBe(label)
    if (cut <= 4096) expect(after.size).toBeGreaterThan(images - 100)
  }
})

test('pages of noise cost the rows on them and no others', async () => {
  const file = join(folder(), 'project.db')
  const db = new Database(file, { create: true })
  fill(db, images)
  const before = labels(db)
  // Without these nothing tells which pages belong together.
  const needed = `SELECT rootpage AS page FROM sqlite_schema WHERE rootpage > 0
    UNION SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'`
  const roots = new Set(db.all<{ page: number }>(needed).map(({ page }) => page))
  db.close()
  const bytes = readFileSync(file)
  const pages = bytes.length / 4096
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 2, max: pages }), { minLength: 1, maxLength: 3 }), async (hit) => {
      fc.pre(hit.every((page) => !roots.has(page)))
      const damaged = Buffer.from(bytes)
      for (const page of hit) damaged.fill(0xa7, (page - 1) * 4096, page * 4096)
      writeFileSync(file, damaged)
      const after = await recovered(file)
      for (const [path, label] of after) expect(before.get(path)).toBe(label)
      expect(after.size).toBeGreaterThan(images - 60 * hit.length)
    }),
    { numRuns: 5 },
  )
})

test('what cannot be read at all is said to need a backup', async () => {
  const file = join(folder(), 'project.db')
  writeFileSync(file, Buffer.alloc(40_960, 0xa7))
  await expect(recover(file, `${file}.new`)).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining('backup') as string,
  })
})

function refusal(file: string): string {
  try {
    new Database(file).close()
    return 'none'
  } catch (error) {
    return error instanceof AppError ? error.code : String(error)
  }
}

async function recovered(file: string): Promise<Map<string, number>> {
  const to = join(folder(), 'project.db')
  await recover(file, to)
  const db = new Database(to)
  expect(db.problems()).toEqual([])
  const found = labels(db)
  db.close()
  return found
}

function size(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}
