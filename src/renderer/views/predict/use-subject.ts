// What a task predicts, for people: kept in the page's session, as the services know a task by its folder alone.

export interface Subject {
  readonly run: string
  readonly kind: 'folder' | 'upload' | 'files' | 'unlabelled'
  /** Of the folder, or of what was dropped; empty where there is none. */
  readonly name: string
  /** Where the images lie, if in one folder: they can be added to the project from there. */
  readonly folder: string | null
}

const remembered = 'self-tuning.predictions'

export function rememberSubject(task: string, subject: Subject): void {
  const all = [...Object.entries(readAll()), [task, subject] as const]
  sessionStorage.setItem(remembered, JSON.stringify(Object.fromEntries(all.slice(-50))))
}

export function subjectOf(task: string): Subject | null {
  return readAll()[task] ?? null
}

function readAll(): Record<string, Subject | undefined> {
  try {
    return JSON.parse(sessionStorage.getItem(remembered) ?? '{}') as Record<string, Subject | undefined>
  } catch {
    return {}
  }
}
