// A final name never holds a half-written file, and every failure names the file that the user knows.
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import {
  besideOf,
  copyOntoDisk,
  makeFolder,
  NdjsonFile,
  readJson,
  readNdjson,
  removeTemporaries,
  writeFileAtomic,
  writeJson,
} from '../../src/node/files.ts'

const root = mkdtempSync(join(tmpdir(), 'files-'))
afterAll(() => rmSync(root, { recursive: true }))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'))
})

test('pieces of text and bytes become one file; nothing else stays', async () => {
  const path = join(folder, 'a.bin')
  await writeFileAtomic(path, ['text ', new Uint8Array([0x41, 0x42])])
  expect(readFileSync(path, 'utf8')).toBe('text AB')
  await writeJson(path, { x: 1 })
  expect(await readJson(path)).toEqual({ x: 1 })
  expect(readdirSync(folder)).toEqual(['a.bin'])
})

test('a disk that fills up half way leaves the old file and no other', async () => {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, 'old')
  async function* pieces(): AsyncGenerator<string> {
    yield await Promise.resolve('half')
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }
  await expect(writeFileAtomic(path, pieces())).rejects.toMatchObject({
    code: 'disk-full',
    message: `cannot write ${path}: the disk is full`,
  })
  expect(readdirSync(folder)).toEqual(['model.onnx'])
  expect(readFileSync(path, 'utf8')).toBe('old')
})

test('failures name the path and the reason', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await expect(makeFolder(join(file, 'out'))).rejects.toMatchObject({
    code: 'no-access',
    message: expect.stringContaining(join(file, 'out')) as string,
  })
  await expect(writeJson(join(folder, 'missing/run.json'), {})).rejects.toMatchObject({ code: 'not-found' })
  await expect(writeJson(folder, {})).rejects.toMatchObject({ code: 'no-access', details: { path: folder } })
  await expect(readJson(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'not-found' })
  await expect(readJson(file)).rejects.toMatchObject({ code: 'bad-data', message: `${file}: expected JSON, found an empty file` })
})

test('lines go on where the checkpoint was; lines cut short or damaged by a crash are dropped', async () => {
  const path = join(folder, 'metrics.ndjson')
  const first = await NdjsonFile.open(path)
  for (const step of [1, 2, 3]) await first.append({ step })
  await first.close()
  writeFileSync(path, `${readFileSync(path, 'utf8')}\0\0\0\n{"step":4`)
  const second = await NdjsonFile.open(path, (line) => (line as { step: number }).step <= 2)
  await second.append({ step: 3, again: true })
  await second.close()
  expect(await readNdjson(path)).toEqual([{ step: 1 }, { step: 2 }, { step: 3, again: true }])
})

test('what a killed process left half-written is deleted, nothing else', async () => {
  const place = join(folder, 'killed')
  mkdirSync(place)
  for (const path of ['last.bin', '.hidden.tmp', besideOf('last.bin'), `${besideOf('copy.db')}-journal`])
    writeFileSync(join(place, path), '')
  mkdirSync(join(place, besideOf('model'), 'inside'), { recursive: true })
  await removeTemporaries(place)
  expect(readdirSync(place).sort()).toEqual(['.hidden.tmp', 'last.bin'])
})

test('a copy can be written to, also of what cannot', async () => {
  const [from, to] = [join(folder, 'read-only'), join(folder, 'copy')]
  writeFileSync(from, 'x', { mode: 0o444 })
  await copyOntoDisk(from, to)
  appendFileSync(to, 'y')
  expect(readFileSync(to, 'utf8')).toBe('xy')
})

test('folders are made with those above them; where none can be made it says so, on /proc too', async () => {
  expect(await makeFolder(join(folder, 'a/b/c'))).toBe(join(folder, 'a'))
  expect(await makeFolder(join(folder, 'a/b/c'))).toBeUndefined()
  writeFileSync(join(folder, 'file'), '')
  await expect(makeFolder(join(folder, 'file/x'))).rejects.toMatchObject({ code: 'no-access' })
  if (process.platform === 'linux') await expect(makeFolder('/proc/x/y')).rejects.toMatchObject({ code: 'not-found' })
})
