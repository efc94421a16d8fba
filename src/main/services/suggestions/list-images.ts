// Images of a project as lines for the engine.
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import type { ListedImage } from '../../../shared/lines.ts'
import type { OpenProject } from '../context.ts'

/** Images read from the database at a time. */
const batch = 1000

/** Those whose files are there, by each of the conditions in turn.
 * @param conditions on `images`, in SQL, without values
 * @throws AppError 'stopped' after an abort */
export async function* listImages({ db }: OpenProject, conditions: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
  for (const condition of conditions)
    for (let last = 0; ;) {
      if (signal.aborted) throw new AppError('stopped', 'stopped while images were listed')
      const rows = db.all<{ id: number; folder: string; path: string; hash: string | null; version: string; class: number | null }>(
        `SELECT images.id, sources.folder, images.path, lower(hex(images.hash)) AS hash, images.class,
          images.bytes || '-' || images.modified_at || '-' || images.id AS version
        FROM images NOT INDEXED JOIN sources ON sources.id = images.source
        WHERE images.id > ? AND images.excluded = 0 AND images.state IN ('present', 'changed') AND ${condition}
        ORDER BY images.id LIMIT ${batch}`,
        last,
      )
      const end = rows.at(-1)
      if (!end) break
      last = end.id
      yield rows
        .map(({ id, folder, path, hash, version, class: label }) => {
          const line: ListedImage = { id, file: join(folder, path), hash: hash ?? version, class: label }
          return `${JSON.stringify(line)}\n`
        })
        .join('')
      await setImmediate()
    }
}
