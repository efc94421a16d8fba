// Writes the predictions of a task as a CSV.
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import { AppError } from '../../../shared/errors.ts'
import type { PredictionLine } from '../../../shared/lines.ts'
import { predictionHeader, predictionRow } from '../../../shared/prediction-table.ts'
import { requireNothing, writeNewFile } from '../../new-file.ts'
import { mustBeAbsolute } from '../projects/folder.ts'

/** @throws AppError 'bad-option' for a relative path, 'conflict' where there is something already, 'not-found' or 'no-access' for its folder */
export async function checkCsv(path: string): Promise<void> {
  mustBeAbsolute('csv', path)
  await requireNothing(path)
  const folder = dirname(path)
  const found = await stat(folder).catch((error: unknown) => {
    throw fileError(error, 'write', folder) ?? error
  })
  if (!found.isDirectory()) throw new AppError('no-access', `cannot write ${path}: expected a folder at ${folder}, found a file`)
}

/** Writes a new file in one go. @throws AppError 'conflict' where there is one by now, 'no-access', 'disk-full' */
export async function writeCsv(path: string, top: number, lines: AsyncIterable<PredictionLine>): Promise<void> {
  await writeNewFile(path, rows(top, lines))
}

async function* rows(top: number, lines: AsyncIterable<PredictionLine>): AsyncGenerator<string> {
  yield predictionHeader(top)
  for await (const line of lines) yield predictionRow(line, top)
}
