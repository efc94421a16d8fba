// Service `classes`.
import type { ImageClass } from '../../../shared/contract/classes.ts'
import type { Handlers } from '../../../shared/contract/index.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../../storage/database.ts'
import type { Studio } from '../context.ts'
import { classRows } from '../history/class-row.ts'
import { recordAction } from '../history/record.ts'
import { createClass, mergeClasses, reorderClasses, updateClass } from './change.ts'
import { cleanName, existingClass } from './names.ts'

export function classes(studio: Studio): Handlers['classes'] {
  const { projects } = studio
  return {
    list: ({ project }) => ({ classes: listClasses(projects.get(project).db) }),
    create: ({ project: id, ...wanted }) => {
      const project = projects.get(id)
      let made = 0
      recordAction(studio, project, { kind: 'create-class', subject: cleanName(wanted.name) }, (recorder) => {
        made = createClass(project.db, recorder, wanted)
      })
      return oneClass(project.db, made)
    },
    update: ({ project: id, class: label, ...change }) => {
      const project = projects.get(id)
      const { name } = existingClass(project.db, label)
      recordAction(studio, project, { kind: 'update-class', subject: name }, (recorder) => updateClass(project.db, recorder, label, change))
      return oneClass(project.db, label)
    },
    reorder: ({ project: id, order }) => {
      const project = projects.get(id)
      recordAction(studio, project, { kind: 'reorder-classes', subject: null }, (recorder) => reorderClasses(project.db, recorder, order))
      return { classes: listClasses(project.db) }
    },
    merge: ({ project: id, from, into }) => {
      const project = projects.get(id)
      const { name } = existingClass(project.db, into)
      recordAction(studio, project, { kind: 'merge-classes', subject: name }, (recorder) => mergeClasses(project.db, recorder, from, into))
      return oneClass(project.db, into)
    },
    delete: ({ project: id, class: label }) => {
      const project = projects.get(id)
      const { name } = existingClass(project.db, label)
      const { images } = recordAction(studio, project, { kind: 'delete-class', subject: name }, (recorder) => recorder.removeClass(label))
      return { images }
    },
  }
}

function listClasses(db: Database): ImageClass[] {
  const counts = db.all<{ class: number; n: number }>(
    'SELECT class, count(*) AS n FROM images WHERE excluded = 0 AND class IS NOT NULL GROUP BY class',
  )
  const images = new Map(counts.map((row) => [row.class, row.n]))
  return classRows(db).map(({ id, name, colour, hotkey }) => ({ id, name, colour, hotkey, images: images.get(id) ?? 0 }))
}

function oneClass(db: Database, id: number): ImageClass {
  const { name, colour, hotkey } = existingClass(db, id)
  const images = db.get<{ n: number }>('SELECT count(*) AS n FROM images WHERE excluded = 0 AND class = ?', id)
  if (!images) throw new AppError('internal', `class ${id}: expected a number of images, found none`)
  return { id, name, colour, hotkey, images: images.n }
}
