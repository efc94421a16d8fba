// Job `scan`: what a folder of images holds. Reads names first, then what is new or changed, on several threads.
import { extname } from 'node:path'
import { byCodeUnits, type SkippedFile } from '../../core/data/image-set.ts'
import { readNdjson } from '../../node/files.ts'
import { AppError } from '../../shared/errors.ts'
import { knownFileSchema, type ReadFile, type SameFile } from '../../shared/scan.ts'
import { ahead } from '../data/ahead.ts'
import { recognise } from '../data/folders.ts'
import type { LabelledFile } from '../data/layouts/layout.ts'
import type { ScanJob, ScanResult } from '../data/scan-worker.ts'
import { requireFolder, walk, type FoundFile } from '../data/walk.ts'
import { WorkerPool } from '../data/worker-pool.ts'
import type { Job, JobContext } from '../job.ts'

/** Files of one event. */
const eventFiles = 500
/** Files of one message to a thread. */
const jobFiles = 50

export const scan: Job<'scan'> = async ({ folder, known: knownFile, except, labels, threads }, context) => {
  const start = performance.now()
  const root = await requireFolder(folder)
  const known = knownFile === undefined ? new Map<string, Stamp>() : await readKnown(knownFile)
  const { layout, classes, images, skipped } = await stoppable(context, () => list(root, except, labels, context.signal))
  const bytes = images.reduce((sum, image) => sum + image.bytes, 0)
  context.emit({ event: 'scan', layout, classes: [...classes], images: images.length, bytes })

  const found = new Set(images.map(({ path }) => path))
  const gone = [...known.keys()].filter((path) => !found.has(path))
  for (const paths of pieces(gone, eventFiles)) context.emit({ event: 'gone', paths })
  for (const files of pieces(skipped, eventFiles)) context.emit({ event: 'skipped', files })

  const isSame = ({ path, bytes: size, modifiedAt }: FoundFile): boolean => {
    const stamp = known.get(path)
    return stamp?.bytes === size && stamp.modifiedAt === modifiedAt
  }
  for (const files of pieces(images.filter(isSame), eventFiles)) context.emit({ event: 'files', same: files.map(toSame), read: [] })
  const toRead = images.filter((file) => !isSame(file))
  const vanished = await readFiles(root, toRead, Math.min(threads, Math.ceil(toRead.length / jobFiles)), context)
  // A folder that has gone takes all its files along: better no answer than "all missing".
  await requireFolder(folder)
  const lost = vanished.filter((path) => known.has(path))
  for (const paths of pieces(lost, eventFiles)) context.emit({ event: 'gone', paths })
  return { images: images.length - vanished.length, skipped: skipped.length, seconds: (performance.now() - start) / 1000 }
}

interface Listing {
  readonly layout: string
  readonly classes: readonly string[]
  /** Paths relative to the folder that was asked for, whatever the layout takes as its root. By path. */
  readonly images: readonly LabelledFile[]
  readonly skipped: readonly SkippedFile[]
}

async function list(root: string, except: readonly string[], labels: boolean, signal: AbortSignal): Promise<Listing> {
  const all = await walk(root, { except, signal })
  if (!labels)
    return {
      layout: 'none',
      classes: [],
      images: all.images.map((image) => ({ ...image, class: null, split: null })),
      skipped: all.skipped,
    }
  const { inner, reading } = await recognise(root, all)
  const outer = <T extends { readonly path: string }>(file: T): T => (inner === '' ? file : { ...file, path: `${inner}/${file.path}` })
  const images = reading.images.map(outer).sort((a, b) => byCodeUnits(a.path, b.path))
  const used = new Set(images.map((image) => image.class))
  return {
    layout: reading.layout,
    classes: reading.classes.filter((name) => used.has(name)),
    images,
    skipped: [...all.skipped, ...reading.skipped.map(outer)],
  }
}

/** Reads files and emits what they are. @returns paths of those that have gone since they were listed */
async function readFiles(root: string, files: readonly LabelledFile[], threads: number, context: JobContext): Promise<string[]> {
  const vanished: string[] = []
  if (files.length === 0) return vanished
  const pool = new WorkerPool<ScanJob, ScanResult>(new URL(`../data/scan-worker${extname(import.meta.url)}`, import.meta.url), threads)
  try {
    const work = async (part: readonly LabelledFile[]): Promise<(readonly [LabelledFile, ScanResult[number]])[]> => {
      const facts = await pool.run({ root, paths: part.map(({ path }) => path) })
      return part.map((file, i) => [file, facts[i] ?? null] as const)
    }
    let read: ReadFile[] = []
    for await (const results of ahead(pieces(files, jobFiles), work, 4 * threads)) {
      if (context.signal.aborted) throw stopped()
      for (const [file, facts] of results)
        if (facts === null) vanished.push(file.path)
        else read.push({ ...facts, ...toSame(file), format: facts.format ?? '' })
      if (read.length >= eventFiles) {
        context.emit({ event: 'files', same: [], read })
        read = []
      }
    }
    if (read.length > 0) context.emit({ event: 'files', same: [], read })
  } finally {
    await pool.close()
  }
  return vanished
}

interface Stamp {
  readonly bytes: number
  readonly modifiedAt: number
}

async function readKnown(file: string): Promise<Map<string, Stamp>> {
  const known = new Map<string, Stamp>()
  for (const line of await readNdjson(file)) {
    const [path, bytes, modifiedAt] = knownFileSchema.parse(line)
    known.set(path, { bytes, modifiedAt })
  }
  return known
}

async function stoppable<T>({ signal }: JobContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw signal.aborted ? stopped() : error
  }
}

function stopped(): AppError {
  return new AppError('stopped', 'the scan was stopped; what it has told stays true')
}

function toSame({ path, class: name, split }: LabelledFile): SameFile {
  return { path, class: name, split }
}

function* pieces<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}
