// Projects that were opened lately: for the menu, and for the system's own lists.
import { app } from 'electron'
import type { Connection } from '../../shared/transport/connection.ts'
import type { Log } from '../services/context.ts'

export interface Recent {
  readonly name: string
  readonly folder: string
}

/** Projects in the menu. */
const most = 10
/** Milliseconds after something has changed: projects change with every label. */
const patience = 1000

/** @param tell called with the list when it has changed, and at first */
export function followRecent(connection: Connection, log: Pick<Log, 'warn'>, tell: (recent: readonly Recent[]) => void): void {
  let shown = ''
  let newest: string | undefined
  let timer: NodeJS.Timeout | undefined
  const read = async (): Promise<void> => {
    const { projects } = await connection.api.projects.recent({})
    const recent = projects.filter(({ available }) => available).map(({ name, folder }) => ({ name, folder }))
    const list = recent.slice(0, most)
    if (JSON.stringify(list) === shown) return
    shown = JSON.stringify(list)
    const [first] = list
    if (first && newest !== undefined && first.folder !== newest) app.addRecentDocument(first.folder)
    newest = first?.folder ?? ''
    tell(list)
  }
  const readNow = (): void => void read().catch((error: unknown) => log.warn(`the list of recent projects: ${String(error)}`))
  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      readNow()
    }, patience).unref()
  }
  connection.on('projects.changed', later)
  connection.on('projects.closed', later)
  readNow()
}
