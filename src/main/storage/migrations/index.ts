// Migrations of project databases, in order. A released one is never changed: the next change is the next number.
import { first } from './001-projects.ts'
import { second } from './002-source-reports.ts'
import { third } from './003-sources-inside.ts'

export interface Migration {
  /** `user_version` of the database afterwards. */
  readonly version: number
  readonly sql: string
}

export const migrations: readonly Migration[] = [first, second, third]
