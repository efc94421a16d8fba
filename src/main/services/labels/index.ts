// Service `labels`.
import type { Handlers } from '../../../shared/contract/index.ts'
import type { Studio } from '../context.ts'
import { existingClass } from '../classes/names.ts'
import { recordAction } from '../history/record.ts'
import { history, redo, undo } from '../history/replay.ts'
import { requireKnown, selectionSql } from '../images/query.ts'
import { exportLabels } from './export.ts'
import { importLabels } from './import.ts'

export function labels(studio: Studio): Handlers['labels'] {
  const { projects } = studio
  return {
    assign: ({ project: id, selection, class: label }) => {
      const project = projects.get(id)
      const { name } = existingClass(project.db, label)
      requireKnown(project.db, selection)
      const { images, revision } = recordAction(studio, project, { kind: 'assign', subject: name }, (recorder) =>
        recorder.label(selectionSql(selection), label),
      )
      return { images, revision }
    },
    clear: ({ project: id, selection }) => {
      const project = projects.get(id)
      requireKnown(project.db, selection)
      const { images, revision } = recordAction(studio, project, { kind: 'clear', subject: null }, (recorder) =>
        recorder.label(selectionSql(selection), null),
      )
      return { images, revision }
    },
    undo: ({ project, action }) => undo(studio, projects.get(project), action),
    redo: ({ project }) => redo(studio, projects.get(project)),
    history: ({ project, offset, limit }) => history(projects.get(project).db, offset, limit),
    import: ({ project, path, replace }) => importLabels(studio, projects.get(project), path, replace),
    export: ({ project, format, to }) => exportLabels(studio, projects.get(project), format, to),
  }
}
