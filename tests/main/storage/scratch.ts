// A folder for one test file, and a project's database with images in it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Database } from '../../../src/main/storage/database.ts'

/** @returns a function that makes a new empty folder in it each time */
export function scratch(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'storage-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  let count = 0
  return () => mkdtempSync(join(root, `${count++}-`))
}

const insertImage = `INSERT INTO images (source, path, hash, bytes, modified_at, format, width, height, state, class, added_at)
  VALUES (1, ?, ?, 1000, 17, 'jpeg', 64, 48, 'present', ?, '2026-11-24T02:20:00Z')`

/** `images` rows, each labelled with one of two classes. */
export function fill(db: Database, images: number): void {
  db.transaction(() => {
    db.run('INSERT INTO sources (id, folder) VALUES (1, ?)', '/pictures')
    for (const id of [1, 2])
      db.run('INSERT INTO classes (id, name, colour, position) VALUES (?, ?, ?, ?)', id, `class ${id}`, '#000000', id)
    for (const [key, value] of Object.entries({
      id: '9d0a2f5e-8f0c-4f6e-9d38-6c1d3f1a2b3c',
      name: 'Birds',
      created_at: '2026-11-24T02:20:00.000Z',
      revision: 7,
    }))
      db.run('INSERT INTO project (key, value) VALUES (?, ?)', key, value)
    for (let i = 0; i < images; i++) db.run(insertImage, `folder/image-${String(i).padStart(6, '0')}.jpg`, Buffer.alloc(32, i), 1 + (i % 2))
  })
}

export function labels(db: Database): Map<string, number> {
  return new Map(db.all<{ path: string; class: number }>('SELECT path, class FROM images NOT INDEXED').map((row) => [row.path, row.class]))
}
