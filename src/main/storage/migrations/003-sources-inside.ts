// Which sources lie inside the project's own folder, and move with it.
import type { Migration } from './index.ts'

export const third: Migration = {
  version: 3,
  sql: `ALTER TABLE sources ADD COLUMN inside TEXT; -- way from the project's folder, forward slashes; null for a folder elsewhere`,
}
