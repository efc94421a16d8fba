// Service `splits`.
import { labelCount } from '../../../core/data/subsets.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Handlers } from '../../../shared/contract/index.ts'
import type { Studio } from '../context.ts'
import { recordAction } from '../history/record.ts'
import { among, selectionSql } from '../images/query.ts'
import { drawSplits } from './draw.ts'
import { overview, trainingLabels } from './overview.ts'
import { readDrawImages } from './read-images.ts'

export function splits(studio: Studio): Handlers['splits'] {
  const { projects } = studio
  return {
    get: ({ project }) => overview(projects.get(project).db),
    assign: ({ project: id, selection, split }) => {
      const { images, revision } = recordAction(studio, projects.get(id), { kind: 'split', subject: null }, (recorder) =>
        recorder.split(selectionSql(selection), split),
      )
      return { images, revision }
    },
    draw: ({ project: id, ...options }) => {
      const { validation, test } = options
      if (validation + test >= 1)
        throw new AppError('bad-option', `validation and test: expected less than all images, found ${validation} and ${test}`)
      const project = projects.get(id)
      recordAction(studio, project, { kind: 'split', subject: null }, (recorder) => {
        for (const [split, ids] of drawSplits(readDrawImages(project.db), options)) recorder.split(among(ids), split)
      })
      return overview(project.db)
    },
    subset: ({ project, budget }) => {
      const classes = trainingLabels(projects.get(project).db).map(({ class: label, of }) => ({
        class: label,
        labels: of === 0 ? 0 : labelCount(budget, of),
        of,
      }))
      const sum = (key: 'labels' | 'of'): number => classes.reduce((all, row) => all + row[key], 0)
      return { classes, labels: sum('labels'), of: sum('of') }
    },
  }
}
