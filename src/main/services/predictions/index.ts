// Service `predictions`: a trained model's word on any images.
import { join } from 'node:path'
import type { Handlers } from '../../../shared/contract/index.ts'
import { findBackbone } from '../backbones/index.ts'
import type { OpenProject, Studio } from '../context.ts'
import { imageFinder } from '../images/find.ts'
import { RunStore } from '../runs/store.ts'
import { nearestBy } from '../suggestions/similar.ts'
import { checkCsv, writeCsv } from './csv.ts'
import { requireModel } from './models.ts'
import { PredictionFile } from './prediction-file.ts'
import type { IndexedLine } from './prediction-file.ts'
import { makeScratch, removeScratch } from './scratch.ts'
import { checkSubject, nameOf, toRequest } from './subject.ts'

/** Milliseconds between two events of one task. */
const interval = 250
/** Labelled images whose features are computed while somebody waits for neighbours: some 20 s. Others are left out until suggestions have been computed. */
const mostComputed = 2000

export function predictions(studio: Studio): Handlers['predictions'] {
  const { events, tasks, engine, predicted } = studio
  studio.projects.onClosing(async ({ id }) => {
    for (const [task, { folder }] of predicted.take(id)) {
      await tasks.end(task)
      await removeScratch(folder)
    }
  })

  return {
    predict: async ({ project: id, run: runId, subject, top, csv }) => {
      const project = studio.projects.get(id)
      const { model, run } = requireModel(project, runId)
      checkSubject(subject)
      if (csv !== undefined) await checkCsv(csv)
      const folder = await makeScratch()
      const file = new PredictionFile(join(folder, 'results.ndjson'))
      const started = tasks.start({ kind: 'predict', project: id, subject: nameOf(subject) }, async (context) => {
        const images = await toRequest(project, subject, join(folder, 'list.ndjson'))
        let announced = -Infinity
        const announce = (done: number): void => {
          announced = performance.now()
          events.emit('predictions.changed', { project: id, task: started.task, done })
        }
        const result = await engine.run<'predict'>(
          { job: 'predict', model, results: file.path, top, ...images },
          {
            priority: 'foreground',
            subject: `predicting ${nameOf(subject)}`,
            signal: context.signal,
            onEvent: (event) => {
              if (event.event !== 'progress') return
              context.progress({ task: event.task, done: event.done, total: event.total, unit: event.unit ?? 'images' })
              if (performance.now() - announced >= interval) announce(event.done)
            },
          },
        )
        announce(result.images + result.unreadable)
        // A model may have fewer classes than were asked for.
        if (csv !== undefined) await writeCsv(csv, Math.min(top, result.classes.length), file.lines())
        const { images: done, unreadable, classes, seconds } = result
        return { kind: 'predict', images: done, unreadable, file: csv ?? null, classes, seconds }
      })
      predicted.add(started.task, { project: id, run: run.id, folder, file, root: 'folder' in subject ? subject.folder : null })
      return started
    },
    list: async ({ project: id, task, order, offset, limit, ...filter }) => {
      const project = studio.projects.get(id)
      const { lines, total } = await predicted.get(id, task).file.page(filter, offset, limit, order)
      return { predictions: withImages(project, lines), total }
    },
    counts: ({ project: id, task, below }) => predicted.get(id, task).file.counts(below),
    nearest: async ({ project: id, task, index, count }, { signal }) => {
      const project = studio.projects.get(id)
      const line = await predicted.line(id, task, index)
      const file = await predicted.realFile(id, task, index)
      const backbone = await findBackbone(studio, new RunStore(project).get(predicted.get(id, task).run).config.backbone)
      const [known] = withImages(project, [{ ...line, index }])
      const wanted = { file, hash: null, id: known?.image ?? null, labelled: true, count }
      return { images: (await nearestBy(studio, project, [backbone], { ...wanted, compute: mostComputed }, signal)) ?? [] }
    },
  }
}

/** Files that are images of the project get their ids. */
function withImages({ db }: OpenProject, lines: readonly IndexedLine[]): (Omit<IndexedLine, 'id'> & { image: number | null })[] {
  const imageAt = imageFinder(db)
  return lines.map(({ id, ...line }) => ({ ...line, image: id ?? imageAt(line.file) }))
}
