// Task `near-duplicates`: what each image looks like, then groups of those that look nearly alike.
import { AppError } from '../../../shared/errors.ts'
import type { OpenProject, Studio } from '../context.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { groupAlike } from './alike.ts'
import type { Look } from './alike.ts'

/** Requests to the picture process at a time: enough that it never waits. */
const atOnce = 4
/** Looks that are written together. */
const batch = 200

const usable = `excluded = 0 AND hash IS NOT NULL AND state IN ('present', 'changed')`

/** Starts it. Looks of images that have not changed are kept; after a cancel too. */
export function findNearDuplicates(studio: Studio, project: OpenProject): { task: string } {
  return studio.tasks.start({ kind: 'near-duplicates', project: project.id, subject: 'images that look alike' }, async (context) => {
    const start = performance.now()
    await look(studio, project, context)
    const looks = readLooks(project)
    context.progress({ task: 'comparing', done: 0, total: null, unit: 'images' })
    const groups = await groupAlike(looks, context.signal)
    const revision = project.db.transaction(() => {
      project.db.run('UPDATE images SET look_group = NULL WHERE look_group IS NOT NULL')
      for (const group of groups)
        project.db.run(
          'UPDATE images SET look_group = ? WHERE id IN (SELECT value FROM json_each(?))',
          group[0] ?? null,
          JSON.stringify(group),
        )
      return project.touch()
    })
    studio.events.emit('images.changed', { project: project.id, revision, images: null, membership: false })
    return { kind: 'near-duplicates', images: looks.length, groups: groups.length, seconds: (performance.now() - start) / 1000 }
  })
}

/** One of each content that has not been looked at. */
async function look({ media }: Studio, project: OpenProject, context: TaskContext): Promise<void> {
  const { signal } = context
  const { db } = project
  const images = db.all<{ id: number; hash: Uint8Array }>(
    `SELECT min(id) AS id, hash FROM images WHERE ${usable} AND look IS NULL GROUP BY hash ORDER BY id`,
  )
  const found: { hash: Uint8Array; look: Uint8Array }[] = []
  const write = (): void => {
    const written = found.splice(0)
    if (written.length === 0) return
    db.transaction(() => {
      for (const each of written) db.run('UPDATE images SET look = ? WHERE hash = ?', each.look, each.hash)
    })
  }
  let done = 0
  const queue = images.values()
  const work = async (): Promise<void> => {
    for (const { id, hash } of queue) {
      if (signal.aborted) throw new AppError('stopped', `stopped after ${done} of ${images.length} images`)
      try {
        found.push({ hash, look: await media.look(project, id) })
      } catch (error) {
        // Damaged, gone or changed: it has no look, and whoever found it has taken note.
        if (!(error instanceof AppError) || !error.isUserError || error.code === 'stopped') throw error
      }
      context.progress({ task: 'looking at images', done: ++done, total: images.length, unit: 'images' })
      if (found.length >= batch) write()
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, work))
  write()
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw AppError.from(failed.reason)
}

function readLooks({ db }: OpenProject): Look[] {
  return db.all<{ id: number; look: Uint8Array }>(`SELECT id, look FROM images WHERE ${usable} AND look IS NOT NULL ORDER BY path, id`)
}
