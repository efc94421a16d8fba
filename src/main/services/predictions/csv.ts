// Predictions as a CSV: file, class, probability, the classes after it, and the reason where there is none.
import { link, rename, rm, stat } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import { writeFileAtomic } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import type { PredictionLine } from '../../../shared/lines.ts'

/** @throws AppError 'bad-option' for a relative path, 'conflict' where there is something already, 'not-found' or 'no-access' for its folder */
export async function checkCsv(path: string): Promise<void> {
  if (!isAbsolute(path)) throw new AppError('bad-option', `csv: expected an absolute path, found ${path}`)
  if (await exists(path)) throw taken(path)
  const folder = dirname(path)
  const found = await stat(folder).catch((error: unknown) => {
    throw fileError(error, 'write', folder) ?? error
  })
  if (!found.isDirectory()) throw new AppError('no-access', `cannot write ${path}: expected a folder at ${folder}, found a file`)
}

/** Writes a new file in one go. @throws AppError 'conflict' where there is one by now, 'no-access', 'disk-full' */
export async function writeCsv(path: string, top: number, lines: AsyncIterable<PredictionLine>): Promise<void> {
  const whole = join(dirname(path), `.${basename(path)}.${randomUUID()}.csv`)
  try {
    await writeFileAtomic(whole, rows(top, lines))
    await place(whole, path)
  } finally {
    await rm(whole, { force: true })
  }
}

/** A link is refused where there is a file; not every file system has links. */
async function place(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw taken(to)
    if (await exists(to)) throw taken(to)
    await rename(from, to).catch((failure: unknown) => {
      throw fileError(failure, 'write', to) ?? failure
    })
  }
}

async function* rows(top: number, lines: AsyncIterable<PredictionLine>): AsyncGenerator<string> {
  const further = Array.from({ length: top - 1 }, (_, i) => [`class_${i + 2}`, `probability_${i + 2}`])
  yield row(['file', 'class', 'probability', ...further.flat(), 'problem'])
  for await (const { file, classes, problem } of lines) {
    const cells = Array.from({ length: top }, (_, i) => [classes[i]?.name ?? '', classes[i] ? String(classes[i].probability) : ''])
    yield row([file, ...cells.flat(), problem ?? ''])
  }
}

/** RFC 4180. */
function row(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function taken(path: string): AppError {
  return new AppError('conflict', `${path}: expected no file there yet, found one; nothing is overwritten`, { details: { path } })
}
