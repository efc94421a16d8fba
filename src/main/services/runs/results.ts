// The part of service `runs` that reads what runs have left in their folders.
import type { Handlers } from '../../../shared/contract/index.ts'
import type { OpenProject } from '../context.ts'
import { evaluate } from './evaluation.ts'
import { readHeader, readJudged, readLog, readMetrics } from './files.ts'
import { runFolder } from './store.ts'
import type { RunStore } from './store.ts'

export interface RunsOfProject {
  readonly project: OpenProject
  readonly store: RunStore
}

type Results = Pick<Handlers['runs'], 'metrics' | 'log' | 'evaluation' | 'judged'>

/** @param at the runs of an open project by its id */
export function runResults(at: (project: string) => RunsOfProject): Results {
  return {
    metrics: async ({ project: id, run, after, limit }) => {
      const folder = folderOf(at(id), run)
      const [lines, { classes }] = await Promise.all([readMetrics(folder, after, limit), readHeader(folder)])
      return { ...lines, classes: classes.map(({ id: label, name }) => ({ class: label, name })) }
    },
    log: async ({ project: id, run, lines }) => ({ lines: await readLog(folderOf(at(id), run), lines) }),
    evaluation: async ({ project: id, run, split }) => {
      const { project, store } = at(id)
      const folder = runFolder(project, run)
      const judged = await readJudged(folder, store.get(run), split)
      const { classes } = await readHeader(folder)
      const evaluation = evaluate(judged, classes.length)
      return {
        ...evaluation,
        classes: classes.map(({ id: label, name }, i) => ({
          class: label,
          name,
          ...(evaluation.classes[i] ?? { images: 0, precision: null, recall: null, f1: null }),
        })),
      }
    },
    judged: async ({ project: id, run, split, truth, predicted, mistakes, offset, limit }) => {
      const { project, store } = at(id)
      const folder = runFolder(project, run)
      const all = await readJudged(folder, store.get(run), split)
      const { classes } = await readHeader(folder)
      const idOf = (index: number): number => classes[index]?.id ?? 0
      const chosen = all.filter(
        (image) =>
          (truth === undefined || idOf(image.truth) === truth) &&
          (predicted === undefined || idOf(image.predicted) === predicted) &&
          (!mistakes || image.truth !== image.predicted),
      )
      if (mistakes) chosen.sort((a, b) => b.loss - a.loss || (a.path < b.path ? -1 : 1))
      const images = chosen.slice(offset, offset + limit).map(({ id: image, path, truth: t, predicted: p, probability, loss }) => ({
        ...{ image, path, truth: idOf(t), predicted: idOf(p), probability, loss },
      }))
      return { images, total: chosen.length }
    },
  }
}

function folderOf({ project, store }: RunsOfProject, run: string): string {
  return runFolder(project, store.get(run).id)
}
