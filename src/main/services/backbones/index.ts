// Service `backbones`: pre-trained networks that the application keeps, inspected by the engine before they are taken in.
import { realpath } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { Backbone } from '../../../shared/contract/backbones.ts'
import type { Handlers } from '../../../shared/contract/index.ts'
import { hashModel } from '../../../node/model-files.ts'
import { AppError } from '../../../shared/errors.ts'
import { starterId } from '../../../shared/starter.ts'
import type { Studio } from '../context.ts'
import { mustBeAbsolute } from '../projects/folder.ts'
import type { Listed } from './catalogue.ts'
import { withConverted } from './converted.ts'
import { Downloads } from './downloads.ts'
import type { Sources } from './downloads.ts'
import { inspectionsOf } from './inspections.ts'
import { refuseStarter, starterBackbones } from './starter.ts'
import { BackboneStore, unknown } from './store.ts'
import type { Inspection } from './store.ts'

/** @param sources where the catalogue's networks come from; the world outside if left out */
export function backbones(studio: Studio, sources: Sources = {}): Handlers['backbones'] {
  const store = storeOf(studio)
  const downloads = new Downloads(studio, sources, (file, entry, signal) => takeDownloaded(studio, file, entry, signal))
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
    catalogue: async () => ({ entries: await downloads.list(await store.list()) }),
    download: async ({ entry, licence }) => downloads.start(entry, licence, await store.list()),
    discard: async ({ entry }) => {
      await downloads.discard(entry)
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
export async function addBackbone(studio: Studio, about: NewBackbone, signal: AbortSignal): Promise<Backbone> {
  const given = await inspect(studio, about.file, signal)
  const named = { name: about.name ?? nameOf(about.file), normalize: about.normalize ?? said(given) }
  if (given.format === 'onnx') {
    // Links are followed: external data lies beside the file itself.
    return keep(studio, { ...given, file: await realpath(about.file) }, { ...named, origin: null }, 'copy')
  }
  return withConverted(studio, { file: about.file, name: named.name }, signal, async (file) => {
    const made = await inspect(studio, file, signal)
    return keep(studio, { ...made, architecture: given.architecture }, { ...named, origin: null }, 'move')
  })
}

/** A file of the catalogue, hash and all as they should be. */
async function takeDownloaded(studio: Studio, file: string, entry: Listed, signal: AbortSignal): Promise<Backbone> {
  const { id, name, publisher, licence, normalize } = entry
  return keep(studio, await inspect(studio, file, signal), { name, normalize, origin: { entry: id, publisher, licence } }, 'move')
}

async function keep(
  studio: Studio,
  inspection: Inspection,
  about: Pick<Backbone, 'name' | 'normalize' | 'origin'>,
  how: 'copy' | 'move',
): Promise<Backbone> {
  const { file, use, problems, backbone, architecture } = inspection
  if (!backbone || use === 'none')
    throw new AppError('unsupported', `${file}: expected a network that can be trained, found: ${problems.join('; ')}`)
  const { imageSize, width, stages, macs, classes } = backbone
  const [height, breadth] = imageSize
  const facts = { use, imageSize: [height, breadth] as [number, number], width, stages: stages.length, macs, classes, architecture }
  const added = await storeOf(studio).add(inspection, { ...about, facts }, how)
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

/** The id of a backbone with a file's content, external data left aside; undefined where there is none. */
export async function idOfFile(studio: Places, file: string): Promise<string | undefined> {
  const content = await hashModel(file, []).catch(() => null)
  return (await listBackbones(studio)).find(({ sha256 }) => sha256 === content?.sha256)?.id
}

/** The ONNX file of a backbone's id. @throws as findBackbone */
export async function backboneFile(studio: Places, id: string): Promise<string> {
  return (await findBackbone(studio, id)).file
}

function storeOf({ dataFolder }: Pick<Studio, 'dataFolder'>): BackboneStore {
  return new BackboneStore(join(dataFolder, 'backbones'))
}

async function inspect({ engine }: Studio, file: string, signal: AbortSignal): Promise<Inspection> {
  mustBeAbsolute('file', file)
  return inspectionsOf(engine).inspect(file, signal)
}

/** A file's name without what tells its format, `.pth.tar` too. */
function nameOf(file: string): string {
  const name = basename(file).replace(/\.tar$/i, '')
  return basename(name, extname(name)) || basename(file)
}

/** Backbones that say what they expect of their pixels. */
function said({ pixels }: Inspection): Backbone['normalize'] {
  return pixels?.reason === 'said' ? pixels.normalize : null
}
