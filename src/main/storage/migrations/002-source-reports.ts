// What the latest scan of each source has found.
import type { Migration } from './index.ts'

export const second: Migration = {
  version: 2,
  sql: 'ALTER TABLE sources ADD COLUMN report TEXT; -- JSON; null before a scan has ended',
}
