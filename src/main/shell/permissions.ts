// What the page may use of the machine: it may write text into the clipboard when a person presses a button for it, and nothing else.
import type { Session } from 'electron'
import { isOurs } from './origin.ts'

const allowed: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

export function limitPermissions(session: Session): void {
  session.setPermissionRequestHandler((_, permission, answer, { requestingUrl, isMainFrame }) =>
    answer(allowed.has(permission) && isMainFrame && isOurs(requestingUrl)),
  )
  session.setPermissionCheckHandler((_, permission, origin, { isMainFrame }) => allowed.has(permission) && isMainFrame && isOurs(origin))
  session.setDevicePermissionHandler(() => false)
}
