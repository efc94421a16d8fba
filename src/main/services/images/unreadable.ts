// Images that turn out to be damaged when they are decoded.
import type { OpenProject, Studio } from '../context.ts'

/** Takes note that an image, and every other with the same content, cannot be decoded. Called by whoever decodes: pictures, training.
 * Does nothing for a project that has been closed meanwhile. */
export function markUnreadable(
  { projects, events }: Pick<Studio, 'projects' | 'events'>,
  project: OpenProject,
  image: number,
  reason: string,
): void {
  if (!projects.all().includes(project)) return
  const { db } = project
  const marked = db.transaction(() => {
    const images = db.all<{ id: number }>(
      `SELECT id FROM images WHERE (id = ? OR hash = (SELECT hash FROM images WHERE id = ?)) AND state IN ('present', 'changed')`,
      image,
      image,
    )
    if (images.length === 0) return null
    const ids = images.map(({ id }) => id)
    db.run(`UPDATE images SET state = 'unreadable', problem = ? WHERE id IN (SELECT value FROM json_each(?))`, reason, JSON.stringify(ids))
    return { images: ids, revision: project.touch() }
  })
  if (marked) events.emit('images.changed', { project: project.id, ...marked, membership: false })
}
