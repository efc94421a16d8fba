// Task `export-labels`: labels as a CSV or as folders of copies; whole under its name, or not there at all.
import { mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileError } from '../../../node/file-error.ts'
import { besideOf } from '../../../node/files.ts'
import type { TaskResult } from '../../../shared/contract/task-results.ts'
import { AppError } from '../../../shared/errors.ts'
import { toRow } from '../../../shared/csv.ts'
import { requireNothing, taken, writeNewFile } from '../../new-file.ts'
import type { OpenProject, Studio } from '../context.ts'
import { mustBeAbsolute } from '../projects/folder.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { copyFolders } from './copy-folders.ts'
import { countExported, exportedImages, hasOneSource } from './exported-images.ts'

type Written = Pick<Extract<TaskResult, { kind: 'export-labels' }>, 'images' | 'missing'>

/** @throws AppError 'bad-option' for a relative path */
export function exportLabels(studio: Studio, project: OpenProject, format: 'csv' | 'folders', to: string): { task: string } {
  mustBeAbsolute('to', to)
  return studio.tasks.start({ kind: 'export-labels', project: project.id, subject: to }, async (context): Promise<TaskResult> => {
    await requireNothing(to)
    const write = format === 'csv' ? writeCsv : writeFolders
    return { kind: 'export-labels', path: to, ...(await write(project, to, context)) }
  })
}

async function writeCsv(project: OpenProject, to: string, context: TaskContext): Promise<Written> {
  let images = 0
  const total = countExported(project.db, false)
  const isRelative = hasOneSource(project.db)
  async function* lines(): AsyncGenerator<string> {
    yield toRow(['path', 'label', 'split'])
    for (const page of exportedImages(project.db, false)) {
      if (context.signal.aborted) throw stopped(to)
      yield page.map(({ folder, path, label, split }) => toRow([isRelative ? path : join(folder, path), label ?? '', split ?? ''])).join('')
      images += page.length
      context.progress({ task: `writing ${to}`, done: images, total, unit: 'images' })
      await setImmediate()
    }
  }
  await writeNewFile(to, lines())
  return { images, missing: 0 }
}

async function writeFolders(project: OpenProject, to: string, context: TaskContext): Promise<Written> {
  const temporary = besideOf(to)
  try {
    await mkdir(temporary)
    const written = await copyFolders(project.db, temporary, {
      progress: (done, total) => {
        if (context.signal.aborted) throw stopped(to)
        context.progress({ task: `copying to ${to}`, done, total, unit: 'images' })
      },
    })
    // Renaming would replace an empty folder: taking the name first is refused where there is one by now.
    await mkdir(to).catch((error: unknown) => {
      throw error instanceof Error && 'code' in error && error.code === 'EEXIST' ? taken(to) : error
    })
    if (process.platform === 'win32') await rmdir(to)
    await rename(temporary, to)
    return written
  } catch (error) {
    throw fileError(error, 'write', to) ?? error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

function stopped(path: string): AppError {
  return new AppError('stopped', `${path}: stopped, and what was written of it is removed`)
}
