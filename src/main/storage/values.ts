// The table `project`: single values by their names.
import type { z } from 'zod'
import type { Database } from './database.ts'

export function putValue(db: Database, key: string, value: string | number): void {
  db.run('INSERT INTO project (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', key, value)
}

/** Null where there is none, or one that another version has written. */
export function getJson<T>(db: Database, key: string, schema: z.ZodType<T>): T | null {
  const text = db.get<{ value: unknown }>('SELECT value FROM project WHERE key = ?', key)?.value
  return typeof text === 'string' ? (schema.safeParse(JSON.parse(text)).data ?? null) : null
}

export function putJson(db: Database, key: string, value: unknown): void {
  putValue(db, key, JSON.stringify(value))
}
