// Scans one source: tells the engine what is known, writes what it answers.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { isBelow } from '../../../node/inside.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../../storage/database.ts'
import type { OpenProject, Studio } from '../context.ts'
import { withScratch } from '../predictions/scratch.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { ScanRecorder } from './scan-recorder.ts'
import type { ScanSource } from './scan-recorder.ts'

/** Milliseconds between two events for listeners while batches come in. */
const interval = 500
const pageSize = 5000

/** @throws AppError as the engine does, 'stopped' after a cancel: what was recorded so far stays */
export async function scanSource(
  studio: Studio,
  project: OpenProject,
  source: ScanSource,
  labels: boolean,
  { signal, progress }: Pick<TaskContext, 'signal' | 'progress'>,
): Promise<ScanRecorder> {
  const recorder = new ScanRecorder(project, source)
  const announce = announcer(studio, project, recorder)
  const task = source.folder
  progress({ task: `listing ${task}`, done: 0, total: null, unit: 'images' })
  let failure: unknown = null
  const stop = new AbortController()
  const scan = async (scratch: string): Promise<void> => {
    const known = join(scratch, 'known.ndjson')
    await writeKnown(project.db, source.id, known)
    await studio.engine.run(
      { job: 'scan', folder: source.folder, known, except: ownFolders(project.folder, source.folder), labels, threads: 2 },
      {
        priority: 'foreground',
        subject: `scan of ${source.folder}`,
        signal: AbortSignal.any([signal, stop.signal]),
        onEvent: (event) => {
          if (failure !== null) return
          try {
            if (!recorder.take(event)) return
            announce(false)
            if (recorder.progress) progress({ task: `reading ${task}`, ...recorder.progress, unit: 'images' })
          } catch (error) {
            failure = error
            stop.abort()
          }
        },
      },
    )
  }
  try {
    await withScratch(scan)
    if (failure !== null) throw AppError.from(failure)
    project.db.transaction(() => {
      project.db.run('UPDATE sources SET scanned_at = ? WHERE id = ?', new Date().toISOString(), source.id)
      project.touch()
    })
    return recorder
  } catch (error) {
    throw failure ?? error
  } finally {
    announce(true)
  }
}

/** Tells listeners that images have changed, now and then and at the end; of labels, splits and classes only once. */
export function announcer({ events }: Studio, project: OpenProject, recorder: ScanRecorder): (last: boolean) => void {
  let announced = 0
  return (last) => {
    if (!last && performance.now() - announced < interval) return
    announced = performance.now()
    const { revision } = recorder
    if (revision === null) return
    const changed = { project: project.id, revision }
    events.emit('images.changed', { ...changed, images: null, membership: true })
    if (!last) return
    const { labels, splits, newClasses } = recorder.labels.counts
    if (newClasses > 0) events.emit('classes.changed', changed)
    if (labels > 0) events.emit('labels.changed', { ...changed, images: null })
    if (splits > 0) events.emit('splits.changed', changed)
  }
}

/** What needs not be read again, as lines of JSON. Files whose reading failed are left out: rights come back without a trace in size or time. */
async function writeKnown(db: Database, source: number, file: string): Promise<void> {
  const out = await open(file, 'wx', 0o600)
  try {
    for (let after = ''; ;) {
      const rows = db.all<{ path: string; bytes: number; modified_at: number }>(
        `SELECT path, bytes, modified_at FROM images
         WHERE source = ? AND path > ? AND (state <> 'unreadable' OR width > 0) ORDER BY path LIMIT ${pageSize}`,
        source,
        after,
      )
      const last = rows.at(-1)
      if (!last) return
      await out.appendFile(
        rows.map(({ path, bytes, modified_at: modifiedAt }) => `${JSON.stringify([path, bytes, modifiedAt])}\n`).join(''),
      )
      after = last.path
    }
  } finally {
    await out.close()
  }
}

/** What the project itself keeps inside a source: pictures that are no images of the user's. The source may be an upload itself. */
export function ownFolders(project: string, source: string): string[] {
  const own = ['.', 'thumbnails', 'runs', 'exports', 'backups', 'uploads'].map((name) => join(project, name))
  return own.filter((folder) => isBelow(source, folder))
}
