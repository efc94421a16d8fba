// The database keeps what it has promised: transactions, one owner, versions, and a clear refusal for everything else.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backupFolder, keepDailyCopy, listBackups } from '../../../src/main/storage/backups.ts'
import { Database } from '../../../src/main/storage/database.ts'
import { first } from '../../../src/main/storage/migrations/001-projects.ts'
import { migrations } from '../../../src/main/storage/migrations/index.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { fill, labels, scratch } from './scratch.ts'

const folder = scratch()
const place = (): string => join(folder(), 'project.db')

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    expect(error.message).not.toContain('\n')
    return error.code
  }
  return 'none'
}

function raw(file: string, sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}

const name = 'INSERT INTO project (key, value) VALUES (?, ?)'

test('a transaction that throws leaves nothing, one inside another only what is its own', () => {
  const db = new Database(place(), { create: true })
  expect(() =>
    db.transaction(() => {
      db.run(name, 'a', 1)
      throw new Error('no')
    }),
  ).toThrow('no')
  db.transaction(() => {
    db.run(name, 'b', 1)
    expect(() =>
      db.transaction(() => {
        db.run(name, 'c', 1)
        throw new Error('no')
      }),
    ).toThrow('no')
    db.transaction(() => db.run(name, 'd', 1))
  })
  expect(codeOf(() => db.transaction(() => Promise.resolve(db.run(name, 'e', 1))))).toBe('internal')
  expect(db.all('SELECT key FROM project')).toEqual([{ key: 'b' }, { key: 'd' }])
  db.close()
  expect(codeOf(() => db.run(name, 'f', 1))).toBe('not-found')
})

test('a query may be run again while its rows are still being read', () => {
  const db = new Database(place(), { create: true })
  for (const key of ['a', 'b', 'c']) db.run(name, key, 1)
  const sql = 'SELECT key FROM project'
  const seen: unknown[] = []
  for (const row of db.each<{ key: string }>(sql)) {
    expect(db.all(sql)).toHaveLength(3)
    for (const inner of db.each<{ key: string }>(sql)) seen.push(row.key + inner.key)
  }
  expect(seen).toEqual(['aa', 'ab', 'ac', 'ba', 'bb', 'bc', 'ca', 'cb', 'cc'])
  db.close()
})

test('a full disk ends the transaction, keeps what was there, and goes on when there is room', () => {
  const db = new Database(place(), { create: true })
  db.run(name, 'before', 1)
  const pages = db.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0
  db.all(`PRAGMA max_page_count = ${pages + 5}`)
  const large = (key: string) => () => db.transaction(() => db.run(name, key, Buffer.alloc(1_000_000)))
  expect(codeOf(large('large'))).toBe('disk-full')
  expect(db.all('SELECT key FROM project')).toEqual([{ key: 'before' }])
  db.all('PRAGMA max_page_count = 100000')
  expect(codeOf(large('large'))).toBe('none')
  db.close()
})

test('what is no whole database of a project is refused and left as it is', () => {
  const cases: Record<string, (file: string) => void> = {
    'not-found': () => undefined,
    'bad-data empty': (file) => writeFileSync(file, ''),
    'bad-data text': (file) => writeFileSync(file, 'no database\n'.repeat(500)),
    'bad-data other': (file) => raw(file, 'CREATE TABLE other (a); PRAGMA user_version = 1'),
    'newer-version': (file) => {
      new Database(file, { create: true }).close()
      raw(file, 'PRAGMA journal_mode = DELETE; PRAGMA user_version = 999')
    },
  }
  for (const [title, make] of Object.entries(cases)) {
    const file = place()
    make(file)
    const before = existsSync(file) ? readFileSync(file) : null
    expect(codeOf(() => new Database(file))).toBe(title.split(' ')[0])
    expect(existsSync(file) ? readFileSync(file) : null).toEqual(before)
    expect(readdirSync(dirname(file))).toHaveLength(before ? 1 : 0)
  }
})

test('migrations: a copy before each, all or nothing, references checked', () => {
  const file = place()
  const db = new Database(file, { create: true, migrations: [first] })
  fill(db, 3)
  db.close()
  const second = { version: 2, sql: 'ALTER TABLE images ADD COLUMN note TEXT; UPDATE images SET note = path' }
  const orphans = { version: 3, sql: 'CREATE TABLE half (a); DELETE FROM sources' }
  const broken = { version: 3, sql: 'CREATE TABLE half (a); NONSENSE' }
  for (const [third, code] of [
    [orphans, 'bad-data'],
    [broken, 'internal'],
  ] as const)
    expect(codeOf(() => new Database(file, { migrations: [first, second, third] }))).toBe(code)
  expect(codeOf(() => new Database(file, { migrations: [first] }))).toBe('newer-version')
  const again = new Database(file, { migrations: [first, second] })
  expect(again.all("SELECT note FROM images WHERE note LIKE 'folder/%'")).toHaveLength(3)
  expect(again.all("SELECT name FROM sqlite_schema WHERE name = 'half'")).toEqual([])
  again.close()
  const copies = readdirSync(join(dirname(file), backupFolder)).sort()
  expect(copies.map((copy) => copy.slice(0, 10))).toEqual(['before-v2-', 'before-v3-', 'before-v3-'])
  copyFileSync(join(dirname(file), backupFolder, copies[0] ?? ''), file)
  const old = new Database(file)
  expect(old.all('SELECT id FROM images')).toHaveLength(3)
  old.close()
})

test('a new database that cannot be made leaves no file', () => {
  const file = place()
  expect(codeOf(() => new Database(file, { create: true, migrations: [{ version: 1, sql: 'CREATE TABLE a (b); NONSENSE' }] }))).toBe(
    'internal',
  )
  expect(readdirSync(dirname(file))).toEqual([])
})

test('a file that was moved away takes no more transactions', () => {
  const file = place()
  const db = new Database(file, { create: true })
  renameSync(dirname(file), `${dirname(file)}-away`)
  expect(db.present).toBe(false)
  expect(codeOf(() => db.transaction(() => db.run(name, 'a', 1)))).toBe('not-found')
  renameSync(`${dirname(file)}-away`, dirname(file))
  db.transaction(() => db.run(name, 'b', 1))
  db.close()
  const again = new Database(file)
  expect(again.all('SELECT key FROM project')).toEqual([{ key: 'b' }])
  again.close()
})

test('copies of the day: made while it is in use, the last five stay', async () => {
  const file = place()
  const db = new Database(file, { create: true })
  fill(db, 500)
  const copies: string[] = []
  const folder = join(dirname(file), backupFolder)
  mkdirSync(folder)
  for (let days = 2; days < 9; days++) {
    const old = join(folder, `daily-${days}.db`)
    await db.copyTo(old)
    const time = Date.now() / 1000 - days * 86_400
    utimesSync(old, time, time)
  }
  await keepDailyCopy(file, async (to) => {
    const copy = db.copyTo(to)
    db.transaction(() => db.run('UPDATE images SET class = 2'))
    await copy
    copies.push(to)
  })
  await keepDailyCopy(file, () => Promise.reject(new Error('one a day is enough')))
  db.close()
  const found = await listBackups(file)
  expect(found.map((backup) => backup.file)).toEqual([basename(copies[0] ?? ''), ...[2, 3, 4, 5].map((days) => `daily-${days}.db`)])
  expect(found[0]).toMatchObject({ version: migrations.length })
  copyFileSync(copies[0] ?? '', file)
  const back = new Database(file)
  expect(new Set(labels(back).values())).toEqual(new Set([2]))
  back.close()
})

test('any bytes are a project or an error that says so', () => {
  const whole = place()
  const db = new Database(whole, { create: true })
  fill(db, 50)
  db.close()
  const bytes = readFileSync(whole)
  const file = place()
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 64 })), { minLength: 1, maxLength: 8 }),
      (edits) => {
        const damaged = Buffer.from(bytes)
        for (const [at, piece] of edits) damaged.set(piece.subarray(0, damaged.length - at), at)
        writeFileSync(file, damaged)
        const code = codeOf(() => {
          const opened = new Database(file)
          try {
            labels(opened)
            opened.problems()
          } finally {
            opened.close()
          }
        })
        expect(['none', 'bad-data', 'newer-version']).toContain(code)
      },
    ),
    // The number of the file's format: its error has a result code like any other mistake's.
    { numRuns: 60, examples: [[[[47, Uint8Array.of(5)]]]] },
  )
})
