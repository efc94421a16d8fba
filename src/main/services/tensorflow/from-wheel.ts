// TensorFlow from Python's wheel: its two shared libraries, and what graphics cards need, without Python.
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { TensorFlowNote } from '../../../node/tensorflow.ts'
import { AppError } from '../../../shared/errors.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { bindingName, makeBinding, requireMeans } from './binding.ts'
import { fetchWheel } from './python.ts'
import { requireDriver } from './driver.ts'
import { requireRoom, sizeOf } from './room.ts'
import type { Source } from './sources.ts'
import { extract, extractedBytes, requirements } from './wheel.ts'

export interface Places {
  /** Becomes TensorFlow's folder when all is in it. */
  readonly target: string
  /** What has come and can be used again by another attempt. */
  readonly cache: string
  /** Goes at the end, however it comes. */
  readonly scratch: string
  readonly resources: string
  /** The engine's Node. */
  readonly node: string
}

/** Parts of the C API's headers that the binding includes. */
const headers = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/']
const inclusion = 'tensorflow/include/'

/** @returns what its note is to say @throws AppError 'unsupported', 'unreachable', 'bad-data', 'disk-full', 'no-access', 'stopped' */
export async function fromWheel(source: Source, places: Places, context: TaskContext): Promise<Omit<TensorFlowNote, 'bytes'>> {
  const { signal } = context
  const { target, cache, scratch } = places
  await requireMeans(places.resources, signal)
  // Pip's copy of what comes has gone before anything is unpacked.
  await requireRoom(target, Math.max(0, source.downloadBytes - (await sizeOf(cache))) + source.diskBytes)
  if (source.id === 'cuda') await requireDriver(signal)
  try {
    await bringAll(source, places, context)
  } catch (error) {
    // A wheel that is damaged comes anew, once.
    const damaged = error instanceof AppError && error.code === 'bad-data' ? error.details.path : undefined
    if (typeof damaged !== 'string') throw error
    await rm(damaged)
    await bringAll(source, places, context)
  }
  context.progress({ task: 'building the binding', done: 0, total: null, unit: 'files' })
  const include = join(target, 'include')
  const loaded = await makeBinding({ folder: target, headers: include, scratch }, places.resources, places.node, signal)
  await rm(include, { recursive: true })
  if (source.id === 'cuda' && !loaded.graphicsCard)
    throw new AppError('unsupported', 'TensorFlow: expected it to find the graphics card, found that it computes on the processor only')
  return { ...loaded, source: source.id, binding: bindingName }
}

/** Libraries and headers into TensorFlow's folder. */
async function bringAll(source: Source, places: Places, context: TaskContext): Promise<void> {
  const bring = (wheel: string): Promise<string> => bringOne(wheel, source.downloadBytes, places, context)
  const wheel = await bring(source.wheel ?? '')
  const wheels = [wheel]
  for (const one of source.id === 'cuda' ? await requirements(wheel, 'and-cuda') : []) wheels.push(await bring(one))

  const place = (entry: string): string | null => libraryOf(entry) ?? headerOf(entry)
  const total = (await Promise.all(wheels.map((file) => extractedBytes(file, place)))).reduce((a, b) => a + b, 0)
  let before = 0
  for (const file of wheels) {
    let own = 0
    const onBytes = (bytes: number): void =>
      context.progress({ task: 'unpacking TensorFlow', done: before + (own = bytes), total, unit: 'bytes' })
    await extract(file, { folder: places.target, signal: context.signal, onBytes, place })
    before += own
  }
}

/** @param total of all wheels */
async function bringOne(wheel: string, total: number, { cache, scratch }: Places, context: TaskContext): Promise<string> {
  // Those that are there, from this attempt or another.
  const before = await sizeOf(cache)
  const onBytes = (bytes: number): void =>
    context.progress({ task: `downloading ${wheel}`, done: Math.min(before + bytes, total), total, unit: 'bytes', from: before })
  onBytes(0)
  return fetchWheel(wheel, { folder: join(cache, wheel), scratch }, { signal: context.signal, onBytes })
}

/** All libraries in one folder: the first two find the others by their own place. */
function libraryOf(entry: string): string | null {
  return /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$|^nvidia\/[^/]+\/lib\/[^/]+\.so[.\d]*$/.test(entry) ? basename(entry) : null
}

function headerOf(entry: string): string | null {
  return headers.some((part) => entry.startsWith(inclusion + part)) ? `include/${entry.slice(inclusion.length)}` : null
}
