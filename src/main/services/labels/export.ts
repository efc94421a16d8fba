// Task `export-labels`: labels as a CSV or as folders of copies; whole under its name, or not there at all.
import { randomUUID } from 'node:crypto'
import { link, mkdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileError } from '../../../node/file-error.ts'
import { writeFileAtomic } from '../../../node/files.ts'
import type { TaskResult } from '../../../shared/contract/task-results.ts'
import { AppError } from '../../../shared/errors.ts'
import type { OpenProject, Studio } from '../context.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { copyFolders } from './copy-folders.ts'
import { toCell } from './csv-cell.ts'
import { countExported, exportedImages, hasOneSource } from './exported-images.ts'

type Written = Pick<Extract<TaskResult, { kind: 'export-labels' }>, 'images' | 'missing'>

/** @throws AppError 'bad-option' for a relative path */
export function exportLabels(studio: Studio, project: OpenProject, format: 'csv' | 'folders', to: string): { task: string } {
  if (!isAbsolute(to)) throw new AppError('bad-option', `to: expected an absolute path, found ${to}`)
  return studio.tasks.start({ kind: 'export-labels', project: project.id, subject: to }, async (context): Promise<TaskResult> => {
    if (await exists(to)) throw taken(to)
    // Beside the place where it goes: renaming within one disk is all or nothing.
    const temporary = join(dirname(to), `.${basename(to)}.${randomUUID()}.tmp`)
    try {
      const written =
        format === 'csv' ? await writeCsv(project, temporary, to, context) : await writeFolders(project, temporary, to, context)
      return { kind: 'export-labels', path: to, ...written }
    } catch (error) {
      throw fileError(error, 'write', to) ?? error
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  })
}

async function writeCsv(project: OpenProject, temporary: string, to: string, context: TaskContext): Promise<Written> {
  let images = 0
  const total = countExported(project.db, false)
  const isRelative = hasOneSource(project.db)
  async function* lines(): AsyncGenerator<string> {
    yield 'path,label,split\r\n'
    for (const page of exportedImages(project.db, false)) {
      if (context.signal.aborted) throw stopped(to)
      yield page
        .map(({ folder, path, label, split }) => [isRelative ? path : join(folder, path), label ?? '', split ?? ''].map(toCell).join(','))
        .map((line) => `${line}\r\n`)
        .join('')
      images += page.length
      context.progress({ task: `writing ${to}`, done: images, total, unit: 'images' })
      await setImmediate()
    }
  }
  await writeFileAtomic(temporary, lines())
  // A link is refused where there is a file by now; not every file system has links.
  await link(temporary, to).catch(async () => {
    if (await exists(to)) throw taken(to)
    await rename(temporary, to)
  })
  return { images, missing: 0 }
}

async function writeFolders(project: OpenProject, temporary: string, to: string, context: TaskContext): Promise<Written> {
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
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function taken(path: string): AppError {
  return new AppError('conflict', `${path}: expected nothing there yet, found something; nothing is overwritten`, { details: { path } })
}

function stopped(path: string): AppError {
  return new AppError('stopped', `${path}: stopped, and what was written of it is removed`)
}
