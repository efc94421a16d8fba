// Reads the labels of a folder in a published layout: its files are the project's own, or have the same content as an image of it.
import { join } from 'node:path'
import { writeFileAtomic } from '../../../node/files.ts'
import { wayBelow } from '../../../node/inside.ts'
import type { ReadFile, SameFile } from '../../../shared/scan.ts'
import type { OpenProject, Studio } from '../context.ts'
import { findImages } from '../images/find.ts'
import { withScratch } from '../predictions/scratch.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { GivenLabels } from './given.ts'

type Found = SameFile & Partial<Pick<ReadFile, 'hash'>>

const batch = 2000

/** @param folder its real path
 * @throws AppError as the engine does; 'bad-data' where copies of one image have different labels */
export async function readFolderLabels(studio: Studio, project: OpenProject, folder: string, context: TaskContext): Promise<GivenLabels> {
  const files: Found[] = []
  await withScratch(async (scratch) => {
    const known = join(scratch, 'known.ndjson')
    await writeFileAtomic(known, knownFiles(project, folder))
    let total: number | null = null
    await studio.engine.run(
      { job: 'scan', folder, known, except: [], labels: true, threads: 2 },
      {
        priority: 'foreground',
        subject: `labels of ${folder}`,
        signal: context.signal,
        onEvent: (event) => {
          if (event.event === 'scan') total = event.images
          if (event.event !== 'files') return
          files.push(...event.same, ...event.read)
          context.progress({ task: `reading ${folder}`, done: files.length, total, unit: 'images' })
        },
      },
    )
  })
  return match(project, folder, files)
}

async function match(project: OpenProject, folder: string, files: readonly Found[]): Promise<GivenLabels> {
  const given = new GivenLabels()
  for (let from = 0; from < files.length; from += batch) {
    const part = files.slice(from, from + batch)
    const byFile = await findImages(
      project,
      part.map(({ path }) => join(folder, path)),
    )
    for (const [i, { path, class: label, split, hash }] of part.entries()) {
      const found = byFile[i] ?? null
      const images = found === null ? byContent(project, hash) : [found]
      if (images.length === 0) given.addUnknown(path)
      for (const image of images) given.add(image, { class: label, split }, path)
    }
  }
  return given
}

function byContent({ db }: OpenProject, hash: string | null | undefined): number[] {
  if (hash === null || hash === undefined) return []
  return db.all<{ id: number }>('SELECT id FROM images WHERE hash = ? AND excluded = 0', Buffer.from(hash, 'hex')).map(({ id }) => id)
}

/** Files of the folder that are the project's: the engine need not read them. */
function* knownFiles({ db }: OpenProject, folder: string): Generator<string> {
  const rows = db.each<{ folder: string; path: string; bytes: number; modified_at: number }>(
    'SELECT folder, path, bytes, modified_at FROM images JOIN sources ON sources.id = images.source WHERE excluded = 0',
  )
  for (const { folder: source, path, bytes, modified_at: modifiedAt } of rows) {
    const way = wayBelow(folder, join(source, path))
    if (way !== null) yield `${JSON.stringify([way, bytes, modifiedAt])}\n`
  }
}
