// What is opened for a path: a folder, or that of a project's database.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folderMeant } from '../../src/main/folder-meant.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'meant-')))
afterAll(() => rmSync(folder, { recursive: true }))

test('a folder is meant by itself or by its database, and by nothing else', async () => {
  mkdirSync(join(folder, 'flowers'))
  writeFileSync(join(folder, 'flowers/project.db'), '')
  writeFileSync(join(folder, 'flowers/1.jpg'), '')
  expect(await folderMeant(join(folder, 'flowers'))).toBe(join(folder, 'flowers'))
  expect(await folderMeant(join(folder, 'flowers/project.db'))).toBe(join(folder, 'flowers'))
  expect(await folderMeant(join(folder, 'flowers/1.jpg'))).toBe(null)
  expect(await folderMeant(join(folder, 'gone'))).toBe(null)
})
