// Images of a project that look most like one, by the features that suggestions are made of.
import { join } from 'node:path'
import { writeFileAtomic } from '../../../node/files.ts'
import type { Backbone } from '../../../shared/contract/backbones.ts'
import type { ImageRow } from '../../../shared/contract/images.ts'
import { AppError } from '../../../shared/errors.ts'
import { listBackbones } from '../backbones/index.ts'
import type { OpenProject, Studio } from '../context.ts'
import { readRows } from '../images/rows.ts'
import { latestModel } from '../predictions/models.ts'
import { withScratch } from '../predictions/scratch.ts'
import { listImages } from './list-images.ts'

export interface SimilarImage {
  readonly image: ImageRow
  readonly similarity: number
}

export interface Wanted {
  readonly file: string
  /** Of the content, hexadecimal; null where nobody has read it yet. */
  readonly hash: string | null
  /** Id of the image, which is not its own neighbour; null for a file that is none of the project. */
  readonly id: number | null
  readonly labelled: boolean
  readonly count: number
  /** Labelled images whose features are computed at most, beside the file's own; absent = what is there must do. */
  readonly compute?: number
}

/** By the first backbone of which there are features of the image, the latest model's before others. Null where there is none.
 * @throws AppError 'not-found' for an image that the project does not have */
export async function similarImages(
  studio: Studio,
  project: OpenProject,
  { image, count, labelled }: { readonly image: number; readonly count: number; readonly labelled: boolean },
  signal: AbortSignal,
): Promise<SimilarImage[] | null> {
  const found = project.db.get<{ folder: string; path: string; hash: string }>(
    `SELECT sources.folder, images.path, coalesce(lower(hex(images.hash)), images.bytes || '-' || images.modified_at || '-' || images.id) AS hash
    FROM images JOIN sources ON sources.id = images.source WHERE images.id = ? AND images.excluded = 0`,
    image,
  )
  if (!found) throw new AppError('not-found', `image ${image}: expected one of the project, found none`)
  const wanted: Wanted = { file: join(found.folder, found.path), hash: found.hash, id: image, labelled, count }
  const usual = latestModel(project)?.run.config.backbone
  const there = (await listBackbones(studio)).filter(({ available }) => available)
  const inTurn = there.toSorted((a, b) => Number(b.id === usual) - Number(a.id === usual))
  return nearestBy(studio, project, inTurn, wanted, signal)
}

/** By the first of the backbones of which there are features of the file, or they could be computed. Null where there is none. */
export async function nearestBy(
  studio: Studio,
  project: OpenProject,
  backbones: readonly Backbone[],
  { labelled, id, count, compute, ...image }: Wanted,
  signal: AbortSignal,
): Promise<SimilarImage[] | null> {
  if (backbones.length === 0) return null
  return withScratch(async (folder) => {
    const list = join(folder, 'list.ndjson')
    const condition = `images.id <> ${id ?? 0} AND ${labelled ? 'images.class IS NOT NULL' : 'true'}`
    await writeFileAtomic(list, listImages(project, [condition], signal))
    for (const { file, sha256, normalize } of backbones) {
      const { images, known } = await studio.engine.run<'similar'>(
        {
          job: 'similar',
          backbone: file,
          backboneHash: sha256,
          ...(normalize && { normalize }),
          image: { file: image.file, hash: image.hash },
          list,
          count,
          ...(compute !== undefined && { compute }),
        },
        { subject: 'similar images', priority: 'foreground', signal },
      )
      if (known) return withRows(project, images)
    }
    return null
  })
}

/** Images that have gone meanwhile are left out. */
function withRows({ db }: OpenProject, images: readonly { readonly id: number; readonly similarity: number }[]): SimilarImage[] {
  const ids = images.map(({ id }) => id)
  const rows = new Map(readRows(db, ids).map((row) => [row.id, row]))
  return images.flatMap(({ id, similarity }) => {
    const row = rows.get(id)
    return row ? [{ image: row, similarity }] : []
  })
}
