// What a project's database says of the project: id, name, revision, and how much there is.
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { projectId, time } from '../../../shared/contract/domain.ts'
import type { Project } from '../../../shared/contract/projects.ts'
import type { Database } from '../../storage/database.ts'
import { putValue } from '../../storage/values.ts'
import { usualName } from './folder.ts'

export interface Facts {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly revision: number
}

export function writeFacts(db: Database, { id, name, createdAt, revision }: Facts): void {
  putValue(db, 'id', id)
  putValue(db, 'name', name)
  putValue(db, 'created_at', createdAt)
  putValue(db, 'revision', revision)
}

export function newFacts(name: string): Facts {
  return { id: randomUUID(), name, createdAt: new Date().toISOString(), revision: 0 }
}

export function writeName(db: Database, name: string): void {
  putValue(db, 'name', name)
}

/** What is missing or senseless, as in a recovered database, is made up and written. */
export function readFacts(db: Database, folder: string): Facts {
  const rows = db.all<{ key: string; value: string | number }>(
    "SELECT key, value FROM project WHERE key IN ('id', 'name', 'created_at', 'revision')",
  )
  const values = new Map(rows.map(({ key, value }) => [key, value]))
  const usual = newFacts(usualName(folder))
  const text = (key: string, schema: z.ZodType<string>, otherwise: string): string => {
    const { data } = schema.safeParse(values.get(key))
    return data ?? otherwise
  }
  const revision = values.get('revision')
  const facts = {
    id: text('id', projectId, usual.id),
    name: text('name', z.string().min(1), usual.name),
    createdAt: text('created_at', time, usual.createdAt),
    // As in `outdate`.
    revision: typeof revision === 'number' ? revision : Math.floor(Date.now() / 1000),
  }
  const written = [facts.id, facts.name, facts.createdAt, facts.revision]
  const found = ['id', 'name', 'created_at', 'revision'].map((key) => values.get(key))
  if (written.some((fact, i) => fact !== found[i])) db.transaction(() => writeFacts(db, facts))
  return facts
}

/** Counts the revision up. */
export function touch(db: Database): number {
  const row = db.get<{ value: number }>("UPDATE project SET value = value + 1 WHERE key = 'revision' RETURNING value")
  return row?.value ?? 0
}

/** Makes the revision larger than any there was: what was read before must not seem true again. */
export function outdate(db: Database): void {
  db.run("UPDATE project SET value = max(value + 1, unixepoch()) WHERE key = 'revision'")
}

export function revisionOf(db: Database): number {
  return db.get<{ value: number }>("SELECT value FROM project WHERE key = 'revision'")?.value ?? 0
}

export function describe(db: Database, folder: string): Project {
  const { id, name, createdAt, revision } = readFacts(db, folder)
  return { id, name, folder, createdAt, revision, ...counts(db) }
}

function counts(db: Database): { images: number; labelled: number; classes: number } {
  const images = count(db, 'SELECT count(*) AS n FROM images INDEXED BY images_by_class WHERE excluded = 0')
  const labelled = count(db, 'SELECT count(*) AS n FROM images WHERE excluded = 0 AND class IS NOT NULL')
  return { images, labelled, classes: count(db, 'SELECT count(*) AS n FROM classes') }
}

function count(db: Database, sql: string): number {
  return db.get<{ n: number }>(sql)?.n ?? 0
}

/** Some images that are there, from all over the project. */
export function samples(db: Database, wanted = 6): number[] {
  const largest = db.get<{ id: number | null }>('SELECT max(id) AS id FROM images')?.id ?? 0
  const next = "SELECT id FROM images WHERE id >= ? AND excluded = 0 AND state = 'present' ORDER BY id LIMIT 1"
  const starts = Array.from({ length: wanted }, (_, i) => 1 + Math.floor((i * largest) / wanted))
  const found = starts.map((start) => db.get<{ id: number }>(next, start)?.id)
  return [...new Set(found.filter((id) => id !== undefined))]
}

/** The folders that its images lie in. */
export function sourceFolders(db: Database): string[] {
  return db.all<{ folder: string }>('SELECT folder FROM sources ORDER BY id').map(({ folder }) => folder)
}
