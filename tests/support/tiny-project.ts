// What services find in a project, written straight into it: images of a folder, classes, a finished run with a model.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenProject } from '../../src/main/services/context.ts'
import { tinyModel } from './tiny-model.ts'

/** @returns ids of the images, in the order of `paths` */
export function addImages({ db }: OpenProject, folder: string, paths: readonly string[]): number[] {
  const source = db.run('INSERT INTO sources (folder) VALUES (?)', folder).id
  return db.transaction(() =>
    paths.map((path) => {
      const bytes = statSync(join(folder, path), { throwIfNoEntry: false })
      const hash = bytes
        ? createHash('sha256')
            .update(readFileSync(join(folder, path)))
            .digest()
        : null
      return db.run(
        `INSERT INTO images (source, path, hash, bytes, modified_at, format, width, height, state, added_at)
        VALUES (?, ?, ?, ?, 0, 'jpeg', 48, 48, ?, ?)`,
        ...[source, path, hash, bytes?.size ?? 0, bytes ? 'present' : 'missing', new Date(0).toISOString()],
      ).id
    }),
  )
}

/** @returns their ids */
export function addClasses({ db }: OpenProject, names: readonly string[]): number[] {
  return names.map((name, i) => db.run('INSERT INTO classes (name, colour, position) VALUES (?, ?, ?)', name, '#123456', i).id)
}

export function label({ db }: OpenProject, images: readonly number[], label: number | null): void {
  for (const image of images)
    db.run('UPDATE images SET class = ?, labelled_at = ? WHERE id = ?', label, label === null ? null : new Date().toISOString(), image)
}

/** A run that has ended with a model of random weights. @returns its folder */
export function addRun(project: OpenProject, id: string, classes: readonly string[], ids: readonly number[] = []): string {
  const folder = join(project.folder, 'runs', id)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), tinyModel(classes))
  if (ids.length > 0) {
    const header = { manifest: 1, classes: classes.map((name, i) => ({ id: ids[i], name })), roots: [project.folder] }
    writeFileSync(join(folder, 'manifest.ndjson'), `${JSON.stringify(header)}\n`)
  }
  const now = new Date().toISOString()
  project.db.run(
    "INSERT INTO runs (id, name, config, state, created_at, started_at, ended_at, progress) VALUES (?, ?, ?, 'done', ?, ?, ?, ?)",
    ...[id, `run ${id}`, JSON.stringify({ method: 'self-tuning', backbone: 'none', budget: 'quick', settings: {}, seed: 0 })],
    ...[now, now, now, JSON.stringify({ step: null, validation: null, kept: null, task: null })],
  )
  return folder
}
