// Service `backbones`: pre-trained networks that the application keeps, inspected by the engine before they are taken in.
import { realpath } from 'node:fs/promises'
import { basename, extname, isAbsolute, join } from 'node:path'
import type { Backbone } from '../../../shared/contract/backbones.ts'
import type { Handlers } from '../../../shared/contract/index.ts'
import { AppError } from '../../../shared/errors.ts'
import { starterId } from '../../../shared/starter.ts'
import type { Studio } from '../context.ts'
import { inspectionsOf } from './inspections.ts'
import { refuseStarter, starterBackbones } from './starter.ts'
import { BackboneStore, unknown } from './store.ts'
import type { Inspection } from './store.ts'

export function backbones(studio: Studio): Handlers['backbones'] {
  const store = storeOf(studio)
  return {
    list: async () => ({ backbones: await listBackbones(studio) }),
    inspect: ({ file }, { signal }) => inspect(studio, file, signal),
    add: (about, { signal }) => addBackbone(studio, about, signal),
    remove: async ({ id }) => {
      refuseStarter(id)
      await store.remove(id)
      await announce(studio)
      return {}
    },
  }
}

interface NewBackbone {
  readonly file: string
  readonly name?: string | undefined
  readonly normalize?: Backbone['normalize'] | undefined
}

/** @throws AppError 'bad-model' or 'unsupported' with the reason, 'no-access', 'disk-full' */
export async function addBackbone(studio: Studio, { file, name, normalize }: NewBackbone, signal: AbortSignal): Promise<Backbone> {
  const inspection = await inspect(studio, file, signal)
  if (!inspection.trainable)
    throw new AppError('unsupported', `${file}: expected a network that can be trained, found: ${inspection.problems.join('; ')}`)
  // Links are followed: external data lies beside the file itself.
  const added = await storeOf(studio).add(
    { ...inspection, file: await realpath(file) },
    { name: name ?? basename(file, extname(file)), normalize: normalize ?? normalizationOf(inspection) },
  )
  await announce(studio)
  return added
}

async function announce(studio: Studio): Promise<void> {
  studio.events.emit('backbones.changed', { backbones: await listBackbones(studio) })
}

type Places = Pick<Studio, 'dataFolder' | 'resources'>

/** All of them, also those whose file is gone; the one that comes with the application first. */
export async function listBackbones(studio: Places): Promise<Backbone[]> {
  return [...(await starterBackbones(studio.resources)), ...(await storeOf(studio).list())]
}

/** The backbone of an id, its file there.
 * @throws AppError 'not-found' naming the id, or the file that is gone */
export async function findBackbone(studio: Places, id: string): Promise<Backbone> {
  const [starter] = id === starterId ? await starterBackbones(studio.resources) : []
  const found = starter ?? (await storeOf(studio).get(id))
  if (!found) throw unknown(id)
  if (!found.available)
    throw new AppError('not-found', `backbone ${found.name}: expected its file ${found.file}, found none or another one`, {
      details: { path: found.file },
    })
  return found
}

/** The ONNX file of a backbone's id. @throws as findBackbone */
export async function backboneFile(studio: Places, id: string): Promise<string> {
  return (await findBackbone(studio, id)).file
}

function storeOf({ dataFolder }: Pick<Studio, 'dataFolder'>): BackboneStore {
  return new BackboneStore(join(dataFolder, 'backbones'))
}

async function inspect({ engine }: Studio, file: string, signal: AbortSignal): Promise<Inspection> {
  if (!isAbsolute(file)) throw new AppError('bad-option', `file: expected an absolute path, found ${file}`)
  return inspectionsOf(engine).inspect(file, signal)
}

/** Backbones that say what they expect of their pixels. */
function normalizationOf({ metadata }: Inspection): Backbone['normalize'] {
  const { normalize } = metadata
  return normalize === 'imagenet' || normalize === 'symmetric' || normalize === 'unit' ? normalize : null
}
