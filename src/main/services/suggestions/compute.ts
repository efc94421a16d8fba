// Computes suggestions for all images of a project, by the latest model or by labelled neighbours.
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { writeFileAtomic } from '../../../node/files.ts'
import type { Backbone } from '../../../shared/contract/backbones.ts'
import type { JobEvent } from '../../../shared/events.ts'
import { neighbourLine, predictionLine } from '../../../shared/lines.ts'
import type { OpenProject, Studio } from '../context.ts'
import { classesOfRun } from '../predictions/models.ts'
import type { TrainedRun } from '../predictions/models.ts'
import { withScratch } from '../predictions/scratch.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { listImages } from './list-images.ts'
import { basisOf, writeComputed } from './status.ts'
import { storeSuggestions } from './store.ts'
import type { Suggested } from './store.ts'
import { usefulnessOf } from './uncertain.ts'

export type Source = { readonly source: 'model'; readonly run: TrainedRun } | { readonly source: 'neighbours'; readonly backbone: Backbone }

interface Found {
  readonly rows: Suggested[]
  /** See status.ts. */
  readonly order: number[]
}

/** Lines between two pauses. */
const batch = 1000
/** Images of an order without labels. */
const ordered = 2000

/** @returns images with a suggestion */
export async function compute(studio: Studio, project: OpenProject, source: Source, context: TaskContext): Promise<number> {
  const basis = basisOf(project)
  return withScratch(async (folder) => {
    const [list, results] = [join(folder, 'list.ndjson'), join(folder, 'results.ndjson')]
    // Unlabelled ones first: they are what is waited for. Labelled ones show where labels and suggestions disagree.
    await writeFileAtomic(list, listImages(project, ['images.class IS NULL', 'images.class IS NOT NULL'], context.signal))
    const options = {
      priority: 'background',
      subject: 'suggestions',
      signal: context.signal,
      onEvent: (event: JobEvent) => {
        if (event.event === 'progress')
          context.progress({ task: event.task, done: event.done, total: event.total, unit: event.unit ?? 'images' })
      },
    } as const
    let found: Found
    if (source.source === 'model') {
      await studio.engine.run<'predict'>({ job: 'predict', model: source.run.model, list, results }, options)
      found = await fromModel(project, source.run, results)
    } else {
      const { file, sha256, normalize } = source.backbone
      const request = { job: 'features', backbone: file, backboneHash: sha256, list, results, ...(normalize && { normalize }) } as const
      await studio.engine.run<'features'>(request, options)
      found = await fromNeighbours(results)
    }
    const computed = { source: source.source, run: source.source === 'model' ? source.run.run.id : null, ...basis, order: found.order }
    return await storeSuggestions(project, found.rows, context.signal, () => {
      writeComputed(project, { ...computed, computedAt: new Date().toISOString() })
      project.touch()
    })
  })
}

async function fromModel(project: OpenProject, run: TrainedRun, results: string): Promise<Found> {
  const names = project.db.all<{ id: number; name: string }>('SELECT id, name FROM classes')
  const there = new Set(names.map(({ id }) => id))
  // By the ids that the names had when the model was trained: people rename classes.
  const ids = new Map([...names.map(({ id, name }) => [name, id] as const), ...(await classesOfRun(run))])
  const images: { image: number; classes: [number, number][] }[] = []
  for await (const line of linesOf(results)) {
    const { id, classes } = predictionLine.parse(line)
    const known = classes.flatMap(({ name, probability }): [number, number][] => {
      const label = ids.get(name)
      return label !== undefined && there.has(label) ? [[label, probability]] : []
    })
    if (id !== null && known.length > 0) images.push({ image: id, classes: known })
  }
  const labelled = new Set(project.db.all<{ id: number }>('SELECT id FROM images WHERE class IS NOT NULL').map(({ id }) => id))
  const open = images.filter(({ image }) => !labelled.has(image))
  const usefulness = await usefulnessOf(open.map(({ classes }) => classes))
  const done = images.filter(({ image }) => labelled.has(image)).map((image) => ({ ...image, usefulness: 0 }))
  return { rows: [...open.map((image, i) => ({ ...image, usefulness: usefulness[i] ?? 0 })), ...done], order: [] }
}

async function fromNeighbours(results: string): Promise<Found> {
  const rows: Suggested[] = []
  const unnamed: { id: number; usefulness: number }[] = []
  for await (const line of linesOf(results)) {
    const { id, classes, usefulness } = neighbourLine.parse(line)
    if (classes.length > 0) rows.push({ image: id, classes, usefulness })
    else unnamed.push({ id, usefulness })
  }
  unnamed.sort((a, b) => b.usefulness - a.usefulness)
  return { rows, order: rows.length > 0 ? [] : unnamed.slice(0, ordered).map(({ id }) => id) }
}

async function* linesOf(path: string): AsyncGenerator {
  let count = 0
  for await (const line of createInterface({ input: createReadStream(path) })) {
    yield JSON.parse(line)
    if (++count % batch === 0) await setImmediate()
  }
}
