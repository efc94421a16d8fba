// What a project's images are like, in numbers.
import { setImmediate } from 'node:timers/promises'
import type { ServiceApi } from '../../../shared/contract/define.ts'
import type { images } from '../../../shared/contract/images.ts'
import type { Database } from '../../storage/database.ts'

export type Statistics = Awaited<ReturnType<ServiceApi<typeof images>['statistics']>>

/** Upper limits of the bins for short sides, pixels: half an octave each, and the usual sizes of networks among them. */
const limits = [32, 48, 64, 96, 128, 160, 224, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 16_384, 32_768, 2 ** 31]

/** Excluded images do not count. Question by question: each takes some 30 ms for 100,000 images, and others get their turn in between. */
export async function statistics(db: Database): Promise<Statistics> {
  const all = db.get<Record<'images' | 'labelled' | 'missing' | 'unreadable' | 'bytes', number>>(
    `SELECT count(*) AS images, count(class) AS labelled, count(*) FILTER (WHERE state = 'missing') AS missing,
      count(*) FILTER (WHERE state = 'unreadable') AS unreadable, coalesce(sum(bytes), 0) AS bytes
     FROM images WHERE excluded = 0`,
  ) ?? { images: 0, labelled: 0, missing: 0, unreadable: 0, bytes: 0 }
  await setImmediate()
  const { duplicates } = db.get<{ duplicates: number }>(
    'SELECT count(hash) - count(DISTINCT hash) AS duplicates FROM images WHERE excluded = 0',
  ) ?? { duplicates: 0 }
  await setImmediate()
  const formats = db.all<{ format: string; n: number }>(
    `SELECT format, count(*) AS n FROM images WHERE excluded = 0 AND format <> '' GROUP BY format`,
  )
  await setImmediate()
  const sides = db.all<{ side: number; n: number }>(
    'SELECT min(width, height) AS side, count(*) AS n FROM images WHERE excluded = 0 AND width > 0 GROUP BY side ORDER BY side',
  )
  await setImmediate()
  const classes = db.all<{ class: number; n: number }>(
    `SELECT classes.id AS class, count(images.id) AS n FROM classes LEFT JOIN images ON images.class = classes.id AND images.excluded = 0
     GROUP BY classes.id ORDER BY classes.position`,
  )
  return {
    ...all,
    duplicates,
    formats: Object.fromEntries(formats.map(({ format, n }) => [format, n])),
    shortSides: limits
      .map((below, i) => ({
        below,
        images: sides.filter(({ side }) => side < below && side >= (limits[i - 1] ?? 0)).reduce((sum, { n }) => sum + n, 0),
      }))
      .filter(({ images }) => images > 0),
    classes: classes.map(({ class: id, n }) => ({ class: id, images: n })),
  }
}
