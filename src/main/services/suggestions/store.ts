// Writes suggestions of a whole project in parts: at every moment each one is a whole one, of before or of now.
import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import type { OpenProject } from '../context.ts'

export interface Suggested {
  readonly image: number
  /** By falling confidence, one at least; ids of classes. */
  readonly classes: readonly (readonly [id: number, confidence: number])[]
  readonly usefulness: number
}

/** Rows a transaction. */
const batch = 1000

/** Images and classes that have gone meanwhile are passed over; so are, in the end, images of before that have no suggestion now.
 * @param last done in the transaction of the last part
 * @returns how many images have one */
export async function storeSuggestions(
  project: OpenProject,
  rows: readonly Suggested[],
  signal: AbortSignal,
  last: () => void,
): Promise<number> {
  const { db } = project
  for (let from = 0; from < rows.length; from += batch) {
    requireTime(signal)
    db.transaction(() => {
      insert(project, rows.slice(from, from + batch))
      project.touch()
    })
    await setImmediate()
  }
  requireTime(signal)
  const kept = new Set(rows.map(({ image }) => image))
  const old = db.all<{ image: number }>('SELECT image FROM suggestions').flatMap(({ image }) => (kept.has(image) ? [] : image))
  for (let from = 0; from < old.length; from += batch) {
    db.transaction(() => {
      db.run('DELETE FROM suggestions WHERE image IN (SELECT value FROM json_each(?))', JSON.stringify(old.slice(from, from + batch)))
      project.touch()
    })
    await setImmediate()
  }
  db.transaction(last)
  return countSuggestions(project)
}

/** Of images that are not excluded. */
export function countSuggestions({ db }: OpenProject): number {
  const sql = 'SELECT count(*) AS n FROM suggestions JOIN images ON images.id = suggestions.image WHERE images.excluded = 0'
  return db.get<{ n: number }>(sql)?.n ?? 0
}

function insert({ db }: OpenProject, rows: readonly Suggested[]): void {
  const lines = rows.flatMap(({ image, classes, usefulness }) => {
    const [first] = classes
    return first ? [[image, first[0], first[1], usefulness, JSON.stringify(classes)]] : []
  })
  db.run(
    `INSERT INTO suggestions (image, class, confidence, usefulness, others)
    SELECT images.id, classes.id, line.value ->> 2, line.value ->> 3, line.value ->> 4
    FROM json_each(?) AS line JOIN images ON images.id = line.value ->> 0 JOIN classes ON classes.id = line.value ->> 1
    WHERE true
    ON CONFLICT (image) DO UPDATE SET class = excluded.class, confidence = excluded.confidence,
      usefulness = excluded.usefulness, others = excluded.others`,
    JSON.stringify(lines),
  )
}

function requireTime(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('stopped', 'stopped while suggestions were written')
}
