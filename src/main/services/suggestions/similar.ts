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
import { makeScratch, removeScratch } from '../predictions/scratch.ts'
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
  for (const backbone of there.toSorted((a, b) => Number(b.id === usual) - Number(a.id === usual))) {
    const images = await nearestBy(studio, project, backbone, wanted, signal)
    if (images) return images
  }
  return null
}

/** Null where there are no features of the file, and none could be computed. */
export async function nearestBy(
  studio: Studio,
  project: OpenProject,
  { file, sha256, normalize }: Backbone,
  { labelled, id, count, compute, ...image }: Wanted,
  signal: AbortSignal,
): Promise<SimilarImage[] | null> {
  const folder = await makeScratch()
  try {
    const list = join(folder, 'list.ndjson')
    await writeFileAtomic(list, listImages(project, [`images.id <> ${id ?? 0} AND ${labelled ? 'images.class IS NOT NULL' : 'true'}`]))
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
    if (!known) return null
    const rows = new Map(
      readRows(
        project.db,
        images.map((one) => one.id),
      ).map((row) => [row.id, row]),
    )
    return images.flatMap(({ id: other, similarity }) => {
      const row = rows.get(other)
      return row ? [{ image: row, similarity }] : []
    })
  } finally {
    await removeScratch(folder)
  }
}
