// Service `suggestions`: what unlabelled images probably are, and which to label next.
import type { Backbone } from '../../../shared/contract/backbones.ts'
import type { Handlers } from '../../../shared/contract/index.ts'
import type { ImageFilter } from '../../../shared/contract/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import { findBackbone, listBackbones } from '../backbones/index.ts'
import type { OpenProject, Studio } from '../context.ts'
import { recordAction } from '../history/record.ts'
import { filterSql } from '../images/query.ts'
import type { Condition } from '../images/query.ts'
import { readRows } from '../images/rows.ts'
import { latestModel, requireModel } from '../predictions/models.ts'
import { compute } from './compute.ts'
import type { Source } from './compute.ts'
import { nextImages } from './next.ts'
import { isStale, readComputed } from './status.ts'
import { countSuggestions } from './store.ts'

export function suggestions(studio: Studio): Handlers['suggestions'] {
  const { events, tasks } = studio
  /** The latest task of each project. */
  const latest = new Map<string, string>()
  const end = async (id: string): Promise<void> => {
    const task = latest.get(id)
    if (task !== undefined) await tasks.end(task)
  }
  studio.projects.onClosing(({ id }) => end(id))

  return {
    status: ({ project: id }) => {
      const project = studio.projects.get(id)
      const computed = readComputed(project)
      if (!computed) return { source: null, run: null, computedAt: null, images: 0, stale: false }
      const { source, run, computedAt } = computed
      return { source, run, computedAt, images: countSuggestions(project), stale: isStale(project, computed) }
    },
    compute: async ({ project: id, source: wanted, backbone }) => {
      const project = studio.projects.get(id)
      const source = await sourceOf(studio, project, wanted, backbone)
      // One at a time: what was asked for before is about older labels.
      const before = end(id)
      const started = tasks.start({ kind: 'suggest', project: id, subject: source.source }, async (context) => {
        await before
        const start = performance.now()
        const images = await compute(studio, project, source, context)
        events.emit('suggestions.changed', { project: id })
        return { kind: 'suggest', source: source.source, images, seconds: (performance.now() - start) / 1000 }
      })
      latest.set(id, started.task)
      return started
    },
    next: ({ project: id, count, after }) => {
      const project = studio.projects.get(id)
      const { images, reason } = nextImages(project, count, after)
      return { images: readRows(project.db, images), reason }
    },
    count: ({ project: id, confidence, filter }) => {
      const { sql, values } = acceptable(filter, confidence)
      const classes = studio.projects
        .get(id)
        .db.all<{ class: number; images: number }>(
          `SELECT suggestions.class, count(*) AS images FROM ${suggested} WHERE ${sql} GROUP BY suggestions.class`,
          ...values,
        )
      return { images: classes.reduce((sum, { images }) => sum + images, 0), classes }
    },
    accept: ({ project: id, images: named, confidence, filter }) => {
      const project = studio.projects.get(id)
      const { sql, values } = acceptable(filter, confidence, named)
      const { images, revision } = recordAction(studio, project, { kind: 'accept', subject: null }, (recorder) => {
        const byClass = new Map<number, number[]>()
        const rows = project.db.all<{ image: number; class: number }>(
          `SELECT suggestions.image, suggestions.class FROM ${named ? suggestedOf : suggested} WHERE ${sql}`,
          ...values,
        )
        for (const { image, class: label } of rows) {
          const images = byClass.get(label)
          if (images) images.push(image)
          else byClass.set(label, [image])
        }
        recorder.labelEach(byClass)
      })
      return { images, revision }
    },
  }
}

/** From the surest on, or image by image. */
const suggested = 'suggestions CROSS JOIN images ON images.id = suggestions.image'
const suggestedOf = 'images CROSS JOIN suggestions ON suggestions.image = images.id'

/** Unlabelled images with a suggestion that is sure enough. */
function acceptable(filter: ImageFilter, confidence: number, named?: readonly number[]): Condition {
  const { sql, values } = filterSql(filter)
  const all = `${sql} AND images.class IS NULL AND suggestions.confidence >= ?`
  if (!named) return { sql: all, values: [...values, confidence] }
  return { sql: `${all} AND images.id IN (SELECT value FROM json_each(?))`, values: [...values, confidence, JSON.stringify(named)] }
}

/** @throws AppError 'conflict' where there is neither model nor backbone, 'not-found' for an unknown backbone */
async function sourceOf(
  studio: Studio,
  project: OpenProject,
  wanted: 'model' | 'neighbours' | undefined,
  id: string | undefined,
): Promise<Source> {
  const model = latestModel(project)
  if (wanted === 'model' || (wanted === undefined && id === undefined && model)) return { source: 'model', run: requireModel(project) }
  return { source: 'neighbours', backbone: await backboneOf(studio, id, model?.run.config.backbone) }
}

async function backboneOf(studio: Studio, id: string | undefined, usual: string | undefined): Promise<Backbone> {
  if (id !== undefined) return findBackbone(studio, id)
  const all = (await listBackbones(studio)).filter(({ available }) => available)
  const chosen = all.find((one) => one.id === usual) ?? all[0]
  if (!chosen) throw new AppError('conflict', 'expected a backbone to compare images with, found none; add one first')
  return chosen
}
