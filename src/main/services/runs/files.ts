// What a run leaves in its folder, read for those who ask.
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import { readNdjson } from '../../../node/files.ts'
import type { Split } from '../../../shared/contract/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import { progressSchema } from '../../../shared/events.ts'
import type { JobEvent } from '../../../shared/events.ts'
import { evaluationFileName, judgedImageSchema, manifestFileName, manifestHeaderSchema } from '../../../shared/manifest.ts'
import type { JudgedImage, ManifestHeader } from '../../../shared/manifest.ts'
import type { Run } from '../../../shared/contract/runs.ts'

export const logFileName = 'engine.log'

export interface MetricsLine {
  readonly index: number
  readonly at: string | null
  readonly event: JobEvent
}

/** @returns lines from `after` on, at most `limit`, and where to go on */
export async function readMetrics(folder: string, after: number, limit: number): Promise<{ lines: MetricsLine[]; next: number }> {
  const all = await readNdjson(join(folder, 'metrics.ndjson'))
  const part = all.slice(after, after + limit)
  const lines = part.flatMap((line, i) => {
    const { data: event } = progressSchema.safeParse(line)
    return event ? { index: after + i, at: timeOf(line), event } : []
  })
  return { lines, next: Math.min(all.length, after + part.length) }
}

function timeOf(line: unknown): string | null {
  const at: unknown = typeof line === 'object' && line !== null && 'at' in line ? line.at : null
  return typeof at === 'string' ? at : null
}

/** The last lines of what the engine printed. */
export async function readLog(folder: string, lines: number): Promise<string[]> {
  const path = join(folder, logFileName)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const failure = fileError(error, 'read', path)
    if (failure?.code === 'not-found') return ''
    throw failure ?? error
  })
  return text.trimEnd() === '' ? [] : text.trimEnd().split('\n').slice(-lines)
}

/** The first line of a run's list of images. The others, one an image, are not read.
 * @throws AppError 'bad-data' where there is none */
export async function readHeader(folder: string): Promise<ManifestHeader> {
  const path = join(folder, manifestFileName)
  try {
    const file = await open(path)
    try {
      for await (const line of file.readLines()) return manifestHeaderSchema.parse(JSON.parse(line))
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new AppError('bad-data', `${path}: expected a run's list of images, found none`, { cause: error })
  }
  throw new AppError('bad-data', `${path}: expected a run's list of images, found an empty file`)
}

/** Of a finished run. @throws AppError 'conflict' where it is not finished */
export async function readJudged(folder: string, run: Run, split: Exclude<Split, 'train'>): Promise<JudgedImage[]> {
  const lines = await readNdjson(join(folder, evaluationFileName))
  if (lines.length === 0 && !run.hasModel)
    throw new AppError('conflict', `run ${run.name}: expected a finished run, found it ${run.state} and without a model`)
  return lines.map((line) => judgedImageSchema.parse(line)).filter((image) => image.split === split)
}
