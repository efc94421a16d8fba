// Service `images`.
import type { Handlers } from '../../../shared/contract/index.ts'
import { systemTrash } from '../../trash.ts'
import type { Trash } from '../../trash.ts'
import type { Studio } from '../context.ts'
import { recordAction } from '../history/record.ts'
import { revisionOf } from '../projects/facts.ts'
import { imageDetails } from './details.ts'
import { similarImages } from '../suggestions/similar.ts'
import { findImages } from './find.ts'
import { duplicateGroups, unreadableFiles } from './groups.ts'
import { Scans } from './import.ts'
import { findNearDuplicates } from './near-duplicates.ts'
import { countImages, imageIds, selectionSql } from './query.ts'
import { readRows } from './rows.ts'
import { listSources } from './sources.ts'
import { statistics } from './statistics.ts'
import { discardUnusedUploads } from './uploads.ts'
import { Watching } from './watching.ts'

/** @param trash for tests, which have none */
export function images(studio: Studio, trash: Trash = systemTrash): Handlers['images'] {
  const open = (id: string): ReturnType<Studio['projects']['get']> => studio.projects.get(id)
  const scans = new Scans(studio)
  const watching = new Watching(studio, scans)
  studio.projects.onOpened((project) => {
    discardUnusedUploads(project, trash).catch((error: unknown) => studio.log.error(`${project.folder}: uploads that nobody uses`, error))
  })
  return {
    import: async ({ project, folder, labels }) => {
      const started = await scans.import(open(project), folder, labels)
      // A folder that is new is watched like the others.
      studio.tasks
        .wait(started.task)
        .then(() => watching.refresh(project))
        .catch((error: unknown) => studio.log.error(`watching ${folder}`, error))
      return started
    },
    rescan: ({ project, source }) => scans.rescan(open(project), source),
    sources: ({ project }) => listSources(open(project)),
    watch: async ({ project, on }) => {
      await watching.set(open(project), on)
      return listSources(open(project))
    },
    list: ({ project, filter, order, offset, limit }) => {
      const { db } = open(project)
      const ids = imageIds(db, filter, order, offset, limit)
      return { images: readRows(db, ids), total: countImages(db, filter), revision: revisionOf(db) }
    },
    ids: ({ project, filter, order }) => {
      const { db } = open(project)
      return { images: imageIds(db, filter, order), revision: revisionOf(db) }
    },
    rows: ({ project, images }) => {
      const { db } = open(project)
      return { images: readRows(db, images), revision: revisionOf(db) }
    },
    get: ({ project, image }) => imageDetails(open(project).db, image),
    find: async ({ project, files }) => ({ images: await findImages(open(project), files) }),
    similar: async ({ project, image, count, labelled }, { signal }) => {
      const found = await similarImages(studio, open(project), { image, count, labelled }, signal)
      return { images: found ?? [], computed: found !== null }
    },
    statistics: ({ project }) => statistics(open(project).db),
    duplicates: ({ project, kind, offset, limit }) => duplicateGroups(open(project).db, kind, offset, limit),
    findNearDuplicates: ({ project }) => findNearDuplicates(studio, open(project)),
    unreadable: ({ project, offset, limit }) => unreadableFiles(open(project).db, offset, limit),
    exclude: ({ project, selection }) => {
      const { images: count } = recordAction(studio, open(project), { kind: 'exclude', subject: null }, (recorder) =>
        recorder.exclude(selectionSql(selection), true),
      )
      return { images: count }
    },
    include: ({ project }) => {
      const { images: count } = recordAction(studio, open(project), { kind: 'include', subject: null }, (recorder) =>
        recorder.exclude({ sql: 'images.excluded = 1', values: [] }, false),
      )
      return { images: count }
    },
  }
}
