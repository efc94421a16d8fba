// Images as a grid shows them.
import type { ImageRow } from '../../../shared/contract/images.ts'
import type { FileState, Split } from '../../../shared/contract/domain.ts'
import type { Database } from '../../storage/database.ts'

interface Content {
  readonly hash: Uint8Array | null
  readonly bytes: number
  readonly modified_at: number
}

/** Of the content: part of a picture's address, which may then be kept for ever. */
export function versionOf({ hash, bytes, modified_at }: Content): string {
  return hash ? Buffer.from(hash.buffer, hash.byteOffset, 8).toString('hex') : `${bytes}-${modified_at}`
}

interface Stored extends Content {
  readonly id: number
  readonly path: string
  readonly class: number | null
  readonly split: Split | null
  readonly state: FileState
  readonly width: number
  readonly height: number
  readonly suggested: number | null
  readonly confidence: number | null
}

/** Rows of images in the order of their ids' list; unknown ids are left out. */
export function readRows(db: Database, ids: readonly number[]): ImageRow[] {
  return db
    .all<Stored>(
      `SELECT images.id, images.path, images.class, split, state, width, height, hash, bytes, modified_at,
        suggestions.class AS suggested, suggestions.confidence
      FROM json_each(?) AS list JOIN images ON images.id = list.value
      LEFT JOIN suggestions ON suggestions.image = images.id
      ORDER BY list.key`,
      JSON.stringify(ids),
    )
    .map(({ id, path, class: label, split, state, width, height, suggested, confidence, ...content }) => ({
      id,
      path,
      class: label,
      split,
      state,
      suggestion: suggested === null || confidence === null ? null : { class: suggested, confidence },
      width,
      height,
      version: versionOf(content),
    }))
}
