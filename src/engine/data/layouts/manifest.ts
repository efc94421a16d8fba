// A run's manifest: images, splits and labels as the application decided on them.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DataError } from '../../../core/data/data-error.ts'
import type { ImageSet } from '../../../core/data/image-set.ts'
import { readNdjson } from '../../../node/files.ts'
import { manifestHeaderSchema, manifestImageSchema } from '../../../shared/manifest.ts'

export interface Manifest {
  readonly set: ImageSet
  /** Indices into `set.images`. */
  readonly labelled: readonly number[]
  readonly unlabelled: readonly number[]
  readonly validation: readonly number[]
  readonly test: readonly number[]
  /** The application's id of each image. */
  readonly ids: readonly number[]
  /** Over all that decides a run's numbers: names, contents, classes, splits, labels. */
  readonly hash: string
}

/** @throws DataError 'not-found', or 'bad-data' naming the line. */
export async function readManifest(path: string): Promise<Manifest> {
  const [first, ...lines] = await readNdjson(path)
  if (first === undefined) throw new DataError('not-found', path, `expected a run's list of images, found none`)
  const header = manifestHeaderSchema.safeParse(first)
  if (!header.success) throw damaged(path, 1, header.error)
  const { classes, roots } = header.data
  const hash = createHash('sha256').update(JSON.stringify(classes.map(({ name }) => name)))
  const parts = { labelled: [] as number[], unlabelled: [] as number[], validation: [] as number[], test: [] as number[] }
  const ids: number[] = []
  // One folder: paths relative to it. Several: whole paths, which `join` with an empty root leaves as they are.
  const [root = '', another] = roots
  const images = lines.map((line, index) => {
    const { data: image, error } = manifestImageSchema.safeParse(line)
    const place = image && roots[image.root]
    if (
      !image ||
      place === undefined ||
      (image.class !== null && image.class >= classes.length) ||
      (image.class === null && image.labelled)
    )
      throw damaged(path, index + 2, error)
    hash.update(JSON.stringify([image.path, image.hash, image.class, image.split, image.labelled]))
    ids.push(image.id)
    const at = image.at ?? image.path
    if (image.split !== 'train') parts[image.split].push(index)
    else parts[image.labelled ? 'labelled' : 'unlabelled'].push(index)
    return {
      path: another === undefined ? at : join(place, at),
      class: image.class,
      split: image.split,
      bytes: image.bytes,
    }
  })
  const set: ImageSet = {
    root: another === undefined ? root : '',
    layout: 'manifest',
    classes: classes.map(({ name }) => name),
    images,
    skipped: [],
  }
  return { set, ...parts, ids, hash: hash.digest('hex') }
}

function damaged(path: string, line: number, cause: unknown): DataError {
  return new DataError('bad-data', path, `line ${line}: expected a line of a run's list of images, found another`, { cause })
}
