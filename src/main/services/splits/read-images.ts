// The images that a draw of splits is about, by path, with those of the same content marked.
import type { Split } from '../../../shared/contract/domain.ts'
import type { Database } from '../../storage/database.ts'
import { duplicates } from '../images/query.ts'
import type { DrawImage } from './draw.ts'

type Triple = [id: number, label: number | null, split: Split | null]

export function readDrawImages(db: Database): DrawImage[] {
  // Texts of JSON: read many times as fast as rows.
  const rows = readJson<Triple>(
    db,
    `SELECT json_array(id, class, split) AS item FROM images INDEXED BY images_by_path WHERE excluded = 0 ORDER BY path, id`,
  )
  const twins = readJson<[id: number, hash: string]>(db, `SELECT json_array(id, hex(hash)) AS item FROM images WHERE id IN (${duplicates})`)
  const content = new Map(twins)
  const names = new Map(db.all<{ id: number; name: string }>('SELECT id, name FROM classes').map(({ id, name }) => [id, name]))
  return rows.map(([id, label, split]) => ({
    id,
    class: label === null ? null : (names.get(label) ?? null),
    split,
    content: content.get(id) ?? null,
  }))
}

function readJson<T>(db: Database, items: string): T[] {
  const text = db.get<{ text: string }>(`SELECT json_group_array(json(item)) AS text FROM (${items})`)?.text
  return JSON.parse(text ?? '[]') as T[]
}
