// The folders that a project's images lie in.
import { isFolder } from '../../../node/files.ts'
import type { ServiceApi } from '../../../shared/contract/define.ts'
import type { images } from '../../../shared/contract/images.ts'
import { importReport } from '../../../shared/contract/task-results.ts'
import type { ImportReport } from '../../../shared/contract/task-results.ts'
import type { OpenProject } from '../context.ts'

export type SourceList = Awaited<ReturnType<ServiceApi<typeof images>['sources']>>

interface Stored {
  readonly id: number
  readonly folder: string
  readonly watched: number
  readonly scanned_at: string | null
  readonly report: string | null
  readonly images: number
}

/** In the order in which they came. */
export async function listSources({ db }: OpenProject): Promise<SourceList> {
  const sources = db.all<Stored>(
    `SELECT id, folder, watched, scanned_at, report,
      (SELECT count(*) FROM images WHERE images.source = sources.id) -
      (SELECT count(*) FROM images WHERE images.source = sources.id AND images.excluded = 1) AS images
     FROM sources ORDER BY id`,
  )
  return {
    sources: await Promise.all(
      sources.map(async ({ id, folder, images, watched, scanned_at: scannedAt, report }) => ({
        id,
        folder,
        images,
        available: await isFolder(folder),
        watched: watched === 1,
        scannedAt,
        // Null too for one that another version has written.
        report: report === null ? null : (importReport.safeParse(JSON.parse(report)).data ?? null),
      })),
    ),
  }
}

/** What a scan has found, for those who ask after a restart. */
export function keepReport({ db }: OpenProject, source: number, report: ImportReport): void {
  db.run('UPDATE sources SET report = ? WHERE id = ?', JSON.stringify(report), source)
}
