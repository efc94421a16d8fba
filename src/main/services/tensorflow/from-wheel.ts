// TensorFlow from Python's wheel: its two shared libraries, and what graphics cards need, without Python.
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { TensorFlowNote } from '../../../node/tensorflow.ts'
import { makeFolder } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { bindingName, makeBinding, requireMeans } from './binding.ts'
import { fetchWheel } from './python.ts'
import { requireDriver } from './driver.ts'
import { requireRoom } from './room.ts'
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
  await requireRoom(target, source.downloadBytes + source.diskBytes)
  if (source.id === 'cuda') await requireDriver(signal)
  const wheel = await bring(source.wheel ?? '', join(cache, 'tensorflow'), source.downloadBytes, context)
  const cuda = source.id === 'cuda' ? await requirements(wheel, 'and-cuda') : []
  const wheels = [wheel]
  for (const [i, one] of cuda.entries()) wheels.push(await bring(one, join(cache, `cuda-${i}`), source.downloadBytes, context))

  const place = (entry: string): string | null => libraryOf(entry) ?? headerOf(entry)
  const total = (await Promise.all(wheels.map((file) => extractedBytes(file, place)))).reduce((a, b) => a + b, 0)
  let before = 0
  for (const file of wheels) {
    let own = 0
    const onBytes = (bytes: number): void =>
      context.progress({ task: 'unpacking TensorFlow', done: before + (own = bytes), total, unit: 'bytes' })
    await extract(file, { folder: target, signal, onBytes, place })
    before += own
  }
  context.progress({ task: 'building the binding', done: 0, total: null, unit: 'files' })
  const include = join(target, 'include')
  const loaded = await makeBinding({ folder: target, headers: include, scratch }, places.resources, places.node, signal)
  await rm(include, { recursive: true })
  if (source.id === 'cuda' && !loaded.graphicsCard)
    throw new AppError('unsupported', 'TensorFlow: expected it to find the graphics card, found that it computes on the processor only')
  return { ...loaded, source: source.id, binding: bindingName }
}

async function bring(wheel: string, folder: string, total: number, context: TaskContext): Promise<string> {
  await makeFolder(folder)
  const onBytes = (bytes: number): void =>
    context.progress({ task: `downloading ${wheel}`, done: Math.min(bytes, total), total, unit: 'bytes' })
  onBytes(0)
  return fetchWheel(wheel, folder, { signal: context.signal, onBytes })
}

/** All libraries in one folder: the first two find the others by their own place. */
function libraryOf(entry: string): string | null {
  return /^tensorflow\/libtensorflow_(cc|framework)\.so\.2$|^nvidia\/[^/]+\/lib\/[^/]+\.so[.\d]*$/.test(entry) ? basename(entry) : null
}

function headerOf(entry: string): string | null {
  return headers.some((part) => entry.startsWith(inclusion + part)) ? `include/${entry.slice(inclusion.length)}` : null
}
