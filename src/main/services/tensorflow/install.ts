// Sets TensorFlow up: everything is made beside its folder, which gets its name when it is whole and has been loaded once.
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { installedTensorFlow, noteFile } from '../../../node/tensorflow.ts'
import type { TensorFlowNote } from '../../../node/tensorflow.ts'
import { fileError } from '../../../node/file-error.ts'
import { makeFolder, writeJson } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { fromPackage } from './from-package.ts'
import { fromWheel } from './from-wheel.ts'
import type { Places } from './from-wheel.ts'
import { sizeOf } from './room.ts'
import { obstacle, sources } from './sources.ts'
import type { Source } from './sources.ts'

export interface InstallOptions {
  /** TensorFlow's own folder. */
  readonly folder: string
  readonly resources: string
  /** The engine's Node. */
  readonly node: string
}

/** Other than its folder: what is under way beside it. */
const beside = (folder: string, what: string): string => `${folder}.${what}`

/** Replaces what is there. What was downloaded stays for another attempt if this one fails, and goes if it does not.
 * @throws AppError 'bad-option' for an unknown source, 'unsupported' with what is missing, 'conflict' where the folder holds something else, 'unreachable', 'bad-data', 'disk-full', 'no-access', 'stopped' */
export async function install(id: string, { folder, resources, node }: InstallOptions, context: TaskContext): Promise<TensorFlowNote> {
  const source = sourceOf(id)
  const reason = await obstacle(source)
  if (reason !== null) throw new AppError('unsupported', `TensorFlow ${source.version}: ${reason}`)
  await requireOwn(folder)
  const places: Places = {
    target: beside(folder, 'new'),
    scratch: beside(folder, 'scratch'),
    cache: join(beside(folder, 'downloads'), id),
    resources,
    node,
  }
  await clear(places)
  await makeFolder(places.target)
  await makeFolder(places.scratch)
  try {
    const made = source.wheel === null ? await fromPackage(source, places, context) : await fromWheel(source, places, context)
    const note = { ...made, bytes: await sizeOf(places.target) }
    await writeJson(noteFile(places.target), note)
    await replace(folder, places.target)
    await rm(beside(folder, 'downloads'), { recursive: true, force: true })
    return note
  } finally {
    await clear(places)
  }
}

/** What was there goes once the new one has its place. Libraries in use cannot be deleted on Windows: the next attempt does it. */
async function replace(folder: string, made: string): Promise<void> {
  const old = beside(folder, 'old')
  await rm(old, { recursive: true, force: true })
  const isReplaced = existsSync(folder)
  if (isReplaced) await rename(folder, old)
  await rename(made, folder)
  if (isReplaced) await rm(old, { recursive: true, force: true }).catch(() => undefined)
}

/** Removes it, and what attempts have left. @throws AppError 'conflict' where the folder holds something else, 'no-access' */
export async function remove(folder: string): Promise<void> {
  await requireOwn(folder)
  const rest = ['old', 'new', 'scratch', 'downloads'].map((what) => beside(folder, what))
  for (const path of rest) await rm(path, { recursive: true, force: true })
  if (!existsSync(folder)) return
  // Gone as a whole, whatever happens from here on.
  const old = beside(folder, 'old')
  await rename(folder, old).catch((error: unknown) => {
    throw fileError(error, 'remove', folder) ?? error
  })
  await rm(old, { recursive: true, force: true })
}

/** A person may have named any folder. @throws AppError 'conflict' where it is neither ours nor empty */
async function requireOwn(folder: string): Promise<void> {
  if (existsSync(noteFile(folder)) || (await readdir(folder).catch(() => [])).length === 0) return
  throw new AppError('conflict', `${folder}: expected TensorFlow's own folder or an empty one, found other files in it`)
}

export function sourceOf(id: string): Source {
  const source = sources.find((one) => one.id === id)
  if (!source) throw new AppError('bad-option', `source: expected one of ${sources.map((one) => one.id).join(', ')}, found ${id}`)
  return source
}

/** What is there, and what could be. */
export async function status(folder: string): Promise<{
  readonly folder: string
  readonly installed: TensorFlowNote | null
  readonly sources: (Omit<Source, 'wheel'> & { readonly obstacle: string | null })[]
}> {
  const offered = sources.map(async ({ wheel, ...source }) => ({ ...source, obstacle: await obstacle({ wheel, ...source }) }))
  return { folder, installed: installedTensorFlow(folder), sources: await Promise.all(offered) }
}

async function clear({ target, scratch }: Places): Promise<void> {
  await rm(target, { recursive: true, force: true })
  await rm(scratch, { recursive: true, force: true })
}
