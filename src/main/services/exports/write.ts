// Makes the folder of an export: everything in it, or no folder.
import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import { besideOf, copyOntoDisk, readJson, renameOntoDisk, writeFileAtomic } from '../../../node/files.ts'
import { hashModel } from '../../../node/model-files.ts'
import { AppError } from '../../../shared/errors.ts'
import { listBackbones } from '../backbones/index.ts'
import type { OpenProject, Studio } from '../context.ts'
import type { TrainedRun } from '../predictions/models.ts'
import { modelCard, runRecord } from './card.ts'
import type { RunRecord } from './card.ts'
import { checkParity } from './parity.ts'
import type { Parity } from './parity.ts'
import { javaScript, python } from './samples.ts'

export interface Written {
  readonly files: { readonly path: string; readonly bytes: number }[]
  readonly parity: Parity | null
}

/** @throws AppError 'conflict' where there is something in the folder already */
export async function requireFree(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    const failure = fileError(error, 'write', folder)
    if (failure?.code === 'not-found') return []
    throw failure ?? error
  })
  if (entries.length > 0)
    throw new AppError('conflict', `${folder}: expected a new or empty folder, found ${entries.length} files or folders in it`, {
      details: { path: folder },
    })
}

/** @throws AppError 'no-access', 'disk-full', 'conflict', 'bad-data' (the run's record cannot be read), 'stopped' */
export async function writeExport(
  studio: Studio,
  project: OpenProject,
  trained: TrainedRun,
  folder: string,
  signal: AbortSignal,
): Promise<Written> {
  const record = await readRecord(trained)
  const temporary = besideOf(folder)
  try {
    await mkdir(temporary, { recursive: true })
    const model = join(temporary, 'model.onnx')
    await copyOntoDisk(trained.model, model)
    const { sha256, bytes } = await hashModel(model, [])
    const parity = await checkParity(studio, project, trained.folder, model, record.classes, signal)
    const backbone = (await listBackbones(studio)).find(({ id }) => id === trained.run.config.backbone)?.name ?? null
    const facts = { run: trained.run, record, backbone, parity, sha256, bytes, at: new Date().toISOString() }
    const texts = {
      'labels.txt': record.classes.map((name) => `${name.replace(/\s+/g, ' ')}\n`).join(''),
      'model-card.md': modelCard(facts),
      'predict.py': python,
      'predict.mjs': javaScript,
    }
    for (const [name, text] of Object.entries(texts)) await writeFileAtomic(join(temporary, name), text)
    if (signal.aborted) throw new AppError('stopped', 'stopped while an export was written')
    await requireFree(folder)
    // Windows renames onto nothing only.
    await rmdir(folder).catch(() => undefined)
    await renameOntoDisk(temporary, folder)
    const names = ['model.onnx', ...Object.keys(texts)]
    const files = await Promise.all(names.map(async (path) => ({ path, bytes: (await stat(join(folder, path))).size })))
    return { files, parity }
  } catch (error) {
    throw fileError(error, 'write', folder) ?? error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function readRecord({ folder, run }: TrainedRun): Promise<RunRecord> {
  const { data, error } = runRecord.safeParse(await readJson(join(folder, 'run.json')))
  if (!data)
    throw new AppError('bad-data', `run ${run.name}: expected its record in ${join(folder, 'run.json')}, found something else`, {
      cause: error,
    })
  return data
}
